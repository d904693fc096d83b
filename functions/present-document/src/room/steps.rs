//! The steps of the page, in their order; the script shows one of them.

use maud::{Markup, html};

use shared::edge::page::{Texts, icon};

pub(super) fn all(texts: &Texts) -> Markup {
    html! {
        (loading(texts))
        (link(texts))
        (start(texts))
        (access(texts))
        (read(texts))
        (attach(texts))
        (agree(texts))
        (code(texts))
        (sign(texts))
        (review(texts))
        (done(texts))
        (ended(texts))
    }
}

fn step(name: &str, title: &str, body: &Markup) -> Markup {
    html! {
        section.step id=(name) aria-labelledby=(format!("{name}-title")) hidden {
            h1 id=(format!("{name}-title")) tabindex="-1" { (title) }
            (body)
        }
    }
}

fn loading(texts: &Texts) -> Markup {
    step(
        "loading",
        &texts.say("room-loading"),
        &html! { p.bones aria-hidden="true" { span {} span {} span {} } },
    )
}

fn link(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    step(
        "link",
        &t("room-link-title"),
        &html! {
            p { (t("room-link-words")) }
            form #link-form novalidate {
                label for="link-token" { (t("room-link-label")) }
                input #link-token type="text" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="link-error";
                p.error #link-error {}
                div.actions { button.main type="submit" { (t("room-link-open")) } }
            }
        },
    )
}

fn start(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        section.step #start aria-labelledby="start-title" hidden {
            p.kicker { bdi #start-by {} " " span #start-what {} }
            h1 #start-title tabindex="-1" { bdi #start-subject {} }
            blockquote #start-message dir="auto" {}
            dl.facts {
                div { dt { (t("room-start-for")) } dd { bdi #start-for {} } }
                div { dt { (t("room-start-document")) } dd #start-size {} }
                div { dt { (t("room-start-until")) } dd #start-until {} }
            }
            div.actions { button.main.wide #start-read type="button" { (t("room-start-read")) } }
            p.quiet.centred { (t("room-start-calm")) }
            details.sure {
                summary { (icon::lock()) span { (t("room-start-sure")) } }
                dl.facts {
                    div { dt { (t("room-start-sure-host")) } dd.mono #sure-host {} }
                    div { dt { (t("room-start-sure-request")) } dd.mono #sure-request {} }
                    div { dt { (t("room-start-sure-digest")) } dd.mono #sure-digest {} }
                }
                p.quiet { (t("room-start-sure-digest-words")) }
            }
        }
    }
}

fn access(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    step(
        "access",
        &t("room-access-title"),
        &html! {
            p { (t("room-access-words")) }
            form #access-form novalidate data-code=(t("room-access-code")) {
                div #access-questions {}
                p.error #access-error {}
                div.actions { button.main type="submit" { (t("room-access-send")) } }
            }
        },
    )
}

fn read(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    step(
        "read",
        &t("room-read-title"),
        &html! {
            p { (t("room-read-words")) }
            p.checked #read-checked hidden { (icon::tick()) span #read-checked-words {} }
            div.must #read-must hidden {
                div.choice {
                    input #read-box type="checkbox" aria-describedby="read-error";
                    label for="read-box" { (t("room-read-must")) }
                }
            }
            p.error #read-error {}
            div.actions.onward {
                button.main #read-next type="button" data-continue=(t("room-continue")) data-acknowledge=(t("room-read-acknowledge")) {}
                button.plain #read-decline type="button" { (t("room-decline")) }
            }
            p.download #read-offer { a #read-download href="sign/document" download="document.pdf" { (icon::download()) span { (t("room-read-download")) } } }
            dl.facts { div { dt { (t("room-read-digest")) } dd.mono #read-digest {} } }
        },
    )
}

fn attach(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    step(
        "attach",
        &t("room-attach-title"),
        &html! {
            p #attach-owed hidden { (t("room-attach-owed")) }
            p { (t("room-attach-words")) }
            ul.files #attach-list data-choose=(t("room-attach-choose")) {}
            p.error #attach-error {}
            div.actions {
                button.main #attach-next type="button" data-continue=(t("room-continue")) data-acknowledge=(t("room-read-acknowledge")) {}
                button #attach-back data-back type="button" { (t("room-back")) }
            }
        },
    )
}

fn agree(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    step(
        "agree",
        &t("room-agree-title"),
        &html! {
            form #agree-form novalidate {
                div.consent {
                    p.words #agree-text dir="auto" tabindex="0" {}
                    div.choice {
                        input #agree-box type="checkbox" aria-describedby="agree-text agree-error";
                        label for="agree-box" { (t("room-agree-box")) }
                    }
                }
                p.error #agree-error {}
                p { (t("room-agree-words")) }
                dl.facts { div { dt { (t("room-agree-to")) } dd #agree-to {} } }
                p.quiet #agree-texts hidden { (t("room-agree-texts")) }
                div.actions {
                    button.main type="submit" { (t("room-agree-send")) }
                    button data-back type="button" { (t("room-back")) }
                }
            }
        },
    )
}

fn code(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    step(
        "code",
        &t("room-code-title"),
        &html! {
            form #code-form novalidate {
                p #code-sent {}
                div #code-fields data-label=(t("room-code-label")) data-email=(t("room-code-email")) data-sms=(t("room-code-sms")) {}
                p.error #code-error {}
                p.quiet { span #code-until {} " " (t("room-code-never")) }
                div.actions {
                    button.main type="submit" { (t("room-continue")) }
                    button data-back type="button" { (t("room-back")) }
                }
                div.again {
                    button.plain #code-resend type="button" { (t("room-code-resend")) }
                    p.quiet #code-wait {}
                }
            }
        },
    )
}

fn sign(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    step(
        "sign",
        &t("room-sign-title"),
        &html! {
            form #sign-form novalidate {
                fieldset.modes #modes {
                    legend.hidden-text { (t("room-sign-how")) }
                    @for mode in ["typed", "drawn", "uploaded"] {
                        div.mode id=(format!("mode-{mode}-choice")) {
                            input id=(format!("mode-{mode}")) type="radio" name="mode" value=(mode);
                            label for=(format!("mode-{mode}")) { (t(&format!("room-sign-{mode}"))) }
                        }
                    }
                }
                div #typed {
                    label for="name" { (t("room-sign-name")) }
                    input #name type="text" autocomplete="name" maxlength="100" dir="auto" aria-describedby="name-error name-letters";
                    p.error #name-error {}
                    p.quiet #name-letters role="status" {}
                    p.preview-title.quiet { (t("room-sign-preview")) }
                    p.paper.hand #preview dir="auto" aria-live="polite" {}
                }
                div #drawn hidden {
                    p.quiet #pad-words data-typed=(t("room-sign-pad-words")) data-uploaded=(t("room-sign-pad-picture")) {}
                    div.paper.pad {
                        canvas #pad role="img" tabindex="0" aria-label=(t("room-sign-pad")) aria-describedby="pad-words pad-error" {}
                        p.ghost #pad-ghost aria-hidden="true" { (t("room-sign-pad")) }
                    }
                    p.error #pad-error {}
                    div.actions.small {
                        button #pad-undo type="button" { (t("room-sign-undo")) }
                        button #pad-clear type="button" { (t("room-sign-clear")) }
                    }
                }
                div #uploaded hidden {
                    label for="image-file" { (t("room-sign-choose")) }
                    p.quiet #image-words { (t("room-sign-choose-words")) }
                    input #image-file type="file" accept="image/png,image/jpeg,image/webp" aria-describedby="image-words image-error";
                    p.error #image-error {}
                    p.paper { img #image-preview alt=(t("room-sign-preview")) hidden; }
                }
                div.actions {
                    button.main type="submit" { (t("room-sign-review")) }
                    button data-back type="button" { (t("room-back")) }
                }
            }
        },
    )
}

fn review(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    step(
        "review",
        &t("room-review-title"),
        &html! {
            p { (t("room-review-words")) }
            dl.facts {
                div { dt { (t("room-review-document")) } dd { bdi #review-document {} } }
                div #review-mark-row {
                    dt { (t("room-review-mark")) }
                    dd {
                        p.paper {
                            span.hand #review-name dir="auto" {}
                            img #review-image alt="" hidden;
                        }
                    }
                }
                div { dt { (t("room-review-requester")) } dd { bdi #review-requester {} } }
                div { dt { (t("room-read-digest")) } dd.mono #review-digest {} }
                div { dt { (t("room-review-consent")) } dd.words #review-consent dir="auto" tabindex="0" {} }
                div #review-delegate-row { dt { (t("room-review-delegate")) } dd { bdi #review-delegate {} } }
            }
            div.actions.near {
                button.main.sign #review-now type="button" data-sign=(t("room-review-sign"))
                    data-approve=(t("room-review-approve")) data-delegate=(t("room-review-delegate-now")) {}
                button data-back type="button" { (t("room-review-change")) }
            }
        },
    )
}

fn done(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        section.step #done aria-labelledby="done-title" hidden {
            p.seal.good { (icon::tick()) }
            h1 #done-title tabindex="-1" data-signed=(t("room-state-signed")) data-approved=(t("room-state-approved"))
                data-read=(t("room-state-read")) data-delegated=(t("room-state-delegated"))
                data-complete=(t("room-state-complete")) data-needless=(t("room-state-not-needed")) {}
            p #done-words data-recorded=(t("room-state-recorded")) data-delegated=(t("room-done-next-other")) data-complete=(t("room-state-complete")) {}
            dl.facts {
                div { dt { (t("room-review-document")) } dd { bdi #done-document {} } }
                div { dt { (t("room-review-requester")) } dd { bdi #done-by {} } }
                div #done-at-row { dt { (t("room-done-at")) } dd #done-at {} }
                div #done-digest-row hidden { dt { (t("room-done-digest")) } dd.mono #done-digest {} }
            }
            div #done-file hidden {
                div.actions { a.button.main #done-download href="sign/document?which=signed" download="signed.pdf" { (icon::download()) (t("room-done-download")) } }
                p.quiet #done-keep {}
            }
            div #done-next {
                h2 { (t("room-done-next")) }
                ol.next {
                    li #done-next-act data-signed=(t("room-done-next-seal")) data-approved=(t("room-done-next-keep"))
                        data-read=(t("room-done-next-keep")) {}
                    li { (t("room-done-next-mail")) }
                    li { (t("room-done-next-close")) }
                }
            }
            div.actions {
                a.button #done-return hidden {}
                button.plain #done-print type="button" { (t("room-done-print")) }
            }
        }
    }
}

/// Every way in which there is nothing to do. The script picks one by its name.
fn ended(texts: &Texts) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        section.step #ended aria-labelledby="ended-title" hidden {
            p.seal { (icon::stop()) }
            h1 #ended-title tabindex="-1" {}
            p #ended-words {}
            dl.facts #ended-about hidden {
                div { dt { (t("room-review-document")) } dd { bdi #ended-document {} } }
                div { dt { (t("room-review-requester")) } dd { bdi #ended-by {} } }
            }
            div.actions {
                a.button #ended-return hidden {}
                button #ended-again type="button" hidden { (t("room-again")) }
            }
            div hidden {
                @for name in ENDS {
                    p id=(format!("end-{name}")) data-words=(t(&format!("room-{}-words", end_text(name)))) { (t(&format!("room-{}", end_text(name)))) }
                }
            }
        }
    }
}

/// The text of an end: those of what the signatory did stand among the states, all others among the errors.
fn end_text(name: &str) -> String {
    match name {
        "you-declined" => "state-declined".to_owned(),
        "not-needed" => "state-not-needed".to_owned(),
        name => format!("error-{name}"),
    }
}

const ENDS: [&str; 22] = [
    "any",
    "answer",
    "cancelled",
    "changed",
    "code",
    "code-over",
    "cookies",
    "copy",
    "declined",
    "expired",
    "failed",
    "gone",
    "locked",
    "many",
    "not-needed",
    "other",
    "over",
    "preparing",
    "texts",
    "turn",
    "unknown",
    "you-declined",
];
