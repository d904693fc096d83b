//! What mails say: parts, put together by kind and rendered by one template.

mod endpoint;
mod kind;

use std::fmt;

use askama::Template;
use domain::request::{Facts, Signatory};
use domain::value::Language;
use zeroize::Zeroizing;

use super::plain::{host, plain};
use crate::wording::{MissingText, Wording, Words, strong};

pub use endpoint::{EndpointTrouble, FailingEndpoint};

/// A mail without its envelope. `Debug` hides it: it holds names, a link or a code.
pub struct Letter {
    subject: String,
    text: Zeroizing<String>,
    html: Zeroizing<String>,
    /// Where a closing would stand, in text and in HTML.
    closing_at: (usize, usize),
}

/// Whom a letter greets.
#[derive(Clone, Copy, Debug)]
pub enum Addressee<'a> {
    /// Whoever sent the request, or keeps the integration; no person's name is known.
    Requester,
    /// A signatory, or whoever else has a part in the request.
    Signatory(&'a Signatory),
}

/// Why a letter could not be written: a fault of its template or texts.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The template cannot be filled in.
    #[error("the letter could not be written")]
    Template(#[from] askama::Error),
    /// A text is missing.
    #[error("the letter could not be written")]
    Text(#[from] MissingText),
}

impl Letter {
    /// One line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The mail as plain text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same letter, closed by the managed signature of whoever it comes from: HTML that was rendered here, and
    /// the same as text.
    #[must_use]
    pub fn closed(mut self, (html, text): (&str, &str)) -> Self {
        let (text_at, html_at) = self.closing_at;
        if !text.is_empty() {
            // How mail programs know a signature from the words before it (RFC 3676 section 4.3).
            self.text.insert_str(text_at, &format!("\n\n-- \n{text}"));
        }
        self.html.insert_str(html_at, &format!("{CLOSING_BEFORE}{html}{CLOSING_AFTER}"));
        self
    }

    /// The mail as HTML: no scripts, and no images but those of a closing.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(***)")
    }
}

/// A letter being written. Each part is said when it is added; the first text that is missing is kept.
struct Draft {
    wording: Wording,
    /// The text that ends it.
    footer: &'static str,
    parts: Vec<Part>,
    last_line: Option<Zeroizing<String>>,
    missing: Option<MissingText>,
}

/// A part of a letter.
enum Part {
    /// Label, what to do if it does not work, and the link.
    Button(Words, Words, String),
    Code(Zeroizing<String>),
    Digest(Words, String),
    Quiet(Words),
    Quote(Zeroizing<String>),
    Warning(Words, Words),
    Words(Words),
}

impl Part {
    fn text(&self) -> Zeroizing<String> {
        match self {
            Self::Button(label, _, link) => format!("{}:\n{link}", label.text()).into(),
            Self::Code(code) | Self::Quote(code) => code.clone(),
            Self::Digest(words, hex) => format!("{}\n{hex}", words.text()).into(),
            Self::Quiet(words) | Self::Words(words) => words.text().into(),
            Self::Warning(first, rest) => format!("{} {}", first.text(), rest.text()).into(),
        }
    }
}

impl Draft {
    /// A letter about no request.
    fn of_service(public_url: &str, language: Language) -> Self {
        let mut wording = Wording::new(language);
        wording.set("host", host(public_url));
        Self { wording, footer: "footer-service", parts: Vec::new(), last_line: None, missing: None }
    }

    fn new(facts: &Facts, to: Addressee<'_>, language: Language) -> Self {
        let mut draft = Self { footer: "footer", ..Self::of_service(&facts.public_url, language) };
        let wording = &mut draft.wording;
        wording.set("requester", strong(&plain(facts.requester.as_str(), MAX_LINE_CHARS)));
        wording.set("request", facts.id.as_str().chars().take(SHORT_ID_CHARS).collect::<String>());
        if let Addressee::Signatory(signatory) = to {
            wording.set("name", name_of(signatory));
        }
        let document = match &facts.title {
            Some(title) => {
                draft.wording.set("title", plain(title.as_str(), MAX_LINE_CHARS));
                draft.say("document-titled").map(|it| strong(&it.text()))
            }
            None => draft.say("document-untitled").map(|it| it.text()),
        };
        draft.wording.set("document", document.unwrap_or_default());
        draft
    }

    fn set(mut self, name: &'static str, value: String) -> Self {
        self.wording.set(name, value);
        self
    }

    fn date(mut self, name: &'static str, at: domain::Timestamp, zone: &str) -> Self {
        let date = self.wording.date(at, zone);
        match date {
            Ok(date) => self.set(name, date),
            Err(error) => {
                self.missing.get_or_insert(error);
                self
            }
        }
    }

    fn words(self, key: &str) -> Self {
        self.part(key, Part::Words)
    }

    fn quiet(self, key: &str) -> Self {
        self.part(key, Part::Quiet)
    }

    fn quote(mut self, text: &str) -> Self {
        self.parts.push(Part::Quote(plain(text, MAX_WORDS_CHARS).into()));
        self
    }

    fn button(mut self, key: &str, link: &str) -> Self {
        let help = self.say("button-help");
        self.part(key, |label| match help {
            Some(help) => Part::Button(label, help, link.to_owned()),
            None => Part::Words(label),
        })
    }

    fn part(mut self, key: &str, part: impl FnOnce(Words) -> Part) -> Self {
        let words = self.say(key);
        self.parts.extend(words.map(part));
        self
    }

    fn say(&mut self, key: &str) -> Option<Words> {
        match self.wording.say(key) {
            Ok(words) => Some(words),
            Err(error) => {
                self.missing.get_or_insert(error);
                None
            }
        }
    }

    /// The letter, with the subject and title of its kind.
    fn finish(mut self, kind: &str, to: Addressee<'_>) -> Result<Letter, LetterError> {
        let hello = match to {
            Addressee::Requester => self.wording.say("hello-requester")?,
            Addressee::Signatory(_) => self.wording.say("hello")?,
        };
        let (subject, title) =
            (self.wording.say(&format!("{kind}-subject"))?, self.wording.say(&format!("{kind}-title"))?);
        let footer = self.wording.say(self.footer)?;
        if let Some(missing) = self.missing.take() {
            return Err(missing.into());
        }
        let (hello, footer, parts) = (&hello, &footer, &self.parts);
        let text = LetterText { hello, footer, parts, last_line: self.last_line.as_ref() }.render()?;
        let language = self.wording.language().as_str();
        let html = LetterHtml { language, title: &title, hello, footer, parts }.render()?;
        // The last line stays the last: browsers look for a code there.
        let last_bytes = self.last_line.as_ref().map_or(0, |it| it.len() + LINE_BREAKS);
        let text_at = text.len().saturating_sub(last_bytes);
        let html_at = html.find(CLOSING_MARK).unwrap_or(html.len());
        let html = html.replacen(CLOSING_MARK, "", 1);
        let closing_at = (text_at, html_at);
        Ok(Letter { subject: short(&subject.text()), text: text.into(), html: html.into(), closing_at })
    }
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct LetterText<'a> {
    hello: &'a Words,
    footer: &'a Words,
    parts: &'a [Part],
    last_line: Option<&'a Zeroizing<String>>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct LetterHtml<'a> {
    language: &'static str,
    title: &'a Words,
    hello: &'a Words,
    footer: &'a Words,
    parts: &'a [Part],
}

fn name_of(signatory: &Signatory) -> String {
    plain(&signatory.full_name(), MAX_LINE_CHARS)
}

/// A subject that is not too long; what it is made of is plain by now.
fn short(subject: &str) -> String {
    if subject.chars().count() <= MAX_SUBJECT_CHARS {
        return subject.to_owned();
    }
    let mut short: String = subject.chars().take(MAX_SUBJECT_CHARS - 1).collect();
    short.push('…');
    short
}

/// What phones show of a subject, and more.
const MAX_SUBJECT_CHARS: usize = 150;
const MAX_LINE_CHARS: usize = 120;
/// What stands before the last line of a text.
const LINE_BREAKS: usize = 2;
/// Where the template leaves room for a closing. No text from outside can hold it: angle brackets are escaped.
const CLOSING_MARK: &str = "<!--closing-->";
const CLOSING_BEFORE: &str = "<tr><td style=\"padding:0 28px 28px;\">";
const CLOSING_AFTER: &str = "</td></tr>";
const MAX_WORDS_CHARS: usize = 600;
const SHORT_ID_CHARS: usize = 8;

#[cfg(test)]
pub(super) mod tests;
