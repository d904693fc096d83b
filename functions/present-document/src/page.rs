//! The pages of the signing room and their assets.

use domain::value::{Language, WebOrigin};
use maud::Markup;
use shared::edge::form::chosen_language;
use shared::edge::page::{Texts, language};
use shared::edge::{HttpRequest, Problem, Reply};

use crate::room;

/// The page, and who may frame it. It is the same for everyone: who someone is stands in the fragment, which
/// stays in the browser.
///
/// # Errors
///
/// [`Problem`] 503 when a text is missing.
pub(crate) fn page(http: &HttpRequest, ancestors: &[WebOrigin]) -> Result<Reply, Problem> {
    let texts = room::texts(language(http));
    let page = room::room(&texts, "", chosen_language(http));
    written(texts, page, ancestors)
}

/// `GET /`: what this is.
///
/// # Errors
///
/// As [`page`].
pub(crate) fn home(http: &HttpRequest) -> Result<Reply, Problem> {
    let texts = room::texts(language(http));
    let page = room::home::home(&texts);
    written(texts, page, &[])
}

/// A page as an answer, which pages of `ancestors` may frame.
///
/// # Errors
///
/// [`Problem`] 503 when a text is missing.
pub(crate) fn written(texts: Texts, page: Markup, ancestors: &[WebOrigin]) -> Result<Reply, Problem> {
    let language = texts.language();
    let page = texts.whole(page).map_err(Problem::unavailable)?;
    Ok(with_policy(Reply::text(200, "text/html; charset=utf-8", page), language, ancestors))
}

fn with_policy(reply: Reply, language: Language, ancestors: &[WebOrigin]) -> Reply {
    let mut policy = format!("{POLICY}; frame-ancestors");
    if ancestors.is_empty() {
        policy.push_str(" 'none'");
    }
    for ancestor in ancestors {
        policy.push(' ');
        policy.push_str(ancestor.as_str());
    }
    reply
        .header("content-security-policy", policy)
        .header("content-language", language.as_str())
        .header("cross-origin-opener-policy", "same-origin")
        .header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()")
        .header("vary", "accept-language")
        .header("x-robots-tag", "noindex")
}

/// An asset of the page.
///
/// # Errors
///
/// [`Problem`] 404 for a name that is none.
pub(crate) fn asset(name: &str) -> Result<Reply, Problem> {
    let reply = match name {
        "room.css" => Reply::text(200, "text/css; charset=utf-8", STYLE),
        "room.js" => Reply::text(200, "text/javascript; charset=utf-8", SCRIPT),
        "qr.js" => Reply::text(200, "text/javascript; charset=utf-8", CAMERA_SCRIPT),
        "icon.svg" => Reply::text(200, "image/svg+xml", ICON),
        "licences.txt" => Reply::text(200, "text/plain; charset=utf-8", LICENCES),
        "hand.ttf" => Reply::bytes("font/ttf", HAND.to_vec()),
        _ => return Err(Problem::not_found()),
    };
    let age = if name == "hand.ttf" { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok(reply.header("cache-control", age))
}

const STYLE: &str = concat!(
    include_str!("../../../shared/templates/web/base.css"),
    include_str!("../../../shared/templates/web/frame.css"),
    include_str!("../assets/frame.css"),
    include_str!("../assets/document.css"),
    include_str!("../assets/panel.css"),
    include_str!("../assets/steps.css"),
    include_str!("../assets/marks.css"),
);
const SCRIPT: &str = include_str!("../assets/room.js");
/// What draws a link for the camera of another device.
const CAMERA_SCRIPT: &str = include_str!("../assets/qr.js");
const ICON: &str = include_str!("../assets/icon.svg");
const LICENCES: &str = include_str!("../assets/licences.txt");
/// The hand that seals are written in, so that the preview is what will stand in the document.
const HAND: &[u8] = include_bytes!("../../../shared/pdf/fonts/Caveat-Regular.ttf");

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    font-src 'self'; connect-src 'self'; frame-src 'self' blob:; object-src 'none'; base-uri 'none'; \
    form-action 'self'";
