//! Small hierarchies, with every answer made by hand.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rcgen::{
    CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, date_time_ymd,
};

use super::*;
use crate::{
    revocation::{Crl, Ocsp},
    testing::{Issued, NOW, Urls},
    validate::{AnchorSource, CertificateStatus, RevocationSource, SubIndication},
};

mod ocsp;
mod past;

const DAY: i64 = 86_400;

/// A root, a CA below it and a certificate to sign with, and lists of both CAs.
struct Hierarchy {
    root: Issued,
    ca: Issued,
    leaf: Issued,
}

impl Hierarchy {
    fn new() -> Self {
        Self::with_leaf(|_| {})
    }

    fn with_leaf(edit: impl FnOnce(&mut CertificateParams)) -> Self {
        let root = Issued::root();
        let ca = root.intermediate(2, Urls::default());
        let leaf = ca.issue_with("Ada Lovelace", 7, |params| {
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            edit(params);
        });
        Self { root, ca, leaf }
    }

    fn certificates(&self) -> Material {
        let mut material = Material::default();
        material.add_certificate(self.ca.der.clone(), None);
        material
    }

    /// Everything to judge it around now.
    fn material(&self) -> Material {
        let mut material = self.certificates();
        material.add_crl(self.root.crl(&[], NOW, None), None);
        material.add_crl(self.ca.crl(&[], NOW, None), None);
        material
    }

    fn anchors(&self) -> TrustAnchors {
        trusting(&self.root)
    }

    fn check(&self, material: &Material, at: i64) -> PathOutcome {
        check(&self.leaf, Purpose::Signature, material, &self.anchors(), at)
    }

    fn check_past(&self, material: &Material, existed_at: i64, now: i64) -> PathOutcome {
        let anchors = self.anchors();
        let policy = CryptoPolicy::default();
        let query = PathQuery {
            leaf: &self.leaf.der,
            purpose: Purpose::Signature,
            at: now,
            now,
            material,
            anchors: &anchors,
            policy: &policy,
            policies: &PolicyConstraints::default(),
            fetcher: None,
        };
        check_past_path(&query, existed_at)
    }
}

fn trusting(anchor: &Issued) -> TrustAnchors {
    let mut anchors = TrustAnchors::new();
    anchors.add_certificate(anchor.der.clone(), AnchorSource::Tenant).unwrap();
    anchors
}

fn check(
    leaf: &Issued,
    purpose: Purpose,
    material: &Material,
    anchors: &TrustAnchors,
    at: i64,
) -> PathOutcome {
    check_path(&PathQuery {
        leaf: &leaf.der,
        purpose,
        at,
        now: at.max(NOW),
        material,
        anchors,
        policy: &CryptoPolicy::default(),
        policies: &PolicyConstraints::default(),
        fetcher: None,
    })
}

fn sub_indication(outcome: &PathOutcome) -> Option<SubIndication> {
    outcome.verdict.sub_indication
}

#[test]
fn a_chain_with_everything_at_hand_passes() {
    let hierarchy = Hierarchy::new();
    let outcome = hierarchy.check(&hierarchy.material(), NOW);
    assert!(outcome.verdict.is_passed(), "{:?}", outcome.verdict);
    let chain: Vec<_> = outcome.chain.iter().map(|one| one.subject_common_name.clone().unwrap()).collect();
    assert_eq!(chain, ["Ada Lovelace", "intermediate", "root"]);
    assert_eq!(outcome.chain[0].serial_hex, "07");
    assert_eq!(outcome.chain[0].revocation.source, RevocationSource::Crl);
    assert_eq!(outcome.chain[0].revocation.issued_at, Some(NOW - DAY / 2));
    assert_eq!(outcome.chain[2].anchor, Some(AnchorSource::Tenant));
}

#[test]
fn whoever_is_not_trusted_is_named() {
    let hierarchy = Hierarchy::new();
    let outcome =
        check(&hierarchy.leaf, Purpose::Signature, &hierarchy.material(), &trusting(&Issued::root()), NOW);
    assert_eq!(sub_indication(&outcome), Some(SubIndication::NoCertificateChainFound));
    assert_eq!(outcome.verdict.reason, "the certificate of CN=root is not at hand");
    assert_eq!(outcome.chain.len(), 2);
}

#[test]
fn without_revocation_data_the_status_is_not_known() {
    let hierarchy = Hierarchy::new();
    let outcome = hierarchy.check(&hierarchy.certificates(), NOW);
    assert_eq!(sub_indication(&outcome), Some(SubIndication::TryLater));
    let late = hierarchy.check(&hierarchy.material(), NOW + DAY);
    assert_eq!(sub_indication(&late), Some(SubIndication::TryLater));
    assert_eq!(late.retry_at, Some(NOW + DAY / 2));
}

#[test]
fn a_revocation_counts_from_its_moment_on() {
    let hierarchy = Hierarchy::new();
    let mut material = hierarchy.certificates();
    material.add_crl(hierarchy.root.crl(&[], NOW, None), None);
    // It says: revoked a day before now.
    material.add_crl(hierarchy.ca.crl(&[7], NOW, None), None);
    let outcome = hierarchy.check(&material, NOW);
    assert_eq!(sub_indication(&outcome), Some(SubIndication::RevokedNoPoe));
    assert_eq!(outcome.revoked_at, Some(NOW - DAY));
    assert_eq!(outcome.chain[0].status, CertificateStatus::Revoked);
    let before = hierarchy.check(&material, NOW - DAY - 1);
    assert!(before.verdict.is_passed(), "{:?}", before.verdict);
    assert_eq!(before.revoked_at, Some(NOW - DAY));
}

/// A list of the CA with one entry for a reason.
fn list_for(ca: &Issued, at: i64, reason: RevocationReason) -> Vec<u8> {
    ca.crl_with(NOW, |params| {
        params.revoked_certs = vec![RevokedCertParams {
            serial_number: 7_u64.into(),
            revocation_time: date_time_ymd(1970, 1, 1) + Duration::from_secs(at.unsigned_abs()),
            reason_code: Some(reason),
            invalidity_date: None,
        }];
    })
}

#[test]
fn a_hold_waits_and_a_reason_is_told() {
    let hierarchy = Hierarchy::new();
    let judged = |reason| {
        let mut material = hierarchy.certificates();
        material.add_crl(hierarchy.root.crl(&[], NOW, None), None);
        material.add_crl(list_for(&hierarchy.ca, NOW - DAY, reason), None);
        hierarchy.check(&material, NOW)
    };
    let on_hold = judged(RevocationReason::CertificateHold);
    assert_eq!(sub_indication(&on_hold), Some(SubIndication::TryLater));
    assert_eq!(on_hold.verdict.reason, "the certificate of CN=Ada Lovelace is on hold");
    let compromised = judged(RevocationReason::KeyCompromise);
    let expected = "the certificate of CN=Ada Lovelace is revoked: its key was compromised";
    assert_eq!(compromised.verdict.reason, expected);
}

#[test]
fn a_revoked_authority_has_its_own_word() {
    let hierarchy = Hierarchy::new();
    let mut material = hierarchy.certificates();
    material.add_crl(hierarchy.root.crl(&[2], NOW, None), None);
    material.add_crl(hierarchy.ca.crl(&[], NOW, None), None);
    assert_eq!(sub_indication(&hierarchy.check(&material, NOW)), Some(SubIndication::RevokedCaNoPoe));
}

#[test]
fn outside_its_validity_a_certificate_is_out_of_bounds() {
    let hierarchy = Hierarchy::with_leaf(|params| params.not_after = date_time_ymd(2026, 11, 1));
    let expired = hierarchy.check(&hierarchy.material(), NOW);
    // The list is younger than the certificate's end, and does not say that it keeps such entries.
    assert_eq!(sub_indication(&expired), Some(SubIndication::OutOfBoundsNoPoe));
    assert_eq!(expired.chain[0].status, CertificateStatus::Expired);
    let hierarchy = Hierarchy::with_leaf(|params| params.not_before = date_time_ymd(2027, 1, 1));
    let early = hierarchy.check(&hierarchy.material(), NOW);
    assert_eq!(early.chain[0].status, CertificateStatus::NotYetValid);
    assert!(!early.verdict.is_passed());
}

#[test]
fn an_anchor_is_trusted_as_it_is_but_is_no_authority_for_that() {
    let hierarchy = Hierarchy::new();
    let material = Material::default();
    let alone = check(&hierarchy.leaf, Purpose::Signature, &material, &trusting(&hierarchy.leaf), NOW);
    assert!(alone.verdict.is_passed(), "{:?}", alone.verdict);
    let below = hierarchy.leaf.issue_with("Grace Hopper", 9, |_| {});
    let outcome = check(&below, Purpose::Signature, &material, &trusting(&hierarchy.leaf), NOW);
    assert_eq!(sub_indication(&outcome), Some(SubIndication::ChainConstraintsFailure));
}

#[test]
fn an_anchor_is_trusted_for_its_time_only() {
    let hierarchy = Hierarchy::new();
    let mut anchors = TrustAnchors::new();
    let (from, until) = (Some(NOW - 10), Some(NOW + 10));
    let anchor =
        Anchor { der: hierarchy.root.der.clone(), source: AnchorSource::Tenant, from, until, purpose: None };
    anchors.add(anchor).unwrap();
    for (at, trusted) in [(NOW - 11, false), (NOW - 10, true), (NOW + 9, true), (NOW + 10, false)] {
        let outcome = check(&hierarchy.leaf, Purpose::Signature, &hierarchy.material(), &anchors, at);
        assert_eq!(outcome.verdict.is_passed(), trusted, "{at}");
    }
    assert_eq!(anchors.find_by_subject(&[]).len(), 0);
}

#[test]
fn a_certificate_serves_its_purpose_only() {
    let purposes = |edit: fn(&mut CertificateParams)| {
        let hierarchy = Hierarchy::with_leaf(edit);
        [Purpose::Signature, Purpose::Timestamp, Purpose::OcspSigning].map(|purpose| {
            let outcome = check(&hierarchy.leaf, purpose, &hierarchy.material(), &hierarchy.anchors(), NOW);
            outcome.verdict.is_passed()
        })
    };
    assert_eq!(purposes(|_| {}), [true, false, false]);
    assert_eq!(purposes(|params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment]), [false; 3]);
    assert_eq!(
        purposes(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
        [false; 3]
    );
    assert_eq!(
        purposes(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection]),
        [true, false, false]
    );
    assert_eq!(
        purposes(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning]),
        [false, false, true]
    );
    // id-kp-timeStamping, critical, which rcgen does not write.
    assert_eq!(
        purposes(|params| {
            let value = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
            let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], value);
            usage.set_criticality(true);
            params.custom_extensions = vec![usage];
        }),
        [false, true, false]
    );
}

#[test]
fn a_critical_extension_that_is_not_known_refuses_the_chain() {
    let hierarchy = Hierarchy::with_leaf(|params| {
        let mut unknown = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![0x05, 0x00]);
        unknown.set_criticality(true);
        params.custom_extensions = vec![unknown];
    });
    let outcome = hierarchy.check(&hierarchy.material(), NOW);
    assert_eq!(sub_indication(&outcome), Some(SubIndication::ChainConstraintsFailure));
}

struct Web<'a>(&'a Hierarchy);

impl Fetcher for Web<'_> {
    fn fetch(&self, wanted: &Fetch) -> Option<Vec<u8>> {
        match wanted.url() {
            "http://localhost/ca.crt" => Some(self.0.ca.der.clone()),
            "http://localhost/ca.crl" => Some(self.0.ca.crl(&[], NOW, None)),
            "http://localhost/root.crl" => Some(self.0.root.crl(&[], NOW, None)),
            _ => None,
        }
    }
}

#[test]
fn what_is_missing_is_fetched_if_that_is_allowed() {
    let root = Issued::root();
    let urls = Urls { issuer: None, crl: Some("http://localhost/root.crl"), ocsp: None };
    let ca = root.intermediate(2, urls);
    let urls = Urls {
        issuer: Some("http://localhost/ca.crt"),
        crl: Some("http://localhost/ca.crl"),
        ocsp: Some("http://localhost/ocsp"),
    };
    let leaf = ca.seal(7, urls, vec![]);
    let hierarchy = Hierarchy { root, ca, leaf };
    let (anchors, material, web) = (hierarchy.anchors(), Material::default(), Web(&hierarchy));
    let outcome = check_path(&PathQuery {
        leaf: &hierarchy.leaf.der,
        purpose: Purpose::Signature,
        at: NOW,
        now: NOW,
        material: &material,
        anchors: &anchors,
        policy: &CryptoPolicy::default(),
        policies: &PolicyConstraints::default(),
        fetcher: Some(&web),
    });
    assert!(outcome.verdict.is_passed(), "{:?}", outcome.verdict);
    // What was fetched answers the same question without the network.
    assert!(hierarchy.check(&outcome.fetched, NOW).verdict.is_passed());
}

/// Authorities of one name that have all certified each other.
fn mesh(size: usize) -> (Vec<Issued>, Material) {
    let authorities: Vec<Issued> = (0..size).map(|_| Issued::root()).collect();
    let mut material = Material::default();
    for one in &authorities {
        material.add_certificate(one.der.clone(), None);
        for other in &authorities {
            material.add_certificate(one.cross(other), None);
        }
    }
    (authorities, material)
}

#[test]
fn a_mesh_of_cross_certificates_takes_bounded_time() {
    // In the small one every signature can be checked, and the ways through it are millions.
    for size in [6, 24] {
        let (authorities, material) = mesh(size);
        let leaf = authorities[0].issue_with("Ada Lovelace", 7, |params| params.is_ca = IsCa::NoCa);
        let started = Instant::now();
        let outcome = check(&leaf, Purpose::Signature, &material, &trusting(&Issued::root()), NOW);
        assert_eq!(sub_indication(&outcome), Some(SubIndication::NoCertificateChainFound));
        assert!(started.elapsed() < Duration::from_secs(20), "{size}: {:?}", started.elapsed());
    }
}

proptest! {
    #[test]
    fn responses_and_lists_of_any_bytes_are_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(Ocsp::read(&bytes).is_err());
        prop_assert!(Crl::read(&bytes).is_err());
    }

    #[test]
    fn damaged_material_never_panics_and_never_clears_a_revocation(place in 0_usize..4096, flip in 1_u8..) {
        let hierarchy = &*SHARED;
        let mut material = hierarchy.certificates();
        material.add_crl(hierarchy.root.crl(&[], NOW, None), None);
        let mut list = SHARED_LIST.clone();
        let place = place % list.len();
        list[place] ^= flip;
        material.add_crl(list, None);
        prop_assert!(!hierarchy.check(&material, NOW).verdict.is_passed());
    }
}

static SHARED: std::sync::LazyLock<Hierarchy> = std::sync::LazyLock::new(Hierarchy::new);
static SHARED_LIST: std::sync::LazyLock<Vec<u8>> =
    std::sync::LazyLock::new(|| SHARED.ca.crl(&[7], NOW, None));
