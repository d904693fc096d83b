//! Sheets: what is to be read about a thing, once, and written as a page, as a PDF or as plain text.
//!
//! A [`Sheet`] holds headings, sentences and labelled facts in their order; [`html`], [`pdf()`] and [`text()`]
//! say all of it and nothing else. Strangers' words are made harmless by [`clean`] when they come in.
//!
//! **Invariant:** knows neither what the sheet is about nor a clock, a network or a file.

mod page;
mod pdf;
mod text;

use std::borrow::Cow;

use serde::Serialize;

pub use self::page::{STYLE, html, policy};
pub use self::pdf::{Archived, Attachment, Code, Date, Print, pdf};
pub use self::text::text;

/// What is to be read.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// What kind of sheet it is.
    pub title: String,
    /// How it is to be taken.
    pub tone: Tone,
    /// What it says, in one line.
    pub headline: String,
    /// What it says, in some more.
    pub sentences: Vec<String>,
    /// What is known of the thing as a whole.
    pub facts: Vec<Fact>,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// How a finding is to be taken. Never told by colour alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Valid.
    Good,
    /// Open: not to be taken for valid.
    Open,
    /// Wrong.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Open => "open",
            Self::Bad => "bad",
        }
    }

    /// A sign beside the words.
    const fn sign(self) -> &'static str {
        match self {
            Self::Good => "\u{2713}",
            Self::Open => "?",
            Self::Bad => "\u{d7}",
        }
    }
}

/// A label and what it says.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// The label.
    pub label: Cow<'static, str>,
    /// What it says.
    pub value: String,
    /// Whether it is a number for machines, such as a digest.
    #[serde(skip)]
    pub is_code: bool,
}

/// A part of a sheet.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// How it is to be taken, where that is a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
    /// What it says, in one line; shown with the tone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub headline: String,
    /// What it says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<String>,
    /// What is known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, Serialize)]
pub struct Block {
    /// What it is about.
    pub title: String,
    /// What it says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<String>,
    /// What is known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
}

impl Fact {
    /// Words.
    #[must_use]
    pub fn text(label: impl Into<Cow<'static, str>>, value: &str) -> Self {
        Self { label: label.into(), value: clean(value), is_code: false }
    }

    /// A number for machines.
    #[must_use]
    pub fn code(label: impl Into<Cow<'static, str>>, value: &str) -> Self {
        Self { is_code: true, ..Self::text(label, value) }
    }

    /// Words, if there are any.
    #[must_use]
    pub fn maybe(label: impl Into<Cow<'static, str>>, value: Option<&String>) -> Option<Self> {
        value.filter(|it| !it.is_empty()).map(|it| Self::text(label, it))
    }
}

impl Section {
    /// A part with this title, and nothing in it.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            tone: None,
            headline: String::new(),
            sentences: Vec::new(),
            facts: Vec::new(),
            blocks: Vec::new(),
        }
    }
}

impl Sheet {
    /// Every text of the sheet, in its order: for comparing its forms.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        let mut words = vec![self.title.as_str(), self.headline.as_str()];
        words.extend(self.sentences.iter().map(String::as_str));
        words.extend(self.facts.iter().flat_map(|it| [it.label.as_ref(), it.value.as_str()]));
        for section in &self.sections {
            words.extend([section.title.as_str(), section.headline.as_str()]);
            words.extend(section.sentences.iter().map(String::as_str));
            words.extend(section.facts.iter().flat_map(|it| [it.label.as_ref(), it.value.as_str()]));
            for block in &section.blocks {
                words.push(&block.title);
                words.extend(block.sentences.iter().map(String::as_str));
                words.extend(block.facts.iter().flat_map(|it| [it.label.as_ref(), it.value.as_str()]));
            }
        }
        words
    }
}

/// Why a sheet could not be written. None of these is about what it says.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// What is to be drawn as a code is too long for one.
    #[error("the text is too long for a code")]
    Code,
    /// The font that is built in cannot be read.
    #[error("the built-in font cannot be read")]
    Font,
    /// The page could not be filled in.
    #[error("the page could not be filled in")]
    Page(#[from] askama::Error),
    /// The PDF could not be made.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
}

/// A stranger's text on one line: control characters, and those that turn the direction of writing round,
/// would make a reader see something else than what stands there.
#[must_use]
pub fn clean(text: &str) -> String {
    let seen = |letter: char| match letter {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '\u{fffd}',
        letter if letter.is_control() => '\u{fffd}',
        letter => letter,
    };
    text.chars().map(seen).collect()
}
