//! The host under which the API is called, and the hosts that scopes may name.

use domain::Refusal;
use domain::access::{Mode, RouteScope, Scopes};

use super::http::HttpRequest;
use super::problem::Problem;

impl HttpRequest {
    /// The host under which the API was called, in lower case.
    #[must_use]
    pub fn own_host(&self) -> String {
        let url = self.api_url();
        let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        host.split('/').next().unwrap_or_default().to_ascii_lowercase()
    }
}

/// Reads the scopes that a body names under `/scopes`; those about another host than this API are none of its own, nor
/// are those about the other product's host for tests where it is no test.
///
/// # Errors
///
/// [`Problem`] 422 that points at the first one that is unknown or foreign.
pub fn parse_scopes(texts: &[String], (own_host, mode): (&str, Mode)) -> Result<Scopes, Problem> {
    let scopes = Scopes::parse(texts.iter().map(String::as_str)).map_err(|refusal| {
        let position = if let Refusal::ScopeUnknown { position } = refusal { position } else { 0 };
        Problem::refused(format!("/scopes/{position}"), &refusal)
    })?;
    if let Some(stranger) = foreign_scope(&scopes, (own_host, mode)) {
        let position = texts.iter().position(|it| *it == stranger.to_string()).unwrap_or(0);
        let detail = "The scope is about another host than this API.";
        return Err(Problem::invalid(format!("/scopes/{position}"), detail));
    }
    Ok(scopes)
}

/// The first of the scopes that is about another host than this API, which is called under `own_host` by a credential of
/// this mode.
#[must_use]
pub fn foreign_scope<'a>(scopes: &'a Scopes, (own_host, mode): (&str, Mode)) -> Option<&'a RouteScope> {
    let is_openapi = |host: &str| host == OPENAPI_HOST || (mode == Mode::Test && host == OPENAPI_TEST_HOST);
    scopes.routes().find(|it| !is_openapi(it.host()) && it.host() != own_host)
}

/// The hosts in the scopes of Openapi's callers.
const OPENAPI_HOST: &str = "esignature.openapi.com";
const OPENAPI_TEST_HOST: &str = "test.esignature.openapi.com";
