//! vCards of persons: [RFC 6350], and on request version 3.0 ([RFC 2426]), which older address books want.
//!
//! [RFC 2426]: https://www.rfc-editor.org/rfc/rfc2426
//! [RFC 6350]: https://www.rfc-editor.org/rfc/rfc6350

use crate::attribute::{Field, Form};
use crate::brand::Brand;
use crate::person::Person;
use crate::refusal::Reason;
use crate::template::telephone;
use crate::value::{Line, Link};

/// Which version.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Version {
    /// 3.0.
    V3,
    /// 4.0.
    #[default]
    V4,
}

impl Version {
    /// Reads `3.0`, `4.0` or nothing, which is 4.0.
    ///
    /// # Errors
    ///
    /// [`Reason::OneOf`].
    pub fn parse(word: &str) -> Result<Self, Reason> {
        match word {
            "3.0" => Ok(Self::V3),
            "" | "4.0" => Ok(Self::V4),
            _ => Err(Reason::OneOf { words: "3.0, 4.0" }),
        }
    }
}

/// The vCard of a person: lines ended by CRLF and folded at 75 bytes. `picture` is where the picture is.
#[must_use]
pub fn vcard(person: &Person, brand: &Brand, picture: Option<&Link>, version: Version) -> String {
    let mut card = Card { text: String::with_capacity(1024), version };
    card.line("BEGIN", "VCARD");
    card.line("VERSION", if version == Version::V4 { "4.0" } else { "3.0" });
    if version == Version::V4 {
        card.line("KIND", "individual");
    }
    card.names(person, brand);
    let email = if version == Version::V4 { "EMAIL;TYPE=work" } else { "EMAIL;TYPE=INTERNET,WORK" };
    card.line(email, &escaped(person.email().expose()));
    card.numbers(person);
    card.address(person);
    if let Some(picture) = picture {
        card.line(if version == Version::V4 { "PHOTO" } else { "PHOTO;VALUE=uri" }, picture.as_str());
    }
    if let Some(website) = brand.website() {
        card.line("URL", website.as_str());
    }
    for (field, value) in person.values().filter(|(field, _)| field.form() == Form::Link) {
        if let Some(network) = field.as_str().strip_suffix("_link") {
            match network {
                "calendar" => card.line("URL", value.as_str()),
                network => card.line(&format!("X-SOCIALPROFILE;TYPE={network}"), value.as_str()),
            }
        }
    }
    card.line("END", "VCARD");
    card.text
}

struct Card {
    text: String,
    version: Version,
}

impl Card {
    fn names(&mut self, person: &Person, brand: &Brand) {
        let value = |field| person.value(field).map_or_else(String::new, |it| escaped(it.as_str()));
        let full_name = person.full_name();
        // FN is the one property that a card has to have (RFC 6350 section 6.2.1).
        self.line("FN", &escaped(full_name.as_deref().unwrap_or(person.email().expose())));
        self.line("N", &format!("{};{};;;", value(Field::LASTNAME), value(Field::FIRSTNAME)));
        let mut house = escaped(brand.name().as_str());
        if let Some(unit) = person.value(Field::UNIT) {
            house.push(';');
            house.push_str(&escaped(unit.as_str()));
        }
        self.line("ORG", &house);
        if let Some(title) = person.value(Field::TITLE) {
            self.line("TITLE", &escaped(title.as_str()));
        }
    }

    fn numbers(&mut self, person: &Person) {
        for (field, kind) in [(Field::PHONE, "voice"), (Field::MOBILE, "cell")] {
            let Some(written) = person.value(field) else { continue };
            match (self.version, telephone(written.as_str())) {
                (Version::V4, Some(number)) if number.starts_with('+') => {
                    self.line(&format!("TEL;VALUE=uri;TYPE=\"work,{kind}\""), &format!("tel:{number}"));
                }
                (Version::V4, _) => {
                    self.line(&format!("TEL;VALUE=text;TYPE=\"work,{kind}\""), &escaped(written.as_str()));
                }
                (Version::V3, _) => {
                    let kind = kind.to_ascii_uppercase();
                    self.line(&format!("TEL;TYPE=WORK,{kind}"), &escaped(written.as_str()));
                }
            }
        }
    }

    fn address(&mut self, person: &Person) {
        let [street, town, code] =
            [Field::ADDRESS, Field::CITY, Field::POSTAL_CODE].map(|it| person.value(it));
        if street.or(town).or(code).is_some() {
            let text = |value: Option<&Line>| value.map_or_else(String::new, |it| escaped(it.as_str()));
            let address = format!(";;{};{};;{};", text(street), text(town), text(code));
            self.line(if self.version == Version::V4 { "ADR;TYPE=work" } else { "ADR;TYPE=WORK" }, &address);
        }
    }

    /// A line, folded: no piece has more than 75 bytes, and none ends within a character (RFC 6350 section
    /// 3.2).
    fn line(&mut self, name: &str, value: &str) {
        let mut width = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if width + c.len_utf8() > MAX_LINE_BYTES {
                self.text.push_str("\r\n ");
                width = 1;
            }
            self.text.push(c);
            width += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

/// Text as a value, or as a part of one (RFC 6350 section 3.4).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

const MAX_LINE_BYTES: usize = 75;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::person::{Groups, PersonPatch};

    fn person(value: &Value) -> Person {
        PersonPatch::parse(value).unwrap().apply(None, &mut Groups::default()).0
    }

    fn brand() -> Brand {
        let value = json!({"id": "acme", "name": "Example; Ltd", "colors": {"primary": "#123456"}});
        Brand::parse(&value).unwrap()
    }

    fn ada() -> Person {
        person(&json!({
            "email": "ada@example.com", "firstname": "Ada", "lastname": "Lovelace, Countess", "title": "Engineer",
            "unit": "Engines", "phone": "+44 (0)20 7946 0000", "mobile": "07700 900000", "address": "12, St James",
            "postal_code": "SW1Y", "city": "London", "linkedin_link": "https://example.com/in/ada",
        }))
    }

    #[test]
    fn a_card_is_written_in_both_versions() {
        let picture = Link::parse("https://images.example/ada").unwrap();
        assert_eq!(
            vcard(&ada(), &brand(), Some(&picture), Version::V4),
            "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:individual\r\nFN:Ada Lovelace\\, Countess\r\n\
             N:Lovelace\\, Countess;Ada;;;\r\nORG:Example\\; Ltd;Engines\r\nTITLE:Engineer\r\n\
             EMAIL;TYPE=work:ada@example.com\r\nTEL;VALUE=uri;TYPE=\"work,voice\":tel:+442079460000\r\n\
             TEL;VALUE=text;TYPE=\"work,cell\":07700 900000\r\nADR;TYPE=work:;;12\\, St James;London;;SW1Y;\r\n\
             PHOTO:https://images.example/ada\r\n\
             X-SOCIALPROFILE;TYPE=linkedin:https://example.com/in/ada\r\nEND:VCARD\r\n"
        );
        let old = vcard(&ada(), &brand(), Some(&picture), Version::V3);
        for line in [
            "VERSION:3.0",
            "TEL;TYPE=WORK,VOICE:+44 (0)20 7946 0000",
            "PHOTO;VALUE=uri:https://images.example/ada",
            "EMAIL;TYPE=INTERNET,WORK:ada@example.com",
        ] {
            assert!(old.contains(&format!("\r\n{line}\r\n")), "{line}: {old}");
        }
        assert!(!old.contains("KIND"));
    }

    #[test]
    fn a_card_of_an_unknown_person_has_a_name() {
        let card = vcard(&person(&json!({"email": "ada@example.com"})), &brand(), None, Version::V4);
        assert!(card.contains("\r\nFN:ada@example.com\r\nN:;;;;\r\n"));
    }

    proptest! {
        #[test]
        fn no_value_becomes_a_line_of_its_own(title in "\\PC{1,200}", city in "[é;,\\\\ :a-z]{1,200}") {
            let mut patch = PersonPatch::parse(&json!({"email": "ada@example.com"})).unwrap();
            prop_assume!(patch.set("title", &title).is_ok() && patch.set("city", &city).is_ok());
            let person = patch.apply(None, &mut Groups::default()).0;
            let card = vcard(&person, &brand(), None, Version::V4);
            prop_assert!(card.split("\r\n").all(|line| line.len() <= 75));
            let unfolded = card.replace("\r\n ", "");
            let names: Vec<&str> =
                unfolded.trim_end().split("\r\n").map(|it| it.split([':', ';']).next().unwrap()).collect();
            let mut expected = vec!["BEGIN", "VERSION", "KIND", "FN", "N", "ORG"];
            expected.extend(person.value(Field::TITLE).map(|_| "TITLE"));
            expected.push("EMAIL");
            expected.extend(person.value(Field::CITY).map(|_| "ADR"));
            expected.push("END");
            prop_assert_eq!(names, expected);
            if let Some(title) = person.value(Field::TITLE) {
                let line = unfolded.split("\r\n").find_map(|it| it.strip_prefix("TITLE:")).unwrap();
                let (mut read, mut is_escaped) = (String::new(), false);
                for c in line.chars() {
                    if c == '\\' && !is_escaped { is_escaped = true } else { read.push(c); is_escaped = false }
                }
                prop_assert_eq!(read.as_str(), title.as_str());
            }
        }
    }
}
