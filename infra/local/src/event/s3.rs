//! S3 notifications of created objects.

use serde_json::{Value, json};

use super::bus::{Bus, Record};
use super::rfc3339;
use crate::chance;
use crate::template::{ACCOUNT, REGION, Source, bucket_arn};

/// An object that was created.
#[derive(Debug)]
pub(crate) struct Created<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    /// `Put`, `Copy` or `CompleteMultipartUpload`.
    pub(crate) by: &'static str,
    pub(crate) size_bytes: i64,
    /// Without quotes.
    pub(crate) e_tag: &'a str,
}

/// The notifications of a created object; each of `copies` goes its own way, as S3 promises neither order
/// nor a single delivery.
pub(crate) fn records(bus: &Bus, created: &Created<'_>, copies: u32, at_ms: i64) -> Vec<Record> {
    let to = listeners(bus, created.bucket, created.key);
    if to.is_empty() {
        return Vec::new();
    }
    let number = bus.number();
    let value = record(created, number, at_ms);
    (0..copies.max(1))
        .map(|copy| Record { to: to.clone(), lane: format!("{number}.{copy}"), value: value.clone() })
        .collect()
}

/// The subscriptions that want to hear of a key.
pub(crate) fn listeners(bus: &Bus, bucket: &str, key: &str) -> Vec<String> {
    bus.subscriptions()
        .iter()
        .filter(|it| match &it.source {
            Source::Bucket { bucket: name, prefix, suffix } => {
                name == bucket && key.starts_with(prefix) && key.ends_with(suffix)
            }
            _ => false,
        })
        .map(|it| it.id.clone())
        .collect()
}

fn record(created: &Created<'_>, number: u64, at_ms: i64) -> Value {
    json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": rfc3339(at_ms),
        "eventName": format!("ObjectCreated:{}", created.by),
        "userIdentity": { "principalId": "AWS:local" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": hex::encode_upper(chance::bytes::<8>()) },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "local",
            "bucket": {
                "name": created.bucket,
                "ownerIdentity": { "principalId": ACCOUNT },
                "arn": bucket_arn(created.bucket),
            },
            "object": {
                "key": encode_key(created.key),
                "size": created.size_bytes,
                "eTag": created.e_tag,
                "sequencer": format!("{number:016X}"),
            },
        },
    })
}

/// S3 writes keys into notifications as forms do: spaces become `+`, slashes stay.
fn encode_key(key: &str) -> String {
    url::form_urlencoded::byte_serialize(key.as_bytes()).collect::<String>().replace("%2F", "/")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn keys_are_encoded_as_s3_encodes_them() {
        assert_eq!(encode_key("incoming/a b/ü+1.pdf"), "incoming/a+b/%C3%BC%2B1.pdf");
    }

    #[test]
    fn a_notification_has_the_form_of_s3() {
        let created = Created { bucket: "docs", key: "incoming/x", by: "Put", size_bytes: 7, e_tag: "abc" };
        let record = record(&created, 10, 0);
        assert_eq!(record["eventName"], "ObjectCreated:Put");
        assert_eq!(record["eventTime"], "1970-01-01T00:00:00.000Z");
        assert_eq!(record["s3"]["object"]["sequencer"], "000000000000000A");
        assert_eq!(record["s3"]["bucket"]["arn"], "arn:aws:s3:::docs");
    }
}
