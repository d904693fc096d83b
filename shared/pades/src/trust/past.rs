//! Past certificate validation and validation time sliding (EN 319 102-1 clauses 5.6.2.1 and 5.6.2.2).
//!
//! Where the revocation data of a certificate are not fresh at the control time, the standard slides that to
//! when they were issued. Here it slides to the last instant at which they were fresh: whoever asked then would
//! have been satisfied with them, and a root's half-yearly list is commonly older than the signature.

use super::{
    PathQuery,
    hear::Bench,
    judge::{self, Judgement, Link, chain_report, check_path_itself, links, revoked_verdict},
    standing::{Standing, State, Statement},
};
use crate::validate::{SubIndication, Verdict};

/// Judges the certificate for a signature that existed at an instant.
pub(super) fn judge(query: &PathQuery<'_>, existed_at: i64) -> Judgement {
    judge::each(query, existed_at, |bench, path| judge_path(bench, path, existed_at))
}

fn judge_path(bench: &Bench<'_>, path: &[usize], existed_at: i64) -> Judgement {
    let links = links(bench, path);
    let standings: Vec<Standing> = links.iter().map(|link| link.standing(bench, existed_at)).collect();
    let chain = chain_report(bench, path, &links, &standings, existed_at);
    let mut judgement = Judgement::new(Verdict::passed(), chain);
    judgement.outcome.revoked_at = standings.iter().filter_map(|standing| standing.revoked_at).min();
    if let Err(reason) = check_path_itself(bench, path) {
        judgement.outcome.verdict = Verdict::indeterminate(SubIndication::ChainConstraintsFailure, reason);
        return judgement;
    }
    let since = links.iter().map(|link| link.candidate.x509.not_before()).max();
    if since.is_some_and(|since| since > existed_at) {
        let reason = "the signature existed before every certificate of the chain was valid";
        judgement.outcome.verdict = Verdict::indeterminate(SubIndication::OutOfBoundsNoPoe, reason);
        return judgement;
    }
    let slide = slide(bench, path, &links, existed_at);
    for (link, _) in links.iter().zip(&standings).filter(|(_, standing)| standing.state == State::Unknown) {
        let certificate = &link.candidate.x509;
        let question =
            crate::revocation::Question { certificate, issuer: &link.issuer.x509, now: bench.query.now };
        judgement.wanted.extend(question.fetches());
    }
    match slide {
        Ok(slide) => {
            judgement.outcome.control_time = Some(slide.control);
            if slide.control < existed_at {
                judgement.outcome.verdict = slide.because;
            }
        }
        Err(verdict) => judgement.outcome.verdict = verdict,
    }
    judgement
}

/// The instant up to which everything can be relied on, and what drew that line.
struct Slide {
    because: Verdict,
    control: i64,
}

impl Slide {
    /// Draws the line at an instant if it is not drawn before; things hold before the instant, not at it.
    fn before(&mut self, first_bad: i64, because: impl FnOnce() -> Verdict) {
        self.until(first_bad.saturating_sub(1), because);
    }

    /// The same for the last instant at which things hold.
    fn until(&mut self, last_good: i64, because: impl FnOnce() -> Verdict) {
        if last_good < self.control {
            self.control = last_good;
            self.because = because();
        }
    }
}

/// Slides the control time from now down the chain, from the certificate below the anchor to the leaf.
fn slide(
    bench: &Bench<'_>,
    path: &[usize],
    links: &[Link<'_, '_>],
    existed_at: i64,
) -> Result<Slide, Verdict> {
    let mut slide = Slide { because: Verdict::passed(), control: bench.query.now };
    let anchor = path.last().and_then(|place| bench.pool.get(*place)?.anchor_at(existed_at));
    if let Some(until) = anchor.and_then(|anchor| anchor.until) {
        slide.before(until, || no_poe("the chain's anchor is not trusted any more"));
    }
    for link in links.iter().rev() {
        slide_link(bench, link, existed_at, &mut slide)?;
    }
    Ok(slide)
}

fn slide_link(
    bench: &Bench<'_>,
    link: &Link<'_, '_>,
    existed_at: i64,
    slide: &mut Slide,
) -> Result<(), Verdict> {
    let name = || link.name();
    let certificate = &link.candidate.x509;
    if link.standing(bench, existed_at).state != State::Exempt {
        slide_revocation(bench, link, slide)?;
    }
    slide.until(certificate.not_after(), || {
        let reason = format!("the certificate of {} expired before anything proves the signature", name());
        Verdict::indeterminate(SubIndication::OutOfBoundsNoPoe, reason)
    });
    if let Some(expires_at) = link.crypto_expires_at(bench) {
        slide.before(expires_at, || crypto_no_poe(&name()));
    }
    Ok(())
}

fn slide_revocation(bench: &Bench<'_>, link: &Link<'_, '_>, slide: &mut Slide) -> Result<(), Verdict> {
    let certificate = &link.candidate.x509;
    let heard = link.heard(bench);
    let now = bench.query.now;
    // The leaf is named by the signature, and proven with it.
    let proven_at = link.candidate.proven_at.unwrap_or(now);
    if link.place != 0 && proven_at > slide.control {
        let reason = format!("nothing proves that the certificate of {} existed in time", link.name());
        return Err(no_poe(reason));
    }
    let revocations = heard.said.iter().filter_map(Statement::revocation);
    if let Some(revoked) = revocations.min_by_key(|entry| entry.at) {
        slide.before(revoked.at, || revoked_verdict(link, revoked.words()));
        return Ok(());
    }
    let counts = |by: &&Statement| {
        by.proven_at <= slide.control
            && by.this_update <= slide.control
            && !by.may_have_forgotten(certificate)
    };
    let known: Vec<Statement> = heard.said.iter().filter(counts).cloned().collect();
    let standing = |at: i64| Standing::at(certificate, &known, heard.why, at);
    let fresh_until = known.iter().map(Statement::fresh_until).max();
    let at_control = standing(slide.control);
    if at_control.is_good() {
        // Fresh: the control time stays.
    } else if let Some(last) = fresh_until.filter(|last| standing(*last).is_good()) {
        slide.until(last, || {
            let reason = format!("no later revocation status of the certificate of {} is known", link.name());
            Verdict::indeterminate(SubIndication::TryLater, reason)
        });
    } else {
        let why = at_control.why.map(|why| format!(": {why}")).unwrap_or_default();
        let reason = format!(
            "nothing proven in time tells whether the certificate of {} was revoked{why}",
            link.name()
        );
        return Err(no_poe(reason));
    }
    // One statement by an algorithm without an end is enough.
    let ends: Option<Vec<i64>> =
        known.iter().map(|by| bench.query.policy.expires_at(&by.algorithm)).collect();
    if let Some(expires_at) = ends.into_iter().flatten().max() {
        slide.before(expires_at, || crypto_no_poe(&link.name()));
    }
    Ok(())
}

fn no_poe(reason: impl Into<String>) -> Verdict {
    Verdict::indeterminate(SubIndication::NoPoe, reason)
}

fn crypto_no_poe(name: &str) -> Verdict {
    let reason = format!("an algorithm that the chain of {name} rests on is not secure any more");
    Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, reason)
}
