//! Puts together what was found about each signature, and about the file.

use pdf::{ModificationLevel, RangeCoverage, SignatureFound};

use super::{
    super::{
        Coverage, Process, SignatureKind, SignatureReport, SubIndication, Verdict, level::highest_level,
        process::Judged, time,
    },
    Archive, Changes, Examined, File,
};

/// The report on one signature.
pub(super) fn report_on(
    found: &SignatureFound,
    examined: Examined,
    judged: Judged,
    changes: &Changes,
    archive: &Archive,
) -> SignatureReport {
    let intact = examined.check.is_intact();
    let process = match examined.kind {
        SignatureKind::DocumentTimestamp => Process::Timestamp,
        SignatureKind::Signature if archive.covers(examined.revision, judged.reaches_anchor()) => {
            Process::Archival
        }
        SignatureKind::Signature if !judged.timestamps.is_empty() => Process::LongTerm,
        SignatureKind::Signature => Process::Basic,
    };
    let claimed_at = match examined.kind {
        SignatureKind::DocumentTimestamp => examined.generated_at,
        SignatureKind::Signature => {
            found.signed_at.as_deref().and_then(time::of_pdf).or(examined.check.signing_time)
        }
    };
    let trusted = judged.reaches_anchor();
    let revision = examined.revision;
    let has_revocation_data = archive.store.has_revocation_data || examined.carried.has_revocation_data();
    let level = highest_level([
        examined.baseline && intact,
        judged.is_stamped(&examined.stamps) || archive.covers(revision, trusted),
        // Nobody knows which status is missing in a chain that leads nowhere.
        if trusted {
            (archive.store.has_data || has_revocation_data) && judged.knows_revocation()
        } else {
            has_revocation_data
        },
        archive.covers_store(revision, trusted),
    ]);
    let mut notes = examined.check.notes;
    notes.extend(judged.notes);
    SignatureReport {
        // A document that was changed is worth more to know than a certificate that nobody trusts.
        verdict: if intact { changes.verdict.clone().and(judged.verdict) } else { judged.verdict },
        process,
        intact,
        kind: examined.kind,
        level,
        coverage: match found.coverage {
            RangeCoverage::WholeFile => Coverage::WholeFile,
            RangeCoverage::WholeRevision => Coverage::WholeRevision,
            RangeCoverage::Broken(_) => Coverage::Partial,
        },
        revision: Some(found.revision),
        sha256: examined.sha256,
        field: Some(found.field.clone()),
        sub_filter: found.sub_filter.clone(),
        reason: found.reason.clone(),
        location: found.location.clone(),
        claimed_at,
        proven_at: judged.proven_at,
        algorithm: examined.check.algorithm_name,
        chain: judged.chain,
        timestamps: judged.timestamps,
        changes: changes.list.clone(),
        notes,
    }
}

/// The verdict on the file: the worst of its signatures, and whether what follows the last one is allowed.
///
/// Behind the last signature only updates for its preservation may follow, or what a certification allows
/// in so many words.
pub(super) fn overall(file: &File, signatures: &[SignatureReport], changes: &[Changes]) -> Option<Verdict> {
    let mut verdict = signatures.iter().map(|signature| signature.verdict.clone()).reduce(Verdict::and)?;
    let last = file.found.iter().zip(changes).max_by_key(|(found, _)| found.revision_end);
    let permission = file.found.iter().filter_map(|found| found.doc_mdp).min();
    let allowed = match permission {
        Some(2) => ModificationLevel::FormFilling,
        Some(3) => ModificationLevel::Annotations,
        _ => ModificationLevel::LtaUpdates,
    };
    if last.is_none_or(|(_, changes)| changes.level > allowed) {
        verdict = verdict.and(Verdict::indeterminate(
            SubIndication::SigConstraintsFailure,
            "the file was changed after its last signature",
        ));
    }
    if let Some(doubt) = file.doubt {
        verdict = verdict.and(Verdict::indeterminate(SubIndication::SigConstraintsFailure, doubt));
    }
    Some(verdict)
}
