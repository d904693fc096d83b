//! Text that people will read.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use crate::Refusal;

/// One or more lines of text without control or bidirectional-override characters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Text(String);

impl Text {
    /// Reads text of 1 to `max_chars` characters; `field` names it in the refusal.
    ///
    /// # Errors
    ///
    /// [`Refusal::TextMalformed`] when it is empty, too long, or has characters that hide or reorder
    /// others (line feeds and tabs are welcome).
    pub fn parse(text: &str, field: &'static str, max_chars: usize) -> Result<Self, Refusal> {
        let text = composed(text);
        let hidden = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_bidi_control(c) || is_tag(c);
        if !text.chars().any(is_visible) || text.chars().count() > max_chars || text.chars().any(hidden) {
            return Err(Refusal::TextMalformed { field, max_chars });
        }
        Ok(Self(text))
    }

    /// Reads text of one line, such as a subject or a name, of 1 to `max_chars` characters.
    ///
    /// # Errors
    ///
    /// [`Refusal::LineMalformed`] for what [`Text::parse`] refuses, and for line feeds, tabs and other separators of
    /// lines and paragraphs.
    pub fn line(text: &str, field: &'static str, max_chars: usize) -> Result<Self, Refusal> {
        let malformed = Refusal::LineMalformed { field, max_chars };
        match Self::parse(text, field, max_chars) {
            Ok(text) if !text.0.contains(['\n', '\t', '\u{2028}', '\u{2029}']) => Ok(text),
            Ok(_) | Err(_) => Err(malformed),
        }
    }

    /// What [`Text::parse`] took once, as it was stored: rules that came since do not make it unreadable, and it stays
    /// what its digest in the evidence is of.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name of a person, or a part of one. `Debug` hides it, and there is no `Display`.
#[derive(Clone, Eq, PartialEq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads one line of 1 to [`MAX_NAME_CHARS`] characters.
    ///
    /// # Errors
    ///
    /// [`Refusal::NameMalformed`] when nothing of it is visible, when it is too long, or has control, line-breaking,
    /// bidirectional-override or invisible characters (but for those that join letters or choose between them).
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = composed(text);
        let joins = |c: char| matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
        let hidden = |c: char| {
            c.is_control()
                || is_bidi_control(c)
                || matches!(c, '\u{2028}' | '\u{2029}')
                || (is_ignorable(c) && !joins(c))
        };
        if !text.chars().any(is_visible) || text.chars().count() > MAX_NAME_CHARS || text.chars().any(hidden)
        {
            return Err(Refusal::NameMalformed);
        }
        Ok(Self(text))
    }

    /// What [`PersonName::parse`] took once, as it was stored.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The name: for a mail, a page, a document and for storage; never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(***)")
    }
}

/// Longest name, in characters; a longer one does not fit the mark on the page.
pub const MAX_NAME_CHARS: usize = 100;

/// The text in Normalization Form C (Unicode Standard Annex 15), so that what looks the same is the same: without white
/// space around it.
fn composed(text: &str) -> String {
    text.trim().nfc().collect()
}

fn is_visible(c: char) -> bool {
    // The blank pattern of Braille shows as much as a space.
    !c.is_whitespace() && !is_ignorable(c) && c != '\u{2800}'
}

/// Characters that show nothing by themselves: `Default_Ignorable_Code_Point` of the Unicode Character Database.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{034f}'
            | '\u{061c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Invisible copies of the ASCII characters.
fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// Characters that change the direction of what follows (Unicode Standard Annex 9, section 2), which
/// can make a name or a sentence read as another.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{PersonName, Text};

    #[test]
    fn names_that_deceive_are_refused() {
        for text in [
            "",
            "  ",
            "Ada\nLovelace",
            "Ada\u{202e}ecalevoL",
            "Ada\u{0007}",
            &"x".repeat(101),
            "\u{200b}",
            "\u{3164}",
            "\u{200d}\u{200d}",
            "Ada\u{200b}Lovelace",
            "Ad\u{00ad}a",
            "\u{feff}Ada",
            "Ada\u{e0041}",
            "\u{2800}",
        ] {
            assert!(PersonName::parse(text).is_err(), "{text:?}");
        }
        assert!(
            Text::parse("\u{2060}", "title", 20).is_err() && Text::parse("a\u{e0041}", "title", 20).is_err()
        );
        assert!(PersonName::parse("علی\u{200c}رضا").is_ok(), "a Persian name is written with a non-joiner");
        assert!(PersonName::parse("ᠮᠣᠩᠭᠣᠯ\u{180b}").is_ok(), "a Mongolian one with selectors of variants");
        assert!(PersonName::parse("Łucja Ó Briain-Ελένη Жукова").is_ok());
    }

    #[test]
    fn what_looks_the_same_is_the_same() {
        let apart = PersonName::parse("Jose\u{0301} Nun\u{0303}ez").unwrap();
        assert_eq!(apart.expose(), "Jos\u{e9} Nu\u{f1}ez");
        assert_eq!(
            Text::parse("e\u{0301}".repeat(5).as_str(), "title", 5).unwrap().as_str(),
            "\u{e9}".repeat(5)
        );
    }

    #[test]
    fn text_keeps_its_lines() {
        assert!(Text::parse("one\ntwo", "description", 20).is_ok());
        for apart in ["one\ntwo", "one\ttwo", "one\u{2028}two", "one\u{2029}two", "one\u{202e}two", ""] {
            assert!(Text::line(apart, "title", 20).is_err(), "{apart:?}");
        }
        assert_eq!(Text::line("one two\n", "title", 20).unwrap().as_str(), "one two");
        assert!(Text::parse("one\r\ntwo\u{0000}", "description", 20).is_err());
        assert!(Text::parse("123456", "description", 5).is_err());
    }
}
