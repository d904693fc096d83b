//! Writes the HTML part.

use super::escape_into;
use super::fill::Fill;
use crate::attribute::Form;
use crate::template::{AttributeValue, Element, Node, Picture, Piece};

pub(super) fn render(nodes: &[Node], fill: &Fill<'_>) -> String {
    let mut writer = Writer { fill, out: String::with_capacity(4096) };
    writer.block(nodes);
    writer.out
}

/// Whether there are placeholders, and whether one of them says something.
#[derive(Clone, Copy, Default)]
struct Said {
    has_slots: bool,
    is_filled: bool,
    /// Whether one says something that has nothing to stand for it: only such words outlive their link.
    is_held: bool,
}

impl Said {
    const fn is_empty(self) -> bool {
        self.has_slots && !self.is_filled
    }

    const fn and(self, other: Self) -> Self {
        Self {
            has_slots: self.has_slots || other.has_slots,
            is_filled: self.is_filled || other.is_filled,
            is_held: self.is_held || other.is_held,
        }
    }
}

/// A line being written. Lengths are those of what is written.
#[derive(Clone, Copy, Default)]
struct Line {
    /// Where it is cut off if it stays empty.
    start: usize,
    said: Said,
    has_content: bool,
    /// A separator that nothing follows yet.
    pending: Option<(usize, usize)>,
}

struct Writer<'a> {
    fill: &'a Fill<'a>,
    out: String,
}

impl Writer<'_> {
    /// Writes lines; those that stay empty are cut off, with the break before them.
    fn block(&mut self, nodes: &[Node]) -> Said {
        let (mut said, mut has_lines) = (Said::default(), false);
        let mut line = self.line();
        for node in nodes {
            match node {
                Node::LineBreak => {
                    has_lines |= self.close(line, &mut said);
                    line = self.line();
                    if has_lines {
                        self.out.push_str("<br>");
                    }
                }
                Node::Element(element) if element.is_block => {
                    self.close(line, &mut said);
                    let start = self.out.len();
                    said = said.and(self.block_element(element));
                    has_lines |= self.out.len() > start;
                    line = self.line();
                }
                node => self.inline(node, &mut line),
            }
        }
        self.close(line, &mut said);
        said
    }

    fn line(&self) -> Line {
        Line { start: self.out.len(), ..Line::default() }
    }

    /// Ends a line; tells whether it stays.
    fn close(&mut self, line: Line, said: &mut Said) -> bool {
        *said = said.and(line.said);
        if line.said.is_empty() {
            self.out.truncate(line.start);
            return false;
        }
        if let Some((start, end)) = line.pending {
            self.out.replace_range(start..end, "");
        }
        true
    }

    fn block_element(&mut self, element: &Element) -> Said {
        let start = self.out.len();
        let (mut said, is_open) = self.open(element);
        if element.name == "hr" {
            return said;
        }
        said = said.and(self.block(&element.children));
        if said.is_empty() || (!is_open && !said.is_held) {
            self.out.truncate(start);
            return EMPTY;
        }
        if is_open {
            self.end(element);
        }
        said
    }

    fn inline(&mut self, node: &Node, line: &mut Line) {
        match node {
            Node::Element(element) => self.inline_element(element, line),
            Node::LineBreak => {}
            Node::Picture(picture) => self.picture(picture, line),
            Node::Text(pieces) => {
                for piece in pieces {
                    self.piece(piece, line);
                }
            }
        }
    }

    /// An element within a line. If it stays empty, the line is as it was before it.
    fn inline_element(&mut self, element: &Element, line: &mut Line) {
        let (before, start) = (*line, self.out.len());
        let (said, is_open) = self.open(element);
        line.said = said;
        for child in &element.children {
            self.inline(child, line);
        }
        if line.said.is_empty() || (!is_open && !line.said.is_held) {
            self.out.truncate(start);
            *line = before;
            line.said.has_slots = true;
            return;
        }
        line.said = line.said.and(before.said);
        if is_open {
            self.end(element);
        }
    }

    /// Writes the tag that opens an element; a link that leads nowhere has none.
    fn open(&mut self, element: &Element) -> (Said, bool) {
        let (start, mut said, mut is_open) = (self.out.len(), Said::default(), true);
        self.out.push('<');
        self.out.push_str(element.name);
        for (name, value) in &element.attributes {
            match value {
                AttributeValue::Href(href) => {
                    let address = self.fill.address(href);
                    if !matches!(href, crate::template::Href::Fixed(_)) {
                        let is_filled = address.is_some();
                        said = Said { has_slots: true, is_filled, is_held: is_filled };
                    }
                    match address {
                        Some(address) => self.attribute(name, &address),
                        None => is_open = false,
                    }
                }
                AttributeValue::Pieces(pieces) => self.pieces(name, pieces),
            }
        }
        self.out.push('>');
        if !is_open {
            self.out.truncate(start);
        }
        (said, is_open)
    }

    fn end(&mut self, element: &Element) {
        self.out.push_str("</");
        self.out.push_str(element.name);
        self.out.push('>');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape_into(value, &mut self.out);
        self.out.push('"');
    }

    fn pieces(&mut self, name: &str, pieces: &[Piece]) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        for piece in pieces {
            match piece {
                Piece::Separator(text) | Piece::Static(text) => self.out.push_str(text),
                Piece::Slot(slot) => {
                    if let Some(text) = self.fill.text(slot) {
                        escape_into(&text, &mut self.out);
                    }
                }
            }
        }
        self.out.push('"');
    }

    fn picture(&mut self, picture: &Picture, line: &mut Line) {
        let is_own = matches!(picture.source, crate::template::ImageSource::Own(_));
        line.said.has_slots |= !is_own;
        let Some(shown) = self.fill.image(picture) else { return };
        line.said = line.said.and(Said { has_slots: !is_own, is_filled: !is_own, is_held: true });
        self.out.push_str("<img");
        self.attribute("src", &shown.address);
        self.attribute("width", &shown.width.to_string());
        self.attribute("height", &shown.height.to_string());
        self.pieces("alt", &picture.alt);
        if !picture.style.is_empty() {
            self.pieces("style", &picture.style);
        }
        self.out.push('>');
        (line.has_content, line.pending) = (true, None);
    }

    fn piece(&mut self, piece: &Piece, line: &mut Line) {
        match piece {
            Piece::Separator(text) => self.separator(text, line),
            Piece::Slot(slot) => {
                line.said.has_slots = true;
                let Some(text) = self.fill.text(slot) else { return };
                self.words(&text, slot.attribute.form() == Form::Lines);
                line.said.is_filled = true;
                line.said.is_held |= slot.otherwise.is_none();
                (line.has_content, line.pending) = (true, None);
            }
            Piece::Static(text) => {
                self.out.push_str(text);
                (line.has_content, line.pending) = (true, None);
            }
        }
    }

    /// A separator stands only after something, and once; a sign is worth more than a space.
    fn separator(&mut self, text: &str, line: &mut Line) {
        let end = self.out.len();
        match line.pending {
            None if line.has_content => {
                self.out.push_str(text);
                line.pending = Some((end, self.out.len()));
            }
            Some((start, pending_end)) if pending_end == end => {
                let is_space = self.out.get(start..).is_some_and(|it| it.trim().is_empty());
                if is_space && !text.trim().is_empty() {
                    self.out.replace_range(start.., text);
                    line.pending = Some((start, self.out.len()));
                }
            }
            _ => {}
        }
    }

    /// Words in their own direction, so that they do not move what is around them.
    fn words(&mut self, text: &str, has_lines: bool) {
        let direction = direction(text);
        if let Some(direction) = direction {
            self.out.push_str("<span dir=\"");
            self.out.push_str(direction);
            self.out.push_str("\">");
        }
        if has_lines {
            for (index, line) in text.lines().enumerate() {
                if index > 0 {
                    self.out.push_str("<br>");
                }
                escape_into(line, &mut self.out);
            }
        } else {
            escape_into(text, &mut self.out);
        }
        if direction.is_some() {
            self.out.push_str("</span>");
        }
    }
}

/// What an element said that is no longer there.
const EMPTY: Said = Said { has_slots: true, is_filled: false, is_held: false };

/// The direction of a text by its first letter; none when all of it runs from left to right.
fn direction(text: &str) -> Option<&'static str> {
    if text.is_ascii() || !text.chars().any(is_right_to_left) {
        return None;
    }
    let first = text.chars().find(|it| it.is_alphabetic());
    Some(if first.is_some_and(is_right_to_left) { "rtl" } else { "ltr" })
}

/// Letters of scripts that run from right to left (Unicode Standard Annex 9, blocks of R and AL).
fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}
