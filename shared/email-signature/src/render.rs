//! Rendering: a template, filled in for a person.

mod fill;
mod html;
mod plain;
pub mod warning;

use domain::value::Language;

use crate::brand::Brand;
use crate::campaign::Campaign;
use crate::person::{Group, Person};
use crate::refusal::Reason;
use crate::template::Template;
use crate::value::Link;
use fill::Fill;
use warning::{Code, Warning};

/// Which variant of a template.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Variant {
    /// For the first mail of a conversation.
    #[default]
    Normal,
    /// For answers: shorter. A template without one has the normal variant instead.
    Reply,
}

/// What is rendered: whose signature, for which house, with which banner.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The house.
    pub brand: &'a Brand,
    /// Whose.
    pub person: &'a Person,
    /// The person's group, if any.
    pub group: Option<&'a Group>,
    /// Whose banner, if any.
    pub campaign: Option<&'a Campaign>,
}

/// Where things are that a signature points to.
#[derive(Clone, Debug)]
pub struct Urls {
    images: String,
    /// Where a click on the banner leads; to the campaign's own link, if nothing counts clicks.
    pub campaign: Option<Link>,
    /// Where the person's vCard is.
    pub vcard: Option<Link>,
    /// Where the picture of the person's QR code is.
    pub qr: Option<Link>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// HTML to be set into a mail: tables, styles of elements, nothing else. Its images are counted by no size.
    pub html: String,
    /// The same in plain text, lines ended by line feeds.
    pub text: String,
    /// What some mail programs make of it.
    pub warnings: Vec<Warning>,
}

impl Variant {
    /// Reads its word; an empty one is the normal variant.
    ///
    /// # Errors
    ///
    /// [`Reason::OneOf`].
    pub fn parse(word: &str) -> Result<Self, Reason> {
        match word {
            "" | "normal" => Ok(Self::Normal),
            "reply" => Ok(Self::Reply),
            _ => Err(Reason::OneOf { words: "normal, reply" }),
        }
    }

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Reply => "reply",
        }
    }
}

impl Urls {
    /// Images are served below this address: it is followed by a slash and the name of an image.
    #[must_use]
    pub fn new(images: &Link) -> Self {
        let images = images.as_str().trim_end_matches('/').to_owned();
        Self { images, campaign: None, vcard: None, qr: None }
    }
}

/// Renders a signature. Values are escaped for where they stand; what is empty leaves no trace.
#[must_use]
pub fn render(
    template: &Template,
    subject: &Subject<'_>,
    urls: &Urls,
    variant: Variant,
    language: Language,
) -> Rendered {
    let part = template.part(variant);
    let fill = Fill::new(subject, urls, language);
    let html = html::render(&part.nodes, &fill);
    let text = plain::render(&part.plain, &fill);
    let mut warnings = part.warnings.clone();
    if html.len() > GMAIL_SHOWS_BYTES {
        warnings.push(Warning::of(Code::GmailClipping));
    } else if html.len() > LARGE_BYTES {
        warnings.push(Warning::of(Code::GmailLarge));
    }
    Rendered { html, text, warnings }
}

/// Whether a text only separates what is on both sides of it.
pub(crate) fn is_separator(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| " \u{a0}·•|,;/-–—".contains(c))
}

/// Text so that it can stand in an element and in a quoted attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    escape_into(text, &mut safe);
    safe
}

fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            _ => out.push(c),
        }
    }
}

/// Gmail cuts a mail there, and with it what counts and what closes.
const GMAIL_SHOWS_BYTES: usize = 102 * 1024;
/// A tenth of that, for a part that stands below every mail of a conversation.
const LARGE_BYTES: usize = 10 * 1024;
