//! Where every line of a report stands.

use std::fmt::Write as _;
use std::num::NonZeroU16;

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};

use super::level;
use crate::{Block, Fact, Section, Sheet, Tone};

/// A font's characters and their widths.
pub(super) struct Face<'a> {
    letters: Charmap<'a>,
    /// At a size of one point.
    widths: GlyphMetrics<'a>,
}

impl<'a> Face<'a> {
    pub(super) fn new(font: &'a [u8]) -> Option<Self> {
        let font = FontRef::new(font).ok()?;
        Some(Self {
            letters: font.charmap(),
            widths: font.glyph_metrics(Size::new(1.0), LocationRef::default()),
        })
    }

    /// The text with every character that the font does not have spelled by its number.
    pub(super) fn spelled(&self, text: &str) -> String {
        let mut spelled = String::with_capacity(text.len());
        for letter in text.chars() {
            if self.letters.map(letter).is_some() {
                spelled.push(letter);
            } else {
                // Writing into a text cannot fail.
                let _written = write!(spelled, "[U+{:04X}]", u32::from(letter));
            }
        }
        spelled
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |letter| {
            let glyph = self.letters.map(letter)?;
            self.widths.advance_width(glyph)
        };
        self.spelled(text).chars().filter_map(advance).sum::<f32>() * size
    }

    /// Breaks text into lines of at most this width: at spaces, and inside of what is longer than a line.
    fn wrap(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(&longer, size) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if self.width(&line, size) > width && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, letter.to_string()));
                }
            }
        }
        lines.push(line);
        lines
    }
}

/// A color: red, green, blue.
pub(super) type Color = (u8, u8, u8);

/// What a line is to those who listen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    Heading(NonZeroU16),
    Paragraph,
}

/// A line on a page, with what stands on it.
#[derive(Debug)]
pub(super) struct Line {
    /// Points from the top of the page.
    pub(super) baseline: f32,
    pub(super) runs: Vec<Run>,
    pub(super) bar: Option<Bar>,
    pub(super) role: Role,
    /// Lines of the same paragraph belong together.
    pub(super) paragraph: usize,
}

/// Some text.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) x: f32,
    pub(super) size: f32,
    pub(super) color: Color,
    /// As it is meant; what the font does not have is spelled where it is drawn.
    pub(super) text: String,
}

/// A filled rectangle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) color: Color,
}

/// Sets a sheet upon pages.
pub(super) struct Layout<'a> {
    face: &'a Face<'a>,
    pages: Vec<Vec<Line>>,
    /// Where the next line begins, in points from the top.
    y: f32,
    /// How wide text may be, in points.
    width: f32,
    paragraph: usize,
}

impl<'a> Layout<'a> {
    pub(super) fn new(face: &'a Face<'a>) -> Self {
        Self { face, pages: vec![Vec::new()], y: MARGIN, width: WIDTH, paragraph: 0 }
    }

    /// The lines of each page; the head leaves this width free at its right.
    pub(super) fn set(mut self, sheet: &Sheet, aside: f32) -> Vec<Vec<Line>> {
        self.width = WIDTH - aside;
        self.text(&sheet.title, 10.0, QUIET, Role::Paragraph);
        self.text(&sheet.headline, 20.0, color(sheet.tone), Role::Heading(level(1)));
        self.width = WIDTH;
        if aside > 0.0 {
            self.y = self.y.max(MARGIN + aside);
        }
        self.rule(color(sheet.tone), 2.0);
        for sentence in &sheet.sentences {
            self.text(sentence, 10.0, INK, Role::Paragraph);
        }
        self.y += 6.0;
        self.facts(&sheet.facts);
        for section in &sheet.sections {
            self.section(section);
        }
        self.pages
    }

    fn section(&mut self, section: &Section) {
        self.y += 16.0;
        self.need(70.0);
        self.text(&section.title, 14.0, INK, Role::Heading(level(2)));
        if let Some(tone) = section.tone {
            self.text(&section.headline, 11.0, color(tone), Role::Paragraph);
        }
        for sentence in &section.sentences {
            self.text(sentence, 9.5, INK, Role::Paragraph);
        }
        self.facts(&section.facts);
        for block in &section.blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        self.y += 8.0;
        self.need(44.0);
        self.text(&block.title, 10.5, INK, Role::Heading(level(3)));
        for sentence in &block.sentences {
            self.text(sentence, 9.0, INK, Role::Paragraph);
        }
        self.facts(&block.facts);
    }

    /// Labels on the left, what they say on the right.
    fn facts(&mut self, facts: &[Fact]) {
        for fact in facts {
            self.need(14.0);
            self.rule(LINE, 0.4);
            self.paragraph += 1;
            let size = if fact.is_code { 8.0 } else { 9.0 };
            let label = format!("{}: ", fact.label);
            let is_wide = self.face.width(&label, LABEL_SIZE) > LABEL_WIDTH - LABEL_GAP;
            if is_wide {
                for text in self.face.wrap(&label, LABEL_SIZE, WIDTH) {
                    self.line(
                        vec![Run { x: MARGIN, size: LABEL_SIZE, color: QUIET, text }],
                        9.0,
                        Role::Paragraph,
                    );
                }
            }
            let lines = self.face.wrap(&fact.value, size, WIDTH - LABEL_WIDTH);
            for (index, text) in lines.into_iter().enumerate() {
                let mut runs = Vec::new();
                if index == 0 && !is_wide {
                    runs.push(Run { x: MARGIN, size: LABEL_SIZE, color: QUIET, text: label.clone() });
                }
                runs.push(Run { x: MARGIN + LABEL_WIDTH, size, color: INK, text });
                self.line(runs, 9.0, Role::Paragraph);
            }
        }
    }

    fn text(&mut self, text: &str, size: f32, color: Color, role: Role) {
        self.paragraph += 1;
        for text in self.face.wrap(text, size, self.width) {
            self.line(vec![Run { x: MARGIN, size, color, text }], size, role);
        }
    }

    fn line(&mut self, runs: Vec<Run>, size: f32, role: Role) {
        let height = size * LEADING;
        self.need(height);
        let baseline = self.y + size * ASCENT;
        self.y += height;
        self.push(Line { baseline, runs, bar: None, role, paragraph: self.paragraph });
    }

    fn rule(&mut self, color: Color, height: f32) {
        let bar = Bar { x: MARGIN, y: self.y + 1.0, width: WIDTH, height, color };
        self.y += height + 2.0;
        let paragraph = self.paragraph;
        self.push(Line { baseline: 0.0, runs: Vec::new(), bar: Some(bar), role: Role::Paragraph, paragraph });
    }

    /// Goes to the next page unless there is so much room left on this one.
    fn need(&mut self, height: f32) {
        if self.y + height > PAGE_HEIGHT - MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    fn push(&mut self, line: Line) {
        if let Some(page) = self.pages.last_mut() {
            page.push(line);
        }
    }
}

const fn color(tone: Tone) -> Color {
    match tone {
        Tone::Good => (20, 96, 58),
        Tone::Open => (122, 74, 0),
        Tone::Bad => (163, 34, 28),
    }
}

/// A4, in points.
pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;
pub(super) const MARGIN: f32 = 56.0;
pub(super) const QUIET: Color = (79, 91, 107);

const WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN;
const LABEL_WIDTH: f32 = 150.0;
const LABEL_SIZE: f32 = 8.5;
/// What stays free between a label and what it says; a longer label has a line of its own.
const LABEL_GAP: f32 = 6.0;
const INK: Color = (27, 36, 48);
const LINE: Color = (195, 203, 214);
const LEADING: f32 = 1.35;
const ASCENT: f32 = 1.0;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn no_line_is_wider_than_its_column_and_nothing_is_lost() {
        let face = Face::new(super::super::FONT).unwrap();
        let words = "a few words and then 0123456789abcdef0123456789abcdef0123456789abcdef in one piece";
        for width in [20.0, 60.0, 200.0] {
            let lines = face.wrap(words, 9.0, width);
            assert!(lines.iter().all(|it| face.width(it, 9.0) <= width), "{lines:?}");
            let without_spaces = |text: &str| text.replace(' ', "");
            assert_eq!(without_spaces(&lines.concat()), without_spaces(words));
        }
        assert_eq!(face.wrap("", 9.0, 50.0), [""]);
    }

    #[test]
    fn letters_that_the_font_does_not_have_are_spelled() {
        let face = Face::new(super::super::FONT).unwrap();
        assert_eq!(face.spelled("Ada Žižka 中"), "Ada Žižka [U+4E2D]");
    }
}
