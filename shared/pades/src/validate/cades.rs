//! CMS signatures by themselves (`.p7m`, `.p7s`, EN 319 122-1), and time-stamp tokens.

use std::{cell::RefCell, collections::BTreeMap};

use pdf::ReadAt;

use super::{
    Content, Coverage, Format, Options, Process, Report, SignatureKind, SignatureReport, ValidateError,
    Verdict,
    digest::digest_source,
    inner::whole_sha256,
    level::highest_level,
    process::{Court, Judged},
    signer::{self, Aid, Reference, SignerCheck},
    stamp::{Carried, Stamp, content_algorithms, stamps_of},
    token::{Token, token_in},
};
use crate::{
    asn1::ber::Malformed,
    cms::{SignedData, Signer},
    hash::HashAlgorithm,
    oid,
};

/// Validates a CMS signature or a time-stamp, DER or BER.
///
/// `source` is the file it came in, which may be text; its digest is told.
pub(super) fn validate(
    source: &dyn ReadAt,
    bytes: &[u8],
    options: &Options<'_>,
) -> Result<Report, ValidateError> {
    let bytes = token_in(bytes)?;
    let data = SignedData::read(&bytes)?;
    let mut report = Report::new(Format::Cades, whole_sha256(source)?, options);
    if data.content_type == oid::ID_CT_TST_INFO.as_bytes() {
        report.format = Format::TimestampToken;
        report.signatures.push(timestamp(&Token::of_signed_data(data)?, options)?);
    } else {
        let limit = options.limits.signatures;
        if data.signers.len() > limit {
            report.notes.push(format!("only {limit} of {} signatures were judged", data.signers.len()));
        }
        report.signatures = signatures(&data, options)?;
        report.content = data.content.map(|content| Content::Bytes(content.into_owned()));
    }
    report.overall = report.signatures.iter().map(|signature| signature.verdict.clone()).reduce(Verdict::and);
    Ok(report)
}

/// Every signer of a CMS.
fn signatures(data: &SignedData<'_>, options: &Options<'_>) -> Result<Vec<SignatureReport>, ValidateError> {
    let asked = data.signers.iter().flat_map(|signer| {
        let own = signer.digest_algorithm.oid.and_then(HashAlgorithm::from_oid);
        own.into_iter().chain(content_algorithms(signer)).chain([HashAlgorithm::Sha256])
    });
    let digests = ContentDigests::of(data, asked, options)?;
    let content = |algorithm| digests.get(algorithm);
    let aid = Aid::new(options.certificates.iter().map(Vec::as_slice));
    let carried = Carried::of(data);
    let mut court = Court::new(options);
    court.admit(&carried, None);
    let examined: Vec<(SignerCheck, Vec<Stamp>)> = data
        .signers
        .iter()
        .take(options.limits.signatures)
        .map(|signer| {
            let check = signer::check(data, signer, &content, &aid);
            (check, stamps_of(signer, &content, &aid, options.limits.timestamps))
        })
        .collect();
    for stamp in examined.iter().flat_map(|(_, stamps)| stamps) {
        court.admit(&stamp.carried, None);
    }
    let reports = data.signers.iter().zip(examined).map(|(signer, (check, stamps))| {
        let judged = court.judge_signature(&check, &stamps, None);
        let sha256 = content(HashAlgorithm::Sha256).and_then(|digest| digest.try_into().ok());
        report_on(signer, check, &stamps, judged, sha256, carried.has_revocation_data())
    });
    Ok(reports.collect())
}

fn report_on(
    signer: &Signer<'_>,
    check: SignerCheck,
    stamps: &[Stamp],
    judged: Judged,
    sha256: Option<[u8; 32]>,
    carries_revocation_data: bool,
) -> SignatureReport {
    let intact = check.is_intact();
    let named = matches!(check.reference, Reference::Version1 | Reference::Version2);
    let level = highest_level([
        intact && named && check.signing_time.is_some(),
        judged.is_stamped(stamps),
        carries_revocation_data && judged.knows_revocation(),
        false,
    ]);
    let mut notes = check.notes;
    notes.extend(judged.notes);
    for (kind, note) in UNREAD {
        if signer.unsigned_attributes.count(kind) > 0 {
            notes.push(note.to_owned());
        }
    }
    SignatureReport {
        verdict: judged.verdict,
        process: if judged.timestamps.is_empty() { Process::Basic } else { Process::LongTerm },
        intact,
        kind: SignatureKind::Signature,
        level,
        coverage: Coverage::WholeFile,
        revision: None,
        sha256,
        field: None,
        sub_filter: None,
        reason: None,
        location: None,
        claimed_at: check.signing_time,
        proven_at: judged.proven_at,
        algorithm: check.algorithm_name,
        chain: judged.chain,
        timestamps: judged.timestamps,
        changes: Vec::new(),
        notes,
    }
}

/// A token that stands by itself.
fn timestamp(token: &Token<'_>, options: &Options<'_>) -> Result<SignatureReport, ValidateError> {
    let covered = match &options.detached {
        Some(source) => digest_source(source, token.imprint_algorithm)?,
        None => BTreeMap::new(),
    };
    let aid = Aid::new(options.certificates.iter().map(Vec::as_slice));
    let check = token.check(&|algorithm| covered.get(&algorithm).cloned(), &aid);
    let mut court = Court::new(options);
    court.admit(&Carried::of(&token.data), None);
    let judged = court.judge_timestamp(&check, Some(token.generated_at), token.imprint_algorithm, None);
    let mut notes = check.notes.clone();
    notes.extend(judged.notes);
    Ok(SignatureReport {
        verdict: judged.verdict,
        process: Process::Timestamp,
        intact: check.is_intact(),
        kind: SignatureKind::DocumentTimestamp,
        level: None,
        coverage: Coverage::WholeFile,
        revision: None,
        sha256: covered.get(&HashAlgorithm::Sha256).cloned().and_then(|digest| digest.try_into().ok()),
        field: None,
        sub_filter: None,
        reason: None,
        location: None,
        claimed_at: Some(token.generated_at),
        proven_at: judged.proven_at,
        algorithm: check.algorithm_name,
        chain: judged.chain,
        timestamps: Vec::new(),
        changes: Vec::new(),
        notes,
    })
}

/// Digests of the content, which is inside or beside the signature.
struct ContentDigests<'a> {
    inside: Option<&'a [u8]>,
    known: RefCell<BTreeMap<HashAlgorithm, Vec<u8>>>,
}

impl<'a> ContentDigests<'a> {
    fn of(
        data: &'a SignedData<'_>,
        asked: impl Iterator<Item = HashAlgorithm>,
        options: &Options<'_>,
    ) -> Result<Self, ValidateError> {
        let known = match (&data.content, &options.detached) {
            (None, Some(beside)) => digest_source(beside, asked)?,
            _ => BTreeMap::new(),
        };
        Ok(Self { inside: data.content.as_deref(), known: RefCell::new(known) })
    }

    fn get(&self, algorithm: HashAlgorithm) -> Option<Vec<u8>> {
        let mut known = self.known.borrow_mut();
        if let Some(digest) = known.get(&algorithm) {
            return Some(digest.clone());
        }
        let digest = algorithm.digest(self.inside?);
        known.insert(algorithm, digest.clone());
        Some(digest)
    }
}

impl From<Malformed> for ValidateError {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed { what: malformed.0 }
    }
}

/// Unsigned attributes that are seen and not judged.
const UNREAD: [(const_oid::ObjectIdentifier, &str); 3] = [
    (oid::ID_COUNTERSIGNATURE, "a countersignature was found; it is not judged"),
    (oid::ID_AA_ETS_ARCHIVE_TIMESTAMP_V2, "an archive time-stamp was found; it is not judged"),
    (oid::ID_AA_ETS_ARCHIVE_TIMESTAMP_V3, "an archive time-stamp was found; it is not judged"),
];
