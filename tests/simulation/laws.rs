//! What must hold when everything that was left behind has been taken up, by what can be seen from outside.

use std::collections::BTreeMap;

use domain::Timestamp;
use http::Method;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tests::{judge_messages, judge_signed};

use crate::cast::document;
use crate::play::{Outcome, Stage};

/// Evidence, as far as laws speak of it.
struct Evidence(Vec<Value>);

impl Evidence {
    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (usize, &'a Value)> {
        self.0.iter().enumerate().filter(move |(_, it)| it["kind"] == kind)
    }

    fn count(&self, kind: &str) -> usize {
        self.of(kind).count()
    }
}

/// Looks at all that is left.
pub(crate) async fn look(stage: &mut Stage) -> Result<Outcome, String> {
    let id = stage.id.clone();
    let path = format!("/signatures/{id}/audit");
    let audit = stage.world.get(None, &path).await.expect(200).json();
    let chain = Evidence(gapless(&id, &audit["data"]["evidence"]["events"])?);
    let custody = gapless(&id, &audit["data"]["evidence"]["custody"])?;
    let detail = stage.world.get(None, &format!("/signatures/{id}/detail")).await.expect(200).json();
    let (ended, signers) = (detail["data"]["state"].as_str().unwrap().to_owned(), &detail["data"]["signers"]);

    ended_once(&ended, &chain, signers, stage)?;
    promises_kept(stage, &chain, signers)?;
    acts_are_proven(&chain)?;
    guesses_are_bounded(&chain)?;
    sealed_once(stage, &ended, &chain).await?;
    let all = [chain.0.clone(), custody].concat();
    judge_messages(&stage.world, &all)?;
    let all = Evidence(all);
    codes_left(&all)?;
    told(stage, &all).await?;
    unseen(stage).await?;
    Ok(Outcome {
        state: ended,
        signatures: chain.count("SignatureCreated"),
        seals: chain.count("RevisionSealed") + chain.count("RequestClosed"),
        messages: stage.world.door().cloud.outbox().len(),
        deaths: usize::try_from(stage.world.deaths).unwrap(),
        failed: stage.world.failures_made(),
    })
}

/// I4: each event follows from the one before it. Derived here once more, from the words of the format.
fn gapless(id: &str, events: &Value) -> Result<Vec<Value>, String> {
    let (mut previous, mut found) = ([0_u8; 32], Vec::new());
    for (seq, stored) in events.as_array().unwrap().iter().enumerate() {
        let bytes = stored["event"].as_str().unwrap();
        let event: Value = serde_json::from_str(bytes).unwrap();
        let hash = Sha256::new_with_prefix(b"paraphe/event/v1\0").chain_update(previous).chain_update(bytes);
        previous = hash.finalize().into();
        if event["seq"] != seq || event["request"] != id || stored["hash"] != hex::encode(previous) {
            return Err(format!("event {seq} does not follow: {bytes}"));
        }
        found.push(event);
    }
    Ok(found)
}

/// I4, I6: the state is what the evidence says, once, and nobody acts after it or after the deadline.
fn ended_once(end: &str, chain: &Evidence, signers: &Value, stage: &Stage) -> Result<(), String> {
    let ends = ["RequestClosed", "SignatureDeclined", "RequestCancelled", "RequestExpired"];
    let found: Vec<(&str, usize)> =
        ends.iter().flat_map(|kind| chain.of(kind).map(|(at, _)| (*kind, at))).collect();
    let expected = match end {
        "DONE" => Some("RequestClosed"),
        "DECLINED" => Some("SignatureDeclined"),
        "CANCELLED" => Some("RequestCancelled"),
        "EXPIRED" => Some("RequestExpired"),
        "WAIT_SIGNER" => None,
        other => return Err(format!("the request is {other}")),
    };
    let kinds: Vec<&str> = found.iter().map(|it| it.0).collect();
    if kinds != expected.into_iter().collect::<Vec<_>>() {
        return Err(format!("the request is {end}, and its evidence has {kinds:?}"));
    }
    let now = stage.world.door().cloud.clock().now();
    let waits = |it: &Value| matches!(it["state"].as_str().unwrap(), "NEW" | "LOCKED");
    let someone_waits = signers.as_array().unwrap().iter().any(waits);
    if expected.is_none() && (now >= stage.expires_at || !someone_waits) {
        return Err(format!("the request still waits, of {signers}"));
    }
    if end == "DONE" && someone_waits {
        return Err(format!("the request is done without {signers}"));
    }
    for act in ACTS {
        for (at, event) in chain.of(act) {
            if found.iter().any(|(_, end)| at > *end) || instant(&event["at"]) >= stage.expires_at {
                return Err(format!("too late: {event}"));
            }
        }
    }
    Ok(())
}

/// What the service said that it took stands in the evidence, of everyone at most once.
fn promises_kept(stage: &Stage, chain: &Evidence, signers: &Value) -> Result<(), String> {
    let mailbox = |event: &Value| {
        let signer = signers.as_array().unwrap().iter().find(|it| it["id"] == event["facts"]["signatory"]);
        signer.map(|it| it["email"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    for kind in ACTS.iter().chain(&["RequestCancelled"]) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (_, event) in chain.of(kind) {
            *counts.entry(mailbox(event)).or_default() += 1;
        }
        if let Some((_, count)) = counts.iter().find(|it| *it.1 > 1) {
            return Err(format!("{kind} stands {count} times in the evidence"));
        }
        let lost = stage.promised.iter().find(|(of, who)| of == kind && !counts.contains_key(who));
        if let Some((kind, _)) = lost {
            return Err(format!("{kind} was answered by 200, and is not in the evidence"));
        }
    }
    Ok(())
}

/// I1: whoever signs or approves was shown the document, agreed, and had a code for these bytes on each channel.
fn acts_are_proven(chain: &Evidence) -> Result<(), String> {
    for kind in ["SignatureCreated", "DocumentApproved"] {
        for (at, act) in chain.of(kind) {
            let facts = &act["facts"];
            let theirs = |(before, it): &(usize, &Value)| {
                *before < at && it["facts"]["signatory"] == facts["signatory"]
            };
            let presented = chain
                .of("DocumentPresented")
                .filter(theirs)
                .any(|(_, it)| it["facts"]["sha256"] == facts["sha256"]);
            let agreed = chain.of("ConsentGiven").any(|it| theirs(&it));
            let answered = instant(&facts["otp_validated_at"]);
            let has_code = |channel: &Value| {
                chain.of("OtpIssued").filter(theirs).any(|(_, it)| {
                    let issued = &it["facts"];
                    issued["channel"] == *channel
                        && issued["sha256"] == facts["sha256"]
                        && answered < instant(&issued["expires_at"])
                })
            };
            let channels = facts["channels"].as_array().unwrap();
            if !(presented && agreed && !channels.is_empty() && channels.iter().all(has_code)) {
                return Err(format!("not proven: {act}"));
            }
        }
    }
    Ok(())
}

/// I3: of one person, at most 25 wrong answers and 5 codes until they are unlocked.
fn guesses_are_bounded(chain: &Evidence) -> Result<(), String> {
    let mut used: BTreeMap<&str, (usize, Vec<u64>)> = BTreeMap::new();
    for event in &chain.0 {
        let facts = &event["facts"];
        let Some(who) = facts["signatory"].as_str() else { continue };
        let (guesses, codes) = used.entry(who).or_default();
        match event["kind"].as_str().unwrap() {
            "OtpRejected" => *guesses += 1,
            "OtpIssued" => codes.push(facts["code"].as_u64().unwrap()),
            "SignatoryUnlocked" => (*guesses, *codes) = (0, Vec::new()),
            _ => {}
        }
        codes.dedup();
        if *guesses > 25 || codes.len() > 5 {
            return Err(format!("{guesses} guesses, codes {codes:?} before {event}"));
        }
    }
    Ok(())
}

/// I7: of each code the evidence says whether it left.
fn codes_left(evidence: &Evidence) -> Result<(), String> {
    for (_, issued) in evidence.of("OtpIssued") {
        let message = &issued["facts"]["message"];
        let ends = ["MessageSent", "MessageAmbiguous", "MessageRefused"];
        let told =
            ends.iter().flat_map(|kind| evidence.of(kind)).any(|(_, it)| it["facts"]["message"] == *message);
        if !told {
            return Err(format!("nothing is said of the message of {issued}"));
        }
    }
    Ok(())
}

/// I2: one seal for each act, and the closing one; each ends a revision of its own over all before it.
async fn sealed_once(stage: &mut Stage, end: &str, chain: &Evidence) -> Result<(), String> {
    let mut sealed: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, event) in chain.of("RevisionSealed") {
        *sealed.entry(event["facts"]["signatory"].as_str().unwrap()).or_default() += 1;
    }
    let acts = chain.count("SignatureCreated");
    if sealed.values().any(|it| *it > 1) || sealed.len() > acts {
        return Err(format!("{acts} signatures, sealed {sealed:?}"));
    }
    // Nobody waits for the seal of a request that ended otherwise.
    if matches!(end, "DONE" | "WAIT_SIGNER") && sealed.len() != acts {
        return Err(format!("{acts} signatures, and {} seals", sealed.len()));
    }
    if end == "DONE" {
        let path = format!("/signatures/{}/signedDocument", stage.id);
        let signed = stage.world.get(None, &path).await.expect(200).body;
        judge_signed(&stage.world.door().cloud, &document(), &signed, acts + 1).await;
    }
    Ok(())
}

/// I5: the callback was told each event of its kinds, and feed and subscription those of theirs.
async fn told(stage: &mut Stage, evidence: &Evidence) -> Result<(), String> {
    let mut expected: Vec<&str> = evidence
        .0
        .iter()
        .filter_map(|it| it["kind"].as_str())
        .filter(|it| CALLED_BACK.contains(it))
        .collect();
    expected.sort_unstable();
    let called_back = stage.world.receiver.called_back(&stage.id);
    if called_back != expected {
        return Err(format!("called back {called_back:?}, not {expected:?}"));
    }
    let feed = stage.world.judge_feed(&stage.id.clone()).await?;
    for (kind, name) in FED {
        let (happened, told) = (evidence.count(kind), feed.iter().filter(|it| it["type"] == name).count());
        if happened != told {
            return Err(format!("{kind} happened {happened} times, and the feed has {told}"));
        }
    }
    Ok(())
}

/// I8: another tenant sees nothing, and is told nothing.
async fn unseen(stage: &mut Stage) -> Result<(), String> {
    let stranger = stage.stranger.clone();
    for path in ["/detail", "/audit", "/signedDocument", "/validatedDocument"] {
        let path = format!("/signatures/{}{path}", stage.id);
        let answer = stage.world.get(Some(&stranger), &path).await;
        if answer.status != 404 {
            return Err(format!("a stranger gets {} at {path}", answer.status));
        }
    }
    let path = format!("/signatures/{}/cancel", stage.id);
    let answer = stage.world.call(Some(&stranger), Method::POST, &path, Some(&Value::Null)).await;
    if answer.is_some_and(|it| it.status < 400) {
        return Err("a stranger cancels".to_owned());
    }
    for path in ["/signatures", "/events"] {
        let list = stage.world.get(Some(&stranger), path).await.expect(200).json();
        if list["data"].as_array().is_none_or(|it| !it.is_empty()) {
            return Err(format!("a stranger sees {list}"));
        }
    }
    Ok(())
}

fn instant(text: &Value) -> Timestamp {
    Timestamp::parse_rfc3339(text.as_str().unwrap()).unwrap()
}

const ACTS: [&str; 4] = ["SignatureCreated", "DocumentApproved", "DocumentRead", "SignatureDeclined"];
/// The evidence that may stand in a world's chain and that callbacks tell.
const CALLED_BACK: [&str; 10] = [
    "DocumentAccepted",
    "SignatoryLocked",
    "SignatoryUnlocked",
    "SignatureCreated",
    "DocumentApproved",
    "DocumentRead",
    "SignatureDeclined",
    "RequestClosed",
    "RequestExpired",
    "RequestCancelled",
];
/// Evidence, and the event of the feed that there is of each.
const FED: [(&str, &str); 11] = [
    ("RequestReceived", "request.created"),
    ("DocumentAccepted", "document.accepted"),
    ("DocumentPresented", "document.viewed"),
    ("OtpRejected", "signer.otp_failed"),
    ("SignatoryLocked", "signer.locked"),
    ("SignatoryUnlocked", "signer.unlocked"),
    ("SignatureCreated", "document.signed"),
    ("SignatureDeclined", "request.declined"),
    ("RequestClosed", "request.completed"),
    ("RequestExpired", "request.expired"),
    ("RequestCancelled", "request.cancelled"),
];
