//! Where signatures stand: coordinates, fields and anchors, each checked once.

use domain::request::{Anchor, Occurrence, Place};

use super::wire::{self, Number, OccurrenceWord};
use crate::edge::Problem;
use crate::edge::json::Flag;

/// Reads the places and the anchors of one signatory.
///
/// # Errors
///
/// 422 with a pointer to the first value that cannot be used.
pub(crate) fn places(
    signatures: &[wire::Signature],
    pointer: &str,
) -> Result<(Vec<Place>, Vec<Anchor>), Problem> {
    let (mut places, mut anchors) = (Vec::new(), Vec::new());
    for (index, signature) in signatures.iter().enumerate() {
        let reader = Reader { signature, pointer: format!("{pointer}/{index}") };
        match &signature.anchor {
            Some(text) => anchors.push(reader.anchor(text)?),
            None => places.push(reader.place()?),
        }
    }
    Ok((places, anchors))
}

struct Reader<'a> {
    signature: &'a wire::Signature,
    pointer: String,
}

impl Reader<'_> {
    fn place(&self) -> Result<Place, Problem> {
        let it = self.signature;
        if it.occurrence.is_some() || it.required.is_some() {
            return Err(
                self.invalid("anchor", "occurrence and required say which text of an anchor is meant.")
            );
        }
        let needed = |value: &Option<Number>, field: &str| {
            let missing = || self.invalid(field, "Give page, x and y, or an anchor.");
            self.number(value.as_ref().ok_or_else(missing)?, field)
        };
        let page = needed(&it.page, "page")?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and bounded on the next line")]
        let whole = page as i32;
        if page.fract() != 0.0 || !(whole == -1 || (1.0..=MAX_PAGE).contains(&page)) {
            return Err(self.invalid("page", "A page counts from 1; -1 is the last one."));
        }
        let name = it.name.as_ref().filter(|it| !it.is_empty());
        if name.is_some_and(|it| it.chars().count() > MAX_FIELD_NAME_CHARS) {
            return Err(self.invalid("name", "The name of a field of the document."));
        }
        Ok(Place {
            page: whole,
            x_points: needed(&it.x, "x")?,
            y_points: needed(&it.y, "y")?,
            width_points: self.positive(it.width.as_ref(), "width")?,
            height_points: self.positive(it.height.as_ref(), "height")?,
            field: name.cloned(),
        })
    }

    fn anchor(&self, text: &str) -> Result<Anchor, Problem> {
        let it = self.signature;
        let written = text.chars().count();
        if text.trim().is_empty() || written > MAX_ANCHOR_CHARS || text.chars().any(char::is_control) {
            let detail = format!("Text of the document, one line of at most {MAX_ANCHOR_CHARS} characters.");
            return Err(self.invalid("anchor", detail));
        }
        for (field, given) in [("page", it.page.is_some()), ("name", it.name.is_some())] {
            if given {
                return Err(self.invalid(field, "An anchor finds its page; leave this out."));
            }
        }
        let shift = |value: &Option<Number>, field: &str| {
            value.as_ref().map_or(Ok(0.0), |value| self.number(value, field))
        };
        let occurrence = match it.occurrence {
            None | Some(wire::Occurrence::Word(OccurrenceWord::All)) => Occurrence::All,
            Some(wire::Occurrence::Word(OccurrenceWord::First)) => Occurrence::First,
            Some(wire::Occurrence::Word(OccurrenceWord::Last)) => Occurrence::Last,
            Some(wire::Occurrence::Number(0)) => {
                return Err(self.invalid("occurrence", "all, first, last, or a number from 1."));
            }
            Some(wire::Occurrence::Number(number)) => Occurrence::Number(number),
        };
        Ok(Anchor {
            text: text.to_owned(),
            occurrence,
            right_by_points: shift(&it.x, "x")?,
            down_by_points: shift(&it.y, "y")?,
            width_points: self.positive(it.width.as_ref(), "width")?,
            height_points: self.positive(it.height.as_ref(), "height")?,
            required: it.required.is_none_or(Flag::is_set),
            found: None,
        })
    }

    fn number(&self, value: &Number, field: &str) -> Result<f64, Problem> {
        value.value().ok_or_else(|| self.invalid(field, "Not a number."))
    }

    fn positive(&self, value: Option<&Number>, field: &str) -> Result<Option<f64>, Problem> {
        let Some(value) = value else { return Ok(None) };
        match self.number(value, field)? {
            points if points > 0.0 => Ok(Some(points)),
            _ => Err(self.invalid(field, "A number of points above zero.")),
        }
    }

    fn invalid(&self, field: &str, detail: impl Into<String>) -> Problem {
        Problem::invalid(format!("{}/{field}", self.pointer), detail)
    }
}

/// Far above what a document may have, and small enough for an `i32`.
const MAX_PAGE: f64 = 1_000_000.0;
const MAX_FIELD_NAME_CHARS: usize = 200;
/// A line of text; more would not be found across the lines of a page.
const MAX_ANCHOR_CHARS: usize = 200;
