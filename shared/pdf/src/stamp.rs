//! What a mark looks like: a form `XObject` for each of its places.

use std::fmt::Write;

use crate::{
    Appearance, Mark, SealError, Stroke,
    font::{Fonts, Line, Style},
    object::ObjectId,
    picture::{Palette, Picture},
    stream::deflate,
    text::{number, numbers},
    write::Update,
};

/// Points a drawn signature may have. A hand draws about 60 a second.
const MOST_POINTS: usize = 20_000;
/// Share of the height that the lines of text take.
const DETAILS: f64 = 0.42;
/// Share of the smaller side that stays empty at each edge.
const MARGIN: f64 = 0.05;
/// Height of a line over the size of its type.
const LEADING: f64 = 1.2;
/// Room of a line above its baseline, in sizes: what accents on capitals need.
const ASCENT: f64 = 0.95;
/// Largest size of the lines of text, in units of the page.
const LARGEST_DETAIL: f64 = 9.0;
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
        let details = texts.map(|text| fonts.line(text, Style::Plain)).collect();
        Ok(Self { appearance, name, details, picture, fonts })
    }

    pub(crate) fn has_picture(&self) -> bool {
        self.picture.is_some()
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
        let margin = frame.width.min(frame.height) * MARGIN;
        let (width, height) = (frame.width - 2.0 * margin, frame.height - 2.0 * margin);
        let mut content = format!("q {INK}\n");
        let used = self.write_details(&mut content, margin, width, height);
        let area = Area { x: margin, y: margin + used, width, height: height - used };
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

    /// Writes the lines from the bottom up and returns the height they take.
    fn write_details(&self, content: &mut String, margin: f64, width: f64, height: f64) -> f64 {
        let widest = self.details.iter().map(|line| line.width).fold(0.0, f64::max);
        if widest <= 0.0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "there are at most four lines")]
        let lines = self.details.len() as f64;
        let size = (height * DETAILS / (lines * LEADING)).min(width / widest).min(LARGEST_DETAIL);
        let mut y = margin + (lines - 1.0) * size * LEADING + size * (LEADING - ASCENT);
        for line in &self.details {
            line.show(content, size, margin, y);
            y -= size * LEADING;
        }
        lines * size * LEADING
    }

    /// Shows the picture as large as the area allows, at its left, keeping its proportions.
    fn write_picture(&self, content: &mut String, area: Area) {
        let Some(picture) = &self.picture else { return };
        #[expect(clippy::cast_precision_loss, reason = "a picture has at most 2,000 pixels a side")]
        let (columns, rows) = (picture.columns as f64, picture.rows as f64);
        let scale = (area.width / columns).min(area.height / rows);
        let (width, height) = (columns * scale, rows * scale);
        let y = area.y + (area.height - height) / 2.0;
        let _ = writeln!(content, "q {} cm /Im Do Q", numbers(&[width, 0.0, 0.0, height, area.x, y]));
    }

    fn write_name(&self, content: &mut String, area: Area) {
        if self.name.width <= 0.0 {
            return;
        }
        let size = (area.height / LEADING).min(area.width / self.name.width);
        // The rest of the height is shared above and below.
        let y = area.y + (area.height - size * LEADING) / 2.0 + size * (LEADING - ASCENT);
        self.name.show(content, size, area.x, y);
    }
}

/// A part of the frame.
#[derive(Clone, Copy)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
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

/// Draws the strokes as large as the area allows, keeping their proportions.
fn write_strokes(content: &mut String, strokes: &[Stroke], area: Area) {
    let points = || strokes.iter().flat_map(|stroke| &stroke.points);
    let bounds = points().fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |[x0, y0, x1, y1], (x, y)| {
        [x0.min(*x), y0.min(*y), x1.max(*x), y1.max(*y)]
    });
    let [left, top, right, bottom] = bounds;
    let pen = area.height * 0.03;
    let fit = |room: f64, size: f64| (size > 0.0).then(|| (room - pen).max(0.0) / size);
    let scales = [fit(area.width, right - left), fit(area.height, bottom - top)];
    // A single dot has no size, so any scale will do.
    let scale = scales.into_iter().flatten().reduce(f64::min).unwrap_or(1.0);
    let origin_y = area.y + f64::midpoint(area.height, (bottom - top) * scale);
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
