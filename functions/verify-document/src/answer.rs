//! The answer: Openapi's fields, and ours beside them.
//!
//! Every form of an answer, JSON, page or PDF, is made from this one value, which is also what is stored of
//! a validation that was worked off later.

mod certificate;
mod number;
mod signature;

use domain::Timestamp;
use pades::validate::{Indication, Report};
use serde::{Deserialize, Serialize};

pub(crate) use certificate::{Anchor, Certificate};
pub(crate) use signature::{Change, Signature, TimestampFound};

/// What was found in a file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    pub(crate) check_date: String,
    pub(crate) verification_date: String,
    pub(crate) signature_format: String,
    pub(crate) nr_of_signatures: usize,
    pub(crate) overall_verified: bool,
    /// What was signed, base64; none when there is nothing to hand out, or when it has an address.
    pub(crate) plain_document: Option<String>,
    pub(crate) signature_report_list: Vec<Signature>,
    pub(crate) note_report_list: Vec<Note>,
    // Ours, from here on.
    /// Where what was signed can be read for five minutes, when it is too large for the answer.
    pub(crate) plain_document_url: Option<String>,
    pub(crate) overall: Verdict,
    pub(crate) sha256: String,
    pub(crate) revision_report_list: Vec<Revision>,
    /// Signed files inside this one.
    pub(crate) inner_report_list: Vec<Answer>,
}

/// A finding in the words of EN 319 102-1.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    /// `TOTAL_PASSED`, `INDETERMINATE`, `TOTAL_FAILED`, or `NO_SIGNATURE` of a file that has none.
    pub(crate) indication: String,
    pub(crate) sub_indication: Option<String>,
    /// The same in a sentence; none when everything passed.
    pub(crate) reason: Option<String>,
}

/// Something a reader should know.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    /// 0: what is checked here is always the same.
    pub(crate) policy: i32,
    /// The signature's place in the list, or -1 for the file.
    pub(crate) about: i32,
    /// 0 says something, 1 warns, 2 is why a signature is wrong.
    #[serde(rename = "type")]
    pub(crate) kind: i32,
    pub(crate) synopsis: String,
    pub(crate) description: String,
}

/// One revision of a PDF.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Revision {
    /// From 1 on.
    pub(crate) number: usize,
    pub(crate) end_bytes: u64,
    pub(crate) sha256: String,
}

impl Answer {
    /// The answer that a report gives.
    pub(crate) fn of(report: &Report) -> Self {
        let signatures: Vec<Signature> =
            report.signatures.iter().enumerate().map(|(index, it)| Signature::of(index, it)).collect();
        let overall = match &report.overall {
            Some(verdict) => Verdict::of(verdict),
            None => Verdict {
                indication: report.standard_name().to_owned(),
                sub_indication: None,
                reason: Some("Nothing in the file is signed.".to_owned()),
            },
        };
        let revisions = (1..).zip(&report.revisions).map(|(number, it)| Revision {
            number,
            end_bytes: it.end,
            sha256: hex::encode(it.sha256),
        });
        Self {
            check_date: openapi(report.validated_at),
            verification_date: openapi(report.time_of_interest),
            signature_format: report.format.standard_name().to_owned(),
            nr_of_signatures: signatures.len(),
            overall_verified: report.is_passed(),
            plain_document: None,
            note_report_list: notes(report),
            signature_report_list: signatures,
            plain_document_url: None,
            overall,
            sha256: hex::encode(report.sha256),
            revision_report_list: revisions.collect(),
            inner_report_list: report.inner.iter().map(Self::of).collect(),
        }
    }

    /// The same without what the signed file says of people beyond their certificates: for whoever asks
    /// without a key.
    pub(crate) fn without_claims(mut self) -> Self {
        for signature in &mut self.signature_report_list {
            signature.signing_reason = None;
            signature.signing_location = None;
        }
        self.inner_report_list = self.inner_report_list.into_iter().map(Self::without_claims).collect();
        self
    }
}

impl Verdict {
    pub(crate) fn of(verdict: &pades::validate::Verdict) -> Self {
        Self {
            indication: verdict.indication.standard_name().to_owned(),
            sub_indication: verdict.sub_indication.map(|it| it.standard_name().to_owned()),
            reason: Some(verdict.reason.clone()).filter(|it| !it.is_empty()),
        }
    }

    /// Indication and sub-indication in one word.
    pub(crate) fn word(&self) -> String {
        match &self.sub_indication {
            Some(sub) => format!("{}/{sub}", self.indication),
            None => self.indication.clone(),
        }
    }

    pub(crate) fn is_passed(&self) -> bool {
        self.indication == Indication::TotalPassed.standard_name()
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.indication == Indication::TotalFailed.standard_name()
    }
}

/// Notes about the file, then about each signature: why it is not valid, and what else there is to know.
fn notes(report: &Report) -> Vec<Note> {
    let said = |about: i32, text: &String| Note {
        policy: POLICY,
        about,
        kind: SAYS,
        synopsis: first_words(text),
        description: text.clone(),
    };
    let mut notes: Vec<Note> = report.notes.iter().map(|text| said(ABOUT_FILE, text)).collect();
    for (about, signature) in (0_i32..).zip(&report.signatures) {
        let verdict = &signature.verdict;
        if !verdict.is_passed() {
            notes.push(Note {
                policy: POLICY,
                about,
                kind: if verdict.indication == Indication::TotalFailed { WRONG } else { WARNS },
                synopsis: Verdict::of(verdict).word(),
                description: verdict.reason.clone(),
            });
        }
        notes.extend(signature.notes.iter().map(|text| said(about, text)));
    }
    notes
}

/// The beginning of a text, up to a colon, a full stop or a handful of words.
fn first_words(text: &str) -> String {
    let clause = text.split([':', '.', ';']).next().unwrap_or(text);
    clause.split_whitespace().take(12).collect::<Vec<_>>().join(" ")
}

/// An instant as callers of Openapi read it.
pub(crate) fn openapi(unix_seconds: i64) -> String {
    Timestamp::from_unix_ms(unix_seconds.saturating_mul(1000)).to_openapi()
}

const POLICY: i32 = 0;
const ABOUT_FILE: i32 = -1;
const SAYS: i32 = 0;
const WARNS: i32 = 1;
const WRONG: i32 = 2;
