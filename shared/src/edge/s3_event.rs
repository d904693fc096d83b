//! Notifications of S3: delivered at least once, out of order, with URL-encoded keys.

use aws_lambda_events::event::s3::S3EventRecord;
use serde::Deserialize;

/// A notification. S3's own test event has no records.
#[derive(Debug, Deserialize)]
pub struct S3Event {
    #[serde(rename = "Records", default)]
    records: Vec<S3EventRecord>,
}

/// The decoded keys of the objects that were created.
///
/// A notification's key is form-encoded: a space is a plus sign.
#[must_use]
pub fn created_keys(event: &S3Event) -> Vec<String> {
    event
        .records
        .iter()
        .filter(|record| record.event_name.as_deref().is_some_and(|name| name.starts_with("ObjectCreated:")))
        .filter_map(|record| record.s3.object.key.as_deref())
        .filter_map(decode)
        .collect()
}

fn decode(key: &str) -> Option<String> {
    // One pair without a value: the parser for forms does the decoding.
    url::form_urlencoded::parse(key.replace('=', "%3D").replace('&', "%26").as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn keys_are_form_decoded() {
        assert_eq!(decode("incoming/a+b%2Fc%C3%BC=1&2").as_deref(), Some("incoming/a b/cü=1&2"));
    }
}
