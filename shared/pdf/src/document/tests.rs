#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::fmt::Write;

use super::*;
use crate::object::ObjectId;

/// A source that is not in memory, as far as the reader can tell.
struct Remote(Vec<u8>);

impl ReadAt for Remote {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<()> {
        self.0.as_slice().read_at(offset, buf)
    }
}

/// A document of these objects, numbered from 3 on, behind a catalog and an empty page tree.
fn document(objects: &[String]) -> Vec<u8> {
    let bodies = ["<</Type/Catalog/Pages 2 0 R>>".to_owned(), "<</Type/Pages/Kids[]/Count 0>>".to_owned()];
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (number, body) in (1..).zip(bodies.iter().chain(objects)) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    let (at, size) = (file.len(), objects.len() + 3);
    write!(file, "xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF")
        .unwrap();
    file.into_bytes()
}

fn open(bytes: Vec<u8>) -> Result<Document, PdfError> {
    Document::open(Arc::new(bytes), None, &Limits::default())
}

#[test]
fn the_header_begins_in_the_first_kilobyte() {
    let within = usize::try_from(HEADER_WITHIN).unwrap() - b"%PDF-".len();
    let shifted = |by: usize| open([vec![b' '; by], document(&[])].concat());
    assert!(shifted(within).is_ok());
    assert!(matches!(shifted(within + 1), Err(PdfError::NotPdf)));
}

#[test]
fn startxref_stands_in_the_last_two_kilobytes() {
    let bytes = document(&[]);
    let behind = bytes.len() - memchr::memmem::rfind(&bytes, b"startxref").unwrap();
    let room = usize::try_from(STARTXREF_WITHIN).unwrap() - behind;
    let padded = |by: usize| open([bytes.clone(), vec![b'\n'; by]].concat());
    assert!(padded(room).is_ok());
    assert!(matches!(padded(room + 1), Err(PdfError::Broken { what: "startxref expected", .. })));
}

#[test]
fn references_lead_to_a_value_in_sixteen_steps() {
    let chain = |steps: usize| {
        let mut objects: Vec<String> = (1..steps).map(|step| format!("{} 0 R", step + 3)).collect();
        objects.push("(end)".to_owned());
        let first = Value::Reference(ObjectId { number: 3, generation: 0 });
        open(document(&objects)).unwrap().resolve(&first).map(|object| object.value)
    };
    assert_eq!(chain(REFERENCES).unwrap(), Value::String(b"end".to_vec()));
    assert!(matches!(chain(REFERENCES + 1), Err(PdfError::Broken { .. })));
}

#[test]
fn work_adds_up_to_its_limit() {
    let reader = || Reader::new(Arc::new(Vec::new()), &Limits { work_bytes: 100, ..Limits::default() });
    let over = |outcome| matches!(outcome, Err(PdfError::LimitExceeded { limit: "work_bytes", .. }));
    let busy = reader();
    busy.spend(42).unwrap();
    busy.spend(42).unwrap();
    assert!(over(busy.spend(0)));
    assert!(over(reader().spend(93)));
    reader().spend(92).unwrap();
}

#[test]
fn an_object_is_as_long_as_its_limit_in_memory_and_elsewhere() {
    let object = format!("1 0 obj\n({})", "x".repeat(20_000)).into_bytes();
    let file = [object.as_slice(), b"\nendobj\n", &vec![b' '; 100_000]].concat();
    let sources: [Arc<dyn ReadAt>; 2] = [Arc::new(file.clone()), Arc::new(Remote(file))];
    for source in sources {
        let read = |object_bytes: usize| {
            let limits = Limits { object_bytes: object_bytes as u64, ..Limits::default() };
            Reader::new(source.clone(), &limits).object_at(0, Some(1))
        };
        assert_eq!(read(object.len()).unwrap().value.as_string().map(<[u8]>::len), Some(20_000));
        assert!(matches!(read(object.len() - 1), Err(PdfError::LimitExceeded { limit: "object_bytes", .. })));
    }
}

#[test]
fn a_stream_in_a_source_of_ranges_ends_where_its_length_says() {
    let data = "endstream ".repeat(3);
    let object = format!("<</Length {}>>\nstream\n{data}\nendstream", data.len());
    let source = Arc::new(Remote(document(&[object])));
    let document = Document::open(source, None, &Limits::default()).unwrap();
    assert_eq!(document.stream_raw(&document.object(3).unwrap()).unwrap(), data.as_bytes());
}
