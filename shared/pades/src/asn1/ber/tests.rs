use der::{AnyRef, Encode, Tag};
use proptest::prelude::*;

use super::*;

fn all(bytes: &[u8]) -> Result<Vec<Element<'_>>, Malformed> {
    Elements::new(bytes).collect(100)
}

#[test]
fn lengths_are_read_in_every_form() {
    let short = [0x04, 0x02, 1, 2];
    let long = [0x04, 0x83, 0, 0, 2, 1, 2];
    let indefinite = [0x24, 0x80, 0x04, 1, 1, 0x24, 0x80, 0x04, 1, 2, 0, 0, 0, 0];
    for bytes in [&short[..], &long, &indefinite] {
        let element = Element::whole(bytes).unwrap();
        assert_eq!(element.octets().unwrap().as_ref(), [1, 2], "{bytes:x?}");
        assert_eq!(element.raw, bytes);
    }
}

#[test]
fn what_is_cut_off_or_too_long_is_refused() {
    let cases: [&[u8]; 9] = [
        &[],
        &[0x04],
        &[0x04, 0x05, 1],
        &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0x04, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0x04, 0x80, 0, 0],
        &[0x30, 0x80, 0x04, 0x00],
        &[0x30, 0x80, 0x04, 0x09, 0, 0],
        &[0x1f, 0xff, 0xff, 0xff, 0xff, 0x7f, 0],
    ];
    for bytes in cases {
        assert!(Element::whole(bytes).is_err(), "{bytes:x?}");
    }
    assert_eq!(Element::whole(&[0x05, 0, 0]), Err(Malformed("bytes follow its end")));
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| [[0x24, 0x80].repeat(depth), [0, 0].repeat(depth)].concat();
    assert!(Element::whole(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(Element::whole(&nested(MAX_DEPTH + 1)), Err(Malformed("elements are nested too deep")));
    // Of definite length, strings within strings are only met when they are put together.
    let mut deep = vec![0x04, 1, 7];
    for _ in 0..MAX_DEPTH {
        deep = encode(0x24, &deep);
    }
    assert_eq!(Element::whole(&deep).unwrap().octets().unwrap().as_ref(), [7]);
    let deep = encode(0x24, &deep);
    assert!(Element::whole(&deep).unwrap().octets().is_err());
}

#[test]
fn only_strings_make_a_string() {
    assert!(Element::whole(&[0x24, 0x03, 0x02, 1, 1]).unwrap().octets().is_err());
}

#[test]
fn tags_of_high_numbers_are_skipped_whole() {
    let found = all(&[0xbf, 0x85, 0x01, 0x01, 9, 0x05, 0]).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].content, [9]);
}

#[test]
fn a_count_is_limited() {
    assert!(Elements::new(&[5, 0, 5, 0, 5, 0]).collect(3).is_ok());
    assert!(Elements::new(&[5, 0, 5, 0, 5, 0]).collect(2).is_err());
}

#[test]
fn small_numbers_are_read_and_others_are_not() {
    let number = |bytes: &[u8]| Element::whole(bytes).unwrap().small();
    assert_eq!(number(&[2, 1, 3]), Some(3));
    assert_eq!(number(&[2, 5, 0, 0xff, 0xff, 0xff, 0xff]), Some(u32::MAX));
    for bytes in [&[2_u8, 1, 0x80][..], &[2, 5, 1, 0, 0, 0, 0], &[4, 1, 1], &[2, 0]] {
        assert_eq!(number(bytes), None, "{bytes:x?}");
    }
}

proptest! {
    #[test]
    fn der_is_read_as_it_was_written(content in proptest::collection::vec(any::<u8>(), 0..400)) {
        let der = AnyRef::new(Tag::OctetString, &content).unwrap().to_der().unwrap();
        prop_assert_eq!(&encode(OCTET_STRING, &content), &der);
        let element = Element::whole(&der).unwrap();
        prop_assert_eq!(element.content, &content);
    }

    #[test]
    fn anything_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(found) = all(&bytes) {
            let raw: Vec<u8> = found.iter().flat_map(|element| element.raw).copied().collect();
            prop_assert_eq!(&raw, &bytes);
            for element in &found {
                let _ = element.octets();
                let _ = element.oid();
                let _ = element.small();
            }
        }
    }
}
