//! Certificates in an answer.

use pades::validate::{AnchorSource, CertificateReport, RevocationSource};
use serde::{Deserialize, Serialize};

use super::number::decimal;
use super::openapi;

/// One certificate of a chain.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Certificate {
    #[serde(rename = "subjectDN")]
    pub(crate) subject_dn: String,
    #[serde(rename = "issuerDN")]
    pub(crate) issuer_dn: String,
    pub(crate) serial_number: String,
    pub(crate) sha256: String,
    pub(crate) not_before: String,
    pub(crate) not_after: String,
    pub(crate) key_size: u32,
    pub(crate) status: String,
    /// `OCSP`, `CRL`, `EXEMPT` of what needs none, or `NONE`.
    pub(crate) revocation_source: String,
    pub(crate) revocation_issued_date: Option<String>,
    pub(crate) revocation_date: Option<String>,
    pub(crate) qualified: bool,
    pub(crate) qualified_device: bool,
    /// Why it is trusted; none of what is not trusted by itself.
    pub(crate) trust_anchor: Option<Anchor>,
}

/// Why a certificate is trusted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Anchor {
    /// `SEAL_AUTHORITY`, `TENANT` or `TRUSTED_LIST`.
    pub(crate) source: String,
    pub(crate) territory: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) qualified: Option<bool>,
}

impl Certificate {
    pub(crate) fn of(report: &CertificateReport) -> Self {
        Self {
            subject_dn: report.subject.clone(),
            issuer_dn: report.issuer.clone(),
            serial_number: serial(&report.serial_hex),
            sha256: hex::encode(report.sha256),
            not_before: openapi(report.not_before),
            not_after: openapi(report.not_after),
            key_size: report.key_bits,
            status: report.status.standard_name().to_owned(),
            revocation_source: match report.revocation.source {
                RevocationSource::Crl => "CRL",
                RevocationSource::Ocsp => "OCSP",
                RevocationSource::Exempt => "EXEMPT",
                RevocationSource::None => "NONE",
            }
            .to_owned(),
            revocation_issued_date: report.revocation.issued_at.map(openapi),
            revocation_date: report.revocation.revoked_at.map(openapi),
            qualified: report.qualified,
            qualified_device: report.qualified_device,
            trust_anchor: report.anchor.as_ref().map(Anchor::of),
        }
    }
}

impl Anchor {
    fn of(source: &AnchorSource) -> Self {
        let plain = |source: &str| Self {
            source: source.to_owned(),
            territory: None,
            service: None,
            qualified: None,
        };
        match source {
            AnchorSource::SealAuthority => plain("SEAL_AUTHORITY"),
            AnchorSource::Tenant => plain("TENANT"),
            AnchorSource::TrustedList { territory, service, qualified } => Self {
                territory: Some(territory.clone()),
                service: Some(service.clone()),
                qualified: Some(*qualified),
                ..plain("TRUSTED_LIST")
            },
        }
    }
}

/// A serial number in decimal; as it is when that cannot be.
pub(crate) fn serial(hex: &str) -> String {
    decimal(hex).unwrap_or_else(|| hex.to_owned())
}
