//! The validation processes of EN 319 102-1 clause 5, for signatures whose integrity is known.
//!
//! A signature is judged at the time of interest first. If its certificate, the revocation status or an
//! algorithm does not hold at that time any more, what proves it older is asked, and it is judged as a past
//! signature.

mod bounds;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use pdf::ValidationData;

use self::bounds::{Bounds, in_time, order};
use super::{
    CertificateReport, Indication, Options, RevocationSource, SubIndication, TimestampKind, TimestampReport,
    Verdict,
    signer::SignerCheck,
    stamp::{Carried, Stamp},
};
use crate::{
    algorithm::sha256,
    hash::HashAlgorithm,
    policy::Unacceptable,
    trust::{Material, PathOutcome, PathQuery, PolicyConstraints, Purpose, check_past_path, check_path},
};

/// Judges the signatures of one file with what is known about all of them.
pub(super) struct Court<'a> {
    options: &'a Options<'a>,
    material: Material,
    policies: PolicyConstraints,
    known: RefCell<HashMap<Question, PathOutcome>>,
    work: Cell<u64>,
}

/// A certificate, what for, and since when the signature is proven to exist, if that is asked.
type Question = ([u8; 32], Purpose, Option<i64>);

/// A signature or time-stamp, judged.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) chain: Vec<CertificateReport>,
    pub(super) timestamps: Vec<TimestampReport>,
    /// The earliest instant at which it is proven to have existed.
    pub(super) proven_at: Option<i64>,
    pub(super) notes: Vec<String>,
}

impl Judged {
    /// Whether its chain leads to someone who is trusted.
    pub(super) fn reaches_anchor(&self) -> bool {
        leads_to_anchor(&self.chain)
    }

    /// Whether a time-stamp over the signature counts for its level: one by a trusted authority if the signer is
    /// trusted, one that is intact if nobody is trusted anyway.
    pub(super) fn is_stamped(&self, stamps: &[Stamp]) -> bool {
        let trusted = self.reaches_anchor();
        let counts = |(stamp, report): (&Stamp, &TimestampReport)| {
            stamp.covers == TimestampKind::Signature
                && stamp.check.is_intact()
                && (!trusted || is_by_authority(&report.verdict))
        };
        stamps.iter().zip(&self.timestamps).any(counts)
    }

    /// The same for a time-stamp over the document, whose verdict this is.
    pub(super) fn is_by_authority(&self) -> bool {
        is_by_authority(&self.verdict)
    }

    /// Whether the revocation status of every certificate that can be revoked is known.
    pub(super) fn knows_revocation(&self) -> bool {
        let known = |certificate: &CertificateReport| {
            certificate.anchor.is_some()
                || certificate.revocation.source != RevocationSource::None
                || certificate.subject == certificate.issuer
        };
        !self.chain.is_empty() && self.chain.iter().all(known)
    }
}

impl<'a> Court<'a> {
    pub(super) fn new(options: &'a Options<'a>) -> Self {
        let mut material = Material::default();
        for certificate in options.certificates {
            material.add_certificate(certificate.clone(), None);
        }
        Self {
            options,
            material,
            policies: PolicyConstraints::default(),
            known: RefCell::default(),
            work: Cell::new(0),
        }
    }

    /// Takes certificates and revocation data that a signature carries.
    ///
    /// `proven_at` is the earliest instant at which they are proven to have existed, if there is any.
    pub(super) fn admit(&mut self, carried: &Carried, proven_at: Option<i64>) {
        self.known.borrow_mut().clear();
        for certificate in &carried.certificates {
            self.material.add_certificate(certificate.clone(), proven_at);
        }
        for response in &carried.ocsp_responses {
            self.material.add_ocsp_response(response.clone(), proven_at);
        }
        for list in &carried.crls {
            self.material.add_crl(list.clone(), proven_at);
        }
    }

    /// The same for those of a document security store.
    pub(super) fn admit_store(&mut self, store: ValidationData, proven_at: Option<i64>) {
        let ValidationData { certificates, crls, ocsp_responses } = store;
        self.admit(&Carried { certificates, crls, ocsp_responses }, proven_at);
    }

    /// Time-stamp validation (clause 5.4).
    pub(super) fn judge_timestamp(
        &self,
        check: &SignerCheck,
        generated_at: Option<i64>,
        imprint: Option<HashAlgorithm>,
        existed_at: Option<i64>,
    ) -> Judged {
        let bounds = Bounds { existed_at, made_after: None };
        let mut judged = self.judge(check, Purpose::Timestamp, bounds, imprint);
        if let Some(at) = generated_at {
            let own_time = self.judge_own_time(at, judged.chain.first());
            judged.verdict = if check.is_intact() { own_time.and(judged.verdict) } else { judged.verdict };
        }
        if judged.verdict.is_passed() {
            judged.proven_at = generated_at;
        }
        judged
    }

    /// Whether the time that a time-stamp tells can be true.
    fn judge_own_time(&self, at: i64, authority: Option<&CertificateReport>) -> Verdict {
        if at > self.options.now.saturating_add(CLOCK_SKEW_SECONDS) {
            let reason = "the time-stamp tells a time that has not come yet";
            return Verdict::indeterminate(SubIndication::TimestampOrderFailure, reason);
        }
        match authority {
            Some(authority) if !(authority.not_before..=authority.not_after).contains(&at) => {
                let reason = "the time-stamp tells a time at which its authority's certificate was not valid";
                Verdict::indeterminate(SubIndication::TimestampOrderFailure, reason)
            }
            _ => Verdict::passed(),
        }
    }

    /// Validation with time and long-term material (clauses 5.5 and 5.6).
    ///
    /// `covered_at` is the earliest valid time-stamp over the document that covers the signature.
    pub(super) fn judge_signature(
        &self,
        check: &SignerCheck,
        stamps: &[Stamp],
        covered_at: Option<i64>,
    ) -> Judged {
        let mut bounds = Bounds { existed_at: covered_at, made_after: None };
        let mut timestamps = Vec::new();
        let mut fault = Verdict::passed();
        for stamp in stamps {
            let judged =
                self.judge_timestamp(&stamp.check, stamp.generated_at, stamp.imprint_algorithm, covered_at);
            if let (true, Some(at)) = (judged.verdict.is_passed(), stamp.generated_at) {
                match stamp.covers {
                    TimestampKind::Content => bounds.made_after = bounds.made_after.max(Some(at)),
                    _ => bounds.existed_at = Some(bounds.existed_at.map_or(at, |before| before.min(at))),
                }
            }
            if stamp.check.verdict.indication == Indication::TotalFailed {
                let reason =
                    format!("a time-stamp on the signature is not its own: {}", stamp.check.verdict.reason);
                fault = fault.and(Verdict::indeterminate(SubIndication::SigConstraintsFailure, reason));
            }
            timestamps.push(TimestampReport {
                verdict: judged.verdict,
                generated_at: stamp.generated_at,
                chain: judged.chain,
                covers: stamp.covers,
            });
        }
        let mut judged = self.judge(check, Purpose::Signature, bounds, None);
        if check.is_intact() {
            // What is wrong with the signature itself says more than that nobody trusts its certificate.
            judged.verdict = fault.and(order(bounds)).and(judged.verdict);
        }
        judged.proven_at = bounds.existed_at;
        judged.timestamps = timestamps;
        judged
    }

    /// The certificate's path and the algorithms, now and, if need be, in the past.
    fn judge(
        &self,
        check: &SignerCheck,
        purpose: Purpose,
        bounds: Bounds,
        imprint: Option<HashAlgorithm>,
    ) -> Judged {
        let mut judged = Judged {
            verdict: check.verdict.clone(),
            chain: Vec::new(),
            timestamps: Vec::new(),
            proven_at: None,
            notes: Vec::new(),
        };
        let Some(leaf) = &check.certificate else { return judged };
        let at = self.options.time_of_interest();
        let present = self.path(leaf, purpose, None);
        let path = match bounds.existed_at.filter(|existed| *existed < at) {
            Some(existed) if !present.verdict.is_passed() => {
                let past = self.path(leaf, purpose, Some(existed));
                if past.verdict.is_passed() {
                    judged.notes.push(format!(
                        "judged at the time it is proven to have existed at, because now: {}",
                        present.verdict.reason
                    ));
                    past
                } else if past.verdict.sub_indication == Some(SubIndication::NoPoe) {
                    PathOutcome { verdict: past.verdict, ..present }
                } else {
                    present
                }
            }
            _ => present,
        };
        let (algorithms, note) = self.judge_algorithms(check, imprint, bounds);
        judged.notes.extend(note);
        judged.verdict = judged.verdict.and(in_time(&path, bounds)).and(algorithms).and(path.verdict);
        judged.chain = path.chain;
        judged
    }

    /// The verdict on a certificate's path now, or for a signature that existed at an instant.
    fn path(&self, leaf: &[u8], purpose: Purpose, existed_at: Option<i64>) -> PathOutcome {
        let question = (sha256(leaf), purpose, existed_at);
        if let Some(known) = self.known.borrow().get(&question) {
            return known.clone();
        }
        let query = PathQuery {
            leaf,
            purpose,
            at: self.options.time_of_interest(),
            now: self.options.now,
            material: &self.material,
            anchors: self.options.trust,
            policy: &self.options.policy,
            policies: &self.policies,
            fetcher: self.options.fetch,
        };
        let outcome = if self.work.get() >= MAX_WORK {
            too_much_work()
        } else if let Some(existed_at) = existed_at {
            check_past_path(&query, existed_at)
        } else {
            check_path(&query)
        };
        self.work.set(self.work.get().saturating_add(outcome.work));
        self.known.borrow_mut().insert(question, outcome.clone());
        outcome
    }

    /// Whether the signature's own algorithms were secure as long as they had to be.
    fn judge_algorithms(
        &self,
        check: &SignerCheck,
        imprint: Option<HashAlgorithm>,
        bounds: Bounds,
    ) -> (Verdict, Option<String>) {
        let policy = &self.options.policy;
        let judge_at = |at: i64| -> Result<(), Unacceptable> {
            check.algorithm.as_ref().map_or(Ok(()), |algorithm| policy.check(algorithm, at))?;
            for hash in check.content_hash.into_iter().chain(imprint) {
                policy.check_hash(hash, at)?;
            }
            Ok(())
        };
        let at = self.options.time_of_interest();
        let Err(now) = judge_at(at) else { return (Verdict::passed(), None) };
        if let Some(existed) = bounds.existed_at.filter(|existed| *existed < at)
            && judge_at(existed).is_ok()
        {
            return (Verdict::passed(), Some(format!("{now}; the signature is proven to be older")));
        }
        let made_too_late = bounds.made_after.is_some_and(|after| judge_at(after).is_err());
        let sub_indication = if made_too_late {
            SubIndication::CryptoConstraintsFailure
        } else {
            SubIndication::CryptoConstraintsFailureNoPoe
        };
        (Verdict::indeterminate(sub_indication, now.to_string()), None)
    }
}

fn leads_to_anchor(chain: &[CertificateReport]) -> bool {
    chain.iter().any(|certificate| certificate.anchor.is_some())
}

/// Whether a time-stamp is by an authority that is trusted with it, even if not everything about that is known
/// any more.
fn is_by_authority(verdict: &Verdict) -> bool {
    verdict.sub_indication.is_none_or(|word| {
        matches!(
            word,
            SubIndication::TryLater
                | SubIndication::NoPoe
                | SubIndication::OutOfBoundsNoPoe
                | SubIndication::OutOfBoundsNotRevoked
                | SubIndication::CryptoConstraintsFailureNoPoe
        )
    })
}

fn too_much_work() -> PathOutcome {
    let reason = "the certificates of the file take more work to judge than any honest file's";
    PathOutcome {
        verdict: Verdict::indeterminate(SubIndication::CertificateChainGeneralFailure, reason),
        chain: Vec::new(),
        revoked_at: None,
        control_time: None,
        retry_at: None,
        fetched: Material::default(),
        work: 0,
    }
}

/// How far the clock of a time-stamp authority may be ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 300;

/// Work on the certificates of one file, in the units of [`PathOutcome::work`]: about a second.
const MAX_WORK: u64 = 100_000;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::{
        testing::{Issued, NOW, Urls},
        trust::TrustAnchors,
        validate::AnchorSource,
    };

    #[test]
    fn certificates_that_take_too_much_work_are_not_judged() {
        let root = Issued::root();
        let leaf = root.seal(7, Urls::default(), vec![]);
        let mut trust = TrustAnchors::new();
        trust.add_certificate(root.der.clone(), AnchorSource::Tenant).unwrap();
        let options = Options::new(&trust, NOW);
        let court = Court::new(&options);
        let word = |path: PathOutcome| path.verdict.sub_indication;
        assert_eq!(word(court.path(&leaf.der, Purpose::Signature, None)), Some(SubIndication::TryLater));
        court.work.set(MAX_WORK);
        let path = court.path(&leaf.der, Purpose::Timestamp, None);
        assert_eq!(word(path), Some(SubIndication::CertificateChainGeneralFailure));
        // What is known already stays.
        assert_eq!(word(court.path(&leaf.der, Purpose::Signature, None)), Some(SubIndication::TryLater));
    }
}
