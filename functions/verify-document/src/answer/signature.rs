//! Signatures in an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pades::validate::{
    AnchorSource, ChangeReport, SignatureKind, SignatureReport, TimestampKind, TimestampReport,
};
use serde::{Deserialize, Serialize};

use super::certificate::serial;
use super::{Certificate, Verdict, openapi};

/// One signature, seal or document time-stamp.
#[expect(clippy::struct_field_names, reason = "Openapi's names")]
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Signature {
    pub(crate) id: String,
    pub(crate) integrity: bool,
    pub(crate) signature_algorithm_name: String,
    #[serde(rename = "subjectDN")]
    pub(crate) subject_dn: Option<String>,
    #[serde(rename = "issuerDN")]
    pub(crate) issuer_dn: Option<String>,
    #[serde(rename = "subjectCN")]
    pub(crate) subject_cn: Option<String>,
    #[serde(rename = "issuerCN")]
    pub(crate) issuer_cn: Option<String>,
    pub(crate) serial_number: Option<String>,
    pub(crate) signer_certificate_status: String,
    pub(crate) signer_certificate_not_before: Option<String>,
    pub(crate) signer_certificate_not_after: Option<String>,
    pub(crate) signer_certificate_revocation_date: Option<String>,
    pub(crate) issuer_certificate_status: String,
    pub(crate) issuer_certificate_revocation_date: Option<String>,
    /// Whether a time-stamp proves `signatureDate`; the signer claims it otherwise.
    pub(crate) trusted_signature_date: bool,
    pub(crate) signature_date: Option<String>,
    /// Whether a trusted list names the authority that ends the chain.
    pub(crate) issuer_trusted_list: bool,
    pub(crate) key_size: Option<u32>,
    /// `YES` or `NO`, as the certificate states.
    pub(crate) qc_compliance_status: String,
    #[serde(rename = "qcSSCDStatus")]
    pub(crate) qc_sscd_status: String,
    pub(crate) der_encoded_signer_cert: Option<String>,
    // Ours, from here on.
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    /// `SIGNATURE` or `DOCUMENT_TIMESTAMP`.
    pub(crate) kind: String,
    pub(crate) process: String,
    pub(crate) level: Option<String>,
    pub(crate) coverage: String,
    /// The revision it signs, from 1 on.
    pub(crate) revision: Option<usize>,
    pub(crate) sha256: Option<String>,
    pub(crate) field_name: Option<String>,
    pub(crate) sub_filter: Option<String>,
    pub(crate) signing_reason: Option<String>,
    pub(crate) signing_location: Option<String>,
    pub(crate) claimed_date: Option<String>,
    pub(crate) proven_date: Option<String>,
    pub(crate) certificate_chain: Vec<Certificate>,
    pub(crate) timestamp_report_list: Vec<TimestampFound>,
    /// What changed in the file after it.
    pub(crate) change_report_list: Vec<Change>,
    pub(crate) notes: Vec<String>,
}

/// One time-stamp.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimestampFound {
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    pub(crate) generated_date: Option<String>,
    /// `SIGNATURE`, `CONTENT`, `DOCUMENT` or `ARCHIVE`.
    pub(crate) covers: String,
    pub(crate) certificate_chain: Vec<Certificate>,
}

/// One change after a signature.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    /// The revision that made it, from 1 on.
    pub(crate) revision: usize,
    pub(crate) page: Option<u32>,
    pub(crate) allowed: bool,
    pub(crate) description: String,
}

impl Signature {
    pub(crate) fn of(index: usize, report: &SignatureReport) -> Self {
        let signer = report.chain.first();
        let issuer = report.chain.get(1);
        let status = |it: Option<&pades::validate::CertificateReport>| {
            let unknown = pades::validate::CertificateStatus::Unknown;
            it.map_or(unknown, |it| it.status).standard_name().to_owned()
        };
        let in_list =
            report.chain.iter().any(|it| matches!(it.anchor, Some(AnchorSource::TrustedList { .. })));
        let signed_at = report.proven_at.or(report.claimed_at);
        Self {
            id: index.to_string(),
            integrity: report.intact,
            signature_algorithm_name: report.algorithm.clone(),
            subject_dn: signer.map(|it| it.subject.clone()),
            issuer_dn: signer.map(|it| it.issuer.clone()),
            subject_cn: signer.and_then(|it| it.subject_common_name.clone()),
            issuer_cn: signer.and_then(|it| it.issuer_common_name.clone()),
            serial_number: signer.map(|it| serial(&it.serial_hex)),
            signer_certificate_status: status(signer),
            signer_certificate_not_before: signer.map(|it| openapi(it.not_before)),
            signer_certificate_not_after: signer.map(|it| openapi(it.not_after)),
            signer_certificate_revocation_date: signer.and_then(|it| it.revocation.revoked_at).map(openapi),
            issuer_certificate_status: status(issuer.or(signer.filter(|it| it.anchor.is_some()))),
            issuer_certificate_revocation_date: issuer.and_then(|it| it.revocation.revoked_at).map(openapi),
            trusted_signature_date: report.proven_at.is_some(),
            signature_date: signed_at.map(openapi),
            issuer_trusted_list: in_list,
            key_size: signer.map(|it| it.key_bits),
            qc_compliance_status: yes_or_no(signer.is_some_and(|it| it.qualified)),
            qc_sscd_status: yes_or_no(signer.is_some_and(|it| it.qualified_device)),
            der_encoded_signer_cert: signer.map(|it| STANDARD.encode(&it.der)),
            verdict: Verdict::of(&report.verdict),
            kind: match report.kind {
                SignatureKind::Signature => "SIGNATURE",
                SignatureKind::DocumentTimestamp => "DOCUMENT_TIMESTAMP",
            }
            .to_owned(),
            process: report.process.standard_name().to_owned(),
            level: report.level.map(|it| it.standard_name().to_owned()),
            coverage: report.coverage.standard_name().to_owned(),
            revision: report.revision.map(|it| it.saturating_add(1)),
            sha256: report.sha256.map(hex::encode),
            field_name: report.field.clone(),
            sub_filter: report.sub_filter.clone(),
            signing_reason: report.reason.clone(),
            signing_location: report.location.clone(),
            claimed_date: report.claimed_at.map(openapi),
            proven_date: report.proven_at.map(openapi),
            certificate_chain: report.chain.iter().map(Certificate::of).collect(),
            timestamp_report_list: report.timestamps.iter().map(TimestampFound::of).collect(),
            change_report_list: changes(&report.changes),
            notes: notes(report),
        }
    }
}

/// What changed, oldest first. Of too many changes, those that nothing allows are told before the others.
fn changes(all: &[ChangeReport]) -> Vec<Change> {
    let mut chosen: Vec<(usize, &ChangeReport)> = all.iter().enumerate().collect();
    if chosen.len() > MAX_CHANGES {
        chosen.sort_by_key(|(index, it)| (it.allowed, *index));
        chosen.truncate(MAX_CHANGES);
        chosen.sort_by_key(|(index, _)| *index);
    }
    let change = |(_, it): (usize, &ChangeReport)| Change {
        revision: it.revision.saturating_add(1),
        page: it.page,
        allowed: it.allowed,
        description: it.sentence.clone(),
    };
    chosen.into_iter().map(change).collect()
}

fn notes(report: &SignatureReport) -> Vec<String> {
    let untold = report.changes.len().saturating_sub(MAX_CHANGES);
    let rest = (untold > 0).then(|| format!("{untold} more changes are not listed."));
    report.notes.iter().cloned().chain(rest).collect()
}

impl TimestampFound {
    fn of(report: &TimestampReport) -> Self {
        Self {
            verdict: Verdict::of(&report.verdict),
            generated_date: report.generated_at.map(openapi),
            covers: match report.covers {
                TimestampKind::Signature => "SIGNATURE",
                TimestampKind::Content => "CONTENT",
                TimestampKind::Document => "DOCUMENT",
                TimestampKind::Archive => "ARCHIVE",
            }
            .to_owned(),
            certificate_chain: report.chain.iter().map(Certificate::of).collect(),
        }
    }
}

fn yes_or_no(is: bool) -> String {
    if is { "YES" } else { "NO" }.to_owned()
}

/// A hundred signatures with as many changes each still fit into an answer.
const MAX_CHANGES: usize = 100;
