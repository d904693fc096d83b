use super::*;
use crate::{
    SealAlgorithm,
    asn1::ber::encode,
    testing::{P256, RSA_2048},
};

fn seal() -> Vec<u8> {
    P256.seal([7; 32], SealAlgorithm::EcdsaP256Sha256)
}

/// The same CMS with every constructed element down to a depth of indefinite length.
fn indefinite(der: &[u8], depth: usize) -> Vec<u8> {
    let mut elements = Elements::new(der);
    let mut out = Vec::new();
    while !elements.is_finished() {
        let element = elements.next().unwrap();
        if element.constructed && depth > 0 {
            out.extend([element.raw[0], 0x80]);
            out.extend(indefinite(element.content, depth - 1));
            out.extend([0, 0]);
        } else {
            out.extend(element.raw);
        }
    }
    out
}

#[test]
fn a_signature_is_read_in_der_and_in_ber() {
    let der = seal();
    for bytes in [der.clone(), indefinite(&der, 3), [der, vec![0; 100]].concat()] {
        let data = SignedData::read(&bytes).unwrap();
        assert_eq!(data.content_type, oid::ID_DATA.as_bytes());
        assert_eq!(data.content, None);
        assert_eq!(data.certificates, [P256.certificate.der()]);
        let [signer] = data.signers.as_slice() else { panic!("one signer") };
        assert!(signer.id.names(&X509::read(P256.certificate.der()).unwrap()));
        assert!(!signer.id.names(&X509::read(RSA_2048.certificate.der()).unwrap()));
        assert_eq!(signer.digest_algorithm.oid, Some(oid::ID_SHA256));
        assert_eq!(signer.signed(oid::ID_MESSAGE_DIGEST).unwrap().content, [7; 32]);
        assert_eq!(signer.signed_attributes.as_ref().unwrap().as_sorted(), None);
    }
}

#[test]
fn what_stands_behind_a_signature_is_zeros_or_it_is_refused() {
    let bytes = [seal(), vec![0, 0, 1]].concat();
    assert_eq!(SignedData::read(&bytes).unwrap_err(), Malformed("something stands behind its end"));
}

#[test]
fn attributes_out_of_order_are_sorted_for_a_second_reading() {
    let attribute = |last: u8| {
        let kind = encode(OBJECT_IDENTIFIER, &[0x2a, last]);
        encode(0x30, &[kind, encode(0x31, &[5, 0])].concat())
    };
    let content = [attribute(2), attribute(1)].concat();
    let set = encode(0xa0, &content);
    let attributes = Attributes::read(&Element::whole(&set).unwrap()).unwrap();
    assert_eq!(attributes.as_written(), encode(0x31, &content));
    assert_eq!(attributes.as_sorted(), Some(encode(0x31, &[attribute(1), attribute(2)].concat())));
}

#[test]
fn an_attribute_that_comes_twice_is_not_single() {
    let kind = encode(OBJECT_IDENTIFIER, oid::ID_MESSAGE_DIGEST.as_bytes());
    let one = encode(0x30, &[kind.clone(), encode(0x31, &[5, 0])].concat());
    let two_values = encode(0x30, &[kind, encode(0x31, &[5, 0, 5, 0])].concat());
    for (content, count, single) in
        [(one.clone(), 1, true), (two_values, 1, false), ([one.clone(), one].concat(), 2, false)]
    {
        let set = encode(0xa0, &content);
        let attributes = Attributes::read(&Element::whole(&set).unwrap()).unwrap();
        assert_eq!(attributes.count(oid::ID_MESSAGE_DIGEST), count);
        assert_eq!(attributes.single(oid::ID_MESSAGE_DIGEST).is_some(), single);
    }
}

#[test]
fn ocsp_responses_of_the_revocation_set_are_read_in_both_formats() {
    let other = |format: Oid, info: &[u8]| {
        encode(0xa1, &[encode(OBJECT_IDENTIFIER, format.as_bytes()), info.to_vec()].concat())
    };
    let info = encode(0x30, &[2, 1, 7]);
    let choices = [
        other(oid::ID_RI_OCSP_RESPONSE, &info),
        other(oid::ID_PKIX_OCSP_BASIC, &info),
        other(oid::ID_DATA, &info),
        encode(0x30, &[2, 1, 8]),
    ]
    .concat();
    let der = seal();
    let mut data = SignedData::read(&der).unwrap();
    data.read_revocation(Elements::new(&choices).collect(9).unwrap()).unwrap();
    assert_eq!(data.crls, [encode(0x30, &[2, 1, 8])]);
    assert_eq!(data.ocsp_responses.len(), 2);
    assert_eq!(data.ocsp_responses[0], info.as_slice());
    let wrapped = Element::whole(&data.ocsp_responses[1]).unwrap();
    assert!(wrapped.content.starts_with(&[0x0a, 1, 0, 0xa0]));
}

#[test]
fn content_that_reads_as_signed_attributes_is_told() {
    let der = seal();
    let data = SignedData::read(&der).unwrap();
    let set = data.signers[0].signed_attributes.as_ref().unwrap().as_written();
    assert!(looks_like_attributes(&set, oid::ID_MESSAGE_DIGEST));
    assert!(!looks_like_attributes(&set[1..], oid::ID_MESSAGE_DIGEST));
    assert!(!looks_like_attributes(b"%PDF-1.7", oid::ID_MESSAGE_DIGEST));
}

#[test]
fn whatever_is_damaged_is_read_or_refused() {
    let der = seal();
    for position in 0..der.len() {
        for change in [0x01, 0x20, 0x80, 0xff] {
            let mut damaged = der.clone();
            damaged[position] ^= change;
            let _ = SignedData::read(&damaged);
        }
        let _ = SignedData::read(&der[..position]);
    }
}

/// The seal with so many certificates, each an empty sequence.
fn with_certificates(count: usize) -> Vec<u8> {
    let der = seal();
    let mut outer = Element::whole(&der).unwrap().members_of(SEQUENCE).unwrap();
    let kind = outer.next().unwrap().raw;
    let data = outer.next().unwrap().only_member().unwrap();
    let mut members = data.members_of(SEQUENCE).unwrap();
    let mut rebuilt = Vec::new();
    while !members.is_finished() {
        let member = members.next().unwrap();
        if member.tag == context(0) {
            rebuilt.extend(encode(0xa0, &[SEQUENCE_OCTET, 0].repeat(count)));
        } else {
            rebuilt.extend(member.raw);
        }
    }
    encode(SEQUENCE_OCTET, &[kind, &encode(0xa0, &encode(SEQUENCE_OCTET, &rebuilt))].concat())
}

const SEQUENCE_OCTET: u8 = 0x30;

#[test]
fn certificates_are_limited() {
    let most = with_certificates(MAX_CERTIFICATES);
    assert_eq!(SignedData::read(&most).unwrap().certificates.len(), MAX_CERTIFICATES);
    assert!(SignedData::read(&with_certificates(MAX_CERTIFICATES + 1)).is_err());
}
