//! A certificate as reports show it.

use std::fmt::Write as _;

use der::{AnyRef, Decode};

use super::{build::Candidate, standing::Standing};
use crate::{
    asn1::members,
    directory_name::common_name,
    hash::HashAlgorithm,
    oid,
    validate::{AnchorSource, CertificateReport, CertificateStatus, RevocationReport, RevocationSource},
    x509::X509,
};

/// What is known of a certificate of a path.
pub(super) fn report(
    candidate: &Candidate<'_>,
    status: CertificateStatus,
    revocation: RevocationReport,
    anchor: Option<&AnchorSource>,
) -> CertificateReport {
    let certificate = &candidate.x509;
    let statements = qualified_statements(certificate);
    let mut sha256 = [0; 32];
    for (to, from) in sha256.iter_mut().zip(HashAlgorithm::Sha256.digest(certificate.der())) {
        *to = from;
    }
    CertificateReport {
        der: certificate.der().to_vec(),
        subject: certificate.subject_text(),
        subject_common_name: common_name(certificate.tbs.subject),
        issuer: certificate.issuer_text(),
        issuer_common_name: common_name(certificate.tbs.issuer),
        serial_hex: serial_hex(certificate),
        sha256,
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        key_bits: certificate.key_bits(),
        status,
        revocation,
        qualified: statements.contains(&oid::ID_ETSI_QCS_QC_COMPLIANCE),
        qualified_device: statements.contains(&oid::ID_ETSI_QCS_QC_SSCD),
        anchor: anchor.cloned(),
    }
}

/// The same for a certificate whose standing is known.
pub(super) fn report_standing(candidate: &Candidate<'_>, standing: &Standing, at: i64) -> CertificateReport {
    let revoked = standing.revoked_at.is_some_and(|revoked| revoked <= at);
    let status = match validity(&candidate.x509, at) {
        _ if revoked => CertificateStatus::Revoked,
        CertificateStatus::Valid if !standing.is_good() => CertificateStatus::Unknown,
        status => status,
    };
    let revocation = RevocationReport {
        source: standing.source,
        issued_at: standing.issued_at,
        revoked_at: standing.revoked_at,
    };
    report(candidate, status, revocation, None)
}

/// An anchor: its revocation is nobody's to say.
pub(super) fn report_anchor(candidate: &Candidate<'_>, source: &AnchorSource) -> CertificateReport {
    let revocation = RevocationReport { source: RevocationSource::Exempt, ..RevocationReport::default() };
    report(candidate, CertificateStatus::Valid, revocation, Some(source))
}

/// Where an instant lies in a certificate's validity.
pub(super) fn validity(certificate: &X509<'_>, at: i64) -> CertificateStatus {
    if at < certificate.not_before() {
        CertificateStatus::NotYetValid
    } else if at > certificate.not_after() {
        CertificateStatus::Expired
    } else {
        CertificateStatus::Valid
    }
}

fn serial_hex(certificate: &X509<'_>) -> String {
    let bytes = certificate.tbs.serial_number.value();
    let bytes = match bytes.split_first() {
        Some((0, rest)) if !rest.is_empty() => rest,
        _ => bytes,
    };
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The statements of qualified certificates (RFC 3739 section 3.2.6, EN 319 412-5).
fn qualified_statements(certificate: &X509<'_>) -> Vec<const_oid::ObjectIdentifier> {
    let Some(extension) = certificate.tbs.extension(oid::ID_PE_QC_STATEMENTS) else { return Vec::new() };
    let statements = AnyRef::from_der(extension.value.as_bytes()).and_then(|any| members(any.value()));
    let name = |statement: &[u8]| {
        let parts = members(AnyRef::from_der(statement).ok()?.value()).ok()?;
        const_oid::ObjectIdentifier::from_der(parts.first()?).ok()
    };
    statements.unwrap_or_default().into_iter().filter_map(name).collect()
}
