//! The host under which the API is called, and the hosts that scopes may name.

use domain::access::{RouteScope, Scopes};

use super::http::HttpRequest;

impl HttpRequest {
    /// The host under which the API was called, in lower case.
    #[must_use]
    pub fn own_host(&self) -> String {
        let url = self.api_url();
        let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        host.split('/').next().unwrap_or_default().to_ascii_lowercase()
    }
}

/// The first of the scopes that is about another host than this API, which is called under `own_host`.
#[must_use]
pub fn foreign_scope<'a>(scopes: &'a Scopes, own_host: &str) -> Option<&'a RouteScope> {
    scopes.routes().find(|it| !OPENAPI_HOSTS.contains(&it.host()) && it.host() != own_host)
}

/// The hosts in the scopes of Openapi's callers.
const OPENAPI_HOSTS: [&str; 2] = ["esignature.openapi.com", "test.esignature.openapi.com"];
