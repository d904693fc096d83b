#![allow(clippy::unwrap_used, reason = "tests")]

use domain::value::Language;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::template::gallery::GALLERY;
use crate::value::Link;

/// What PowerShell makes of an expression of quoted texts and characters; none if it is anything else.
///
/// After the language's own grammar: in single quotes nothing is special but a quote, and all of U+0027 and U+2018 to
/// U+201B are quotes.
fn evaluated(expression: &str) -> Option<String> {
    let (mut rest, is_sum) = match expression.strip_prefix("('' + ") {
        Some(rest) => (rest.strip_suffix(')')?, true),
        None => (expression, false),
    };
    let mut units: Vec<u16> = Vec::new();
    loop {
        if let Some(inside) = rest.strip_prefix('\'') {
            let mut chars = inside.char_indices().peekable();
            let end = loop {
                let (at, c) = chars.next()?;
                if !is_quote(c) {
                    units.extend(c.encode_utf16(&mut [0; 2]).iter());
                } else if chars.peek().is_some_and(|(_, it)| is_quote(*it)) {
                    let (_, second) = chars.next()?;
                    units.extend(second.encode_utf16(&mut [0; 2]).iter());
                } else {
                    break at + c.len_utf8();
                }
            };
            rest = inside.get(end..)?;
        } else {
            let digits = rest.strip_prefix("[char]")?;
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            units.push(digits.get(..end)?.parse().ok()?);
            rest = digits.get(end..)?;
        }
        if rest.is_empty() {
            return String::from_utf16(&units).ok();
        }
        rest = rest.strip_prefix(" + ").filter(|_| is_sum)?;
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201b}')
}

#[test]
fn a_quoted_text_is_nothing_but_that_text() {
    for text in [
        "",
        "Ada",
        "'",
        "''",
        "'; Remove-Mailbox ada@example.com; '",
        "\u{2019}; Remove-Mailbox x; \u{2018}",
        "\u{201a}\u{201b}'\u{2018}",
        "$(Remove-Mailbox x) `$x \"y\" @{} #",
        "a\nb\r\n'@\n",
        "Žofia Ñandú \u{d1}\u{91}",
        "\u{1f58b} emoji",
        "\u{0}\u{1}\t",
        "'@\r\nRemove-Mailbox x\r\n@'",
        "--%",
    ] {
        let quoted = quoted(text);
        assert!(quoted.bytes().all(|it| (0x20..0x7f).contains(&it)), "{quoted}");
        assert_eq!(evaluated(&quoted).as_deref(), Some(text), "{quoted}");
    }
    assert_eq!(quoted("O'Hara"), "'O''Hara'");
    assert_eq!(quoted("é"), "('' + [char]233)");
}

proptest! {
    #[test]
    fn any_text_comes_back(text in ".{0,60}") {
        prop_assert_eq!(evaluated(&quoted(&text)).unwrap(), text);
    }

    #[test]
    fn so_do_quotes_in_any_order(text in "['\u{2018}-\u{201b}$`\"a\n]{0,12}") {
        prop_assert_eq!(evaluated(&quoted(&text)).unwrap(), text);
    }
}

fn brand() -> Brand {
    let legal = json!({ "en": "It's registered; 'quoted' \u{2019}s" });
    Brand::parse(
        &json!({ "id": "house", "name": "Ada & Söhne", "colors": { "primary": "#1f4fb4" }, "legal": legal }),
    )
    .unwrap()
}

fn urls() -> Urls {
    Urls::new(&Link::parse("https://sign.example.com/i").unwrap())
}

#[test]
fn a_disclaimer_says_what_the_server_fills_in() {
    for sample in GALLERY {
        let template = sample.template().unwrap();
        let made = Disclaimer::render(&template, &brand(), &urls(), Variant::Normal, Language::En).unwrap();
        let html = made.html();
        assert!(html.is_ascii() && html.contains("%%FirstName%%") && html.contains("%%Email%%"), "{html}");
        assert!(!html.contains("+99000") && !html.contains(".invalid"), "{html}");
        assert!(made.fits(), "{} has {} characters", sample.id, html.len());
    }
}

#[test]
fn a_script_holds_the_rule_and_each_mailbox_on_a_line_of_its_own() {
    let template = GALLERY[0].template().unwrap();
    let disclaimer = Disclaimer::render(&template, &brand(), &urls(), Variant::Normal, Language::En).unwrap();
    let name = Line::parse("Our 'rule'", 64).unwrap();
    let mut script = Script::new(Some(&name), Some(&disclaimer));
    let email = EmailAddress::parse("o'hara@example.com").unwrap();
    let rendered = Rendered {
        html: "<p>'\u{2019}é\n</p>".to_owned(),
        text: "'\u{2019}\n".to_owned(),
        warnings: Vec::new(),
    };
    script.mailbox(&email, &rendered);
    let script = script.finish();
    assert!(script.is_ascii(), "{script}");
    assert!(script.contains("$name = 'Our ''rule'''\n"), "{script}");
    let lines: Vec<&str> = script.lines().filter(|it| it.starts_with("Set-Signature ")).collect();
    assert_eq!(
        lines,
        [
            "Set-Signature 'o''hara@example.com' ('' + '<p>''&#8217;&#233;' + [char]10 + '</p>') ('' + '''' + [char]8217 + [char]10)"
        ]
    );
}

#[test]
fn a_rule_that_would_be_too_long_is_not_made() {
    let long = Disclaimer("x".repeat(MAX_DISCLAIMER_CHARS + 1));
    let script = Script::new(None, Some(&long)).finish();
    assert!(!script.contains("New-TransportRule") && script.contains("throw 'The signature is longer"));
}
