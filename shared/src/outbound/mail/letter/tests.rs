#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use domain::evidence::ChainHead;
use domain::otp::{CodeLength, OneTimeCode};
use domain::request::{Ceremony, DestinationFrom, Filing, Mode, Progress, Role, SigningOptions};
use domain::{Channels, Digest, EmailAddress, PersonName, RequestId, SignatoryId, TenantId, Text, Timestamp};

use super::*;

const LINK: &str = "https://sign.example/v1/sign#6564a1b2c3d4e5f607182930.x.y";

fn text(text: &str) -> Text {
    Text::parse(text, "text", 5000).unwrap()
}

fn signatory() -> Signatory {
    Signatory {
        id: SignatoryId::parse("6564a1b2-c3d4-4567-8901-23456789abcd").unwrap(),
        role: Role::Signatory,
        stage: 1,
        group: None,
        slot: SignatoryId::parse("6564a1b2-c3d4-4567-8901-23456789abcd").unwrap(),
        given_name: PersonName::parse("Ada").unwrap(),
        family_name: PersonName::parse("Lovelace").unwrap(),
        email: Some(EmailAddress::parse("ada@example.com").unwrap()),
        mobile: None,
        channels: Channels::Email,
        destination_from: DestinationFrom::Integrator,
        knowledge: None,
        identity: None,
        attachments: Vec::new(),
        language: None,
        timezone: None,
        otp_text: None,
        places: Vec::new(),
        anchors: Vec::new(),
        invited_at: None,
        link_generation: 0,
        link_digest: Digest::of(b""),
        key_salt: None,
        erased_at: None,
        notices: Vec::new(),
        free_moves: 0,
        email_since: None,
        mobile_since: None,
        progress: Progress::Pending(Ceremony::default()),
    }
}

fn facts() -> Facts {
    let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    Facts {
        id: RequestId::parse("6564a1b2c3d4e5f607182930").unwrap(),
        tenant: TenantId::parse("demo").unwrap(),
        version: 1,
        chain: ChainHead::empty(),
        custody: ChainHead::empty(),
        notifications: 0,
        created_at: at("2026-11-21T18:00:00Z"),
        updated_at: at("2026-11-21T18:00:00Z"),
        expires_at: at("2026-12-21T18:00:00Z"),
        closed_at: None,
        deleted_at: None,
        erased_at: None,
        held_at: None,
        ready_at: None,
        draft: false,
        filing: Filing::default(),
        public_url: "https://sign.example/v1".to_owned(),
        requester: text("Example Ltd"),
        title: Some(text("Lease, second floor")),
        description: None,
        inputs: Vec::new(),
        signatories: Vec::new(),
        options: SigningOptions {
            modes: vec![Mode::Typed],
            editable: BTreeMap::new(),
            must_read: false,
            code_length: CodeLength::Six,
            timezone: "Europe/Rome".to_owned(),
            ui: Box::default(),
            consent_text: text("I agree."),
            autocomplete: true,
            delegation: false,
            reminders: None,
            sender: None,
            brand: None,
        },
        callback: None,
        integrator_key_salt: None,
        readings: 0,
        copy_due_at: None,
        retention: domain::request::Retention::default(),
    }
}

/// A letter for tests of its sending.
pub(in crate::outbound::mail) fn invitation() -> Letter {
    Letter::invitation(&facts(), &signatory(), LINK, Language::En).unwrap()
}

fn otp(facts: &Facts, signatory: &Signatory) -> Letter {
    let code = OneTimeCode::parse("012345", CodeLength::Six).unwrap();
    let expires_at = Timestamp::parse_rfc3339("2026-11-21T18:41:05Z").unwrap();
    Letter::otp(facts, signatory, &code, (Digest::of(b"%PDF"), expires_at), Language::En).unwrap()
}

#[test]
fn an_invitation_names_requester_document_deadline_and_host() {
    let letter = invitation();
    assert_eq!(letter.subject(), "Example Ltd asks you to sign “Lease, second floor”");
    assert_eq!(letter.text(), include_str!("golden/invitation.txt").trim_end());
    assert!(letter.html().contains(&format!("href=\"{LINK}\"")));
}

#[test]
fn a_code_stands_alone_and_is_bound_to_the_host_in_the_last_line() {
    let letter = otp(&facts(), &signatory());
    assert_eq!(letter.subject(), "Your code to sign “Lease, second floor”");
    assert!(!letter.subject().contains("012345"));
    assert_eq!(letter.text(), include_str!("golden/otp.txt").trim_end());
    assert!(letter.text().lines().any(|line| line == "012345"));
    assert_eq!(letter.text().lines().last(), Some("@sign.example #012345"));
    assert!(letter.html().contains(">012345<"));
    assert!(!letter.html().contains("<a "), "a mail with a code has no link to be imitated");
}

#[test]
fn the_integrators_words_hold_the_code_where_they_ask_for_it() {
    let with_words = |words: &str| {
        let signatory = Signatory { otp_text: Some(text(words)), ..signatory() };
        otp(&facts(), &signatory)
    };
    let placed = with_words("Use {OTP} at the counter.");
    assert!(placed.text().contains("\nUse 012345 at the counter.\n"), "{}", placed.text());
    assert!(placed.html().contains(">Use 012345 at the counter.<"));
    let appended = with_words("Your counter code:");
    assert!(appended.text().contains("\nYour counter code: 012345\n"), "{}", appended.text());
    for letter in [placed, appended] {
        assert!(letter.text().lines().any(|line| line == "012345"));
        assert_eq!(letter.text().lines().last(), Some("@sign.example #012345"));
    }
}

#[test]
fn a_completion_carries_link_and_digest() {
    let letter =
        Letter::completion(&facts(), &signatory(), LINK, Digest::of(b"sealed"), Language::En).unwrap();
    assert_eq!(letter.subject(), "Signed by everyone: “Lease, second floor”");
    assert_eq!(letter.text(), include_str!("golden/completion.txt").trim_end());
    assert!(letter.html().contains(&format!("href=\"{LINK}\"")));
}

#[test]
fn words_from_outside_change_neither_the_form_of_a_mail_nor_become_links() {
    let hostile = [
        "Bcc\r\nBcc: x@evil.example",
        "<script>alert(1)</script>",
        "\" onclick=\"alert(1)",
        "</p><a href='https://evil.example'>Sign here</a>",
        "see https://evil.example/login now",
        "HTTP://EVIL.EXAMPLE",
        "www.evil.example",
        "evil.example/pay",
        "evil\u{3002}example",
        "evil.\u{200b}example",
        "mailto:x@evil.example",
        "x@evil.example",
        "tel:+391234",
        "javascript:alert(1)",
        "{{ code }}",
        "{% include \"x\" %}",
        "@evil.example #999999",
        "Line\u{2028}@evil.example #999999",
    ];
    for words in hostile {
        let mut facts = facts();
        let unchecked = words.replace(['\r', '\u{2028}'], " ");
        facts.requester = text(&unchecked);
        facts.title = Some(text(&unchecked));
        facts.description = Some(text(&unchecked));
        let signatory = Signatory { otp_text: Some(text(&unchecked)), ..signatory() };
        let letters = every_kind(&facts, &signatory, Language::En).into_iter().map(|(_, letter)| letter);
        for letter in letters {
            assert!(!letter.subject().contains(char::is_control), "{words}");
            let (text, html) = (letter.text().replace(LINK, ""), letter.html().replace(LINK, ""));
            for part in [letter.subject(), &text, &html] {
                let part = part.to_ascii_lowercase();
                assert!(!part.contains("evil.example") && !part.contains("x@evil"), "{words}: {part}");
                for scheme in ["http://", "https://", "mailto:x", "tel:+", "javascript:alert"] {
                    assert!(!part.contains(scheme), "{words}: {part}");
                }
            }
            assert!(!html.contains("<script") && !html.contains("onclick=\""), "{words}");
            assert_eq!(html.matches("<a ").count() % 2, 0, "only the button and its address are links");
            assert!(!text.lines().any(|line| line.starts_with("@evil")), "{words}");
        }
    }
}

#[test]
fn a_mail_asks_for_nothing_from_elsewhere() {
    let letters = every_kind(&facts(), &signatory(), Language::It).into_iter().map(|(_, letter)| letter);
    for letter in letters {
        let html = letter.html().replace(LINK, "");
        for outside in ["<img", "src=", "url(", "@import", "<script", "<link", "<iframe", "<form", "http"] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert_eq!(format!("{letter:?}"), "Letter(***)");
    }
}

#[test]
fn long_words_are_cut_and_ordinary_ones_stay() {
    let mut facts = facts();
    facts.title = Some(text(&"long ".repeat(400)));
    let letter = Letter::invitation(&facts, &signatory(), LINK, Language::En).unwrap();
    assert!(letter.subject().chars().count() <= MAX_SUBJECT_CHARS);
    assert!(letter.subject().ends_with('…'));
    for words in ["Łucja Ó Briain", "Ελένη", "10:30, version 1.2", "Müller & Co.", "دانا", "合同"]
    {
        assert_eq!(plain(words, 100), words);
    }
    assert_eq!(plain("  one\n\ttwo \u{200b} three ", 100), "one two three");
}

/// A letter of each kind that `signatory` can be sent, with everything it can hold. Whoever only reads passes
/// nothing on.
fn every_kind(facts: &Facts, signatory: &Signatory, language: Language) -> Vec<(&'static str, Letter)> {
    let (sealed, words) = (Digest::of(b"sealed"), text("A copy of your identity card"));
    let (signatory_to, requester) = (Addressee::Signatory(signatory), Addressee::Requester);
    let code = OneTimeCode::parse("012345", CodeLength::Six).unwrap();
    let expires_at = Timestamp::parse_rfc3339("2026-11-21T18:41:05Z").unwrap();
    let code_of = (Digest::of(b"%PDF"), expires_at);
    let reason = facts.description.as_ref();
    let mut letters = vec![
        ("address-corrected", Letter::address_corrected(facts, signatory, LINK, language)),
        ("attachment-asked", Letter::attachment_asked(facts, signatory, &words, LINK, language)),
        (
            "attachment-rejected",
            Letter::attachment_rejected(facts, signatory, (&words, reason), LINK, language),
        ),
        ("bounced", Letter::bounced(facts, signatory, language)),
        ("cancelled", Letter::cancelled(facts, signatory_to, language)),
        ("cancelled-requester", Letter::cancelled(facts, requester, language)),
        ("completion", Letter::completion(facts, signatory, LINK, sealed, language)),
        ("copy", Letter::copy(facts, signatory, LINK, sealed, language)),
        ("declined", Letter::declined(facts, signatory_to, signatory, reason, language)),
        ("declined-requester", Letter::declined(facts, requester, signatory, reason, language)),
        ("expired", Letter::expired(facts, signatory_to, language)),
        ("invitation", Letter::invitation(facts, signatory, LINK, language)),
        ("otp", Letter::otp(facts, signatory, &code, code_of, language)),
        ("reminder", Letter::reminder(facts, signatory, LINK, language)),
        ("unlocked", Letter::unlocked(facts, signatory, LINK, language)),
    ];
    if signatory.role != Role::Viewer {
        letters.push(("delegated", Letter::delegated(facts, signatory, signatory, language)));
        letters.push(("delegation", Letter::delegation(facts, signatory, signatory, LINK, language)));
    }
    letters.into_iter().map(|(kind, letter)| (kind, letter.unwrap())).collect()
}

#[test]
fn every_letter_names_requester_document_request_and_host_in_every_language() {
    let facts = Facts { description: Some(text("Please sign by Friday.")), ..facts() };
    let roles = [Role::Signatory, Role::Approver, Role::Viewer];
    let asked = roles.map(|role| Signatory { role, ..signatory() });
    for (language, person) in Language::ALL.into_iter().flat_map(|it| asked.iter().map(move |one| (it, one)))
    {
        for (kind, letter) in every_kind(&facts, person, language) {
            let text = letter.text();
            for word in ["Example Ltd", "Lease, second floor", "6564a1b2", "sign.example"] {
                assert!(text.contains(word), "{language:?} {kind}: {word}\n{text}");
            }
            assert!(letter.subject().contains("Lease, second floor"), "{language:?} {kind}");
            assert!(letter.html().contains(&format!("<html lang=\"{}\"", language.as_str())));
            for unfilled in ["{", "}", "\u{e000}", "\n\n\n", " ."] {
                assert!(!text.contains(unfilled), "{language:?} {kind}: {unfilled:?}\n{text}");
            }
            let buttons = letter.html().matches(&format!("href=\"{LINK}\"")).count();
            assert_eq!(buttons / 2, text.matches(LINK).count(), "{language:?} {kind}");
        }
    }
}

#[test]
fn approvers_and_viewers_are_asked_for_what_they_can_do() {
    for (role, words, button) in [
        (Role::Approver, "asks you to read and approve", "Read and approve"),
        (Role::Viewer, "asks you to read", "Read the document"),
    ] {
        let person = Signatory { role, ..signatory() };
        for kind in ["invitation", "reminder"] {
            let letters = every_kind(&facts(), &person, Language::En);
            let (_, letter) = letters.iter().find(|(it, _)| *it == kind).unwrap();
            assert!(letter.text().contains(if kind == "invitation" { words } else { "asked you to read" }));
            assert!(letter.html().contains(button), "{kind}");
            assert!(!letter.text().contains("to sign") && !letter.subject().contains("sign "), "{kind}");
        }
    }
}

#[test]
fn a_code_is_told_apart_and_never_to_be_shared_in_every_language() {
    let never = [
        "Geben Sie diesen Code niemals weiter.",
        "Never share this code.",
        "No comparta nunca este código.",
        "Ne communiquez jamais ce code.",
        "Non comunichi mai questo codice.",
        "Deel deze code nooit.",
        "Prosimy nigdy nikomu nie podawać tego kodu.",
        "Nunca partilhe este código.",
    ];
    for (language, never) in Language::ALL.into_iter().zip(never) {
        let letters = every_kind(&facts(), &signatory(), language);
        let (_, letter) = letters.iter().find(|(kind, _)| *kind == "otp").unwrap();
        let text = letter.text();
        let path = format!("{}/{GOLDEN}/otp{}.txt", env!("CARGO_MANIFEST_DIR"), suffix(language));
        assert_eq!(text, std::fs::read_to_string(path).unwrap().trim_end());
        assert!(text.contains(never), "{text}");
        assert!(text.contains(Digest::of(b"%PDF").to_hex().get(..8).unwrap()), "{text}");
        assert!(text.contains("19:41") && text.contains("CET, Europe/Rome"), "{text}");
        assert_eq!(text.lines().last(), Some("@sign.example #012345"));
        assert!(!letter.subject().contains("012345") && !letter.html().contains("<a "));
    }
}

const GOLDEN: &str = "src/outbound/mail/letter/golden";

fn suffix(language: Language) -> String {
    if language == Language::En { String::new() } else { format!(".{}", language.as_str()) }
}

#[test]
fn a_request_without_a_title_is_still_a_sentence() {
    let facts = Facts { title: None, ..facts() };
    for language in Language::ALL {
        for (kind, letter) in every_kind(&facts, &signatory(), language) {
            assert!(!letter.subject().contains(['“', '„', '«', '‘']), "{language:?} {kind}");
        }
    }
    let letter = Letter::invitation(&facts, &signatory(), LINK, Language::It).unwrap();
    assert_eq!(letter.subject(), "Example Ltd Le chiede di firmare il documento");
}

#[test]
fn a_bounce_is_told_without_the_address() {
    for language in Language::ALL {
        let letter = Letter::bounced(&facts(), &signatory(), language).unwrap();
        assert!(!letter.text().contains("ada@") && letter.text().contains("a***"), "{}", letter.text());
    }
}
