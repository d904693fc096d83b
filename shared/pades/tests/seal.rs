//! Whole seals on whole documents, through the public interface only.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::sync::Arc;

use pades::{
    Digest, DigestAlgorithm, Pkcs8Key, SealCertificate, SealError, check_own_seal, contents_bytes, demo_ca,
    document_digest, seal,
};
use pdf::{Act, Appearance, Document, FieldPlan, Limits, Mark, Place, SealRequest, SignatoryField, SignedAt};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384, date_time_ymd};

const NOW: i64 = 1_795_286_165;

/// One empty page.
fn document() -> Vec<u8> {
    let objects = [
        "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        "2 0 obj\n<< /Type /Pages /Count 1 /Kids [ 3 0 R ] >>\nendobj\n",
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595 842 ] >>\nendobj\n",
    ];
    let header = "%PDF-1.7\n";
    let offsets =
        [header.len(), header.len() + objects[0].len(), header.len() + objects[0].len() + objects[1].len()];
    let [one, two, three] = offsets.map(|offset| format!("{offset:010} 00000 n \n"));
    let body = objects.concat();
    let start = header.len() + body.len();
    format!(
        "{header}{body}xref\n0 4\n0000000000 65535 f \n{one}{two}{three}\
         trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    )
    .into_bytes()
}

fn plan() -> FieldPlan {
    let field = |number: u8| SignatoryField {
        field_name: format!("Signatory {number}"),
        places: vec![Place {
            page: 1,
            x_points: 72.0,
            y_points: 72.0 * f64::from(number),
            ..Place::default()
        }],
    };
    FieldPlan { signatories: vec![field(1), field(2)], closing_field: "Closing".to_owned() }
}

struct Sealer {
    certificate: SealCertificate,
    key: Pkcs8Key,
}

impl Sealer {
    fn demo() -> Self {
        let demo = demo_ca::create("Analytical Engines", NOW - 60, 30).unwrap();
        let chain = format!("{}{}", demo.seal_certificate_pem, demo.ca_certificate_pem);
        Self {
            certificate: SealCertificate::from_pem(&chain).unwrap(),
            key: Pkcs8Key::from_pem(&demo.seal_key_pem).unwrap(),
        }
    }

    fn p384() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2049, 12, 31);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: SealCertificate::from_der(certificate.der(), &[]).unwrap(),
            key: Pkcs8Key::from_pem(&key.serialize_pem()).unwrap(),
        }
    }

    /// Appends one act's revision.
    fn seal(&self, bytes: &[u8], act: Act<'_>, unix_seconds: i64) -> Result<Vec<u8>, SealError> {
        let source: Arc<dyn pdf::ReadAt> = Arc::new(bytes.to_vec());
        let document = Document::open(Arc::clone(&source), None, &Limits::default()).unwrap();
        let plan = plan();
        let request = SealRequest {
            plan: &plan,
            act,
            signed_at: SignedAt { unix_ms: unix_seconds * 1000, offset_minutes: 60 },
            signer_name: "Analytical Engines",
            reason: None,
            location: None,
            evidence_head: Some(&[0xab; 32]),
            contents_bytes: contents_bytes(&self.certificate, self.key.algorithm(), 0)?,
        };
        let tail = seal(&document, &source, &request, &self.key, &self.certificate)?;
        Ok([bytes, &tail].concat())
    }
}

fn appearance() -> Appearance {
    Appearance {
        name: "Ada Lovelace".to_owned(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 19:36:05 +01:00".to_owned(),
        reason: None,
        reference: "6f2c".to_owned(),
    }
}

/// The signature that covers a whole file: the bytes it covers, and its CMS.
fn last_signature(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let document = Document::open(Arc::new(bytes.to_vec()), None, &Limits::default()).unwrap();
    let signatures = pdf::inspect(&document).unwrap().signatures;
    let mut ranges = signatures.into_iter().map(|signature| (signature.byte_range, signature.contents));
    let covers_all = |range: &[u64]| range[2] + range[3] == bytes.len() as u64;
    let (range, contents) = ranges.find(|(range, _)| covers_all(range)).unwrap();
    let [before, after] = [range[1], range[2]].map(|offset| usize::try_from(offset).unwrap());
    ([&bytes[..before], &bytes[after..]].concat(), contents)
}

#[test]
fn every_act_is_an_append_whose_seal_verifies() {
    for sealer in [Sealer::demo(), Sealer::p384()] {
        let appearance = appearance();
        let signatory = |field_name| Act::Signatory { field_name, appearance: &appearance };
        let mut current = document();
        for act in [signatory("Signatory 2"), signatory("Signatory 1"), Act::Closing] {
            let next = sealer.seal(&current, act, NOW).unwrap();
            assert!(next.starts_with(&current));
            let (covered, cms) = last_signature(&next);
            let digest = Digest::of(sealer.key.algorithm().digest_algorithm(), &covered);
            check_own_seal(&cms, digest, &sealer.certificate).unwrap();
            current = next;
        }
    }
}

#[test]
fn a_certificate_seals_only_while_it_is_valid() {
    let sealer = Sealer::demo();
    let end = sealer.certificate.not_after();
    assert!(sealer.seal(&document(), Act::Closing, end).is_ok());
    assert!(matches!(
        sealer.seal(&document(), Act::Closing, end + 1),
        Err(SealError::CertificateExpired { .. })
    ));
}

#[test]
fn the_key_of_another_certificate_seals_nothing() {
    let sealer = Sealer { key: Sealer::demo().key, certificate: Sealer::demo().certificate };
    assert!(matches!(sealer.seal(&document(), Act::Closing, NOW), Err(SealError::KeyMismatch)));
}

#[test]
fn too_little_room_is_an_error_and_no_seal() {
    let sealer = Sealer::demo();
    let bytes = document();
    let source: Arc<dyn pdf::ReadAt> = Arc::new(bytes);
    let document = Document::open(Arc::clone(&source), None, &Limits::default()).unwrap();
    let plan = plan();
    let request = SealRequest {
        plan: &plan,
        act: Act::Closing,
        signed_at: SignedAt { unix_ms: NOW * 1000, offset_minutes: 0 },
        signer_name: "Analytical Engines",
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: 100,
    };
    assert!(matches!(
        seal(&document, &source, &request, &sealer.key, &sealer.certificate),
        Err(SealError::Pdf(pdf::SealError::ContentsTooLarge { reserved: 100, .. }))
    ));
}

#[test]
fn another_process_can_resume_between_the_steps() {
    let sealer = Sealer::demo();
    let source: Arc<dyn pdf::ReadAt> = Arc::new(document());
    let opened = Document::open(Arc::clone(&source), None, &Limits::default()).unwrap();
    let plan = plan();
    let request = SealRequest {
        plan: &plan,
        act: Act::Closing,
        signed_at: SignedAt { unix_ms: NOW * 1000, offset_minutes: 0 },
        signer_name: "Analytical Engines",
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: contents_bytes(&sealer.certificate, sealer.key.algorithm(), 0).unwrap(),
    };
    let prepared = pdf::prepare(&opened, &request).unwrap();
    let attributes =
        |digest| pades::SignedAttributes::new(digest, &sealer.certificate, sealer.key.algorithm()).unwrap();
    let digest = document_digest(&prepared, &source, None, DigestAlgorithm::Sha256).unwrap();
    let signature = sealer.key.sign_digest(sealer.key.algorithm(), &attributes(digest).digest()).unwrap();
    // All that crossed over is the prepared revision, the digest and the signature.
    let cms = pades::assemble(&attributes(digest), &signature, &sealer.certificate, None).unwrap();
    let finished = [document(), prepared.finish(&cms).unwrap()].concat();
    let (covered, cms) = last_signature(&finished);
    let digest = Digest::of(DigestAlgorithm::Sha256, &covered);
    check_own_seal(&cms, digest, &sealer.certificate).unwrap();
}
