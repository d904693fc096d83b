//! Reads the certificates that a tenant wants to trust.

use pades::certificates_of_pem;
use pades::trust::TrustAnchors;
use pades::validate::AnchorSource;
use serde_json::Value;
use shared::edge::Problem;

/// The certificates in PEM texts, DER, each once.
///
/// # Errors
///
/// 422 with number 840 where one cannot be read, 413 with number 841 where there are too many.
pub(crate) fn parse(roots: Option<Value>) -> Result<Vec<Vec<u8>>, Problem> {
    let texts = match roots {
        Some(Value::String(text)) => vec![("/roots".to_owned(), Value::String(text))],
        Some(Value::Array(texts)) => {
            texts.into_iter().enumerate().map(|(index, text)| (format!("/roots/{index}"), text)).collect()
        }
        Some(_) => return Err(unreadable("/roots", "The roots are PEM texts.")),
        None => return Err(unreadable("/roots", "roots required")),
    };
    let mut found = Vec::new();
    for (pointer, text) in texts {
        let Value::String(text) = text else { return Err(unreadable(&pointer, "A root is a PEM text.")) };
        for der in certificates(&text, &pointer)? {
            if !found.contains(&der) {
                found.push(der);
            }
        }
        if found.len() > MAX_ROOTS || found.iter().map(Vec::len).sum::<usize>() > MAX_BYTES {
            let detail = format!("At most {MAX_ROOTS} roots of {} kB together.", MAX_BYTES / 1000);
            return Err(Problem::new(413, "too_many_roots", detail).numbered(TOO_MANY));
        }
    }
    Ok(found)
}

fn certificates(text: &str, pointer: &str) -> Result<Vec<Vec<u8>>, Problem> {
    let found =
        certificates_of_pem(text).map_err(|_| unreadable(pointer, "The PEM of a certificate is damaged."))?;
    // What is no certificate, or has no end, is not passed over: its sender thinks that it counts.
    if found.is_empty() || text.matches("-----BEGIN ").count() != found.len() {
        return Err(unreadable(pointer, "The text is to hold certificates as PEM, and nothing else."));
    }
    let mut anchors = TrustAnchors::new();
    for der in &found {
        anchors
            .add_certificate(der.clone(), AnchorSource::Tenant)
            .map_err(|_| unreadable(pointer, "A certificate cannot be read."))?;
    }
    Ok(found)
}

fn unreadable(pointer: &str, detail: &str) -> Problem {
    Problem::invalid(pointer, detail).numbered(UNREADABLE)
}

const UNREADABLE: u16 = 840;
const TOO_MANY: u16 = 841;
const MAX_ROOTS: usize = 100;
/// An item of the table holds 400 KB, and the roots stand in it in hexadecimal.
const MAX_BYTES: usize = 150_000;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn root() -> String {
        pades::demo_ca::create("Examples", 1_800_000_000, 30).unwrap().ca_certificate_pem
    }

    fn refusal(roots: Value) -> String {
        let event = parse(Some(roots)).unwrap_err().into_reply("1").into_event();
        event.get("body").unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn roots_are_one_text_or_several_and_count_once() {
        let (one, two) = (root(), root());
        assert_eq!(parse(Some(json!([]))).unwrap().len(), 0);
        assert_eq!(parse(Some(json!(format!("{one}{two}")))).unwrap().len(), 2);
        assert_eq!(parse(Some(json!([one, two, one]))).unwrap().len(), 2);
    }

    #[test]
    fn what_cannot_be_trusted_is_refused_where_it_stands() {
        let good = root();
        let demo = pades::demo_ca::create("Examples", 1_800_000_000, 30).unwrap();
        let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (roots, pointer) in [
            (json!(5), "/roots"),
            (json!(""), "/roots"),
            (json!("no PEM"), "/roots"),
            (json!([good, 5]), "/roots/1"),
            (json!([good, no_certificate]), "/roots/1"),
            (json!([good, good.replace("MII", "%%%")]), "/roots/1"),
            (json!([good.replace("-----END", "-----")]), "/roots/0"),
            // Whoever sends a key has lost it: it is not taken silently.
            (json!(format!("{good}{}", demo.ca_key_pem)), "/roots"),
        ] {
            let answer = refusal(roots);
            assert!(answer.contains("\"error\":840"), "{answer}");
            assert!(answer.contains(&format!("\"pointer\":\"{pointer}\"")), "{answer}");
        }
        assert!(parse(None).is_err());
    }

    #[test]
    fn roots_are_bounded() {
        let many: Vec<String> = (0..=MAX_ROOTS).map(|_| root()).collect();
        assert!(refusal(json!(many)).contains("\"error\":841"));
    }
}
