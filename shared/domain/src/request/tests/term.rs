//! Drafts, completion by the integrator, deadlines, reactivation, reminders, filing.

use std::time::Duration;

use super::super::*;
use super::stage::{NOON, Stage, person, who};
use crate::message::MessageKind;
use crate::policy::{REACTIVATION_GRACE, REMINDER_PAUSE};
use crate::value::{LinkKey, PhoneNumber};
use crate::{Channels, Refusal, Timestamp};

const DAY: Duration = Duration::from_hours(24);
/// Twice, and at any hour.
const DAILY: Reminders =
    Reminders { first_after: DAY, every: DAY, count: 2, quiet: QuietHours { from_minute: 0, to_minute: 0 } };

fn count(stage: &Stage, kind: MessageKind) -> usize {
    stage.messages.iter().filter(|it| it.kind == kind).count()
}

#[test]
fn a_draft_invites_nobody_until_it_is_activated_and_can_be_taken_back() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| new.draft = true);
    let draft = stage.accepted(received);
    assert_eq!((draft.state_name(), stage.messages.len()), ("DRAFT", 0));
    assert_eq!(draft.clone().open(stage.now).unwrap_err(), Refusal::RequestNot { state: "DRAFT" });
    let activated = draft.activate(&mut stage.cause()).unwrap();
    let open = stage.commit(activated);
    assert_eq!((open.state_name(), count(&stage, MessageKind::Invitation)), ("WAIT_SIGNER", 1));
    let deactivated = open.deactivate(&mut stage.cause()).unwrap();
    let draft = stage.commit(deactivated);
    assert_eq!(draft.state_name(), "DRAFT");
    let activated = draft.activate(&mut stage.cause()).unwrap();
    let open = stage.commit(activated);
    assert_eq!(count(&stage, MessageKind::Invitation), 1, "nobody is invited twice");
    assert!(open.activate(&mut stage.cause()).is_err());
    stage.leaves("a_draft_invites_nobody_until_it_is_activated_and_can_be_taken_back");
}

#[test]
fn a_draft_that_is_activated_before_its_document_is_checked_goes_out_after_that() {
    let mut stage = Stage::new();
    let received = AnyRequest::Received(stage.received_of(vec![person(0)], |new| new.draft = true));
    let activated = received.activate(&mut stage.cause()).unwrap();
    let AnyRequest::Received(received) = stage.commit(activated) else { panic!("it is still checked") };
    assert_eq!(stage.accepted(received).state_name(), "WAIT_SIGNER");
    assert_eq!(count(&stage, MessageKind::Invitation), 1);
    stage.leaves("a_draft_that_is_activated_before_its_document_is_checked_goes_out_after_that");
}

#[test]
fn where_the_integrator_has_the_last_word_the_request_waits_for_it() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| new.options.autocomplete = false);
    let request = stage.opened(received);
    let ada = who(&request, 0);
    let early = AnyRequest::Open(request.clone()).complete(&mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(early, Refusal::StepMissing { missing: "the act of every signatory" });
    let AfterAct::Open(request) = stage.signs(request, &ada) else { panic!("it completed by itself") };
    assert_eq!(stage.kinds().last().map(String::as_str), Some("RequestReady"));
    assert!(request.facts().ready_at.is_some());
    let request = AnyRequest::Open(request);
    assert!(matches!(request.next_seal(), Some(NextSeal::Act(..))), "acts are sealed meanwhile");
    let completed = request.complete(&mut stage.cause()).unwrap();
    assert!(matches!(stage.commit(completed), AfterAct::Signed(_)));
    stage.leaves("where_the_integrator_has_the_last_word_the_request_waits_for_it");
}

#[test]
fn a_deadline_moves_within_a_year_of_creation_and_no_further() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let latest = NOON.plus_years(1);
    for (at, fits) in [
        (stage.now.plus(Duration::from_secs(59)), false),
        (stage.now.plus(Duration::from_mins(1)), true),
        (latest, true),
        (latest.plus(Duration::from_millis(1)), false),
    ] {
        let moved = request.clone().extend(at, &mut stage.cause());
        assert_eq!(moved.is_ok(), fits, "{at}");
    }
    let expires_at = request.facts().expires_at;
    stage.now = expires_at;
    let late = request.extend(latest, &mut stage.cause()).unwrap_err();
    assert_eq!(late, Refusal::RequestExpired { expired_at: expires_at });
    stage.leaves("a_deadline_moves_within_a_year_of_creation_and_no_further");
}

fn expired(stage: &mut Stage) -> AnyRequest {
    let request = AnyRequest::Open(stage.open(1));
    stage.now = request.facts().expires_at;
    let expired = request.expire(&mut stage.cause()).unwrap();
    stage.commit(expired)
}

#[test]
fn an_expired_request_comes_back_within_its_grace_and_its_chain_goes_on() {
    let mut stage = Stage::new();
    let request = expired(&mut stage);
    let head = request.facts().chain;
    assert_eq!(request.archived_from(), Some(stage.now.plus(REACTIVATION_GRACE)));
    let over = stage.now.plus(REACTIVATION_GRACE);
    let at = over.plus(DAY);
    let mut late = Stage { now: over, ..Stage::new() };
    assert!(request.clone().reactivate(at, &mut late.cause()).is_err());
    stage.now = Timestamp::from_unix_ms(over.unix_ms() - 1);
    let back = request.reactivate(at, &mut stage.cause()).unwrap();
    let back = stage.commit(back);
    assert_eq!((back.state_name(), back.facts().closed_at), ("WAIT_SIGNER", None));
    assert_eq!(back.facts().chain.length, head.length + 1);
    assert_eq!(count(&stage, MessageKind::Invitation), 2, "whoever has not acted is invited again");
    let AnyRequest::Open(open) = back else { panic!("it is open") };
    let ada = who(&open, 0);
    assert!(matches!(stage.signs(open, &ada), AfterAct::Signed(_)));
}

#[test]
fn nothing_but_an_expired_request_comes_back() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let cancelled = request.cancel(None, &mut stage.cause()).unwrap();
    let cancelled = stage.commit(cancelled);
    let at = stage.now.plus(DAY);
    assert_eq!(
        cancelled.reactivate(at, &mut stage.cause()).unwrap_err(),
        Refusal::RequestNot { state: "CANCELLED" }
    );
    let expired = expired(&mut stage);
    let deleted = expired.delete_documents(&mut stage.cause()).unwrap();
    let deleted = stage.commit(deleted);
    let at = stage.now.plus(DAY);
    assert!(deleted.reactivate(at, &mut stage.cause()).is_err());
    stage.leaves("nothing_but_an_expired_request_comes_back");
}

#[test]
fn reminders_come_at_their_pace_stop_at_their_count_and_sleep_at_night() {
    let mut stage = Stage::new();
    let rule = Reminders {
        first_after: DAY,
        every: DAY,
        count: 2,
        quiet: QuietHours { from_minute: 20 * 60, to_minute: 8 * 60 },
    };
    let received = stage.received_of(vec![person(0)], |new| {
        new.options.reminders = Some(rule);
        new.options.timezone = "Asia/Tokyo".to_owned();
        new.ttl = DAY * 10;
    });
    let mut request = AnyRequest::Open(stage.opened(received));
    // 1,800,000,000 s after the epoch it is 17:00 in Tokyo, so a day later nobody sleeps.
    for (later, sent) in [(DAY / 2, 0), (DAY, 1), (DAY + DAY / 2, 1), (DAY * 2, 2), (DAY * 5, 2)] {
        stage.now = NOON.plus(later);
        let reminded = request.remind_due(&mut stage.cause()).unwrap();
        request = stage.commit(reminded);
        assert_eq!(count(&stage, MessageKind::Reminder), sent, "{later:?}");
    }
    stage.leaves("reminders_come_at_their_pace_stop_at_their_count_and_sleep_at_night");
}

#[test]
fn quiet_hours_end_in_the_morning_of_the_zone() {
    let night = QuietHours { from_minute: 20 * 60, to_minute: 8 * 60 };
    let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    for (due, sent) in [
        ("2026-07-01T17:59:00Z", "2026-07-01T17:59:00Z"),
        ("2026-07-01T18:00:00Z", "2026-07-02T06:00:00Z"),
        ("2026-07-02T03:00:00Z", "2026-07-02T06:00:00Z"),
        ("2026-07-02T06:00:00Z", "2026-07-02T06:00:00Z"),
        // Clocks go forward on 29 March 2026: the morning comes an hour sooner.
        ("2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"),
    ] {
        assert_eq!(night.after(at(due), "Europe/Rome"), at(sent), "{due}");
    }
    let lunch = QuietHours { from_minute: 12 * 60, to_minute: 14 * 60 };
    assert_eq!(lunch.after(at("2026-07-01T12:30:00Z"), "UTC"), at("2026-07-01T14:00:00Z"));
    assert_eq!(lunch.after(at("2026-07-01T14:00:00Z"), "UTC"), at("2026-07-01T14:00:00Z"));
}

#[test]
fn an_integrator_reminds_once_an_hour() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    stage.now = NOON.plus(REMINDER_PAUSE.saturating_sub(Duration::from_millis(1)));
    let early = request.clone().remind(None, &mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(early, Refusal::ResendTooSoon { retry_after: Duration::from_millis(1) });
    stage.now = NOON.plus(REMINDER_PAUSE);
    let reminded = request.remind(None, &mut stage.cause()).unwrap();
    let request = stage.commit(reminded);
    assert_eq!(count(&stage, MessageKind::Reminder), 1);
    assert!(request.remind(None, &mut stage.cause()).is_err());
    stage.leaves("an_integrator_reminds_once_an_hour");
}

#[test]
fn every_move_of_the_largest_request_fits_one_transaction() {
    let mut stage = Stage::new();
    let people = (0..MAX_SIGNATORIES).map(person).collect();
    let received = stage.received_of(people, |new| {
        new.options.reminders = Some(DAILY);
        new.ttl = DAY * 5;
    });
    let open = AnyRequest::Open(stage.opened(received));
    stage.now = NOON.plus(DAY);
    let reminded = open.remind_due(&mut stage.cause()).unwrap();
    let open = stage.commit(reminded);
    assert_eq!(count(&stage, MessageKind::Reminder), MAX_SIGNATORIES);
    stage.now = NOON.plus(DAY + REMINDER_PAUSE);
    let reminded = open.remind(None, &mut stage.cause()).unwrap();
    let open = stage.commit(reminded);
    let cancelled = open.clone().cancel(None, &mut stage.cause()).unwrap();
    assert_eq!(stage.commit(cancelled).state_name(), "CANCELLED");
    let deactivated = open.clone().deactivate(&mut stage.cause()).unwrap();
    assert_eq!(stage.commit(deactivated).state_name(), "DRAFT");
    stage.now = open.facts().expires_at;
    let expired = open.expire(&mut stage.cause()).unwrap();
    let expired = stage.commit(expired);
    let back = expired.reactivate(stage.now.plus(DAY), &mut stage.cause()).unwrap();
    assert_eq!(stage.commit(back).state_name(), "WAIT_SIGNER");
}

#[test]
fn only_what_waits_for_nobody_is_filed_away() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    assert!(request.clone().trash(&mut stage.cause()).is_err());
    assert!(request.clone().archive(&mut stage.cause()).is_err());
    let cancelled = request.cancel(None, &mut stage.cause()).unwrap();
    let mut request = stage.commit(cancelled);
    assert!(request.clone().put_back(&mut stage.cause()).is_err());
    for moved in [AnyRequest::archive, AnyRequest::trash, AnyRequest::put_back] {
        let transition = moved(request, &mut stage.cause()).unwrap();
        request = stage.commit(transition);
    }
    assert_eq!(request.facts().filing, Filing::default());
    assert_eq!(stage.custody, 3, "what happens after the end stands in the custody chain");
    stage.leaves("only_what_waits_for_nobody_is_filed_away");
}

#[test]
fn what_is_overdue_waits_for_the_end_of_quiet_hours_of_the_signatory_s_own_zone() {
    let mut stage = Stage::new();
    let rule = Reminders {
        first_after: DAY,
        every: DAY,
        count: 3,
        quiet: QuietHours { from_minute: 20 * 60, to_minute: 8 * 60 },
    };
    // At the beginning it is 08:00 UTC, where the request is, and 17:00 where she is.
    let people = vec![NewSignatory { timezone: Some("Asia/Tokyo".to_owned()), ..person(0) }];
    let received = stage.received_of(people, |new| {
        new.options.reminders = Some(rule);
        new.ttl = DAY * 20;
    });
    let mut request = AnyRequest::Open(stage.opened(received));
    let hour = |count: u64| Duration::from_hours(count);
    // The sweep was away for two days and comes at 23:00 in Tokyo, then at 07:59 and at 08:00.
    for (later, sent) in [(hour(54), 0), (Duration::from_mins(62 * 60 + 59), 0), (hour(63), 1), (hour(80), 1)]
    {
        stage.now = NOON.plus(later);
        let reminded = request.remind_due(&mut stage.cause()).unwrap();
        request = stage.commit(reminded);
        assert_eq!(count(&stage, MessageKind::Reminder), sent, "{later:?}");
    }
    // Whoever is invited again has a day from then, whatever reminders there were.
    stage.now = request.facts().expires_at;
    let expired = request.expire(&mut stage.cause()).unwrap();
    let expired = stage.commit(expired);
    stage.now = stage.now.plus(hour(1));
    let back_at = stage.now;
    let back = expired.reactivate(stage.now.plus(DAY * 9), &mut stage.cause()).unwrap();
    let mut request = stage.commit(back);
    for (later, sent) in [(Duration::from_mins(1), 1), (hour(23), 1), (hour(48), 2)] {
        stage.now = back_at.plus(later);
        let reminded = request.remind_due(&mut stage.cause()).unwrap();
        request = stage.commit(reminded);
        assert_eq!(count(&stage, MessageKind::Reminder), sent, "{later:?} after it came back");
    }
    stage.leaves("what_is_overdue_waits_for_the_end_of_quiet_hours_of_the_signatory_s_own_zone");
}

#[test]
fn one_reminder_of_all_passes_over_whoever_was_written_to_within_the_hour() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(2));
    let AnyRequest::Open(open) = &request else { panic!("it is open") };
    let (ada, grace) = (who(open, 0), who(open, 1));
    stage.now = NOON.plus(REMINDER_PAUSE);
    let reminded = request.remind(Some(&ada), &mut stage.cause()).unwrap();
    let request = stage.commit(reminded);
    stage.now = stage.now.plus(Duration::from_mins(30));
    let reminded = request.remind(None, &mut stage.cause()).unwrap();
    let request = stage.commit(reminded);
    let to: Vec<_> =
        stage.messages.iter().filter(|it| it.kind == MessageKind::Reminder).map(|it| &it.to).collect();
    assert_eq!(to, [&ada, &grace]);
    stage.now = stage.now.plus(Duration::from_mins(20));
    let early = request.remind(None, &mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(early, Refusal::ResendTooSoon { retry_after: Duration::from_mins(10) }, "the first of them");
    stage.leaves("one_reminder_of_all_passes_over_whoever_was_written_to_within_the_hour");
}

#[test]
fn a_draft_in_the_trash_goes_out_to_nobody() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| new.draft = true);
    let trashed = stage.accepted(received).trash(&mut stage.cause()).unwrap();
    let trashed = stage.commit(trashed);
    let refused = trashed.clone().activate(&mut stage.cause()).unwrap_err();
    assert_eq!(refused, Refusal::RequestNot { state: "in the trash" });
    let restored = trashed.put_back(&mut stage.cause()).unwrap();
    let restored = stage.commit(restored);
    assert!(restored.activate(&mut stage.cause()).is_ok());
    stage.leaves("a_draft_in_the_trash_goes_out_to_nobody");
}

#[test]
fn who_has_no_mailbox_is_told_nothing_and_reminded_of_nothing() {
    let mut stage = Stage::new();
    let mobile = PhoneNumber::parse("+39 333 112 2333").unwrap();
    let by_text = NewSignatory { email: None, mobile: Some(mobile), channels: Channels::Sms, ..person(0) };
    let received = stage.received_of(vec![by_text, person(1)], |new| {
        new.options.reminders = Some(DAILY);
        new.ttl = DAY * 9;
    });
    let open = stage.opened(received);
    let (by_text, by_mail) = (who(&open, 0), who(&open, 1));
    let mut request = AnyRequest::Open(open);
    for reminded in [1, 2] {
        stage.now = NOON.plus(DAY * reminded);
        let due = request.remind_due(&mut stage.cause()).unwrap();
        request = stage.commit(due);
    }
    stage.now = NOON.plus(DAY * 3);
    let refused = request.clone().remind(Some(&by_text), &mut stage.cause()).map(|_| ()).unwrap_err();
    assert!(matches!(refused, Refusal::StepMissing { .. }), "{refused:?}");
    let asked = request.remind(None, &mut stage.cause()).unwrap();
    let request = stage.commit(asked);
    let cancelled = request.cancel(None, &mut stage.cause()).unwrap();
    let _cancelled = stage.commit(cancelled);
    assert!(stage.messages.iter().all(|it| it.to == by_mail), "nobody else has a mailbox");
    let of = |kind| count(&stage, kind);
    assert_eq!(of(MessageKind::Invitation), 1);
    assert_eq!((of(MessageKind::Reminder), of(MessageKind::Cancelled)), (3, 1));
    stage.leaves("who_has_no_mailbox_is_told_nothing_and_reminded_of_nothing");
}

#[test]
fn reminders_by_hand_take_none_of_those_that_come_by_themselves() {
    let mut stage = Stage::new();
    let received = stage.received_of(vec![person(0)], |new| {
        new.options.reminders = Some(DAILY);
        new.ttl = DAY * 30;
    });
    let mut request = AnyRequest::Open(stage.opened(received));
    for hours in 1..=3 {
        stage.now = NOON.plus(REMINDER_PAUSE * hours);
        let reminded = request.remind(None, &mut stage.cause()).unwrap();
        request = stage.commit(reminded);
    }
    // A day after the invitation, and a day after that; not a third one.
    for (days, sent) in [(1, 4), (2, 5), (3, 5)] {
        stage.now = NOON.plus(DAY * days);
        let due = request.remind_due(&mut stage.cause()).unwrap();
        request = stage.commit(due);
        assert_eq!(count(&stage, MessageKind::Reminder), sent, "day {days}");
    }
    // Whoever is invited again has them all before them.
    let AnyRequest::Open(open) = &request else { panic!("it is open") };
    let ada = who(open, 0);
    let mobile = PhoneNumber::parse("+39 333 112 2333").unwrap();
    let amendment = Amendment { mobile: Some(mobile), ..Amendment::default() };
    let corrected =
        request.correct(&ada, (amendment, None), &LinkKey::new(b"l"), &mut stage.cause()).unwrap();
    request = stage.commit(corrected);
    for (days, sent) in [(4, 6), (5, 7), (6, 7)] {
        stage.now = NOON.plus(DAY * days);
        let due = request.remind_due(&mut stage.cause()).unwrap();
        request = stage.commit(due);
        assert_eq!(count(&stage, MessageKind::Reminder), sent, "day {days}");
    }
    stage.leaves("reminders_by_hand_take_none_of_those_that_come_by_themselves");
}

#[test]
fn whose_deadline_has_passed_is_not_withdrawn_any_more() {
    let mut stage = Stage::new();
    let request = AnyRequest::Open(stage.open(1));
    let expired_at = request.facts().expires_at;
    stage.now = expired_at;
    let late = request.clone().cancel(None, &mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(late, Refusal::RequestExpired { expired_at });
    let expired = request.expire(&mut stage.cause()).unwrap();
    let ended = stage.commit(expired).cancel(None, &mut stage.cause()).map(|_| ()).unwrap_err();
    assert_eq!(ended, Refusal::RequestNot { state: "EXPIRED" });
    stage.leaves("whose_deadline_has_passed_is_not_withdrawn_any_more");
}
