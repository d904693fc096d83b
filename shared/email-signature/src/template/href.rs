//! Where links of a template lead.

use domain::EmailAddress;

use super::node::Piece;
use super::slot::Slot;
use crate::attribute::{Attribute, Form};
use crate::refusal::Reason;
use crate::value::Link;

/// A link.
#[derive(Clone, Debug)]
pub(crate) enum Href {
    /// An address of the web with placeholders in its path, query or fragment: they are percent-encoded.
    Composed(Vec<Piece>),
    /// As it stands. Escaped for an attribute by whoever writes it.
    Fixed(String),
    /// `mailto:` and an address.
    Mail(Slot),
    /// `tel:` and a number.
    Telephone(Slot),
    /// An address of the web that an attribute is.
    Whole(Slot),
}

impl Href {
    /// Reads the value of an `href`.
    ///
    /// # Errors
    ///
    /// [`Reason`], when it could lead elsewhere than to the web, a mailbox or a phone, or a placeholder could
    /// choose the host.
    pub(crate) fn of(pieces: Vec<Piece>) -> Result<Self, Reason> {
        let form = |slot: &Slot| slot.attribute.form();
        match pieces.as_slice() {
            [Piece::Static(text)] => fixed(text),
            [Piece::Slot(slot)] if form(slot) == Form::Link => {
                slot.otherwise.as_deref().map(Link::parse).transpose()?;
                if slot.filters.is_empty() { Ok(Self::Whole(slot.clone())) } else { Err(slot.misplaced()) }
            }
            [Piece::Static(scheme), Piece::Slot(slot)] if scheme == "mailto:" => {
                let otherwise = slot.otherwise.as_deref().map(EmailAddress::parse).transpose();
                let fits = slot.attribute == Attribute::Email && slot.filters.is_empty() && otherwise.is_ok();
                if fits { Ok(Self::Mail(slot.clone())) } else { Err(slot.misplaced()) }
            }
            [Piece::Static(scheme), Piece::Slot(slot)] if scheme == "tel:" => {
                let fits = form(slot) == Form::Phone && slot.filters.is_empty();
                if fits { Ok(Self::Telephone(slot.clone())) } else { Err(slot.misplaced()) }
            }
            [Piece::Static(start), ..] => {
                let host = start.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
                let mut slots = pieces.iter().filter_map(|it| match it {
                    Piece::Slot(slot) => Some(slot),
                    _ => None,
                });
                let unfit = |slot: &&Slot| matches!(form(slot), Form::Color | Form::Lines);
                if let Some(slot) = slots.clone().find(unfit) {
                    return Err(slot.misplaced());
                }
                if !host.contains(['/', '?', '#']) {
                    return slots.next().map_or(Err(NOT_ABSOLUTE), |slot| Err(slot.misplaced()));
                }
                let sample: String = pieces.iter().map(sample).collect();
                Link::parse(&sample)?;
                Ok(Self::Composed(pieces))
            }
            [Piece::Slot(slot), ..] => Err(slot.misplaced()),
            [] | [Piece::Separator(_), ..] => Err(NOT_ABSOLUTE),
        }
    }
}

fn fixed(text: &str) -> Result<Href, Reason> {
    let text = text.trim();
    if let Some(address) = text.strip_prefix("mailto:") {
        let address = EmailAddress::parse(address).map_err(|_| Reason::Email)?;
        return Ok(Href::Fixed(format!("mailto:{}", percent_encoded(address.expose()))));
    }
    if let Some(number) = text.strip_prefix("tel:") {
        let number = telephone(number).ok_or(Reason::Link { why: "not a phone number" })?;
        return Ok(Href::Fixed(format!("tel:{number}")));
    }
    Ok(Href::Fixed(Link::parse(text)?.as_str().to_owned()))
}

fn sample(piece: &Piece) -> &str {
    match piece {
        Piece::Slot(_) => "x",
        Piece::Separator(text) | Piece::Static(text) => text,
    }
}

/// The digits of a number, and the plus before them (RFC 3966 section 3), up to the first character that is no
/// part of one: an extension is not dialled. A zero in brackets is not dialled from abroad.
pub(crate) fn telephone(text: &str) -> Option<String> {
    let is_part = |c: &char| c.is_ascii_digit() || " \u{a0}+-.()/".contains(*c);
    let number: String = text.trim().chars().take_while(is_part).collect();
    let is_global = number.starts_with('+');
    let dialled = if is_global { number.replace("(0)", "") } else { number };
    let digits: String = dialled.chars().filter(char::is_ascii_digit).collect();
    if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) {
        return None;
    }
    Some(if is_global { format!("+{digits}") } else { digits })
}

/// All but unreserved characters (RFC 3986 section 2.3) and `@` percent-encoded.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for half in [byte >> 4, byte & 15] {
                encoded.extend(char::from_digit(u32::from(half), 16).map(|it| it.to_ascii_uppercase()));
            }
        }
    }
    encoded
}

/// Emergency calls have three.
const MIN_DIGITS: usize = 3;
/// E.164 numbers have fifteen at most; some are dialled with more before them.
const MAX_DIGITS: usize = 20;
const NOT_ABSOLUTE: Reason = Reason::Link { why: "not an absolute address of the web, a mailbox or a phone" };

#[cfg(test)]
mod tests {
    use super::telephone;

    #[test]
    fn a_number_is_what_is_dialled() {
        for (written, dialled) in [
            ("+44 (0)20 7946 0000", Some("+442079460000")),
            ("(020) 7946-0000", Some("02079460000")),
            ("+44 20 7946 0000 extension 4711", Some("+442079460000")),
            ("112; or 7*8#", Some("112")),
            ("call 112", None),
            ("+1", None),
            ("", None),
        ] {
            assert_eq!(telephone(written).as_deref(), dialled, "{written}");
        }
    }
}
