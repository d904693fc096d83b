//! Where lists come from, and on what ground each is accepted: what the operator wrote, checked once.

use std::collections::BTreeSet;

use pades::certificates_of_pem;
use serde::Deserialize;
use shared::store::PointerItem;

/// A list to load.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Names what is kept of it.
    pub(crate) name: String,
    pub(crate) origin: Origin,
    pub(crate) ground: Ground,
    /// Whether the lists it points at are loaded too.
    pub(crate) follow: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A file that the operator put beside the sources.
    File(String),
    /// An address.
    Url(String),
}

#[derive(Clone, Debug)]
pub(crate) enum Ground {
    /// Its bytes have this SHA-256.
    Pinned([u8; 32]),
    /// One of these certificates, DER, signed it.
    SignedBy(Vec<Vec<u8>>),
}

/// Why the sources cannot be used. Nothing is loaded, and what was loaded stays in use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourcesError {
    /// They are not the JSON expected.
    #[error("the sources of trusted lists cannot be read")]
    Json(#[from] serde_json::Error),
    /// One of them says too little, too much, or nothing of use.
    #[error("source {number} of trusted lists: {what}")]
    Source { number: usize, what: &'static str },
    /// There are more than [`MAX_SOURCES`].
    #[error("{0} sources of trusted lists, too many")]
    TooMany(usize),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SourceItem {
    name: String,
    url: Option<String>,
    file: Option<String>,
    sha256: Option<String>,
    signers_pem: Option<String>,
    #[serde(default)]
    follow: bool,
}

/// Reads the sources.
///
/// # Errors
///
/// [`SourcesError`].
pub(crate) fn parse(bytes: &[u8]) -> Result<Vec<Source>, SourcesError> {
    let items: Vec<SourceItem> = serde_json::from_slice(bytes)?;
    if items.len() > MAX_SOURCES {
        return Err(SourcesError::TooMany(items.len()));
    }
    let mut names = BTreeSet::new();
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let source = item.read().map_err(|what| SourcesError::Source { number: index + 1, what })?;
            if names.insert(source.name.clone()) {
                Ok(source)
            } else {
                Err(SourcesError::Source { number: index + 1, what: "its name is taken" })
            }
        })
        .collect()
}

impl SourceItem {
    fn read(self) -> Result<Source, &'static str> {
        if !is_name(&self.name) {
            return Err("a name has 1 to 40 small letters, digits and hyphens");
        }
        let origin = match (self.url, self.file) {
            (Some(url), None) => Origin::Url(url),
            (None, Some(file)) if is_file_name(&file) => Origin::File(file),
            (None, Some(_)) => return Err("a file is named by letters, digits, dots and hyphens"),
            _ => return Err("give a url or a file"),
        };
        let ground = match (self.sha256, self.signers_pem) {
            (Some(text), None) => {
                let mut sha256 = [0; 32];
                hex::decode_to_slice(text, &mut sha256).map_err(|_| "a sha256 has 64 hexadecimal digits")?;
                Ground::Pinned(sha256)
            }
            (None, Some(pem)) => {
                let signers = certificates_of_pem(&pem).ok().filter(|signers| !signers.is_empty());
                Ground::SignedBy(signers.ok_or("signersPem holds no certificates")?)
            }
            _ => return Err("give a sha256 or signersPem"),
        };
        Ok(Source { name: self.name, origin, ground, follow: self.follow })
    }
}

impl Source {
    /// The list that another one points at. A pointer to a list for people, or back to where it stands, is none.
    pub(crate) fn behind(&self, territory: &str, pointer: &PointerItem) -> Option<Self> {
        if pointer.mime_type != LIST_TYPE || pointer.territory == territory {
            return None;
        }
        let name = format!("{}-{}", self.name, pointer.territory.to_ascii_lowercase());
        let signers = pointer.signers();
        (is_name(&name) && !signers.is_empty()).then(|| Self {
            name,
            origin: Origin::Url(pointer.location.clone()),
            ground: Ground::SignedBy(signers),
            follow: false,
        })
    }
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_file_name(text: &str) -> bool {
    (1..=MAX_NAME_CHARS).contains(&text.len())
        && !text.starts_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// The media type of lists for programs (TS 119 612 clause 6.2.1).
const LIST_TYPE: &str = "application/vnd.etsi.tsl+xml";
const MAX_NAME_CHARS: usize = 40;
const MAX_SOURCES: usize = 100;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn error(json: &str) -> String {
        parse(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_source_has_one_origin_and_one_ground() {
        let pin = "00".repeat(32);
        let good = format!(r#"[{{"name":"it","file":"it.xml","sha256":"{pin}"}}]"#);
        assert!(matches!(parse(good.as_bytes()).unwrap().as_slice(), [Source { follow: false, .. }]));
        for (json, words) in [
            (format!(r#"[{{"name":"it","sha256":"{pin}"}}]"#), "give a url or a file"),
            (
                format!(r#"[{{"name":"it","file":"it.xml","url":"https://example.com","sha256":"{pin}"}}]"#),
                "give a url or a file",
            ),
            (r#"[{"name":"it","file":"it.xml"}]"#.to_owned(), "give a sha256 or signersPem"),
            (r#"[{"name":"it","file":"it.xml","sha256":"00"}]"#.to_owned(), "64 hexadecimal digits"),
            (r#"[{"name":"it","file":"it.xml","signersPem":"no"}]"#.to_owned(), "holds no certificates"),
            (format!(r#"[{{"name":"it","file":"../it.xml","sha256":"{pin}"}}]"#), "a file is named"),
            (format!(r#"[{{"name":"IT","file":"it.xml","sha256":"{pin}"}}]"#), "a name has"),
        ] {
            assert!(error(&json).contains(words), "{json}: {}", error(&json));
        }
    }

    #[test]
    fn two_sources_of_one_name_are_refused() {
        let one = format!(r#"{{"name":"it","file":"it.xml","sha256":"{}"}}"#, "00".repeat(32));
        assert!(error(&format!("[{one},{one}]")).contains("source 2 of trusted lists: its name is taken"));
    }
}
