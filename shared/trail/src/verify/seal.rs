//! The seals of the documents, and what they say of the evidence.

use std::sync::Arc;

use domain::transition::ChainName;
use pades::trust::{Anchor, Purpose, TrustAnchors};
use pades::validate::{AnchorSource, Indication, Options, validate};
use pdf::{Document, Limits, ReadAt};

use super::{Checks, Knowledge, Outcome};
use crate::bundle::{AUDIT, Bundle, EVIDENCE, SIGNED};
use crate::read::Trail;

pub(super) fn check(checks: &mut Checks, bundle: &Bundle<'_>, trail: &Trail, knowledge: &Knowledge<'_>) {
    let anchors = anchors(checks, bundle, knowledge);
    for name in [SIGNED, AUDIT] {
        let Some(bytes) = bundle.files.get(name) else { continue };
        let source: Arc<dyn ReadAt> = Arc::new(bytes.to_vec());
        validity(checks, name, &source, &anchors, knowledge.now);
        match Document::open(source, None, &Limits::default()) {
            Ok(document) if name == SIGNED => heads_of_seals(checks, &document, trail),
            Ok(document) => head_of_audit(checks, &document, bundle),
            Err(error) => checks.failed("seal", name, format!("cannot be read: {error}")),
        }
    }
    if !bundle.files.contains_key(AUDIT) {
        checks.failed("seal", AUDIT, "is missing");
    }
}

/// Those that whoever verifies trusts, or else those that the bundle brings along.
fn anchors(checks: &mut Checks, bundle: &Bundle<'_>, knowledge: &Knowledge<'_>) -> TrustAnchors {
    let mut anchors = TrustAnchors::new();
    let mut add = |place: &str, der: Vec<u8>, purpose: Option<Purpose>| {
        let source = AnchorSource::SealAuthority;
        if anchors.add(Anchor { der, source, from: None, until: None, purpose }).is_err() {
            checks.failed("trust", place, "is not a certificate");
        }
    };
    let whose = if let Some(roots) = &knowledge.roots {
        for root in roots {
            add("trust", root.clone(), None);
        }
        "the seals are judged by the certificates that you gave"
    } else {
        for (name, bytes) in bundle.folder("certificates") {
            let purpose = name.starts_with("timestamp-").then_some(Purpose::Timestamp);
            add(&format!("certificates/{name}"), bytes.to_vec(), purpose);
        }
        "the seals are judged by the certificates in the bundle itself"
    };
    checks.passed("trust", "certificates", whose);
    anchors
}

fn validity(checks: &mut Checks, name: &str, source: &Arc<dyn ReadAt>, anchors: &TrustAnchors, now: i64) {
    let report = match validate(Arc::clone(source), &Options::new(anchors, now)) {
        Ok(report) => report,
        Err(error) => return checks.failed("seal", name, format!("cannot be validated: {error}")),
    };
    let Some(overall) = report.overall else { return checks.failed("seal", name, "is not sealed") };
    let outcome = match overall.indication {
        Indication::TotalPassed => Outcome::Passed,
        Indication::Indeterminate => Outcome::Open,
        Indication::TotalFailed => Outcome::Failed,
    };
    let count = report.signatures.len();
    let detail = match outcome {
        Outcome::Passed => format!("{count} seals and time-stamps are valid"),
        Outcome::Open | Outcome::Failed => overall.reason,
    };
    checks.add("seal", outcome, name, detail);
}

/// Each seal names the head that the chain had when it was made.
fn heads_of_seals(checks: &mut Checks, document: &Document, trail: &Trail) {
    let inspection = match pdf::inspect(document) {
        Ok(inspection) => inspection,
        Err(error) => return checks.failed("seal", SIGNED, format!("cannot be inspected: {error}")),
    };
    let found: Vec<String> =
        inspection.signatures.iter().filter_map(|it| it.evidence_head.map(hex::encode)).collect();
    let said: Vec<String> = trail.revisions.iter().filter_map(|it| it.evidence_head.clone()).collect();
    if found != said {
        return checks.failed("seal", SIGNED, "its seals name other heads than their events");
    }
    let events: Vec<_> = trail.steps.iter().filter(|it| it.chain == ChainName::Event).collect();
    let hashes: Vec<&str> = events.iter().map(|it| it.hash.as_str()).collect();
    let stands_before = |revision: &crate::Revision| {
        let head = hashes.iter().position(|it| Some(*it) == revision.evidence_head.as_deref());
        let event = events.iter().position(|it| {
            (it.kind == "RevisionSealed" || it.kind == "RequestClosed")
                && it.details.iter().any(|(name, value)| name == "sha256" && *value == revision.sha256)
        });
        head.zip(event).is_some_and(|(head, event)| head < event)
    };
    if trail.revisions.iter().all(stands_before) {
        checks.passed(
            "seal",
            SIGNED,
            format!("{} seals name heads that the chain had before them", found.len()),
        );
    } else {
        checks.failed("seal", SIGNED, "a seal names a head that the chain did not have when it was made");
    }
}

/// The audit trail on paper names the head of the chain, and carries the same evidence.
fn head_of_audit(checks: &mut Checks, document: &Document, bundle: &Bundle<'_>) {
    let head = pdf::inspect(document)
        .ok()
        .and_then(|it| it.signatures.first().and_then(|it| it.evidence_head))
        .map(hex::encode);
    if head.as_ref() == Some(&bundle.manifest.events.hash) {
        checks.passed("audit", AUDIT, "its seal names the head of the evidence chain");
    } else {
        checks.failed("audit", AUDIT, "its seal names another head than the evidence has");
    }
    let files = pdf::embedded_files(document).unwrap_or_default();
    let mut attached = files.into_iter().filter_map(|file| pdf::embedded_file(document, file).ok());
    if attached.any(|it| bundle.files.get(EVIDENCE) == Some(&it.as_slice())) {
        checks.passed("audit", AUDIT, "carries the same evidence as the bundle");
    } else {
        checks.failed("audit", AUDIT, "carries other evidence than the bundle");
    }
}
