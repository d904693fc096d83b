//! Writes the text part.

use super::fill::Fill;
use crate::template::{Plain, PlainPiece, Slot};

pub(super) fn render(lines: &[Vec<PlainPiece>], fill: &Fill<'_>) -> String {
    let mut text = String::with_capacity(512);
    // Lines that disappear must not leave two empty ones where there was one.
    let mut was_empty = true;
    for line in lines {
        let mut writer =
            Writer { fill, line: String::new(), pending: None, has_slots: false, is_filled: false };
        for piece in line {
            writer.piece(piece);
        }
        let is_dropped = writer.has_slots && !writer.is_filled;
        let line = writer.line.trim_end();
        if is_dropped || (line.is_empty() && was_empty) {
            continue;
        }
        text.push_str(line);
        text.push('\n');
        was_empty = line.is_empty();
    }
    text.truncate(text.trim_end().len());
    text
}

struct Writer<'a> {
    fill: &'a Fill<'a>,
    line: String,
    /// A separator that nothing follows yet.
    pending: Option<&'a str>,
    has_slots: bool,
    is_filled: bool,
}

impl<'a> Writer<'a> {
    fn piece(&mut self, piece: &'a PlainPiece) {
        match piece {
            PlainPiece::Optional(inside) => {
                let slots = inside.iter().filter_map(|it| match it {
                    Plain::Slot(slot) => Some(slot),
                    _ => None,
                });
                // What has words to stand for it does not hold the part, unless there is nothing else.
                let has_bare = slots.clone().any(|it| it.otherwise.is_none());
                let says = |it: &&Slot| (!has_bare || it.otherwise.is_none()) && self.fill.text(it).is_some();
                let (count, says) = (slots.clone().count(), slots.clone().any(|it| says(&it)));
                self.has_slots |= count > 0;
                if count == 0 || says {
                    for plain in inside {
                        self.plain(plain);
                    }
                }
            }
            PlainPiece::Plain(plain) => self.plain(plain),
        }
    }

    fn plain(&mut self, plain: &'a Plain) {
        match plain {
            Plain::Separator(text) => {
                let is_stronger = self.pending.is_none_or(|it| it.trim().is_empty());
                if !self.line.is_empty() && is_stronger {
                    self.pending = Some(text);
                }
            }
            Plain::Slot(slot) => {
                self.has_slots = true;
                let fill = self.fill;
                if let Some(text) = fill.text(slot) {
                    self.is_filled = true;
                    self.push(&text);
                }
            }
            Plain::Static(text) => self.push(text),
        }
    }

    fn push(&mut self, text: &str) {
        self.line.extend(self.pending.take());
        self.line.push_str(text);
    }
}
