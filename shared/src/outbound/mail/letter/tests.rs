#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use domain::evidence::ChainHead;
use domain::request::{Ceremony, Channel, Mode, Progress, SigningOptions};
use domain::{EmailAddress, PersonName, RequestId, SignatoryId, TenantId, Text};
use serde_json::Value;

use super::*;

const LINK: &str = "https://sign.example/v1/sign#6564a1b2c3d4e5f607182930.x.y";

fn text(text: &str) -> Text {
    Text::parse(text, "text", 5000).unwrap()
}

fn signatory() -> Signatory {
    Signatory {
        id: SignatoryId::parse("6564a1b2-c3d4-4567-8901-23456789abcd").unwrap(),
        given_name: PersonName::parse("Ada").unwrap(),
        family_name: PersonName::parse("Lovelace").unwrap(),
        email: EmailAddress::parse("ada@example.com").unwrap(),
        mobile: None,
        channel: Channel::Email,
        language: None,
        otp_text: None,
        places: Vec::new(),
        anchors: Vec::new(),
        link_generation: 0,
        link_digest: Digest::of(b""),
        key_salt: None,
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
        created_at: at("2026-11-21T18:00:00Z"),
        updated_at: at("2026-11-21T18:00:00Z"),
        expires_at: at("2026-12-21T18:00:00Z"),
        closed_at: None,
        deleted_at: None,
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
            timezone: "Europe/Rome".to_owned(),
            ui: Value::Null,
            consent_text: text("I agree."),
        },
        callback: None,
        integrator_key_salt: None,
    }
}

/// A letter for tests of its sending.
pub(in crate::outbound::mail) fn invitation() -> Letter {
    Letter::invitation(&facts(), &signatory(), LINK).unwrap()
}

fn otp(facts: &Facts, signatory: &Signatory) -> Letter {
    let code = OneTimeCode::parse("012345").unwrap();
    let expires_at = Timestamp::parse_rfc3339("2026-11-21T18:41:05Z").unwrap();
    Letter::otp(facts, signatory, &code, Digest::of(b"%PDF"), expires_at).unwrap()
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
    let letter = Letter::completion(&facts(), &signatory(), LINK, Digest::of(b"sealed")).unwrap();
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
        let letters = [
            Letter::invitation(&facts, &signatory, LINK).unwrap(),
            otp(&facts, &signatory),
            Letter::completion(&facts, &signatory, LINK, Digest::of(b"sealed")).unwrap(),
        ];
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
    let letters = [
        invitation(),
        otp(&facts(), &signatory()),
        Letter::completion(&facts(), &signatory(), LINK, Digest::of(b"sealed")).unwrap(),
    ];
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
    let letter = Letter::invitation(&facts, &signatory(), LINK).unwrap();
    assert!(letter.subject().chars().count() <= MAX_SUBJECT_CHARS);
    assert!(letter.subject().ends_with('…'));
    for words in ["Łucja Ó Briain", "Ελένη", "10:30, version 1.2", "Müller & Co.", "دانا", "合同"]
    {
        assert_eq!(plain(words, 100), words);
    }
    assert_eq!(plain("  one\n\ttwo \u{200b} three ", 100), "one two three");
}
