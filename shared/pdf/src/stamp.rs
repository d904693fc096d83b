//! What a mark looks like: a form `XObject` for each of its places.

mod layout;

use std::fmt::Write;

use self::layout::{Area, Layout};
use crate::{
    Appearance, Mark, Rect, SealError, Stroke,
    font::{Fonts, Line, Style},
    object::ObjectId,
    picture::{Palette, Picture},
    stream::deflate,
    text::{number, numbers},
    write::Update,
};

/// Points a drawn signature may have. A hand draws about 60 a second.
const MOST_POINTS: usize = 20_000;
/// Characters of text in one line, and lines that one text may take. What is longer ends in an ellipsis: the
/// signature dictionary has it whole.
const LINE_CHARACTERS: usize = 44;
const MOST_LINES: usize = 3;
/// What a typed name takes at least above and below its baseline, in sizes: names are of one size whatever
/// their letters.
const NAME_ASCENT: f64 = 0.7;
const NAME_DESCENT: f64 = 0.25;
/// Width of the pen over the height of the area that is drawn in.
const PEN: f64 = 0.03;
/// Ink of the signature and of the text below it, as shades of grey: grey needs no output intent of its
/// own colours in PDF/A.
const INK: &str = "0.1 g 0.1 G";

/// Size and orientation of a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    /// As displayed, in units of the page.
    pub(crate) width: f64,
    /// As displayed, in units of the page.
    pub(crate) height: f64,
    /// Rotation of the page, in degrees clockwise.
    pub(crate) rotate: u16,
}

/// A mark that is set in type and can be written at several places.
pub(crate) struct Stamp<'a> {
    appearance: &'a Appearance,
    name: Line,
    details: Vec<Line>,
    picture: Option<Picture>,
    pub(crate) fonts: Fonts,
}

impl<'a> Stamp<'a> {
    pub(crate) fn new(appearance: &'a Appearance) -> Result<Self, SealError> {
        let mut fonts = Fonts::default();
        let name = match &appearance.mark {
            Mark::Typed => fonts.line(&appearance.name, Style::Script),
            Mark::Drawn(strokes) => {
                check_strokes(strokes)?;
                Line::default()
            }
            Mark::Png(_) => Line::default(),
        };
        let picture = match &appearance.mark {
            Mark::Png(bytes) => Some(Picture::decode(bytes)?),
            Mark::Drawn(_) | Mark::Typed => None,
        };
        let shown_name = (appearance.mark != Mark::Typed).then_some(appearance.name.as_str());
        let texts = [
            shown_name,
            Some(appearance.signed_at_text.as_str()),
            appearance.reason.as_deref(),
            Some(appearance.reference.as_str()),
        ];
        let texts = texts.into_iter().flatten().filter(|text| !text.is_empty());
        let details = texts.flat_map(wrapped).map(|text| fonts.line(&text, Style::Plain)).collect();
        Ok(Self { appearance, name, details, picture, fonts })
    }

    /// Writes what all places share, and returns the entries of their resource dictionary.
    pub(crate) fn embed(&self, palette: Palette, update: &mut Update<'_>) -> String {
        let fonts = self.fonts.embed(update);
        let picture = self.picture.as_ref().map(|picture| picture.embed(palette, update));
        let picture = picture.map(|picture| format!("/XObject<</Im {} 0 R>>", picture.number));
        format!("/Font{fonts}{}", picture.unwrap_or_default())
    }

    /// Writes the mark in a frame, with resources that [`Self::embed`] wrote.
    pub(crate) fn write(&self, frame: Frame, resources: &str, update: &mut Update<'_>) -> ObjectId {
        let mut content = format!("q {INK}\n");
        let layout = Layout::new(frame, &self.details, |area| self.signature_height(area));
        for (line, (x, y)) in self.details.iter().zip(layout.lines) {
            line.show(&mut content, layout.size, x, y);
        }
        let area = layout.signature;
        match &self.appearance.mark {
            Mark::Typed => self.write_name(&mut content, area),
            Mark::Drawn(strokes) => write_strokes(&mut content, strokes, area),
            Mark::Png(_) => self.write_picture(&mut content, area),
        }
        content.push_str("Q\n");
        let id = update.allocate();
        let resources = format!("/Resources<<{resources}>>/Filter/FlateDecode");
        update.put_stream(id, &(form_entries(frame) + &resources), &deflate(content.as_bytes()));
        id
    }

    /// How high the signature gets in an area.
    fn signature_height(&self, area: Area) -> f64 {
        match &self.appearance.mark {
            Mark::Typed => self.name_size(area) * (NAME_ASCENT + NAME_DESCENT),
            Mark::Drawn(strokes) => {
                let bounds = bounds(strokes);
                bounds.height() * scale_of(bounds.width(), bounds.height(), area, 0.0)
            }
            Mark::Png(_) => match self.picture_size() {
                Some((width, height)) => height * scale_of(width, height, area, 0.0),
                None => 0.0,
            },
        }
    }

    fn picture_size(&self) -> Option<(f64, f64)> {
        let picture = self.picture.as_ref()?;
        #[expect(clippy::cast_precision_loss, reason = "a picture has at most 2,000 pixels a side")]
        let size = (picture.columns as f64, picture.rows as f64);
        Some(size)
    }

    /// Shows the picture as large as the area allows, at its left, keeping its proportions.
    fn write_picture(&self, content: &mut String, area: Area) {
        let Some((width, height)) = self.picture_size() else { return };
        let scale = scale_of(width, height, area, 0.0);
        let (width, height) = (width * scale, height * scale);
        let y = area.y + (area.height - height) / 2.0;
        let _ = writeln!(content, "q {} cm /Im Do Q", numbers(&[width, 0.0, 0.0, height, area.x, y]));
    }

    /// What the name takes above and below its baseline at a size of one.
    fn name_extent(&self) -> (f64, f64) {
        (self.name.ink.top.max(NAME_ASCENT), (-self.name.ink.bottom).max(NAME_DESCENT))
    }

    fn name_size(&self, area: Area) -> f64 {
        let (above, below) = self.name_extent();
        let width = self.name.ink.width();
        if width > 0.0 { (area.height / (above + below)).min(area.width / width) } else { 0.0 }
    }

    fn write_name(&self, content: &mut String, area: Area) {
        let size = self.name_size(area);
        if size > 0.0 {
            let (above, below) = self.name_extent();
            // The rest of the height is shared above and below.
            let y = area.y + (area.height - size * (above + below)) / 2.0 + size * below;
            self.name.show(content, size, area.x - self.name.ink.left * size, y);
        }
    }
}

/// A text in lines, broken at blanks where there are some.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > LINE_CHARACTERS && lines.len() + 1 < MOST_LINES {
        let head = rest.get(..=LINE_CHARACTERS).unwrap_or_default();
        let blank = head.iter().rposition(|character| character.is_whitespace()).filter(|at| *at > 0);
        let behind = rest.split_off(blank.unwrap_or(LINE_CHARACTERS));
        lines.push(rest.iter().collect());
        rest = behind.into_iter().skip(usize::from(blank.is_some())).collect();
    }
    if rest.len() > LINE_CHARACTERS {
        rest.truncate(LINE_CHARACTERS - 1);
        rest.push('\u{2026}');
    }
    lines.push(rest.into_iter().collect());
    lines
}

/// Writes an appearance that shows nothing, for fields that are not filled yet.
pub(crate) fn write_blank(update: &mut Update<'_>) -> ObjectId {
    let id = update.allocate();
    let frame = Frame { width: 1.0, height: 1.0, rotate: 0 };
    update.put_stream(id, &(form_entries(frame) + "/Resources<<>>"), b"");
    id
}

/// The dictionary of a form `XObject` that stands upright on a page of this rotation
/// (ISO 32000-1 section 12.5.5, algorithm 8.1).
fn form_entries(frame: Frame) -> String {
    let (width, height) = (frame.width, frame.height);
    let matrix = match frame.rotate {
        90 => Some([0.0, 1.0, -1.0, 0.0, height, 0.0]),
        180 => Some([-1.0, 0.0, 0.0, -1.0, width, height]),
        270 => Some([0.0, -1.0, 1.0, 0.0, 0.0, width]),
        _ => None,
    };
    let matrix = matrix.map(|matrix| format!("/Matrix[{}]", numbers(&matrix))).unwrap_or_default();
    format!("/Type/XObject/Subtype/Form/BBox[0 0 {}]{matrix}", numbers(&[width, height]))
}

fn check_strokes(strokes: &[Stroke]) -> Result<(), SealError> {
    let points = || strokes.iter().flat_map(|stroke| &stroke.points);
    match points().count() {
        0 => Err(SealError::Mark { what: "nothing is drawn" }),
        count if count > MOST_POINTS => Err(SealError::Mark { what: "more points than a hand draws" }),
        _ if points().any(|(x, y)| !(x.abs() < 1e9 && y.abs() < 1e9)) => {
            Err(SealError::Mark { what: "points outside of any page" })
        }
        _ => Ok(()),
    }
}

/// What the points of the strokes span, downwards as drawn.
fn bounds(strokes: &[Stroke]) -> Rect {
    let points = || strokes.iter().flat_map(|stroke| &stroke.points);
    let [left, top, right, bottom] = points()
        .fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |[x0, y0, x1, y1], (x, y)| {
            [x0.min(*x), y0.min(*y), x1.max(*x), y1.max(*y)]
        });
    Rect::from_corners(left, top, right, bottom)
}

/// What a size is multiplied with so that it fits into an area, a pen of this width included. Something
/// without a size, such as a dot, fits at any scale.
fn scale_of(width: f64, height: f64, area: Area, pen: f64) -> f64 {
    let fit = |room: f64, size: f64| (size > 0.0).then(|| (room - pen).max(0.0) / size);
    let scales = [fit(area.width, width), fit(area.height, height)];
    scales.into_iter().flatten().reduce(f64::min).unwrap_or(1.0)
}

/// Draws the strokes as large as the area allows, keeping their proportions.
fn write_strokes(content: &mut String, strokes: &[Stroke], area: Area) {
    let drawn = bounds(strokes);
    let (left, top) = (drawn.left, drawn.bottom);
    let pen = area.height * PEN;
    let scale = scale_of(drawn.width(), drawn.height(), area, pen);
    let origin_y = area.y + f64::midpoint(area.height, drawn.height() * scale);
    let _ = writeln!(content, "1 J 1 j {} w", number(pen));
    for stroke in strokes {
        let mut operator = "m";
        for (x, y) in &stroke.points {
            let at = [area.x + pen / 2.0 + (x - left) * scale, origin_y - (y - top) * scale];
            let at = numbers(&at.map(|value| (value * 100.0).round() / 100.0));
            let _ = writeln!(content, "{at} {operator}");
            // A line to the same point makes a dot of a stroke with one point.
            if operator == "m" {
                let _ = writeln!(content, "{at} l");
            }
            operator = "l";
        }
        if operator == "l" {
            content.push_str("S\n");
        }
    }
}

#[cfg(test)]
mod tests;
