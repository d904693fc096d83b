//! What stands in a report, in its order, whatever it is written on.

use sheet::{Block, Fact, Section, Sheet, Tone, clean};

use crate::answer::{Anchor, Answer, Certificate, Change, Signature, TimestampFound, Verdict};

/// The report of an answer.
pub(crate) fn sheet(answer: &Answer) -> Sheet {
    let mut sections = Vec::new();
    add_sections(&mut sections, answer, "");
    let overall = &answer.overall;
    let facts = [
        Fact::text("Finding (EN 319 102-1)", &overall.word()),
        Fact::text("Format", &answer.signature_format),
        Fact::text("Signatures and time-stamps", &answer.nr_of_signatures.to_string()),
        Fact::text("Checked at", &answer.check_date),
        Fact::text("Judged as of", &answer.verification_date),
        Fact::code("SHA-256 of the file", &answer.sha256),
    ];
    Sheet {
        title: "Validation report".to_owned(),
        tone: tone_of(overall),
        headline: headline(answer),
        sentences: clean_all(overall.reason.iter().chain(about_file(answer))),
        facts: facts.into(),
        sections,
    }
}

/// The verdict about the whole file, in words that nobody takes for more than they say.
fn headline(answer: &Answer) -> String {
    let overall = &answer.overall;
    match (tone_of(overall), answer.nr_of_signatures) {
        (_, 0) => "Not signed",
        (Tone::Good, 1) => "The signature is valid",
        (Tone::Good, _) => "All signatures are valid",
        (Tone::Open, _) => "Not proven valid",
        (Tone::Bad, _) => "Not valid",
    }
    .to_owned()
}

/// What is to be known about the file itself.
fn about_file(answer: &Answer) -> impl Iterator<Item = &String> {
    answer.note_report_list.iter().filter(|it| it.about < 0).map(|it| &it.description)
}

fn add_sections(sections: &mut Vec<Section>, answer: &Answer, inside: &str) {
    for (number, signature) in (1..).zip(&answer.signature_report_list) {
        sections.push(section(number, signature, inside));
    }
    if !answer.revision_report_list.is_empty() {
        let revision = |it: &crate::answer::Revision| Block {
            title: format!("Revision {}", it.number),
            sentences: Vec::new(),
            facts: vec![
                Fact::text("Ends at byte", &it.end_bytes.to_string()),
                Fact::code("SHA-256 up to there", &it.sha256),
            ],
        };
        sections.push(Section {
            title: format!("Revisions of the file{inside}"),
            tone: None,
            headline: String::new(),
            sentences: Vec::new(),
            facts: Vec::new(),
            blocks: answer.revision_report_list.iter().map(revision).collect(),
        });
    }
    for (number, inner) in (1..).zip(&answer.inner_report_list) {
        let place = format!("{inside}, signed file {number} inside");
        sections.push(Section {
            title: format!("Signed file {number} inside the file{inside}"),
            tone: Some(tone_of(&inner.overall)),
            headline: headline(inner),
            sentences: clean_all(inner.overall.reason.iter().chain(about_file(inner))),
            facts: vec![
                Fact::text("Finding (EN 319 102-1)", &inner.overall.word()),
                Fact::text("Format", &inner.signature_format),
                Fact::text("Signatures and time-stamps", &inner.nr_of_signatures.to_string()),
                Fact::code("SHA-256 of the file", &inner.sha256),
            ],
            blocks: Vec::new(),
        });
        add_sections(sections, inner, &place);
    }
}

fn section(number: usize, signature: &Signature, inside: &str) -> Section {
    let is_timestamp = signature.kind == "DOCUMENT_TIMESTAMP";
    let what = if is_timestamp { "Document time-stamp" } else { "Signature" };
    let tone = tone_of(&signature.verdict);
    let blocks = changes(&signature.change_report_list)
        .into_iter()
        .chain(timestamps(&signature.timestamp_report_list))
        .chain(certificates("Certificate", &signature.certificate_chain));
    Section {
        title: clean(&format!("{what} {number}{inside}")),
        tone: Some(tone),
        headline: match tone {
            Tone::Good => "Valid",
            Tone::Open => "Not proven valid",
            Tone::Bad => "Not valid",
        }
        .to_owned(),
        sentences: clean_all(signature.verdict.reason.iter().chain(&signature.notes)),
        facts: facts(signature),
        blocks: blocks.collect(),
    }
}

fn facts(signature: &Signature) -> Vec<Fact> {
    let integrity = match (signature.integrity, signature.change_report_list.is_empty()) {
        (true, true) => "unchanged since it was signed",
        (true, false) => "what was signed is unchanged; changes came later",
        (false, _) => "not what was signed",
    };
    let date_from =
        if signature.trusted_signature_date { "proven by a time-stamp" } else { "as the signer says" };
    let revision = signature.revision.map(|it| it.to_string());
    let facts = [
        Some(Fact::text("Finding (EN 319 102-1)", &signature.verdict.word())),
        Fact::maybe("Signed by", signature.subject_cn.as_ref().or(signature.subject_dn.as_ref())),
        Fact::maybe("Certificate issued by", signature.issuer_cn.as_ref().or(signature.issuer_dn.as_ref())),
        Some(Fact::text("Signed bytes", integrity)),
        signature.signature_date.as_ref().map(|it| Fact::text("Date", &format!("{it}, {date_from}"))),
        Fact::maybe("Date that the signer says", signature.claimed_date.as_ref()),
        Fact::maybe("Existence proven at", signature.proven_date.as_ref()),
        Fact::maybe("Reason given", signature.signing_reason.as_ref()),
        Fact::maybe("Place given", signature.signing_location.as_ref()),
        Some(Fact::text("Covers", &coverage(signature))),
        Fact::maybe("Revision signed", revision.as_ref()),
        Fact::maybe("Baseline level", signature.level.as_ref()),
        Some(Fact::text("Validation process", &signature.process)),
        Some(Fact::text("Algorithm", &signature.signature_algorithm_name)),
        Fact::maybe("Field", signature.field_name.as_ref()),
        Fact::maybe("Encoding", signature.sub_filter.as_ref()),
        signature.sha256.as_ref().map(|it| Fact::code("SHA-256 of the signed bytes", it)),
    ];
    facts.into_iter().flatten().collect()
}

fn coverage(signature: &Signature) -> String {
    let words = match signature.coverage.as_str() {
        "WHOLE_FILE" => "the whole file",
        "WHOLE_REVISION" => "its whole revision; the file goes on after it",
        _ => "only a part",
    };
    format!("{words} ({})", signature.coverage)
}

fn changes(changes: &[Change]) -> Option<Block> {
    if changes.is_empty() {
        return None;
    }
    let sentence = |it: &Change| {
        let allowed = if it.allowed { "allowed" } else { "NOT allowed" };
        format!("Revision {}, {allowed}: {}", it.revision, it.description)
    };
    let sentences: Vec<String> = changes.iter().map(sentence).collect();
    Some(Block {
        title: "What changed afterwards".to_owned(),
        sentences: clean_all(sentences.iter()),
        facts: Vec::new(),
    })
}

fn timestamps(timestamps: &[TimestampFound]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (number, it) in (1..).zip(timestamps) {
        let over = match it.covers.as_str() {
            "SIGNATURE" => "the signature",
            "CONTENT" => "the content, before it was signed",
            "DOCUMENT" => "the document",
            _ => "the signature and its validation data",
        };
        let facts = [
            Some(Fact::text("Finding (EN 319 102-1)", &it.verdict.word())),
            Fact::maybe("Time", it.generated_date.as_ref()),
            Some(Fact::text("Over", &format!("{over} ({})", it.covers))),
        ];
        blocks.push(Block {
            title: format!("Time-stamp {number}"),
            sentences: clean_all(it.verdict.reason.iter()),
            facts: facts.into_iter().flatten().collect(),
        });
        blocks.extend(certificates(&format!("Time-stamp {number}, certificate"), &it.certificate_chain));
    }
    blocks
}

fn certificates(title: &str, chain: &[Certificate]) -> Vec<Block> {
    (1..).zip(chain).map(|(number, it)| certificate(format!("{title} {number}"), it)).collect()
}

fn certificate(title: String, it: &Certificate) -> Block {
    let qualified = match (it.qualified, it.qualified_device) {
        (true, true) => Some("qualified, with its key in a qualified device"),
        (true, false) => Some("qualified"),
        (false, true) => Some("its key is in a qualified device"),
        (false, false) => None,
    };
    let facts = [
        Some(Fact::text("Subject", &it.subject_dn)),
        Some(Fact::text("Issuer", &it.issuer_dn)),
        Some(Fact::code("Serial number", &it.serial_number)),
        Some(Fact::text("Valid from", &it.not_before)),
        Some(Fact::text("Valid until", &it.not_after)),
        Some(Fact::text("Status", &it.status)),
        Some(Fact::text("Revocation known from", &it.revocation_source)),
        Fact::maybe("As of", it.revocation_issued_date.as_ref()),
        Fact::maybe("Revoked at", it.revocation_date.as_ref()),
        Some(Fact::text("Key", &format!("{} bits", it.key_size))),
        qualified.map(|words| Fact::text("States to be", words)),
        it.trust_anchor.as_ref().map(|it| Fact::text("Trusted as", &anchor(it))),
        Some(Fact::code("SHA-256", &it.sha256)),
    ];
    Block { title, sentences: Vec::new(), facts: facts.into_iter().flatten().collect() }
}

fn anchor(anchor: &Anchor) -> String {
    let words = match anchor.source.as_str() {
        "SEAL_AUTHORITY" => "authority of this service's seals".to_owned(),
        "TENANT" => "root that was added by the caller".to_owned(),
        _ => {
            let of = |it: &Option<String>| it.clone().unwrap_or_default();
            let qualified = if anchor.qualified == Some(true) { ", qualified" } else { "" };
            format!(
                "service of the trusted list of {}: {}{qualified}",
                of(&anchor.territory),
                of(&anchor.service)
            )
        }
    };
    format!("{words} ({})", anchor.source)
}

fn clean_all<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    texts.map(|it| sentence(&clean(it))).collect()
}

/// A capital first, a full stop last.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

fn tone_of(verdict: &Verdict) -> Tone {
    if verdict.is_passed() {
        Tone::Good
    } else if verdict.is_failed() {
        Tone::Bad
    } else {
        Tone::Open
    }
}
