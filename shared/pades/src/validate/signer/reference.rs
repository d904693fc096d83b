//! Which certificate signed: what `sid` says, and what the signed attributes protect (RFC 2634, RFC 5035).

use std::borrow::Cow;

use const_oid::ObjectIdentifier as Oid;
use memchr::memmem;

use super::{Aid, signed_values};
use crate::{
    asn1::ber::{Element, INTEGER, Malformed, OCTET_STRING, SEQUENCE},
    cms::{Algorithm, SignedData, Signer, SignerId},
    hash::HashAlgorithm,
    oid,
    x509::X509,
};

/// How signed attributes name the signing certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reference {
    /// They do not: whoever holds another certificate for the same key could swap it.
    Absent,
    /// More than once, or not first.
    Ambiguous,
    /// signing-certificate: by SHA-1.
    Version1,
    /// signing-certificate-v2.
    Version2,
}

/// The certificate that `sid` names, and whether the signed attributes agree.
///
/// Of several, one that the attributes name is taken.
pub(super) fn find_certificate<'a, 's>(
    data: &SignedData<'a>,
    signer: &'s Signer<'_>,
    aid: &Aid<'a>,
    notes: &mut Vec<String>,
) -> Option<(X509<'a>, Result<Reference, String>)> {
    // Reading a certificate costs far more than seeing that a name is not in it.
    let certificates = |part: &'s [u8]| {
        let all = data.certificates.iter().chain(&aid.certificates);
        all.filter(move |der| memmem::find(der, part).is_some()).filter_map(|der| aid.read(der))
    };
    let named = match &signer.id {
        SignerId::IssuerAndSerial { serial, .. } => serial,
        SignerId::SubjectKeyIdentifier(identifier) => identifier.as_ref(),
    };
    let mut fallback = None;
    for certificate in
        certificates(named).filter(|certificate| signer.id.names(certificate)).take(MAX_CANDIDATES)
    {
        let reference = reference_to(signer, &certificate);
        if reference.is_ok() {
            return Some((certificate, reference));
        }
        fallback.get_or_insert((certificate, reference));
    }
    if fallback.is_some() {
        return fallback;
    }
    // Some signers spell the issuer's name in another string type than the certificate does.
    let SignerId::IssuerAndSerial { serial, .. } = &signer.id else { return None };
    let same_serial =
        certificates(named).filter(|certificate| certificate.tbs.serial_number.value() == *serial);
    for certificate in same_serial.take(MAX_CANDIDATES) {
        let reference = reference_to(signer, &certificate);
        if matches!(reference, Ok(Reference::Version1 | Reference::Version2)) {
            notes.push("the signer's issuer is spelled differently from the certificate's".to_owned());
            return Some((certificate, reference));
        }
    }
    None
}

/// Checks every signing-certificate attribute against the certificate.
fn reference_to(signer: &Signer<'_>, certificate: &X509<'_>) -> Result<Reference, String> {
    let mut found = Reference::Absent;
    for (kind, version) in [
        (oid::ID_AA_SIGNING_CERTIFICATE, Reference::Version1),
        (oid::ID_AA_SIGNING_CERTIFICATE_V2, Reference::Version2),
    ] {
        for (index, value) in signed_values(signer, kind).into_iter().enumerate() {
            let id = first_id(&value, kind).map_err(unreadable)?;
            id.check(certificate)?;
            found = if index == 0 { version } else { Reference::Ambiguous };
        }
        if signer.count(kind) > 1 {
            found = Reference::Ambiguous;
        }
    }
    Ok(found)
}

/// `ESSCertID` or `ESSCertIDv2`.
struct CertificateId<'a> {
    /// `None` for an algorithm that is not known here.
    algorithm: Option<HashAlgorithm>,
    hash: Cow<'a, [u8]>,
    /// Content octets of the serial number.
    serial: Option<&'a [u8]>,
}

impl CertificateId<'_> {
    fn check(&self, certificate: &X509<'_>) -> Result<(), String> {
        let algorithm =
            self.algorithm.ok_or("the signed attributes name the certificate by an unknown digest")?;
        if algorithm.digest(certificate.der()) != self.hash.as_ref() {
            return Err("the signed attributes name another certificate".to_owned());
        }
        let serial_fits = self.serial.is_none_or(|serial| serial == certificate.tbs.serial_number.value());
        if serial_fits { Ok(()) } else { Err("the signed attributes name another serial number".to_owned()) }
    }
}

/// The first certificate that `SigningCertificate` or `SigningCertificateV2` names: the signer's.
fn first_id<'a>(value: &Element<'a>, kind: Oid) -> Result<CertificateId<'a>, Malformed> {
    let mut ids = value.members_of(SEQUENCE)?.expect(SEQUENCE, "it names no certificate")?.members()?;
    let mut members = ids.expect(SEQUENCE, "it names no certificate")?.members()?;
    let algorithm = match members.optional(SEQUENCE)? {
        Some(named) => Algorithm::read(&named)?.oid.and_then(HashAlgorithm::from_oid),
        None if kind == oid::ID_AA_SIGNING_CERTIFICATE => Some(HashAlgorithm::Sha1),
        None => Some(HashAlgorithm::Sha256),
    };
    let hash = members.expect(OCTET_STRING, "it holds no digest")?.octets()?;
    let mut id = CertificateId { algorithm, hash, serial: None };
    if let Some(issuer_serial) = members.optional(SEQUENCE)? {
        let mut members = issuer_serial.members()?;
        members.expect(SEQUENCE, "it names no issuer")?;
        id.serial = Some(members.expect(INTEGER, "it names no serial number")?.content);
    }
    Ok(id)
}

fn unreadable(malformed: Malformed) -> String {
    format!("the signed attributes that name the certificate cannot be read: {malformed}")
}

/// Certificates of one name and number that are looked at.
const MAX_CANDIDATES: usize = 16;
