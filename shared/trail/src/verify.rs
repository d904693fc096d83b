//! Whether a bundle holds: its files, its chains, its documents with their seals, and its place in the log.

mod document;
mod logged;
mod seal;
mod stamped;

use std::collections::BTreeSet;

use domain::value::Language;
use serde::Serialize;
use tlog::Verifier;
use wording::Wording;

use crate::bundle::{Bundle, EVIDENCE};
use crate::evidence::Fault;
use crate::read::{Ending, Trail};

/// What whoever verifies knows besides the bundle.
#[derive(Default)]
pub struct Knowledge<'a> {
    /// The time, Unix seconds.
    pub now: i64,
    /// Certificates that are trusted to have sealed or time-stamped: where there are none, nobody is. Without them those
    /// in the bundle are, and the verdict says so.
    pub roots: Option<Vec<Vec<u8>>>,
    /// The key of the log; without it, the one in the bundle is taken.
    pub log_key: Option<Verifier>,
    /// A checkpoint of the log that was kept from earlier.
    pub earlier_checkpoint: Option<String>,
    /// A file of a copy of the log, by its path.
    pub log: Option<LogFiles<'a>>,
    /// The language of the words.
    pub language: Language,
}

/// The files of a copy of the log: the bytes at a path, if there are any.
pub type LogFiles<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What became of one check.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// What is at hand does not decide.
    Open,
    /// It does not hold.
    Failed,
}

/// One check.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// Where: a file, or a chain and a number.
    pub place: String,
    /// What was found, in words.
    pub detail: String,
}

/// What verifying a bundle has found.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The worst of all checks.
    pub outcome: Outcome,
    /// The request.
    pub request: String,
    /// Each check, in its order.
    pub checks: Vec<Check>,
    /// What happened, step by step, in words.
    pub steps: Vec<String>,
    /// How many commitments were recomputed from their values.
    pub commitments: usize,
    /// How many have no value to recompute them from.
    pub undisclosed: usize,
    /// Whose personal values were erased, as the custody chain tells.
    pub erased: Vec<String>,
    /// Whether something that whoever verifies gave ties to somebody what the verdict rests on: certificates all of it;
    /// the log's key, or a checkpoint that the log continues, its events. Without, a stranger can have made it, and it
    /// holds all the same. The log knows nothing of custody, so that it ties no erasure.
    pub anchored: bool,
}

/// Checks, as they are made.
#[derive(Debug, Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn add(
        &mut self,
        name: &'static str,
        outcome: Outcome,
        place: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.0.push(Check { name, outcome, place: place.into(), detail: detail.into() });
    }

    fn passed(&mut self, name: &'static str, place: &str, detail: impl Into<String>) {
        self.add(name, Outcome::Passed, place, detail);
    }

    fn failed(&mut self, name: &'static str, place: &str, detail: impl Into<String>) {
        self.add(name, Outcome::Failed, place, detail);
    }

    /// One check for all of these: it passes when there is no fault.
    fn faults(&mut self, name: &'static str, place: &str, faults: Vec<Fault>, detail: &str) {
        if faults.is_empty() {
            self.passed(name, place, detail);
        }
        for fault in faults {
            self.failed(name, &fault.place, fault.what);
        }
    }
}

/// Verifies a bundle.
#[must_use]
pub fn verify(archive: &[u8], knowledge: &Knowledge<'_>) -> Verdict {
    let mut checks = Checks::default();
    let (bundle, faults) = match Bundle::open(archive) {
        Ok(opened) => opened,
        Err(fault) => {
            checks.failed("files", &fault.place, fault.what);
            return Verdict::of(checks, String::new());
        }
    };
    let count = bundle.files.len();
    checks.faults("files", "archive", faults, &format!("{count} files are as the manifest says"));
    let checked = bundle.evidence.check();
    let (commitments, undisclosed) = (checked.commitments, checked.undisclosed);
    let erased = checked.erased;
    let said =
        format!("both chains follow from their events; {commitments} values are what was committed to");
    checks.faults("evidence", EVIDENCE, checked.faults, &said);
    let trail = Trail::read(&bundle.evidence);
    heads(&mut checks, &bundle, checked.heads);
    if checked.heads.is_some() {
        closed(&mut checks, &bundle, &trail);
    }
    let said: BTreeSet<&String> = bundle.manifest.erased.iter().collect();
    if said != erased.iter().collect() {
        checks.failed("erased", "manifest.json", "names others than the custody chain says were erased");
    }
    document::check(&mut checks, &bundle, &trail);
    seal::check(&mut checks, &bundle, &trail, knowledge);
    let is_logged = logged::check(&mut checks, &bundle, &trail, knowledge);
    let is_erased = undisclosed > 0 || !erased.is_empty();
    if is_logged && is_erased && knowledge.roots.is_none() {
        checks.passed(
            "erased",
            "custody",
            "the log ties the events alone: what was erased is told by the bundle",
        );
    }
    let mut verdict = Verdict::of(checks, bundle.manifest.request.clone());
    verdict.anchored = knowledge.roots.is_some() || (is_logged && !is_erased);
    verdict.steps = steps(&trail, knowledge.language);
    verdict.erased = erased;
    (verdict.commitments, verdict.undisclosed) = (commitments, undisclosed);
    verdict
}

impl Verdict {
    fn of(checks: Checks, request: String) -> Self {
        Self {
            outcome: checks.0.iter().map(|it| it.outcome).max().unwrap_or(Outcome::Failed),
            request,
            checks: checks.0,
            steps: Vec::new(),
            commitments: 0,
            undisclosed: 0,
            erased: Vec::new(),
            anchored: false,
        }
    }
}

/// The chains end where the manifest says.
fn heads(checks: &mut Checks, bundle: &Bundle<'_>, heads: Option<crate::Heads>) {
    let manifest = &bundle.manifest;
    if bundle.evidence.request != manifest.request {
        checks.failed("heads", EVIDENCE, "is of another request than the manifest");
    }
    let Some(heads) = heads else { return };
    let mut of = |name: &'static str, derived: crate::bundle::HeadOf, said: &crate::bundle::HeadOf| {
        if derived == *said {
            checks.passed("heads", name, format!("{} events end in {}", derived.length, derived.hash));
        } else {
            checks.failed(
                "heads",
                name,
                "ends elsewhere than the manifest says: events are missing or added",
            );
        }
    };
    of("event", (&heads.events).into(), &manifest.events);
    of("custody", (&heads.custody).into(), &manifest.custody);
}

/// A procedure that ended has the event that ended it as the last one of its chain.
fn closed(checks: &mut Checks, bundle: &Bundle<'_>, trail: &Trail) {
    let ending = match bundle.manifest.state.as_str() {
        "DONE" => Ending::Done,
        "ERROR" => Ending::Rejected,
        "DECLINED" => Ending::Declined,
        "EXPIRED" => Ending::Expired,
        "CANCELLED" => Ending::Cancelled,
        _ => Ending::Open,
    };
    if ending != trail.ending {
        return checks.failed("ending", "event", "the events end in another state than the manifest says");
    }
    if ending == Ending::Open {
        return checks.add(
            "ending",
            Outcome::Open,
            "event",
            "the procedure has not ended: its chain goes on",
        );
    }
    let last = trail.steps.iter().rfind(|it| it.chain == domain::transition::ChainName::Event);
    if last.is_some_and(|it| Some(it.seq) == trail.closed_by) {
        checks.passed("ending", "event", "the last event is the one that ended the procedure");
    } else {
        checks.failed("ending", "event", "the chain goes on after the event that ended the procedure");
    }
}

/// What happened, in words. A kind of event that this program does not know is named by its word.
fn steps(trail: &Trail, language: Language) -> Vec<String> {
    let mut wording = Wording::new(language);
    let line = |step: &crate::Step, wording: &mut Wording| {
        trail.line(step, wording).unwrap_or_else(|_| step.kind.clone())
    };
    trail
        .steps
        .iter()
        .map(|it| {
            format!(
                "{} {}. {} {}",
                crate::evidence::chain_word(it.chain),
                it.seq,
                it.at,
                line(it, &mut wording)
            )
        })
        .collect()
}
