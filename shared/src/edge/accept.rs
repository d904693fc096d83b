//! Which form of an answer a caller likes best ([RFC 9110] section 12.5.1).
//!
//! [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110

/// The one of these media types that an `Accept` header prefers; of equals, and when none is accepted, the
/// first.
#[must_use]
pub fn preferred<'a>(header: &str, offered: &[&'a str]) -> &'a str {
    let mut best = (offered.first().copied().unwrap_or_default(), 0);
    for &media_type in offered {
        let quality = quality(header, media_type);
        if quality > best.1 {
            best = (media_type, quality);
        }
    }
    best.0
}

/// Whether an `Accept` header takes any of these media types. One without a range takes everything.
#[must_use]
pub fn accepts(header: &str, offered: &[&str]) -> bool {
    header.trim().is_empty() || offered.iter().any(|media_type| quality(header, media_type) > 0)
}

/// How well a media type is liked, in thousandths; what names it most exactly counts.
fn quality(header: &str, media_type: &str) -> u16 {
    let group = media_type.split('/').next().unwrap_or_default();
    let mut found = (0, 0);
    for entry in header.split(',') {
        let mut parts = entry.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default();
        let exactness = if range.eq_ignore_ascii_case(media_type) {
            3
        } else if range.strip_suffix("/*").is_some_and(|it| it.eq_ignore_ascii_case(group)) {
            2
        } else if range == "*/*" {
            1
        } else {
            continue;
        };
        if exactness > found.0 {
            found = (exactness, weight(parts));
        }
    }
    found.1
}

/// The parameter `q`, in thousandths.
fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> u16 {
    let q = parameters.find_map(|it| it.strip_prefix("q=").or_else(|| it.strip_prefix("Q=")));
    let Some(q) = q else { return 1000 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held within 0 and 1000")]
    q.parse::<f32>().map_or(0, |q| (q * 1000.0).clamp(0.0, 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERED: [&str; 3] = ["application/json", "text/html", "application/pdf"];

    #[test]
    fn the_most_wanted_form_wins() {
        for (header, wanted) in [
            ("", "application/json"),
            ("*/*", "application/json"),
            ("text/html", "text/html"),
            ("TEXT/HTML; charset=utf-8", "text/html"),
            ("text/*;q=0.5, application/json;q=0.4", "text/html"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
            ("application/pdf, */*;q=0.1", "application/pdf"),
            ("*/*, application/json;q=0", "text/html"),
            ("application/json;q=0.2, application/pdf;q=0.9", "application/pdf"),
            ("application/zip", "application/json"),
            ("text/html;q=x", "application/json"),
        ] {
            assert_eq!(preferred(header, &OFFERED), wanted, "{header}");
        }
    }

    #[test]
    fn what_is_not_liked_at_all_is_not_accepted() {
        for header in ["", " ", "*/*", "text/*", "application/zip, application/pdf;q=0.1", "TEXT/HTML"] {
            assert!(accepts(header, &OFFERED), "{header}");
        }
        for header in ["application/zip", "image/*", "*/*;q=0", "text/*;q=0", "json"] {
            assert!(!accepts(header, &OFFERED), "{header}");
        }
    }
}
