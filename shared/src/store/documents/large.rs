//! Objects that are read and written without being held in memory.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, PoisonError};

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use domain::request::FileFacts;
use domain::value::DocumentId;
use domain::{Digest, Timestamp};
use md5::{Digest as _, Md5};
use pdf::{Midstate, ReadAt};
use tokio::runtime::Handle;

use super::{Documents, NOTE, WriteOnce, has_code};
use crate::store::error::StoreError;

/// What an object was found to hold when it was read from its first byte to its last.
#[derive(Clone, Debug)]
pub struct ReadBack {
    /// SHA-256 of the first bytes, as many as were asked for; none when there are fewer.
    pub prefix_sha256: Option<Digest>,
    /// SHA-256 of all of it.
    pub sha256: Digest,
    /// The note that was written with it.
    pub note: Option<String>,
    midstate: Midstate,
    md5: String,
}

impl ReadBack {
    /// The facts of the file.
    #[must_use]
    pub fn facts(&self, id: DocumentId, now: Timestamp) -> FileFacts {
        FileFacts {
            id,
            created_at: now,
            size_bytes: self.midstate.size(),
            sha256: self.sha256,
            md5: self.md5.clone(),
            midstate: super::kept_midstate(&self.midstate),
        }
    }

    /// The state of SHA-256 after all of it.
    #[must_use]
    pub fn into_midstate(self) -> Midstate {
        self.midstate
    }
}

impl Documents {
    /// Reads an object as a stream and digests it, its first `prefix_bytes` also by themselves.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`]; [`StoreError::Unavailable`], also when the stream breaks off.
    pub async fn read_back(&self, key: &str, prefix_bytes: u64) -> Result<ReadBack, StoreError> {
        let sent = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let mut object = match sent {
            Ok(object) => object,
            Err(error) if has_code(&error, &["NoSuchKey", "NotFound"]) => return Err(StoreError::NotFound),
            Err(error) => return Err(StoreError::unavailable("GetObject")(error)),
        };
        let (mut midstate, mut md5) = (Midstate::of(&Vec::new()).map_err(broken)?, Md5::new());
        let mut prefix = None;
        loop {
            if midstate.size() == prefix_bytes {
                prefix = Some(Digest::from_bytes(midstate.digest()));
            }
            let Some(chunk) = object.body.try_next().await.map_err(broken)? else { break };
            md5.update(&chunk);
            let left = prefix_bytes.saturating_sub(midstate.size());
            let split = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            let (before, after) = chunk.split_at(split);
            midstate.extend(before);
            if !before.is_empty() && midstate.size() == prefix_bytes {
                prefix = Some(Digest::from_bytes(midstate.digest()));
            }
            midstate.extend(after);
        }
        Ok(ReadBack {
            prefix_sha256: prefix,
            sha256: Digest::from_bytes(midstate.digest()),
            note: object.metadata.as_ref().and_then(|it| it.get(NOTE)).cloned(),
            midstate,
            md5: hex::encode(md5.finalize()),
        })
    }

    /// Writes an object that begins with another one and goes on with `tail`, unless there is one of this
    /// key. The other one does not pass through this process.
    ///
    /// `from` is the other object and its length, which must be more than [`super::LARGE_BYTES`].
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; nothing is left behind but parts that the bucket's lifecycle ends.
    pub async fn append_once(
        &self,
        to: &str,
        from: (&str, u64),
        tail: Vec<u8>,
        note: &str,
    ) -> Result<WriteOnce, StoreError> {
        self.compose_once(to, from, tail, Some(note)).await
    }

    /// Writes a copy of an object, unless there is one of this key. It does not pass through this process.
    ///
    /// `from` is as in [`Documents::append_once`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn copy_once(&self, to: &str, from: (&str, u64)) -> Result<WriteOnce, StoreError> {
        self.compose_once(to, from, Vec::new(), None).await
    }

    async fn compose_once(
        &self,
        to: &str,
        from: (&str, u64),
        tail: Vec<u8>,
        note: Option<&str>,
    ) -> Result<WriteOnce, StoreError> {
        let created = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(to)
            .content_type("application/pdf")
            .set_metadata(note.map(|note| [(NOTE.to_owned(), note.to_owned())].into()))
            .send()
            .await
            .map_err(StoreError::unavailable("CreateMultipartUpload"))?;
        let upload = created.upload_id.unwrap_or_default();
        let outcome = self.fill(to, &upload, from, tail).await;
        if !matches!(outcome, Ok(WriteOnce::Written)) {
            let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(to).upload_id(&upload);
            if let Err(error) = abort.send().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "an upload could not be aborted");
            }
        }
        outcome
    }

    async fn fill(
        &self,
        to: &str,
        upload: &str,
        (from, size): (&str, u64),
        tail: Vec<u8>,
    ) -> Result<WriteOnce, StoreError> {
        let mut parts = Vec::new();
        for (number, (start, end)) in (1..).zip(ranges(size)) {
            let copied = self
                .client
                .upload_part_copy()
                .bucket(&self.bucket)
                .key(to)
                .upload_id(upload)
                .part_number(number)
                .copy_source(format!("{}/{from}", self.bucket))
                .copy_source_range(format!("bytes={start}-{}", end - 1))
                .send()
                .await
                .map_err(StoreError::unavailable("UploadPartCopy"))?;
            let result = copied.copy_part_result.ok_or_else(|| broken("a copy without a result"))?;
            let part = CompletedPart::builder().part_number(number).set_e_tag(result.e_tag);
            parts.push(part.set_checksum_crc32(result.checksum_crc32).build());
        }
        if !tail.is_empty() {
            let number = i32::try_from(parts.len()).unwrap_or(i32::MAX).saturating_add(1);
            parts.push(self.upload_last(to, upload, number, tail).await?);
        }
        let completed = self
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(to)
            .upload_id(upload)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .if_none_match("*")
            .send()
            .await;
        match completed {
            Ok(_) => Ok(WriteOnce::Written),
            Err(error) if has_code(&error, &["PreconditionFailed", "ConditionalRequestConflict"]) => {
                Ok(WriteOnce::Existed)
            }
            Err(error) => Err(StoreError::unavailable("CompleteMultipartUpload")(error)),
        }
    }

    async fn upload_last(
        &self,
        to: &str,
        upload: &str,
        number: i32,
        tail: Vec<u8>,
    ) -> Result<CompletedPart, StoreError> {
        let sent = self.client.upload_part().bucket(&self.bucket).key(to).upload_id(upload);
        let last = sent
            .part_number(number)
            .body(ByteStream::from(tail))
            .send()
            .await
            .map_err(StoreError::unavailable("UploadPart"))?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(last.e_tag);
        Ok(part.set_checksum_crc32(last.checksum_crc32).build())
    }

    async fn range(&self, key: &str, start: u64, length: u64) -> Result<Bytes, StoreError> {
        let last = start.saturating_add(length).saturating_sub(1);
        let object = self.client.get_object().bucket(&self.bucket).key(key);
        let object = object
            .range(format!("bytes={start}-{last}"))
            .send()
            .await
            .map_err(StoreError::unavailable("GetObject"))?;
        let bytes = object.body.collect().await.map_err(broken)?.into_bytes();
        if u64::try_from(bytes.len()) == Ok(length) {
            Ok(bytes)
        } else {
            Err(broken("a range was cut short"))
        }
    }
}

/// An object that is read in ranges, from threads that may wait.
pub struct RangedObject {
    documents: Documents,
    key: String,
    size_bytes: u64,
    runtime: Handle,
    /// The blocks used last, the newest first.
    blocks: Mutex<VecDeque<(u64, Bytes)>>,
    blocks_kept: usize,
}

impl RangedObject {
    /// An object of a known length that does not change. Its reads are made on `runtime`, whose own threads
    /// must not wait for them: read from `spawn_blocking`.
    #[must_use]
    pub fn new(documents: Documents, key: String, size_bytes: u64, runtime: Handle) -> Self {
        Self { documents, key, size_bytes, runtime, blocks: Mutex::default(), blocks_kept: BLOCKS_KEPT }
    }

    /// Keeps more of what was read, in bytes: for work that looks at all of the object, in no order.
    #[must_use]
    pub fn keeping(self, bytes: u64) -> Self {
        let blocks_kept = usize::try_from(bytes / BLOCK_BYTES).unwrap_or(usize::MAX).max(1);
        Self { blocks_kept, ..self }
    }

    fn block(&self, index: u64) -> io::Result<Bytes> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = blocks.iter().position(|(kept, _)| *kept == index)
            && let Some((_, block)) = blocks.remove(kept)
        {
            blocks.push_front((index, block.clone()));
            return Ok(block);
        }
        let start = index * BLOCK_BYTES;
        let length = self.size_bytes.saturating_sub(start).min(BLOCK_BYTES);
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let read = self.runtime.block_on(self.documents.range(&self.key, start, length));
        let block = read.map_err(io::Error::other)?;
        blocks.truncate(self.blocks_kept.saturating_sub(1));
        blocks.push_front((index, block.clone()));
        Ok(block)
    }
}

impl ReadAt for RangedObject {
    fn size(&self) -> u64 {
        self.size_bytes
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let (mut at, mut rest) = (offset, buf);
        while !rest.is_empty() {
            let block = self.block(at / BLOCK_BYTES)?;
            let skip = usize::try_from(at % BLOCK_BYTES).unwrap_or(usize::MAX);
            let found = block.get(skip..).filter(|it| !it.is_empty()).ok_or(io::ErrorKind::UnexpectedEof)?;
            let length = found.len().min(rest.len());
            let (filled, left) = rest.split_at_mut(length);
            filled.copy_from_slice(found.get(..length).ok_or(io::ErrorKind::UnexpectedEof)?);
            at += length as u64;
            rest = left;
        }
        Ok(())
    }
}

impl std::fmt::Debug for RangedObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RangedObject").field("size_bytes", &self.size_bytes).finish_non_exhaustive()
    }
}

/// Ranges of about the same length, none over [`PART_BYTES`], that make up a whole of this size.
fn ranges(size: u64) -> impl Iterator<Item = (u64, u64)> {
    let count = size.div_ceil(PART_BYTES).max(1);
    let length = size.div_ceil(count);
    (0..count).map(move |index| (index * length, ((index + 1) * length).min(size)))
}

fn broken(source: impl Into<crate::BoxError>) -> StoreError {
    StoreError::Unavailable { operation: "a transfer of S3", source: source.into() }
}

/// One range request: S3 answers in about the same time for a few bytes as for a megabyte.
const BLOCK_BYTES: u64 = 1 << 20;
const BLOCKS_KEPT: usize = 8;
/// One copied part: well within one attempt of the SDK. Parts but the last need 5 MiB, which equal shares of
/// more than 16 MiB always have.
const PART_BYTES: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn parts_are_large_enough_and_make_up_the_whole() {
        for size in [super::super::LARGE_BYTES + 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES - 1, 1 << 30] {
            let parts: Vec<(u64, u64)> = ranges(size).collect();
            assert_eq!((parts[0].0, parts[parts.len() - 1].1), (0, size));
            assert!(parts.windows(2).all(|pair| pair[0].1 == pair[1].0), "{size}");
            assert!(
                parts.iter().all(|(start, end)| (5 << 20..=PART_BYTES).contains(&(end - start))),
                "{size}"
            );
        }
    }
}
