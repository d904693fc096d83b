//! Template and code: a variable is set if and only if it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use local::template::TEMPLATE;
use local::{Cloud, Options};
use shared::edge::serve::BoxFuture;
use shared::edge::{Aws, ConfigError, Env, Handler};

use crate::repository::{crate_of, template};

/// The variables that each function looked up while it was loaded.
type Read = Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>;

#[tokio::test]
async fn a_function_reads_the_variables_that_the_template_sets_and_no_others() {
    let read = Read::default();
    let load = {
        let read = Arc::clone(&read);
        move |id: String, env: Env, aws: Aws| load(id.clone(), recording(id, env, &read), aws)
    };
    Cloud::boot_with(Options::default(), TEMPLATE, Arc::new(load)).await.unwrap();
    let set: BTreeMap<String, BTreeSet<String>> = template()
        .functions
        .iter()
        .map(|it| (it.logical_id.clone(), it.environment.keys().cloned().collect()))
        .collect();
    assert_eq!(*read.lock().unwrap(), set, "left: read by the code, right: set by the template");
}

/// An environment that remembers what was looked up in it.
fn recording(id: String, env: Env, read: &Read) -> Env {
    read.lock().unwrap().entry(id.clone()).or_default();
    let read = Arc::clone(read);
    Env::from_lookup(move |name| {
        read.lock().unwrap().entry(id.clone()).or_default().insert(name.to_owned());
        env.optional(name)
    })
}

fn load(id: String, env: Env, aws: Aws) -> BoxFuture<'static, Result<Handler, ConfigError>> {
    Box::pin(async move {
        let (env, aws) = (&env, &aws);
        match crate_of(&id).as_str() {
            "archive-evidence" => archive_evidence::function(env, aws).await,
            "authorize" => authorize::function(env, aws).await,
            "capture-signature" => capture_signature::function(env, aws).await,
            "create-request" => create_request::function(env, aws).await,
            "deliver-webhook" => deliver_webhook::function(env, aws).await,
            "describe-api" => describe_api::function(env, aws).await,
            "expire-requests" => expire_requests::function(env, aws).await,
            "export-audit" => export_audit::function(env, aws).await,
            "fetch-document" => fetch_document::function(env, aws).await,
            "follow-mark" => follow_mark::function(env, aws).await,
            "ingest-document" => ingest_document::function(env, aws).await,
            "issue-otp" => issue_otp::function(env, aws).await,
            "issue-token" => issue_token::function(env, aws).await,
            "load-trusted-lists" => load_trusted_lists::function(env, aws).await,
            "manage-access" => manage_access::function(env, aws).await,
            "manage-connectors" => manage_connectors::function(env, aws).await,
            "manage-email-signatures" => manage_email_signatures::function(env, aws).await,
            "manage-people" => manage_people::function(env, aws).await,
            "manage-request" => manage_request::function(env, aws).await,
            "manage-themes" => manage_themes::function(env, aws).await,
            "manage-trust" => manage_trust::function(env, aws).await,
            "manage-webhooks" => manage_webhooks::function(env, aws).await,
            "present-document" => present_document::function(env, aws).await,
            "preview-request" => preview_request::function(env, aws).await,
            "read-request" => read_request::function(env, aws).await,
            "read-sandbox" => read_sandbox::function(env, aws).await,
            "record-bounce" => record_bounce::function(env, aws).await,
            "render-email-signature" => render_email_signature::function(env, aws).await,
            "render-page" => render_page::function(env, aws).await,
            "restore-evidence" => restore_evidence::function(env, aws).await,
            "run-connector" => run_connector::function(env, aws).await,
            "seal-document" => seal_document::function(env, aws).await,
            "verify-document" => verify_document::function(env, aws).await,
            other => panic!("the crate {other} is not known here"),
        }
    })
}
