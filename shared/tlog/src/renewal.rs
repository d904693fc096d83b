//! What a renewal is over: every time-stamp that it takes over, with the note that each of them is over.
//!
//! A time-stamp shows something as long as its certificate and its algorithms are relied on. Whoever stamps it before
//! they end, with what it is over, shows with the new one that the old one is from before that ([RFC 4998] section
//! 5.1). The digests are SHA-512: they do not end with those of the log.
//!
//! [RFC 4998]: https://www.rfc-editor.org/rfc/rfc4998

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};

/// Time-stamps that are taken over, each by its path without an ending and the digest of its two files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Renewal(BTreeMap<String, [u8; 64]>);

impl Renewal {
    /// Reads its text. None where it is written in another way than [`Renewal::to_text`] writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return None;
        }
        let entry = |line: &str| {
            let (path, digest) = line.split_once(' ')?;
            Some((path.to_owned(), STANDARD.decode(digest).ok()?.try_into().ok()?))
        };
        let read = Self(lines.map(entry).collect::<Option<_>>()?);
        Some(read).filter(|it| it.to_text() == text)
    }

    /// Takes over the time-stamp at this path: the bytes that it is over, and its token.
    pub fn add(&mut self, path: &str, note: &[u8], token: &[u8]) {
        self.0.insert(path.to_owned(), digest(note, token));
    }

    /// Whether it takes over this time-stamp.
    #[must_use]
    pub fn covers(&self, path: &str, note: &[u8], token: &[u8]) -> bool {
        self.0.get(path) == Some(&digest(note, token))
    }

    /// The paths of what it takes over, in their order.
    pub fn paths(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Its text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n");
        for (path, digest) in &self.0 {
            // Writing into a text cannot fail.
            let _written = writeln!(text, "{path} {}", STANDARD.encode(digest));
        }
        text
    }
}

/// The digest of both digests: where one file ends and the other begins is told by it.
fn digest(note: &[u8], token: &[u8]) -> [u8; 64] {
    Sha512::new().chain_update(Sha512::digest(note)).chain_update(Sha512::digest(token)).finalize().into()
}

const FIRST_LINE: &str = "paraphe/renewal/v1";

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_renewal_is_read_as_it_was_written_and_in_no_other_way() {
        let mut renewal = Renewal::default();
        renewal.add("stamps/2026-11-24", b"note", b"token");
        renewal.add("renewals/2026-11-23", b"earlier", b"another");
        let text = renewal.to_text();
        assert_eq!(Renewal::parse(&text).unwrap(), renewal);
        assert_eq!(renewal.paths().collect::<Vec<_>>(), ["renewals/2026-11-23", "stamps/2026-11-24"]);
        let swapped: Vec<&str> = [0, 2, 1].map(|it| text.lines().nth(it).unwrap()).into();
        let others = [
            text.trim_end().to_owned(),
            format!("{text}\n"),
            text.replace("/v1", "/v2"),
            text.replace(' ', "  "),
            format!("{}\n", swapped.join("\n")),
        ];
        for other in others {
            assert_eq!(Renewal::parse(&other), None, "{other}");
        }
    }

    #[test]
    fn it_takes_over_these_bytes_at_this_path_alone() {
        let mut renewal = Renewal::default();
        renewal.add("stamps/2026-11-24", b"note", b"token");
        assert!(renewal.covers("stamps/2026-11-24", b"note", b"token"));
        assert!(!renewal.covers("stamps/2026-11-25", b"note", b"token"));
        assert!(!renewal.covers("stamps/2026-11-24", b"not", b"etoken"), "where one ends is told");
        assert!(!renewal.covers("stamps/2026-11-24", b"note", b"tokem"));
    }
}
