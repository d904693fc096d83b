//! The texts of a page in one language.

use std::cell::RefCell;
use std::collections::BTreeMap;

use domain::value::Language;

use crate::edge::HttpRequest;
use crate::wording::{MissingText, Wording, names};

/// The texts of a page. The first one that is missing is kept, and told when the page is done.
#[derive(Debug)]
pub struct Texts {
    wording: Wording,
    missing: RefCell<Option<MissingText>>,
}

impl Texts {
    /// The texts of a language. What a script fills in itself goes out as it stands in the text: `{name}`.
    #[must_use]
    pub fn new(language: Language, filled_by_script: &[&'static str]) -> Self {
        let mut wording = Wording::new(language);
        for name in filled_by_script {
            wording.set(name, format!("{{{name}}}"));
        }
        Self { wording, missing: RefCell::default() }
    }

    /// The words of a text, empty when it is missing.
    pub fn say(&self, name: &str) -> String {
        match self.wording.say(name) {
            Ok(words) => words.text(),
            Err(error) => {
                self.missing.borrow_mut().get_or_insert(error);
                String::new()
            }
        }
    }

    /// An instant in words, in a zone of the tz database.
    pub fn date(&self, at: domain::Timestamp, zone: &str) -> String {
        self.wording.date(at, zone).unwrap_or_else(|_| at.to_rfc3339())
    }

    /// Whose texts these are.
    pub const fn language(&self) -> Language {
        self.wording.language()
    }

    /// Everything that a script says, as JSON: the texts whose names begin like this.
    pub fn for_script(&self, start: &'static str) -> String {
        let texts: BTreeMap<&str, String> = names(start).map(|name| (name, self.say(name))).collect();
        // It stands inside an element: nothing in it may end that element.
        serde_json::to_string(&texts).unwrap_or_default().replace('<', "\\u003c")
    }

    /// The page, if no text was missing in it.
    ///
    /// # Errors
    ///
    /// The first [`MissingText`].
    pub fn whole(self, page: maud::Markup) -> Result<String, MissingText> {
        self.missing.into_inner().map_or_else(|| Ok(page.into_string()), Err)
    }
}

/// The language that a caller asks for in the address, else the one that the browser likes best.
pub fn language(http: &HttpRequest) -> Language {
    http.query("language")
        .and_then(Language::parse)
        .unwrap_or_else(|| liked_best(http.header("accept-language").unwrap_or_default()))
}

/// [RFC 9110 section 12.5.4](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4): of equals the first.
fn liked_best(header: &str) -> Language {
    let mut best = (Language::default(), 0.0);
    for entry in header.split(',').take(MAX_LANGUAGES) {
        let mut parts = entry.split(';').map(str::trim);
        let Some(language) = parts.next().and_then(Language::parse) else { continue };
        let quality = parts.find_map(|it| it.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        let quality = quality.unwrap_or_default().clamp(0.0, 1.0);
        if quality > best.1 {
            best = (language, quality);
        }
    }
    best.0
}

const MAX_LANGUAGES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browsers_languages_are_read_in_the_order_of_their_quality() {
        for (header, language) in [
            ("", Language::En),
            ("it", Language::It),
            ("ja, fr;q=0.4, de;q=0.9", Language::De),
            ("pt-BR,pt;q=0.9,en;q=0.8", Language::Pt),
            ("ja", Language::En),
            ("de;q=x, nl;q=0.1", Language::Nl),
        ] {
            assert_eq!(liked_best(header), language, "{header}");
        }
    }
}
