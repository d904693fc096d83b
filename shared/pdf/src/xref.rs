//! Cross-reference sections (ISO 32000-1 section 7.5.4 and 7.5.8), read entry by entry when asked for.

use std::collections::HashMap;

use crate::{
    PdfError,
    document::Reader,
    filter,
    object::{Dictionary, Object, ObjectId, Value},
    parser::{Fault, Parser},
};

/// Bytes of one entry of a cross-reference table.
const ENTRY: u64 = 20;

/// Where an object is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Location {
    /// In an object stream, at an index.
    Compressed {
        stream: u32,
        index: u32,
    },
    Free,
    /// At an offset from the header.
    Offset(u64),
}

/// One section: what one revision says about its objects.
#[derive(Debug)]
pub(crate) struct Section {
    /// Offset from the header.
    pub(crate) offset: u64,
    /// First byte behind the section, in the file.
    pub(crate) end: u64,
    /// The trailer dictionary, or the stream's; its raw bytes keep the spelling.
    pub(crate) trailer: Object,
    pub(crate) is_stream: bool,
    entries: Entries,
    /// The stream of a hybrid file, which holds what the table hides, and its offset from the header.
    hybrid: Option<(u64, Entries)>,
}

#[derive(Debug)]
enum Entries {
    /// A table whose entries are not 20 bytes each, read at once.
    Listed(HashMap<u32, Location>),
    Rows(Rows),
    Table(Vec<Range>),
}

/// A subsection of a table: `count` entries from number `first` on, at `at` in the file.
#[derive(Clone, Copy, Debug)]
struct Range {
    first: u32,
    count: u32,
    at: u64,
}

/// The decoded data of a cross-reference stream.
#[derive(Debug)]
struct Rows {
    widths: [usize; 3],
    /// First number and count of each part, in the order of the rows.
    index: Vec<(u32, u32)>,
    data: Vec<u8>,
}

impl Section {
    /// Reads the section at an offset from the header.
    pub(crate) fn read(reader: &Reader, offset: u64) -> Result<Self, PdfError> {
        let at = reader
            .base()
            .checked_add(offset)
            .ok_or(PdfError::broken(offset, "offset in the file expected"))?;
        let table = reader.parse_at(at, |parser| Ok(parser.keyword(b"xref")?.then(|| parser.position())))?;
        let Some(length) = table else { return Self::read_stream(reader, offset, at) };
        let (entries, trailer_at) = read_table(reader, at + length as u64)?;
        let ((value, raw), length) =
            reader.parse_at(trailer_at, |parser| Ok((parser.value_with_bytes()?, parser.position())))?;
        if value.as_dictionary().is_none() {
            return Err(PdfError::broken(trailer_at, "trailer dictionary expected"));
        }
        let trailer = Object { id: ObjectId::default(), value, raw, stream_at: None, compressed: false };
        let hybrid = match trailer.dictionary().and_then(|trailer| trailer.integer("XRefStm")) {
            Some(stream) => {
                let stream = u64::try_from(stream)
                    .map_err(|_| PdfError::broken(at, "XRefStm in the file expected"))?;
                let at = reader.base().saturating_add(stream);
                Some((stream, Self::read_stream(reader, stream, at)?.entries))
            }
            None => None,
        };
        Ok(Self { offset, end: trailer_at + length as u64, trailer, is_stream: false, entries, hybrid })
    }

    fn read_stream(reader: &Reader, offset: u64, at: u64) -> Result<Self, PdfError> {
        let object = reader.object_at(at, None)?;
        let dictionary = object.dictionary().filter(|dictionary| dictionary.name("Type") == Some(b"XRef"));
        let dictionary = dictionary.ok_or(PdfError::broken(at, "cross-reference section expected"))?;
        let start = object.stream_at.ok_or(PdfError::broken(at, "cross-reference stream expected"))?;
        let end = reader.stream_end(start, dictionary.integer("Length"))?;
        let filters = direct_filters(dictionary);
        let data = filter::decode(&filters, &reader.bytes(start, end - start)?, reader.limits())?;
        reader.spend(data.len() as u64)?;
        let rows = Rows::new(dictionary, data, reader.limits().objects).map_err(|error| match error {
            PdfError::Broken { what, .. } => PdfError::broken(at, what),
            other => other,
        })?;
        Ok(Self { offset, end, trailer: object, is_stream: true, entries: Entries::Rows(rows), hybrid: None })
    }

    pub(crate) fn dictionary(&self) -> Option<&Dictionary> {
        self.trailer.dictionary()
    }

    /// What this section says about a number, or `None` if nothing.
    pub(crate) fn find(&self, reader: &Reader, number: u32) -> Result<Option<Location>, PdfError> {
        let found = self.entries.find(reader, number)?;
        if matches!(found, None | Some(Location::Free))
            && let Some((_, hidden)) = &self.hybrid
            && let Some(location) = hidden.find(reader, number)?
        {
            return Ok(Some(location));
        }
        Ok(found)
    }

    /// Offset from the header of the stream that a hybrid file's table names.
    pub(crate) fn hybrid_offset(&self) -> Option<u64> {
        self.hybrid.as_ref().map(|(offset, _)| *offset)
    }

    /// The numbers this section speaks of, some of them perhaps more than once.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> {
        let hidden = self.hybrid.iter().flat_map(|(_, hidden)| hidden.ranges());
        self.entries.ranges().into_iter().chain(hidden).flatten()
    }

    /// One more than the highest number this section speaks of.
    pub(crate) fn end_of_numbers(&self) -> u32 {
        let hidden = self.hybrid.as_ref().map_or(0, |(_, hidden)| hidden.end_of_numbers());
        self.entries.end_of_numbers().max(hidden).max(self.trailer.id.number.saturating_add(1))
    }
}

impl Entries {
    fn find(&self, reader: &Reader, number: u32) -> Result<Option<Location>, PdfError> {
        match self {
            Self::Listed(listed) => Ok(listed.get(&number).copied()),
            Self::Rows(rows) => Ok(rows.find(number)),
            Self::Table(ranges) => {
                let range = ranges
                    .iter()
                    .find(|range| number.checked_sub(range.first).is_some_and(|skip| skip < range.count));
                let Some(range) = range else { return Ok(None) };
                let at = range.at + u64::from(number - range.first) * ENTRY;
                let entry = reader.window(at, ENTRY)?;
                parse_entry(&entry).map(Some).ok_or(PdfError::broken(at, "cross-reference entry expected"))
            }
        }
    }

    fn ranges(&self) -> Vec<std::ops::Range<u32>> {
        match self {
            Self::Listed(listed) => {
                let mut numbers: Vec<u32> = listed.keys().copied().collect();
                numbers.sort_unstable();
                numbers.into_iter().map(|number| number..number.saturating_add(1)).collect()
            }
            Self::Rows(rows) => {
                rows.index.iter().map(|(first, count)| *first..first.saturating_add(*count)).collect()
            }
            Self::Table(ranges) => {
                ranges.iter().map(|range| range.first..range.first.saturating_add(range.count)).collect()
            }
        }
    }

    fn end_of_numbers(&self) -> u32 {
        match self {
            Self::Listed(listed) => listed.keys().max().map_or(0, |number| number.saturating_add(1)),
            Self::Rows(rows) => {
                rows.index.iter().map(|(first, count)| first.saturating_add(*count)).max().unwrap_or(0)
            }
            Self::Table(ranges) => {
                ranges.iter().map(|range| range.first.saturating_add(range.count)).max().unwrap_or(0)
            }
        }
    }
}

impl Rows {
    fn new(dictionary: &Dictionary, data: Vec<u8>, objects: u32) -> Result<Self, PdfError> {
        let wrong = || PdfError::broken(0, "W, Index and Size of a cross-reference stream expected");
        let integers = |value: &Value| -> Option<Vec<u64>> {
            value.as_array()?.iter().map(|item| u64::try_from(item.value.as_integer()?).ok()).collect()
        };
        let widths = dictionary.get("W").and_then(integers).ok_or_else(wrong)?;
        let [first, second, third, ..] = widths.as_slice() else { return Err(wrong()) };
        let width = |width: &u64| usize::try_from(*width).ok().filter(|width| *width <= 8).ok_or_else(wrong);
        let widths = [width(first)?, width(second)?, width(third)?];
        let index = match dictionary.get("Index") {
            Some(index) => integers(index).ok_or_else(wrong)?,
            None => vec![
                0,
                dictionary.integer("Size").and_then(|size| u64::try_from(size).ok()).ok_or_else(wrong)?,
            ],
        };
        let mut left = (data.len() / widths.iter().sum::<usize>().max(1)) as u64;
        let mut parts = Vec::with_capacity(index.len() / 2);
        for pair in index.chunks_exact(2) {
            let [first, count] = pair else { break };
            // Rows that the index promises and the data does not hold are taken as absent.
            let count = (*count).min(left);
            left -= count;
            let end = first.saturating_add(count);
            if end > u64::from(objects) {
                return Err(PdfError::over("objects", objects.into(), end));
            }
            parts.push(
                u32::try_from(*first)
                    .and_then(|first| Ok((first, u32::try_from(count)?)))
                    .map_err(|_| wrong())?,
            );
        }
        Ok(Self { widths, index: parts, data })
    }

    fn find(&self, number: u32) -> Option<Location> {
        let mut row = 0_usize;
        for (first, count) in &self.index {
            match number.checked_sub(*first) {
                Some(skip) if skip < *count => return self.row(row + skip as usize),
                _ => row += *count as usize,
            }
        }
        None
    }

    fn row(&self, row: usize) -> Option<Location> {
        let [kind, second, third] = self.widths;
        let length = kind + second + third;
        let row = self.data.get(row * length..(row + 1) * length)?;
        let field = |start: usize, width: usize| {
            row.iter().skip(start).take(width).fold(0_u64, |value, byte| value << 8 | u64::from(*byte))
        };
        let kind_value = if kind == 0 { 1 } else { field(0, kind) };
        let (second_value, third_value) = (field(kind, second), field(kind + second, third));
        Some(match kind_value {
            1 => Location::Offset(second_value),
            2 => match (u32::try_from(second_value), u32::try_from(third_value)) {
                (Ok(stream), Ok(index)) => Location::Compressed { stream, index },
                _ => Location::Free,
            },
            // An unknown type is a reference to the null object (ISO 32000-1 section 7.5.8.3).
            _ => Location::Free,
        })
    }
}

/// The subsections of a table, and the offset behind its `trailer` keyword.
fn read_table(reader: &Reader, start: u64) -> Result<(Entries, u64), PdfError> {
    let mut ranges: Vec<Range> = Vec::new();
    let mut at = start;
    loop {
        let (header, length) = reader.parse_at(at, |parser| {
            if parser.keyword(b"trailer")? {
                return Ok((None, parser.position()));
            }
            let (first, count) = (parser.unsigned()?, parser.unsigned()?);
            parser.skip();
            Ok((Some((first, count)), parser.position()))
        })?;
        at += length as u64;
        let Some((first, count)) = header else { return Ok((Entries::Table(ranges), at)) };
        let end = first.saturating_add(count);
        let objects = reader.limits().objects;
        let (Ok(first), Ok(count)) = (u32::try_from(first), u32::try_from(count)) else {
            return Err(PdfError::over("objects", objects.into(), end));
        };
        if end > u64::from(objects) {
            return Err(PdfError::over("objects", objects.into(), end));
        }
        let range = Range { first, count, at };
        at += u64::from(count) * ENTRY;
        if !is_regular(reader, range, at)? {
            return read_listed(reader, start);
        }
        ranges.push(range);
        if ranges.len() > objects as usize {
            return Err(PdfError::over("objects", objects.into(), ranges.len() as u64));
        }
    }
}

/// Whether the entries stand 20 bytes apart: judged by the first, the last and what follows.
fn is_regular(reader: &Reader, range: Range, end: u64) -> Result<bool, PdfError> {
    if range.count == 0 {
        return Ok(true);
    }
    let first = parse_entry(&reader.window(range.at, ENTRY)?);
    let last = parse_entry(&reader.window(end - ENTRY, ENTRY)?);
    let next = reader.window(end, 1)?.first().copied();
    let follows =
        next.is_some_and(|byte| byte == b't' || byte.is_ascii_whitespace() || byte.is_ascii_digit());
    Ok(first.is_some() && last.is_some() && follows)
}

/// Reads a table token by token, for entries of another length than 20 bytes.
fn read_listed(reader: &Reader, start: u64) -> Result<(Entries, u64), PdfError> {
    let objects = reader.limits().objects;
    let (listed, length) = reader.parse_at(start, |parser| {
        let mut listed = HashMap::new();
        while !parser.keyword(b"trailer")? {
            let (first, count) = (parser.unsigned()?, parser.unsigned()?);
            for number in first..first.saturating_add(count) {
                let location = listed_entry(parser)?;
                if let Some(number) = u32::try_from(number).ok().filter(|number| *number < objects) {
                    listed.insert(number, location);
                }
            }
        }
        Ok((listed, parser.position()))
    })?;
    Ok((Entries::Listed(listed), start + length as u64))
}

fn listed_entry(parser: &mut Parser<'_>) -> Result<Location, Fault> {
    let offset = parser.unsigned()?;
    parser.unsigned()?;
    if parser.keyword(b"n")? {
        return Ok(Location::Offset(offset));
    }
    if parser.keyword(b"f")? {
        return Ok(Location::Free);
    }
    Err(Fault::Syntax(parser.position(), "cross-reference entry expected"))
}

/// `nnnnnnnnnn ggggg n` and two bytes of white space.
fn parse_entry(entry: &[u8]) -> Option<Location> {
    let (offset, rest) = entry.split_at_checked(10)?;
    let offset = offset
        .iter()
        .try_fold(0_u64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))?;
    match rest {
        [b' ', generation @ .., b' ', kind @ (b'n' | b'f'), b' ' | b'\r' | b'\n', _]
            if generation.len() == 5 && generation.iter().all(u8::is_ascii_digit) =>
        {
            Some(if *kind == b'n' { Location::Offset(offset) } else { Location::Free })
        }
        _ => None,
    }
}

/// The filters of a stream whose dictionary refers to nothing.
pub(crate) fn direct_filters(dictionary: &Dictionary) -> Vec<(Vec<u8>, Dictionary)> {
    let names = match dictionary.get("Filter") {
        Some(Value::Name(name)) => vec![name.clone()],
        Some(Value::Array(items)) => {
            items.iter().filter_map(|item| item.value.as_name()).map(<[u8]>::to_vec).collect()
        }
        _ => Vec::new(),
    };
    let parameters = match dictionary.get("DecodeParms").or_else(|| dictionary.get("DP")) {
        Some(Value::Dictionary(one)) => vec![one.clone()],
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.value.as_dictionary().cloned().unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    };
    names.into_iter().zip(parameters.into_iter().chain(std::iter::repeat(Dictionary::default()))).collect()
}
