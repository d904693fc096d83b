//! Text that people will read.

use std::fmt;

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
        let text = text.trim();
        let hidden = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_bidi_control(c);
        if text.is_empty() || text.chars().count() > max_chars || text.chars().any(hidden) {
            return Err(Refusal::TextMalformed { field, max_chars });
        }
        Ok(Self(text.to_owned()))
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
    /// [`Refusal::NameMalformed`] when it is empty, too long, or has control, line-breaking or
    /// bidirectional-override characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let hidden = |c: char| c.is_control() || is_bidi_control(c) || matches!(c, '\u{2028}' | '\u{2029}');
        if text.is_empty() || text.chars().count() > MAX_NAME_CHARS || text.chars().any(hidden) {
            return Err(Refusal::NameMalformed);
        }
        Ok(Self(text.to_owned()))
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

/// Characters that change the direction of what follows (Unicode Standard Annex 9, section 2), which
/// can make a name or a sentence read as another.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{PersonName, Text};

    #[test]
    fn names_that_deceive_are_refused() {
        for text in ["", "  ", "Ada\nLovelace", "Ada\u{202e}ecalevoL", "Ada\u{0007}", &"x".repeat(101)] {
            assert!(PersonName::parse(text).is_err(), "{text:?}");
        }
        assert!(PersonName::parse("Łucja Ó Briain-Ελένη Жукова").is_ok());
    }

    #[test]
    fn text_keeps_its_lines() {
        assert!(Text::parse("one\ntwo", "description", 20).is_ok());
        assert!(Text::parse("one\r\ntwo\u{0000}", "description", 20).is_err());
        assert!(Text::parse("123456", "description", 5).is_err());
    }
}
