//! A proof that stands on its own (C2SP `tlog-proof`): index, hashes, and the checkpoint they lead to.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::Checkpoint;
use crate::hash::{Hash, leaf_hash};
use crate::note::{NoteError, Verifier};
use crate::tree::{TreeError, check_inclusion};

/// That an entry is in a log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proof {
    /// The entry's place.
    pub index: u64,
    /// The path from it to the root.
    pub hashes: Vec<Hash>,
    /// The signed note of the checkpoint.
    pub checkpoint: String,
}

/// Why a proof shows nothing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofError {
    /// It does not have its form.
    #[error("the proof is malformed")]
    Malformed,
    /// The checkpoint is not the log's.
    #[error("the checkpoint of the proof is not taken: {0}")]
    Checkpoint(#[from] NoteError),
    /// The entry is not there.
    #[error("the entry is not where the proof says: {0}")]
    Entry(#[from] TreeError),
}

impl Proof {
    /// Reads its text.
    ///
    /// # Errors
    ///
    /// [`ProofError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Malformed)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(ProofError::Malformed);
        }
        let _extra = lines.next_if(|line| line.starts_with("extra "));
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let number: Option<u64> = index.and_then(|it| it.parse().ok());
        let number = number.filter(|it| Some(it.to_string().as_str()) == index);
        let hash = |line: &str| -> Option<Hash> { STANDARD.decode(line).ok()?.try_into().ok() };
        let hashes: Option<Vec<Hash>> = lines.map(hash).collect();
        let hashes = hashes.filter(|it| it.len() <= MAX_HASHES);
        let (index, hashes) = number.zip(hashes).ok_or(ProofError::Malformed)?;
        Ok(Self { index, hashes, checkpoint: checkpoint.to_owned() })
    }

    /// Its text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\nindex {}\n", self.index);
        for hash in &self.hashes {
            // Writing into a text cannot fail.
            let _written = writeln!(text, "{}", STANDARD.encode(hash));
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Whether the entry is in the log, and in which state of it.
    ///
    /// # Errors
    ///
    /// [`ProofError`] when this does not show it.
    pub fn check(&self, entry: &[u8], verifier: &Verifier) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, verifier)?;
        check_inclusion(&leaf_hash(entry), self.index, checkpoint.size, &self.hashes, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// A path has at most a hash for each bit of the size.
const MAX_HASHES: usize = 63;
