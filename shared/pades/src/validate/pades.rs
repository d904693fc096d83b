//! Signatures in PDF (EN 319 142-1, ISO 32000-1 section 12.8).

mod archive;
mod body;
mod changes;
mod covered;
mod report;

use std::sync::Arc;

use pdf::{Document, RangeCoverage, ReadAt, SignatureFound, ValidationData};

use self::{
    archive::{Archive, StoreFacts},
    body::Body,
    changes::{Changes, changes_after},
    covered::CoveredDigests,
    report::{overall, report_on},
};
use super::{
    Content, Format, Limits, Options, Report, RevisionReport, SignatureKind, ValidateError, inner,
    process::{Court, Judged},
    signer::{Aid, SignerCheck, format_failure},
    stamp::{Carried, Stamp},
};
use crate::hash::HashAlgorithm;

/// Validates every signature and document time-stamp of a PDF.
pub(super) fn validate(
    source: &Arc<dyn ReadAt>,
    options: &Options<'_>,
    budget: &mut inner::Budget,
) -> Result<Report, ValidateError> {
    let file = File::open(source, options)?;
    let ends = pdf::revisions(&file.document)?;
    let bodies: Vec<Body<'_>> = file.found.iter().map(Body::read).collect();
    let digests = CoveredDigests::of(source.as_ref(), &ends, &file.found, &bodies)?;
    let store = pdf::validation_data(&file.document).unwrap_or_default();
    let aid = Aid::new(store.certificates.iter().chain(options.certificates).map(Vec::as_slice));
    let examined: Vec<Examined> = file
        .found
        .iter()
        .zip(&bodies)
        .enumerate()
        .map(|(index, (found, body))| Examined::new(found, body, index, &digests, &aid, &options.limits))
        .collect();
    let facts = StoreFacts::of(&store);
    let verdicts = judge_all(&file, &examined, store, options);
    let archive = Archive::of(&file, &examined, &verdicts, facts);
    let changes: Vec<Changes> =
        file.found.iter().map(|found| changes_after(&file.document, found, options)).collect();
    let mut signatures = Vec::new();
    for (((found, examined), judged), changes) in file.found.iter().zip(examined).zip(verdicts).zip(&changes)
    {
        signatures.push(report_on(found, examined, judged, changes, &archive));
    }
    let mut report = Report {
        format: Format::Pades,
        sha256: digests.whole(),
        validated_at: options.now,
        time_of_interest: options.time_of_interest(),
        overall: overall(&file, &signatures, &changes),
        content: file.found.first().map(|found| Content::Prefix(found.revision_end)),
        signatures,
        revisions: ends
            .iter()
            .zip(digests.revisions())
            .map(|(end, sha256)| RevisionReport { end: *end, sha256: *sha256 })
            .collect(),
        inner: Vec::new(),
        notes: file.notes,
    };
    if options.recursive {
        inner::look_at_files(&mut report, &file.document, options, budget)?;
    }
    Ok(report)
}

/// A PDF opened as far as it can be read.
pub(super) struct File {
    pub(super) document: Document,
    /// Oldest revision first.
    pub(super) found: Vec<SignatureFound>,
    /// What keeps the file as a whole from passing, whatever its signatures say.
    doubt: Option<&'static str>,
    notes: Vec<String>,
}

impl File {
    /// The security store as it was at the end of a revision; empty when it cannot be read.
    fn store_at(&self, end: u64) -> ValidationData {
        let opened = pdf::open_revision(&self.document, end);
        opened.and_then(|document| pdf::validation_data(&document)).unwrap_or_default()
    }

    /// Opens the whole file or, when its end cannot be read, the longest signed part that can.
    fn open(source: &Arc<dyn ReadAt>, options: &Options<'_>) -> Result<Self, ValidateError> {
        let failed = match Self::open_part(source, options) {
            Ok(file) => return Ok(file),
            Err(error) => error,
        };
        if matches!(
            failed,
            pdf::PdfError::PasswordRequired | pdf::PdfError::PasswordWrong | pdf::PdfError::Io(_)
        ) {
            return Err(failed.into());
        }
        for end in covered::ends_of_parts(source.as_ref())? {
            let part: Arc<dyn ReadAt> = Arc::new(pdf::Prefix::new(Arc::clone(source), end));
            if let Ok(mut file) = Self::open_part(&part, options)
                && !file.found.is_empty()
            {
                file.doubt = Some("the end of the file cannot be read");
                file.notes.push(format!("what follows byte {end} cannot be read: {failed}"));
                return Ok(file);
            }
        }
        Err(failed.into())
    }

    fn open_part(source: &Arc<dyn ReadAt>, options: &Options<'_>) -> Result<Self, pdf::PdfError> {
        let password = options.password.as_deref();
        let document = Document::open(Arc::clone(source), password, &options.limits.pdf)?;
        let mut file = Self { found: pdf::signatures(&document)?, document, doubt: None, notes: Vec::new() };
        let limit = options.limits.signatures;
        if file.found.len() > limit {
            file.doubt = Some("the file has more signatures than are judged");
            file.notes.push(format!("only {limit} of {} signatures were judged", file.found.len()));
            file.found.truncate(limit);
        }
        Ok(file)
    }
}

/// One signature of the file, its integrity checked.
pub(super) struct Examined {
    kind: SignatureKind,
    check: SignerCheck,
    stamps: Vec<Stamp>,
    carried: Carried,
    generated_at: Option<i64>,
    sha256: Option<[u8; 32]>,
    revision: usize,
    revision_end: u64,
    imprint: Option<HashAlgorithm>,
    baseline: bool,
}

impl Examined {
    fn new(
        found: &SignatureFound,
        body: &Body<'_>,
        index: usize,
        digests: &CoveredDigests,
        aid: &Aid<'_>,
        limits: &Limits,
    ) -> Self {
        let content = |algorithm| digests.of_signature(index, algorithm);
        let mut check = body.check(found, &content, aid);
        if let RangeCoverage::Broken(fault) = &found.coverage {
            check.fail(format_failure(fault.to_string()));
        }
        Self {
            kind: if found.timestamp { SignatureKind::DocumentTimestamp } else { SignatureKind::Signature },
            stamps: body.stamps(&content, aid, limits.timestamps),
            carried: body.carried(found),
            generated_at: body.generated_at(),
            sha256: digests.sha256(index),
            revision: found.revision,
            revision_end: found.revision_end,
            imprint: body.imprint_algorithm(),
            baseline: body.is_baseline(found, &check),
            check,
        }
    }
}

/// Judges time-stamps over the document from the last to the first, each proving what is older, and then the
/// signatures.
fn judge_all(
    file: &File,
    examined: &[Examined],
    store: ValidationData,
    options: &Options<'_>,
) -> Vec<Judged> {
    let mut court = Court::new(options);
    court.admit_store(store, None);
    for signature in examined {
        court.admit(&signature.carried, None);
        for stamp in &signature.stamps {
            court.admit(&stamp.carried, None);
        }
    }
    let mut proofs = Proofs::default();
    let mut verdicts: Vec<Option<Judged>> = examined.iter().map(|_| None).collect();
    for (signature, verdict) in examined.iter().zip(&mut verdicts).rev() {
        if signature.kind != SignatureKind::DocumentTimestamp {
            continue;
        }
        let existed_at = proofs.earliest_behind(signature.revision);
        let judged =
            court.judge_timestamp(&signature.check, signature.generated_at, signature.imprint, existed_at);
        if let Some(at) = judged.proven_at {
            proofs.0.push((signature.revision, at));
            for older in examined.iter().filter(|older| older.revision < signature.revision) {
                court.admit(&older.carried, Some(at));
            }
            court.admit_store(file.store_at(signature.revision_end), Some(at));
        }
        *verdict = Some(judged);
    }
    let judge = |(signature, verdict): (&Examined, Option<Judged>)| {
        verdict.unwrap_or_else(|| {
            let covered_at = proofs.earliest_behind(signature.revision);
            court.judge_signature(&signature.check, &signature.stamps, covered_at)
        })
    };
    examined.iter().zip(verdicts).map(judge).collect()
}

/// Valid time-stamps over the document, by their revision.
#[derive(Default)]
struct Proofs(Vec<(usize, i64)>);

impl Proofs {
    /// The earliest that covers what stands in a revision.
    fn earliest_behind(&self, revision: usize) -> Option<i64> {
        self.0.iter().filter(|(proof, _)| *proof > revision).map(|(_, at)| *at).min()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
