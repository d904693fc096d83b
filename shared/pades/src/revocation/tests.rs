//! CRLs made by another library, and OCSP responses by OpenSSL.

use std::fs;

use rcgen::{CrlScope, CustomExtension};

use super::*;
use crate::testing::{Issued, NOW, Urls, openssl};

const GOOD: Result<Verdict, &str> = Ok(Verdict::Good { responder: None });

/// Asks about `certificate` under `issuer`, at a moment.
fn ask<T>(certificate: &Issued, issuer: &Issued, now: i64, question: impl Fn(&Question<'_>) -> T) -> T {
    let certificate = X509::read(&certificate.der).unwrap();
    let issuer = X509::read(&issuer.der).unwrap();
    question(&Question { certificate: &certificate, issuer: &issuer, now })
}

fn crl(certificate: &Issued, issuer: &Issued, now: i64, list: &[u8]) -> Result<Verdict, &'static str> {
    ask(certificate, issuer, now, |question| question.crl_verdict(list))
}

#[test]
fn a_list_tells_revoked_from_good() {
    let root = Issued::root();
    let seal = root.seal(7, Urls::default(), vec![]);
    assert_eq!(crl(&seal, &root, NOW, &root.crl(&[], NOW, None)), GOOD);
    assert_eq!(crl(&seal, &root, NOW, &root.crl(&[6, 8], NOW, None)), GOOD);
    assert_eq!(crl(&seal, &root, NOW, &root.crl(&[6, 7], NOW, None)), Ok(Verdict::Revoked));
}

#[test]
fn a_list_counts_only_while_it_is_fresh() {
    let root = Issued::root();
    let seal = root.seal(7, Urls::default(), vec![]);
    let list = root.crl(&[], NOW, None);
    let cases = [
        (NOW + 43_200, GOOD),
        (NOW + 43_201, Err("it is out of date")),
        (NOW - 43_200 - CLOCK_SKEW_SECONDS, GOOD),
        (NOW - 43_201 - CLOCK_SKEW_SECONDS, Err("it is from the future")),
    ];
    for (now, expected) in cases {
        assert_eq!(crl(&seal, &root, now, &list), expected);
    }
}

#[test]
fn a_list_by_another_key_does_not_count() {
    let root = Issued::root();
    let impostor = Issued::root();
    let seal = root.seal(7, Urls::default(), vec![]);
    let list = impostor.crl(&[], NOW, None);
    assert_eq!(crl(&seal, &root, NOW, &list), Err("its signature does not verify"));
    let other = root.intermediate(9, Urls::default()).crl(&[], NOW, None);
    assert_eq!(crl(&seal, &root, NOW, &other), Ok(Verdict::Unrelated));
}

#[test]
fn a_list_counts_only_for_the_certificates_in_its_scope() {
    let root = Issued::root();
    let seal = root.seal(7, Urls::default(), vec![]);
    let ca = root.intermediate(8, Urls::default());
    let users = root.crl(&[], NOW, Some(CrlScope::UserCertsOnly));
    let authorities = root.crl(&[], NOW, Some(CrlScope::CaCertsOnly));
    let outside = Err("it is a partial or indirect list, or for other certificates");
    assert_eq!(crl(&seal, &root, NOW, &users), GOOD);
    assert_eq!(crl(&seal, &root, NOW, &authorities), outside);
    assert_eq!(crl(&ca, &root, NOW, &users), outside);
    assert_eq!(crl(&ca, &root, NOW, &authorities), GOOD);
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let root = Issued::root();
    let seal = root.seal(7, Urls::default(), vec![]);
    let list = root.crl(&[6], NOW, None);
    for position in 0..list.len() {
        let mut damaged = list.clone();
        damaged[position] ^= 0x04;
        let verdict = crl(&seal, &root, NOW, &damaged);
        assert!(matches!(verdict, Err(_) | Ok(Verdict::Unrelated)), "byte {position}: {verdict:?}");
        assert!(crl(&seal, &root, NOW, &list[..position]).is_err());
        assert!(ask(&seal, &root, NOW, |question| question.ocsp_verdict(&damaged)).is_err());
    }
}

/// Lets OpenSSL answer our OCSP request, signed by `responder`, for one good and one revoked
/// certificate; `None` without OpenSSL.
fn ocsp_answer(certificate: &Issued, issuer: &Issued, responder: &Issued) -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::write(path("issuer.pem"), &issuer.pem).unwrap();
    fs::write(path("responder.pem"), &responder.pem).unwrap();
    fs::write(path("responder.key"), responder.key.serialize_pem()).unwrap();
    fs::write(
        path("index"),
        "V\t491231000000Z\t\t07\tunknown\t/CN=a\nR\t491231000000Z\t200101000000Z\t08\tunknown\t/CN=b\n",
    )
    .unwrap();
    let request = ask(certificate, issuer, NOW, |question| question.ocsp_request().unwrap());
    fs::write(path("request"), request).unwrap();
    let arguments = "ocsp -index index -CA issuer.pem -rsigner responder.pem -rkey responder.key \
                     -reqin request -respout response -ndays 1";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let (answered, said) = openssl(directory.path(), &arguments)?;
    assert!(answered, "{said}");
    Some(fs::read(path("response")).unwrap())
}

/// The moment OpenSSL's responder believes it is, so that its answers are fresh.
fn produced_at(response: &[u8]) -> i64 {
    Ocsp::read(response).unwrap().produced_at()
}

fn responder(root: &Issued) -> Issued {
    // id-kp-OCSPSigning.
    let usage = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];
    root.seal(3, Urls::default(), vec![CustomExtension::from_oid_content(&[2, 5, 29, 37], usage)])
}

#[test]
fn a_responder_of_the_issuer_tells_revoked_from_good() {
    let root = Issued::root();
    let responder = responder(&root);
    let expected = [
        (7, Ok(Verdict::Good { responder: Some(responder.der.clone()) })),
        (8, Ok(Verdict::Revoked)),
        (9, Err("the responder does not know the certificate")),
    ];
    for (serial, expected) in expected {
        let seal = root.seal(serial, Urls::default(), vec![]);
        let Some(response) = ocsp_answer(&seal, &root, &responder) else { return };
        let now = produced_at(&response);
        assert_eq!(ask(&seal, &root, now, |question| question.ocsp_verdict(&response)), expected);
        let late = ask(&seal, &root, now + 2 * 86_400, |question| question.ocsp_verdict(&response));
        assert_eq!(late, Err("it is out of date"));
    }
}

#[test]
fn the_issuer_itself_may_answer() {
    let root = Issued::root();
    let seal = root.seal(7, Urls::default(), vec![]);
    let Some(response) = ocsp_answer(&seal, &root, &root) else { return };
    let now = produced_at(&response);
    assert_eq!(ask(&seal, &root, now, |question| question.ocsp_verdict(&response)), GOOD);
}

#[test]
fn any_other_certificate_of_the_issuer_may_not_answer() {
    let root = Issued::root();
    let seal = root.seal(7, Urls::default(), vec![]);
    let unfit = root.seal(3, Urls::default(), vec![]);
    let Some(response) = ocsp_answer(&seal, &root, &unfit) else { return };
    let now = produced_at(&response);
    assert_eq!(
        ask(&seal, &root, now, |question| question.ocsp_verdict(&response)),
        Err("it is signed neither by the issuer nor by a responder of the issuer")
    );
}

#[test]
fn an_answer_about_another_certificate_does_not_count() {
    let root = Issued::root();
    let responder = responder(&root);
    let seal = root.seal(7, Urls::default(), vec![]);
    let other = root.seal(10, Urls::default(), vec![]);
    assert_ne!(seal.serial(), other.serial());
    let Some(response) = ocsp_answer(&seal, &root, &responder) else { return };
    let now = produced_at(&response);
    assert_eq!(ask(&other, &root, now, |question| question.ocsp_verdict(&response)), Ok(Verdict::Unrelated));
}
