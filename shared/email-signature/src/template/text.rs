//! The text part of a template.

use super::slot::{Slot, Token, tokens};
use crate::attribute::Form;
use crate::refusal::{PlaceholderFault, Reason};
use crate::render::is_separator;

/// A part of a line.
#[derive(Clone, Debug)]
pub(crate) enum PlainPiece {
    /// `[[ ... ]]`: left out when its placeholders are all empty.
    Optional(Vec<Plain>),
    Plain(Plain),
}

/// Text or a placeholder.
#[derive(Clone, Debug)]
pub(crate) enum Plain {
    Separator(String),
    Slot(Slot),
    Static(String),
}

/// Reads the source of a text part, line by line.
///
/// # Errors
///
/// [`Reason::Placeholder`].
pub(crate) fn compile(source: &str) -> Result<Vec<Vec<PlainPiece>>, Reason> {
    let mut reader = Reader { lines: vec![Vec::new()], optional: None };
    for token in tokens(source)? {
        match token {
            Token::Slot(slot) if slot.attribute.form() == Form::Color => return Err(slot.misplaced()),
            Token::Slot(slot) => reader.add(Plain::Slot(slot)),
            Token::Text(text) => reader.text(text)?,
        }
    }
    if reader.optional.is_some() {
        return Err(reader.fault());
    }
    Ok(reader.lines.into_iter().map(marked).collect())
}

struct Reader {
    lines: Vec<Vec<PlainPiece>>,
    optional: Option<Vec<Plain>>,
}

impl Reader {
    fn text(&mut self, text: &str) -> Result<(), Reason> {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                if self.optional.is_some() {
                    return Err(self.fault());
                }
                self.lines.push(Vec::new());
            }
            self.line(line)?;
        }
        Ok(())
    }

    fn line(&mut self, mut rest: &str) -> Result<(), Reason> {
        loop {
            let mark = if self.optional.is_some() { "]]" } else { "[[" };
            let other = if self.optional.is_some() { "[[" } else { "]]" };
            let (text, after) = rest.split_once(mark).map_or((rest, None), |(text, it)| (text, Some(it)));
            if text.contains(other) {
                return Err(self.fault());
            }
            if !text.is_empty() {
                self.add(Plain::Static(text.to_owned()));
            }
            let Some(after) = after else { return Ok(()) };
            match self.optional.take() {
                Some(inside) => self.push(PlainPiece::Optional(inside)),
                None => self.optional = Some(Vec::new()),
            }
            rest = after;
        }
    }

    fn add(&mut self, plain: Plain) {
        match &mut self.optional {
            Some(inside) => inside.push(plain),
            None => self.push(PlainPiece::Plain(plain)),
        }
    }

    fn push(&mut self, piece: PlainPiece) {
        if let Some(line) = self.lines.last_mut() {
            line.push(piece);
        }
    }

    fn fault(&self) -> Reason {
        Reason::Placeholder { line: self.lines.len(), what: PlaceholderFault::Optional }
    }
}

/// Separators are such only where there are placeholders to separate: a line of dashes stays.
fn marked(line: Vec<PlainPiece>) -> Vec<PlainPiece> {
    let has_slots = line.iter().any(|it| !matches!(it, PlainPiece::Plain(Plain::Static(_))));
    if !has_slots {
        return line;
    }
    let mark = |plain| match plain {
        Plain::Static(text) if is_separator(&text) => Plain::Separator(text),
        other => other,
    };
    let pieces = line.into_iter().map(|piece| match piece {
        PlainPiece::Optional(inside) => PlainPiece::Optional(inside.into_iter().map(mark).collect()),
        PlainPiece::Plain(plain) => PlainPiece::Plain(mark(plain)),
    });
    pieces.collect()
}
