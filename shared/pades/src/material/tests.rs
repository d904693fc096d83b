//! A hierarchy of three, with every answer given by hand.

use der::{Encode, asn1::Ia5String};
use rcgen::CustomExtension;
use x509_cert::ext::pkix::{AccessDescription, AuthorityInfoAccessSyntax, name::GeneralName};

use super::*;
use crate::{
    asn1::ber::encode,
    oid,
    testing::{Issued, NOW, Urls},
};

const ROOT: &str = "http://localhost/root.crt";
const ROOT_CRL: &str = "http://localhost/root.crl";
const CA: &str = "http://localhost/ca.crt";
const CA_CRL: &str = "http://localhost/ca.crl";
const OCSP: &str = "http://localhost/ocsp";

struct Hierarchy {
    root: Issued,
    ca: Issued,
    seal: Issued,
}

impl Hierarchy {
    fn new(seal: Urls, extensions: Vec<CustomExtension>) -> Self {
        let root = Issued::root();
        let ca = root.intermediate(2, Urls { issuer: Some(ROOT), crl: Some(ROOT_CRL), ocsp: None });
        let seal = ca.seal(7, seal, extensions);
        Self { root, ca, seal }
    }

    fn search(&self) -> MaterialSearch {
        let seal = SealCertificate::from_der(&self.seal.der, &[]).unwrap();
        MaterialSearch::new(&seal, &[], NOW)
    }

    /// What stands at a URL; the OCSP responder is out of order.
    fn serve(&self, fetch: &Fetch, revoked: &[u64]) -> Vec<u8> {
        match fetch.url() {
            ROOT => self.root.der.clone(),
            ROOT_CRL => self.root.crl(&[], NOW, None),
            CA => self.ca.der.clone(),
            CA_CRL => self.ca.crl(revoked, NOW, None),
            OCSP => b"out of order".to_vec(),
            other => panic!("nobody publishes {other}"),
        }
    }
}

const EVERYTHING: Urls = Urls { issuer: Some(CA), crl: Some(CA_CRL), ocsp: Some(OCSP) };

/// Runs a search to its end and returns the URLs it asked for.
fn run(
    hierarchy: &Hierarchy,
    search: &mut MaterialSearch,
    revoked: &[u64],
) -> Result<Vec<String>, MaterialError> {
    let mut asked = Vec::new();
    while let Some(fetch) = search.next_fetch()? {
        asked.push(fetch.url().to_owned());
        search.take(&fetch, &hierarchy.serve(&fetch, revoked))?;
    }
    Ok(asked)
}

#[test]
fn a_chain_is_followed_to_its_root_and_proven() {
    let hierarchy = Hierarchy::new(EVERYTHING, vec![]);
    let mut search = hierarchy.search();
    let asked = run(&hierarchy, &mut search, &[]).unwrap();
    assert_eq!(asked, [CA, OCSP, CA_CRL, ROOT, ROOT_CRL]);
    let data = search.finish().unwrap();
    assert_eq!(
        data.certificates,
        [&hierarchy.seal, &hierarchy.ca, &hierarchy.root].map(|one| one.der.clone())
    );
    assert_eq!(data.crls.len(), 2);
    assert!(data.ocsp_responses.is_empty());
}

#[test]
fn what_is_at_hand_is_not_fetched() {
    let hierarchy = Hierarchy::new(EVERYTHING, vec![]);
    let chain = [hierarchy.root.der.clone(), hierarchy.ca.der.clone()];
    let seal = SealCertificate::from_der(&hierarchy.seal.der, &chain).unwrap();
    let mut search = MaterialSearch::new(&seal, &[], NOW);
    let asked = run(&hierarchy, &mut search, &[]).unwrap();
    assert_eq!(asked, [OCSP, CA_CRL, ROOT_CRL]);
}

#[test]
fn a_revoked_certificate_ends_the_search() {
    let hierarchy = Hierarchy::new(EVERYTHING, vec![]);
    let outcome = run(&hierarchy, &mut hierarchy.search(), &[7]);
    assert_eq!(outcome, Err(MaterialError::Revoked { subject: "CN=seal 7".to_owned() }));
}

#[test]
fn no_revocation_is_looked_for_when_none_will_ever_be() {
    let no_rev_avail = CustomExtension::from_oid_content(&[2, 5, 29, 56], vec![5, 0]);
    let hierarchy = Hierarchy::new(Urls { issuer: Some(CA), ..Urls::default() }, vec![no_rev_avail]);
    let mut search = hierarchy.search();
    assert_eq!(run(&hierarchy, &mut search, &[]).unwrap(), [CA, ROOT, ROOT_CRL]);
    assert_eq!(search.finish().unwrap().crls.len(), 1);
}

#[test]
fn what_is_missing_is_named() {
    let hierarchy = Hierarchy::new(Urls { issuer: Some(CA), ocsp: Some(OCSP), crl: None }, vec![]);
    let mut search = hierarchy.search();
    run(&hierarchy, &mut search, &[]).unwrap();
    assert_eq!(
        search.finish().unwrap_err().to_string(),
        "validation material is incomplete: no revocation status for CN=seal 7 (it is no OCSPResponse)"
    );
    let orphan = Hierarchy::new(Urls::default(), vec![]);
    let mut search = orphan.search();
    assert!(run(&orphan, &mut search, &[]).unwrap().is_empty());
    let gap = Gap { subject: "CN=seal 7".to_owned(), missing: Missing::Issuer, reason: None };
    assert_eq!(search.finish(), Err(MaterialError::Incomplete(vec![gap])));
}

#[test]
fn an_answer_that_cannot_be_fetched_is_asked_for_once() {
    let hierarchy = Hierarchy::new(EVERYTHING, vec![]);
    let mut search = hierarchy.search();
    assert_eq!(search.next_fetch(), Ok(Some(Fetch::Certificate { url: CA.to_owned() })));
    assert_eq!(search.next_fetch(), Ok(None));
    assert!(search.finish().is_err());
}

#[test]
fn a_certificate_that_did_not_issue_it_is_left_aside() {
    let hierarchy = Hierarchy::new(EVERYTHING, vec![]);
    let impostor = Issued::root().intermediate(2, Urls::default());
    let mut search = hierarchy.search();
    let fetch = search.next_fetch().unwrap().unwrap();
    search.take(&fetch, &impostor.der).unwrap();
    assert_eq!(search.next_fetch(), Ok(None));
    assert!(search.finish().is_err());
}

#[test]
fn a_root_that_is_known_need_not_be_published() {
    let root = Issued::root();
    let seal = root.seal(7, Urls { crl: Some(ROOT_CRL), ..Urls::default() }, vec![]);
    let certificate = SealCertificate::from_der(&seal.der, &[]).unwrap();
    let known = [root.der.clone()];
    let mut search = MaterialSearch::new(&certificate, &[], NOW).with_certificates(&known);
    let fetch = search.next_fetch().unwrap().unwrap();
    search.take(&fetch, &root.crl(&[], NOW, None)).unwrap();
    assert_eq!(search.finish().unwrap().certificates, [seal.der, root.der]);
}

#[test]
fn one_list_serves_every_certificate_of_its_issuer() {
    let root = Issued::root();
    let no_rev_avail = CustomExtension::from_oid_content(&[2, 5, 29, 56], vec![5, 0]);
    let ca = root.intermediate(2, Urls { crl: Some(ROOT_CRL), ..Urls::default() });
    let other = root.intermediate(3, Urls { crl: Some(ROOT_CRL), ..Urls::default() });
    let seal = ca.seal(7, Urls::default(), vec![no_rev_avail]);
    let chain = [ca.der.clone(), root.der.clone(), other.der.clone()];
    let certificate = SealCertificate::from_der(&seal.der, &chain).unwrap();
    for (revoked, expected) in [(vec![], Ok(1)), (vec![3], Err("CN=intermediate"))] {
        let mut search = MaterialSearch::new(&certificate, &[], NOW);
        let fetch = search.next_fetch().unwrap().unwrap();
        search.take(&fetch, &root.crl(&revoked, NOW, None)).unwrap();
        search.add_subject(&other.der);
        let outcome = search.finish().map(|data| data.crls.len());
        let expected =
            expected.map_err(|subject: &str| MaterialError::Revoked { subject: subject.to_owned() });
        assert_eq!(outcome, expected);
    }
}

#[test]
fn few_of_many_urls_are_asked() {
    let root = Issued::root();
    let location = |number| {
        let url = Ia5String::new(&format!("http://localhost/{number}")).unwrap();
        GeneralName::UniformResourceIdentifier(url)
    };
    let access: Vec<AccessDescription> = (0..100)
        .map(|number| AccessDescription { access_method: oid::ID_AD_OCSP, access_location: location(number) })
        .collect();
    let access = AuthorityInfoAccessSyntax(access).to_der().unwrap();
    let access = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access);
    let seal = root.seal(7, Urls::default(), vec![access]);
    let certificate = SealCertificate::from_der(&seal.der, &[root.der]).unwrap();
    let mut search = MaterialSearch::new(&certificate, &[], NOW);
    let asked = std::iter::from_fn(|| search.next_fetch().unwrap()).count();
    assert_eq!(asked, 4);
}

#[test]
fn a_certificate_by_another_key_of_the_same_name_ends_no_chain() {
    let old = Issued::root();
    let new = old.cross(&Issued::root());
    assert!(X509::read(&old.der).unwrap().ends_chain());
    assert!(!X509::read(&new).unwrap().ends_chain());
}

/// A CMS with these certificates and no signer.
fn bundle(certificates: &[u8]) -> Vec<u8> {
    let sequence = |content: &[u8]| encode(0x30, content);
    let data_type = sequence(&encode(0x06, oid::ID_DATA.as_bytes()));
    let none = encode(0x31, &[]);
    let data = [encode(0x02, &[1]), none.clone(), data_type, encode(0xa0, certificates), none].concat();
    sequence(&[encode(0x06, oid::ID_SIGNED_DATA.as_bytes()), encode(0xa0, &sequence(&data))].concat())
}

#[test]
fn certificates_of_one_answer_are_limited() {
    let hierarchy = Hierarchy::new(EVERYTHING, vec![]);
    for (before, found) in [(MAX_CERTIFICATES - 1, true), (MAX_CERTIFICATES, false)] {
        let mut search = hierarchy.search();
        let answer = bundle(&[hierarchy.seal.der.repeat(before), hierarchy.ca.der.clone()].concat());
        while let Some(fetch) = search.next_fetch().unwrap() {
            let served = if fetch.url() == CA { answer.clone() } else { hierarchy.serve(&fetch, &[]) };
            search.take(&fetch, &served).unwrap();
        }
        assert_eq!(search.finish().is_ok(), found, "{before}");
    }
}

#[test]
fn certificates_of_a_search_are_limited() {
    let mut search = Hierarchy::new(EVERYTHING, vec![]).search();
    let mut count = search.subjects.len();
    for number in 0_u8..40 {
        search.add_subject(&[0x04, 1, number]);
        count = (count + 1).min(MAX_CERTIFICATES);
        assert_eq!(search.subjects.len(), count);
    }
    assert_eq!(count, MAX_CERTIFICATES);
}
