//! How long things are kept, at the edges of the calendar.

use std::time::Duration;

use super::super::*;
use super::stage::{Stage, seal, who};
use crate::due::DueKind;
use crate::policy::{ARCHIVE_LAG, ARCHIVE_PAUSE, READING_ARCHIVE_PAUSE};
use crate::{Refusal, Timestamp};

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// A request that is done at this instant.
fn done(stage: &mut Stage, closed: &str, retention: Retention) -> AnyRequest {
    stage.now = at(closed);
    let received = stage.received_of(vec![super::stage::person(0)], |new| new.retention = retention);
    let open = stage.opened(received);
    let ada = who(&open, 0);
    let AfterAct::Signed(signed) = stage.signs(open, &ada) else { panic!("everyone has signed") };
    let head = signed.facts().chain.hash;
    let sealed = AnyRequest::Signed(signed).record_seal(seal(b"one", head), &mut stage.cause()).unwrap();
    let AnyRequest::Signed(signed) = stage.commit(sealed) else { panic!("it waits for its closing seal") };
    let head = signed.facts().chain.hash;
    let closed = signed.close(seal(b"two", head), &mut stage.cause()).unwrap();
    stage.commit(closed.map(AnyRequest::Done))
}

#[test]
fn months_and_years_end_on_the_last_day_where_theirs_does_not_exist() {
    for (closed, months, years, documents, evidence) in [
        ("2026-11-30T10:00:00Z", 3, 10, "2027-02-28T10:00:00.000Z", "2036-11-30T10:00:00.000Z"),
        ("2027-11-30T10:00:00Z", 3, 10, "2028-02-29T10:00:00.000Z", "2037-11-30T10:00:00.000Z"),
        ("2027-01-31T23:59:59Z", 1, 30, "2027-02-28T23:59:59.000Z", "2057-01-31T23:59:59.000Z"),
        ("2028-02-29T00:00:00Z", 2, 10, "2028-04-29T00:00:00.000Z", "2038-02-28T00:00:00.000Z"),
        ("2028-01-31T12:00:00Z", 3, 11, "2028-04-30T12:00:00.000Z", "2039-01-31T12:00:00.000Z"),
        // Summer time begins and ends between: UTC knows neither.
        ("2027-03-28T00:30:00Z", 1, 10, "2027-04-28T00:30:00.000Z", "2037-03-28T00:30:00.000Z"),
    ] {
        let retention = Retention::new(months, years).unwrap();
        let request = done(&mut Stage::new(), closed, retention);
        let facts = request.facts();
        let until = facts.documents_until().unwrap();
        assert_eq!(until.to_rfc3339(), documents, "{closed}");
        assert_eq!(facts.evidence_until().unwrap().to_rfc3339(), evidence, "{closed}");
        assert!(facts.documents_are_over(until));
        assert!(!facts.documents_are_over(Timestamp::from_unix_ms(until.unix_ms() - 1)));
        // Everything is purged at one instant, which no end of a request within its year comes after.
        let latest = facts.created_at.plus_years(1).plus_years(i16::from(years));
        assert!(facts.purge_at() >= latest.plus(Duration::from_hours(24 * 30)));
        assert_eq!(facts.locked_until(at(closed)).to_rfc3339(), evidence);
    }
}

#[test]
fn a_lock_never_ends_in_the_past() {
    let request = done(&mut Stage::new(), "2026-11-30T10:00:00Z", Retention::default());
    let now = at("2037-01-01T00:00:00Z");
    assert_eq!(request.facts().locked_until(now), now.plus(Duration::from_hours(24)));
}

#[test]
fn only_what_is_within_the_bounds_is_kept() {
    for (months, years, member) in [
        (0, 10, "documentMonths"),
        (4, 10, "documentMonths"),
        (3, 9, "evidenceYears"),
        (3, 31, "evidenceYears"),
    ] {
        assert_eq!(Retention::new(months, years), Err(Refusal::RetentionOutOfBounds { member }));
    }
    assert_eq!(Retention::new(3, 10), Ok(Retention::default()));
}

#[test]
fn a_hold_keeps_documents_that_were_given_out_when_it_was_placed() {
    let mut stage = Stage::new();
    let request = done(&mut stage, "2026-11-30T10:00:00Z", Retention::default());
    let until = request.facts().documents_until().unwrap();
    stage.now = Timestamp::from_unix_ms(until.unix_ms() - 1);
    let held = request.clone().hold(None, &mut stage.cause()).unwrap();
    let held = stage.commit(held);
    assert!(!held.facts().documents_are_over(until) && held.facts().shelf(until) == Shelf::Held);
    assert_eq!(held.facts().shelf(stage.now), Shelf::Months(3));
    let free = held.release(&mut stage.cause()).unwrap();
    assert!(stage.commit(free).facts().documents_are_over(until));
    let mut late = Stage { now: until, ..Stage::new() };
    let held = request.hold(None, &mut late.cause()).unwrap();
    let held = late.commit(held);
    assert!(held.facts().documents_are_over(until) && !held.facts().holds_documents());
}

/// What is planned after a reading so long after the end: whether the copy of the end, and when one of its own.
fn planned(request: &AnyRequest, stage: &mut Stage, later: Duration) -> (bool, Option<Duration>) {
    stage.now = request.facts().closed_at.unwrap().plus(later);
    let read = request.clone().record_reading("json", "key", &mut stage.cause());
    let (_, changes) = Stage::looked_at(read);
    let due = |what: DueKind| changes.due.iter().find(|it| it.what == what).map(|it| it.at.since(stage.now));
    (due(DueKind::Archive).is_some(), due(DueKind::Reading))
}

#[test]
fn a_reading_is_in_the_copy_that_is_due_or_in_one_of_its_own() {
    let mut stage = Stage::new();
    let request = done(&mut stage, "2026-11-30T10:00:00Z", Retention::default());
    let moment = Duration::from_millis(1);
    let lag = ARCHIVE_PAUSE + ARCHIVE_LAG;
    // The copy of the end is still to come, and has it.
    assert_eq!(planned(&request, &mut stage, Duration::ZERO), (false, None));
    assert_eq!(planned(&request, &mut stage, ARCHIVE_PAUSE.saturating_sub(moment)), (false, None));
    // It may have been made by now, or not: once more.
    assert_eq!(planned(&request, &mut stage, ARCHIVE_PAUSE), (true, None));
    assert_eq!(planned(&request, &mut stage, lag.saturating_sub(moment)), (true, None));
    // It was made: what is read from now on may wait.
    assert_eq!(planned(&request, &mut stage, lag), (false, Some(READING_ARCHIVE_PAUSE)));
    assert_eq!(planned(&request, &mut stage, lag * 9), (false, Some(READING_ARCHIVE_PAUSE)));
}
