use std::{fmt::Write as _, sync::LazyLock};

use pdf::{
    Act, Appearance, FieldPlan, Limits, Mark, Place, PreparedRevision, SealRequest, SignatoryField, SignedAt,
};

use super::*;
use crate::{
    Digest, DigestAlgorithm, Level, Pkcs8Key, SealCertificate, SignedAttributes, TIMESTAMP_RESERVE_BYTES,
    TimestampToken,
    algorithm::sha256,
    assemble, contents_bytes, document_digest,
    testing::{Issued, NOW, Urls, forge::token},
    trust::TrustAnchors,
    validate::{AnchorSource, Coverage, Indication, Process, SubIndication},
};

const HOUR: i64 = 3600;

static ROOT: LazyLock<Issued> = LazyLock::new(Issued::root);
static SIGNER: LazyLock<Issued> = LazyLock::new(|| ROOT.seal(7, Urls::default(), vec![]));
static AUTHORITY: LazyLock<Issued> = LazyLock::new(|| ROOT.authority(8));
static TRUST: LazyLock<TrustAnchors> = LazyLock::new(|| {
    let mut trust = TrustAnchors::new();
    trust.add_certificate(ROOT.der.clone(), AnchorSource::Tenant).unwrap();
    trust
});

/// One page with nothing on it.
fn document() -> Vec<u8> {
    let bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (number, body) in (1..).zip(bodies) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    let at = file.len();
    write!(file, "xref\n0 4\n{table}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").unwrap();
    file.into_bytes()
}

fn open(bytes: &[u8]) -> Document {
    Document::open(Arc::new(bytes.to_vec()), None, &Limits::default()).unwrap()
}

fn certificate() -> SealCertificate {
    SealCertificate::from_der(&SIGNER.der, std::slice::from_ref(&ROOT.der)).unwrap()
}

/// Seals one act, and time-stamps the seal if an instant is given.
fn seal(bytes: &[u8], field: Option<&str>, stamped_at: Option<i64>) -> Vec<u8> {
    let (certificate, key) = (certificate(), Pkcs8Key::from_pem(&SIGNER.key.serialize_pem()).unwrap());
    let place = |y_points| Place { page: 1, x_points: 72.0, y_points, ..Place::default() };
    let signatory = |name: &str, y| SignatoryField { field_name: name.to_owned(), places: vec![place(y)] };
    let plan = FieldPlan {
        signatories: vec![signatory("ada", 72.0), signatory("grace", 144.0)],
        closing_field: "closing".to_owned(),
    };
    let appearance = Appearance {
        name: "Ada Lovelace".to_owned(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 19:36:05 +01:00".to_owned(),
        reason: None,
        reference: "7Q2M".to_owned(),
    };
    let request = SealRequest {
        plan: &plan,
        act: field.map_or(Act::Closing, |field_name| Act::Signatory { field_name, appearance: &appearance }),
        signed_at: SignedAt { unix_ms: NOW * 1000, offset_minutes: 60 },
        signer_name: "Analytical Engines",
        reason: Some("agreed"),
        location: None,
        evidence_head: None,
        contents_bytes: contents_bytes(&certificate, key.algorithm(), TIMESTAMP_RESERVE_BYTES).unwrap(),
    };
    let prepared = pdf::prepare(&open(bytes), &request).unwrap();
    let digest = document_digest(&prepared, &bytes.to_vec(), None, DigestAlgorithm::Sha256).unwrap();
    let attributes = SignedAttributes::new(digest, &certificate, key.algorithm()).unwrap();
    let signature = key.sign_digest(key.algorithm(), &attributes.digest()).unwrap();
    let stamp =
        stamped_at.map(|at| TimestampToken::from_der(&token(&AUTHORITY, at, sha256(&signature))).unwrap());
    let cms = assemble(&attributes, &signature, &certificate, stamp.as_ref()).unwrap();
    [bytes, &prepared.finish(&cms).unwrap()].concat()
}

fn with_validation_data(bytes: &[u8]) -> Vec<u8> {
    let data = ValidationData {
        certificates: vec![ROOT.der.clone(), AUTHORITY.der.clone()],
        crls: vec![ROOT.crl(&[], NOW, None)],
        ocsp_responses: Vec::new(),
    };
    [bytes, &pdf::append_validation_data(&open(bytes), &data).unwrap()].concat()
}

fn with_timestamp(bytes: &[u8], field: &str, at: i64) -> Vec<u8> {
    let prepared: PreparedRevision =
        pdf::prepare_timestamp(&open(bytes), field, TIMESTAMP_RESERVE_BYTES).unwrap();
    let Digest::Sha256(digest) =
        document_digest(&prepared, &bytes.to_vec(), None, DigestAlgorithm::Sha256).unwrap()
    else {
        panic!("SHA-256 was asked for")
    };
    [bytes, &prepared.finish(&token(&AUTHORITY, at, digest)).unwrap()].concat()
}

/// Validates with the root trusted.
fn judge(bytes: &[u8]) -> Report {
    crate::validate::validate(Arc::new(bytes.to_vec()), &Options::new(&TRUST, NOW)).unwrap()
}

fn word(report: &Report) -> (Indication, Option<SubIndication>) {
    let verdict = report.overall.clone().unwrap();
    (verdict.indication, verdict.sub_indication)
}

#[test]
fn every_level_passes_when_its_authority_is_trusted_and_none_without() {
    let plain = seal(&document(), Some("ada"), None);
    let stamped = seal(&document(), Some("ada"), Some(NOW - HOUR));
    let long_term = with_validation_data(&stamped);
    let archival = with_timestamp(&long_term, "stamp", NOW - HOUR / 2);
    let renewed = with_timestamp(&with_validation_data(&archival), "stamp 2", NOW - HOUR / 4);
    let cases = [
        (with_validation_data(&plain), Level::BB, Process::Basic),
        (long_term, Level::BLT, Process::LongTerm),
        (archival, Level::BLTA, Process::Archival),
        (renewed, Level::BLTA, Process::Archival),
    ];
    for (file, level, process) in cases {
        let report = judge(&file);
        assert!(report.is_passed(), "{level}: {:?} {:#?}", report.overall, report.signatures);
        let signature = &report.signatures[0];
        assert_eq!((signature.level, signature.process), (Some(level), process));
        assert!(signature.changes.iter().all(|change| change.allowed));
        let nobody = TrustAnchors::new();
        let report = crate::validate::validate(Arc::new(file), &Options::new(&nobody, NOW)).unwrap();
        assert_eq!(word(&report), (Indication::Indeterminate, Some(SubIndication::NoCertificateChainFound)));
        assert!(report.signatures.iter().all(|signature| signature.intact));
    }
    assert_eq!(judge(&stamped).signatures[0].level, Some(Level::BT));
}

#[test]
fn several_signatories_and_a_closing_seal_pass() {
    let mut file = document();
    for field in [Some("ada"), Some("grace"), None] {
        file = seal(&file, field, None);
    }
    let file = with_validation_data(&file);
    let report = judge(&file);
    assert!(report.is_passed(), "{:?}", report.overall);
    assert_eq!(report.signatures.len(), 3);
    assert_eq!(report.revisions.len(), 5);
    assert_eq!(report.sha256, sha256(&file));
    for revision in &report.revisions {
        assert_eq!(revision.sha256, sha256(&file[..usize::try_from(revision.end).unwrap()]));
    }
    let claimed: Vec<_> = report.signatures.iter().map(|signature| signature.claimed_at).collect();
    assert_eq!(claimed, [Some(NOW); 3]);
    assert_eq!(report.signatures[0].coverage, Coverage::WholeRevision);
    assert_eq!(report.signatures[0].reason.as_deref(), Some("agreed"));
}

#[test]
fn a_changed_byte_fails_and_what_is_appended_is_doubted() {
    let sealed = with_validation_data(&seal(&document(), None, None));
    let mut changed = sealed.clone();
    let at = changed.windows(3).position(|window| window == b"842").unwrap();
    changed[at] = b'9';
    assert_eq!(word(&judge(&changed)), (Indication::TotalFailed, Some(SubIndication::HashFailure)));

    let appended = [sealed.as_slice(), b"4 0 obj\n<<>>\nendobj\n"].concat();
    let report = judge(&appended);
    assert_eq!(word(&report), (Indication::Indeterminate, Some(SubIndication::SigConstraintsFailure)));
    assert!(report.signatures[0].intact);
}

#[test]
fn a_later_revision_that_cannot_be_read_is_doubted() {
    let sealed = seal(&document(), None, None);
    let broken = [sealed.as_slice(), b"startxref\n99999999\n%%EOF\n"].concat();
    let report = judge(&broken);
    assert_eq!(word(&report).0, Indication::Indeterminate);
    assert!(report.signatures[0].intact);
}

#[test]
fn a_file_without_signatures_has_no_verdict() {
    let report = judge(&document());
    assert_eq!((report.overall.is_none(), report.standard_name()), (true, "NO_SIGNATURE"));
}

#[test]
fn the_signature_of_another_document_fails() {
    let one = seal(&document(), None, None);
    let mut other = document();
    let height = other.windows(3).position(|window| window == b"842").unwrap();
    other[height] = b'9';
    assert_eq!(one.len(), seal(&other, None, None).len());
    let contents = |file: &[u8]| {
        let start = file.windows(10).position(|window| window == b"/Contents<").unwrap() + 10;
        start..start + 2000
    };
    let mut swapped = seal(&other, None, None);
    let range = contents(&swapped);
    swapped[range.clone()].copy_from_slice(&one[contents(&one)]);
    assert_eq!(word(&judge(&swapped)), (Indication::TotalFailed, Some(SubIndication::HashFailure)));
}

#[test]
fn no_byte_that_is_signed_may_change() {
    let sealed = with_validation_data(&seal(&seal(&document(), Some("ada"), None), None, Some(NOW - HOUR)));
    let file = with_timestamp(&sealed, "stamp", NOW - HOUR / 2);
    assert!(judge(&file).is_passed());
    let gaps: Vec<_> = pdf::signatures(&open(&file))
        .unwrap()
        .into_iter()
        .map(|found| found.byte_range[1]..found.byte_range[2])
        .collect();
    for position in (0..file.len()).step_by(131) {
        let mut changed = file.clone();
        changed[position] ^= 0x04;
        let options = Options::new(&TRUST, NOW);
        let outcome = crate::validate::validate(Arc::new(changed), &options);
        let in_gap = gaps.iter().any(|gap| gap.contains(&(position as u64)));
        // In a gap there is padding, and what no signature protects.
        let passed = outcome.is_ok_and(|report| report.is_passed());
        assert!(in_gap || !passed, "{position}");
    }
}
