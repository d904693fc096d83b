//! The functions of this workspace, by their logical ids.

use shared::edge::aws::Aws;
use shared::edge::config::{ConfigError, Env};
use shared::edge::serve::{BoxFuture, Handler};

/// Loads the function of a logical id.
pub(crate) fn load(
    logical_id: String,
    env: Env,
    aws: Aws,
) -> BoxFuture<'static, Result<Handler, ConfigError>> {
    Box::pin(async move {
        let _ = (&env, &aws);
        Err(ConfigError::Startup { what: "finding the function of this logical id", source: logical_id.into() })
    })
}
