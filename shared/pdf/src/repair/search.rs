//! Finding objects and trailers without cross-references.

use std::collections::BTreeMap;

use crate::{
    Limits,
    object::{Dictionary, Object, ObjectId, Value},
    parser::{Fault, Parser, is_regular},
    write::TrailerEntries,
};

/// Passes over the file that what cannot be read may cost. Without a bound, a string that does not end behind
/// each `obj` would make the search quadratic.
const WASTED_PASSES: usize = 16;

/// What a search of the file finds.
#[derive(Default)]
pub(super) struct Found {
    /// Offsets from the header, and generations.
    pub(super) objects: BTreeMap<u32, (u64, u16)>,
    /// Object streams in the order of the file.
    pub(super) object_streams: Vec<u32>,
    pub(super) trailer: TrailerEntries,
    pub(super) catalog: Option<ObjectId>,
    /// There is a signature dictionary, whether or not anything leads to it.
    pub(super) signature: bool,
    /// The file ends inside the data of a stream.
    pub(super) unclosed: bool,
    /// Objects that are integers: what the lengths of streams may refer to.
    integers: BTreeMap<u32, i64>,
    /// A stream's length was not known when its data was passed over.
    guessed: bool,
}

/// Finds objects and trailers by their keywords. Of a repeated number, the last one counts.
pub(super) fn search(bytes: &[u8], header: usize, limits: &Limits) -> Found {
    let first = pass(bytes, header, limits, &BTreeMap::new());
    // What looks like an object inside of stream data is none, and with the lengths known it is passed over.
    if first.guessed { pass(bytes, header, limits, &first.integers) } else { first }
}

fn pass(bytes: &[u8], header: usize, limits: &Limits, lengths: &BTreeMap<u32, i64>) -> Found {
    let mut found = Found::default();
    let mut at = header;
    let mut wasted = 0_usize;
    while let Some(next) = next_keyword(bytes, at) {
        if wasted > bytes.len().saturating_mul(WASTED_PASSES) {
            break;
        }
        at = match next {
            Keyword::Object { start, number, generation, body } => {
                match read_object(bytes, body, limits, lengths) {
                    Ok(read) if number > 0 && number < limits.objects => {
                        found.objects.insert(number, ((start - header) as u64, generation));
                        found.note(number, generation, &read);
                        read.end
                    }
                    Ok(read) => read.end,
                    Err(Unreadable { passed }) => {
                        wasted = wasted.saturating_add(passed);
                        body
                    }
                }
            }
            Keyword::Trailer { body } => {
                let mut parser = Parser::new(bytes.get(body..).unwrap_or_default(), true, limits.depth);
                if let Ok((Value::Dictionary(dictionary), raw)) = parser.value_with_bytes() {
                    found.trailer.merge(&dictionary, &raw);
                }
                wasted = wasted.saturating_add(parser.position());
                body
            }
        };
    }
    found
}

impl Found {
    fn note(&mut self, number: u32, generation: u16, read: &Read) {
        self.unclosed |= read.data == Data::Unclosed;
        self.guessed |= read.data == Data::Guessed;
        if let Some(integer) = read.object.value.as_integer() {
            self.integers.insert(number, integer);
        }
        let Some(dictionary) = read.object.dictionary() else { return };
        self.signature |= dictionary.get("ByteRange").is_some() && dictionary.get("Contents").is_some();
        match dictionary.name("Type") {
            Some(b"Catalog") => self.catalog = Some(ObjectId { number, generation }),
            Some(b"ObjStm") => {
                self.object_streams.retain(|stream| *stream != number);
                self.object_streams.push(number);
            }
            Some(b"XRef") => self.trailer.merge(dictionary, &read.object.raw),
            _ => {}
        }
    }
}

impl TrailerEntries {
    /// Takes over what a trailer says; later ones win.
    fn merge(&mut self, dictionary: &Dictionary, raw: &[u8]) {
        if let Some(root) = dictionary.get("Root").and_then(Value::as_reference) {
            self.root = Some(root);
        }
        for (key, kept) in [("Info", &mut self.info), ("ID", &mut self.id), ("Encrypt", &mut self.encrypt)] {
            if let Some(value) = dictionary.entry(key).and_then(|entry| raw.get(entry.span.clone())) {
                *kept = Some(value.to_vec());
            }
        }
    }
}

enum Keyword {
    Object { start: usize, number: u32, generation: u16, body: usize },
    Trailer { body: usize },
}

/// The next `N G obj` or `trailer` from `from` on.
fn next_keyword(bytes: &[u8], from: usize) -> Option<Keyword> {
    let mut at = from;
    loop {
        // Both keywords hold an `r` or a `b`, but `obj` and `trailer` share no letter that is rare, so two searches.
        let rest = bytes.get(at..)?;
        let object = memchr::memmem::find(rest, b"obj").map(|found| at + found);
        let window = object.map_or(rest, |object| bytes.get(at..object).unwrap_or_default());
        if let Some(trailer) = memchr::memmem::find(window, b"trailer") {
            return Some(Keyword::Trailer { body: at + trailer + b"trailer".len() });
        }
        let object = object?;
        let body = object + b"obj".len();
        if let Some((start, number, generation)) = object_header(bytes, object) {
            return Some(Keyword::Object { start, number, generation, body });
        }
        at = body;
    }
}

/// Reads `N G ` backwards from the keyword.
fn object_header(bytes: &[u8], keyword: usize) -> Option<(usize, u32, u16)> {
    let before = bytes.get(..keyword)?;
    let trim =
        |bytes: &[u8]| bytes.len() - bytes.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    let digits = |bytes: &[u8]| bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).take(10).count();
    let end = trim(before);
    let start = end - digits(before.get(..end)?);
    let generation: u16 = std::str::from_utf8(before.get(start..end)?).ok()?.parse().ok()?;
    let number_end = trim(before.get(..start)?);
    let number_start = number_end - digits(before.get(..number_end)?);
    let number: u32 = std::str::from_utf8(before.get(number_start..number_end)?).ok()?.parse().ok()?;
    let ahead = before.get(..number_start)?;
    // Some writers put nothing between an object's end and the next one's number.
    let alone = ahead.last().is_none_or(|byte| !is_regular(*byte)) || ahead.ends_with(b"endobj");
    (number_end < start && alone).then_some((number_start, number, generation))
}

/// How the end of stream data was found.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Data {
    /// There is none, or its length is right.
    Known,
    /// By the keyword behind it, because its length is another object that was not found yet.
    Guessed,
    /// The file ends before it does.
    Unclosed,
}

/// An object with the offset to go on at: behind its value, or behind the stream's data.
struct Read {
    object: Object,
    end: usize,
    data: Data,
}

/// No value stands behind `obj`; so many bytes were looked at.
struct Unreadable {
    passed: usize,
}

/// Parses the value behind `obj`.
fn read_object(
    bytes: &[u8],
    body: usize,
    limits: &Limits,
    lengths: &BTreeMap<u32, i64>,
) -> Result<Read, Unreadable> {
    let rest = bytes.get(body..).unwrap_or_default();
    let mut parser = Parser::new(rest, true, limits.depth);
    let parsed: Result<_, Fault> = parser.value_with_bytes();
    let unreadable = Unreadable { passed: parser.position() };
    let Ok((value, raw)) = parsed else { return Err(unreadable) };
    let stream = match value {
        Value::Dictionary(_) => parser.stream_start().map_err(|_| unreadable)?,
        _ => None,
    };
    let (end, data) = match (stream, value.as_dictionary()) {
        (Some(start), Some(dictionary)) => stream_end(rest, start, dictionary, lengths),
        _ => (parser.position(), Data::Known),
    };
    Ok(Read { object: Object { value, raw, ..Object::null(0) }, end: body + end, data })
}

/// Behind the stream's data: by its length if that is known and right, else at `endstream` or `endobj`.
fn stream_end(
    rest: &[u8],
    start: usize,
    dictionary: &Dictionary,
    lengths: &BTreeMap<u32, i64>,
) -> (usize, Data) {
    let referred = dictionary.get("Length").and_then(Value::as_reference);
    let length = match referred {
        Some(id) => lengths.get(&id.number).copied(),
        None => dictionary.integer("Length"),
    };
    let by_length = length.and_then(|length| start.checked_add(usize::try_from(length).ok()?));
    let ends = |end: &usize| {
        rest.get(*end..).is_some_and(|after| after.trim_ascii_start().starts_with(b"endstream"))
    };
    if let Some(end) = by_length.filter(ends) {
        return (end, Data::Known);
    }
    let data = rest.get(start..).unwrap_or_default();
    // Where `endstream` is missing, the next one is that of another stream.
    let by_keyword = memchr::memmem::find_iter(data, b"end").find(|at| {
        data.get(*at..).is_some_and(|text| text.starts_with(b"endstream") || text.starts_with(b"endobj"))
    });
    match by_keyword {
        Some(end) if referred.is_some() => (start + end, Data::Guessed),
        Some(end) => (start + end, Data::Known),
        None => (rest.len(), Data::Unclosed),
    }
}
