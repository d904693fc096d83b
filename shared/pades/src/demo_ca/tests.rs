use std::fs;

use super::*;
use crate::{
    Pkcs8Key, SealCertificate,
    testing::{NOW, openssl},
};

#[test]
fn openssl_verifies_the_chain_strictly() {
    let directory = tempfile::tempdir().unwrap();
    let demo = create("Analytical Engines", NOW, 30).unwrap();
    fs::write(directory.path().join("ca.pem"), &demo.ca_certificate_pem).unwrap();
    fs::write(directory.path().join("seal.pem"), &demo.seal_certificate_pem).unwrap();
    let moment = (NOW + 1).to_string();
    let arguments = ["verify", "-x509_strict", "-attime", &moment, "-CAfile", "ca.pem", "seal.pem"];
    let Some((verified, said)) = openssl(directory.path(), &arguments) else { return };
    assert!(verified, "{said}");
}

#[test]
fn key_and_certificate_belong_together_and_are_valid_from_now() {
    let demo = create("Analytical Engines", NOW, 30).unwrap();
    let certificate = SealCertificate::from_pem(&demo.seal_certificate_pem).unwrap();
    Pkcs8Key::from_pem(&demo.seal_key_pem).unwrap().check_belongs_to(&certificate).unwrap();
    assert_eq!(certificate.subject_common_name(), Some("Analytical Engines demo seal"));
    assert_eq!((certificate.not_before(), certificate.not_after()), (NOW, NOW + 30 * 86_400));
    assert!(certificate.has_no_rev_avail());
}

#[test]
fn a_published_crl_excludes_no_rev_avail() {
    // RFC 9608 forbids a CRL distribution point beside noRevAvail.
    let url = "http://localhost/demo.crl";
    let demo = create_with("Analytical Engines", NOW, 30, DemoRevocation::CrlAt(url)).unwrap();
    let certificate = SealCertificate::from_pem(&demo.seal_certificate_pem).unwrap();
    assert!(!certificate.has_no_rev_avail());
    assert!(certificate.der().windows(url.len()).any(|window| window == url.as_bytes()));
}

#[test]
fn openssl_takes_the_crl() {
    let directory = tempfile::tempdir().unwrap();
    let demo = create("Analytical Engines", NOW, 30).unwrap();
    fs::write(directory.path().join("ca.pem"), &demo.ca_certificate_pem).unwrap();
    fs::write(directory.path().join("crl.der"), demo.crl(NOW, 7, 1).unwrap()).unwrap();
    let arguments = "crl -inform DER -in crl.der -CAfile ca.pem -text -noout";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let Some((read, said)) = openssl(directory.path(), &arguments) else { return };
    assert!(read && said.contains("verify OK") && said.contains("No Revoked Certificates"), "{said}");
}

#[test]
fn private_keys_are_not_shown() {
    let demo = create("Analytical Engines", NOW, 30).unwrap();
    assert!(!format!("{demo:?}").contains("PRIVATE KEY"));
}
