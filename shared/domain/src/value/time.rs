//! Instants.

use std::fmt;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

/// An instant, in milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant so many milliseconds after 1970-01-01T00:00:00Z, kept within the years 1900 to 9000.
    #[must_use]
    pub const fn from_unix_ms(ms: i64) -> Self {
        if ms < EARLIEST_MS {
            Self(EARLIEST_MS)
        } else if ms > LATEST_MS {
            Self(LATEST_MS)
        } else {
            Self(ms)
        }
    }

    /// Reads an RFC 3339 date and time.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Self::from_unix_ms(at.as_millisecond()))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant and `duration` more.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self::from_unix_ms(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This instant and `duration` less.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self::from_unix_ms(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was, zero if it is still to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same time of day so many calendar years later (29 February becomes the 28th), UTC.
    #[must_use]
    pub fn plus_years(self, years: i16) -> Self {
        self.plus_span(i64::from(years).years())
    }

    /// The same time of day so many calendar months later (the last day of a shorter month), UTC.
    #[must_use]
    pub fn plus_months(self, months: i16) -> Self {
        self.plus_span(i64::from(months).months())
    }

    /// `2026-11-21T18:36:05.120Z`, RFC 3339 in UTC with milliseconds.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    /// `2026-11-21 18:36:05.120+00:00`, with a space, as callers of Openapi read it.
    #[must_use]
    pub fn to_openapi(self) -> String {
        self.zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S%.3f+00:00").to_string()
    }

    /// `2026-11-21 19:36:05 +01:00 (Europe/Paris)`: date, time, offset and zone, as people read it.
    ///
    /// An unknown zone counts as UTC.
    #[must_use]
    pub fn in_zone(self, zone: &str) -> String {
        let (name, zone) = TimeZone::get(zone).map_or(("UTC", TimeZone::UTC), |found| (zone, found));
        format!("{} ({name})", self.zoned(zone).strftime("%Y-%m-%d %H:%M:%S %:z"))
    }

    /// `19:36 CET`: the time of day and the zone, short. An unknown zone counts as UTC.
    #[must_use]
    pub fn clock_in_zone(self, zone: &str) -> String {
        self.zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC)).strftime("%H:%M %Z").to_string()
    }

    /// Minutes that the zone is ahead of UTC at this instant; zero for an unknown zone.
    #[must_use]
    pub fn offset_minutes(self, zone: &str) -> i16 {
        let Ok(zone) = TimeZone::get(zone) else { return 0 };
        i16::try_from(self.zoned(zone).offset().seconds() / 60).unwrap_or(0)
    }

    /// Minutes after midnight in the zone; in UTC for an unknown zone.
    #[must_use]
    pub fn minute_of_day(self, zone: &str) -> u16 {
        let at = self.zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC));
        u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or_default()
    }

    /// The next instant from this one on at which clocks of the zone show so many minutes after midnight; a
    /// time that the zone skips that day counts as the one right after it.
    #[must_use]
    pub fn next_minute_of_day(self, minute: u16, zone: &str) -> Self {
        let at = self.zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC));
        let clock = |day: jiff::civil::Date| {
            let (hour, minute) = (i8::try_from(minute / 60 % 24), i8::try_from(minute % 60));
            let time = jiff::civil::time(hour.unwrap_or_default(), minute.unwrap_or_default(), 0, 0);
            day.to_datetime(time).to_zoned(at.time_zone().clone()).ok()
        };
        let today = clock(at.date()).filter(|it| *it >= at);
        let next = today.or_else(|| at.date().tomorrow().ok().and_then(clock));
        next.map_or(self, |it| Self::from_unix_ms(it.timestamp().as_millisecond()))
    }

    /// Whether the time-zone database knows this name.
    #[must_use]
    pub fn knows_zone(zone: &str) -> bool {
        TimeZone::get(zone).is_ok()
    }

    fn zoned(self, zone: TimeZone) -> jiff::Zoned {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default().to_zoned(zone)
    }

    fn plus_span(self, span: Span) -> Self {
        self.zoned(TimeZone::UTC)
            .checked_add(span)
            .map_or(Self(LATEST_MS), |later| Self::from_unix_ms(later.timestamp().as_millisecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

const EARLIEST_MS: i64 = -2_208_988_800_000;
const LATEST_MS: i64 = 221_845_392_000_000;

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn dates_are_written_as_each_reader_expects() {
        let at = Timestamp::from_unix_ms(1_764_164_958_879);
        assert_eq!(at.to_rfc3339(), "2025-11-26T13:49:18.879Z");
        assert_eq!(at.to_openapi(), "2025-11-26 13:49:18.879+00:00");
        assert_eq!(at.in_zone("Europe/Paris"), "2025-11-26 14:49:18 +01:00 (Europe/Paris)");
        assert_eq!(at.clock_in_zone("Europe/Paris"), "14:49 CET");
        assert_eq!(at.clock_in_zone("Nowhere/Land"), "13:49 UTC");
        assert_eq!(at.in_zone("Nowhere/Land"), "2025-11-26 13:49:18 +00:00 (UTC)");
        assert_eq!(Timestamp::parse_rfc3339(&at.to_rfc3339()), Some(at));
    }

    #[test]
    fn calendar_edges_fall_on_the_last_day() {
        let leap = Timestamp::parse_rfc3339("2028-02-29T10:00:00Z").unwrap_or_default();
        assert_eq!(leap.plus_years(1).to_rfc3339(), "2029-02-28T10:00:00.000Z");
        let november = Timestamp::parse_rfc3339("2026-11-30T10:00:00Z").unwrap_or_default();
        assert_eq!(november.plus_months(3).to_rfc3339(), "2027-02-28T10:00:00.000Z");
        assert_eq!(leap.plus_years(10).to_rfc3339(), "2038-02-28T10:00:00.000Z");
        // Clocks in Europe go forward in between; UTC does not.
        let winter = Timestamp::parse_rfc3339("2026-12-29T23:30:00Z").unwrap_or_default();
        assert_eq!(winter.plus_months(3).to_rfc3339(), "2027-03-29T23:30:00.000Z");
        let ultimo = Timestamp::parse_rfc3339("2027-01-31T23:59:59.999Z").unwrap_or_default();
        assert_eq!(ultimo.plus_months(3).to_rfc3339(), "2027-04-30T23:59:59.999Z");
    }

    #[test]
    fn instants_beyond_the_calendar_are_held_at_its_ends() {
        assert_eq!(Timestamp::from_unix_ms(i64::MAX).plus_years(1), Timestamp::from_unix_ms(i64::MAX));
        assert!(Timestamp::from_unix_ms(i64::MIN).to_rfc3339().starts_with("1900-"));
    }
}
