//! Proofs that a certificate was not revoked: the right ones are taken, forged ones are not.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use attacks::{
    authority::{IMPOSTOR, NOW, TRUSTED},
    base::{self, Structure},
    carrier::{with_data, with_timestamp},
    cms::{DATA, SIGNATURE_TIMESTAMP, SignedData, attribute, timestamp},
    judge::{judge, line},
    ocsp::{Answer, Status},
    sign::Signing,
};
use pdf::ValidationData;
use sha2::{Digest as _, Sha256};

/// A document signed by whose revocation is published, with a time-stamp over the signature, and this as the proof.
fn document(proof: &ValidationData) -> Vec<u8> {
    let signer = &TRUSTED.revocable;
    let cms = |signer: &attacks::authority::Signer, covered: &[u8]| {
        let mut cms = SignedData::new(signer, DATA, &Sha256::digest(covered));
        let token = timestamp(&TRUSTED.tsa, &Sha256::digest(&cms.signers[0].signature), NOW);
        cms.signers[0].unsigned.push(attribute(SIGNATURE_TIMESTAMP, &token));
        cms.encode()
    };
    let covered =
        Signing { cms: &cms, ..Signing::new(signer, "signature") }.sign(&base::document(Structure::Table));
    with_timestamp(&with_data(&covered, proof, ""), "archive", "")
}

fn ocsp(answer: &Answer<'_>) -> ValidationData {
    let certificates = vec![TRUSTED.tsa.der.clone(), TRUSTED.seal.root.clone()];
    ValidationData { ocsp_responses: vec![answer.encode()], certificates, ..ValidationData::default() }
}

fn crl(list: Vec<u8>) -> ValidationData {
    ValidationData { crls: vec![list], ..ValidationData::default() }
}

#[test]
fn an_honest_proof_is_taken() {
    let answer = Answer::good(&TRUSTED.revocable, &TRUSTED.responder);
    for (name, proof) in [("OCSP", ocsp(&answer)), ("CRL", crl(TRUSTED.crl(1)))] {
        let report = judge(&document(&proof));
        assert!(report.as_ref().is_ok_and(pades::validate::Report::is_passed), "{name}: {}", line(&report));
    }
}

#[test]
fn a_forged_proof_is_not_taken() {
    let about = &TRUSTED.revocable;
    let good = || Answer::good(about, &TRUSTED.responder);
    let mut changed = Answer::good(about, &TRUSTED.responder).encode();
    *changed.last_mut().unwrap() ^= 1;
    let proofs = [
        ("no proof", ValidationData::default()),
        ("OCSP by the certificate itself", ocsp(&Answer::good(about, about))),
        ("OCSP by another certificate of the root", ocsp(&Answer::good(about, &TRUSTED.seal))),
        ("OCSP by the time-stamp authority", ocsp(&Answer::good(about, &TRUSTED.tsa))),
        ("OCSP by a stranger's responder", ocsp(&Answer::good(about, &IMPOSTOR.responder))),
        ("OCSP about another certificate", ocsp(&Answer::good(&TRUSTED.seal, &TRUSTED.responder))),
        ("OCSP about a stranger", ocsp(&Answer::good(&IMPOSTOR.revocable, &TRUSTED.responder))),
        ("OCSP that says revoked", ocsp(&Answer { status: Status::Revoked, ..good() })),
        ("OCSP that knows nothing", ocsp(&Answer { status: Status::Unknown, ..good() })),
        ("OCSP signed over something else", ocsp(&Answer { signed: Some(b"something else"), ..good() })),
        (
            "OCSP with a changed byte",
            ValidationData { ocsp_responses: vec![changed], ..ValidationData::default() },
        ),
        (
            "OCSP of no bytes",
            ValidationData { ocsp_responses: vec![vec![0x30, 0]], ..ValidationData::default() },
        ),
        ("OCSP of years ago", ocsp(&Answer { made: -90_000_000, until: -89_000_000, ..good() })),
        ("CRL by a stranger", crl(IMPOSTOR.crl(1))),
        ("CRL that says revoked", crl(TRUSTED.crl_of(1, &[4]))),
        ("CRL of no bytes", crl(vec![0x30, 0])),
    ];
    let mut passed = Vec::new();
    for (name, proof) in proofs {
        let report = judge(&document(&proof));
        if report.as_ref().is_ok_and(pades::validate::Report::is_passed) {
            passed.push(format!("{name}: {}", line(&report)));
        }
    }
    assert!(passed.is_empty(), "{}", passed.join("\n"));
}
