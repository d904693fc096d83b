//! The alphabet of text messages (3GPP TS 23.038 section 6.2.1).

/// How many septets a text takes.
///
/// # Errors
///
/// The first character that the alphabet does not have.
pub fn septets(text: &str) -> Result<usize, char> {
    text.chars().try_fold(0, |sum, c| septets_of(c).map(|it| sum + it).ok_or(c))
}

fn septets_of(c: char) -> Option<usize> {
    if BASIC.contains(c) || c == '\n' {
        Some(1)
    } else {
        // An escape comes before these.
        EXTENSION.contains(c).then_some(2)
    }
}

/// One line in the alphabet: other letters by those that sound or look like them, pictures left out, and
/// nothing that a phone would make a link of.
pub(super) fn transliterate(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            push_space(&mut line);
        } else if septets_of(c).is_some() {
            line.push(c);
        } else {
            // Pictures are spelled as words there, which are nobody's name.
            let letters = any_ascii::any_ascii_char(c);
            if !(is_picture(c) || letters.starts_with(':')) {
                line.extend(letters.chars().filter(|c| septets_of(*c).is_some() && *c != '\n'));
            }
        }
    }
    unlinked(line.trim())
}

/// Phones make links of what looks like an address; a space after its dots and colons keeps it readable
/// and makes it none.
fn unlinked(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        match c {
            '@' => safe.push_str("(at)"),
            ' ' => push_space(&mut safe),
            _ => safe.push(c),
        }
        if matches!(c, '.' | ':') && !next.is_ascii_digit() && next.is_alphanumeric()
            || c == ':' && next == '/'
        {
            safe.push(' ');
        }
    }
    safe
}

fn push_space(line: &mut String) {
    if !line.is_empty() && !line.ends_with(' ') {
        line.push(' ');
    }
}

/// Emoji and other pictures, and what joins or colours them.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{2190}'..='\u{2bff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f000}'..='\u{1ffff}' | '\u{e0000}'..='\u{e01ef}')
}

/// Without its line feed and carriage return, which are told apart from what people see.
const BASIC: &str = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "^{}\\[~]|€";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_that_of_the_standard() {
        // 128 places, less the escape, the line feed and the carriage return.
        assert_eq!(BASIC.chars().count(), 125);
        assert_eq!(EXTENSION.chars().count(), 9, "and a form feed, which nobody types");
        assert_eq!(septets("a€\n"), Ok(4));
        assert_eq!(septets("ok ç"), Err('ç'));
        assert_eq!(septets("\u{1b}"), Err('\u{1b}'));
    }

    #[test]
    fn letters_become_those_that_sound_alike() {
        for (text, line) in [
            ("Łucja Ó Briain", "Lucja O Briain"),
            ("Müller & Söhne", "Müller & Söhne"),
            ("Ελένη", "Eleni"),
            ("Жукова", "Zhukova"),
            ("“Bail”\u{a0}– étage 2…", "\"Bail\" - étage 2..."),
            ("Façade\tcôté\ncour", "Facade coté cour"),
            ("Lease 🏠👩‍🚀 2", "Lease 2"),
            ("I ❤\u{fe0f} it", "I it"),
            ("\u{202e}abc", "abc"),
            ("x@evil.example", "x(at)evil. example"),
            ("https://evil.example/a", "https: //evil. example/a"),
            ("S.p.A., 10:30, v1.2", "S. p. A., 10:30, v1.2"),
            ("🎉", ""),
        ] {
            let found = transliterate(text);
            assert!(septets(&found).is_ok(), "{text}");
            assert_eq!(found, line, "{text}");
        }
        assert!(!transliterate("שלום عقد 合同").is_empty());
    }
}
