//! The landing page: what this is, and where to go.

use maud::{Markup, html};
use shared::edge::page::{Frame, Texts, frame};

use super::STYLE;

/// `GET /`.
pub(crate) fn home(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    let body = html! {
        div.sheet.home {
            h1 { (t("room-home-title")) }
            p.lead { (t("room-home-words")) }
            ul.doors {
                li.card {
                    h2 { (t("room-home-sign")) }
                    p { (t("room-home-sign-words")) }
                    p { a href="sign" { (t("room-home-open")) } }
                }
                li.card {
                    h2 { (t("room-home-check")) }
                    p { (t("room-home-check-words")) }
                    p { a href="check" { (t("room-footer-check")) } }
                }
                li.card {
                    h2 { (t("room-home-build")) }
                    p { (t("room-home-build-words")) }
                    p { a href="docs" { (t("room-home-docs")) } }
                }
            }
        }
    };
    frame(
        texts,
        &Frame {
            root: "",
            title: "room-home-title",
            class: "still",
            style: STYLE,
            script: None,
            look: None,
            host: None,
            stored: None,
            tools: false,
        },
        &body,
    )
}
