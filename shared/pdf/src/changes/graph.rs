//! Which objects refer to which, from the trailer on, and by which entries.

use std::collections::{BTreeSet, HashMap};

use crate::{
    Document, PdfError,
    object::{Object, Value},
};

/// References in one file. At 8 bytes each the bound keeps them under a few dozen megabytes.
const MOST_EDGES: usize = 4 << 20;
/// Different paths within objects. Common files have some hundreds.
const MOST_PATHS: usize = 1 << 20;
/// Bytes of a path that are kept. A longer one has no rule.
const PATH_BYTES: usize = 64;

/// What ends a stream.
const END: &[u8] = b"endstream";

/// The trailer, as an object of the graph.
pub(super) const TRAILER: u32 = 0;

/// A path of keys within an object, such as `AP/N`; `[]` stands for any place in an array.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Path(u32);

/// References that leave one object.
type Edges = Vec<(u32, Path)>;

/// All objects that can be reached from the trailer.
#[derive(Debug, Default)]
pub(super) struct Graph {
    objects: HashMap<u32, Edges>,
    names: HashMap<Box<str>, Path>,
    paths: Vec<Box<str>>,
    edges: usize,
    /// Referred to, and not readable in this revision.
    unreadable: BTreeSet<u32>,
}

impl Graph {
    /// Reads every object once; stream data is left.
    pub(super) fn read(document: &Document) -> Result<Self, PdfError> {
        let mut graph = Self::default();
        graph.visit(document, vec![TRAILER])?;
        Ok(graph)
    }

    /// Takes over what a later revision says anew. What nothing leads to any more is kept.
    pub(super) fn update(&mut self, document: &Document, touched: &BTreeSet<u32>) -> Result<(), PdfError> {
        let known = touched.iter().copied().filter(|number| self.objects.contains_key(number));
        let waiting: Vec<u32> = known.chain([TRAILER]).collect();
        for number in &waiting {
            let dropped = self.objects.remove(number).map_or(0, |edges| edges.len());
            self.edges = self.edges.saturating_sub(dropped);
            self.unreadable.remove(number);
        }
        self.visit(document, waiting)
    }

    fn visit(&mut self, document: &Document, mut waiting: Vec<u32>) -> Result<(), PdfError> {
        let last_end = last_stream_end(document)?;
        while let Some(number) = waiting.pop() {
            if self.objects.contains_key(&number) {
                continue;
            }
            let mut edges = Edges::new();
            let mut path = String::new();
            if number == TRAILER {
                self.collect_trailer(&document.trailer()?.value, &mut edges)?;
            } else {
                match document.object(number) {
                    Ok(object) => {
                        self.collect(&object.value, &mut path, &mut edges)?;
                        if overruns(document, &object, last_end)? {
                            self.unreadable.insert(number);
                        }
                    }
                    Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => {
                        self.unreadable.insert(number);
                    }
                    Err(error) => return Err(error),
                }
            }
            self.edges += edges.len();
            if self.edges > MOST_EDGES {
                return Err(PdfError::over("references", MOST_EDGES as u64, self.edges as u64));
            }
            waiting.extend(edges.iter().map(|(target, _)| *target));
            self.objects.insert(number, edges);
        }
        Ok(())
    }

    /// Readers look at no other entries of the trailer.
    fn collect_trailer(&mut self, trailer: &Value, edges: &mut Edges) -> Result<(), PdfError> {
        let entries = trailer.as_dictionary().map(|trailer| trailer.entries.as_slice()).unwrap_or_default();
        for entry in entries {
            let mut path = String::from_utf8_lossy(&entry.key).into_owned();
            if matches!(path.as_str(), "Encrypt" | "ID" | "Info" | "Root") {
                self.collect(&entry.value, &mut path, edges)?;
            }
        }
        Ok(())
    }

    /// The depth of values is limited by the parser.
    fn collect(&mut self, value: &Value, path: &mut String, edges: &mut Edges) -> Result<(), PdfError> {
        match value {
            Value::Reference(id) => {
                let path = self.path(path)?;
                edges.push((id.number, path));
            }
            Value::Array(items) => {
                let length = path.len();
                path.push_str("[]");
                for item in items {
                    self.collect(&item.value, path, edges)?;
                }
                path.truncate(length);
            }
            Value::Dictionary(dictionary) => {
                let length = path.len();
                for entry in &dictionary.entries {
                    if length > 0 {
                        path.push('/');
                    }
                    path.push_str(&String::from_utf8_lossy(&entry.key));
                    self.collect(&entry.value, path, edges)?;
                    path.truncate(length);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn path(&mut self, name: &str) -> Result<Path, PdfError> {
        let mut kept = name;
        if name.len() > PATH_BYTES {
            let end = (0..=PATH_BYTES).rev().find(|end| name.is_char_boundary(*end)).unwrap_or_default();
            kept = name.get(..end).unwrap_or_default();
        }
        if let Some(path) = self.names.get(kept) {
            return Ok(*path);
        }
        let number = self.paths.len();
        let path = u32::try_from(number).ok().filter(|_| number < MOST_PATHS).map(Path);
        let path = path.ok_or(PdfError::over("paths", MOST_PATHS as u64, number as u64 + 1))?;
        self.names.insert(kept.into(), path);
        self.paths.push(kept.into());
        Ok(path)
    }

    pub(super) fn name(&self, path: Path) -> &str {
        self.paths.get(path.0 as usize).map(AsRef::as_ref).unwrap_or_default()
    }

    /// Referred to, and not readable in this revision.
    pub(super) fn unreadable(&self) -> &BTreeSet<u32> {
        &self.unreadable
    }

    /// All references, by what they lead to.
    pub(super) fn incoming(&self, document: &Document) -> Result<Incoming, PdfError> {
        document.reader().spend(self.edges as u64)?;
        let mut rows: Vec<(u32, u32, Path)> = Vec::with_capacity(self.edges);
        for (referrer, edges) in &self.objects {
            rows.extend(edges.iter().map(|(target, path)| (*target, *referrer, *path)));
        }
        rows.sort_unstable_by_key(|(target, referrer, path)| (*target, *referrer, path.0));
        rows.dedup();
        Ok(Incoming { rows })
    }
}

/// Whether a stream does not end within the file: bytes appended later would become a part of it.
fn overruns(document: &Document, object: &Object, last_end: u64) -> Result<bool, PdfError> {
    let (Some(start), Some(dictionary)) = (object.stream_at, object.dictionary()) else { return Ok(false) };
    let length = match document.value(dictionary, "Length") {
        Err(PdfError::Broken { .. }) => return Ok(true),
        length => length?.as_integer().and_then(|length| u64::try_from(length).ok()),
    };
    let end = start.saturating_add(length.unwrap_or_default()).saturating_add(END.len() as u64);
    Ok(start > last_end || end > document.size())
}

/// Where the last stream of the file ends.
fn last_stream_end(document: &Document) -> Result<u64, PdfError> {
    const STEP: u64 = 256 << 10;
    let mut at = document.size();
    while at > 0 {
        let from = at.saturating_sub(STEP);
        let window = document.reader().window(from, at - from + END.len() as u64)?;
        document.reader().spend(window.len() as u64)?;
        if let Some(found) = memchr::memmem::rfind(&window, END) {
            return Ok(from + found as u64);
        }
        at = from;
    }
    Ok(0)
}

/// References sorted by what they lead to.
#[derive(Debug)]
pub(super) struct Incoming {
    rows: Vec<(u32, u32, Path)>,
}

impl Incoming {
    /// Who refers to an object, and by which path.
    pub(super) fn of(&self, target: u32) -> impl Iterator<Item = (u32, Path)> + '_ {
        let from = self.rows.partition_point(|(row, _, _)| *row < target);
        let rows = self.rows.get(from..).unwrap_or_default().iter();
        rows.take_while(move |(row, _, _)| *row == target).map(|(_, referrer, path)| (*referrer, *path))
    }
}
