//! Signatures judged at times when their certificates, algorithms or time-stamps do not hold.

use std::time::Duration;

use super::*;
use crate::policy::{Mechanism, Rule};

/// A certificate that is valid for some days around now, given as first and last.
fn short_lived(serial: u64, from: i64, until: i64) -> Issued {
    ROOT.issue_with("short-lived", serial, |params| {
        valid(params, from * DAY, until * DAY);
        params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    })
}

/// Valid from one instant to another, in seconds from now.
fn valid(params: &mut rcgen::CertificateParams, from: i64, until: i64) {
    let at =
        |seconds: i64| rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs((NOW + seconds).unsigned_abs());
    params.not_before = at(from);
    params.not_after = at(until);
}

#[test]
fn a_revoked_certificate_is_doubted_unless_the_signature_is_older() {
    // The list says: revoked a day ago.
    let forge = || forge_by(&SIGNER, vec![ROOT.crl(&[7], NOW, None)]);
    expect(plain(&signer(), forge()), Indication::Indeterminate, SubIndication::RevokedNoPoe);
    let older = judge(stamped(signer(), NOW - 2 * DAY, forge()));
    assert!(older.is_passed(), "{:?}", older.overall);
    assert!(!older.signatures[0].notes.is_empty());
    let later = stamped(signer(), NOW - DAY / 2, forge());
    expect(later, Indication::Indeterminate, SubIndication::RevokedNoPoe);
    let made_later = with_content_stamp(signer(), NOW - DAY / 2);
    expect(plain(&made_later, forge()), Indication::TotalFailed, SubIndication::Revoked);
}

#[test]
fn a_revoked_authority_is_doubted() {
    let authority = ROOT.intermediate(21, Urls::default());
    let leaf = authority.seal(22, Urls::default(), vec![]);
    let forge = Forge {
        certificates: vec![leaf.der.clone(), authority.der.clone()],
        crls: vec![ROOT.crl(&[21], NOW, None), authority.crl(&[], NOW, None)],
        ..Forge::detached()
    };
    expect(plain(&by(&leaf), forge), Indication::Indeterminate, SubIndication::RevokedCaNoPoe);
}

#[test]
fn an_expired_certificate_is_doubted_unless_the_signature_is_older() {
    let expired = short_lived(31, -10, -5);
    let fresh = |at| forge_by(&expired, vec![ROOT.crl(&[], at, None), ROOT.crl(&[], NOW, None)]);
    expect(
        plain(&by(&expired), forge_by(&expired, vec![])),
        Indication::Indeterminate,
        SubIndication::OutOfBoundsNoPoe,
    );
    let older = judge(stamped(by(&expired), NOW - 7 * DAY, fresh(NOW - 7 * DAY)));
    assert!(older.is_passed(), "{:?}", older.overall);
    let made_later = with_content_stamp(by(&expired), NOW - DAY);
    expect(plain(&made_later, fresh(NOW)), Indication::TotalFailed, SubIndication::Expired);
}

#[test]
fn a_signature_is_not_older_than_its_certificate() {
    let young = short_lived(32, -1, 5);
    let forge = forge_by(&young, vec![ROOT.crl(&[], NOW, None)]);
    expect(stamped(by(&young), NOW - 3 * DAY, forge), Indication::TotalFailed, SubIndication::NotYetValid);
}

#[test]
fn without_any_revocation_data_the_status_is_not_known() {
    let forge = forge_by(&SIGNER, vec![]);
    expect(plain(&signer(), forge), Indication::Indeterminate, SubIndication::TryLater);
}

#[test]
fn a_certificate_for_something_else_signs_nothing() {
    let other = ROOT.issue_with("for ciphers", 33, |params| {
        params.key_usages = vec![rcgen::KeyUsagePurpose::KeyEncipherment];
    });
    let forge = forge_by(&other, vec![ROOT.crl(&[], NOW, None)]);
    expect(plain(&by(&other), forge), Indication::Indeterminate, SubIndication::ChainConstraintsFailure);
}

/// A policy by which a mechanism ended a day ago.
fn ended(mechanism: Mechanism) -> CryptoPolicy {
    let mut rules = CryptoPolicy::default().rules().to_vec();
    rules.retain(|rule| rule.mechanism != mechanism);
    rules.push(Rule { mechanism, min_bits: 0, until: Some(NOW - DAY) });
    CryptoPolicy::new("ended", rules)
}

#[test]
fn an_algorithm_that_ended_is_doubted() {
    let report = judge_by(signed_by(&signer()), NOW, ended(Mechanism::Ecdsa));
    assert_verdict(&report, Indication::Indeterminate, SubIndication::CryptoConstraintsFailureNoPoe);

    // Of RSA alone, so that the time-stamps by ECDSA are believed.
    let by_rsa = ROOT.seal_by_rsa(35);
    let by_rsa = || ForgedSigner { algorithm: oid::SHA256_WITH_RSA, ..by(&by_rsa) };
    let forge = || forge_by(by_rsa().by, vec![ROOT.crl(&[], NOW, None)]);
    let policy = || ended(Mechanism::RsaPkcs1);
    let older = judge_by(stamped(by_rsa(), NOW - 2 * DAY, forge()), NOW, policy());
    assert!(older.is_passed(), "{:?}", older.overall);
    let made_later = with_content_stamp(by_rsa(), NOW - DAY / 2);
    let report = judge_by(plain(&made_later, forge()), NOW, policy());
    assert_verdict(&report, Indication::Indeterminate, SubIndication::CryptoConstraintsFailure);
}

#[test]
fn an_expired_certificate_whose_status_is_known_is_told_apart() {
    let expired = ROOT.issue_with("expired today", 36, |params| {
        valid(params, -10 * DAY, -DAY / 4);
        params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    });
    // The list is twelve hours old, and good for as long again.
    let forge = forge_by(&expired, vec![ROOT.crl(&[], NOW, None)]);
    expect(plain(&by(&expired), forge), Indication::Indeterminate, SubIndication::OutOfBoundsNotRevoked);
}

#[test]
fn proof_that_reaches_back_to_the_signature_is_needed_for_all_of_its_chain() {
    let authority = ROOT.issue_with("expired authority", 37, |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
        valid(params, -10 * DAY, -DAY);
    });
    let leaf = authority.seal(38, Urls::default(), vec![]);
    let forge = Forge {
        certificates: vec![leaf.der.clone(), authority.der.clone()],
        crls: vec![ROOT.crl(&[], NOW, None), authority.crl(&[], NOW - 3 * DAY, None)],
        ..Forge::detached()
    };
    // The lists are at hand, but nothing proves that they were before the authority expired.
    expect(stamped(by(&leaf), NOW - 3 * DAY, forge), Indication::Indeterminate, SubIndication::NoPoe);
}

#[test]
fn the_time_of_interest_is_what_is_judged_at() {
    let mut trust = TrustAnchors::new();
    trust.add_certificate(ROOT.der.clone(), AnchorSource::Tenant).unwrap();
    let expired = short_lived(34, -10, -5);
    let cms = plain(&by(&expired), forge_by(&expired, vec![ROOT.crl(&[], NOW - 7 * DAY, None)]));
    let detached: Arc<dyn ReadAt> = Arc::new(CONTENT.to_vec());
    let at = |at| Options { at, detached: Some(Arc::clone(&detached)), ..Options::new(&trust, NOW) };
    let report = validate(Arc::new(cms.clone()), &at(Some(NOW - 7 * DAY))).unwrap();
    assert!(report.is_passed(), "{:?}", report.overall);
    assert_eq!(report.time_of_interest, NOW - 7 * DAY);
    assert!(!validate(Arc::new(cms), &at(None)).unwrap().is_passed());
}

#[test]
fn a_time_stamp_tells_a_time_that_was() {
    for (at, word) in [
        (NOW + DAY, SubIndication::TimestampOrderFailure),
        // Every certificate here begins with the year 2000.
        (NOW - 30 * 365 * DAY, SubIndication::TimestampOrderFailure),
    ] {
        let report = judge(stamped(signer(), at, forge()));
        assert_eq!(report.signatures[0].timestamps[0].verdict.sub_indication, Some(word));
        assert_eq!(report.signatures[0].proven_at, None);
    }
    let by_itself = judge(token(&AUTHORITY, NOW + DAY, sha256(CONTENT)));
    assert!(!by_itself.is_passed());
}

#[test]
fn a_time_stamp_by_a_stranger_raises_no_level() {
    let stranger = Issued::root().authority(9);
    let stamped_by = |authority: &Issued| {
        let mut signer = signer();
        let time = encode(UTC_TIME, b"261121183605Z");
        signer.signed.push(attribute(oid::ID_SIGNING_TIME, &time));
        let signature = signer.sign();
        let stamp = token(authority, NOW - DAY / 2, sha256(&signature));
        signer.unsigned.push(attribute(oid::ID_AA_TIME_STAMP_TOKEN, &stamp));
        Forge { signers: vec![signer.to_der(&signature)], ..forge() }.to_der()
    };
    // Someone who is trusted with seals is not trusted with time.
    let sealer = ROOT.seal(39, Urls::default(), vec![]);
    for other in [&stranger, &sealer] {
        let report = judge(stamped_by(other));
        assert!(report.is_passed(), "{:?}", report.overall);
        assert_eq!((report.signatures[0].level, report.signatures[0].proven_at), (Some(Level::BB), None));
    }
    // What stands in the CMS tells the status of every certificate.
    let report = judge(stamped_by(&AUTHORITY));
    assert_eq!(report.signatures[0].level, Some(Level::BLT));
}
