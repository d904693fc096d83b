//! What moves leave behind: evidence, what integrators are told, messages, codes, and things to look at later.
//!
//! Each record lies in `records/` as it was read and found right. `PARAPHE_RENEW=1` writes them anew, to be read again.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::super::facts::Facts;
use super::super::{AttachmentState, Erasure, Signatory};
use super::stage::{NOON, Stage};
use crate::Timestamp;
use crate::evidence::{EvidenceEvent, Owner, commit_value};
use crate::transition::{ChainName, Changes};
use crate::value::{LinkKey, LinkToken};

impl Stage {
    /// Everything that this stage committed is what its record says.
    pub(super) fn leaves(&self, name: &str) {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("src/request/tests/records")
            .join(format!("{name}.txt"));
        let made = self.record.join("\n") + "\n";
        if std::env::var_os("PARAPHE_RENEW").is_some() {
            fs::write(&path, &made).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(made, kept, "{} says otherwise", path.display());
    }
}

/// What one move left behind, a line a thing; ids and digests are named by what they are of.
pub(super) fn lines(facts: &Facts, changes: &Changes) -> Vec<String> {
    let mut lines = vec![format!("-- {}", since(facts.updated_at))];
    for (chain, events) in [("", &changes.evidence), ("custody ", &changes.custody)] {
        let name = if chain.is_empty() { ChainName::Event } else { ChainName::Custody };
        lines.extend(events.iter().map(|it| format!("{chain}{}", event(facts, changes, name, it))));
    }
    for it in &changes.notifications {
        let about = format!("{:?} {}", it.evidence.0, it.evidence.1);
        lines.push(format!(
            "told {} {} of {about} at {}: {}",
            it.sequence,
            it.name.as_str(),
            since(it.at),
            words(&it.detail)
        ));
    }
    for it in &changes.messages {
        let kind = it.kind.as_str();
        lines.push(format!(
            "message {kind} to {} by {} at {}",
            it.to,
            it.channel.as_str(),
            since(it.decided_at)
        ));
    }
    lines.extend(
        changes.sent_messages.iter().map(|it| format!("taken by the provider as {}", it.provider_id)),
    );
    lines.extend(changes.settled_messages.iter().map(|_| "a message is settled".to_owned()));
    for (signatory, challenge) in &changes.challenges {
        lines.push(match challenge {
            Some(it) => {
                let channels: Vec<&str> = it.codes.iter().map(|it| it.channel.as_str()).collect();
                let (made, ends) = (since(it.issued_at), since(it.expires_at));
                let (pepper, tries, by) = (it.pepper, it.attempts, channels.join(" and "));
                format!("a challenge of {signatory} by {by}, pepper {pepper}, {tries} wrong, from {made} to {ends}")
            }
            None => format!("no challenge of {signatory}"),
        });
    }
    lines.extend(changes.due.iter().map(|it| format!("due {} at {}", it.what.as_str(), since(it.at))));
    lines.extend(changes.done.iter().map(|it| format!("done {}", it.as_str())));
    lines.into_iter().map(|it| named(facts, &it)).collect()
}

/// Where the request and its people stand, a line each.
pub(super) fn standing(facts: &Facts) -> Vec<String> {
    let at = |it: Option<Timestamp>| it.map_or_else(|| "never".to_owned(), since);
    let mut lines = vec![format!(
        "request of {} until {} draft={} ready {} closed {} deleted {} held {} erased {} {:?} title {:?} key {}",
        facts.requester.as_str(),
        since(facts.expires_at),
        facts.draft,
        at(facts.ready_at),
        at(facts.closed_at),
        at(facts.deleted_at),
        at(facts.held_at),
        at(facts.erased_at),
        facts.filing,
        facts.title,
        facts.key_salt(&Owner::Integrator).is_some(),
    )];
    let whole = facts.is_erased(&Erasure::Everyone).unwrap();
    assert_eq!(whole, facts.erased_at.is_some());
    lines.extend(facts.signatories.iter().enumerate().map(|(index, it)| person(facts, index, it)));
    lines.into_iter().map(|it| named(facts, &it)).collect()
}

/// Where one of them stands.
fn person(facts: &Facts, index: usize, it: &Signatory) -> String {
    let at = |it: Option<Timestamp>| it.map_or_else(|| "never".to_owned(), since);
    assert_eq!(facts.is_erased(&Erasure::Signatory(it.id.clone())).unwrap(), it.erased_at.is_some());
    let token = LinkToken::derive(&LinkKey::new(b"links"), &facts.id, &it.id, it.link_generation).digest();
    let opens = if token == it.link_digest { "opens" } else { "opens nothing" };
    let owner = Owner::Signatory(it.id.clone());
    let salt = facts.key_salt(&owner);
    assert_eq!(salt, it.key_salt.as_ref());
    let mut shown = format!(
        "S{index} {} {} stage {} group {:?} slot {} {} {} {:?} by {:?} from {} knows {} identity {:?}",
        it.state_name(),
        it.role.as_str(),
        it.stage,
        it.group,
        it.slot,
        it.full_name(),
        it.email.as_ref().map_or("-", |it| it.expose()),
        it.mobile.as_ref().map(crate::value::PhoneNumber::expose),
        it.channels.each(),
        it.destination_from.as_str(),
        it.knowledge.as_ref().map_or(0, |it| it.questions.len()),
        it.identity,
    );
    write!(
        shown,
        " places {} anchors {} words {:?} in {:?} {:?} invited {} link {} {opens} key {} erased {} free {} mail since {}",
        it.places.len(),
        it.anchors.len(),
        it.otp_text,
        it.language,
        it.timezone,
        at(it.invited_at),
        it.link_generation,
        salt.is_some(),
        at(it.erased_at),
        it.free_moves,
        at(it.email_since),
    )
    .unwrap();
    for it in &it.notices {
        write!(shown, "\n  {} at {}", it.notice.as_str(), since(it.at)).unwrap();
    }
    for it in &it.attachments {
        let (name, more) = (it.name.as_str(), &it.description);
        let (state, file) = (it.state.as_str(), it.file().map(|it| it.file.sha256));
        write!(shown, "\n  {} {name} {more:?} required={} {state} {file:?}", it.id, it.required).unwrap();
        if let AttachmentState::Rejected { at, reason } = &it.state {
            write!(shown, " at {}: {}", since(*at), reason.as_str()).unwrap();
        }
    }
    write!(shown, "\n  {:?}", it.progress).unwrap();
    shown
}

/// An event; every commitment in it is one to a value that is disclosed beside it.
fn event(facts: &Facts, changes: &Changes, chain: ChainName, event: &EvidenceEvent) -> String {
    let body: Map<String, Value> = serde_json::from_slice(&event.bytes).unwrap();
    let of_event = changes.disclosures.iter().filter(|it| it.0 == chain && it.1.seq == event.seq);
    let mut disclosed = Vec::new();
    for (_, disclosure) in of_event {
        for it in &disclosure.fields {
            let made = commit_value(&facts.id, event.seq, &it.field, &it.salt, &it.value);
            assert_eq!(body["commitments"][&it.field], made.to_hex());
            disclosed.push(format!("{} of {} is {}", it.field, disclosure.owner.as_str(), it.value));
        }
    }
    assert_eq!(body["commitments"].as_object().unwrap().len(), disclosed.len());
    assert_eq!(body["at"], event.at.to_rfc3339());
    let actor = body["actor"].as_object().unwrap();
    let mut line = format!(
        "{} {} by {} at {}: {}",
        event.seq,
        event.kind.as_str(),
        words(actor),
        since(event.at),
        words(body["facts"].as_object().unwrap())
    );
    for it in disclosed {
        write!(line, "\n  {it}").unwrap();
    }
    line
}

fn words(members: &Map<String, Value>) -> String {
    let words: Vec<String> = members.iter().map(|(name, value)| format!("{name}={value}")).collect();
    words.join(" ")
}

/// Seconds since the beginning of every story.
fn since(at: Timestamp) -> String {
    let millis = at.unix_ms() - NOON.unix_ms();
    if millis % 1000 == 0 { format!("{} s", millis / 1000) } else { format!("{millis} ms") }
}

/// The line with names in place of what chance chose.
fn named(facts: &Facts, line: &str) -> String {
    let mut line = line.replace(facts.id.as_str(), "REQUEST");
    for (index, signatory) in facts.signatories.iter().enumerate() {
        line = line.replace(signatory.id.as_str(), &format!("S{index}"));
        for (at, attachment) in signatory.attachments.iter().enumerate() {
            line = line.replace(attachment.id.as_str(), &format!("S{index}/A{at}"));
        }
    }
    let mut kept = String::new();
    for run in line.split_inclusive(|it: char| !it.is_ascii_hexdigit()) {
        let hex = run.trim_end_matches(|it: char| !it.is_ascii_hexdigit());
        match hex.len() {
            24 | 32 | 64 => kept.extend(["#", &run[hex.len()..]]),
            _ => kept.push_str(run),
        }
    }
    kept
}
