//! Lists as published, lists made here, and what becomes of both when someone meddles with them.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use der::Decode;
use rcgen::SigningKey;

use super::*;
use crate::{
    asn1::EcdsaSignature,
    testing::{Issued, NOW},
};

/// Half a year after the list of lists was issued.
const LOTL_ISSUED_AT: i64 = 1_779_455_795;

fn published(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trusted_lists").join(name)).unwrap()
}

fn pinned(xml: &[u8]) -> Result<TrustedList, TrustedListError> {
    let sha256 = HashAlgorithm::Sha256.digest(xml).try_into().unwrap();
    read(xml, Acceptance::Pinned(sha256), NOW)
}

fn signed_by(xml: &[u8], signers: &[Vec<u8>]) -> Result<TrustedList, TrustedListError> {
    let signers: Vec<&[u8]> = signers.iter().map(Vec::as_slice).collect();
    read(xml, Acceptance::SignedBy(&signers, &CryptoPolicy::default()), NOW)
}

fn pointer(list: &TrustedList, territory: &str) -> ListPointer {
    let machine_readable = |pointer: &&ListPointer| {
        pointer.territory == territory && pointer.mime_type == "application/vnd.etsi.tsl+xml"
    };
    list.pointers.iter().find(machine_readable).unwrap().clone()
}

#[test]
fn the_list_of_lists_leads_to_a_national_list() {
    let xml = published("eu-lotl.xml");
    // Whose certificates these are stands in the Official Journal; here the list's own word has to do.
    let journal = pointer(&pinned(&xml).unwrap(), "EU").signers;
    let lotl = signed_by(&xml, &journal).unwrap();
    assert_eq!((lotl.territory.as_str(), lotl.sequence_number), ("EU", 388));
    assert_eq!(lotl.issued_at, LOTL_ISSUED_AT);
    assert!(lotl.is_current(lotl.issued_at) && lotl.services.is_empty());
    assert!(journal.contains(lotl.signer.as_ref().unwrap()));
    let territories: std::collections::BTreeSet<_> =
        lotl.pointers.iter().map(|pointer| pointer.territory.as_str()).collect();
    assert!(territories.len() > 30, "{territories:?}");

    let estonia = pointer(&lotl, "EE");
    let list = signed_by(&published("tsl-ee.xml"), &estonia.signers).unwrap();
    assert_eq!((list.territory.as_str(), list.sequence_number), ("EE", 68));
    assert_eq!(list.services.len(), 62);
    assert!(signed_by(&published("tsl-ee.xml"), &pointer(&lotl, "BE").signers).is_err());
}

#[test]
fn a_service_is_an_anchor_for_the_time_it_was_vouched_for() {
    let list = pinned(&published("tsl-ee.xml")).unwrap();
    let service = list.services.iter().find(|service| service.name == "ESTEID-SK").unwrap();
    let latest = &service.periods[0];
    assert_eq!((latest.kind.as_str(), latest.status.as_str()), ("CA/QC", "withdrawn"));
    assert!(latest.qualifiers.contains(&"ForeSignatures".to_owned()));
    assert_eq!(service.periods[1].until, Some(latest.from));
    let anchors = list.anchors();
    let of_service: Vec<_> =
        anchors.as_slice().iter().filter(|anchor| anchor.der == service.certificates[0]).collect();
    // Until 30 June 2017, at 22:00 UTC.
    assert!(of_service.iter().any(|anchor| anchor.is_trusted_at(1_498_860_000 - 1)));
    assert!(!of_service.iter().any(|anchor| anchor.is_trusted_at(1_498_860_000)));
    let stamps = anchors.as_slice().iter().filter(|anchor| anchor.purpose == Some(Purpose::Timestamp));
    assert!(stamps.count() > 10);
}

/// A list of one service, to be signed.
fn body(certificate: &Issued) -> String {
    let certificate = STANDARD.encode(&certificate.der);
    format!(
        r#"<SchemeInformation><TSLSequenceNumber>7</TSLSequenceNumber><TSLType>http://example.org/TSLType/EUgeneric</TSLType><SchemeTerritory>XX</SchemeTerritory><ListIssueDateTime>2026-11-01T00:00:00Z</ListIssueDateTime><NextUpdate><dateTime>2027-05-01T00:00:00Z</dateTime></NextUpdate></SchemeInformation><!-- not signed --><TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName><Name xml:lang="de">Rechenwerke</Name><Name xml:lang="en">Analytical Engines</Name></TSPName></TSPInformation><TSPServices><TSPService><ServiceInformation><ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/CA/QC</ServiceTypeIdentifier><ServiceName><Name xml:lang="en">Engine CA</Name></ServiceName><ServiceDigitalIdentity><DigitalId><X509Certificate>{certificate}</X509Certificate></DigitalId></ServiceDigitalIdentity><ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted</ServiceStatus><StatusStartingTime>2020-01-01T00:00:00Z</StatusStartingTime></ServiceInformation></TSPService></TSPServices></TrustServiceProvider></TrustServiceProviderList>"#
    )
}

const HEAD: &str = r#"<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list">"#;
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Signs a list as its publishers do, with references besides the one to the list.
fn sign(body: &str, signer: &Issued, uri: &str, further: &str) -> String {
    let bare = format!("{HEAD}{body}</TrustServiceStatusList>");
    let canonical = |xml: &str, name: Option<&str>| {
        let document = uppsala::parse(xml).unwrap();
        let id = name.map_or(document.root(), |name| document.get_elements_by_tag_name(name)[0]);
        let nodes = NodeSet::tree_without_comments(id, &document);
        canonicalize_doc::<&str>(&document, C14nMode::Exclusive, Some(&nodes), &[]).unwrap()
    };
    let digest = STANDARD.encode(HashAlgorithm::Sha256.digest(&canonical(&bare, None)));
    let info = format!(
        r#"<SignedInfo><CanonicalizationMethod Algorithm="{EXCLUSIVE}"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/><Reference URI="{uri}"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><Transform Algorithm="{EXCLUSIVE}"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>{digest}</DigestValue></Reference>{further}</SignedInfo>"#
    );
    let signature = |value: &str| {
        format!(
            r#"<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">{info}<SignatureValue>{value}</SignatureValue></Signature>"#
        )
    };
    let canonical =
        canonical(&format!("{HEAD}{body}{}</TrustServiceStatusList>", signature("")), Some("SignedInfo"));
    let der = signer.key.sign(&canonical).unwrap();
    let numbers = EcdsaSignature::from_der(&der).unwrap();
    let value: Vec<u8> = [numbers.r, numbers.s]
        .iter()
        .flat_map(|number| [&vec![0; 32 - number.as_bytes().len()], number.as_bytes()].concat())
        .collect();
    format!("{HEAD}{body}{}</TrustServiceStatusList>", signature(&STANDARD.encode(value)))
}

fn unsigned(reason: &'static str) -> Result<TrustedList, TrustedListError> {
    Err(TrustedListError::Unsigned(reason))
}

#[test]
fn a_list_signed_here_is_read() {
    let signer = Issued::root();
    for uri in ["", "#list"] {
        let list =
            signed_by(sign(&body(&signer), &signer, uri, "").as_bytes(), std::slice::from_ref(&signer.der))
                .unwrap();
        let service = &list.services[0];
        assert_eq!((service.provider.as_str(), service.name.as_str()), ("Analytical Engines", "Engine CA"));
        assert_eq!(list.anchors().as_slice()[0].der, signer.der);
        assert_eq!(list.signer, Some(signer.der.clone()));
    }
}

#[test]
fn a_change_anywhere_but_in_comments_is_found() {
    let signer = Issued::root();
    let xml = sign(&body(&signer), &signer, "", "");
    let signers = [signer.der.clone()];
    let check = |xml: String| signed_by(xml.as_bytes(), &signers);
    assert!(check(xml.replace("not signed", "never signed")).is_ok());
    let changed = unsigned("what it signs was changed");
    for (from, to) in [("granted", "withdrawn"), (">XX<", ">YY<"), ("<TSPServices>", "<TSPServices> ")] {
        assert_eq!(check(xml.replace(from, to)), changed, "{from}");
    }
    let stranger = unsigned("it is not by any of the certificates that may sign the list");
    assert_eq!(check(xml.replace("ecdsa-sha256", "ecdsa-sha384")), stranger);
    assert_eq!(signed_by(xml.as_bytes(), &[Issued::root().der]), stranger);
    assert_eq!(signed_by(xml.as_bytes(), &[]), stranger);
}

/// A forged list around a signed one, with the latter's signature.
fn wrapped_list(head: &str, forged: &str, signed: &str, signature: &str) -> String {
    format!("{head}{forged}<Extra>{signed}</Extra>{signature}</TrustServiceStatusList>")
}

/// The reference made into one that leaves nothing out.
fn wrapped_reference(xml: &str) -> String {
    xml.replace(r#"<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>"#, "")
}

#[test]
fn a_list_cannot_be_wrapped() {
    let signer = Issued::root();
    let good = sign(&body(&signer), &signer, "#list", "");
    let signers = [signer.der.clone()];
    let check = |xml: String| signed_by(xml.as_bytes(), &signers);
    let (start, end) = (good.find("<Signature").unwrap(), good.find("</TrustServiceStatusList>").unwrap());
    let signature = &good[start..end];
    let forged = body(&Issued::root());
    // The signed list inside a forged one, whose Id is another.
    let inner = good.replace(signature, "");
    let outer = HEAD.replace("list\"", "other\"");
    let wrapped = wrapped_list(&outer, &forged, &inner, signature);
    let inside = unsigned("a reference of it is transformed in a way that is not allowed here");
    assert_eq!(check(wrapped), inside);
    let as_properties = wrapped_reference(&wrapped_list(&outer, &forged, &inner, signature));
    assert_eq!(check(as_properties), unsigned("a reference of it is to another part of the document"));
    // The same with the forged one's Id the same.
    let wrapped = wrapped_list(HEAD, &forged, &inner, signature);
    assert_eq!(check(wrapped), unsigned("what it signs was changed"));
    // The whole signed document, signature included, inside.
    let wrapped = format!("{outer}{forged}<Extra>{good}</Extra></TrustServiceStatusList>");
    assert_eq!(check(wrapped), unsigned("there is not exactly one signature"));
    let twice = good.replace("</TrustServiceStatusList>", &format!("{signature}</TrustServiceStatusList>"));
    assert_eq!(check(twice), unsigned("there is not exactly one signature"));
}

#[test]
fn a_signature_of_another_form_is_refused() {
    let signer = Issued::root();
    let signers = [signer.der.clone()];
    let reference = |uri: &str, transform: &str| {
        let digest = STANDARD.encode([0; 32]);
        format!(
            r#"<Reference URI="{uri}"><Transforms><Transform Algorithm="{transform}"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>{digest}</DigestValue></Reference>"#
        )
    };
    let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    let cases = [
        (
            sign(&body(&signer), &signer, "http://example.org/list.xml", ""),
            "a reference of it points outside",
        ),
        (
            sign(&body(&signer), &signer, "", &reference("", enveloped)),
            "two references of it are to the list",
        ),
        (
            sign(&body(&signer), &signer, "", &reference("#missing", EXCLUSIVE)),
            "a reference of it is not to exactly one element",
        ),
        (
            sign(&body(&signer), &signer, "", &reference("#list", EXCLUSIVE)),
            "the reference to the list does not leave the signature out",
        ),
        (
            sign(&body(&signer), &signer, "", &reference("#x", xpath)),
            "it uses a canonical form that is not allowed here",
        ),
        (
            sign(&body(&signer), &signer, "", &reference("#x", EXCLUSIVE).repeat(4)),
            "it has too many references",
        ),
    ];
    for (xml, reason) in cases {
        assert_eq!(signed_by(xml.as_bytes(), &signers), unsigned(reason));
    }
    let without = format!("{HEAD}{}</TrustServiceStatusList>", body(&signer));
    assert_eq!(signed_by(without.as_bytes(), &signers), unsigned("there is not exactly one signature"));
}

#[test]
fn an_algorithm_that_is_not_secure_any_more_does_not_count() {
    let signer = Issued::root();
    let xml = sign(&body(&signer), &signer, "", "");
    let nothing = CryptoPolicy::new("nothing", vec![]);
    let refused = read(xml.as_bytes(), Acceptance::SignedBy(&[&signer.der], &nothing), NOW);
    assert_eq!(refused, unsigned("a digest algorithm of it is not secure any more"));
}

#[test]
fn a_pinned_list_is_that_one_and_no_other() {
    let signer = Issued::root();
    let xml = format!("{HEAD}{}</TrustServiceStatusList>", body(&signer));
    assert_eq!(pinned(xml.as_bytes()).unwrap().signer, None);
    let other = read(xml.as_bytes(), Acceptance::Pinned([7; 32]), NOW);
    assert_eq!(other, Err(TrustedListError::OtherDigest));
    let early = {
        let sha256 = HashAlgorithm::Sha256.digest(xml.as_bytes()).try_into().unwrap();
        read(xml.as_bytes(), Acceptance::Pinned(sha256), NOW - 60 * 86_400)
    };
    assert_eq!(early, Err(TrustedListError::NotYetIssued));
}

#[test]
fn entities_depth_and_size_are_bounded() {
    let signer = Issued::root();
    let doctype = format!(
        r#"<!DOCTYPE x [<!ENTITY a "aaaa">]>{HEAD}{}</TrustServiceStatusList>"#,
        body(&signer).replace("XX", "&a;")
    );
    let not_allowed = Err(TrustedListError::Malformed("it is not XML that is allowed here"));
    assert_eq!(pinned(doctype.as_bytes()), not_allowed);
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert_eq!(pinned(deep.as_bytes()), not_allowed);
    let large = vec![b' '; MAX_LIST_BYTES + 1];
    assert_eq!(pinned(&large), Err(TrustedListError::TooLarge(MAX_LIST_BYTES + 1)));
    assert_eq!(pinned(&[0xff, 0xfe, b'<', 0]), Err(TrustedListError::Malformed("it is not UTF-8")));
}
