//! The page of the signing room and its assets.

use domain::value::WebOrigin;
use shared::edge::{Problem, Reply};

/// The page, and who may frame it. It is the same for everyone: who someone is stands in the fragment, which
/// stays in the browser.
pub(crate) fn page(ancestors: &[WebOrigin]) -> Reply {
    let mut policy = format!("{POLICY} frame-ancestors");
    if ancestors.is_empty() {
        policy.push_str(" 'none'");
    }
    for ancestor in ancestors {
        policy.push(' ');
        policy.push_str(ancestor.as_str());
    }
    Reply::text(200, "text/html; charset=utf-8", PAGE)
        .header("content-security-policy", policy)
        .header("cross-origin-opener-policy", "same-origin")
        .header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()")
        .header("x-robots-tag", "noindex")
}

/// An asset of the page.
///
/// # Errors
///
/// [`Problem`] 404 for a name that is none.
pub(crate) fn asset(name: &str) -> Result<Reply, Problem> {
    let (content_type, text) = match name {
        "app.css" => ("text/css; charset=utf-8", STYLE),
        "app.js" => (JAVASCRIPT, APP),
        "pad.js" => (JAVASCRIPT, PAD),
        "service.js" => (JAVASCRIPT, SERVICE),
        "words.js" => (JAVASCRIPT, WORDS),
        _ => return Err(Problem::not_found()),
    };
    Ok(Reply::text(200, content_type, text).header("cache-control", "no-cache"))
}

const PAGE: &str = include_str!("../assets/page.html");
const APP: &str = include_str!("../assets/app.js");
const PAD: &str = include_str!("../assets/pad.js");
const SERVICE: &str = include_str!("../assets/service.js");
const WORDS: &str = include_str!("../assets/words.js");
const STYLE: &str = include_str!("../assets/app.css");

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    connect-src 'self'; frame-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self';";
