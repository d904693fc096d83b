//! Our CMS against the schema of another implementation, and against OpenSSL.

use std::fs;

use cms::{content_info::ContentInfo, signed_data::SignedData};
use der::{Decode, Encode};

use super::*;
use crate::testing::{P256, RSA_2048, combinations, openssl};

const DOCUMENT: &[u8] = b"%PDF-1.7 the bytes of a document";

#[test]
fn another_decoder_reads_our_cms_and_writes_the_same_der() {
    for (sealer, algorithm) in combinations() {
        let digest = Digest::of(algorithm.digest_algorithm(), DOCUMENT);
        let cms = sealer.seal(digest, algorithm);
        let content_info = ContentInfo::from_der(&cms).unwrap();
        let signed_data: SignedData = content_info.content.decode_as().unwrap();
        assert_eq!(content_info.to_der().unwrap(), cms, "{algorithm}");
        assert_eq!(signed_data.to_der().unwrap(), content_info.content.to_der().unwrap(), "{algorithm}");
        let signer = signed_data.signer_infos.0.get(0).unwrap();
        let attributes = SignedAttributes::new(digest, &sealer.certificate, algorithm).unwrap();
        assert_eq!(
            signer.signed_attrs.as_ref().unwrap().to_der().unwrap(),
            attributes.to_be_signed(),
            "{algorithm}"
        );
    }
}

#[test]
fn openssl_accepts_every_kind_of_seal_as_cades() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("document"), DOCUMENT).unwrap();
    for (sealer, algorithm) in combinations() {
        let cms = sealer.seal(Digest::of(algorithm.digest_algorithm(), DOCUMENT), algorithm);
        fs::write(directory.path().join("cms.der"), cms).unwrap();
        fs::write(directory.path().join("ca.pem"), &sealer.certificate_pem).unwrap();
        let arguments = "cms -verify -cades -binary -inform DER -in cms.der -content document \
                         -CAfile ca.pem -purpose any -out verified";
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let Some((accepted, said)) = openssl(directory.path(), &arguments) else { return };
        assert!(accepted, "{algorithm}: {said}");
    }
}

#[test]
fn there_is_no_signing_time_and_no_other_attribute() {
    let cms = P256.seal([1; 32], SealAlgorithm::EcdsaP256Sha256);
    let signed_data: SignedData = ContentInfo::from_der(&cms).unwrap().content.decode_as().unwrap();
    let signer = signed_data.signer_infos.0.get(0).unwrap();
    let mut found: Vec<_> =
        signer.signed_attrs.iter().flat_map(|set| set.iter()).map(|attribute| attribute.oid).collect();
    found.sort();
    assert_eq!(found, [oid::ID_CONTENT_TYPE, oid::ID_MESSAGE_DIGEST, oid::ID_AA_SIGNING_CERTIFICATE_V2]);
    assert!(signer.unsigned_attrs.is_none());
}

#[test]
fn the_whole_chain_is_embedded_byte_for_byte() {
    let demo = crate::demo_ca::create("Analytical Engines", crate::testing::NOW, 30).unwrap();
    let both = format!("{}{}", demo.seal_certificate_pem, demo.ca_certificate_pem);
    let certificate = SealCertificate::from_pem(&both).unwrap();
    let key = crate::Pkcs8Key::from_pem(&demo.seal_key_pem).unwrap();
    let attributes = SignedAttributes::new([2; 32], &certificate, key.algorithm()).unwrap();
    let signature = key.sign(key.algorithm(), attributes.to_be_signed()).unwrap();
    let cms = assemble(&attributes, &signature, &certificate, None).unwrap();
    assert_eq!(certificate.chain_der().len(), 2);
    for der in certificate.chain_der() {
        assert!(cms.windows(der.len()).any(|window| window == der));
    }
}

#[test]
fn the_reserve_holds_the_longest_signature() {
    for (sealer, algorithm) in combinations() {
        let reserved = contents_bytes(&sealer.certificate, algorithm, 0).unwrap();
        let digest = Digest::of(algorithm.digest_algorithm(), DOCUMENT);
        for _ in 0..8 {
            let made = sealer.seal(digest, algorithm).len();
            // An ECDSA signature is a few bytes shorter now and then.
            assert!(made <= reserved && reserved - made < 12, "{algorithm}: {made} of {reserved}");
        }
        let stamped = contents_bytes(&sealer.certificate, algorithm, TIMESTAMP_RESERVE_BYTES).unwrap();
        assert!(stamped >= reserved + TIMESTAMP_RESERVE_BYTES);
    }
}

#[test]
fn a_signature_by_another_key_is_not_assembled() {
    let algorithm = SealAlgorithm::EcdsaP256Sha256;
    let attributes = SignedAttributes::new([3; 32], &P256.certificate, algorithm).unwrap();
    let signature = crate::testing::TSA.key.sign(algorithm, attributes.to_be_signed()).unwrap();
    assert!(matches!(
        assemble(&attributes, &signature, &P256.certificate, None),
        Err(SealError::SealInvalid { .. })
    ));
}

#[test]
fn an_algorithm_of_another_key_is_refused() {
    assert!(matches!(
        SignedAttributes::new([3; 32], &RSA_2048.certificate, SealAlgorithm::EcdsaP256Sha256),
        Err(SealError::AlgorithmMismatch { .. })
    ));
}

#[test]
fn a_digest_of_another_algorithm_is_refused() {
    assert!(matches!(
        SignedAttributes::new(Digest::Sha384([0; 48]), &P256.certificate, SealAlgorithm::EcdsaP256Sha256),
        Err(SealError::DigestLength { expected: 32, found: 48, .. })
    ));
}
