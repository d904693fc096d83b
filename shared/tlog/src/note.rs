//! Signed notes (C2SP `signed-note`): text, an empty line, and lines of Ed25519 signatures.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Signs notes.
pub struct Signer {
    name: String,
    key: Ed25519KeyPair,
}

/// Checks the signatures of one key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verifier {
    name: String,
    key: [u8; 32],
}

/// Why a note is not taken, or a key cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoteError {
    /// The key is none, or its name cannot stand in a note.
    #[error("the key or its name cannot be used")]
    Key,
    /// The note does not have its form.
    #[error("the note is malformed")]
    Malformed,
    /// No signature is of the key.
    #[error("the note is not signed by the key")]
    Unsigned,
}

impl Signer {
    /// A signer of this name, from the 32 bytes of an Ed25519 key.
    ///
    /// # Errors
    ///
    /// [`NoteError::Key`] when the name has spaces or a plus sign, or the seed has another length.
    pub fn from_seed(name: &str, seed: &[u8]) -> Result<Self, NoteError> {
        let is_name = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+');
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
        if is_name { Ok(Self { name: name.to_owned(), key }) } else { Err(NoteError::Key) }
    }

    /// Who checks these signatures.
    ///
    /// # Errors
    ///
    /// [`NoteError::Key`]; not for a key that was made.
    pub fn verifier(&self) -> Result<Verifier, NoteError> {
        let key = self.key.public_key().as_ref().try_into().map_err(|_| NoteError::Key)?;
        Ok(Verifier { name: self.name.clone(), key })
    }

    /// The name that it signs under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, which ends with a line feed, with its signature.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] when the text does not end so.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        if !text.ends_with('\n') || text.contains("\n\n") {
            return Err(NoteError::Malformed);
        }
        let mut bytes = self.verifier()?.id().to_vec();
        bytes.extend_from_slice(self.key.sign(text.as_bytes()).as_ref());
        Ok(format!("{text}\n\u{2014} {} {}\n", self.name, STANDARD.encode(bytes)))
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Verifier {
    /// Reads `name+id+key`, as keys are published.
    ///
    /// # Errors
    ///
    /// [`NoteError::Key`] for anything but an Ed25519 key with its own id.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim_end().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519_TYPE, key)) = key.split_first() else { return Err(NoteError::Key) };
        let verifier = Self { name: name.to_owned(), key: key.try_into().map_err(|_| NoteError::Key)? };
        if hex::encode(verifier.id()) == id { Ok(verifier) } else { Err(NoteError::Key) }
    }

    /// The name of whoever signs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let mut hasher = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519_TYPE]);
        hasher.update(self.key);
        let digest: [u8; 32] = hasher.finalize().into();
        let [a, b, c, d, ..] = digest;
        [a, b, c, d]
    }
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+", self.name)?;
        for byte in self.id() {
            write!(f, "{byte:02x}")?;
        }
        let typed: Vec<u8> = std::iter::once(ED25519_TYPE).chain(self.key).collect();
        write!(f, "+{}", STANDARD.encode(typed))
    }
}

/// The text of a note that the key has signed.
///
/// # Errors
///
/// [`NoteError`] when it is not a note, or not signed by the key. Signatures of others are passed over.
pub fn open<'a>(note: &'a str, verifier: &Verifier) -> Result<&'a str, NoteError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(NoteError::Malformed);
    }
    let split = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
    let (text, signatures) = note.split_at_checked(split + 1).ok_or(NoteError::Malformed)?;
    let signatures = signatures.strip_prefix('\n').and_then(|it| it.strip_suffix('\n'));
    for line in signatures.ok_or(NoteError::Malformed)?.split('\n') {
        let line = line.strip_prefix("\u{2014} ").ok_or(NoteError::Malformed)?;
        let (name, signature) = line.split_once(' ').ok_or(NoteError::Malformed)?;
        let signature = STANDARD.decode(signature).map_err(|_| NoteError::Malformed)?;
        let Some((id, signature)) = signature.split_first_chunk::<4>() else {
            return Err(NoteError::Malformed);
        };
        if name == verifier.name && *id == verifier.id() {
            let key = UnparsedPublicKey::new(&ED25519, verifier.key);
            return key.verify(text.as_bytes(), signature).map(|()| text).map_err(|_| NoteError::Unsigned);
        }
    }
    Err(NoteError::Unsigned)
}

/// The type of Ed25519 keys and signatures in notes.
const ED25519_TYPE: u8 = 1;
/// Room for a checkpoint with many witnesses.
const MAX_NOTE_BYTES: usize = 64 * 1024;
