//! What a certificate may be used for.

use const_oid::ObjectIdentifier as Oid;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, KeyUsages};

use crate::{oid, x509::X509};

/// What a certificate has to be good for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Purpose {
    /// To sign revocation lists.
    CrlSigning,
    /// To sign OCSP responses (RFC 6960 section 4.2.2.2).
    OcspSigning,
    /// To sign or seal documents.
    Signature,
    /// To sign time-stamps (RFC 3161 section 2.3).
    Timestamp,
}

impl Purpose {
    /// Checks a certificate's key usages.
    pub(super) fn check(self, certificate: &X509<'_>) -> Result<(), &'static str> {
        let usage: Option<KeyUsage> =
            certificate.required(oid::ID_CE_KEY_USAGE).map_err(|_| "the key usage cannot be read")?;
        let extended: Option<ExtendedKeyUsage> = certificate
            .required(oid::ID_CE_EXT_KEY_USAGE)
            .map_err(|_| "the extended key usage cannot be read")?;
        let allowed = match self {
            Self::CrlSigning => KeyUsages::CRLSign.into(),
            Self::OcspSigning | Self::Signature | Self::Timestamp => {
                KeyUsages::DigitalSignature | KeyUsages::NonRepudiation
            }
        };
        if usage.is_some_and(|usage| (usage.0 & allowed).is_empty()) {
            return Err(match self {
                Self::CrlSigning => "the key may not sign lists",
                Self::OcspSigning | Self::Signature => "the key may not make signatures",
                Self::Timestamp => "the key may not sign time-stamps",
            });
        }
        let purposes = extended.as_ref().map(|extended| extended.0.as_slice());
        match self {
            Self::CrlSigning => Ok(()),
            Self::OcspSigning if purposes.is_some_and(|all| all.contains(&oid::ID_KP_OCSP_SIGNING)) => Ok(()),
            Self::OcspSigning => Err("the certificate is no OCSP responder's"),
            Self::Signature if purposes.is_none_or(|all| all.iter().any(|one| SIGNING.contains(one))) => {
                Ok(())
            }
            Self::Signature => Err("the certificate is for other purposes than signing documents"),
            Self::Timestamp => {
                let critical =
                    certificate.tbs.extension(oid::ID_CE_EXT_KEY_USAGE).is_some_and(|ext| ext.critical);
                if critical && purposes == Some(&[oid::ID_KP_TIME_STAMPING]) {
                    Ok(())
                } else {
                    Err("the certificate is not for time-stamping alone")
                }
            }
        }
    }
}

/// The extended key usages with which documents are signed. That of TLS clients is among them because
/// certificates of natural persons commonly carry it, often alone.
const SIGNING: &[Oid] = &[
    oid::ADOBE_AUTHENTIC_DOCUMENTS_TRUST,
    oid::ANY_EXTENDED_KEY_USAGE,
    oid::ID_KP_CLIENT_AUTH,
    oid::ID_KP_DOCUMENT_SIGNING,
    oid::ID_KP_EMAIL_PROTECTION,
    oid::MS_KP_DOCUMENT_SIGNING,
];
