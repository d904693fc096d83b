//! Who may answer for whom.

use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, KeyUsagePurpose};

use super::*;
use crate::testing::OcspAnswer;

/// A hierarchy whose leaf only OCSP speaks about, and what a response makes of it.
fn with_response(hierarchy: &Hierarchy, response: Vec<u8>) -> PathOutcome {
    let mut material = hierarchy.certificates();
    material.add_crl(hierarchy.root.crl(&[], NOW, None), None);
    material.add_ocsp_response(response, None);
    hierarchy.check(&material, NOW)
}

fn answer(revoked_at: Option<i64>) -> [OcspAnswer; 1] {
    [OcspAnswer { serial: 7, revoked_at, this_update: NOW - 60, next_update: Some(NOW + 60) }]
}

fn responder(issuer: &Issued, checked: bool) -> Issued {
    issuer.issue_with("responder", 30, |params| {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        if !checked {
            let nocheck = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
            params.custom_extensions = vec![CustomExtension::from_oid_content(nocheck, vec![0x05, 0x00])];
        }
    })
}

#[test]
fn the_issuer_or_its_responder_may_answer() {
    let hierarchy = Hierarchy::new();
    let direct = hierarchy.ca.ocsp(&hierarchy.ca, &answer(None), &[]);
    let outcome = with_response(&hierarchy, direct);
    assert!(outcome.verdict.is_passed(), "{:?}", outcome.verdict);
    assert_eq!(outcome.chain[0].revocation.source, RevocationSource::Ocsp);
    let responder = responder(&hierarchy.ca, false);
    let delegated = responder.ocsp(&hierarchy.ca, &answer(None), &[&responder]);
    assert!(with_response(&hierarchy, delegated).verdict.is_passed());
    let revoked = responder.ocsp(&hierarchy.ca, &answer(Some(NOW - DAY)), &[&responder]);
    assert_eq!(sub_indication(&with_response(&hierarchy, revoked)), Some(SubIndication::RevokedNoPoe));
}

#[test]
fn nobody_else_may_answer() {
    let hierarchy = Hierarchy::with_leaf(|params| {
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::OcspSigning, ExtendedKeyUsagePurpose::EmailProtection];
    });
    let stranger = Issued::root().intermediate(2, Urls::default());
    let foreign = responder(&stranger, false);
    let unfit = hierarchy.ca.issue_with("unfit", 31, |_| {});
    let unchecked = responder(&hierarchy.ca, true);
    for signer in [&hierarchy.leaf, &stranger, &foreign, &unfit, &unchecked] {
        let response = signer.ocsp(&hierarchy.ca, &answer(None), &[signer]);
        let outcome = with_response(&hierarchy, response);
        assert_eq!(sub_indication(&outcome), Some(SubIndication::TryLater));
    }
}

#[test]
fn a_responder_without_nocheck_is_looked_up_itself() {
    let hierarchy = Hierarchy::new();
    let responder = responder(&hierarchy.ca, true);
    let mut material = hierarchy.certificates();
    material.add_crl(hierarchy.root.crl(&[], NOW, None), None);
    material.add_ocsp_response(responder.ocsp(&hierarchy.ca, &answer(None), &[&responder]), None);
    let about_it = [OcspAnswer { serial: 30, revoked_at: None, this_update: NOW - 60, next_update: None }];
    material.add_ocsp_response(hierarchy.ca.ocsp(&hierarchy.ca, &about_it, &[]), None);
    assert!(hierarchy.check(&material, NOW).verdict.is_passed());
}

#[test]
fn of_several_answers_a_revocation_stands() {
    let hierarchy = Hierarchy::new();
    let both = [answer(None), answer(Some(NOW - 70))].into_iter().flatten().collect::<Vec<_>>();
    let outcome = with_response(&hierarchy, hierarchy.ca.ocsp(&hierarchy.ca, &both, &[]));
    assert_eq!(sub_indication(&outcome), Some(SubIndication::RevokedNoPoe));
    assert_eq!(outcome.revoked_at, Some(NOW - 70));
}
