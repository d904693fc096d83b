#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    Parser::new(bytes, true, 8).value_with_bytes().map(|(value, _)| value)
}

#[test]
fn values_of_every_type_are_read() {
    let reference = Value::Reference(ObjectId { number: 12, generation: 3 });
    let cases: [(&[u8], Value); 16] = [
        (b"null", Value::Null),
        (b" % note\n true", Value::Boolean(true)),
        (b"-42", Value::Integer(-42)),
        (b"+7 ", Value::Integer(7)),
        (b".5", Value::Real(0.5)),
        (b"--3.25", Value::Real(-3.25)),
        (b"12.5-3", Value::Real(12.5)),
        (b"99999999999999999999", Value::Real(1e20)),
        (b"12 3 R", reference),
        (b"12 3 Rx", Value::Integer(12)),
        (b"/A#42#zz", Value::Name(b"AB#zz".to_vec())),
        (b"(a\\(b\\051(c)\\\r\nd\\7)", Value::String(b"a(b)(c)d\x07".to_vec())),
        (b"(x\r\ny\\777)", Value::String(b"x\ny\xff".to_vec())),
        (b"<48 6 9 7>", Value::String(b"Hip".to_vec())),
        (b"<487>", Value::String(b"Hp".to_vec())),
        (b"9999999999 0 R", Value::Null),
    ];
    for (bytes, expected) in cases {
        assert_eq!(parse(bytes), Ok(expected), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn spans_hold_the_spelling() {
    let bytes = b"<</A 1.50 /B[ 4 0 R (x)]>>";
    let Ok(Value::Dictionary(dictionary)) = parse(bytes) else { panic!("dictionary") };
    let spelled = |span: &std::ops::Range<usize>| std::str::from_utf8(&bytes[span.clone()]).unwrap();
    assert_eq!(spelled(&dictionary.entry("A").unwrap().span), "1.50");
    assert_eq!(spelled(&dictionary.entry("B").unwrap().span), "[ 4 0 R (x)]");
    let items = dictionary.get("B").unwrap().as_array().unwrap();
    assert_eq!((spelled(&items[0].span), spelled(&items[1].span)), ("4 0 R", "(x)"));
}

#[test]
fn the_last_of_repeated_keys_counts() {
    let Ok(Value::Dictionary(dictionary)) = parse(b"<</A 1/A 2>>") else { panic!("dictionary") };
    assert_eq!(dictionary.integer("A"), Some(2));
}

#[test]
fn broken_syntax_is_an_error() {
    for bytes in [&b"<</A"[..], b"[1 2", b"(abc", b"<12", b"<1x>", b"<<1 2>>", b"]", b"foo", b"", b"1.2.3"] {
        assert!(matches!(parse(bytes), Err(Fault::Syntax(..))), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn depth_is_limited_on_both_sides() {
    let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    assert!(parse(&nested(9)).is_ok());
    assert_eq!(parse(&nested(10)), Err(Fault::TooDeep));
}

#[test]
fn every_cut_of_a_window_asks_for_more() {
    let whole = b"<</Name/Value/Kids[12 0 R 13 0 R]/Title(a\\)b)/Hex<0011>/Real -1.25>> ";
    let (complete, _) = Parser::new(whole, false, 8).value_with_bytes().expect("complete");
    assert_eq!(Ok(complete), parse(whole));
    for cut in 0..whole.len() - 1 {
        assert_eq!(
            Parser::new(&whole[..cut], false, 8).value_with_bytes(),
            Err(Fault::Incomplete),
            "cut at {cut}"
        );
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(&b"<>[]()/%\\ 019.-R#"[..])], 0..200)) {
        let _ = parse(&bytes);
        let _ = Parser::new(&bytes, false, 8).value_with_bytes();
    }
}
