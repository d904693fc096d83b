//! The contract of the API: as OpenAPI, as a page for people, and as what clients are made of.
//!
//! **Invariant:** this function may touch nothing: what it answers was compiled into it.

mod page;

use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, view};

/// What this function answers, made once.
#[derive(Debug)]
pub struct Deps {
    page: String,
    postman: String,
    walk: String,
    /// Names the version of the contract.
    etag: String,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when the contract cannot be read, which only a broken build brings about.
#[expect(clippy::unused_async, reason = "every function is loaded in the same way")]
pub async fn function(_env: &Env, _aws: &Aws) -> Result<Handler, ConfigError> {
    let document = contract::tree()
        .map_err(|error| ConfigError::Startup { what: "reading the contract", source: error.into() })?;
    let deps = Deps {
        page: page::page(&document),
        postman: contract::postman(&document),
        walk: contract::walk(&document),
        etag: view::etag_of(&contract::DOCUMENT.into()),
    };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Serves the contract in its forms.
///
/// # Errors
///
/// [`Problem`] 404 for a file that there is not.
#[expect(clippy::unused_async, reason = "every handler is called in the same way")]
pub async fn handle(deps: &Deps, http: HttpRequest, _cx: &Invocation) -> Result<Reply, Problem> {
    let reply = match http.route() {
        "/docs" => Reply::text(200, "text/html; charset=utf-8", &*deps.page)
            .header("content-security-policy", POLICY)
            .header("content-language", "en")
            .header("cross-origin-opener-policy", "same-origin"),
        "/docs/{name}" => match http.path_parameter("name")? {
            "docs.css" => Reply::text(200, "text/css; charset=utf-8", STYLE),
            "postman.json" => Reply::text(200, "application/json", &*deps.postman),
            "walk.sh" => Reply::text(200, "text/plain; charset=utf-8", &*deps.walk),
            _ => return Err(Problem::not_found()),
        },
        _ if http.has_seen(&deps.etag) => Reply::not_modified(&deps.etag),
        _ => Reply::text(200, "application/json", contract::DOCUMENT).header("etag", &*deps.etag),
    };
    Ok(reply.header("cache-control", KEPT))
}

const STYLE: &str =
    concat!(include_str!("../../../shared/templates/web/base.css"), include_str!("../assets/docs.css"),);
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
/// A new release is seen within minutes.
const KEPT: &str = "public, max-age=300";
