mod past;

use std::sync::LazyLock;

use super::*;
use crate::{
    Level,
    algorithm::sha256,
    asn1::ber::{INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, UTC_TIME, encode},
    oid,
    policy::CryptoPolicy,
    testing::{
        Issued, NOW, Urls,
        forge::{Forge, ForgedSigner, attribute, token},
    },
    trust::TrustAnchors,
};

const CONTENT: &[u8] = b"what was signed";
const DAY: i64 = 86_400;

static ROOT: LazyLock<Issued> = LazyLock::new(Issued::root);
static SIGNER: LazyLock<Issued> = LazyLock::new(|| ROOT.seal(7, Urls::default(), vec![]));
static AUTHORITY: LazyLock<Issued> = LazyLock::new(|| ROOT.authority(8));

/// Validates a signature over [`CONTENT`], with the root trusted.
fn judge(cms: Vec<u8>) -> Report {
    judge_at(cms, NOW)
}

fn judge_at(cms: Vec<u8>, now: i64) -> Report {
    judge_by(cms, now, CryptoPolicy::default())
}

fn judge_by(cms: Vec<u8>, now: i64, policy: CryptoPolicy) -> Report {
    let mut trust = TrustAnchors::new();
    trust.add_certificate(ROOT.der.clone(), AnchorSource::Tenant).unwrap();
    let detached: Arc<dyn ReadAt> = Arc::new(CONTENT.to_vec());
    let options = Options { detached: Some(detached), policy, ..Options::new(&trust, now) };
    validate(Arc::new(cms), &options).unwrap()
}

fn expect(cms: Vec<u8>, indication: Indication, sub_indication: SubIndication) -> Report {
    let report = judge(cms);
    assert_verdict(&report, indication, sub_indication);
    report
}

fn assert_verdict(report: &Report, indication: Indication, sub_indication: SubIndication) {
    let verdict = report.overall.clone().unwrap();
    assert_eq!(
        (verdict.indication, verdict.sub_indication),
        (indication, Some(sub_indication)),
        "{verdict:?}"
    );
}

fn signer() -> ForgedSigner<'static> {
    ForgedSigner::over(&sha256(CONTENT), oid::ID_DATA, &SIGNER)
}

/// A CMS with what makes its chain complete.
fn forge() -> Forge {
    Forge {
        certificates: vec![SIGNER.der.clone(), ROOT.der.clone()],
        crls: vec![ROOT.crl(&[], NOW, None)],
        ..Forge::detached()
    }
}

fn signed_by(signer: &ForgedSigner<'_>) -> Vec<u8> {
    let signature = signer.sign();
    Forge { signers: vec![signer.to_der(&signature)], ..forge() }.to_der()
}

fn by(issued: &Issued) -> ForgedSigner<'_> {
    ForgedSigner::over(&sha256(CONTENT), oid::ID_DATA, issued)
}

fn forge_by(issued: &Issued, crls: Vec<Vec<u8>>) -> Forge {
    Forge { certificates: vec![issued.der.clone()], crls, ..Forge::detached() }
}

/// Stamps the signature of this signer and puts it into a CMS.
fn stamped(mut signer: ForgedSigner<'_>, at: i64, forge: Forge) -> Vec<u8> {
    let signature = signer.sign();
    signer.unsigned.push(attribute(oid::ID_AA_TIME_STAMP_TOKEN, &token(&AUTHORITY, at, sha256(&signature))));
    Forge { signers: vec![signer.to_der(&signature)], ..forge }.to_der()
}

fn with_content_stamp(mut signer: ForgedSigner<'_>, at: i64) -> ForgedSigner<'_> {
    let stamp = token(&AUTHORITY, at, sha256(CONTENT));
    signer.signed.push(attribute(oid::ID_AA_ETS_CONTENT_TIMESTAMP, &stamp));
    signer
}

fn plain(signer: &ForgedSigner<'_>, forge: Forge) -> Vec<u8> {
    Forge { signers: vec![signer.to_der(&signer.sign())], ..forge }.to_der()
}

#[test]
fn a_sound_signature_passes_and_without_trust_it_does_not() {
    let cms = signed_by(&signer());
    let report = judge(cms.clone());
    assert!(report.is_passed(), "{:?}", report.overall);
    assert_eq!(report.format, Format::Cades);
    let signature = &report.signatures[0];
    assert!(signature.intact);
    assert_eq!(signature.algorithm, "SHA256withECDSA");
    assert_eq!(signature.sha256, Some(sha256(CONTENT)));
    assert_eq!(signature.chain.len(), 2);

    let nobody = TrustAnchors::new();
    let options = Options { detached: Some(Arc::new(CONTENT.to_vec())), ..Options::new(&nobody, NOW) };
    let report = validate(Arc::new(cms), &options).unwrap();
    let verdict = report.overall.unwrap();
    assert_eq!(verdict.indication, Indication::Indeterminate);
    assert_eq!(verdict.sub_indication, Some(SubIndication::NoCertificateChainFound));
    assert!(report.signatures[0].intact);
}

#[test]
fn an_attached_signature_gives_its_content() {
    let signer = signer();
    let signature = signer.sign();
    let forged =
        Forge { content: Some(CONTENT.to_vec()), signers: vec![signer.to_der(&signature)], ..forge() };
    let report = judge(forged.to_der());
    assert!(report.is_passed(), "{:?}", report.overall);
    assert_eq!(report.content, Some(Content::Bytes(CONTENT.to_vec())));
    let changed = Forge { content: Some(b"something else".to_vec()), ..forged };
    expect(changed.to_der(), Indication::TotalFailed, SubIndication::HashFailure);
}

#[test]
fn attributes_that_must_be_there_once_are() {
    for kind in [oid::ID_MESSAGE_DIGEST, oid::ID_CONTENT_TYPE] {
        let without = signer().without(kind);
        expect(signed_by(&without), Indication::TotalFailed, SubIndication::FormatFailure);
        let mut twice = signer();
        let again = twice.signed.iter().find(|attribute| attribute.windows(9).any(|w| w == kind.as_bytes()));
        twice.signed.push(again.unwrap().clone());
        expect(signed_by(&twice), Indication::TotalFailed, SubIndication::FormatFailure);
    }
}

#[test]
fn the_content_type_attribute_is_that_of_the_content() {
    let other = ForgedSigner::over(&sha256(CONTENT), oid::ID_SIGNED_DATA, &SIGNER);
    expect(signed_by(&other), Indication::TotalFailed, SubIndication::FormatFailure);
}

#[test]
fn a_wrong_digest_or_signature_fails_for_good() {
    let other = ForgedSigner::over(&sha256(b"other"), oid::ID_DATA, &SIGNER);
    expect(signed_by(&other), Indication::TotalFailed, SubIndication::HashFailure);
    let wrong = ForgedSigner { wrong: true, ..signer() };
    let report = expect(signed_by(&wrong), Indication::TotalFailed, SubIndication::SigCryptoFailure);
    assert!(!report.signatures[0].intact);
}

#[test]
fn the_certificate_is_found_and_is_the_one_that_was_named() {
    let alone = signer();
    let signature = alone.sign();
    let forged = Forge { signers: vec![alone.to_der(&signature)], certificates: vec![], ..forge() };
    expect(forged.to_der(), Indication::Indeterminate, SubIndication::NoSigningCertificateFound);

    // The reference names the root.
    let mut other = signer().without(oid::ID_AA_SIGNING_CERTIFICATE_V2);
    let named = encode(0x30, &encode(0x30, &encode(OCTET_STRING, &sha256(&ROOT.der))));
    other.signed.push(attribute(oid::ID_AA_SIGNING_CERTIFICATE_V2, &encode(0x30, &named)));
    expect(signed_by(&other), Indication::Indeterminate, SubIndication::NoSigningCertificateFound);
}

#[test]
fn algorithms_that_the_signer_protected_are_those_used() {
    let algorithm = |oid: const_oid::ObjectIdentifier| encode(OBJECT_IDENTIFIER, oid.as_bytes());
    let protection = |digest, signature| {
        let parts = [encode(0x30, &algorithm(digest)), encode(0xa1, &algorithm(signature))];
        attribute(oid::ID_CMS_ALGORITHM_PROTECTION, &encode(0x30, &parts.concat()))
    };
    let mut right = signer();
    right.signed.push(protection(oid::ID_SHA256, oid::ECDSA_WITH_SHA256));
    assert!(judge(signed_by(&right)).is_passed());
    let mut wrong = signer();
    wrong.signed.push(protection(oid::ID_SHA384, oid::ECDSA_WITH_SHA256));
    expect(signed_by(&wrong), Indication::TotalFailed, SubIndication::FormatFailure);
}

#[test]
fn content_that_is_not_at_hand_is_asked_for() {
    let trust = TrustAnchors::new();
    let report = validate(Arc::new(signed_by(&signer())), &Options::new(&trust, NOW)).unwrap();
    assert_eq!(report.overall.unwrap().sub_indication, Some(SubIndication::SignedDataNotFound));
}

#[test]
fn a_time_stamp_proves_when_a_signature_existed() {
    let report = judge(stamped(signer(), NOW - DAY / 2, forge()));
    assert!(report.is_passed(), "{:?}", report.overall);
    let signature = &report.signatures[0];
    assert_eq!(signature.proven_at, Some(NOW - DAY / 2));
    assert_eq!(signature.process, Process::LongTerm);
    assert!(signature.timestamps[0].verdict.is_passed());
}

#[test]
fn a_time_stamp_of_another_signature_is_noticed() {
    let mut thief = signer();
    let stamp = token(&AUTHORITY, NOW - DAY, sha256(b"another signature"));
    thief.unsigned.push(attribute(oid::ID_AA_TIME_STAMP_TOKEN, &stamp));
    let report = expect(signed_by(&thief), Indication::Indeterminate, SubIndication::SigConstraintsFailure);
    let signature = &report.signatures[0];
    assert_eq!(signature.timestamps[0].verdict.sub_indication, Some(SubIndication::HashFailure));
    assert_eq!(signature.proven_at, None);
}

#[test]
fn content_is_stamped_before_it_is_signed() {
    let sound = stamped(with_content_stamp(signer(), NOW - DAY / 2), NOW - DAY / 4, forge());
    assert!(judge(sound).is_passed());
    let odd = stamped(with_content_stamp(signer(), NOW - DAY / 4), NOW - DAY / 2, forge());
    expect(odd, Indication::Indeterminate, SubIndication::TimestampOrderFailure);
}

#[test]
fn each_signer_of_a_cms_is_a_signature() {
    let (one, two) = (signer(), ForgedSigner { wrong: true, ..signer() });
    let signers = [&one, &two].map(|signer| signer.to_der(&signer.sign()));
    let report = judge(Forge { signers: signers.to_vec(), ..forge() }.to_der());
    assert_eq!(report.signatures.len(), 2);
    assert!(report.signatures[0].verdict.is_passed());
    assert_eq!(report.overall.unwrap().sub_indication, Some(SubIndication::SigCryptoFailure));
}

#[test]
fn a_time_stamp_by_itself_is_judged_against_what_it_is_over() {
    let report = judge(token(&AUTHORITY, NOW, sha256(CONTENT)));
    assert_eq!(report.format, Format::TimestampToken);
    assert!(report.signatures[0].intact);
    let response = [encode(0x30, &encode(INTEGER, &[0])), token(&AUTHORITY, NOW, sha256(CONTENT))];
    let report = judge(encode(0x30, &response.concat()));
    assert_eq!(report.signatures[0].kind, SignatureKind::DocumentTimestamp);
    expect(token(&AUTHORITY, NOW, sha256(b"x")), Indication::TotalFailed, SubIndication::HashFailure);
}

#[test]
fn a_signature_without_attributes_is_over_the_content_itself() {
    let plain = ForgedSigner { signed: vec![], ..signer() };
    let signature = rcgen::SigningKey::sign(&SIGNER.key, CONTENT).unwrap();
    let forged = Forge { signers: vec![plain.to_der(&signature)], ..forge() };
    assert!(judge(forged.to_der()).is_passed());

    // The attributes of a signature pass for content that was signed without any.
    let attributes = encode(0x31, &signer().signed.concat());
    let signature = rcgen::SigningKey::sign(&SIGNER.key, &attributes).unwrap();
    let forged = Forge { content: Some(attributes), signers: vec![plain.to_der(&signature)], ..forge() };
    expect(forged.to_der(), Indication::TotalFailed, SubIndication::FormatFailure);
}

#[test]
fn signed_files_inside_signed_files_are_found_when_asked_for() {
    let inner = signer();
    let inner =
        Forge { content: Some(CONTENT.to_vec()), signers: vec![inner.to_der(&inner.sign())], ..forge() };
    let inner = inner.to_der();
    let outer = ForgedSigner::over(&sha256(&inner), oid::ID_DATA, &SIGNER);
    let outer =
        Forge { content: Some(inner), signers: vec![outer.to_der(&outer.sign())], ..forge() }.to_der();
    let mut trust = TrustAnchors::new();
    trust.add_certificate(ROOT.der.clone(), AnchorSource::Tenant).unwrap();
    let options = Options { recursive: true, ..Options::new(&trust, NOW) };
    let report = validate(Arc::new(outer.clone()), &options).unwrap();
    assert!(report.is_passed());
    assert_eq!(report.inner.len(), 1);
    assert_eq!(report.inner[0].content, Some(Content::Bytes(CONTENT.to_vec())));
    let shallow = Options { limits: Limits { depth: 0, ..Limits::default() }, ..options.clone() };
    assert!(validate(Arc::new(outer.clone()), &shallow).unwrap().inner.is_empty());
    assert!(validate(Arc::new(outer), &Options { recursive: false, ..options }).unwrap().inner.is_empty());
}

/// A ZIP of files as they are, without times and checksums, which nothing here reads.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let number16 = |value: usize| u16::try_from(value).unwrap().to_le_bytes();
    let number32 = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, file) in files {
        let size = number32(file.len());
        let facts = [&[0; 14][..], &size, &size, &number16(name.len()), &[0; 2]].concat();
        directory.extend([b"PK\x01\x02\0\0", &facts[..], &[0; 10], &number32(bytes.len())].concat());
        directory.extend(name.as_bytes());
        bytes.extend([b"PK\x03\x04", &facts[..], name.as_bytes(), file].concat());
    }
    let (count, start, size) = (number16(files.len()), number32(bytes.len()), number32(directory.len()));
    bytes.extend(directory);
    bytes.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &start, &[0; 2]].concat());
    bytes
}

#[test]
fn the_files_of_an_archive_are_judged_one_by_one() {
    let mut trust = TrustAnchors::new();
    trust.add_certificate(ROOT.der.clone(), AnchorSource::Tenant).unwrap();
    let options = Options { recursive: true, ..Options::new(&trust, NOW) };
    let judge = |files: &[(&str, &[u8])]| validate(Arc::new(archive(files)), &options).unwrap();
    let signed = signer();
    let signed =
        Forge { content: Some(CONTENT.to_vec()), signers: vec![signed.to_der(&signed.sign())], ..forge() };
    let signed = signed.to_der();
    let report = judge(&[("folder/", b""), ("folder/a.p7m", &signed), ("b.p7m", &signed)]);
    assert!(report.is_passed(), "{report:?}");
    assert_eq!((report.format, report.inner.len()), (Format::Archive, 2));
    // What nobody signed is not worth more for lying beside what somebody did.
    let report = judge(&[("a.p7m", &signed), ("b.txt", b"hello")]);
    assert_verdict(&report, Indication::Indeterminate, SubIndication::SigConstraintsFailure);
    assert_eq!(judge(&[("b.txt", b"hello")]).overall, None);
    // Archives of files that are stored as they are do not look like those files.
    assert_eq!(judge(&[("a.pdf", b"%PDF-1.7")]).format, Format::Archive);
    let itself = validate(Arc::new(archive(&[("META-INF/signatures.xml", b"<a/>")])), &options);
    assert!(matches!(itself.unwrap_err(), ValidateError::Unsupported { .. }));
}

#[test]
fn what_says_that_it_was_made_later_is_not_valid_before() {
    let mut trust = TrustAnchors::new();
    trust.add_certificate(ROOT.der.clone(), AnchorSource::Tenant).unwrap();
    let detached: Arc<dyn ReadAt> = Arc::new(CONTENT.to_vec());
    let verdict_at = |cms: &[u8], at: i64| {
        let options =
            Options { detached: Some(Arc::clone(&detached)), at: Some(at), ..Options::new(&trust, NOW) };
        validate(Arc::new(cms.to_vec()), &options).unwrap()
    };
    let mut dated = signer();
    dated.signed.push(attribute(oid::ID_SIGNING_TIME, &encode(UTC_TIME, b"261120183605Z")));
    let dated = signed_by(&dated);
    assert_eq!(verdict_at(&dated, NOW - DAY).standard_name(), verdict_at(&dated, NOW).standard_name());
    let report = verdict_at(&dated, NOW - DAY - 1);
    assert_ne!(report.standard_name(), "TOTAL_PASSED");
    assert_eq!(report.signatures[0].claimed_at, Some(NOW - DAY));
}

#[test]
fn kinds_that_are_not_supported_say_so() {
    let trust = TrustAnchors::new();
    let refused = |bytes: &[u8]| validate(Arc::new(bytes.to_vec()), &Options::new(&trust, NOW)).unwrap_err();
    let xml = b"<a xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>";
    assert!(matches!(refused(xml), ValidateError::Unsupported { .. }));
    for bytes in [&b"<a/>"[..], b"hello", b"", b"PK\x03\x04"] {
        assert!(matches!(refused(bytes), ValidateError::NotSigned), "{bytes:?}");
    }
    assert!(matches!(refused(&encode(0x30, &[0x30, 3, 2, 1, 0])), ValidateError::Malformed { .. }));
}

/// Seconds this thread has computed; `None` where the system does not tell.
fn computed() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

#[test]
fn a_pile_of_signers_and_certificates_is_judged_in_bounded_time() {
    // The same names and keys with other signatures, so that everyone may have issued everyone.
    let variants = |der: &[u8], count: u16| -> Vec<Vec<u8>> {
        let variant = |number: u16| {
            let mut variant = der.to_vec();
            let end = variant.len();
            variant[end - 6..end - 4].copy_from_slice(&number.to_be_bytes());
            variant
        };
        (0..count).map(variant).collect()
    };
    let signers = (0..64).map(|_| {
        let mut signer = signer();
        let signature = signer.sign();
        let stamp = token(&AUTHORITY, NOW - DAY, sha256(&signature));
        signer.unsigned = vec![attribute(oid::ID_AA_TIME_STAMP_TOKEN, &stamp); 8];
        signer.to_der(&signature)
    });
    let pile = Forge {
        certificates: [variants(&SIGNER.der, 500), variants(&ROOT.der, 500)].concat(),
        signers: signers.collect(),
        crls: vec![ROOT.crl(&[], NOW, None); 20],
        ..Forge::detached()
    };
    let before = computed();
    let report = judge(pile.to_der());
    assert_eq!(report.signatures.len(), 64);
    if let (Some(before), Some(after)) = (before, computed()) {
        // Two seconds are allowed; without optimisation it takes a multiple.
        let allowed = if cfg!(debug_assertions) { 20.0 } else { 2.0 };
        assert!(after - before < allowed, "{:.1} s", after - before);
    }
}
