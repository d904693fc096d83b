//! A document in the making: the previous revision, and what has been appended to it so far.
//!
//! **Invariant:** what is read waits for S3, so nothing here is read but by [`blocking`].

use std::io;
use std::sync::Arc;

use domain::Digest;
use domain::request::{FileFacts, Sealing};
use pades::DigestAlgorithm;
use pdf::{Document, Limits, Midstate, PreparedRevision, ReadAt};
use shared::store::{DocumentKeys, LARGE_BYTES, RangedObject};

use crate::{Deps, SealFault};

/// The bytes that a revision is made upon.
pub(crate) struct Previous {
    pub(crate) key: String,
    pub(crate) sha256: Digest,
    source: Arc<dyn ReadAt>,
    midstate: Midstate,
}

impl Previous {
    /// Revision `number - 1`, checked against what the request says of it: a small one at once, a large one
    /// when the result is read back.
    ///
    /// # Errors
    ///
    /// [`SealFault`] when it cannot be read or is not the one that the request names.
    pub(crate) async fn load(
        deps: &Deps,
        keys: &DocumentKeys,
        document: &Sealing,
        number: u32,
    ) -> Result<Self, SealFault> {
        let current = document.current();
        let key = keys.revision(number.saturating_sub(1));
        let size = current.size_bytes;
        let (source, midstate): (Arc<dyn ReadAt>, _) = if size > LARGE_BYTES {
            let midstate = match stored_midstate(current) {
                Some(midstate) => midstate,
                None => deps.documents.read_back(&key, size).await?.into_midstate(),
            };
            let runtime = tokio::runtime::Handle::current();
            (Arc::new(RangedObject::new(deps.documents.clone(), key.clone(), size, runtime)), midstate)
        } else {
            let bytes = deps.documents.get(&key, size).await?;
            let midstate = Midstate::of(&bytes).map_err(SealFault::other)?;
            (Arc::new(bytes), midstate)
        };
        if midstate.size() != size || &midstate.digest() != current.sha256.as_bytes() {
            return Err(SealFault::other("the stored revision is not the one that the request names"));
        }
        Ok(Self { key, sha256: current.sha256, source, midstate })
    }

    /// Its length, in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.midstate.size()
    }
}

/// The state that was kept, if it is that of the file.
fn stored_midstate(file: &FileFacts) -> Option<Midstate> {
    let bytes = hex::decode(file.midstate.as_ref()?).ok()?;
    let midstate = Midstate::from_bytes(&bytes)?;
    (midstate.size() == file.size_bytes && &midstate.digest() == file.sha256.as_bytes()).then_some(midstate)
}

/// See the module.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) previous: Arc<Previous>,
    tail: Arc<Vec<u8>>,
    midstate: Midstate,
}

impl Draft {
    pub(crate) fn upon(previous: Previous) -> Self {
        let midstate = previous.midstate.clone();
        Self { previous: Arc::new(previous), tail: Arc::default(), midstate }
    }

    /// Appends a revision.
    pub(crate) fn append(&mut self, revision: &[u8]) {
        Arc::make_mut(&mut self.tail).extend_from_slice(revision);
        self.midstate.extend(revision);
    }

    /// SHA-256 of all of it.
    pub(crate) fn sha256(&self) -> Digest {
        Digest::from_bytes(self.midstate.digest())
    }

    /// Everything that was appended.
    pub(crate) fn into_tail(self) -> Vec<u8> {
        Arc::unwrap_or_clone(self.tail)
    }

    /// The whole, when the previous revision is in memory.
    pub(crate) fn whole(&self) -> Option<Vec<u8>> {
        self.previous.source.as_slice().map(|previous| [previous, &self.tail].concat())
    }

    /// Opens it as it is now.
    ///
    /// # Errors
    ///
    /// [`SealFault::Other`] when it cannot be read.
    pub(crate) fn open(&self) -> Result<Document, SealFault> {
        let source: Arc<dyn ReadAt> =
            if self.tail.is_empty() { Arc::clone(&self.previous.source) } else { Arc::new(self.clone()) };
        Document::open(source, None, &Limits::default()).map_err(SealFault::other)
    }

    /// The digest of what a revision prepared upon it covers.
    ///
    /// # Errors
    ///
    /// [`SealFault::Other`] when it cannot be read.
    pub(crate) fn digest(
        &self,
        prepared: &PreparedRevision,
        algorithm: DigestAlgorithm,
    ) -> Result<pades::Digest, SealFault> {
        pades::document_digest(prepared, self, Some(&self.midstate), algorithm).map_err(SealFault::other)
    }
}

impl ReadAt for Draft {
    fn size(&self) -> u64 {
        self.midstate.size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let in_previous = self.previous.size().saturating_sub(offset);
        let split = usize::try_from(in_previous).unwrap_or(usize::MAX).min(buf.len());
        let (before, after) = buf.split_at_mut(split);
        if !before.is_empty() {
            self.previous.source.read_at(offset, before)?;
        }
        if after.is_empty() {
            return Ok(());
        }
        self.tail.read_at(offset.saturating_sub(self.previous.size()), after)
    }
}

/// Runs work that computes, or waits for S3, where it holds up nothing else.
///
/// # Errors
///
/// What the work says.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SealFault> + Send + 'static,
) -> Result<T, SealFault> {
    tokio::task::spawn_blocking(work).await.map_err(SealFault::other)?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn draft(previous: &[u8]) -> Draft {
        let bytes = previous.to_vec();
        let midstate = Midstate::of(&bytes).unwrap();
        let sha256 = Digest::from_bytes(midstate.digest());
        Draft::upon(Previous { key: String::new(), sha256, source: Arc::new(bytes), midstate })
    }

    #[test]
    fn a_draft_reads_as_one_file() {
        let mut draft = draft(b"previous");
        draft.append(b"first");
        draft.append(b"second");
        let whole = b"previousfirstsecond";
        for start in 0..whole.len() {
            for end in start..=whole.len() {
                let mut read = vec![0; end - start];
                draft.read_at(start as u64, &mut read).unwrap();
                assert_eq!(read, whole[start..end]);
            }
        }
        let mut beyond = [0; 2];
        assert!(draft.read_at(whole.len() as u64 - 1, &mut beyond).is_err());
        assert_eq!(draft.sha256(), Digest::of(whole));
        assert_eq!(draft.whole().unwrap(), whole);
    }

    #[test]
    fn a_midstate_of_something_else_is_not_taken() {
        let bytes = b"previous".to_vec();
        let file = |midstate: Option<String>| FileFacts {
            id: domain::value::DocumentId::parse("0123456789abcdef01234567").unwrap(),
            created_at: domain::Timestamp::from_unix_ms(0),
            size_bytes: bytes.len() as u64,
            sha256: Digest::of(&bytes),
            md5: String::new(),
            midstate,
        };
        let kept = |of: &[u8]| Some(hex::encode(Midstate::of(&of.to_vec()).unwrap().to_bytes()));
        assert!(stored_midstate(&file(kept(&bytes))).is_some());
        for other in [None, kept(b"previouS"), kept(b"previous "), Some("zz".to_owned()), Some(String::new())]
        {
            assert!(stored_midstate(&file(other)).is_none());
        }
    }
}
