//! The place of the chain in the transparency log.

use tlog::{Checkpoint, Nodes, Proof, Verifier, check_consistency, consistency, tiles_of_consistency};

use super::{Checks, Knowledge, Outcome, stamped};
use crate::bundle::Bundle;
use crate::leaf;
use crate::read::{Ending, Trail};

/// Says whether the chain is in a log that whoever verifies knows: by its key, or by a checkpoint that it continues.
pub(super) fn check(
    checks: &mut Checks,
    bundle: &Bundle<'_>,
    trail: &Trail,
    knowledge: &Knowledge<'_>,
) -> bool {
    let Some(proof) = text(bundle, PROOF) else {
        if trail.ending != Ending::Open {
            checks.add("log", Outcome::Open, PROOF, "the chain is not in the log yet, or there is no log");
        }
        return false;
    };
    let own = text(bundle, KEY).and_then(|it| Verifier::parse(it).ok());
    let Some(key) = knowledge.log_key.clone().or(own) else {
        // The proof may be as good as any: the key is published after the first checkpoint was signed.
        checks.add("log", Outcome::Open, KEY, "there is no key of the log to check the proof with");
        return false;
    };
    let head = &bundle.manifest.events;
    let entry = leaf(&bundle.manifest.request, head.length, &head.hash);
    let checkpoint = match Proof::parse(proof).and_then(|it| it.check(&entry, &key)) {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            checks.failed("log", PROOF, error.to_string());
            return false;
        }
    };
    let whose = if knowledge.log_key.is_some() { "the key that you gave" } else { "the key in the bundle" };
    checks.passed(
        "log",
        PROOF,
        format!("the chain's head is in the log of {} entries, by {whose}", checkpoint.size),
    );
    let mut is_known = knowledge.log_key.is_some();
    if let Some(earlier) = &knowledge.earlier_checkpoint {
        let (outcome, detail) = history(earlier, &checkpoint, &key, knowledge);
        // One key has signed both.
        is_known |= outcome == Outcome::Passed;
        checks.add("log", outcome, "checkpoint", detail);
    }
    stamped::check(checks, bundle, knowledge, (&entry, &key));
    is_known
}

/// Whether the log only grew since a checkpoint that was kept.
fn history(earlier: &str, now: &Checkpoint, key: &Verifier, knowledge: &Knowledge<'_>) -> (Outcome, String) {
    let old = match Checkpoint::open(earlier, key) {
        Ok(old) => old,
        Err(error) => return (Outcome::Failed, format!("the checkpoint from earlier is not taken: {error}")),
    };
    if old.size == now.size {
        return if old.root == now.root {
            (Outcome::Passed, "the log is what it was".to_owned())
        } else {
            (Outcome::Failed, REWRITTEN.to_owned())
        };
    }
    let Some(read) = knowledge.log else {
        let detail =
            "the checkpoint from earlier has another size: a copy of the log's tiles is needed to compare";
        return (Outcome::Open, detail.to_owned());
    };
    let (small, large) = if old.size < now.size { (&old, now) } else { (now, &old) };
    let tiles = tiles_of_consistency(small.size, large.size);
    let tiles = tiles.into_iter().filter_map(|it| Some((it, read(&it.path())?)));
    let proof = match consistency(&Nodes::new(large.size, tiles), small.size, large.size) {
        Ok(proof) => proof,
        Err(error) => return (Outcome::Open, format!("the copy of the log does not suffice: {error}")),
    };
    match check_consistency((small.size, &small.root), (large.size, &large.root), &proof) {
        Ok(()) => (Outcome::Passed, "the log only grew since the checkpoint from earlier".to_owned()),
        Err(_) => (Outcome::Failed, REWRITTEN.to_owned()),
    }
}

fn text<'a>(bundle: &Bundle<'a>, name: &str) -> Option<&'a str> {
    std::str::from_utf8(bundle.files.get(name)?).ok()
}

/// The proof that the chain is in the log.
pub(crate) const PROOF: &str = "log/proof.tlog-proof";
/// The log's key.
pub(crate) const KEY: &str = "log/key.txt";
const REWRITTEN: &str = "the log was rewritten: it does not continue the checkpoint from earlier";
