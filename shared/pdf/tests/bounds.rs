//! Comparing revisions stays within limits, in time and in what it reads.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod support;

use std::{
    fmt::Write as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use pdf::{Act, Change, ChangeKind, Document, Limits, ReadAt};
use support::{
    appearance, plan, seal,
    update::{AMOUNT, NEXT, PAGE, amount, form_document, shown, signed, stream, update},
};

const FREE: usize = NEXT + 1;
/// No hostile file may take longer; common ones take milliseconds.
const MOST: Duration = Duration::from_secs(10);

fn judged(bytes: Vec<u8>, limits: &Limits) -> Vec<Change> {
    let start = Instant::now();
    let size = bytes.len();
    let document = Document::open(Arc::new(bytes), None, limits).unwrap();
    let signatures = pdf::signatures(&document).unwrap();
    let mut found = Vec::new();
    for signature in signatures.iter().rev() {
        found = pdf::changes_since(&document, signature).unwrap();
    }
    let took = start.elapsed();
    eprintln!("{size} bytes, {} signatures: {took:?}", signatures.len());
    assert!(took < MOST, "{took:?}");
    found
}

fn too_large(changes: &[Change]) -> Option<&'static str> {
    changes.iter().find_map(|change| match change.kind {
        ChangeKind::TooLarge { limit } if !change.allowed => Some(limit),
        _ => None,
    })
}

#[test]
fn many_objects_take_time_by_their_number() {
    let mut builder = form_document();
    let count = 200_000;
    let mut list = String::new();
    for number in 0..count {
        write!(list, "{} 0 R ", FREE + 1 + number).unwrap();
    }
    let catalog = format!("<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/Mine[{list}]>>");
    builder.add("null");
    builder.add("null");
    for number in 0..count {
        builder.add(format!("<</Next {} 0 R/Name/N{number}>>", FREE + 1 + (number * 7919) % count));
    }
    let bytes = update().put(1, catalog).append(&builder.build());
    let bytes = signed(&bytes, "", "");
    let filled = update().put(AMOUNT, amount("200", 900_000)).put(900_000, shown("200")).append(&bytes);
    assert!(judged(filled, &Limits::default()).iter().all(|change| change.allowed));
}

#[test]
fn many_revisions_take_time_by_their_number() {
    let mut bytes = signed(&form_document().build(), "", "");
    for _ in 0..500 {
        bytes = update().put(3, PAGE).append(&bytes);
    }
    assert_eq!(judged(bytes, &Limits::default()), []);
}

#[test]
fn tables_that_repeat_everything_are_bounded() {
    let mut bytes = signed(&form_document().build(), "", "");
    let mut rows = String::new();
    for number in 0..5_000 {
        writeln!(rows, "{:010} 00000 n ", 15 + number).unwrap();
    }
    for _ in 0..150 {
        let previous = support::update::last_number(&bytes, "startxref\n");
        let at = bytes.len();
        bytes.extend(
            format!(
                "xref\n1000 5000\n{rows}trailer\n<</Size 6000/Prev {previous}/Root 1 0 R/Info 14 0 R/ID[<AA><CC>]>>\nstartxref\n{at}\n%%EOF\n"
            )
            .bytes(),
        );
    }
    judged(bytes, &Limits::default());
}

#[test]
fn work_over_the_limit_is_a_change_that_is_not_allowed() {
    let mut bytes = signed(&form_document().build(), "", "");
    let hostile = "BT /Helv 10 Tf ".to_owned() + &"(200) Tj ".repeat(100_000);
    let resources = "/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</Helv 7 0 R>>>>";
    bytes = update().put(AMOUNT, amount("200", FREE)).put(FREE, stream(resources, &hostile)).append(&bytes);
    let limits = Limits { work_bytes: 1 << 20, ..Limits::default() };
    assert_eq!(too_large(&judged(bytes.clone(), &limits)), Some("work_bytes"));
    assert_eq!(too_large(&judged(bytes, &Limits::default())), None);
}

#[test]
fn depth_of_appearances_is_limited() {
    let mut nested = update().put(AMOUNT, amount("200", FREE));
    for level in 0..100 {
        let resources =
            format!("/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {} 0 R>>>>", FREE + level + 1);
        nested = nested.put(FREE + level, stream(&resources, "/X Do"));
    }
    let bytes = nested.append(&signed(&form_document().build(), "", ""));
    assert_eq!(too_large(&judged(bytes, &Limits::default())), Some("depth"));
}

#[test]
fn circles_end() {
    let resources = format!("/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {FREE} 0 R>>>>");
    let circle = update().put(AMOUNT, amount("200", FREE)).put(FREE, stream(&resources, "/X Do /X Do"));
    let found = judged(circle.append(&signed(&form_document().build(), "", "")), &Limits::default());
    assert!(found.iter().any(|change| !change.allowed));
    let form = "<</Fields[8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 21 0 R]/DR<</Font<</Helv 7 0 R>>>>/DA(/Helv 10 Tf 0 g)>>";
    let kids = update().put(6, form).put(FREE, "<</T(a)/Kids[21 0 R]>>");
    let found = judged(kids.append(&signed(&form_document().build(), "", "")), &Limits::default());
    assert!(found.iter().any(|change| !change.allowed));
}

/// A source that is not in memory, and counts what is read of it.
struct Counted {
    bytes: Vec<u8>,
    read: AtomicU64,
}

impl ReadAt for Counted {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.read.fetch_add(buf.len() as u64, Ordering::Relaxed);
        self.bytes.as_slice().read_at(offset, buf)
    }
}

#[test]
fn content_is_not_read() {
    let mut builder = support::pages(10, "");
    for _ in 0..30 {
        builder.add(stream("", &"x".repeat(1 << 20)));
    }
    let (ada, grace) = (appearance("Ada Lovelace"), appearance("Grace Hopper"));
    let acts = [
        Act::Signatory { field_name: "sig_ada", appearance: &ada },
        Act::Signatory { field_name: "sig_grace", appearance: &grace },
    ];
    let bytes = acts.into_iter().fold(builder.build(), |bytes, act| seal(&bytes, &plan(), act).unwrap().0);
    let source = Arc::new(Counted { bytes, read: AtomicU64::new(0) });
    let document = Document::open(source.clone(), None, &Limits::default()).unwrap();
    for signature in pdf::signatures(&document).unwrap() {
        assert!(signature.coverage.is_whole());
        assert!(pdf::changes_since(&document, &signature).unwrap().iter().all(|change| change.allowed));
    }
    let read = source.read.load(Ordering::Relaxed);
    eprintln!("{read} bytes of {} read", source.size());
    assert!(read < 1 << 20, "{read}");
}
