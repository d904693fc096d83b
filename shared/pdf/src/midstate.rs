//! A SHA-256 computation that can be stored and continued.

use std::io;

use sha2::{
    Digest, Sha256,
    digest::common::hazmat::{SerializableState, SerializedState},
};

use crate::ReadAt;

/// How much is read at once when a source is hashed, in bytes.
const HASH_BLOCK: usize = 256 << 10;

/// The state of SHA-256 after the bytes of a revision: the next revision hashes only what it appends.
///
/// Whoever stores one must protect its integrity: a forged state yields a digest of something else.
#[derive(Clone)]
pub struct Midstate {
    state: Sha256,
    size: u64,
}

impl Midstate {
    /// Bytes of [`Self::to_bytes`].
    pub const SIZE: usize = 104 + 8;

    /// The state after the whole source.
    ///
    /// # Errors
    ///
    /// What the source says.
    pub fn of(source: &dyn ReadAt) -> io::Result<Self> {
        let mut midstate = Self { state: Sha256::new(), size: 0 };
        each_block(source, |block| midstate.extend(block))?;
        Ok(midstate)
    }

    /// Goes on with bytes that were appended.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
        self.size += bytes.len() as u64;
    }

    /// How many bytes went in.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The SHA-256 of the bytes so far.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.state.clone().finalize().into()
    }

    /// The state as bytes. They hold no secret, but their integrity is the caller's to protect.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.state.serialize());
        bytes
    }

    /// The state that [`Self::to_bytes`] gave, or `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, state) = bytes.split_first_chunk::<8>()?;
        let state = SerializedState::<Sha256>::try_from(state).ok()?;
        Some(Self { state: Sha256::deserialize(&state).ok()?, size: u64::from_be_bytes(*size) })
    }
}

impl std::fmt::Debug for Midstate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Midstate").field("size", &self.size).finish_non_exhaustive()
    }
}

/// Hands the source's bytes over in order, block by block.
pub(crate) fn each_block(source: &dyn ReadAt, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    if let Some(all) = source.as_slice() {
        take(all);
        return Ok(());
    }
    let size = source.size();
    let mut buffer = vec![0; HASH_BLOCK];
    let mut offset = 0;
    while offset < size {
        let length = usize::try_from(size - offset).unwrap_or(HASH_BLOCK).min(HASH_BLOCK);
        let Some(block) = buffer.get_mut(..length) else { break };
        source.read_at(offset, block)?;
        take(block);
        offset += length as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stored_state_goes_on_where_it_stopped(first in proptest::collection::vec(any::<u8>(), 0..300), second in proptest::collection::vec(any::<u8>(), 0..300)) {
            let before = Midstate::of(&first).unwrap();
            let mut after = Midstate::from_bytes(&before.to_bytes()).unwrap();
            after.extend(&second);
            let whole = [first, second].concat();
            prop_assert_eq!(after.digest(), <[u8; 32]>::from(Sha256::digest(&whole)));
            prop_assert_eq!(after.size(), whole.len() as u64);
        }
    }

    #[test]
    fn a_truncated_state_is_refused() {
        let bytes = Midstate::of(&Vec::new()).unwrap().to_bytes();
        assert_eq!(bytes.len(), Midstate::SIZE);
        assert!(Midstate::from_bytes(&bytes[..Midstate::SIZE - 1]).is_none());
        assert!(Midstate::from_bytes(&[]).is_none());
    }
}
