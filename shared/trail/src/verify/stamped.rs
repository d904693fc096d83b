//! The time-stamps over checkpoints of the log, and those that took them over before they ended.

use std::sync::Arc;

use pades::TimestampToken;
use pades::trust::{Anchor, Purpose, TrustAnchors};
use pades::validate::{AnchorSource, Indication, Options, validate};
use pdf::ReadAt;
use tlog::{Proof, Renewal, Verifier};

use super::{Checks, Knowledge, Outcome};
use crate::bundle::Bundle;

/// A time-stamp, beside what it is over.
struct Stamp<'a> {
    /// Its name in the log, such as `stamps/2026-11-23`.
    name: String,
    /// Where its token lies in the bundle.
    place: String,
    note: &'a [u8],
    token: &'a [u8],
}

/// Says of each time-stamp whether it holds: now, or when the next one took it over. `entry` is that of the chain.
pub(super) fn check(
    checks: &mut Checks,
    bundle: &Bundle<'_>,
    knowledge: &Knowledge<'_>,
    (entry, key): (&[u8], &Verifier),
) {
    let anchors = anchors(bundle, knowledge);
    let stamps = read(checks, bundle, STAMP);
    let renewals = read(checks, bundle, RENEWAL);
    for stamp in &stamps {
        let detail = match proof(bundle, stamp) {
            None => "the checkpoint existed when the time-stamp says",
            Some(proof) if proof.checkpoint.as_bytes() != stamp.note => {
                checks.failed("time-stamp", &stamp.place, "the proof beside it is of another checkpoint");
                continue;
            }
            Some(proof) => match proof.check(entry, key) {
                Ok(_) => "the chain's head was in the log when the time-stamp says",
                Err(error) => {
                    checks.failed("time-stamp", &stamp.place, error.to_string());
                    continue;
                }
            },
        };
        judge(checks, (stamp, &renewals), (&anchors, knowledge.now), detail);
    }
    for (at, renewal) in renewals.iter().enumerate() {
        let Some(over) = over(renewal) else {
            checks.failed("time-stamp", &renewal.place, "what it is over is no list of time-stamps");
            continue;
        };
        let before = stamps.iter().chain(renewals.iter().take(at));
        if before.into_iter().any(|it| over.covers(&it.name, it.note, it.token)) {
            let detail = "it took over an earlier time-stamp";
            judge(checks, (renewal, &renewals), (&anchors, knowledge.now), detail);
        } else {
            checks.failed("time-stamp", &renewal.place, "it takes over none of the time-stamps here");
        }
    }
}

fn read<'a>(checks: &mut Checks, bundle: &Bundle<'a>, (prefix, folder): (&str, &str)) -> Vec<Stamp<'a>> {
    let mut found = Vec::new();
    for (name, token) in bundle.folder("log") {
        let Some(day) = name.strip_prefix(prefix).and_then(|it| it.strip_suffix(".tst")) else { continue };
        let place = format!("log/{name}");
        match bundle.files.get(&format!("log/{prefix}{day}.txt")) {
            Some(note) => found.push(Stamp { name: format!("{folder}{day}"), place, note, token }),
            None => checks.failed("time-stamp", &place, "what it is over is missing"),
        }
    }
    found
}

/// The proof beside a time-stamp that the chain is in the log of its checkpoint.
fn proof(bundle: &Bundle<'_>, stamp: &Stamp<'_>) -> Option<Proof> {
    let name = format!("{}.tlog-proof", stamp.place.strip_suffix(".tst")?);
    let bytes = bundle.files.get(&name)?;
    // What cannot be read is a proof of nothing: it is compared with the checkpoint, and fails.
    let nothing = Proof { index: 0, hashes: Vec::new(), checkpoint: String::new() };
    Some(str::from_utf8(bytes).ok().and_then(|it| Proof::parse(it).ok()).unwrap_or(nothing))
}

fn over(renewal: &Stamp<'_>) -> Option<Renewal> {
    Renewal::parse(str::from_utf8(renewal.note).ok()?)
}

/// When the next one took it over, Unix seconds. That has to be by a time-stamp that was made later.
fn taken_over(stamp: &Stamp<'_>, renewals: &[Stamp<'_>]) -> Option<i64> {
    let made = |it: &Stamp<'_>| {
        let token = TimestampToken::from_der(it.token).ok().filter(|token| token.covers(it.note));
        token.map(|token| token.generated_at_unix_ms())
    };
    let mine = made(stamp)?;
    let next = renewals
        .iter()
        .filter(|it| over(it).is_some_and(|it| it.covers(&stamp.name, stamp.note, stamp.token)));
    next.filter_map(made).find(|it| *it >= mine).map(|it| it.div_euclid(1000))
}

fn judge(
    checks: &mut Checks,
    (stamp, renewals): (&Stamp<'_>, &[Stamp<'_>]),
    (anchors, now): (&TrustAnchors, i64),
    good: &str,
) {
    let taken_over = taken_over(stamp, renewals);
    let mut options = Options::new(anchors, taken_over.unwrap_or(now));
    options.detached = Some(Arc::new(stamp.note.to_vec()));
    let source: Arc<dyn ReadAt> = Arc::new(stamp.token.to_vec());
    match validate(source, &options).map(|it| it.overall) {
        Ok(Some(verdict)) => {
            let outcome = match verdict.indication {
                Indication::TotalPassed => Outcome::Passed,
                Indication::Indeterminate => Outcome::Open,
                Indication::TotalFailed => Outcome::Failed,
            };
            let since = if taken_over.is_some() { ", and a later one took it over in time" } else { "" };
            let detail = if outcome == Outcome::Passed { format!("{good}{since}") } else { verdict.reason };
            checks.add("time-stamp", outcome, &stamp.place, detail);
        }
        Ok(None) => checks.failed("time-stamp", &stamp.place, "is no time-stamp"),
        Err(error) => checks.failed("time-stamp", &stamp.place, error.to_string()),
    }
}

fn anchors(bundle: &Bundle<'_>, knowledge: &Knowledge<'_>) -> TrustAnchors {
    let mut anchors = TrustAnchors::new();
    let own = || bundle.folder("certificates").map(|(_, bytes)| bytes.to_vec()).collect();
    for der in knowledge.roots.clone().unwrap_or_else(own) {
        let (source, purpose) = (AnchorSource::SealAuthority, Some(Purpose::Timestamp));
        // What is no certificate was told of with the seals.
        let _known = anchors.add(Anchor { der, source, from: None, until: None, purpose });
    }
    anchors
}

/// How files of time-stamps over checkpoints begin in a bundle, and their folder in the log.
const STAMP: (&str, &str) = ("stamp-", "stamps/");
/// The same of those that took others over.
const RENEWAL: (&str, &str) = ("renewal-", "renewals/");
