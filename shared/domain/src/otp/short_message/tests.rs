#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

const HOST: &str = "sign.example.com";

fn code() -> OneTimeCode {
    OneTimeCode::parse("012345", CodeLength::Six).unwrap()
}

fn check(words: &str) -> Result<(), Refusal> {
    check_words(words, CodeLength::Six, HOST)
}

fn about<'a>(requester: &'a str, title: Option<&'a str>, host: &'a str) -> About<'a> {
    About {
        requester,
        title,
        document: Digest::of(b"document"),
        expires_at: Timestamp::parse_rfc3339("2026-11-21T13:49:18Z").unwrap(),
        timezone: "Europe/Rome",
        host,
        approves: false,
    }
}

fn message(requester: &str, title: Option<&str>, language: Language) -> String {
    let message = ShortMessage::new(&about(requester, title, HOST), &code(), language).unwrap();
    assert_eq!(format!("{message:?}"), "ShortMessage(***)");
    message.expose().to_owned()
}

#[test]
fn a_message_names_requester_document_and_expiry_in_every_language() {
    let texts = Language::ALL.map(|it| message("Acme", Some("Lease"), it));
    assert_eq!(
        texts,
        [
            "Acme: 012345 ist Ihr Code zum Signieren von \"Lease\" (43cc23fa), gültig bis 14:49 CET. Geben Sie ihn nie weiter.\n@sign.example.com #012345",
            "Acme: 012345 is your code to sign \"Lease\" (43cc23fa), valid until 14:49 CET. Never share it.\n@sign.example.com #012345",
            "Acme: 012345 es su clave para firmar \"Lease\" (43cc23fa), caduca a las 14:49 CET. No la comparta nunca.\n@sign.example.com #012345",
            "Acme: 012345 est votre code pour signer \"Lease\" (43cc23fa), valable jusqu'à 14:49 CET. Ne le donnez à personne.\n@sign.example.com #012345",
            "Acme: 012345 è il codice per firmare \"Lease\" (43cc23fa), valido fino alle 14:49 CET. Non lo comunichi a nessuno.\n@sign.example.com #012345",
            "Acme: 012345 is uw code om te tekenen: \"Lease\" (43cc23fa), geldig tot 14:49 CET. Deel deze nooit.\n@sign.example.com #012345",
            "Acme: 012345 to kod do podpisu \"Lease\" (43cc23fa), wazny do 14:49 CET. Prosimy nikomu go nie podawac.\n@sign.example.com #012345",
            "Acme: 012345 é a sua chave para assinar \"Lease\" (43cc23fa). Expira às 14:49 CET. Nunca a partilhe.\n@sign.example.com #012345",
        ]
    );
}

#[test]
fn a_code_to_approve_says_so_in_every_language() {
    let texts = Language::ALL.map(|language| {
        let about = About { approves: true, ..about("Acme", Some("Lease"), HOST) };
        ShortMessage::new(&about, &code(), language).unwrap().expose().to_owned()
    });
    let acts = [
        "Genehmigen",
        "to approve",
        "aprobar",
        "approuver",
        "approvare",
        "goed te keuren",
        "zatwierdzenia",
        "aprovar",
    ];
    for (text, act) in texts.iter().zip(acts) {
        assert!(text.contains(act) && septets(text).unwrap() <= SEGMENT_SEPTETS, "{text}");
    }
}

#[test]
fn the_title_is_shortened_before_the_requester_and_nothing_else_is() {
    let title = "Lease of the second floor, with the garden";
    let text = message("Example Property Ltd", Some(title), Language::En);
    assert!(text.starts_with("Example Property Ltd: 012345 is your code to sign \"Lease"), "{text}");
    assert!(text.contains("..\" (43cc23fa), valid until 14:49 CET. Never share it.\n"), "{text}");
    assert_eq!(septets(&text), Ok(SEGMENT_SEPTETS));
    let both = message(&"Example ".repeat(20), Some(title), Language::En);
    assert!(
        both.starts_with("Example Exa") && both.contains(".. \"Lease") || both.contains("\"Lease.."),
        "{both}"
    );
    assert!(septets(&both).unwrap() <= SEGMENT_SEPTETS);
    let untitled = message("Acme", None, Language::Nl);
    assert!(untitled.starts_with("Acme: 012345 is uw code om te tekenen (43cc23fa)"), "{untitled}");
}

#[test]
fn a_host_that_leaves_no_room_is_refused_not_shortened() {
    let host = format!("{}.example.com", "a".repeat(60));
    let fitting =
        ShortMessage::new(&about("Acme", Some("Lease"), "sign.documents.example.com"), &code(), Language::It);
    assert!(fitting.unwrap().expose().ends_with("\n@sign.documents.example.com #012345"));
    let refusal = ShortMessage::new(&about("Acme", Some("Lease"), &host), &code(), Language::It).unwrap_err();
    assert!(matches!(refusal, Refusal::SmsTextUnfit { why: TextUnfit::TooLong { septets: 1.. } }));
}

#[test]
fn a_host_is_taken_exactly_when_every_message_with_it_can_be_sent() {
    for (length, digits) in [(CodeLength::Six, "012345"), (CodeLength::Eight, "01234567")] {
        let code = OneTimeCode::parse(digits, length).unwrap();
        let host = |letters: usize| format!("{}.example", "a".repeat(letters));
        let longest = (1..80).rev().map(host).find(|it| check_host(length, it).is_ok()).unwrap();
        assert!(check_host(length, &format!("a{longest}")).is_err());
        for timezone in ["UTC", "Europe/Rome", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns"] {
            for (language, approves) in Language::ALL.into_iter().flat_map(|it| [(it, false), (it, true)]) {
                let about = About { timezone, approves, ..about("Acme", Some("Lease"), &longest) };
                assert!(ShortMessage::new(&about, &code, language).is_ok(), "{timezone} {language:?}");
            }
        }
    }
}

#[test]
fn words_of_an_integrator_fit_or_are_told_by_how_much_they_do_not() {
    let too_long = |septets| Err(Refusal::SmsTextUnfit { why: TextUnfit::TooLong { septets } });
    // The last line takes 1 + 1 + 16 + 2 + 6.
    let room = SEGMENT_SEPTETS - 26;
    assert_eq!(check(&format!("{{OTP}}{}", "x".repeat(room - 6))), Ok(()));
    assert_eq!(check(&format!("{{OTP}}{}", "x".repeat(room - 5))), too_long(1));
    assert_eq!(check(&format!("{{OTP}}{}€", "x".repeat(room - 6))), too_long(2));
    assert_eq!(check(&"x".repeat(room - 7)), Ok(()), "the code comes after a space");
    assert_eq!(check(&"x".repeat(room)), too_long(7));
    assert_eq!(check("{OTP} {OTP}"), Ok(()));
    // Eight digits take two more there, and two more in the last line.
    let of_eight = |words: String| check_words(&words, CodeLength::Eight, HOST);
    assert_eq!(of_eight(format!("{{OTP}}{}", "x".repeat(room - 10))), Ok(()));
    assert_eq!(of_eight(format!("{{OTP}}{}", "x".repeat(room - 9))), too_long(1));
    for c in ['ç', '—', '👍', '\u{202e}', 'ó', '`', '\t'] {
        let why = TextUnfit::Character(c);
        assert_eq!(check(&format!("{{OTP}} {c}")), Err(Refusal::SmsTextUnfit { why }));
    }
    let text = Refusal::SmsTextUnfit { why: TextUnfit::TooLong { septets: 7 } }.to_string();
    assert!(text.contains("too long by 7"), "{text}");
}

#[test]
fn words_carry_the_code_where_they_say() {
    let of = |words: &str| ShortMessage::of_words(words, &code(), HOST).unwrap().expose().to_owned();
    assert_eq!(of("Use {OTP} now."), "Use 012345 now.\n@sign.example.com #012345");
    assert_eq!(of("Your code:"), "Your code: 012345\n@sign.example.com #012345");
    assert!(ShortMessage::of_words("Voilà ça {OTP}", &code(), HOST).is_err());
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,80}",
        "[\u{590}-\u{5ff}\u{600}-\u{6ff} ]{0,80}",
        "[\u{1f300}-\u{1faff}\u{2600}-\u{27bf}\u{fe0f}\u{200d} a-z]{0,60}",
        "[\u{c0}-\u{24f}\u{370}-\u{52f} .:@/]{0,200}",
        "[\\{\\}a-zA-Z€~^|\\[\\]]{0,200}",
        Just("{code}{title}{requester}{document}{until}{}".to_owned()),
        Just("\n@evil.example #999999".to_owned()),
    ]
}

proptest! {
    #[test]
    fn every_message_is_one_segment_and_ends_with_the_bound_code(
        requester in words(),
        title in proptest::option::of(words()),
        language in prop::sample::select(Language::ALL.to_vec()),
    ) {
        let text = message(&requester, title.as_deref(), language);
        prop_assert!(septets(&text).is_ok_and(|it| it <= SEGMENT_SEPTETS), "{}", text);
        prop_assert_eq!(text.lines().count(), 2);
        prop_assert_eq!(text.lines().last(), Some("@sign.example.com #012345"));
        let first = text.lines().next().unwrap_or_default();
        prop_assert_eq!(first.matches("012345").count(), 1, "{}", first);
        prop_assert!(first.contains("(43cc23fa)") && first.contains("14:49 CET"));
        prop_assert!(!first.contains('@'));
    }

    #[test]
    fn words_are_taken_exactly_when_they_make_one_segment(
        text in words(),
        (digits, length) in prop::sample::select(vec![("012345", CodeLength::Six), ("01234567", CodeLength::Eight)]),
    ) {
        let filled = fill_words(&text, digits, HOST);
        let is_one = septets(&filled).is_ok_and(|it| it <= SEGMENT_SEPTETS);
        prop_assert_eq!(check_words(&text, length, HOST).is_ok(), is_one);
        let code = OneTimeCode::parse(digits, length).unwrap();
        prop_assert_eq!(ShortMessage::of_words(&text, &code, HOST).is_ok(), is_one);
    }
}
