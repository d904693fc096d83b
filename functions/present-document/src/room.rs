//! The signing room as HTML: one page with every step, of which the script shows one at a time.
//!
//! **Invariant:** it is the same for everyone. Who someone is stands in the fragment, which stays in the
//! browser, and comes by the API.

mod dialogs;
pub(crate) mod form;
pub(crate) mod home;
mod steps;

use domain::value::Language;
use maud::{Markup, html};
use shared::edge::page::{Frame, Texts, frame, icon};

/// The signing room, for scripts; without them it asks for the link, and goes on by forms.
///
/// `root` leads from the address of the page to that of the API, as in `../`.
pub(crate) fn room(texts: &Texts, root: &str, chosen: Option<Language>) -> Markup {
    let t = |name: &str| texts.say(name);
    let body = html! {
        noscript {
            div.sheet.card {
                h1 { (t("room-link-title")) }
                p { (t("room-link-words")) }
                (link_form(texts, root, chosen))
                p.quiet { (t("room-script")) }
            }
        }
        div.work #work data-letters=(letters()) hidden {
            (document(texts))
            div.panel #panel {
                header.asked #asked hidden {
                    p.kicker { bdi #asked-by {} " " span #asked-what {} }
                    p.subject { bdi #asked-title {} }
                }
                div.progress #progress hidden {
                    p #progress-words {}
                    ol #steps aria-label=(t("room-steps")) {
                        @for step in STEPS {
                            li data-step=(step) { span { (t(&format!("room-step-{step}"))) } }
                        }
                    }
                }
                p.status #status role="status" {}
                div.problem #problem role="alert" {}
                (steps::all(texts))
                nav.others #others hidden {
                    button.plain #open-decline type="button" { (t("room-decline")) }
                    button.plain #open-delegate type="button" hidden { (t("room-delegate")) }
                    button.plain #keep-task type="button" hidden { (t("room-delegate-keep")) }
                    button.plain #open-details type="button" hidden { (t("room-details")) }
                    a.plain #leave-return hidden {}
                }
            }
        }
        (dialogs::all(texts))
        script #texts type="application/json" { (maud::PreEscaped(texts.for_script("say-"))) }
    };
    frame(
        texts,
        &Frame {
            root,
            title: "room-title",
            class: "room",
            style: STYLE,
            script: Some("sign/assets/room.js"),
            look: None,
            host: None,
            stored: None,
            tools: true,
        },
        &body,
    )
}

/// The characters that stand as letters in the document, in hexadecimal: `20-7e a0`.
fn letters() -> String {
    let ranges =
        pdf::letters().iter().map(|range| match (u32::from(*range.start()), u32::from(*range.end())) {
            (low, high) if low == high => format!("{low:x}"),
            (low, high) => format!("{low:x}-{high:x}"),
        });
    ranges.collect::<Vec<_>>().join(" ")
}

/// An address that carries along which language was chosen.
pub(crate) fn led(address: &str, chosen: Option<Language>) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    chosen.map_or_else(
        || address.to_owned(),
        |language| format!("{address}{mark}language={}", language.as_str()),
    )
}

/// Where the link is pasted when there is no script.
pub(crate) fn link_form(texts: &Texts, root: &str, chosen: Option<Language>) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        form method="post" action=(led(&format!("{root}sign/form/session"), chosen)) {
            label for="form-token" { (t("room-link-label")) }
            input #form-token name="token" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" required;
            div.actions { button.main type="submit" { (t("room-form-token")) } }
        }
    }
}

/// The document: its pages as pictures, or the viewer of the browser.
fn document(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        section.document #document aria-label=(t("room-view-document")) hidden {
            div.toolbar #toolbar {
                button.icon #view-thumbs type="button" aria-expanded="false" aria-controls="thumbs" aria-label=(t("room-view-pages")) { (icon::pages()) }
                button.icon #view-previous type="button" aria-label=(t("room-view-previous")) { (icon::up()) }
                button.icon #view-next type="button" aria-label=(t("room-view-next")) { (icon::down()) }
                p #view-page {}
                button.icon #view-place type="button" hidden aria-label=(t("room-view-place")) title=(t("room-view-place")) { (icon::pen()) }
                span.gap {}
                button.icon #view-smaller type="button" aria-label=(t("room-view-smaller")) { (icon::minus()) }
                button.zoom #view-fit type="button" title=(t("room-view-fit")) { span #view-zoom {} span.hidden-text { " " (t("room-view-fit")) } }
                button.icon #view-larger type="button" aria-label=(t("room-view-larger")) { (icon::plus()) }
                span.gap {}
                a.icon #view-download href="sign/document" download="document.pdf" aria-label=(t("room-read-download")) { (icon::download()) }
            }
            div.view #view {
                nav.thumbs #thumbs aria-label=(t("room-view-pages")) hidden { ol #thumb-list {} }
                div.pages #pages tabindex="0" role="region" aria-label=(t("room-view-document")) { ol #page-list data-place=(t("room-review-mark")) {} }
                div.browser #browser data-words=(t("room-view-browser")) hidden {
                    iframe #browser-frame title=(t("room-view-document")) {}
                }
            }
        }
    }
}

/// The texts of the room in a language.
pub(crate) fn texts(language: Language) -> Texts {
    Texts::new(language, &FILLED_BY_SCRIPT)
}

/// The style sheet of the pages, from the root.
pub(crate) const STYLE: &str = "sign/assets/room.css";
const FILLED_BY_SCRIPT: [&str; 14] = [
    "count",
    "destination",
    "digits",
    "host",
    "letters",
    "page",
    "reason",
    "request",
    "requester",
    "seconds",
    "title",
    "until",
    "years",
    "zoom",
];
const STEPS: [&str; 6] = ["read", "attach", "agree", "code", "sign", "review"];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_page_is_whole_in_every_language() {
        for language in Language::ALL {
            let texts = texts(language);
            let page = room(&texts, "", None);
            let spoken = texts.for_script("say-");
            assert!(spoken.len() > 2000 && !spoken.contains('<'), "nothing in it ends its element");
            let page = texts.whole(page).unwrap();
            assert!(page.starts_with("<!DOCTYPE html>"));
            assert!(page.contains(&format!("<html lang=\"{}\" dir=\"ltr\"", language.as_str())));
            assert!(!page.contains(" style="), "the policy of the page allows no inline style");
            assert!(!page.contains("http://") && !page.contains("https://"), "nothing comes from elsewhere");
        }
    }
}
