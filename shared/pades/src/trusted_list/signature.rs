//! The enveloped signature of a list: XML Signature in the one form of TS 119 612 annex B.
//!
//! One signature, a child of the root; one reference to the whole document, by an empty URI or the root's Id,
//! without the signature; further references only into the signature itself, such as to the `XAdES` properties.
//! Anything else is refused, so there is nothing to wrap, to substitute or to leave out.

use bergshamra_c14n::{C14nMode, C14nSink, canonicalize_doc_to};
use bergshamra_xml::NodeSet;
use der::{AnyRef, Decode, Encode, Tag};
use spki::AlgorithmIdentifierRef;
use uppsala::Document;

use super::element::Element;
use crate::{
    asn1::PssParameters,
    hash::{HashAlgorithm, Hasher},
    oid,
    policy::CryptoPolicy,
    verify::{Rejection, SignatureAlgorithm, Signed},
    x509::X509,
};

/// Checks the signature of a document; the certificate it is signed with.
pub(super) fn check(
    document: &Document<'_>,
    certificates: &[&[u8]],
    policy: &CryptoPolicy,
    now: i64,
) -> Result<Vec<u8>, &'static str> {
    let root = Element::root(document).ok_or("there is no document")?;
    let signature = root.only(DSIG, "Signature").ok_or("there is not exactly one signature")?;
    if root.descendants(DSIG, "Signature").count() != 1 {
        return Err("there is not exactly one signature");
    }
    let signed_info = signature.only(DSIG, "SignedInfo").ok_or("it has not exactly one SignedInfo")?;
    check_references(root, signature, signed_info, policy, now)?;
    let method = signed_info.only(DSIG, "CanonicalizationMethod").ok_or("it names no canonical form")?;
    let canonical = canonical(document, canonical_form(method)?, &subtree(signed_info), Vec::new())?;
    let method = signed_info.only(DSIG, "SignatureMethod").ok_or("it names no signature algorithm")?;
    let algorithm = algorithm(method)?;
    let value = signature.only(DSIG, "SignatureValue").and_then(Element::bytes);
    let value = value.ok_or("its value cannot be read")?;
    signer(certificates, &algorithm, &canonical, &value, policy, now)
}

/// The certificate whose key signed.
fn signer(
    certificates: &[&[u8]],
    algorithm: &[u8],
    signed_info: &[u8],
    value: &[u8],
    policy: &CryptoPolicy,
    now: i64,
) -> Result<Vec<u8>, &'static str> {
    let algorithm = AlgorithmIdentifierRef::from_der(algorithm).map_err(|_| UNKNOWN_ALGORITHM)?;
    let mut why = "it is not by any of the certificates that may sign the list";
    for der in certificates {
        let Ok(certificate) = X509::read(der) else { continue };
        let key = &certificate.tbs.subject_public_key_info;
        let found = SignatureAlgorithm::read(key, &algorithm, None)
            .and_then(|named| named.verify(key, Signed::Message(signed_info), value));
        match found {
            Ok(found) if policy.accepts(&found, now) => return Ok(der.to_vec()),
            Ok(_) => why = "its algorithm is not secure any more",
            Err(Rejection::Unsupported(_) | Rejection::Wrong) => {}
        }
    }
    Err(why)
}

/// Checks the digest of every reference, and that the whole list is among them.
fn check_references(
    root: Element<'_, '_>,
    signature: Element<'_, '_>,
    signed_info: Element<'_, '_>,
    policy: &CryptoPolicy,
    now: i64,
) -> Result<(), &'static str> {
    let mut covers_list = false;
    let references: Vec<_> = signed_info.all(DSIG, "Reference").take(MAX_REFERENCES + 1).collect();
    if references.len() > MAX_REFERENCES {
        return Err("it has too many references");
    }
    for reference in references {
        let uri = reference.attribute("URI").ok_or("a reference of it points nowhere")?;
        let transforms = transforms(reference)?;
        let id = uri.strip_prefix('#').filter(|id| !id.is_empty());
        let whole = uri.is_empty() || (id.is_some() && root.attribute("Id") == id);
        let (form, nodes) = if whole {
            let [ENVELOPED, forms @ ..] = transforms.as_slice() else {
                return Err("the reference to the list does not leave the signature out");
            };
            let mut nodes =
                if uri.is_empty() { NodeSet::all_without_comments(root.document) } else { subtree(root) };
            for node in std::iter::once(signature.id).chain(root.document.descendants(signature.id)) {
                nodes.remove_id(node);
            }
            (form_of(forms)?, nodes)
        } else {
            let id = id.ok_or("a reference of it points outside")?;
            (form_of(&transforms)?, subtree(inside(root, signature, id)?))
        };
        if whole && covers_list {
            return Err("two references of it are to the list");
        }
        covers_list |= whole;
        check_digest(reference, form, &nodes, policy, now)?;
    }
    if covers_list { Ok(()) } else { Err("it does not cover the list") }
}

/// The only element of the document with an Id, which has to lie in the signature.
fn inside<'d, 'x>(
    root: Element<'d, 'x>,
    signature: Element<'d, 'x>,
    id: &str,
) -> Result<Element<'d, 'x>, &'static str> {
    let with_id = |top: Element<'d, 'x>| {
        let document = top.document;
        let nodes = std::iter::once(top.id).chain(document.descendants(top.id));
        nodes
            .map(move |id| Element { document, id })
            .filter(|element| ["Id", "ID", "id"].iter().any(|name| element.attribute(name) == Some(id)))
    };
    if with_id(root).count() != 1 {
        return Err("a reference of it is not to exactly one element");
    }
    with_id(signature).next().ok_or("a reference of it is to another part of the document")
}

fn check_digest(
    reference: Element<'_, '_>,
    form: C14nMode,
    nodes: &NodeSet,
    policy: &CryptoPolicy,
    now: i64,
) -> Result<(), &'static str> {
    let method = reference.only(DSIG, "DigestMethod").and_then(|method| method.attribute("Algorithm"));
    let hash = method.and_then(hash_of).ok_or("a digest algorithm of it is not supported")?;
    policy.check_hash(hash, now).map_err(|_| "a digest algorithm of it is not secure any more")?;
    let expected = reference.only(DSIG, "DigestValue").and_then(Element::bytes);
    let expected = expected.ok_or("a digest of it cannot be read")?;
    let found = canonical(reference.document, form, nodes, Sink(Hasher::new(hash)))?;
    if found.0.finish() == expected { Ok(()) } else { Err("what it signs was changed") }
}

/// The transforms of a reference, by their URIs; none may have parameters.
fn transforms<'d>(reference: Element<'d, '_>) -> Result<Vec<&'d str>, &'static str> {
    let mut lists = reference.all(DSIG, "Transforms");
    let Some(list) = lists.next() else { return Ok(Vec::new()) };
    if lists.next().is_some() {
        return Err("a reference of it has two lists of transforms");
    }
    let uris = list.children().map(|transform| {
        let plain = transform.is(DSIG, "Transform") && transform.children().next().is_none();
        transform.attribute("Algorithm").filter(|_| plain).ok_or("a transform of it has parameters")
    });
    uris.collect()
}

fn form_of(transforms: &[&str]) -> Result<C14nMode, &'static str> {
    match transforms {
        // XML Signature section 4.4.3.2.
        [] => Ok(C14nMode::Inclusive),
        [form] => without_comments(form),
        _ => Err("a reference of it is transformed in a way that is not allowed here"),
    }
}

fn canonical_form(method: Element<'_, '_>) -> Result<C14nMode, &'static str> {
    if method.children().next().is_some() {
        return Err("its canonical form has parameters");
    }
    without_comments(method.attribute("Algorithm").unwrap_or_default())
}

fn without_comments(uri: &str) -> Result<C14nMode, &'static str> {
    let form = C14nMode::from_uri(uri).filter(|form| !form.with_comments());
    form.ok_or("it uses a canonical form that is not allowed here")
}

fn subtree(element: Element<'_, '_>) -> NodeSet {
    NodeSet::tree_without_comments(element.id, element.document)
}

fn canonical<S: C14nSink>(
    document: &Document<'_>,
    form: C14nMode,
    nodes: &NodeSet,
    mut sink: S,
) -> Result<S, &'static str> {
    canonicalize_doc_to::<&str, S>(document, form, Some(nodes), &[], &mut sink)
        .map_err(|_| "a part of it has no canonical form")?;
    Ok(sink)
}

/// Digests canonical XML as it is written.
struct Sink(Hasher);

impl C14nSink for Sink {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// The digest algorithms of XML Signature (RFC 6931, RFC 9231).
fn hash_of(uri: &str) -> Option<HashAlgorithm> {
    match uri {
        "http://www.w3.org/2000/09/xmldsig#sha1" => Some(HashAlgorithm::Sha1),
        "http://www.w3.org/2001/04/xmlenc#sha256" => Some(HashAlgorithm::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(HashAlgorithm::Sha384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Some(HashAlgorithm::Sha512),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-256" => Some(HashAlgorithm::Sha3_256),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-384" => Some(HashAlgorithm::Sha3_384),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-512" => Some(HashAlgorithm::Sha3_512),
        _ => None,
    }
}

/// The signature algorithm as an `AlgorithmIdentifier`. XML writes ECDSA signatures as two numbers end to end.
fn algorithm(method: Element<'_, '_>) -> Result<Vec<u8>, &'static str> {
    if method.children().next().is_some() {
        return Err("its signature algorithm has parameters");
    }
    let plain =
        |oid| AlgorithmIdentifierRef { oid, parameters: None }.to_der().map_err(|_| UNKNOWN_ALGORITHM);
    match method.attribute("Algorithm").unwrap_or_default() {
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => plain(oid::SHA1_WITH_RSA),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => plain(oid::SHA256_WITH_RSA),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => plain(oid::SHA384_WITH_RSA),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => plain(oid::SHA512_WITH_RSA),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => plain(oid::ECDSA_PLAIN_SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => plain(oid::ECDSA_PLAIN_SHA384),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512" => plain(oid::ECDSA_PLAIN_SHA512),
        "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519" => plain(oid::ID_ED25519),
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1" => pss(HashAlgorithm::Sha256),
        "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1" => pss(HashAlgorithm::Sha384),
        "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1" => pss(HashAlgorithm::Sha512),
        _ => Err(UNKNOWN_ALGORITHM),
    }
}

/// PSS with the mask's digest that of the message, and a salt as long (RFC 6931 section 2.3.10).
fn pss(hash: HashAlgorithm) -> Result<Vec<u8>, &'static str> {
    let write = || -> der::Result<Vec<u8>> {
        let digest = AlgorithmIdentifierRef { oid: hash.oid(), parameters: Some(AnyRef::NULL) };
        let mask = digest.to_der()?;
        let parameters = PssParameters {
            hash_algorithm: Some(digest),
            mask_gen_algorithm: Some(AlgorithmIdentifierRef {
                oid: oid::ID_MGF1,
                parameters: Some(AnyRef::from_der(&mask)?),
            }),
            salt_length: Some(u16::try_from(hash.output_bytes()).map_err(|_| Tag::Integer.length_error())?),
            trailer_field: None,
        };
        spki::AlgorithmIdentifier { oid: oid::ID_RSASSA_PSS, parameters: Some(parameters) }.to_der()
    };
    write().map_err(|_| UNKNOWN_ALGORITHM)
}

const UNKNOWN_ALGORITHM: &str = "its signature algorithm is not supported";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// The list, its properties, and room for a key or a seal.
const MAX_REFERENCES: usize = 4;
