//! Running text out of glyphs: what belongs together is told by position.

use std::collections::HashMap;

use super::{content::Glyph, text::PageText};

/// Gap that is a space between words, in parts of the size.
const WORD_GAP: f64 = 0.15;
/// Gap in a line that parts what has nothing to do with each other, such as columns.
const COLUMN_GAP: f64 = 4.0;
/// How far glyphs of one line may be moved back, as kerning does.
const BACK: f64 = 0.5;
/// Distance of baselines that are one line, and of those that follow each other.
const ONE_LINE: f64 = 0.3;
const NEXT_LINE: f64 = 3.0;
/// Cosine between the directions of glyphs of one line.
const PARALLEL: f64 = 0.99;

/// Text with one space between words and between lines that follow each other, and a line feed between what
/// has nothing to do with each other.
#[derive(Debug, Default)]
pub(super) struct Flow {
    pub(super) text: String,
    /// The glyph of each byte of the text.
    pub(super) glyphs: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Joint {
    Break,
    None,
    Space,
}

impl Flow {
    /// In the order of the content, which is the order of reading in most files, over the ends of lines.
    pub(super) fn of_content(page: &PageText) -> Self {
        let mut flow = Self::default();
        flow.add_line(page, page.glyphs.iter().enumerate());
        flow
    }

    /// Line by line, from glyphs wherever they stand in the content. Lines do not go on in the next one: which
    /// one that is cannot be told between columns.
    pub(super) fn of_lines(page: &PageText) -> Self {
        let mut placed: Vec<(i32, f64, f64, usize)> = page.glyphs.iter().enumerate().map(place).collect();
        placed.sort_by(|left, right| {
            left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)).then(left.3.cmp(&right.3))
        });
        let mut lines: Vec<Vec<(f64, usize)>> = Vec::new();
        let mut last: Option<(i32, f64)> = None;
        for (angle, offset, along, index) in placed {
            let size = page.glyphs.get(index).map_or(0.0, |glyph| glyph.size);
            let same = last.is_some_and(|(before, line)| before == angle && offset - line < ONE_LINE * size);
            if !same {
                lines.push(Vec::new());
                last = Some((angle, offset));
            }
            if let Some(line) = lines.last_mut() {
                line.push((along, index));
            }
        }
        for line in &mut lines {
            line.sort_by(|left, right| left.0.total_cmp(&right.0));
        }
        let mut flow = Self::default();
        for line in &lines {
            flow.separate('\n', 0);
            flow.add_line(
                page,
                line.iter().filter_map(|(_, index)| Some((*index, page.glyphs.get(*index)?))),
            );
        }
        flow
    }

    fn add_line<'a>(&mut self, page: &PageText, glyphs: impl Iterator<Item = (usize, &'a Glyph)>) {
        let mut before: Option<&Glyph> = None;
        for (index, glyph) in glyphs {
            let owner = u32::try_from(index).unwrap_or(u32::MAX);
            match before.map(|before| joint(before, glyph)) {
                Some(Joint::Break) => self.separate('\n', owner),
                Some(Joint::Space) => self.separate(' ', owner),
                Some(Joint::None) | None => {}
            }
            for character in page.text.get(glyph.text.0..glyph.text.1).unwrap_or_default().chars() {
                self.add(character, owner);
            }
            before = Some(glyph);
        }
    }

    fn add(&mut self, character: char, owner: u32) {
        if character.is_whitespace() {
            self.separate(' ', owner);
        } else {
            normal(character, |character| self.text.push(character));
            self.glyphs.resize(self.text.len(), owner);
        }
    }

    /// A run of separators is one: the strongest.
    fn separate(&mut self, separator: char, owner: u32) {
        match self.text.pop() {
            Some('\n') => self.text.push('\n'),
            Some(' ') => self.text.push(separator),
            Some(other) => {
                self.text.push(other);
                self.text.push(separator);
            }
            None => {}
        }
        self.glyphs.resize(self.text.len(), owner);
    }
}

/// Text as it is compared: one space for white space, ligatures as their letters, no soft hyphens.
pub(crate) fn normalise(text: &str) -> String {
    let mut normalised = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !normalised.is_empty() {
            normalised.push(' ');
        }
        word.chars().for_each(|character| normal(character, |character| normalised.push(character)));
    }
    normalised
}

fn normal(character: char, mut each: impl FnMut(char)) {
    let letters = match character {
        '\u{FB00}' => "ff",
        '\u{FB01}' => "fi",
        '\u{FB02}' => "fl",
        '\u{FB03}' => "ffi",
        '\u{FB04}' => "ffl",
        '\u{FB05}' | '\u{FB06}' => "st",
        '\u{AD}' | '\u{200B}' | '\u{FEFF}' => "",
        // Glyph lists give the signs where the letters are meant.
        '\u{B5}' => "μ",
        '\u{2126}' => "Ω",
        '\u{2206}' => "Δ",
        other => return each(other),
    };
    letters.chars().for_each(each);
}

fn joint(before: &Glyph, glyph: &Glyph) -> Joint {
    let size = before.size.max(glyph.size);
    let (x, y) = before.direction;
    if x * glyph.direction.0 + y * glyph.direction.1 < PARALLEL {
        return Joint::Break;
    }
    let (right, up) = (glyph.start.0 - before.end.0, glyph.start.1 - before.end.1);
    let along = (right * x + up * y) / size;
    let across = (right * y - up * x).abs() / size;
    if across < ONE_LINE && along > -BACK {
        return match along {
            gap if gap < WORD_GAP => Joint::None,
            gap if gap < COLUMN_GAP => Joint::Space,
            _ => Joint::Break,
        };
    }
    if (ONE_LINE..NEXT_LINE).contains(&across) { Joint::Space } else { Joint::Break }
}

/// Direction in degrees, distance of the baseline from the origin, and place on it.
fn place((index, glyph): (usize, &Glyph)) -> (i32, f64, f64, usize) {
    let (x, y) = glyph.direction;
    #[expect(clippy::cast_possible_truncation, reason = "between -180 and 180")]
    let angle = y.atan2(x).to_degrees().round() as i32;
    (angle, glyph.start.0 * y - glyph.start.1 * x, glyph.start.0 * x + glyph.start.1 * y, index)
}

/// Glyphs that are drawn twice at nearly the same place, as a bold face is imitated, with the earlier one.
pub(super) fn without_doubles(page: &mut PageText) {
    let mut seen: HashMap<(String, i64, i64), usize> = HashMap::new();
    let text = &page.text;
    let mut kept: Vec<Glyph> = Vec::with_capacity(page.glyphs.len());
    for glyph in page.glyphs.drain(..) {
        let cell = (glyph.size * 0.25).max(1e-6);
        #[expect(clippy::cast_possible_truncation, reason = "saturates, which only keeps more glyphs apart")]
        let at = |number: f64| (number / cell).round() as i64;
        let own = text.get(glyph.text.0..glyph.text.1).unwrap_or_default();
        let key = (own.to_owned(), at(glyph.start.0), at(glyph.start.1));
        let near = |index: &usize| {
            kept.get(*index).is_some_and(|other: &Glyph| {
                let distance = (other.start.0 - glyph.start.0).hypot(other.start.1 - glyph.start.1);
                distance < 0.1 * glyph.size
            })
        };
        if own.trim().is_empty() || !seen.get(&key).is_some_and(near) {
            seen.insert(key, kept.len());
            kept.push(glyph);
        }
    }
    page.glyphs = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rect;

    fn page(words: &[(&str, f64, f64)]) -> PageText {
        let mut page = PageText::default();
        for (word, x, y) in words {
            for (index, character) in (0_u32..).zip(word.chars()) {
                let start = page.text.len();
                page.text.push(character);
                let x = x + f64::from(index) * 5.0;
                page.glyphs.push(Glyph {
                    text: (start, page.text.len()),
                    start: (x, *y),
                    end: (x + 5.0, *y),
                    direction: (1.0, 0.0),
                    size: 10.0,
                    bounds: Rect::from_corners(x, *y, x + 5.0, y + 10.0),
                });
            }
        }
        page
    }

    #[test]
    fn pieces_join_by_position() {
        let page = page(&[("Si", 0.0, 0.0), ("gn", 10.5, 0.0), ("here", 23.0, 0.0), ("far", 120.0, 0.0)]);
        assert_eq!(Flow::of_content(&page).text, "Sign here\nfar");
    }

    #[test]
    fn a_line_goes_on_in_the_next_one_of_the_content() {
        let page = page(&[("Sign", 100.0, 20.0), ("here", 0.0, 8.0), ("far", 0.0, -80.0)]);
        assert_eq!(Flow::of_content(&page).text, "Sign here\nfar");
        assert_eq!(Flow::of_lines(&page).text, "Sign\nhere\nfar");
    }

    #[test]
    fn a_line_is_found_in_any_order_of_its_pieces() {
        let page = page(&[("here", 22.0, 1.0), ("top", 0.0, 50.0), ("Sign", 0.0, 0.0)]);
        assert_eq!(Flow::of_lines(&page).text, "top\nSign here");
    }

    #[test]
    fn doubled_glyphs_are_one() {
        let mut page = page(&[("Sign", 0.0, 0.0), ("Sign", 0.4, 0.0), ("n", 21.0, 0.0)]);
        without_doubles(&mut page);
        assert_eq!(Flow::of_lines(&page).text, "Signn");
    }

    #[test]
    fn white_space_and_ligatures_are_compared_as_one() {
        assert_eq!(normalise("  of\u{FB01}ce\u{A0}\n no\u{AD}w "), "office now");
    }
}
