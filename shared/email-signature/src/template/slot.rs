//! Placeholders in a source.

use std::borrow::Cow;

use crate::attribute::Attribute;
use crate::refusal::{PlaceholderFault, Reason};
use crate::value::Link;

/// A placeholder: what stands there, how, and what stands for it when it is empty.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    pub(crate) attribute: Attribute,
    pub(crate) filters: Vec<Filter>,
    pub(crate) otherwise: Option<String>,
    pub(crate) line: usize,
}

/// How the text of an attribute is changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Filter {
    /// The first letter.
    Initial,
    /// In small letters.
    Lower,
    /// A link as people read it: without scheme and `www.`.
    Spoken,
    /// In capital letters.
    Upper,
}

/// A source in parts: text as it stands, and placeholders.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    Text(&'a str),
    Slot(Slot),
}

impl Slot {
    /// The text with the filters applied.
    pub(crate) fn filtered<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.filters.iter().fold(Cow::Borrowed(text), |text, filter| match filter {
            Filter::Initial => text.chars().next().map_or_else(String::new, String::from).into(),
            Filter::Lower => text.to_lowercase().into(),
            Filter::Spoken => match Link::parse(&text) {
                Ok(link) => link.spoken().to_owned().into(),
                Err(_) => text,
            },
            Filter::Upper => text.to_uppercase().into(),
        })
    }

    pub(crate) fn fault(&self, what: PlaceholderFault) -> Reason {
        Reason::Placeholder { line: self.line, what }
    }

    pub(crate) fn misplaced(&self) -> Reason {
        self.fault(PlaceholderFault::Misplaced(self.attribute.to_string()))
    }
}

/// Takes a source apart.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token<'_>>, Reason> {
    let (mut tokens, mut rest, mut line) = (Vec::new(), source, 1);
    while let Some((before, after)) = rest.split_once("{{") {
        line += before.matches('\n').count();
        let malformed = || Reason::Placeholder { line, what: PlaceholderFault::Malformed };
        let (inside, after) = after.split_once("}}").ok_or_else(malformed)?;
        if before.contains("}}") || inside.contains(['{', '}', '\n']) {
            return Err(malformed());
        }
        if !before.is_empty() {
            tokens.push(Token::Text(before));
        }
        tokens.push(Token::Slot(slot(inside, line)?));
        rest = after;
    }
    if rest.contains("}}") {
        return Err(Reason::Placeholder { line, what: PlaceholderFault::Malformed });
    }
    if !rest.is_empty() {
        tokens.push(Token::Text(rest));
    }
    Ok(tokens)
}

fn slot(inside: &str, line: usize) -> Result<Slot, Reason> {
    let refused = |what| Reason::Placeholder { line, what };
    let (said, otherwise) = match inside.split_once('|') {
        Some((said, otherwise)) => (said, Some(otherwise.trim().to_owned())),
        None => (inside, None),
    };
    let mut words = said.split(':').map(str::trim);
    let name =
        words.next().filter(|it| !it.is_empty()).ok_or_else(|| refused(PlaceholderFault::Malformed))?;
    let attribute =
        Attribute::parse(name).ok_or_else(|| refused(PlaceholderFault::AttributeUnknown(named(name))))?;
    let filters = words.map(|word| match word {
        "initial" => Ok(Filter::Initial),
        "lower" => Ok(Filter::Lower),
        "spoken" => Ok(Filter::Spoken),
        "upper" => Ok(Filter::Upper),
        _ => Err(refused(PlaceholderFault::FilterUnknown(named(word)))),
    });
    let filters = filters.collect::<Result<Vec<_>, _>>()?;
    Ok(Slot { attribute, filters, otherwise: otherwise.filter(|it| !it.is_empty()), line })
}

/// What a refusal repeats of a name that is none.
fn named(word: &str) -> String {
    word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}
