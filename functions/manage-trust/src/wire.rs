//! `/trust`, `/retention` and `/text-messages` on the wire.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use domain::request::Retention;
use domain::value::Country;
use pades::trust::Anchor;
use pades::validate::AnchorSource;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use shared::store::{TextLimits, TrustSettings};

/// The body of `PUT /trust`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TrustBody {
    /// PEM, one text or several: read by hand, for precise refusals.
    pub(crate) roots: Option<Value>,
    pub(crate) trusted_lists: Option<bool>,
    pub(crate) online_revocation: Option<bool>,
}

/// The body of `PUT /retention`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RetentionBody {
    /// Calendar months, 1 to 3.
    pub(crate) document_months: Option<u64>,
    /// Calendar years, 10 to 30.
    pub(crate) evidence_years: Option<u64>,
}

/// The body of `PUT /text-messages`. What is null, or not there, is for the operator alone to say.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TextLimitsBody {
    /// Two letters each.
    pub(crate) countries: Option<Vec<String>>,
    /// Messages a day.
    pub(crate) daily_budget: Option<u32>,
}

/// What a tenant allows of text messages, as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TextLimitsView {
    countries: Option<Vec<String>>,
    daily_budget: Option<u32>,
}

impl TextLimitsView {
    pub(crate) fn of(it: &TextLimits) -> Self {
        let words = |them: &Vec<Country>| them.iter().map(|it| it.as_str().to_owned()).collect();
        Self { countries: it.countries.as_ref().map(words), daily_budget: it.daily_budget }
    }
}

/// How long things are kept, as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RetentionView {
    document_months: u8,
    evidence_years: u8,
}

impl RetentionView {
    pub(crate) fn of(it: Retention) -> Self {
        Self { document_months: it.document_months(), evidence_years: it.evidence_years() }
    }
}

/// What a tenant trusts, as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrustView {
    roots: Vec<RootView>,
    trusted_lists: bool,
    online_revocation: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RootView {
    #[serde(rename = "subjectDN")]
    subject_dn: Option<String>,
    sha256: String,
    not_before: Option<String>,
    not_after: Option<String>,
    pem: String,
}

impl TrustView {
    pub(crate) fn of(settings: &TrustSettings) -> Self {
        Self {
            roots: settings.roots.iter().map(|der| RootView::of(der)).collect(),
            trusted_lists: settings.trusted_lists,
            online_revocation: settings.online,
        }
    }
}

impl RootView {
    fn of(der: &[u8]) -> Self {
        let anchor = Anchor {
            der: der.to_vec(),
            source: AnchorSource::Tenant,
            from: None,
            until: None,
            purpose: None,
        };
        let facts = anchor.facts();
        let time = |seconds: i64| Timestamp::from_unix_ms(seconds.saturating_mul(1000)).to_openapi();
        Self {
            not_before: facts.as_ref().map(|it| time(it.not_before)),
            not_after: facts.as_ref().map(|it| time(it.not_after)),
            subject_dn: facts.map(|it| it.subject),
            sha256: hex::encode(Sha256::digest(der)),
            pem: pem(der),
        }
    }
}

/// PEM with lines of 64 characters (RFC 7468 section 2).
fn pem(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for (index, character) in STANDARD.encode(der).chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str("\n-----END CERTIFICATE-----\n");
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_certificate_is_shown_as_the_pem_it_came_as() {
        let given = pades::demo_ca::create("Examples", 1_800_000_000, 30).unwrap().ca_certificate_pem;
        let der = pades::certificates_of_pem(&given).unwrap().remove(0);
        assert_eq!(pades::certificates_of_pem(&pem(&der)).unwrap(), [der]);
        assert!(pem(&[0; 96]).lines().all(|line| line.len() <= 64));
    }
}
