//! The faces of a mark, and the parts of them that a document gets.

mod letters;

use std::{collections::BTreeMap, fmt::Write};

use sha2::{Digest, Sha256};
use skrifa::{
    FontRef,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::{GlyphMetrics, Metrics},
};
use subsetter::GlyphRemapper;

use crate::{
    FontFallback, Rect,
    object::ObjectId,
    stream::deflate,
    text::{number, numbers},
    write::Update,
};

pub use self::letters::{letters, missing_letters};

/// A face that is built in.
struct Face {
    /// Its name for people.
    name: &'static str,
    postscript_name: &'static str,
    data: &'static [u8],
    /// `/Flags` of its descriptor (ISO 32000-1 table 123): nonsymbolic, and script where it is.
    flags: u32,
}

const CAVEAT: usize = 0;
const MYNERVE: usize = 1;
const NOTO_SANS: usize = 2;

static FACES: [Face; 3] = [
    Face {
        name: "Caveat",
        postscript_name: "Caveat-Regular",
        data: include_bytes!("../fonts/Caveat-Regular.ttf"),
        flags: 32 | 8,
    },
    Face {
        name: "Mynerve",
        postscript_name: "Mynerve-Regular",
        data: include_bytes!("../fonts/Mynerve-Greek.ttf"),
        flags: 32 | 8,
    },
    Face {
        name: "Noto Sans",
        postscript_name: "NotoSans-Regular",
        data: include_bytes!("../fonts/NotoSans-Regular.ttf"),
        flags: 32,
    },
];

/// How a line is set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Style {
    Plain,
    Script,
}

impl Style {
    /// Faces in the order they are tried.
    fn faces(self) -> &'static [usize] {
        match self {
            Self::Plain => &[NOTO_SANS],
            Self::Script => &[CAVEAT, MYNERVE, NOTO_SANS],
        }
    }
}

/// A line of text as glyphs of the document's fonts.
#[derive(Debug, Default)]
pub(crate) struct Line {
    runs: Vec<Run>,
    /// Where boxes begin, which stand for characters that no face has, at a size of one. They are drawn: PDF/A
    /// has no place for the glyph that means "not defined" (ISO 19005-2 section 6.2.11.8).
    boxes: Vec<f64>,
    /// Where the pen is after the line, at a size of one.
    advance: f64,
    /// What the glyphs cover from the start of the baseline on, at a size of one. Empty when they show nothing.
    pub(crate) ink: Rect,
}

/// Glyphs of one face.
#[derive(Debug, PartialEq)]
struct Run {
    face: usize,
    /// Where the run begins, at a size of one.
    start: f64,
    /// By their new numbers.
    glyphs: Vec<u16>,
}

/// What a box covers at a size of one, the pen included, and how far the next character is.
const BOX: Rect = Rect { left: 0.06, bottom: -0.02, right: 0.54, top: 0.72 };
const BOX_PEN: f64 = 0.04;
const BOX_ADVANCE: f64 = 0.6;

/// The glyphs a revision needs of each face.
#[derive(Default)]
pub(crate) struct Fonts {
    used: BTreeMap<usize, Used>,
    pub(crate) fallbacks: Vec<FontFallback>,
}

#[derive(Default)]
struct Used {
    remapper: GlyphRemapper,
    /// By new glyph number: what it shows and how wide it is, in thousandths.
    glyphs: BTreeMap<u16, (char, f64)>,
}

impl Fonts {
    /// Sets a line. Characters that no face has become a box, and are reported.
    pub(crate) fn line(&mut self, text: &str, style: Style) -> Line {
        let mut line = Line::default();
        for character in text.chars().filter(|character| !is_invisible(*character)) {
            let found = style.faces().iter().find_map(|face| Some((*face, map(*face, character)?)));
            let first_choice = style == Style::Plain || found.is_some_and(|(face, _)| face != NOTO_SANS);
            if !first_choice || found.is_none() {
                self.report(character, found.map(|(face, _)| face));
            }
            match found {
                Some((face, glyph)) => {
                    let (width, ink) = measure(face, glyph);
                    let used = self.used.entry(face).or_default();
                    let new = used.remapper.remap(glyph);
                    used.glyphs.entry(new).or_insert((character, width));
                    line.push(face, new, width / 1000.0, ink);
                }
                None => line.push_box(),
            }
        }
        line
    }

    fn report(&mut self, character: char, face: Option<usize>) {
        let font = face.and_then(|face| FACES.get(face)).map(|face| face.name);
        let fallback = FontFallback { character, font };
        if !self.fallbacks.contains(&fallback) {
            self.fallbacks.push(fallback);
        }
    }

    /// Writes the fonts and returns the value of `/Font` in a resource dictionary.
    pub(crate) fn embed(&self, update: &mut Update<'_>) -> String {
        let mut resources = String::from("<<");
        for (face, used) in &self.used {
            if let Some(font) = embed_face(*face, used, update) {
                let _ = write!(resources, "/F{face} {} 0 R", font.number);
            }
        }
        resources.push_str(">>");
        resources
    }
}

impl Line {
    fn push(&mut self, face: usize, glyph: u16, advance: f64, ink: Option<Rect>) {
        if let Some(ink) = ink {
            self.cover(&ink);
        }
        match self.runs.last_mut() {
            // A box ends a run: the pen moves on by itself only behind glyphs.
            Some(last) if last.face == face && self.boxes.last().is_none_or(|at| *at < last.start) => {
                last.glyphs.push(glyph);
            }
            _ => self.runs.push(Run { face, start: self.advance, glyphs: vec![glyph] }),
        }
        self.advance += advance;
    }

    fn push_box(&mut self) {
        self.cover(&BOX);
        self.boxes.push(self.advance);
        self.advance += BOX_ADVANCE;
    }

    /// Adds the ink of a glyph where the pen is.
    fn cover(&mut self, ink: &Rect) {
        let first = self.ink == Rect::default();
        let ink = Rect { left: ink.left + self.advance, right: ink.right + self.advance, ..*ink };
        self.ink = if first { ink } else { self.ink.union(&ink) };
    }

    /// Appends the operators that show the line at a size, from a point on its baseline.
    pub(crate) fn show(&self, content: &mut String, size: f64, x: f64, y: f64) {
        if !self.runs.is_empty() {
            content.push_str("BT");
        }
        for run in &self.runs {
            let at = numbers(&[x + run.start * size, y]);
            let _ = write!(content, " 1 0 0 1 {at} Tm /F{} {} Tf <", run.face, number(size));
            for glyph in &run.glyphs {
                let _ = write!(content, "{glyph:04x}");
            }
            content.push_str("> Tj");
        }
        if !self.runs.is_empty() {
            content.push_str(" ET\n");
        }
        for start in &self.boxes {
            let outline = Rect::from_corners(
                start + BOX.left + BOX_PEN / 2.0,
                BOX.bottom + BOX_PEN / 2.0,
                start + BOX.right - BOX_PEN / 2.0,
                BOX.top - BOX_PEN / 2.0,
            );
            let outline = outline.scaled(size);
            let at = [x + outline.left, y + outline.bottom, outline.width(), outline.height()];
            let _ = writeln!(content, "{} w {} re S", number(BOX_PEN * size), numbers(&at));
        }
    }
}

/// Control and direction characters, which change what is read without being seen.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn font(face: usize) -> Option<(&'static Face, FontRef<'static>)> {
    let face = FACES.get(face)?;
    Some((face, FontRef::new(face.data).ok()?))
}

fn map(face: usize, character: char) -> Option<u16> {
    let (_, font) = font(face)?;
    u16::try_from(Charmap::new(&font).map(character)?.to_u32()).ok().filter(|glyph| *glyph != 0)
}

/// How far the pen moves, in thousandths of the size, and what the glyph covers at a size of one.
fn measure(face: usize, glyph: u16) -> (f64, Option<Rect>) {
    let Some((_, font)) = font(face) else { return (0.0, None) };
    let metrics = GlyphMetrics::new(&font, Size::unscaled(), LocationRef::default());
    let units = f64::from(Metrics::new(&font, Size::unscaled(), LocationRef::default()).units_per_em.max(1));
    let width = metrics.advance_width(u32::from(glyph).into()).unwrap_or_default();
    let ink = metrics.bounds(u32::from(glyph).into()).map(|bounds| {
        let [x0, y0, x1, y1] = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max];
        Rect::from_corners(x0.into(), y0.into(), x1.into(), y1.into()).scaled(1.0 / units)
    });
    (f64::from(width) * 1000.0 / units, ink.filter(|ink| ink.width() > 0.0))
}

/// Writes a composite font with the glyphs used (ISO 32000-1 section 9.7).
fn embed_face(index: usize, used: &Used, update: &mut Update<'_>) -> Option<ObjectId> {
    let (face, font) = font(index)?;
    let program = subsetter::subset(face.data, 0, &used.remapper).ok()?;
    let metrics = Metrics::new(&font, Size::unscaled(), LocationRef::default());
    let thousandths = |value: f32| number(f64::from(value) * 1000.0 / f64::from(metrics.units_per_em.max(1)));
    let name = format!("{}+{}", tag(&program), face.postscript_name);
    let [file, set, descriptor, descendant, to_unicode, font] = std::array::from_fn(|_| update.allocate());
    let compressed = deflate(&program);
    update.put_stream(file, &format!("/Filter/FlateDecode/Length1 {}", program.len()), &compressed);
    update.put_stream(set, "", &glyph_set(glyph_count(&program)?));
    let bounds = metrics.bounds.unwrap_or_default();
    let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(thousandths).join(" ");
    let body = format!(
        "<</Type/FontDescriptor/FontName/{name}/Flags {}/FontBBox[{bounds}]/ItalicAngle 0/Ascent {}/Descent {}/CapHeight {}/StemV 80/FontFile2 {} 0 R/CIDSet {} 0 R>>",
        face.flags,
        thousandths(metrics.ascent),
        thousandths(metrics.descent),
        thousandths(metrics.cap_height.unwrap_or(metrics.ascent)),
        file.number,
        set.number,
    );
    update.put(descriptor, body.into_bytes());
    let widths = used.glyphs.iter().map(|(glyph, (_, width))| format!("{glyph}[{}]", number(*width)));
    let widths = widths.collect::<Vec<_>>().concat();
    let system = update.string(descendant, b"Adobe");
    let ordering = update.string(descendant, b"Identity");
    let mut body =
        format!("<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry").into_bytes();
    body.extend_from_slice(&system);
    body.extend_from_slice(b"/Ordering");
    body.extend_from_slice(&ordering);
    let rest = format!(
        "/Supplement 0>>/FontDescriptor {} 0 R/DW 0/W[{widths}]/CIDToGIDMap/Identity>>",
        descriptor.number
    );
    body.extend_from_slice(rest.as_bytes());
    update.put(descendant, body);
    update.put_stream(to_unicode, "/Filter/FlateDecode", &deflate(unicode_map(used).as_bytes()));
    let body = format!(
        "<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{} 0 R]/ToUnicode {} 0 R>>",
        descendant.number, to_unicode.number
    );
    update.put(font, body.into_bytes());
    Some(font)
}

/// Six capitals that tell subsets apart (ISO 32000-1 section 9.6.4).
fn tag(program: &[u8]) -> String {
    Sha256::digest(program).iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// Glyphs of a font program, the parts of composed ones included.
fn glyph_count(program: &[u8]) -> Option<usize> {
    let font = FontRef::new(program).ok()?;
    let count = Metrics::new(&font, Size::unscaled(), LocationRef::default()).glyph_count;
    usize::try_from(count).ok()
}

/// One bit for each glyph of the font program (ISO 19005-1 section 6.3.5, ISO 19005-2 section 6.2.11.4.2).
fn glyph_set(glyphs: usize) -> Vec<u8> {
    let mut set = vec![0_u8; glyphs.div_ceil(8)];
    for glyph in 0..glyphs {
        if let Some(byte) = set.get_mut(glyph / 8) {
            *byte |= 0x80 >> (glyph % 8);
        }
    }
    set
}

/// What each glyph means as text (ISO 32000-1 section 9.10.3).
fn unicode_map(used: &Used) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CIDSystemInfo <</Registry (Adobe)/Ordering (UCS)/Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n",
    );
    let glyphs: Vec<_> = used.glyphs.iter().collect();
    // A block holds at most 100 entries.
    for block in glyphs.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", block.len());
        for (glyph, (character, _)) in block {
            let mut units = [0; 2];
            let _ = write!(map, "<{glyph:04X}> <");
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(map, "{unit:04X}");
            }
            map.push_str(">\n");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap CMapName currentdict /CMap defineresource pop end end\n");
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_faces_cover_latin_greek_and_cyrillic() {
        let mut fonts = Fonts::default();
        let line = fonts.line("Zoë Łukasz Ελένη Παπαδοπούλου Наталья Їжак Ştefan Őrs", Style::Script);
        assert!(fonts.fallbacks.is_empty(), "{:?}", fonts.fallbacks);
        assert!(line.ink.width() > 5.0);
    }

    #[test]
    fn what_the_script_face_lacks_is_named() {
        let mut fonts = Fonts::default();
        fonts.line("A№李", Style::Script);
        let expected = [
            FontFallback { character: '№', font: Some("Noto Sans") },
            FontFallback { character: '李', font: None },
        ];
        assert_eq!(fonts.fallbacks, expected);
    }

    #[test]
    fn a_box_is_drawn_for_what_no_face_has() {
        let mut fonts = Fonts::default();
        let line = fonts.line("a李b", Style::Plain);
        let mut content = String::new();
        line.show(&mut content, 10.0, 5.0, 7.0);
        let a = measure(NOTO_SANS, map(NOTO_SANS, 'a').unwrap_or_default()).0 / 100.0;
        let drawn = [5.0 + a + 0.8, 7.0, 4.4, 7.0];
        assert!(content.ends_with(&format!(" ET\n0.4 w {} re S\n", numbers(&drawn))), "{content}");
        assert!(content.contains(&format!("1 0 0 1 {} Tm", numbers(&[5.0 + a + 6.0, 7.0]))), "{content}");
        assert!(!content.contains("<0000>"), "{content}");
    }

    #[test]
    fn direction_and_control_characters_are_not_set() {
        let mut fonts = Fonts::default();
        assert_eq!(
            fonts.line("A\u{202E}\u{200B}\n", Style::Script).runs,
            fonts.line("A", Style::Script).runs
        );
    }
}
