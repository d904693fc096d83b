//! The verdict on a certificate at one instant.

use super::{
    PathOutcome, PathQuery,
    build::Candidate,
    hear::Bench,
    material::Material,
    process::process,
    standing::{Standing, State},
    view,
};
use crate::{
    material::Fetch,
    revocation::Question,
    validate::{CertificateReport, CertificateStatus, RevocationReport, SubIndication, Verdict},
};

/// An outcome, and what the network could add to it.
pub(super) struct Judgement {
    pub(super) outcome: PathOutcome,
    pub(super) wanted: Vec<Fetch>,
}

impl Judgement {
    pub(super) fn new(verdict: Verdict, chain: Vec<CertificateReport>) -> Self {
        let outcome = PathOutcome {
            verdict,
            chain,
            revoked_at: None,
            control_time: None,
            retry_at: None,
            fetched: Material::default(),
            work: 0,
        };
        Self { outcome, wanted: Vec::new() }
    }

    /// Keeps the one that says more of two.
    pub(super) fn or_better(best: &mut Option<Self>, other: Self) {
        let rank = |judgement: &Self| rank(&judgement.outcome.verdict);
        if best.as_ref().is_none_or(|best| rank(&other) < rank(best)) {
            *best = Some(other);
        }
    }
}

/// How much a verdict says, most first: a revocation is a fact, whatever other paths lack.
fn rank(verdict: &Verdict) -> u8 {
    match verdict.sub_indication {
        None => 0,
        Some(SubIndication::RevokedNoPoe | SubIndication::RevokedCaNoPoe) => 1,
        Some(SubIndication::OutOfBoundsNoPoe | SubIndication::OutOfBoundsNotRevoked) => 2,
        Some(SubIndication::TryLater | SubIndication::NoPoe) => 3,
        Some(SubIndication::CryptoConstraintsFailureNoPoe) => 4,
        Some(_) => 5,
    }
}

/// Judges the certificate by the best path there is.
pub(super) fn judge(query: &PathQuery<'_>) -> Judgement {
    each(query, query.at, judge_path)
}

/// Judges each path until one passes.
pub(super) fn each(
    query: &PathQuery<'_>,
    anchored_at: i64,
    judge: impl Fn(&Bench<'_>, &[usize]) -> Judgement,
) -> Judgement {
    let Ok(bench) = Bench::new(query) else {
        let reason = "the certificate cannot be read";
        let verdict = Verdict::indeterminate(SubIndication::NoCertificateChainFound, reason);
        return Judgement::new(verdict, Vec::new());
    };
    let mut best = None;
    bench.pool.each_path(0, anchored_at, &mut |path| {
        let judgement = judge(&bench, path);
        let passed = judgement.outcome.verdict.is_passed();
        Judgement::or_better(&mut best, judgement);
        passed
    });
    let mut best = best.unwrap_or_else(|| without_anchor(&bench, anchored_at));
    // Reading a certificate counts too.
    best.outcome.work = bench.pool.work.used().saturating_add(bench.pool.all.len() as u64);
    best
}

/// A path that leads nowhere, as far as it goes.
fn without_anchor(bench: &Bench<'_>, at: i64) -> Judgement {
    let mut path = vec![0];
    while let Some(next) = path.last().and_then(|last| bench.pool.an_issuer(*last, &path, at)) {
        path.push(next);
    }
    let candidates: Vec<&Candidate<'_>> = path.iter().filter_map(|place| bench.pool.get(*place)).collect();
    let mut wanted = Vec::new();
    let chain = candidates.iter().map(|candidate| {
        let status = match view::validity(&candidate.x509, at) {
            CertificateStatus::Valid => CertificateStatus::Unknown,
            outside => outside,
        };
        view::report(candidate, status, RevocationReport::default(), None)
    });
    let chain: Vec<_> = chain.collect();
    let reason = match candidates.last() {
        _ if bench.pool.work.is_used_up() => "the certificates at hand are too many to look at".to_owned(),
        Some(last) if last.subject == last.issuer => {
            format!("the chain ends with {}, whom nobody here trusts", named(&last.x509.subject_text()))
        }
        Some(last) => {
            wanted = last.x509.issuer_urls().into_iter().map(|url| Fetch::Certificate { url }).collect();
            format!("the certificate of {} is not at hand", named(&last.x509.issuer_text()))
        }
        None => String::new(),
    };
    let verdict = Verdict::indeterminate(SubIndication::NoCertificateChainFound, reason);
    Judgement { wanted, ..Judgement::new(verdict, chain) }
}

/// Judges one path, from the certificate to its anchor.
fn judge_path(bench: &Bench<'_>, path: &[usize]) -> Judgement {
    let at = bench.query.at;
    let links = links(bench, path);
    let standings: Vec<Standing> = links.iter().map(|link| link.standing(bench, at)).collect();
    let mut judgement = Judgement::new(Verdict::passed(), chain_report(bench, path, &links, &standings, at));
    judgement.outcome.revoked_at = standings.iter().filter_map(|standing| standing.revoked_at).min();
    judgement.outcome.verdict = match check_path_itself(bench, path) {
        Ok(()) => verdict_of_links(bench, &links, &standings, at),
        Err(reason) => Verdict::indeterminate(SubIndication::ChainConstraintsFailure, reason),
    };
    if judgement.outcome.verdict.sub_indication == Some(SubIndication::TryLater) {
        judgement.outcome.retry_at = standings.iter().filter_map(|standing| standing.retry_at).min();
    }
    for (link, _) in links.iter().zip(&standings).filter(|(_, standing)| standing.state == State::Unknown) {
        let question =
            Question { certificate: &link.candidate.x509, issuer: &link.issuer.x509, now: bench.query.now };
        judgement.wanted.extend(question.fetches());
    }
    judgement
}

/// What does not depend on time.
pub(super) fn check_path_itself(bench: &Bench<'_>, path: &[usize]) -> Result<(), &'static str> {
    let candidates: Vec<&Candidate<'_>> = path.iter().filter_map(|place| bench.pool.get(*place)).collect();
    let Some((anchor, below)) = candidates.split_last() else { return Err("there is no chain") };
    let downwards: Vec<&Candidate<'_>> = below.iter().rev().copied().collect();
    process(anchor, &downwards, bench.query.policies)?;
    candidates.first().map_or(Ok(()), |leaf| bench.query.purpose.check(&leaf.x509))
}

/// A certificate of a path and its issuer.
pub(super) struct Link<'p, 'a> {
    pub(super) candidate: &'p Candidate<'a>,
    pub(super) issuer: &'p Candidate<'a>,
    anchor_place: usize,
    issuer_place: usize,
    pub(super) place: usize,
}

impl<'a> Link<'_, 'a> {
    pub(super) fn standing(&self, bench: &Bench<'a>, at: i64) -> Standing {
        bench.standing(self.place, self.issuer_place, self.anchor_place, at)
    }

    pub(super) fn heard(&self, bench: &Bench<'a>) -> std::rc::Rc<super::hear::Heard> {
        bench.hear(self.place, self.issuer_place, self.anchor_place)
    }

    /// Why the certificate's own signature is not good enough at an instant.
    fn crypto_fault(&self, bench: &Bench<'a>, at: i64) -> Option<String> {
        let algorithm = bench.pool.signature(self.place, self.issuer_place)?;
        bench.query.policy.check(&algorithm, at).err().map(|fault| fault.to_string())
    }

    /// The first second at which its own signature is not good enough any more.
    pub(super) fn crypto_expires_at(&self, bench: &Bench<'a>) -> Option<i64> {
        let algorithm = bench.pool.signature(self.place, self.issuer_place)?;
        bench.query.policy.expires_at(&algorithm)
    }
}

/// The certificates of a path with their issuers, the leaf first; the anchor has none.
pub(super) fn links<'p, 'a>(bench: &'p Bench<'a>, path: &[usize]) -> Vec<Link<'p, 'a>> {
    let Some(anchor_place) = path.last().copied() else { return Vec::new() };
    let pairs = path.windows(2).filter_map(|pair| match pair {
        [place, issuer_place] => Some(Link {
            candidate: bench.pool.get(*place)?,
            issuer: bench.pool.get(*issuer_place)?,
            anchor_place,
            issuer_place: *issuer_place,
            place: *place,
        }),
        _ => None,
    });
    pairs.collect()
}

pub(super) fn chain_report(
    bench: &Bench<'_>,
    path: &[usize],
    links: &[Link<'_, '_>],
    standings: &[Standing],
    at: i64,
) -> Vec<CertificateReport> {
    let pairs = links.iter().zip(standings);
    let mut chain: Vec<CertificateReport> =
        pairs.map(|(link, standing)| view::report_standing(link.candidate, standing, at)).collect();
    if let Some(anchor) = path.last().and_then(|place| bench.pool.get(*place)) {
        chain.extend(anchor.anchors.first().map(|first| {
            let trusted = anchor.anchor_at(at).unwrap_or(first);
            view::report_anchor(anchor, &trusted.source)
        }));
    }
    chain
}

fn verdict_of_links(bench: &Bench<'_>, links: &[Link<'_, '_>], standings: &[Standing], at: i64) -> Verdict {
    let revoked = links.iter().zip(standings).rfind(|(_, standing)| standing.state == State::Revoked);
    if let Some((link, standing)) = revoked {
        return revoked_verdict(link, standing.reason);
    }
    if let Some(link) = links.iter().rfind(|link| !link.candidate.x509.is_valid_at(at)) {
        let known = standings.iter().all(Standing::is_good);
        return out_of_bounds(link, at, known && link.place == 0);
    }
    for link in links.iter().rev() {
        if let Some(fault) = link.crypto_fault(bench, at) {
            let reason = format!("the certificate of {}: {fault}", link.name());
            return Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, reason);
        }
    }
    let unknown = links.iter().zip(standings).rfind(|(_, standing)| !standing.is_good());
    unknown.map_or_else(Verdict::passed, |(link, standing)| unknown_verdict(link, standing))
}

impl Link<'_, '_> {
    pub(super) fn name(&self) -> String {
        named(&self.candidate.x509.subject_text())
    }
}

pub(super) fn revoked_verdict(link: &Link<'_, '_>, why: Option<&str>) -> Verdict {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    let reason = format!("the certificate of {} is revoked{why}", link.name());
    let sub_indication =
        if link.place == 0 { SubIndication::RevokedNoPoe } else { SubIndication::RevokedCaNoPoe };
    Verdict::indeterminate(sub_indication, reason)
}

fn out_of_bounds(link: &Link<'_, '_>, at: i64, is_known_good: bool) -> Verdict {
    let what = if at < link.candidate.x509.not_before() { "not yet valid" } else { "expired" };
    let reason = format!("the certificate of {} is {what} at the time it is judged", link.name());
    if is_known_good {
        Verdict::indeterminate(SubIndication::OutOfBoundsNotRevoked, reason)
    } else {
        Verdict::indeterminate(SubIndication::OutOfBoundsNoPoe, reason)
    }
}

fn unknown_verdict(link: &Link<'_, '_>, standing: &Standing) -> Verdict {
    let name = link.name();
    let reason = match (standing.state, standing.why) {
        (State::OnHold, _) => format!("the certificate of {name} is on hold"),
        (_, Some(why)) => format!("whether the certificate of {name} is revoked is not known: {why}"),
        (_, None) => format!("whether the certificate of {name} is revoked is not known"),
    };
    Verdict::indeterminate(SubIndication::TryLater, reason)
}

/// A name for a sentence.
fn named(subject: &str) -> String {
    if subject.is_empty() { "someone without a name".to_owned() } else { subject.to_owned() }
}
