//! Tags: places that the author of a document writes into its text.

/// Longest tag, in bytes.
const MOST_BYTES: usize = 80;
/// Highest number of a signatory.
const MOST_SIGNERS: u32 = 999;

/// A tag: `{{s1|signature|164|45}}`, in which width and height may be missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// Number of the signatory, from 1 to 999.
    pub signer: u32,
    /// The kind of mark: lower-case letters, digits, `_` and `-`.
    pub kind: String,
    /// Width of the mark in points, if given.
    pub width_points: Option<f64>,
    /// Height of the mark in points, if given.
    pub height_points: Option<f64>,
}

impl Tag {
    /// Reads a tag with its braces. White space in it does not count.
    ///
    /// `None` when it is no tag.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        let mut parts = text.strip_prefix("{{")?.strip_suffix("}}")?.split('|');
        let signer = parts.next()?.strip_prefix('s')?;
        let signer = signer.bytes().all(|byte| byte.is_ascii_digit()).then(|| signer.parse().ok())??;
        let kind = parts.next()?;
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let mut size = || match parts.next() {
            None => Some(None),
            Some(text) => points(text).map(Some),
        };
        let (width_points, height_points) = (size()?, size()?);
        let usable = (1..=MOST_SIGNERS).contains(&signer) && !kind.is_empty() && kind.bytes().all(plain);
        (usable && parts.next().is_none()).then(|| Self {
            signer,
            kind: kind.to_owned(),
            width_points,
            height_points,
        })
    }
}

/// A positive decimal number without an exponent.
fn points(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = plain.then(|| text.parse().ok())??;
    (number > 0.0 && number.is_finite()).then_some(number)
}

/// Every tag in a text: where it begins and ends, in bytes.
pub(super) fn find(text: &str) -> impl Iterator<Item = (usize, usize, Tag)> + '_ {
    let starts = memchr::memchr_iter(b'{', text.as_bytes());
    starts.filter_map(|start| {
        let most = text.len().min(start + MOST_BYTES);
        let bytes = text.as_bytes().get(start..most)?;
        let end = start + memchr::memmem::find(bytes, b"}}")? + 2;
        Tag::parse(text.get(start..end)?).map(|tag| (start, end, tag))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_tag_names_signatory_kind_and_size() {
        let tag = Tag::parse("{{s12|signature|164|45.5}}").unwrap();
        assert_eq!((tag.signer, tag.kind.as_str()), (12, "signature"));
        assert_eq!((tag.width_points, tag.height_points), (Some(164.0), Some(45.5)));
        assert_eq!(Tag::parse("{{ s1 | date }}").unwrap().width_points, None);
        assert_eq!(Tag::parse("{{s1|date|80}}").unwrap().height_points, None);
        assert_eq!(Tag::parse("{{s999|date}}").unwrap().signer, MOST_SIGNERS);
    }

    #[test]
    fn what_is_no_tag_is_none() {
        for text in [
            "{{s0|signature}}",
            "{{s1000|signature}}",
            "{{s+1|signature}}",
            "{{s|signature}}",
            "{{s1}}",
            "{{s1|}}",
            "{{s1|Signature}}",
            "{{s1|signature|0}}",
            "{{s1|signature|-4}}",
            "{{s1|signature|1e3}}",
            "{{s1|signature|4|}}",
            "{{s1|signature|4|4|4}}",
            "{{name}}",
            "s1|signature",
        ] {
            assert_eq!(Tag::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_tag_is_found_up_to_its_longest() {
        let padded = |length: usize| format!("{{{{s1|{}}}}}", "k".repeat(length - 7));
        assert_eq!(padded(MOST_BYTES).len(), MOST_BYTES);
        assert_eq!(find(&padded(MOST_BYTES)).count(), 1);
        assert_eq!(find(&padded(MOST_BYTES + 1)).count(), 0);
    }

    #[test]
    fn tags_are_found_among_other_braces() {
        let found: Vec<_> =
            find("{{x}} {{{s1|signature}} {{s2|da te}}").map(|found| found.2.signer).collect();
        assert_eq!(found, [1, 2]);
    }
}
