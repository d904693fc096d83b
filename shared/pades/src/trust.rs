//! Whom to trust: certification paths, revocation and trust anchors, at any instant.
//!
//! [`check_path`] judges a certificate at one instant (EN 319 102-1 clause 5.2.6): it builds paths to the
//! anchors out of what is at hand, processes them as RFC 5280 section 6 says, and asks for the revocation
//! status of every certificate. [`check_past_path`] judges it for a signature that is proven to have existed
//! before it expired, was revoked or used an algorithm that is not secure now (clause 5.6.2).
//!
//! The processing is our own: certificates stay the bytes they came in, any algorithm that
//! [`crate::verify`] knows will do, revocation data count only as far as they are proven to have existed,
//! and all work is bounded.
//!
//! **Invariant:** what is not known is not trusted: doubt is never a verdict that passed.

mod anchors;
mod build;
mod hear;
mod judge;
mod limits;
mod material;
mod names;
mod past;
mod policies;
mod process;
mod purpose;
mod standing;
mod view;

pub use self::{
    anchors::{Anchor, AnchorFacts, TrustAnchors, TrustError},
    limits::{MAX_CHAIN, MAX_FETCHES, MAX_MATERIAL, MAX_PATHS},
    material::Material,
    policies::PolicyConstraints,
    purpose::Purpose,
};
use crate::{
    material::Fetch,
    policy::CryptoPolicy,
    validate::{CertificateReport, Verdict},
};

/// Asks the network. The caller decides what may be asked, how often, and how long it may take.
pub trait Fetcher {
    /// The body of the answer, or `None` if there is none.
    fn fetch(&self, wanted: &Fetch) -> Option<Vec<u8>>;
}

/// A certificate to judge, and what to judge it with. Instants are Unix seconds.
#[derive(Clone, Copy)]
pub struct PathQuery<'a> {
    /// The certificate, DER.
    pub leaf: &'a [u8],
    /// What it has to be good for.
    pub purpose: Purpose,
    /// The instant it is judged at.
    pub at: i64,
    /// The time now.
    pub now: i64,
    /// Certificates and revocation data at hand.
    pub material: &'a Material,
    /// Whom to trust.
    pub anchors: &'a TrustAnchors,
    /// Which algorithms were acceptable when.
    pub policy: &'a CryptoPolicy,
    /// Certificate policies that have to hold along the path; usually none.
    pub policies: &'a PolicyConstraints,
    /// Where to ask for what is missing; `None` stays offline.
    pub fetcher: Option<&'a dyn Fetcher>,
}

/// What was found about a certificate.
#[derive(Clone, Debug)]
pub struct PathOutcome {
    /// Passed, or INDETERMINATE with why.
    pub verdict: Verdict,
    /// The certificate first, its anchor last if one was reached.
    pub chain: Vec<CertificateReport>,
    /// When the certificate, or a CA of its chain, was revoked, even if after the instant judged at.
    pub revoked_at: Option<i64>,
    /// The instant up to which everything about the chain can be relied on, if asked for the past.
    pub control_time: Option<i64>,
    /// When fresher revocation data is due, if the verdict waits for it.
    pub retry_at: Option<i64>,
    /// What the network gave, to be kept for the next question.
    pub fetched: Material,
    /// How much work it took, in units of about 10 microseconds, so that who asks often can stop in time.
    pub work: u64,
}

/// Judges a certificate at an instant (EN 319 102-1 clause 5.2.6).
///
/// Of several paths the first that passes counts; if none does, the one that says most.
#[must_use]
pub fn check_path(query: &PathQuery<'_>) -> PathOutcome {
    online(query, judge::judge)
}

/// Judges a certificate for a signature that is proven to have existed at an instant (EN 319 102-1 clause
/// 5.6.2.1): the chain must have been sound up to then, whatever became of it later.
///
/// Revocation data and certificates count as far as [`Material`] says since when they exist.
#[must_use]
pub fn check_past_path(query: &PathQuery<'_>, existed_at: i64) -> PathOutcome {
    online(query, |query| past::judge(query, existed_at))
}

/// Answers out of what is at hand, and asks the network for what is missing as long as that gives anything.
fn online(query: &PathQuery<'_>, judge: impl Fn(&PathQuery<'_>) -> judge::Judgement) -> PathOutcome {
    let mut judgement = judge(query);
    let Some(fetcher) = query.fetcher else { return judgement.outcome };
    let mut material = query.material.clone();
    let mut answers = Material::default();
    let mut asked = Vec::new();
    while !judgement.outcome.verdict.is_passed() && asked.len() < MAX_FETCHES {
        let wanted = judgement.wanted.into_iter().find(|wanted| !asked.contains(wanted));
        let Some(wanted) = wanted else { break };
        if let Some(answer) = fetcher.fetch(&wanted) {
            material.add_answer(&wanted, &answer);
            answers.add_answer(&wanted, &answer);
        }
        asked.push(wanted);
        let work = judgement.outcome.work;
        judgement = judge(&PathQuery { material: &material, ..*query });
        judgement.outcome.work = judgement.outcome.work.saturating_add(work);
    }
    judgement.outcome.fetched = answers;
    judgement.outcome
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, reason = "tests")]
mod tests;
