//! Instants as signatures spell them.

use crate::asn1::ber::{Element, GENERALIZED_TIME, UTC_TIME};

/// A `Time` (RFC 5652 section 11.3) or `GeneralizedTime`, in Unix seconds; fractions are dropped.
pub(crate) fn of_element(element: &Element<'_>) -> Option<i64> {
    let text = str::from_utf8(&element.octets().ok()?).ok()?.to_owned();
    match element.tag {
        GENERALIZED_TIME => generalized(&text),
        UTC_TIME => {
            // RFC 5280 section 4.1.2.5.1: two digits from 50 on are of the 20th century.
            let century = if text.get(..2)?.parse::<u8>().ok()? >= 50 { "19" } else { "20" };
            generalized(&format!("{century}{text}"))
        }
        _ => None,
    }
}

/// `YYYYMMDDHHMM[SS[.f]]` with `Z` or an offset.
fn generalized(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (clock, rest) = text.split_at(digits);
    let zone = rest.trim_start_matches(['.', ',']).trim_start_matches(|c: char| c.is_ascii_digit());
    let seconds = match clock.len() {
        14 => number(clock, 12, 14)?,
        12 => 0,
        _ => return None,
    };
    let local = instant(
        number(clock, 0, 4)?,
        [number(clock, 4, 6)?, number(clock, 6, 8)?, number(clock, 8, 10)?, number(clock, 10, 12)?, seconds],
    )?;
    match zone.as_bytes() {
        b"Z" => Some(local),
        [sign @ (b'+' | b'-'), _, _, _, _] => {
            local.checked_sub(offset(*sign, number(zone, 1, 3)?, number(zone, 3, 5)?)?)
        }
        _ => None,
    }
}

/// A PDF date (ISO 32000-1 section 7.9.4), in Unix seconds. What is missing is taken as its least value.
pub(crate) fn of_pdf(text: &str) -> Option<i64> {
    let text = text.strip_prefix("D:").unwrap_or(text).trim_end_matches('\0');
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (clock, zone) = text.split_at(digits);
    if clock.len() < 4 || clock.len() > 14 || clock.len() % 2 != 0 {
        return None;
    }
    let part = |from: usize, least: i64| {
        if clock.len() > from { number(clock, from, from + 2) } else { Some(least) }
    };
    let local =
        instant(number(clock, 0, 4)?, [part(4, 1)?, part(6, 1)?, part(8, 0)?, part(10, 0)?, part(12, 0)?])?;
    let zone = zone.replace('\'', "");
    match zone.as_bytes() {
        [] | [b'Z', ..] => Some(local),
        [sign @ (b'+' | b'-'), _, _] => local.checked_sub(offset(*sign, number(&zone, 1, 3)?, 0)?),
        [sign @ (b'+' | b'-'), _, _, _, _] => {
            local.checked_sub(offset(*sign, number(&zone, 1, 3)?, number(&zone, 3, 5)?)?)
        }
        _ => None,
    }
}

fn number(text: &str, from: usize, to: usize) -> Option<i64> {
    let part = text.get(from..to)?;
    if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None }
}

fn offset(sign: u8, hours: i64, minutes: i64) -> Option<i64> {
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    Some(if sign == b'-' { -seconds } else { seconds })
}

/// Month, day, hour, minute and second of a year, in Unix seconds; a leap second counts as the one before.
fn instant(year: i64, [month, day, hour, minute, second]: [i64; 5]) -> Option<i64> {
    let small = |number: i64| u8::try_from(number).ok();
    let year = u16::try_from(year).ok()?;
    let time = der::DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second.min(if second == 60 { 59 } else { second }))?,
    );
    i64::try_from(time.ok()?.unix_duration().as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_pdf_are_read_as_far_as_they_go() {
        let cases = [
            ("D:20261121193605+01'00'", Some(1_795_286_165)),
            ("D:20261121193605+01'00", Some(1_795_286_165)),
            ("D:20261121183605Z", Some(1_795_286_165)),
            ("D:20261121183605Z00'00'", Some(1_795_286_165)),
            ("20261121133605-05'00'", Some(1_795_286_165)),
            ("D:20261121183605", Some(1_795_286_165)),
            ("D:2026112118+00", Some(1_795_284_000)),
            ("D:2026", Some(1_767_225_600)),
            ("D:202", None),
            ("D:20261321", None),
            ("D:20261121193605+1'00'", None),
            ("D:20261121193605+25'00'", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(of_pdf(text), expected, "{text}");
        }
    }

    #[test]
    fn times_of_asn1_are_read_in_both_types() {
        let cases = [
            (GENERALIZED_TIME, "20261121183605Z", Some(1_795_286_165)),
            (GENERALIZED_TIME, "20261121183605.123Z", Some(1_795_286_165)),
            (GENERALIZED_TIME, "20261121193605+0100", Some(1_795_286_165)),
            (GENERALIZED_TIME, "20261121183605", None),
            (GENERALIZED_TIME, "2026112118360Z", None),
            (UTC_TIME, "261121183605Z", Some(1_795_286_165)),
            (UTC_TIME, "2611211836Z", Some(1_795_286_160)),
            (UTC_TIME, "991231235959Z", Some(946_684_799)),
            (UTC_TIME, "x61121183605Z", None),
            (0x04, "20261121183605Z", None),
        ];
        for (tag, text, expected) in cases {
            let bytes = crate::asn1::ber::encode(tag, text.as_bytes());
            let element = Element::whole(&bytes);
            assert_eq!(element.ok().and_then(|element| of_element(&element)), expected, "{text}");
        }
    }
}
