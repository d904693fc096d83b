#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::io::Write;

use super::*;
use crate::{object::Entry, parser::Parser};

fn filters(name: &[u8], parameters: &str) -> Vec<(Vec<u8>, Dictionary)> {
    let value = Parser::new(parameters.as_bytes(), true, 8).value_with_bytes().expect("parameters").0;
    vec![(name.to_vec(), value.as_dictionary().cloned().expect("dictionary"))]
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn filters_decode_what_they_are_known_to_encode() {
    type Case = (&'static [u8], &'static str, Vec<u8>, &'static [u8]);
    let limits = Limits::default();
    let cases: [Case; 8] = [
        (b"FlateDecode", "<<>>", deflated(b"hello"), b"hello"),
        (b"ASCIIHexDecode", "<<>>", b"48 65 6C6c 7>".to_vec(), b"Hellp"),
        (b"ASCII85Decode", "<<>>", b"87cUR D]i,\"Ebo80~>".to_vec(), b"Hello World!"),
        (b"RunLengthDecode", "<<>>", b"\x02abc\xfez\x80junk".to_vec(), b"abczzz"),
        // The example of ISO 32000-1 section 7.4.4.2.
        (b"LZWDecode", "<<>>", b"\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01".to_vec(), b"-----A---B"),
        (b"FlateDecode", "<</Predictor 12/Columns 3>>", deflated(b"\x02abc\x02\x01\x01\x01"), b"abcbcd"),
        (
            b"FlateDecode",
            "<</Predictor 15/Columns 3>>",
            deflated(b"\x01a\x01\x01\x04\x01\x00\x00"),
            b"abcbbc",
        ),
        (b"FlateDecode", "<</Predictor 2/Columns 3>>", deflated(b"a\x01\x01b\x01\x01"), b"abcbcd"),
    ];
    for (name, parameters, data, expected) in cases {
        let decoded = decode(&filters(name, parameters), &data, &limits).expect("decodes");
        assert_eq!(decoded, expected, "{} {parameters}", String::from_utf8_lossy(name));
    }
}

#[test]
fn lzw_grows_its_codes() {
    // Twelve-bit codes are reached by 3,000 distinct pairs, so every change of width is passed.
    let data: Vec<u8> = (0..6_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for early in [true, false] {
        assert_eq!(lzw(&lzw_encoded(&data, early), early, &Limits::default()).unwrap(), data);
    }
}

fn lzw_encoded(data: &[u8], early: bool) -> Vec<u8> {
    let mut table: std::collections::HashMap<Vec<u8>, usize> =
        (0..=255).map(|byte| (vec![byte], usize::from(byte))).collect();
    let (mut next, mut width, mut bits, mut held, mut output) = (258, 9, 0_u64, 0, Vec::new());
    let mut put = |code: usize, width: u32| {
        bits = bits << width | code as u64;
        held += width;
        while held >= 8 {
            held -= 8;
            output.push((bits >> held & 0xff) as u8);
        }
    };
    put(256, width);
    let mut run: Vec<u8> = Vec::new();
    for byte in data {
        let longer = [run.as_slice(), &[*byte]].concat();
        if table.contains_key(&longer) {
            run = longer;
            continue;
        }
        put(table[&run], width);
        if next < 4096 {
            table.insert(longer, next);
            next += 1;
        }
        width = match next - 1 + usize::from(early) {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
        run = vec![*byte];
    }
    put(table[&run], width);
    put(257, width);
    put(0, 7);
    output
}

#[test]
fn expansion_is_limited_on_both_sides() {
    let limits = Limits { expanded_bytes: 1000, ..Limits::default() };
    let flate = |size: usize| decode(&filters(b"FlateDecode", "<<>>"), &deflated(&vec![0; size]), &limits);
    assert_eq!(flate(1000).expect("at the limit").len(), 1000);
    assert!(matches!(flate(1001), Err(PdfError::LimitExceeded { limit: "expanded_bytes", .. })));
    let runs = |count: usize| decode(&filters(b"RunLengthDecode", "<<>>"), &b"\x9dz".repeat(count), &limits);
    assert_eq!(runs(10).expect("at the limit").len(), 1000);
    assert!(matches!(runs(11), Err(PdfError::LimitExceeded { limit: "expanded_bytes", .. })));
    let lzw_of =
        |size: usize| decode(&filters(b"LZWDecode", "<<>>"), &lzw_encoded(&vec![0; size], true), &limits);
    assert_eq!(lzw_of(1000).expect("at the limit").len(), 1000);
    assert!(matches!(lzw_of(1001), Err(PdfError::LimitExceeded { limit: "expanded_bytes", .. })));
}

#[test]
fn unknown_filters_and_impossible_parameters_are_errors() {
    let limits = Limits::default();
    let unknown = decode(&filters(b"JBIG2Decode", "<<>>"), b"", &limits);
    assert!(matches!(unknown, Err(PdfError::UnsupportedFilter { .. })));
    for parameters in
        ["<</Predictor 12/Columns 0>>", "<</Predictor 12/Columns 99999999>>", "<</Predictor 12/Colors(x)>>"]
    {
        let decoded = decode(&filters(b"FlateDecode", parameters), &deflated(b"x"), &limits);
        assert!(matches!(decoded, Err(PdfError::Broken { .. })), "{parameters}");
    }
    assert_eq!(Dictionary { entries: Vec::<Entry>::new() }, Dictionary::default());
}

#[test]
fn parameters_of_predictors_are_limited_on_both_sides() {
    let limits = Limits::default();
    let decoded = |key: &str, value: u64| {
        let parameters = format!("<</Predictor 12/{key} {value}>>");
        decode(&filters(b"FlateDecode", &parameters), &deflated(b"\x02ab"), &limits)
    };
    for (key, most) in [("Colors", MOST_COLORS), ("BitsPerComponent", MOST_BITS), ("Columns", MOST_COLUMNS)] {
        assert_eq!(decoded(key, most).expect("at the limit"), b"ab", "{key}");
        assert!(matches!(decoded(key, most + 1), Err(PdfError::Broken { .. })), "{key}");
    }
}

#[test]
fn rows_take_no_more_room_than_their_data() {
    // Such a row would be of a gibibyte.
    let parameters = "<</Predictor 15/Colors 32/BitsPerComponent 16/Columns 16777216>>";
    let decoded = decode(&filters(b"FlateDecode", parameters), &deflated(b"\x00abc"), &Limits::default());
    let decoded = decoded.unwrap();
    assert_eq!(decoded, b"abc");
    assert!(decoded.capacity() < 1000);
}
