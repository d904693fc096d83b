//! The documents whose pages are asked for, held between invocations.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Digest;
use shared::edge::Problem;
use shared::edge::shown::{self, Shown};
use shared::store::{Documents, RangedObject, StoreError};
use tokio::runtime::Handle;

use crate::Source;

/// The documents that were read last. A page is seldom asked for alone.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The newest first.
    kept: Mutex<VecDeque<Kept>>,
}

#[derive(Debug)]
struct Kept {
    sha256: Digest,
    bytes: Arc<Vec<u8>>,
}

impl Files {
    /// The bytes of a document; those of a large one are read in ranges, as far as they are asked for.
    ///
    /// # Errors
    ///
    /// [`Problem`] 410 when they are gone, 500 when they are others than those of the digest, 503.
    pub(crate) async fn source(&self, documents: &Documents, shown: &Shown) -> Result<Source, Problem> {
        if shown.size_bytes > MAX_HELD_BYTES {
            let (documents, key) = (documents.clone(), shown.key.clone());
            let object = RangedObject::new(documents, key, shown.size_bytes, Handle::current());
            return Ok(Arc::new(object.keeping(RANGES_KEPT_BYTES)));
        }
        if let Some(bytes) = self.find(shown.sha256) {
            return Ok(bytes);
        }
        let bytes = match documents.get(&shown.key, shown.size_bytes).await {
            Err(StoreError::NotFound) => return Err(shown::no_longer_kept()),
            other => other?,
        };
        // What signatories see is what they sign.
        if Digest::of(&bytes) != shown.sha256 {
            let what = "the stored bytes are not those of the digest";
            return Err(StoreError::Corrupt { key: shown.key.clone(), what: what.into() }.into());
        }
        let bytes = Arc::new(bytes);
        self.keep(shown.sha256, Arc::clone(&bytes));
        Ok(bytes)
    }

    fn find(&self, sha256: Digest) -> Option<Source> {
        let mut kept = self.kept();
        let at = kept.iter().position(|it| it.sha256 == sha256)?;
        let found = kept.remove(at)?;
        let bytes = Arc::clone(&found.bytes);
        kept.push_front(found);
        Some(bytes)
    }

    fn keep(&self, sha256: Digest, bytes: Arc<Vec<u8>>) {
        let mut kept = self.kept();
        kept.retain(|it| it.sha256 != sha256);
        kept.push_front(Kept { sha256, bytes });
        let mut total = 0;
        kept.retain(|it| {
            total += it.bytes.len() as u64;
            total <= KEPT_BYTES
        });
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Documents over this have no pictures: the child that draws holds the whole of one.
pub(crate) const MAX_HELD_BYTES: u64 = 64 << 20;
/// The largest document fits, with some smaller ones.
const KEPT_BYTES: u64 = 96 << 20;
const RANGES_KEPT_BYTES: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_read_last_are_held_within_a_bound() {
        let files = Files::default();
        let digest = |number: u8| Digest::of(&[number]);
        let third = vec![0; usize::try_from(KEPT_BYTES / 3).unwrap_or_default()];
        for number in 0..3 {
            files.keep(digest(number), Arc::new(third.clone()));
        }
        assert!(files.find(digest(0)).is_some(), "three of a third each");
        files.keep(digest(3), Arc::new(third));
        let held: Vec<bool> = (0..4).map(|number| files.find(digest(number)).is_some()).collect();
        assert_eq!(held, [true, false, true, true], "the one that was not asked for is gone");
    }
}
