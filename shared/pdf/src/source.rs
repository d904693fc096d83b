//! Windows on the file, with a small cache for sources that are not in memory.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{PdfError, ReadAt};

/// Bytes read from a source at once.
const BLOCK: u64 = 64 << 10;
/// Blocks kept: 3 MiB, enough for the cross-references, catalog and page tree of common files.
const BLOCKS_KEPT: usize = 48;

pub(crate) struct Source {
    inner: Arc<dyn ReadAt>,
    size: u64,
    /// Most recently used last.
    blocks: Mutex<Vec<(u64, Arc<[u8]>)>>,
}

impl Source {
    pub(crate) fn new(inner: Arc<dyn ReadAt>) -> Self {
        let size = inner.as_slice().map_or_else(|| inner.size(), |all| all.len() as u64);
        Self { inner, size, blocks: Mutex::default() }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn in_memory(&self) -> bool {
        self.inner.as_slice().is_some()
    }

    /// Up to `length` bytes from `offset` on; fewer where the file ends.
    pub(crate) fn window(&self, offset: u64, length: u64) -> Result<Cow<'_, [u8]>, PdfError> {
        let end = offset.saturating_add(length).min(self.size);
        if offset >= end {
            return Ok(Cow::Borrowed(&[]));
        }
        if let Some(all) = self.inner.as_slice() {
            let range = usize::try_from(offset).ok().zip(usize::try_from(end).ok());
            return Ok(Cow::Borrowed(range.and_then(|(start, end)| all.get(start..end)).unwrap_or_default()));
        }
        let mut window = Vec::with_capacity(usize::try_from(end - offset).unwrap_or_default());
        let mut at = offset;
        while at < end {
            let index = at / BLOCK;
            let block = self.block(index)?;
            let skip = usize::try_from(at - index * BLOCK).unwrap_or_default();
            let take = usize::try_from(end - at).unwrap_or(usize::MAX).min(block.len().saturating_sub(skip));
            let part = block.get(skip..skip + take).filter(|part| !part.is_empty());
            window.extend_from_slice(part.ok_or(std::io::Error::from(std::io::ErrorKind::UnexpectedEof))?);
            at += take as u64;
        }
        Ok(Cow::Owned(window))
    }

    fn block(&self, index: u64) -> Result<Arc<[u8]>, PdfError> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = blocks.iter().position(|(kept, _)| *kept == index) {
            let kept = blocks.remove(found);
            let block = kept.1.clone();
            blocks.push(kept);
            return Ok(block);
        }
        let start = index * BLOCK;
        let length = (self.size - start).min(BLOCK);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        self.inner.read_at(start, &mut bytes)?;
        let block: Arc<[u8]> = bytes.into();
        if blocks.len() >= BLOCKS_KEPT {
            blocks.remove(0);
        }
        blocks.push((index, block.clone()));
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    /// A source that is not in memory, as far as the reader can tell.
    struct Remote(Vec<u8>);

    impl ReadAt for Remote {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<()> {
            self.0.as_slice().read_at(offset, buf)
        }
    }

    #[test]
    fn windows_cross_blocks_and_stop_at_the_end() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|index| (index % 251) as u8).collect();
        let source = Source::new(Arc::new(Remote(bytes.clone())));
        for (offset, length) in
            [(0, 10), (65_530, 20), (60_000, 140_000), (199_990, 100), (200_000, 5), (u64::MAX, 1)]
        {
            let start = usize::try_from(offset).unwrap().min(bytes.len());
            let end = (start + usize::try_from(length).unwrap()).min(bytes.len());
            assert_eq!(source.window(offset, length).unwrap(), &bytes[start..end], "{offset} {length}");
        }
    }
}
