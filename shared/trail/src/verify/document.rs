//! The documents are those that the evidence speaks of.

use domain::Digest;
use domain::transition::ChainName;

use super::{Checks, Outcome};
use crate::bundle::{ACCEPTED, Bundle, SIGNED};
use crate::read::Trail;

pub(super) fn check(checks: &mut Checks, bundle: &Bundle<'_>, trail: &Trail) {
    accepted(checks, bundle, trail);
    signed(checks, bundle, trail);
    attachments(checks, bundle, trail);
}

fn accepted(checks: &mut Checks, bundle: &Bundle<'_>, trail: &Trail) {
    let Some(bytes) = bundle.files.get(ACCEPTED) else { return };
    let said = trail.accepted.as_ref().map(|it| it.sha256.as_str());
    if said == Some(Digest::of(bytes).to_hex().as_str()) {
        checks.passed("document", ACCEPTED, "is the document that was accepted");
    } else {
        checks.failed("document", ACCEPTED, "is not the document that was accepted");
    }
}

/// Every revision is a prefix of the signed document, at the length and with the digest that its event names.
fn signed(checks: &mut Checks, bundle: &Bundle<'_>, trail: &Trail) {
    let Some(bytes) = bundle.files.get(SIGNED) else {
        if !trail.revisions.is_empty() {
            let detail = "the signed document is not in the bundle: only its digests are shown";
            checks.add("document", Outcome::Passed, SIGNED, detail);
        }
        return;
    };
    let states = trail.accepted.iter().chain(&trail.revisions);
    let mut wrong = 0_usize;
    for (number, state) in states.clone().enumerate() {
        let prefix = usize::try_from(state.size_bytes).ok().and_then(|size| bytes.get(..size));
        if prefix.is_none_or(|it| Digest::of(it).to_hex() != state.sha256) {
            checks.failed("document", SIGNED, format!("revision {number} is not the one of its event"));
            wrong += 1;
        }
    }
    let last = trail.revisions.last().filter(|it| it.number.is_none());
    let whole = last.is_some_and(|it| usize::try_from(it.size_bytes) == Ok(bytes.len()));
    if !whole {
        checks.failed("document", SIGNED, "goes on after the revision of the closing seal");
    } else if wrong == 0 {
        let count = states.count();
        checks.passed(
            "document",
            SIGNED,
            format!("holds the {count} states that the evidence names, each upon the last"),
        );
    }
}

/// What signatories attached.
fn attachments(checks: &mut Checks, bundle: &Bundle<'_>, trail: &Trail) {
    for (name, bytes) in bundle.folder("documents") {
        let Some(id) = name.strip_prefix("attachment-") else { continue };
        let sha256 = Digest::of(bytes).to_hex();
        let of = |step: &&crate::Step, name: &str, value: &str| {
            step.details.iter().any(|(it, is)| it == name && is == value)
        };
        let events = trail.steps.iter().filter(|it| it.chain == ChainName::Event);
        let mut provided = events.filter(|it| it.kind == "AttachmentProvided");
        let last = provided.rfind(|it| of(it, "attachment", id));
        let place = format!("documents/{name}");
        if last.is_some_and(|it| of(&it, "sha256", &sha256)) {
            checks.passed("document", &place, "is what was attached");
        } else {
            checks.failed("document", &place, "is not what was attached");
        }
    }
}
