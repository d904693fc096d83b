//! The steps without scripts: one form at a time, written by the server.

use domain::request::{AnyRequest, Hideable, Progress, Role, Signatory};
use domain::value::Language;
use domain::{Channel, Timestamp};
use maud::{Markup, html};
use shared::edge::form::WORD;
use shared::edge::page::{Frame, Look, Texts, frame};

use super::{STYLE, led, link_form};
use crate::step::Step;

/// What the forms of a session hold.
pub(crate) struct Held<'a> {
    pub(crate) request: &'a AnyRequest,
    pub(crate) person: &'a Signatory,
    pub(crate) word: &'a str,
    /// Where the page leads back to, with a result that the sender can check.
    pub(crate) back: Option<String>,
    /// Whether the documents are no longer given out.
    pub(crate) is_over: bool,
    /// The language that was chosen for the pages.
    pub(crate) chosen: Option<Language>,
}

/// What the last form came to, if it was refused.
pub(crate) struct Refused<'a> {
    pub(crate) code: &'a str,
    /// The value of the form that was at fault, if it was one.
    pub(crate) field: Option<&'a str>,
    pub(crate) attempts_left: Option<u8>,
}

/// The page of a step; without a session, that where the link is pasted.
pub(crate) fn page(
    texts: &Texts,
    step: Step,
    held: Option<&Held<'_>>,
    refused: Option<&Refused<'_>>,
    chosen: Option<Language>,
) -> Markup {
    let t = |name: &str| texts.say(name);
    let body = html! {
        div.panel {
            @if let Some(held) = held { (asked(texts, held)) }
            @if let Some(refused) = refused { (problem(texts, held, refused)) }
            section.step {
                @match (step, held) {
                    (Step::Access, Some(held)) => (access(texts, held)),
                    (Step::Read, Some(held)) => (read(texts, held)),
                    (Step::Agree, Some(held)) => (agree(texts, held)),
                    (Step::Act, Some(held)) => (act(texts, held)),
                    (Step::Acknowledge, Some(held)) => (acknowledge(texts, held)),
                    (Step::Done(text), _) => {
                        @let recorded = if text == "delegated" { "room-done-next-other" } else { "room-state-recorded" };
                        (said(texts, &format!("room-state-{text}"), &[recorded, "room-done-next-mail"], chosen))
                    }
                    (Step::Complete, _) => (complete(texts, held)),
                    (Step::Owed, _) => (said(texts, "room-attach-title", &["room-attach-owed", "room-error-scripts-words"], chosen)),
                    (Step::Ended(text), _) => (said(texts, &format!("room-{text}"), &[&format!("room-{text}-words")], chosen)),
                    _ => {
                        h1 { (t("room-link-title")) }
                        p { (t("room-link-words")) }
                        (link_form(texts, "../", chosen))
                    }
                }
            }
            @if let Some(url) = held.and_then(|it| it.back.as_deref()) {
                p { a href=(url) { (texts.say("say-return").replace("{host}", host_of(url))) } }
            }
            @if let (Step::Access | Step::Read | Step::Agree | Step::Act | Step::Acknowledge | Step::Ended("error-scripts"), Some(held)) = (step, held) {
                (decline(texts, held))
            }
        }
    };
    let host = held.map(|it| host_of(&it.request.facts().public_url));
    let stored = held.map(|it| stored(texts, it));
    frame(
        texts,
        &Frame {
            root: "../",
            title: "room-title",
            class: "still",
            style: STYLE,
            script: None,
            look: held.map(|it| Look {
                style: "sign/assets/look.css",
                logo: it.request.facts().options.ui.logo().map(|_| "sign/logo"),
            }),
            host,
            stored: stored.as_deref(),
            tools: false,
        },
        &body,
    )
}

/// What there is to say where nothing is to be done, and a way to look again.
fn said(texts: &Texts, title: &str, words: &[&str], chosen: Option<Language>) -> Markup {
    html! {
        h1 { (texts.say(title)) }
        @for name in words { p { (texts.say(name)) } }
        div.actions { a.button href=(led("step", chosen)) { (texts.say("room-form-refresh")) } }
    }
}

/// How long the document and its evidence are kept.
fn stored(texts: &Texts, held: &Held<'_>) -> String {
    let kept = held.request.facts().retention;
    let words = texts.say(&format!("say-stored-{}", kept.document_months()));
    words.replace("{years}", &kept.evidence_years().to_string())
}

/// Everyone has acted: the signed document, where the sender does not hide it.
fn complete(texts: &Texts, held: Option<&Held<'_>>) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        h1 { (t("room-state-complete")) }
        @if held.is_some_and(|it| it.is_over) {
            p { (t("say-kept-no-more")) }
        } @else if let Some(held) = held.filter(|it| !hides(it, Hideable::DownloadSigned)) {
            div.actions { a.button.main href=(link(held, "which=signed")) { (t("room-done-download")) } }
            p.quiet { (t(&format!("say-keep-{}", held.request.facts().retention.document_months()))) }
        }
    }
}

/// What the address bar shows between scheme and path.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn asked(texts: &Texts, held: &Held<'_>) -> Markup {
    let facts = held.request.facts();
    let zone = held.person.timezone.as_ref().unwrap_or(&facts.options.timezone);
    let asks = match held.person.role {
        Role::Approver => "say-asks-approve",
        Role::Signatory => "say-asks-sign",
        Role::Copy | Role::Viewer => "say-asks-read",
    };
    html! {
        header.asked {
            p.kicker { bdi { (facts.requester.as_str()) } " " (texts.say(asks)) }
            p.subject { bdi { (title(texts, held)) } }
            p.quiet { (texts.say("room-start-for")) ": " bdi { (held.person.full_name()) } }
            p.quiet { (texts.say("room-start-until")) ": " (texts.date(facts.expires_at, zone)) }
        }
    }
}

fn title(texts: &Texts, held: &Held<'_>) -> String {
    held.request.facts().title.as_ref().map_or_else(|| texts.say("say-document"), |it| it.as_str().to_owned())
}

fn problem(texts: &Texts, held: Option<&Held<'_>>, refused: &Refused<'_>) -> Markup {
    let text = match refused.code {
        "cookies" => "cookies",
        "answer_wrong" => "answer",
        "code_refused" => "code",
        "document_unknown" => "changed",
        "gone" => "gone",
        "id_malformed" | "link_unknown" | "not_found" => "unknown",
        "request_expired" => "expired",
        "resend_too_soon" | "too_many_codes" => "many",
        "session_over" => "over",
        "number_moved" | "sms_unavailable" => "texts",
        "signatory_locked" => "locked",
        _ if matches!(refused.field, Some("code" | "codes")) => "code",
        _ => "any",
    };
    let words = words_of(texts, held, refused);
    html! {
        div.problem role="alert" {
            strong { (texts.say(&format!("room-error-{text}"))) }
            (words.unwrap_or_else(|| texts.say(&format!("room-error-{text}-words"))))
            @if let Some(left) = refused.attempts_left {
                " " (texts.say("say-code-tries").replace("{count}", &left.to_string()))
            }
        }
    }
}

/// What is wrong with a value. What was typed is not told back: it would stand in an address.
fn words_of(texts: &Texts, held: Option<&Held<'_>>, refused: &Refused<'_>) -> Option<String> {
    if refused.code == "code_refused" {
        return None;
    }
    match refused.field? {
        "code" | "codes" => {
            let digits = held?.request.facts().options.code_length.digits();
            Some(texts.say("say-code-digits").replace("{digits}", &digits.to_string()))
        }
        "mark" => Some(texts.say("say-bad-name")),
        "answers" | "reason" => Some(texts.say("say-bad-text")),
        _ => None,
    }
}

/// A form of the session, with its word and what it is about.
fn form(held: &Held<'_>, call: &str, fields: &Markup) -> Markup {
    html! {
        form method="post" action=(led(&format!("form/{call}"), held.chosen)) autocomplete="off" {
            input type="hidden" name=(WORD) value=(held.word);
            (fields)
        }
    }
}

fn digest(held: &Held<'_>) -> String {
    held.request.document().map(|it| it.current().sha256.to_hex()).unwrap_or_default()
}

/// The digest in groups of eight digits, as it is read aloud and compared.
fn grouped(digest: &str) -> String {
    let digits: Vec<char> = digest.chars().collect();
    digits.chunks(8).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

/// A link to a file of the session that the page belongs to.
fn link(held: &Held<'_>, query: &str) -> String {
    format!("document?{query}&signer={}", held.person.id)
}

fn hides(held: &Held<'_>, part: Hideable) -> bool {
    held.request.facts().options.ui.hides(part)
}

fn about(held: &Held<'_>) -> Markup {
    html! { input type="hidden" name="documentSha256" value=(digest(held)); }
}

fn tick(name: &str, words: &str) -> Markup {
    html! {
        div.choice {
            input id=(name) name=(name) type="checkbox" value="yes" required;
            label for=(name) { (words) }
        }
    }
}

fn access(texts: &Texts, held: &Held<'_>) -> Markup {
    let t = |name: &str| texts.say(name);
    let questions = held.person.knowledge.as_ref().map(|it| it.questions.as_slice()).unwrap_or_default();
    html! {
        h1 { (t("room-access-title")) }
        p { (t("room-access-words")) }
        (form(held, "access", &html! {
            @for (at, question) in questions.iter().enumerate() {
                label for=(format!("answer-{at}")) dir="auto" {
                    @match &question.text { Some(text) => (text.as_str()), None => (t("room-access-code")) }
                }
                input id=(format!("answer-{at}")) name="answers[]" type="text" maxlength="200" required;
            }
            div.actions { button.main type="submit" { (t("room-access-send")) } }
        }))
    }
}

fn read(texts: &Texts, held: &Held<'_>) -> Markup {
    let t = |name: &str| texts.say(name);
    let digest = digest(held);
    html! {
        h1 { (t("room-read-title")) }
        p { (t("room-form-read-words")) }
        div.actions { a.button.main href=(link(held, &format!("sha256={digest}"))) target="_blank" rel="noopener" { (t("room-form-document")) } }
        dl.facts { div { dt { (t("room-read-digest")) } dd.mono { (grouped(&digest)) } } }
        (form(held, "presented", &html! {
            (about(held))
            input type="hidden" name="view" value="browser";
            input type="hidden" name="read" value="true";
            (tick("_read", &t("room-form-read")))
            div.actions { button type="submit" { (t("room-continue")) } }
        }))
    }
}

fn agree(texts: &Texts, held: &Held<'_>) -> Markup {
    let t = |name: &str| texts.say(name);
    let options = &held.request.facts().options;
    let channels = held.person.channels.each().iter();
    let destinations: Vec<String> = channels.filter_map(|it| held.person.masked_destination(*it)).collect();
    html! {
        h1 { (t("room-agree-title")) }
        (form(held, "otp", &html! {
            (about(held))
            input type="hidden" name="consentSha256" value=(options.consent_digest().to_hex());
            div.consent {
                p.words dir="auto" { (options.consent_text.as_str()) }
                (tick("_agree", &t("room-agree-box")))
            }
            p { (t("room-agree-words")) }
            dl.facts { div { dt { (t("room-agree-to")) } dd { (destinations.join(", ")) } } }
            @if held.person.channels.has(Channel::Sms) {
                p.quiet { (t("room-agree-texts")) }
            }
            div.actions { button.main type="submit" { (t("room-agree-send")) } }
        }))
    }
}

/// Which characters of a name the typeface of the document does not have.
fn boxes(texts: &Texts, name: &str) -> Markup {
    let missing = pdf::missing_letters(name).iter().map(char::to_string).collect::<Vec<_>>().join(" ");
    html! {
        @if !missing.is_empty() { p.quiet { (texts.say("say-letters").replace("{letters}", &missing)) } }
    }
}

/// The codes, the typed name and the last look, on one page.
fn act(texts: &Texts, held: &Held<'_>) -> Markup {
    let t = |name: &str| texts.say(name);
    let facts = held.request.facts();
    let signs = held.person.role == Role::Signatory;
    let channels = held.person.channels.each();
    let digits = facts.options.code_length.digits();
    let hint = t("say-code-digits").replace("{digits}", &digits.to_string());
    // The browser itself says what is wrong, and keeps what was typed.
    let pattern = format!("[\\s\\-]*([0-9][\\s\\-]*){{{digits}}}");
    let code = |name: &str, label: &str| {
        html! {
            label for=(name) { (t(label)) }
            input.code id=(name) name=(name) type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="11"
                pattern=(pattern) title=(hint) required;
        }
    };
    html! {
        h1 { (t("room-code-title")) }
        p { (sent(texts, held)) }
        (form(held, if signs { "signature" } else { "approval" }, &html! {
            (about(held))
            @if let [_] = channels {
                (code("code", "room-code-label"))
            } @else {
                @for channel in channels {
                    (code(&format!("codes.{}", channel.as_str()), &format!("room-code-{}", channel.as_str())))
                }
            }
            p.quiet { (t("room-code-never")) }
            @if signs {
                input type="hidden" name="mark.mode" value="typed";
                label for="mark" { (t("room-sign-name")) }
                input #mark name="mark.name" type="text" autocomplete="name" maxlength="100" dir="auto" required value=(held.person.full_name());
                (boxes(texts, &held.person.full_name()))
            }
            h2.part { (t("room-review-title")) }
            p { (t("room-review-words")) }
            dl.facts {
                div { dt { (t("room-review-document")) } dd { bdi { (title(texts, held)) } } }
                div { dt { (t("room-review-requester")) } dd { bdi { (facts.requester.as_str()) } } }
                div { dt { (t("room-read-digest")) } dd.mono { (grouped(&digest(held))) } }
                div { dt { (t("room-review-consent")) } dd.words dir="auto" { (facts.options.consent_text.as_str()) } }
            }
            (tick("_confirm", &t("room-form-confirm")))
            div.actions {
                button.main type="submit" { @if signs { (t("room-review-sign")) } @else { (t("room-review-approve")) } }
                a.button href=(led("step?at=agree", held.chosen)) { (t("room-code-resend")) }
            }
        }))
    }
}

/// Where the codes went, and until when they are good.
fn sent(texts: &Texts, held: &Held<'_>) -> String {
    let Progress::Pending(ceremony) = &held.person.progress else { return String::new() };
    let Some(at) = ceremony.last_code_at else { return String::new() };
    let channels = held.person.channels.each().iter();
    let destinations: Vec<String> = channels.filter_map(|it| held.person.masked_destination(*it)).collect();
    let zone = held.person.timezone.as_ref().unwrap_or(&held.request.facts().options.timezone);
    let until = texts.date(at.plus(domain::policy::OtpPolicy::default().ttl), zone);
    let sent = texts.say("say-code-sent").replace("{destination}", &destinations.join(", "));
    format!("{sent} {}", texts.say("say-code-until").replace("{until}", &until))
}

fn acknowledge(texts: &Texts, held: &Held<'_>) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        h1 { (t("room-review-title")) }
        (form(held, "read", &html! {
            (about(held))
            (tick("_confirm", &t("room-form-confirm")))
            div.actions { button.main type="submit" { (t("room-read-acknowledge")) } }
        }))
    }
}

fn decline(texts: &Texts, held: &Held<'_>) -> Markup {
    let t = |name: &str| texts.say(name);
    html! {
        details.others {
            summary { (t("room-decline")) }
            div.step {
                p { (t("room-decline-words")) }
                (form(held, "decline", &html! {
                    label for="reason" { (t("room-decline-reason")) " " span.quiet { "(" (t("room-optional")) ")" } }
                    textarea #reason name="reason" rows="3" maxlength="1000" dir="auto" {}
                    (tick("_decline", &t("room-form-confirm")))
                    div.actions { button.danger type="submit" { (t("room-decline-now")) } }
                }))
            }
        }
    }
}

/// Codes live for five minutes: within them the page asks for the codes, and not for consent again.
pub(crate) fn has_codes(last_code_at: Option<Timestamp>, now: Timestamp) -> bool {
    last_code_at.is_some_and(|at| now.since(at) < domain::policy::OtpPolicy::default().ttl)
}
