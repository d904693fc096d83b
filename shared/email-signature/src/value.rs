//! Values that are checked once, where they come in.

use std::fmt;

use domain::Text;
use domain::value::{WebAddress, WebFault};

use crate::refusal::Reason;
use crate::template::percent_encoded;

/// One line of text that people will read. `Debug` hides it: most are about a person.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Line(String);

impl Line {
    /// Reads 1 to `max_chars` characters without control, line-breaking or bidirectional-override
    /// characters; white space around them is dropped.
    ///
    /// # Errors
    ///
    /// [`Reason::Text`] for anything else.
    pub fn parse(text: &str, max_chars: usize) -> Result<Self, Reason> {
        let text = text.trim();
        let is_break = |c: char| matches!(c, '\n' | '\t' | '\u{2028}' | '\u{2029}');
        match Text::parse(text, "text", max_chars) {
            Ok(_) if !text.contains(is_break) => Ok(Self(text.to_owned())),
            _ => Err(Reason::Text { max_chars, one_line: true }),
        }
    }

    /// The text: for a signature and for storage, never for a log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line(***)")
    }
}

/// An address of the web that a reader may be sent to: https or http. Kept as it was written; every character
/// of it may stand in a quoted attribute once `&` is escaped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Link(String);

impl Link {
    /// Reads an absolute address of at most 2048 characters, with a host and without a user name.
    ///
    /// # Errors
    ///
    /// [`Reason::Link`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let text = text.trim();
        // `WebAddress` judges what browsers would do, and takes only https: mails have always linked to http
        // too, so that is judged by its https twin.
        let twin = match text.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("http://") => {
                format!("https://{}", text.get(7..).unwrap_or_default())
            }
            _ => text.to_owned(),
        };
        WebAddress::parse(&twin).map_err(|fault| Reason::Link { why: why(fault) })?;
        Ok(Self(text.to_owned()))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with more parameters in its query.
    #[must_use]
    pub fn with_query(&self, parameters: &[(&str, &str)]) -> Self {
        let (address, fragment) = match self.0.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (self.0.as_str(), None),
        };
        let mut text = address.to_owned();
        for (name, value) in parameters {
            let sign = match text.split_once('?') {
                None => "?",
                Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
                Some(_) => "&",
            };
            for part in [sign, name, "=", &percent_encoded(value)] {
                text.push_str(part);
            }
        }
        if let Some(fragment) = fragment {
            text.push('#');
            text.push_str(fragment);
        }
        Self(text)
    }

    /// Host and path as people read them: without scheme, `www.` and a lone slash at the end.
    #[must_use]
    pub fn spoken(&self) -> &str {
        let rest = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        rest.strip_suffix('/').unwrap_or(rest)
    }
}

const fn why(fault: WebFault) -> &'static str {
    match fault {
        WebFault::Host => "the host is not a name of letters, digits, hyphens and dots, nor an IP address",
        WebFault::Malformed | WebFault::NotOrigin => "not an absolute address in its usual spelling",
        WebFault::Scheme => "the scheme is neither https nor http",
        WebFault::TooLong => "longer than 2048 characters",
        WebFault::UserInfo => "a user name or password stands before the host",
    }
}

macro_rules! name_of {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// Reads 1 to 40 lower-case letters, digits, hyphens and underscores.
            ///
            /// # Errors
            ///
            /// [`Reason::Id`] for anything else.
            pub fn parse(text: &str) -> Result<Self, Reason> {
                let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
                if (1..=40).contains(&text.len()) && text.bytes().all(fits) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Reason::Id)
                }
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

name_of! {
    /// Names a brand of a tenant.
    BrandId
}
name_of! {
    /// Names a campaign.
    CampaignId
}
name_of! {
    /// Names an image that this service keeps.
    ImageId
}
name_of! {
    /// Names a template.
    TemplateId
}

/// An image that this service keeps, with its own size in pixels.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Image {
    /// Its name, which is the last part of its address.
    pub id: ImageId,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

impl Image {
    /// The size of the image in a box of so many pixels: as large as fits, in its own proportions, and no
    /// side less than one pixel. What is smaller than the box stays as it is.
    #[must_use]
    pub fn fitted(&self, width: u32, height: u32) -> (u32, u32) {
        let (own_width, own_height) = (u64::from(self.width.max(1)), u64::from(self.height.max(1)));
        let (width, height) = (u64::from(width.max(1)), u64::from(height.max(1)));
        if own_width <= width && own_height <= height {
            return (self.width.max(1), self.height.max(1));
        }
        let scaled = |side: u64, part: u64, whole: u64| {
            u32::try_from(((side * part * 2 + whole) / (whole * 2)).max(1)).unwrap_or(u32::MAX)
        };
        if own_width * height >= own_height * width {
            (scaled(own_width, width, own_width), scaled(own_height, width, own_width))
        } else {
            (scaled(own_width, height, own_height), scaled(own_height, height, own_height))
        }
    }
}

/// Longest link.
pub const MAX_LINK_CHARS: usize = domain::value::MAX_WEB_ADDRESS_CHARS;
/// The widest and highest image, in pixels.
pub const MAX_IMAGE_SIDE: u32 = 4000;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_line_hides_and_reorders_nothing() {
        for text in ["", " ", "a\nb", "a\tb", "a\rb", "a\u{202e}b", "a\u{2028}b", "a\u{0}b", "123456"] {
            assert!(Line::parse(text, 5).is_err(), "{text:?}");
        }
        assert_eq!(Line::parse("  Ünı ", 5).unwrap().as_str(), "Ünı");
        assert_eq!(format!("{:?}", Line::parse("Ada", 5)), "Ok(Line(***))");
    }

    #[test]
    fn a_link_leads_to_the_web() {
        for text in [
            "javascript:alert(1)",
            "//example.com",
            "example.com",
            "https://ada@example.com/",
            "https://example.com/\"x",
            "data:text/html,x",
            "http:example.com",
            "ftp://example.com",
            "https:///x",
            "",
        ] {
            assert!(Link::parse(text).is_err(), "{text}");
        }
        assert_eq!(Link::parse("http://www.example.com/").unwrap().spoken(), "example.com");
        assert_eq!(Link::parse("https://example.com/a?b=c&d=e").unwrap().spoken(), "example.com/a?b=c&d=e");
    }

    #[test]
    fn an_image_keeps_its_proportions() {
        let image = Image { id: ImageId::parse("logo").unwrap(), width: 400, height: 100 };
        assert_eq!(image.fitted(120, 120), (120, 30));
        assert_eq!(image.fitted(1000, 50), (200, 50));
        assert_eq!(image.fitted(800, 800), (400, 100));
        let thin = Image { id: ImageId::parse("line").unwrap(), width: 4000, height: 1 };
        assert_eq!(thin.fitted(10, 10), (10, 1));
    }
}
