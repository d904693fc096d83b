//! Files of gigabytes, up to the ten digits of a byte range: opened, sealed and read back through a source that
//! holds only what is written in them.

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

use std::{fmt::Write as _, io, sync::Arc};

use pdf::{Act, Document, Limits, PdfError, PreparedRevision, ReadAt, SealError};
use support::{appearance, plan};

/// A file that is blank but for some parts.
#[derive(Clone)]
struct Sparse {
    size: u64,
    parts: Vec<(u64, Vec<u8>)>,
}

impl Sparse {
    fn append(&mut self, bytes: Vec<u8>) {
        let at = self.size;
        self.size += bytes.len() as u64;
        self.parts.push((at, bytes));
    }
}

impl ReadAt for Sparse {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let end = offset + buf.len() as u64;
        if end > self.size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buf.fill(b' ');
        for (at, bytes) in &self.parts {
            let (from, to) = (offset.max(*at), end.min(at + bytes.len() as u64));
            if from < to {
                let place = |from: u64, base: u64| usize::try_from(from - base).unwrap();
                buf[place(from, offset)..place(to, offset)]
                    .copy_from_slice(&bytes[place(from, *at)..place(to, *at)]);
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
enum References {
    Stream,
    Table,
}

/// What stands behind the ballast: the catalog, the page tree and the cross-references.
fn end(at: u64, ballast_at: usize, references: References) -> Vec<u8> {
    let mut text = String::from("\nendstream\nendobj\n");
    let mut offsets = Vec::new();
    let bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 4 0 R>>",
    ];
    for (number, body) in (1..).zip(bodies) {
        offsets.push(at + text.len() as u64);
        write!(text, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    offsets.push(ballast_at as u64);
    let references_at = at + text.len() as u64;
    let mut bytes;
    match references {
        References::Table => {
            text.push_str("xref\n0 5\n0000000000 65535 f \n");
            for offset in &offsets {
                writeln!(text, "{offset:010} 00000 n ").unwrap();
            }
            text.push_str("trailer\n<</Size 5/Root 1 0 R>>\n");
            bytes = text.into_bytes();
        }
        References::Stream => {
            offsets.push(references_at);
            let rows: Vec<u8> =
                offsets.iter().flat_map(|offset| [&[1], &offset.to_be_bytes()[3..], &[0]].concat()).collect();
            write!(
                text,
                "5 0 obj\n<</Type/XRef/W[1 5 1]/Index[1 5]/Size 6/Root 1 0 R/Length {}>>stream\n",
                rows.len()
            )
            .unwrap();
            bytes = text.into_bytes();
            bytes.extend(rows);
            bytes.extend(b"\nendstream\nendobj\n");
        }
    }
    bytes.extend(format!("startxref\n{references_at:011}\n%%EOF\n").bytes());
    bytes
}

/// A document of exactly this many bytes, whose page tree lies at its end.
fn document(size: u64, references: References) -> Sparse {
    let header = "%PDF-1.7\n";
    let head = |length: u64| format!("{header}4 0 obj\n<</Length {length:011}>>stream\n").into_bytes();
    let fixed = (head(0).len() + end(0, 0, references).len()) as u64;
    let head = head(size - fixed);
    let at = head.len() as u64 + size - fixed;
    let mut file = Sparse { size: at, parts: vec![(0, head)] };
    file.append(end(at, header.len(), references));
    assert_eq!(file.size, size);
    file
}

fn open(file: &Sparse) -> Document {
    Document::open(Arc::new(file.clone()), None, &Limits::default()).expect("opens")
}

fn seal(file: &Sparse, act: Act<'_>) -> Result<PreparedRevision, SealError> {
    pdf::prepare(&open(file), &support::request(&plan(), act))
}

#[test]
fn every_act_is_sealed_and_read_back_beyond_four_gibibytes() {
    let sizes = [99_999_000, u64::from(u32::MAX) - 1000, u64::from(u32::MAX) + 1, 9_000_000_000];
    for (size, references) in
        sizes.into_iter().flat_map(|size| [References::Table, References::Stream].map(|kind| (size, kind)))
    {
        let mut file = document(size, references);
        let (ada, grace) = (appearance("Ada Lovelace"), appearance("Grace Hopper"));
        let acts = [
            Act::Signatory { field_name: "sig_ada", appearance: &ada },
            Act::Signatory { field_name: "sig_grace", appearance: &grace },
            Act::Closing,
        ];
        let mut ends = vec![size];
        for act in acts {
            let prepared = seal(&file, act).expect("seals");
            assert_eq!(prepared.previous_size, file.size);
            file.append(prepared.finish(&[0x30, 0]).unwrap());
            ends.push(file.size);
            let [zero, before, after, rest] = prepared.byte_range;
            assert_eq!((zero, after + rest), (0, file.size));
            assert!(before > size, "{references:?} {size}");
            let document = open(&file);
            let inspection = pdf::inspect(&document).unwrap();
            assert_eq!(inspection.unreadable_objects, Vec::<u32>::new());
            let found =
                inspection.signatures.iter().find(|found| found.byte_range == [0, before, after, rest]);
            assert!(
                found.is_some_and(|found| found.contents.starts_with(&[0x30, 0])),
                "{references:?} {size}"
            );
            assert_eq!(pdf::revisions(&document).unwrap(), ends, "{references:?} {size}");
        }
    }
}

#[test]
fn validation_data_and_a_time_stamp_follow_beyond_four_gibibytes() {
    let mut file = document(5 << 30, References::Stream);
    let prepared = seal(&file, Act::Closing).unwrap();
    file.append(prepared.finish(&[0x30, 0]).unwrap());
    let data = pdf::ValidationData { certificates: vec![vec![0x30, 1, 2]], ..pdf::ValidationData::default() };
    let tail = pdf::append_validation_data(&open(&file), &data).unwrap();
    file.append(tail);
    let prepared = pdf::prepare_timestamp(&open(&file), "timestamp", 64).unwrap();
    file.append(prepared.finish(&[0x30, 0]).unwrap());
    let document = open(&file);
    assert_eq!(pdf::validation_data(&document).unwrap(), data);
    let signatures = pdf::inspect(&document).unwrap().signatures;
    assert_eq!(signatures.iter().map(|found| found.timestamp).collect::<Vec<_>>(), [false, true]);
    assert_eq!(signatures[1].byte_range, prepared.byte_range);
}

/// The message of the refusal.
fn refused(outcome: Result<PreparedRevision, SealError>) -> &'static str {
    match outcome {
        Err(SealError::Pdf(PdfError::Broken { what, .. })) => what,
        other => panic!("not refused: {other:?}"),
    }
}

/// The greatest number of ten digits.
const TEN_DIGITS: u64 = 9_999_999_999;

#[test]
fn a_table_reaches_to_the_last_offset_of_ten_digits() {
    let size = 8_000_000_000;
    let tail = seal(&document(size, References::Table), Act::Closing).unwrap().tail;
    let table_at = memchr::memmem::rfind(&tail, b"\nxref\n").unwrap() as u64 + 1;
    let most = TEN_DIGITS - table_at;
    assert!(seal(&document(most, References::Table), Act::Closing).is_ok());
    let what = refused(seal(&document(most + 1, References::Table), Act::Closing));
    assert_eq!(what, "cross-reference stream expected in a file of this size");
}

#[test]
fn a_byte_range_reaches_to_the_last_number_of_ten_digits() {
    let size = 8_000_000_000;
    let [_, _, after, _] = seal(&document(size, References::Stream), Act::Closing).unwrap().byte_range;
    let most = TEN_DIGITS - (after - size);
    let mut file = document(most, References::Stream);
    let prepared = seal(&file, Act::Closing).unwrap();
    assert_eq!(prepared.byte_range[2], TEN_DIGITS);
    file.append(prepared.finish(&[0x30, 0]).unwrap());
    assert_eq!(pdf::inspect(&open(&file)).unwrap().signatures[0].byte_range, prepared.byte_range);
    let what = refused(seal(&document(most + 1, References::Stream), Act::Closing));
    assert_eq!(what, "file of less than ten gigabytes expected");
}

#[test]
fn objects_are_found_beyond_ten_digits() {
    let document = open(&document(20_000_000_000, References::Stream));
    assert_eq!(pdf::inspect(&document).unwrap().pages.len(), 1);
}
