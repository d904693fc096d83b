//! The certificate a seal is made with, and the chain that goes with it.

use std::fmt;

use der::{Decode, Encode, pem};
use x509_cert::{
    ext::pkix::{KeyUsage, KeyUsages},
    name::Name,
};

use crate::{KeyKind, SealError, algorithm::sha256, asn1, oid};

/// A seal certificate with the certificates that lead towards its root, parsed once.
///
/// Every certificate is kept, and later embedded, byte for byte as it was given.
#[derive(Clone)]
pub struct SealCertificate {
    chain: Vec<Vec<u8>>,
    issuer_and_serial: Vec<u8>,
    key: KeyKind,
    not_after: i64,
    not_before: i64,
    no_rev_avail: bool,
    public_key: Vec<u8>,
    serial: Vec<u8>,
    sha256: [u8; 32],
    subject: String,
    subject_common_name: Option<String>,
    subject_public_key_info: Vec<u8>,
}

impl SealCertificate {
    /// Reads the seal certificate and its chain from DER.
    ///
    /// `chain` holds the other certificates in any order, with or without the root.
    ///
    /// # Errors
    ///
    /// [`SealError::CertificateUnreadable`] for anything that is no certificate,
    /// [`SealError::CertificateUnfit`] when its key usage does not allow digital signatures,
    /// [`SealError::KeyUnsupported`] for a key other than RSA 2048 to 4096, P-256 or P-384.
    pub fn from_der(certificate: &[u8], chain: &[Vec<u8>]) -> Result<Self, SealError> {
        let outer = asn1::Certificate::from_der(certificate).map_err(unreadable("the certificate"))?;
        let tbs: asn1::TbsCertificate<'_> =
            outer.to_be_signed.decode_as().map_err(unreadable("its signed part"))?;
        require_signing_usage(&tbs)?;
        for other in chain {
            asn1::Certificate::from_der(other).map_err(unreadable("a certificate of the chain"))?;
        }
        let subject = subject_of(&tbs)?;
        let mut certificates = vec![certificate.to_vec()];
        for other in chain {
            if !certificates.contains(other) {
                certificates.push(other.clone());
            }
        }
        Ok(Self {
            chain: certificates,
            issuer_and_serial: asn1::IssuerAndSerialNumber {
                issuer: tbs.issuer,
                serial_number: tbs.serial_number,
            }
            .to_der()?,
            key: KeyKind::of(&tbs.subject_public_key_info)?,
            not_after: unix_seconds(tbs.validity.not_after),
            not_before: unix_seconds(tbs.validity.not_before),
            no_rev_avail: tbs.extension(oid::ID_CE_NO_REV_AVAIL).is_some(),
            public_key: tbs.subject_public_key_info.subject_public_key.raw_bytes().to_vec(),
            serial: tbs.serial_number.value().to_vec(),
            sha256: sha256(certificate),
            subject_common_name: subject.common_name().ok().flatten().map(|name| name.value().into_owned()),
            subject: subject.to_string(),
            subject_public_key_info: tbs.subject_public_key_info.to_der()?,
        })
    }

    /// Reads PEM text: the seal certificate first, then the others of its chain in any order.
    ///
    /// Text around the PEM blocks, such as what `openssl x509 -text` prints, is skipped.
    ///
    /// # Errors
    ///
    /// As [`SealCertificate::from_der`]; [`SealError::CertificateUnreadable`] too when the text holds
    /// no certificate.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        let mut certificates = certificates_of_pem(text)?.into_iter();
        let Some(leaf) = certificates.next() else {
            return Err(SealError::CertificateUnreadable {
                what: "the text holds no PEM block of a certificate",
                source: None,
            });
        };
        let chain: Vec<Vec<u8>> = certificates.collect();
        Self::from_der(&leaf, &chain)
    }

    /// Checks that the certificate is valid at a moment, given in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`SealError::CertificateExpired`] before its first and after its last second.
    pub fn check_valid_at(&self, unix_seconds: i64) -> Result<(), SealError> {
        if (self.not_before..=self.not_after).contains(&unix_seconds) {
            return Ok(());
        }
        Err(SealError::CertificateExpired {
            not_before: self.not_before,
            not_after: self.not_after,
            at: unix_seconds,
        })
    }

    /// The seal certificate, DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        self.chain.first().map_or(&[], Vec::as_slice)
    }

    /// The seal certificate followed by the others given with it, DER.
    #[must_use]
    pub fn chain_der(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The whole subject name as RFC 4514 text.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The subject's common name, if it has one.
    #[must_use]
    pub fn subject_common_name(&self) -> Option<&str> {
        self.subject_common_name.as_deref()
    }

    /// The first second of validity, Unix seconds.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// The last second of validity, Unix seconds.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// The serial number, lower-case hexadecimal, as it stands in the certificate.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        hex(&self.serial)
    }

    /// SHA-256 of the certificate's DER.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The kind of its key.
    #[must_use]
    pub fn key_kind(&self) -> KeyKind {
        self.key
    }

    /// Whether its CA declares that it never publishes revocation (noRevAvail, RFC 9608).
    #[must_use]
    pub fn has_no_rev_avail(&self) -> bool {
        self.no_rev_avail
    }

    /// `SubjectPublicKeyInfo`, DER: what a key service returns for the key it holds.
    #[must_use]
    pub fn subject_public_key_info(&self) -> &[u8] {
        &self.subject_public_key_info
    }

    /// The public key: an `RSAPublicKey`, or the uncompressed point.
    pub(crate) fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// `IssuerAndSerialNumber`, DER.
    pub(crate) fn issuer_and_serial(&self) -> &[u8] {
        &self.issuer_and_serial
    }
}

impl fmt::Debug for SealCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealCertificate")
            .field("subject", &self.subject)
            .field("serial", &self.serial_hex())
            .field("key", &self.key)
            .field("certificates", &self.chain.len())
            .finish_non_exhaustive()
    }
}

/// The certificates in PEM text, DER, in the order they stand.
///
/// # Errors
///
/// [`SealError::CertificateUnreadable`] when a block is damaged.
pub fn certificates_of_pem(text: &str) -> Result<Vec<Vec<u8>>, SealError> {
    pem_blocks(text, "CERTIFICATE")
        .map(|block| {
            pem::decode_vec(block.as_bytes()).map(|(_, der)| der).map_err(|damage| {
                SealError::CertificateUnreadable {
                    what: "a PEM block is damaged",
                    source: Some(damage.into()),
                }
            })
        })
        .collect()
}

/// The PEM blocks with this label, armour included.
pub(crate) fn pem_blocks<'a>(text: &'a str, label: &str) -> impl Iterator<Item = &'a str> {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = rest.get(rest.find(&begin)?..)?;
        let length = from.find(&end)?.checked_add(end.len())?;
        let (block, after) = from.split_at_checked(length)?;
        rest = after;
        Some(block)
    })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A seal needs `digitalSignature` or `nonRepudiation` where key usage is restricted at all
/// (RFC 5280 section 4.2.1.3).
fn require_signing_usage(tbs: &asn1::TbsCertificate<'_>) -> Result<(), SealError> {
    let Some(extension) = tbs.extension(oid::ID_CE_KEY_USAGE) else {
        return Ok(());
    };
    let usage = KeyUsage::from_der(extension.value.as_bytes()).map_err(unreadable("its key usage"))?;
    if usage.0.contains(KeyUsages::DigitalSignature) || usage.0.contains(KeyUsages::NonRepudiation) {
        return Ok(());
    }
    Err(SealError::CertificateUnfit {
        what: "its key usage allows neither digitalSignature nor nonRepudiation".to_owned(),
    })
}

fn subject_of(tbs: &asn1::TbsCertificate<'_>) -> Result<Name, SealError> {
    tbs.subject.to_der().and_then(|der| Name::from_der(&der)).map_err(unreadable("its subject"))
}

fn unix_seconds(time: x509_cert::time::Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

fn unreadable(what: &'static str) -> impl Fn(der::Error) -> SealError {
    move |source| SealError::CertificateUnreadable { what, source: Some(source) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use rcgen::{CertificateParams, KeyPair, KeyUsagePurpose, PKCS_ED25519};

    use super::*;
    use crate::testing::{NOW, P256, RSA_3072};

    #[test]
    fn what_a_certificate_says_is_read() {
        let certificate = &P256.certificate;
        assert_eq!(certificate.subject_common_name(), Some("Ada Lovelace"));
        assert_eq!(certificate.key_kind(), KeyKind::EcdsaP256);
        assert_eq!(RSA_3072.certificate.key_kind(), KeyKind::Rsa { bits: 3072 });
        assert_eq!(certificate.sha256(), sha256(certificate.der()));
        assert!(!certificate.has_no_rev_avail());
    }

    #[test]
    fn text_around_pem_blocks_is_skipped_and_duplicates_are_dropped() {
        let pem = &P256.certificate_pem;
        let text = format!("subject=Ada\r\n{}\nissuer=Ada\n{pem}", pem.replace('\n', "\r\n"));
        let certificate = SealCertificate::from_pem(&text).unwrap();
        assert_eq!(certificate.chain_der(), [P256.certificate.der().to_vec()]);
    }

    #[test]
    fn validity_includes_both_ends() {
        let certificate = &P256.certificate;
        let (from, to) = (certificate.not_before(), certificate.not_after());
        for at in [from, NOW, to] {
            certificate.check_valid_at(at).unwrap();
        }
        for at in [from - 1, to + 1, i64::MIN, i64::MAX] {
            assert!(matches!(certificate.check_valid_at(at), Err(SealError::CertificateExpired { .. })));
        }
    }

    #[test]
    fn text_without_a_certificate_is_refused() {
        for text in ["", "-----BEGIN CERTIFICATE-----", &P256.key_pem] {
            assert!(matches!(SealCertificate::from_pem(text), Err(SealError::CertificateUnreadable { .. })));
        }
    }

    #[test]
    fn a_damaged_block_is_refused() {
        let text = P256.certificate_pem.replace('M', "!");
        assert!(matches!(
            SealCertificate::from_pem(&text),
            Err(SealError::CertificateUnreadable { what: "a PEM block is damaged", .. })
        ));
    }

    #[test]
    fn a_certificate_for_other_uses_is_refused() {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let der = params.self_signed(&key).unwrap().der().to_vec();
        assert!(matches!(SealCertificate::from_der(&der, &[]), Err(SealError::CertificateUnfit { .. })));
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let der = CertificateParams::default().self_signed(&key).unwrap().der().to_vec();
        assert!(matches!(SealCertificate::from_der(&der, &[]), Err(SealError::KeyUnsupported { .. })));
    }
}
