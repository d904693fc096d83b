//! What opens over the page: declining, passing on, own details, other devices, the end of a session.

use maud::{Markup, html};

use shared::edge::page::{Texts, icon};

pub(super) fn all(texts: &Texts) -> Markup {
    html! {
        (decline(texts))
        (person(texts, "delegate"))
        (person(texts, "details"))
        (device(texts))
        (hand(texts))
        (idle(texts))
    }
}

fn dialog(texts: &Texts, name: &str, body: &Markup) -> Markup {
    html! {
        dialog id=(name) aria-labelledby=(format!("{name}-title")) {
            div.dialog-head {
                h2 id=(format!("{name}-title")) tabindex="-1" { (texts.say(&format!("room-{name}-title"))) }
                button.icon data-close=(name) type="button" aria-label=(texts.say("room-close")) { (icon::close()) }
            }
            (body)
            p.error id=(format!("{name}-error")) role="alert" {}
        }
    }
}

fn decline(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    dialog(
        texts,
        "decline",
        &html! {
            form #decline-form {
                p { (t("room-decline-words")) }
                label for="reason" { (t("room-decline-reason")) " " span.quiet { "(" (t("room-optional")) ")" } }
                textarea #reason rows="3" maxlength="1000" dir="auto" {}
                div.actions {
                    button.danger type="submit" { (t("room-decline-now")) }
                    button data-close="decline" type="button" { (t("room-cancel")) }
                }
            }
        },
    )
}

/// A person's details: the delegate's, or the signatory's own.
fn person(texts: &Texts, name: &str) -> Markup {
    let t = |key: &str| texts.say(key);
    let own = name == "details";
    let autocomplete = |token: &'static str| if own { token } else { "off" };
    let field = |key: &str, label: &str, kind: &str, token: &'static str, required: bool| {
        html! {
            div.field id=(format!("{name}-{key}-field")) {
                label for=(format!("{name}-{key}")) {
                    (t(label)) @if !required && !own { " " span.quiet id=(format!("{name}-{key}-note")) { "(" (t("room-optional")) ")" } }
                }
                input id=(format!("{name}-{key}")) type=(kind) maxlength="254" autocomplete=(autocomplete(token)) dir="auto" required[required];
            }
        }
    };
    dialog(
        texts,
        name,
        &html! {
            form id=(format!("{name}-form")) {
                p { (t(&format!("room-{name}-words"))) }
                div.pair {
                    (field("given", "room-name-given", "text", "given-name", true))
                    (field("family", "room-name-family", "text", "family-name", true))
                }
                (field("email", "room-name-email", "email", "email", true))
                (field("mobile", "room-name-mobile", "tel", "tel", false))
                div.actions {
                    button.main type="submit" { @if own { (t("room-details-save")) } @else { (t("room-continue")) } }
                    button data-close=(name) type="button" { (t("room-cancel")) }
                }
            }
        },
    )
}

fn device(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    dialog(
        texts,
        "device",
        &html! {
            p { (t("room-device-words")) }
            div.qr #qr {}
            p.quiet { (t("room-device-private")) }
            div.actions {
                button #device-copy type="button" { (t("room-device-copy")) }
                span #device-copied role="status" {}
            }
        },
    )
}

fn hand(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    dialog(
        texts,
        "hand",
        &html! {
            p { (t("room-hand-words")) }
            div.actions {
                button.main #hand-now type="button" { (t("room-hand-now")) }
                button data-close="hand" type="button" { (t("room-cancel")) }
            }
        },
    )
}

fn idle(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    dialog(
        texts,
        "idle",
        &html! {
            p { (t("room-idle-words")) }
            p.count #idle-left role="timer" {}
            div.actions {
                button.main #idle-stay type="button" { (t("room-idle-stay")) }
                button #idle-leave type="button" { (t("room-idle-leave")) }
            }
        },
    )
}
