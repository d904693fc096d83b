//! `xs:dateTime` (XML Schema part 2 section 3.2.7) with a time zone, as lists write instants.

use der::DateTime;

/// An instant in Unix seconds; fractions are dropped.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let mut date = date.split('-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let zone_at = time.find(['Z', '+', '-'])?;
    let (clock, zone) = time.split_at_checked(zone_at)?;
    let mut clock = clock.split_once('.').map_or(clock, |(whole, _)| whole).split(':').map(number);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if date.next().is_some() || clock.next().is_some() {
        return None;
    }
    let small = |number: i64| u8::try_from(number).ok();
    let local = DateTime::new(
        u16::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
    );
    let local = i64::try_from(local.ok()?.unix_duration().as_secs()).ok()?;
    local.checked_sub(offset(zone)?)
}

fn number(digits: &str) -> Option<i64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// How far a zone is ahead, seconds.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, clock) = zone.split_at_checked(1)?;
    let (hours, minutes) = clock.split_once(':')?;
    let seconds = number(hours)?.checked_mul(3600)?.checked_add(number(minutes)?.checked_mul(60)?)?;
    if sign == "+" { Some(seconds) } else { seconds.checked_neg() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_with_their_zone() {
        assert_eq!(parse("2016-06-30T22:00:00Z"), Some(1_467_324_000));
        assert_eq!(parse("2016-07-01T00:00:00+02:00"), Some(1_467_324_000));
        assert_eq!(parse("2016-06-30T17:30:00.125-04:30"), Some(1_467_324_000));
    }

    #[test]
    fn what_is_no_instant_is_not_read() {
        for text in ["", "2016-06-30", "2016-06-30T22:00:00", "2016-13-30T22:00:00Z", "2016-06-30T2:+:00Z"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
