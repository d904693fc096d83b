//! A body as strangers send it: nothing panics, and what is taken has one reading.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::edge::json::{parse, shaped};
use shared::intake::CreateBody;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = fuzz::bounded(|| parse(bytes)) else { return };
    assert!(depth(&value) <= 32, "nested deeper than is taken");
    let lenient: Value = serde_json::from_slice(bytes).expect("what the strict reader takes, all do");
    assert_eq!(lenient, value, "another reader understands something else");
    let again = parse(value.to_string().as_bytes()).expect("what was read can be written");
    assert_eq!(again, value);
    if shaped::<CreateBody>(value.clone()).is_ok() {
        assert!(value.is_object(), "a request is made of something else than an object");
    }
});

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
