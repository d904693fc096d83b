//! The page `/check` and its assets.

use domain::value::Language;
use maud::{Markup, PreEscaped, html};
use shared::edge::page::{Frame, Texts, frame, language};
use shared::edge::{HttpRequest, Problem, Reply};

/// The page, in the language that the address or the browser asks for.
///
/// # Errors
///
/// [`Problem`] 503 when a text is missing.
pub(super) fn page(http: &HttpRequest) -> Result<Reply, Problem> {
    let language = language(http);
    let page = written(language).map_err(Problem::unavailable)?;
    Ok(Reply::text(200, "text/html; charset=utf-8", page)
        .header("content-security-policy", POLICY)
        .header("content-language", language.as_str())
        .header("cross-origin-opener-policy", "same-origin")
        .header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()")
        .header("vary", "accept-language"))
}

/// An asset of the page.
///
/// # Errors
///
/// [`Problem`] 404 for a name that is none.
pub(super) fn asset(name: &str) -> Result<Reply, Problem> {
    let (content_type, text) = match name {
        "check.css" => ("text/css; charset=utf-8", STYLE),
        "check.js" => ("text/javascript; charset=utf-8", SCRIPT),
        _ => return Err(Problem::not_found()),
    };
    Ok(Reply::text(200, content_type, text).header("cache-control", "no-cache"))
}

fn written(language: Language) -> Result<String, shared::wording::MissingText> {
    let texts = Texts::new(language, &["size"]);
    let body = body(&texts);
    let page = Frame {
        root: "",
        title: "check-title",
        class: "check",
        style: "check/assets/check.css",
        script: Some("check/assets/check.js"),
        look: None,
        host: None,
        stored: None,
        tools: false,
    };
    let page = frame(&texts, &page, &body);
    texts.whole(page)
}

fn body(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        h1 { (t("check-title")) }
        p { (t("check-words")) }
        noscript { p.message.bad { (t("check-noscript")) } }
        form #form .card hidden {
            div #drop .drop {
                label for="file" { (t("check-file")) }
                p #file-hint .quiet { (t("check-hint")) }
                input #file type="file" accept=(ACCEPTED) aria-describedby="file-hint";
            }
        }
        p #status role="status" {}
        div #problem role="alert" {}
        section #known .card aria-labelledby="known-title" hidden {
            h2 #known-title tabindex="-1" {}
            p #known-words {}
            dl {
                div { dt { (t("check-name")) } dd #name {} }
                div { dt { (t("check-digest")) } dd #digest .code {} }
                div #sealed-row { dt { (t("check-sealed-at")) } dd #sealed-at {} }
            }
            div #offer {
                p #offer-words .quiet {}
                button #send .main type="button" { (t("check-send")) }
            }
        }
        // Reports are in English, whatever the language of the page.
        div #report lang="en" tabindex="-1" {}
        script #texts type="application/json" { (PreEscaped(texts.for_script("check-say-"))) }
    }
}

const ACCEPTED: &str =
    ".pdf,.p7m,.p7s,.p7c,.tsr,.tst,application/pdf,application/pkcs7-mime,application/pkcs7-signature";
const SCRIPT: &str = include_str!("../../assets/check.js");
const STYLE: &str = concat!(
    include_str!("../../../../shared/templates/web/base.css"),
    include_str!("../../../../shared/templates/web/frame.css"),
    include_str!("../../../../shared/sheet/assets/sheet.css"),
    include_str!("../../assets/check.css"),
);
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_page_is_whole_in_every_language() {
        for language in Language::ALL {
            let page = written(language).unwrap();
            assert!(page.contains(&format!("<html lang=\"{}\" dir=\"ltr\"", language.as_str())));
            assert!(!page.contains(" style="), "the policy of the page allows no inline style");
            assert!(!page.contains("http://") && !page.contains("https://"), "nothing comes from elsewhere");
        }
    }
}
