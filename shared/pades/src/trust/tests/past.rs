//! Signatures that are older than what became of their certificates.

use rcgen::date_time_ymd;

use super::*;
use crate::{
    hash::HashAlgorithm,
    policy::{Mechanism, Rule},
};

/// A moment long after the leaf expired, and after its lists went out of date.
const LATER: i64 = NOW + 400 * DAY;

fn short_lived() -> Hierarchy {
    Hierarchy::with_leaf(|params| params.not_after = date_time_ymd(2027, 1, 1))
}

/// What a document of level B-LTA keeps: all of it proven to exist since it was signed.
fn proven(hierarchy: &Hierarchy, revoked: &[u64], proven_at: Option<i64>) -> Material {
    let mut material = Material::default();
    material.add_certificate(hierarchy.ca.der.clone(), proven_at);
    material.add_crl(hierarchy.root.crl(&[], NOW, None), proven_at);
    material.add_crl(hierarchy.ca.crl(revoked, NOW, None), proven_at);
    material
}

#[test]
fn what_was_sound_when_it_was_proven_stays_sound() {
    let hierarchy = short_lived();
    let material = proven(&hierarchy, &[], Some(NOW));
    assert!(!hierarchy.check(&material, LATER).verdict.is_passed());
    let past = hierarchy.check_past(&material, NOW - DAY / 2, LATER);
    assert!(past.verdict.is_passed(), "{:?}", past.verdict);
    assert_eq!(past.control_time, Some(NOW + DAY / 2));
    let after = hierarchy.check_past(&material, NOW + DAY, LATER);
    assert_eq!(sub_indication(&after), Some(SubIndication::TryLater));
}

#[test]
fn what_is_not_proven_in_time_proves_nothing() {
    let hierarchy = short_lived();
    let past = hierarchy.check_past(&proven(&hierarchy, &[], None), NOW - DAY / 2, LATER);
    assert_eq!(sub_indication(&past), Some(SubIndication::NoPoe));
}

#[test]
fn a_signature_older_than_the_revocation_outlives_it() {
    let hierarchy = Hierarchy::new();
    let material = proven(&hierarchy, &[7], None);
    let before = hierarchy.check_past(&material, NOW - DAY - 1, NOW);
    assert!(before.verdict.is_passed(), "{:?}", before.verdict);
    assert_eq!(before.control_time, Some(NOW - DAY - 1));
    assert_eq!(before.revoked_at, Some(NOW - DAY));
    let at = hierarchy.check_past(&material, NOW - DAY, NOW);
    assert_eq!(sub_indication(&at), Some(SubIndication::RevokedNoPoe));
}

#[test]
fn an_algorithm_counts_until_its_end() {
    let hierarchy = Hierarchy::new();
    let hash = Mechanism::Hash(HashAlgorithm::Sha256);
    let rules = vec![
        Rule { mechanism: hash, min_bits: 0, until: None },
        Rule { mechanism: Mechanism::Ecdsa, min_bits: 256, until: Some(NOW) },
    ];
    let policy = CryptoPolicy::new("short", rules);
    let (anchors, material) = (hierarchy.anchors(), proven(&hierarchy, &[], Some(NOW - DAY / 2)));
    let policies = PolicyConstraints::default();
    let query = |at: i64| PathQuery {
        leaf: &hierarchy.leaf.der,
        purpose: Purpose::Signature,
        at,
        now: NOW,
        material: &material,
        anchors: &anchors,
        policy: &policy,
        policies: &policies,
        fetcher: None,
    };
    let expected = [(NOW - 1, None), (NOW, Some(SubIndication::CryptoConstraintsFailureNoPoe))];
    for (at, expected) in expected {
        assert_eq!(sub_indication(&check_path(&query(at))), expected);
    }
    let past = check_past_path(&query(NOW), NOW - 1);
    assert!(past.verdict.is_passed(), "{:?}", past.verdict);
    assert_eq!(past.control_time, Some(NOW - 1));
}
