//! Fonts as far as finding text needs them: what a code says, and how far it moves the pen.

use super::{
    cmap::CMap,
    encoding::{self, Characters},
    standard::standard,
};
use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
};

/// Thousandths of the size, the unit of widths in all but Type 3 fonts.
const THOUSANDTH: f64 = 0.001;
/// Ascent and descent of a font that does not say, in parts of its size.
const ASCENT: f64 = 0.75;
const DESCENT: f64 = -0.25;

/// A font.
///
/// Not read: the font program (its built-in encoding and its metrics), `CMaps` by name other than Identity and
/// those that spell Unicode, `/W2`.
#[derive(Debug)]
pub(super) struct Font {
    codes: Codes,
    to_unicode: Option<CMap>,
    widths: Widths,
    /// In parts of the size.
    pub(super) ascent: f64,
    pub(super) descent: f64,
    pub(super) vertical: bool,
}

#[derive(Debug)]
enum Codes {
    /// One byte each.
    Simple(Box<Characters>),
    /// Two bytes each, which are the glyph.
    Identity,
    /// Two bytes each, which are UTF-16.
    Unicode,
    Embedded(CMap),
}

#[derive(Debug)]
enum Widths {
    Simple {
        first: u32,
        widths: Vec<f64>,
        missing: f64,
    },
    /// First and last glyph of each width, sorted.
    Composite {
        widths: Vec<(u32, u32, f64)>,
        default: f64,
    },
}

/// One code of a shown string.
pub(super) struct Shown {
    pub(super) text: Option<String>,
    /// Advance at a size of one.
    pub(super) advance: f64,
    /// The single byte 32, which word spacing widens.
    pub(super) word_space: bool,
}

impl Font {
    pub(super) fn read(document: &Document, font: &Dictionary) -> Result<Self, PdfError> {
        let depth = document.limits().depth;
        let to_unicode = match font.get("ToUnicode") {
            Some(map @ Value::Reference(_)) => {
                let map = document.resolve(map)?;
                map.stream_at.is_some().then(|| document.stream_data(&map)).transpose()?
            }
            _ => None,
        };
        let to_unicode = to_unicode.map(|bytes| CMap::parse(&bytes, depth));
        if font.name("Subtype") == Some(b"Type0") {
            return composite(document, font, to_unicode);
        }
        simple(document, font, to_unicode)
    }

    /// The codes of a string, in order.
    pub(super) fn show(&self, string: &[u8], mut each: impl FnMut(Shown)) {
        let mut rest = string;
        while !rest.is_empty() {
            let (code, length) = match &self.codes {
                Codes::Simple(_) => (u32::from(rest.first().copied().unwrap_or_default()), 1),
                Codes::Embedded(map) => map.code(rest),
                Codes::Identity => two_bytes(rest),
                Codes::Unicode => match two_bytes(rest) {
                    (0xD800..=0xDBFF, 2) if rest.len() >= 4 => (0, 4),
                    other => other,
                },
            };
            let (bytes, after) = rest.split_at(length.clamp(1, rest.len()));
            rest = after;
            let text = self.text(code, bytes);
            let advance = self.widths.of(self.glyph(code));
            each(Shown { text, advance, word_space: bytes == b" " });
        }
    }

    fn text(&self, code: u32, bytes: &[u8]) -> Option<String> {
        if let Some(text) = self.to_unicode.as_ref().and_then(|map| map.text(code)) {
            return Some(text);
        }
        match &self.codes {
            Codes::Simple(characters) => characters
                .get(usize::try_from(code).ok()?)
                .copied()
                .flatten()
                .map(|character| character.to_string()),
            Codes::Unicode => {
                let units: Vec<u16> =
                    bytes.as_chunks().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
                String::from_utf16(&units).ok()
            }
            Codes::Embedded(_) | Codes::Identity => None,
        }
    }

    fn glyph(&self, code: u32) -> u32 {
        if let Codes::Embedded(map) = &self.codes { map.cid(code).unwrap_or_default() } else { code }
    }
}

fn two_bytes(bytes: &[u8]) -> (u32, usize) {
    match bytes {
        [high, low, ..] => (u32::from(*high) << 8 | u32::from(*low), 2),
        _ => (u32::from(bytes.first().copied().unwrap_or_default()), 1),
    }
}

impl Widths {
    fn of(&self, glyph: u32) -> f64 {
        match self {
            Self::Simple { first, widths, missing } => {
                let index = glyph.checked_sub(*first).and_then(|index| usize::try_from(index).ok());
                index.and_then(|index| widths.get(index)).copied().unwrap_or(*missing)
            }
            Self::Composite { widths, default } => {
                let end = widths.partition_point(|range| range.0 <= glyph);
                let range = end.checked_sub(1).and_then(|at| widths.get(at)).filter(|range| glyph <= range.1);
                range.map_or(*default, |range| range.2)
            }
        }
    }
}

fn simple(document: &Document, font: &Dictionary, to_unicode: Option<CMap>) -> Result<Font, PdfError> {
    let characters = encoding::read(document, font)?;
    let mut scale = THOUSANDTH;
    if font.name("Subtype") == Some(b"Type3") {
        let matrix = numbers(document, &document.value(font, "FontMatrix")?)?;
        scale = matrix.first().copied().unwrap_or(THOUSANDTH).abs();
    }
    let descriptor = document.value(font, "FontDescriptor")?;
    let descriptor = descriptor.as_dictionary();
    let (ascent, descent) = extent(document, descriptor)?;
    let missing = match descriptor {
        Some(descriptor) => document.value(descriptor, "MissingWidth")?.as_number().unwrap_or_default(),
        None => 0.0,
    };
    let widths = numbers(document, &document.value(font, "Widths")?)?;
    let first = document.value(font, "FirstChar")?.as_integer().unwrap_or_default();
    let mut read = Font {
        codes: Codes::Simple(Box::new(characters)),
        to_unicode,
        widths: Widths::Simple {
            first: u32::try_from(first).unwrap_or_default(),
            widths: widths.iter().map(|width| width * scale).collect(),
            missing: missing * scale,
        },
        ascent,
        descent,
        vertical: false,
    };
    let base_font = document.value(font, "BaseFont")?;
    if let Some(standard) = standard(base_font.as_name().unwrap_or_default()) {
        if widths.is_empty() {
            read.widths = standard_widths(&standard, &characters);
        }
        if descriptor.is_none() {
            read.ascent = f64::from(standard.ascent) * THOUSANDTH;
            read.descent = f64::from(standard.descent) * THOUSANDTH;
        }
    } else if widths.is_empty() && missing == 0.0 {
        // Half the size is near to the mean of most faces.
        read.widths = Widths::Simple { first: 0, widths: Vec::new(), missing: 0.5 };
    }
    Ok(read)
}

fn standard_widths(standard: &super::standard::Standard, characters: &Characters) -> Widths {
    let order = encoding::named(b"WinAnsiEncoding");
    let width = |character: &Option<char>| {
        let code = order.iter().skip(32).position(|known| known.is_some() && known == character);
        let width = code.and_then(|code| standard.widths.get(code)).copied().unwrap_or(standard.default);
        f64::from(width) * THOUSANDTH
    };
    Widths::Simple { first: 0, widths: characters.iter().map(width).collect(), missing: 0.0 }
}

fn composite(document: &Document, font: &Dictionary, to_unicode: Option<CMap>) -> Result<Font, PdfError> {
    let descendants = document.value(font, "DescendantFonts")?;
    let descendant = descendants.as_array().and_then(<[_]>::first);
    let descendant = descendant.map(|item| document.resolve(&item.value)).transpose()?;
    let empty = Dictionary::default();
    let descendant = descendant.as_ref().and_then(Object::dictionary).unwrap_or(&empty);
    let encoding = match font.get("Encoding") {
        Some(value) => document.resolve(value)?,
        None => Object::null(0),
    };
    let name = encoding.value.as_name().or(encoding.dictionary().and_then(|map| map.name("CMapName")));
    let name = name.unwrap_or_default();
    let unicode = name.starts_with(b"Uni")
        && [&b"UCS2"[..], b"UTF16"].iter().any(|kind| memchr::memmem::find(name, kind).is_some());
    let vertical = name.ends_with(b"-V")
        || encoding.dictionary().is_some_and(|encoding| encoding.integer("WMode") == Some(1));
    let codes = if encoding.stream_at.is_some() {
        Codes::Embedded(CMap::parse(&document.stream_data(&encoding)?, document.limits().depth))
    } else if unicode {
        Codes::Unicode
    } else {
        Codes::Identity
    };
    let descriptor = document.value(descendant, "FontDescriptor")?;
    let (ascent, descent) = extent(document, descriptor.as_dictionary())?;
    let default = document.value(descendant, "DW")?.as_number().unwrap_or(1000.0) * THOUSANDTH;
    let mut widths = Vec::new();
    // Glyphs of a Unicode `CMap` are numbered by a table outside of the file.
    if !unicode {
        widths = composite_widths(document, &document.value(descendant, "W")?)?;
    }
    Ok(Font { codes, to_unicode, widths: Widths::Composite { widths, default }, ascent, descent, vertical })
}

/// `/W`: `first [width ...]` or `first last width` (ISO 32000-1 section 9.7.4.3).
fn composite_widths(document: &Document, value: &Value) -> Result<Vec<(u32, u32, f64)>, PdfError> {
    let mut widths = Vec::new();
    let mut items = value.as_array().unwrap_or_default().iter();
    let glyph = |value: &Value| value.as_integer().and_then(|glyph| u32::try_from(glyph).ok());
    while let Some(first) = items.next() {
        let (Some(first), Some(next)) = (glyph(&document.resolve(&first.value)?.value), items.next()) else {
            continue;
        };
        let next = document.resolve(&next.value)?.value;
        if next.as_array().is_some() {
            for (glyph, width) in (first..).zip(numbers(document, &next)?) {
                widths.push((glyph, glyph, width * THOUSANDTH));
            }
        } else if let (Some(last), Some(width)) = (glyph(&next), items.next())
            && let Some(width) = document.resolve(&width.value)?.value.as_number()
        {
            widths.push((first, last, width * THOUSANDTH));
        }
    }
    widths.sort_by_key(|range| range.0);
    Ok(widths)
}

/// The numbers of an array; what is none counts as 0.
fn numbers(document: &Document, value: &Value) -> Result<Vec<f64>, PdfError> {
    let items = value.as_array().unwrap_or_default();
    items
        .iter()
        .map(|item| Ok(document.resolve(&item.value)?.value.as_number().unwrap_or_default()))
        .collect()
}

/// Ascent and descent, where the font's own are likely.
fn extent(document: &Document, descriptor: Option<&Dictionary>) -> Result<(f64, f64), PdfError> {
    let Some(descriptor) = descriptor else { return Ok((ASCENT, DESCENT)) };
    let number = |key| Ok::<_, PdfError>(document.value(descriptor, key)?.as_number());
    let ascent = number("Ascent")?.map(|ascent| ascent * THOUSANDTH);
    let descent = number("Descent")?.map(|descent| descent * THOUSANDTH);
    Ok((
        ascent.filter(|ascent| (0.3..=1.5).contains(ascent)).unwrap_or(ASCENT),
        descent.filter(|descent| (-0.8..=0.0).contains(descent)).unwrap_or(DESCENT),
    ))
}
