use proptest::prelude::*;

use super::*;
use crate::{
    SealAlgorithm,
    testing::{P256, TSA, combinations},
};

fn reason(outcome: Result<(), SealError>) -> &'static str {
    match outcome {
        Err(SealError::SealInvalid { what }) => what,
        other => panic!("expected an invalid seal, found {other:?}"),
    }
}

#[test]
fn every_kind_of_seal_passes_with_and_without_padding() {
    for (sealer, algorithm) in combinations() {
        let digest = Digest::of(algorithm.digest_algorithm(), b"a document");
        let mut cms = sealer.seal(digest, algorithm);
        check_own_seal(&cms, digest, &sealer.certificate).unwrap();
        cms.resize(cms.len() + 500, 0);
        check_own_seal(&cms, digest, &sealer.certificate).unwrap();
    }
}

#[test]
fn anything_but_zeros_after_the_cms_is_noticed() {
    let mut cms = P256.seal([1; 32], SealAlgorithm::EcdsaP256Sha256);
    cms.extend([0, 0, 1]);
    assert_eq!(reason(check_own_seal(&cms, [1; 32], &P256.certificate)), "it is not CMS in DER");
}

#[test]
fn another_document_is_noticed() {
    let cms = P256.seal([1; 32], SealAlgorithm::EcdsaP256Sha256);
    assert_eq!(
        reason(check_own_seal(&cms, [2; 32], &P256.certificate)),
        "its message-digest is not that of its content"
    );
}

#[test]
fn another_certificate_is_noticed() {
    let cms = TSA.seal([1; 32], SealAlgorithm::EcdsaP256Sha256);
    assert_eq!(
        reason(check_own_seal(&cms, [1; 32], &P256.certificate)),
        "the seal certificate is not embedded"
    );
}

#[test]
fn a_changed_signature_is_noticed() {
    let mut cms = P256.seal([1; 32], SealAlgorithm::EcdsaP256Sha256);
    // The signature value is the last member, and its last byte belongs to the number s.
    *cms.last_mut().unwrap() ^= 1;
    assert_eq!(reason(check_own_seal(&cms, [1; 32], &P256.certificate)), "its signature does not verify");
}

proptest! {
    #[test]
    fn damage_is_an_error_and_never_a_panic(position in 0_usize..700, byte: u8, cut in 0_usize..900) {
        let cms = P256.seal([1; 32], SealAlgorithm::EcdsaP256Sha256);
        let mut damaged = cms.clone();
        if let Some(place) = damaged.get_mut(position) {
            *place = byte;
        }
        let _ = check_own_seal(&damaged, [1; 32], &P256.certificate);
        damaged.truncate(cut.min(cms.len() - 1));
        prop_assert!(check_own_seal(&damaged, [1; 32], &P256.certificate).is_err());
    }

    #[test]
    fn any_bytes_are_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(check_own_seal(&bytes, [1; 32], &P256.certificate).is_err());
    }
}
