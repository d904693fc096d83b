//! Reading the members of a request.

use std::time::Duration;

use serde_json::Value;

use super::Fault;

/// A text that must be there.
pub(super) fn text<'a>(input: &'a Value, name: &str) -> Result<&'a str, Fault> {
    input
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| Fault::new("ValidationException", format!("{name} is missing")))
}

/// A number of seconds that may be absent.
pub(super) fn seconds(input: &Value, name: &str) -> Option<Duration> {
    input.get(name).and_then(Value::as_u64).map(Duration::from_secs)
}

/// Refuses members that are not in the list.
pub(super) fn only(input: &Value, known: &[&str]) -> Result<(), Fault> {
    let members = input.as_object().into_iter().flatten();
    match members.map(|(name, _)| name).find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Fault::not_implemented(name)),
    }
}
