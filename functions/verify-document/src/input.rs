//! Reads the body of `POST /verify`: every value is checked once, and refused with a pointer to it.

use std::time::Duration;

use domain::Timestamp;
use domain::value::DocumentId;
use serde_json::Value;
use shared::edge::http::MAX_INLINE_BYTES;
use shared::edge::json::{Flag, shaped};
use shared::edge::{Problem, encoded};

use crate::fault::{Fault, Kind};
use crate::wire::{File, VerifyBody};

/// What is to be validated.
pub(crate) struct Input {
    pub(crate) document: Content,
    pub(crate) detached: Option<Content>,
    pub(crate) password: Option<String>,
    pub(crate) is_recursive: bool,
    /// The instant to judge at, if not now.
    pub(crate) at: Option<Timestamp>,
}

/// Where a file's bytes are.
pub(crate) enum Content {
    /// Here.
    Inline(Vec<u8>),
    /// In an earlier upload.
    Upload(DocumentId),
}

impl Content {
    pub(crate) const fn is_upload(&self) -> bool {
        matches!(self, Self::Upload(_))
    }

    fn inline_bytes(&self) -> usize {
        match self {
            Self::Inline(bytes) => bytes.len(),
            Self::Upload(_) => 0,
        }
    }
}

/// Reads a body.
///
/// # Errors
///
/// 422 with a pointer and a number, 413 for more inline bytes than one request can carry.
pub(crate) fn parse(body: VerifyBody, now: Timestamp) -> Result<Input, Problem> {
    let document = match present(body.input_document) {
        Some(value) => content(value, "inputDocument", Kind::Document)?,
        None => return Err(Fault::new(Kind::Document, "inputDocument required").into()),
    };
    let detached = present(body.detached_content)
        .map(|value| content(value, "detachedContent", Kind::Detached))
        .transpose()?;
    let inline = document.inline_bytes() + detached.as_ref().map_or(0, Content::inline_bytes);
    if u64::try_from(inline).unwrap_or(u64::MAX) > MAX_INLINE_BYTES {
        return Err(too_large());
    }
    let password = body.pdf_encryption_password.filter(|it| !it.is_empty());
    if password.as_ref().is_some_and(|it| it.len() > MAX_PASSWORD_BYTES) {
        return Err(Fault::new(Kind::Password, "No PDF has a password this long.").into());
    }
    let at = body.verify_on_date.map(|text| instant(&text, now)).transpose()?;
    let is_recursive = body.recursive.is_some_and(Flag::is_set);
    Ok(Input { document, detached, password, is_recursive, at })
}

/// The refusal of a body that is too large, with what to do instead.
pub(crate) fn too_large() -> Problem {
    let most = f64::from(u32::try_from(MAX_INLINE_BYTES).unwrap_or(u32::MAX)) / 1e6;
    let detail = format!("Files over {most} MB together go through POST /uploads.");
    Problem::new(413, "document_too_large", detail).numbered(Fault::new(Kind::Document, "").number())
}

fn present(value: Option<Value>) -> Option<Value> {
    value.filter(|it| !it.is_null() && it.as_str().is_none_or(|text| !text.is_empty()))
}

fn content(value: Value, name: &str, kind: Kind) -> Result<Content, Problem> {
    let refused = |detail: &str| Problem::from(Fault::new(kind, detail));
    let (text, is_upload) = match value {
        Value::String(text) => match text.strip_prefix("upload:") {
            Some(id) => (id.to_owned(), true),
            None => (text, false),
        },
        other => {
            let file: File =
                shaped(other).map_err(|error| refused(&format!("{name} is not a file: {error}.")))?;
            match (file.source_type.as_str(), file.payload, file.upload) {
                ("base64", Some(payload), None) => (payload, false),
                ("upload", None, Some(upload)) => (upload, true),
                _ => {
                    let detail = "A file has sourceType base64 and payload, or sourceType upload and upload.";
                    return Err(refused(detail));
                }
            }
        }
    };
    if is_upload {
        let id = DocumentId::parse(&text).map_err(|_| refused("That is no name of an upload."))?;
        return Ok(Content::Upload(id));
    }
    let bytes = encoded::decode(&text).ok_or_else(|| refused(&format!("{name} is not base64.")))?;
    if bytes.is_empty() {
        return Err(refused(&format!("{name} is empty.")));
    }
    Ok(Content::Inline(bytes))
}

/// Reads `verifyOnDate`. A day is judged at its last second, so that it holds what was signed on it; what is
/// still to come is judged now.
fn instant(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let whole_day = text.len() == "2025-02-14".len();
    let read = if whole_day {
        Timestamp::parse_rfc3339(&format!("{text}T23:59:59Z"))
    } else {
        Timestamp::parse_rfc3339(text)
    };
    let Some(at) = read else {
        let detail = "A date such as 2025-02-14, or an RFC 3339 date and time.";
        return Err(Fault::new(Kind::Date, detail).into());
    };
    // It is tomorrow already where the caller may be.
    if at > now.plus(A_DAY * 2) {
        return Err(Fault::new(Kind::Date, "What is signed can be judged as of today or earlier.").into());
    }
    Ok(at.min(now))
}

/// PDF 2.0 uses the first 127 bytes of a password.
const MAX_PASSWORD_BYTES: usize = 1024;
const A_DAY: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use serde_json::json;
    use shared::edge::Problem;

    use super::*;

    const NOON: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn read(body: Value) -> Result<Input, Problem> {
        parse(serde_json::from_value(body).unwrap(), NOON)
    }

    fn refused(body: Value) -> String {
        match read(body) {
            Ok(_) => panic!("it was taken"),
            Err(problem) => {
                let event = problem.into_reply("1").into_event();
                event.get("body").unwrap().as_str().unwrap().to_owned()
            }
        }
    }

    #[test]
    fn a_document_comes_inline_or_as_an_upload() {
        let id = "0123456789abcdef01234567";
        for value in [json!("aGk="), json!({ "sourceType": "base64", "payload": "aGk" })] {
            let input = read(json!({ "inputDocument": value })).unwrap();
            assert!(matches!(input.document, Content::Inline(bytes) if bytes == b"hi"));
        }
        for value in [json!(format!("upload:{id}")), json!({ "sourceType": "upload", "upload": id })] {
            let input = read(json!({ "inputDocument": value })).unwrap();
            assert!(matches!(input.document, Content::Upload(upload) if upload.as_str() == id));
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_where_it_stands() {
        for (body, number, pointer) in [
            (json!({}), 830, "/inputDocument"),
            (json!({ "inputDocument": null }), 830, "/inputDocument"),
            (json!({ "inputDocument": "" }), 830, "/inputDocument"),
            (json!({ "inputDocument": 5 }), 830, "/inputDocument"),
            (json!({ "inputDocument": "%%%" }), 830, "/inputDocument"),
            (json!({ "inputDocument": "upload:x" }), 830, "/inputDocument"),
            (
                json!({ "inputDocument": { "sourceType": "remote", "payload": "aGk=" } }),
                830,
                "/inputDocument",
            ),
            (json!({ "inputDocument": "aGk=", "detachedContent": "%" }), 835, "/detachedContent"),
            (json!({ "inputDocument": "aGk=", "verifyOnDate": "14.2.2025" }), 838, "/verifyOnDate"),
            (json!({ "inputDocument": "aGk=", "verifyOnDate": "2099-01-01" }), 838, "/verifyOnDate"),
            (
                json!({ "inputDocument": "aGk=", "pdfEncryptionPassword": "x".repeat(1025) }),
                834,
                "/pdfEncryptionPassword",
            ),
        ] {
            let answer = refused(body);
            assert!(answer.contains(&format!("\"error\":{number}")), "{answer}");
            assert!(answer.contains(&format!("\"pointer\":\"{pointer}\"")), "{answer}");
        }
    }

    #[test]
    fn a_day_is_judged_at_its_end_and_never_after_now() {
        let at = |text: &str| {
            let input = read(json!({ "inputDocument": "aGk=", "verifyOnDate": text })).unwrap();
            input.at.unwrap().to_rfc3339()
        };
        assert_eq!(at("2025-02-14"), "2025-02-14T23:59:59.000Z");
        assert_eq!(at("2025-02-14T08:00:00+01:00"), "2025-02-14T07:00:00.000Z");
        assert_eq!(at(NOON.to_rfc3339().get(..10).unwrap()), NOON.to_rfc3339());
    }
}
