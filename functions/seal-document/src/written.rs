//! A revision is written once, and counts only as it is read back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::request::{Lowered, SealFacts, SealLevel, SealedBy};
use domain::value::DocumentId;
use domain::{Digest, Timestamp};
use serde::{Deserialize, Serialize};
use shared::store::{ReadBack, WriteOnce};

use crate::draft::Draft;
use crate::{Deps, SealFault};

/// A revision that is in S3.
#[derive(Debug)]
pub(crate) struct Sealed {
    found: ReadBack,
    evidence_head: Digest,
    level: SealLevel,
    certificate: SealedBy,
}

impl Sealed {
    /// The facts of the seal.
    pub(crate) fn facts(self, id: DocumentId, now: Timestamp) -> SealFacts {
        let file = self.found.facts(id, now);
        SealFacts {
            file,
            evidence_head: self.evidence_head,
            certificate: self.certificate,
            level: self.level,
        }
    }
}

/// What is written with a revision, for whoever finds it there: who made it may have died before the request
/// knew of it.
#[derive(Deserialize, Serialize)]
struct Note {
    sha256: String,
    evidence_head: String,
    certificate_sha256: String,
    certificate_serial: String,
    level: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    level_wanted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Writes a revision, unless an earlier attempt has written one, and reads back what stands there.
///
/// # Errors
///
/// [`SealFault::Other`] when what is read is not what was written, or does not begin with the previous
/// revision: an operator has to look. [`SealFault::Store`].
pub(crate) async fn write(
    deps: &Deps,
    to: &str,
    draft: Draft,
    evidence_head: Digest,
    (level, certificate): (SealLevel, SealedBy),
) -> Result<Sealed, SealFault> {
    let own = Note::new(draft.sha256(), evidence_head, &level, &certificate).encode()?;
    let (previous_sha256, previous_bytes) = (draft.previous.sha256, draft.previous.size());
    let outcome = if let Some(whole) = draft.whole() {
        deps.documents.put_noted_once(to, whole, &own).await?
    } else {
        let from = draft.previous.key.clone();
        deps.documents.append_once(to, (&from, previous_bytes), draft.into_tail(), &own).await?
    };
    let found = deps.documents.read_back(to, previous_bytes).await?;
    let note = match (outcome, &found.note) {
        (WriteOnce::Written, _) => own,
        (WriteOnce::Existed, Some(note)) => note.clone(),
        (WriteOnce::Existed, None) => {
            return Err(SealFault::other("an object that is no revision of ours stands in its place"));
        }
    };
    let (sha256, evidence_head, level, certificate) = Note::decode(&note)?.read()?;
    check(&found, previous_sha256, sha256)?;
    Ok(Sealed { found, evidence_head, level, certificate })
}

/// Whether what was read back is what was written, upon what it was to be written upon.
fn check(found: &ReadBack, previous: Digest, written: Digest) -> Result<(), SealFault> {
    if found.prefix_sha256 != Some(previous) {
        return Err(SealFault::other("a revision of this number stands upon other bytes"));
    }
    if found.sha256 != written {
        return Err(SealFault::other("the revision that was read back is not the one that was written"));
    }
    Ok(())
}

impl Note {
    fn new(sha256: Digest, evidence_head: Digest, level: &SealLevel, certificate: &SealedBy) -> Self {
        let lowered = level.lowered.as_ref();
        Self {
            sha256: sha256.to_hex(),
            evidence_head: evidence_head.to_hex(),
            certificate_sha256: certificate.sha256.to_hex(),
            certificate_serial: certificate.serial.clone(),
            level: level.reached.clone(),
            level_wanted: lowered.map(|it| it.wanted.clone()),
            // Metadata of an object has 2 KB.
            reason: lowered.map(|it| it.reason.chars().take(MAX_REASON_CHARS).collect()),
        }
    }

    /// Metadata travels as headers, so it is written in ASCII.
    fn encode(&self) -> Result<String, SealFault> {
        Ok(STANDARD.encode(serde_json::to_vec(self).map_err(SealFault::other)?))
    }

    fn decode(text: &str) -> Result<Self, SealFault> {
        let bytes = STANDARD.decode(text).map_err(SealFault::other)?;
        serde_json::from_slice(&bytes).map_err(SealFault::other)
    }

    fn read(self) -> Result<(Digest, Digest, SealLevel, SealedBy), SealFault> {
        let digest = |text: &str| {
            Digest::parse(text).map_err(|_| SealFault::other("the note of a revision is damaged"))
        };
        let lowered = self.level_wanted.zip(self.reason).map(|(wanted, reason)| Lowered { wanted, reason });
        let level = SealLevel { reached: self.level, lowered };
        let certificate =
            SealedBy { sha256: digest(&self.certificate_sha256)?, serial: self.certificate_serial };
        Ok((digest(&self.sha256)?, digest(&self.evidence_head)?, level, certificate))
    }
}

const MAX_REASON_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_note_says_again_what_was_written_within_the_limits_of_metadata() {
        let (sha256, head) = (Digest::of(b"file"), Digest::of(b"head"));
        let lowered = Lowered { wanted: "B-LTA".to_owned(), reason: "kein Gerät ".repeat(100) };
        let level = SealLevel { reached: "B-B".to_owned(), lowered: Some(lowered) };
        let certificate = SealedBy { sha256: Digest::of(b"certificate"), serial: "7f".repeat(20) };
        let note = Note::new(sha256, head, &level, &certificate).encode().unwrap();
        assert!(note.len() < 2000 && note.is_ascii(), "{}", note.len());
        let (read_sha256, read_head, read_level, read_certificate) =
            Note::decode(&note).unwrap().read().unwrap();
        assert_eq!((read_sha256, read_head, read_certificate), (sha256, head, certificate));
        assert_eq!(read_level.lowered.unwrap().reason.chars().count(), MAX_REASON_CHARS);
    }
}
