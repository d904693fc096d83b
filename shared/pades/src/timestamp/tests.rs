//! Our requests answered by OpenSSL's time-stamp authority.

use std::{fs, path::Path};

use super::*;
use crate::{
    Digest, SealAlgorithm, SealError, SignedAttributes, assemble, check_own_seal, contents_bytes,
    hash::HashAlgorithm,
    policy::{CryptoPolicy, Mechanism, Rule},
    seal_timestamp,
    signed_data::TIMESTAMP_RESERVE_BYTES,
    testing::{NOW, P256, Sealer, TSA, openssl},
};

const CONFIGURATION: &str = "
[tsa]
default_tsa = demo
[demo]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ordering = yes
ess_cert_id_chain = no
";

/// Answers a request as a public authority would; `None` without OpenSSL.
fn answer(directory: &Path, authority: &Sealer, query: &[u8], more: &[&str]) -> Option<Vec<u8>> {
    fs::write(directory.join("tsa.cnf"), CONFIGURATION).unwrap();
    fs::write(directory.join("tsa.pem"), &authority.certificate_pem).unwrap();
    fs::write(directory.join("tsa.key"), &authority.key_pem).unwrap();
    fs::write(directory.join("query"), query).unwrap();
    let arguments = "ts -reply -config tsa.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply";
    let arguments: Vec<&str> = arguments.split_whitespace().chain(more.iter().copied()).collect();
    let (answered, said) = openssl(directory, &arguments)?;
    assert!(answered, "{said}");
    Some(fs::read(directory.join("reply")).unwrap())
}

#[test]
fn an_answer_to_our_request_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    let request = TimestampRequest::for_signature(b"a signature", 0x00ff_0000_1234_5678);
    let Some(reply) = answer(directory.path(), &TSA, &request.to_der().unwrap(), &[]) else { return };
    let token = request.check(&reply).unwrap();
    assert!(token.covers(b"a signature"));
    assert!(!token.covers(b"another signature"));
    assert_eq!(token.signer_der(), TSA.certificate.der());
    assert!(token.generated_at_unix_ms() / 1000 > TSA.certificate.not_before());
    assert_eq!(TimestampToken::from_der(token.der()).unwrap(), token);
}

#[test]
fn a_token_is_relied_on_until_its_certificate_or_its_algorithm_ends() {
    let directory = tempfile::tempdir().unwrap();
    let request = TimestampRequest::new([1; 32], 1);
    let Some(reply) = answer(directory.path(), &TSA, &request.to_der().unwrap(), &[]) else { return };
    let token = request.check(&reply).unwrap();
    let made = token.generated_at_unix_ms() / 1000;
    let of_certificate = TSA.certificate.not_after() + 1;
    assert_eq!(token.ends_at(&CryptoPolicy::default()), Some(of_certificate));
    let until = |mechanism, end| Rule { mechanism, min_bits: 0, until: Some(end) };
    let rules = |end| {
        CryptoPolicy::new(
            "test",
            vec![
                Rule { mechanism: Mechanism::Ecdsa, min_bits: 0, until: None },
                until(Mechanism::Hash(HashAlgorithm::Sha256), end),
            ],
        )
    };
    assert_eq!(token.ends_at(&rules(made + 100)), Some(made + 100));
    assert_eq!(token.ends_at(&rules(made - 100)), Some(of_certificate), "what had ended is not made good");
}

#[test]
fn an_answer_to_another_request_is_not_taken() {
    let directory = tempfile::tempdir().unwrap();
    let request = TimestampRequest::new([1; 32], 1);
    let Some(reply) = answer(directory.path(), &TSA, &request.to_der().unwrap(), &[]) else { return };
    let outcomes = [
        (TimestampRequest::new([1; 32], 2), TimestampError::OtherNonce),
        (TimestampRequest::new([2; 32], 1), TimestampError::OtherImprint),
    ];
    for (other, expected) in outcomes {
        assert_eq!(other.check(&reply), Err(expected));
    }
}

#[test]
fn a_damaged_answer_is_not_taken() {
    let directory = tempfile::tempdir().unwrap();
    let request = TimestampRequest::new([1; 32], 1);
    let Some(reply) = answer(directory.path(), &TSA, &request.to_der().unwrap(), &[]) else { return };
    let mut last = reply.clone();
    *last.last_mut().unwrap() ^= 1;
    assert_eq!(request.check(&last), Err(unverified("its signature does not verify")));
    for position in 0..reply.len() {
        let mut damaged = reply.clone();
        damaged[position] ^= 0x10;
        // Whatever is changed, the result is an error or a token over the same digest.
        assert!(request.check(&damaged).map_or(true, |token| token.imprint == [1; 32]));
        assert!(request.check(&reply[..position]).is_err());
    }
}

#[test]
fn a_certificate_that_is_not_for_time_stamps_is_not_taken() {
    let directory = tempfile::tempdir().unwrap();
    let request = TimestampRequest::new([1; 32], 1);
    let Some(reply) = answer(directory.path(), &TSA, &request.to_der().unwrap(), &[]) else { return };
    // OpenSSL itself refuses such a signer, so the certificate inside a good answer is judged alone.
    assert!(request.check(&reply).is_ok());
    let certificate = X509::read(P256.certificate.der()).unwrap();
    assert_eq!(
        require_timestamping(&certificate, NOW * 1000),
        Err(TimestampError::SignerUnfit { what: "its certificate has no extended key usage" })
    );
    let certificate = X509::read(TSA.certificate.der()).unwrap();
    assert_eq!(require_timestamping(&certificate, NOW * 1000), Ok(()));
    let expired = TSA.certificate.not_after() * 1000 + 1000;
    assert_eq!(
        require_timestamping(&certificate, expired),
        Err(TimestampError::SignerUnfit { what: "its certificate was not valid at that time" })
    );
}

#[test]
fn a_refusal_says_why() {
    // PKIStatusInfo: rejection (2), badAlg (bit 0).
    let refusal = [0x30, 0x09, 0x30, 0x07, 0x02, 0x01, 0x02, 0x03, 0x02, 0x07, 0x80];
    assert_eq!(
        TimestampRequest::new([1; 32], 1).check(&refusal),
        Err(TimestampError::Refused { status: 2, failure_bits: 0x8000_0000 })
    );
}

#[test]
fn a_page_of_html_is_no_time_stamp() {
    assert_eq!(
        TimestampRequest::new([1; 32], 1).check(b"<html></html>"),
        Err(TimestampError::Malformed { what: "the answer is no TimeStampResp" })
    );
}

#[test]
fn a_stamped_seal_passes_and_one_with_a_foreign_stamp_is_never_made() {
    let directory = tempfile::tempdir().unwrap();
    let algorithm = SealAlgorithm::EcdsaP256Sha256;
    let digest = Digest::from([9; 32]);
    let attributes = SignedAttributes::new(digest, &P256.certificate, algorithm).unwrap();
    let signature = P256.key.sign(algorithm, attributes.to_be_signed()).unwrap();
    let request = TimestampRequest::for_signature(&signature, 77);
    let Some(reply) = answer(directory.path(), &TSA, &request.to_der().unwrap(), &[]) else { return };
    let token = request.check(&reply).unwrap();
    let cms = assemble(&attributes, &signature, &P256.certificate, Some(&token)).unwrap();
    check_own_seal(&cms, digest, &P256.certificate).unwrap();
    assert_eq!(seal_timestamp(&cms).unwrap().as_ref(), Some(&token));
    let plain = assemble(&attributes, &signature, &P256.certificate, None).unwrap();
    assert_eq!(seal_timestamp(&plain).unwrap(), None);
    let reserve = contents_bytes(&P256.certificate, algorithm, TIMESTAMP_RESERVE_BYTES).unwrap();
    assert!(cms.len() <= reserve);

    let again = P256.key.sign(algorithm, attributes.to_be_signed()).unwrap();
    assert!(matches!(
        assemble(&attributes, &again, &P256.certificate, Some(&token)),
        Err(SealError::SealInvalid { what: "the time-stamp is over another signature" })
    ));
}

#[test]
fn times_are_read_with_and_without_fractions() {
    let cases = [
        ("20261121183605Z", Some(1_795_286_165_000)),
        ("20261121183605.5Z", Some(1_795_286_165_500)),
        ("20261121183605.1239Z", Some(1_795_286_165_123)),
        ("19700101000000Z", Some(0)),
        ("20261121183605", None),
        ("202611211836Z", None),
        ("20261321183605Z", None),
        ("2026112118360+Z", None),
        ("20261121183605.xZ", None),
    ];
    for (text, expected) in cases {
        assert_eq!(unix_milliseconds(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn a_request_is_what_openssl_reads() {
    let directory = tempfile::tempdir().unwrap();
    // The highest bit is set, so the INTEGER needs a leading zero.
    let request = TimestampRequest::new([0xab; 32], 0xf000_0000_0000_0001);
    fs::write(directory.path().join("query"), request.to_der().unwrap()).unwrap();
    let Some((read, said)) = openssl(directory.path(), &["ts", "-query", "-in", "query", "-text"]) else {
        return;
    };
    assert!(read, "{said}");
    for expected in ["Hash Algorithm: sha256", "Nonce: 0xF000000000000001", "Certificate required: yes"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}
