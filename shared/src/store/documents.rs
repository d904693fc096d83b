//! Documents in S3.

mod large;

pub use large::{RangedObject, ReadBack};

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::request::FileFacts;
use domain::value::DocumentId;
use domain::{Digest, Timestamp};
use md5::{Digest as _, Md5};
use pdf::Midstate;

use super::error::StoreError;
use crate::BoxError;

/// The bucket of documents.
#[derive(Clone, Debug)]
pub struct Documents {
    client: Client,
    bucket: String,
}

/// What S3 knows of an object without reading it.
#[derive(Clone, Debug)]
pub struct ObjectFacts {
    /// Its length.
    pub size_bytes: u64,
}

/// An address that can be used without credentials for a while.
#[derive(Clone, Debug)]
pub struct Presigned {
    /// The address.
    pub url: String,
    /// Headers that must be sent with it.
    pub headers: Vec<(String, String)>,
}

/// What writing an object that may be written once has found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WriteOnce {
    /// It was there already, from an earlier attempt.
    Existed,
    /// It was written.
    Written,
}

impl Documents {
    /// The documents in `bucket`.
    #[must_use]
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// Writes an object, unless there is one of this key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put_once(
        &self,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<WriteOnce, StoreError> {
        self.put(key, content_type, bytes, None).await
    }

    /// Writes a PDF with a note about it, unless there is an object of this key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put_noted_once(
        &self,
        key: &str,
        bytes: Vec<u8>,
        note: &str,
    ) -> Result<WriteOnce, StoreError> {
        self.put(key, "application/pdf", bytes, Some(note)).await
    }

    /// Writes an object in place of the one before, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn replace(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map(drop)
            .map_err(StoreError::unavailable("PutObject"))
    }

    async fn put(
        &self,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
        note: Option<&str>,
    ) -> Result<WriteOnce, StoreError> {
        let sent = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .set_metadata(note.map(|note| [(NOTE.to_owned(), note.to_owned())].into()))
            .if_none_match("*")
            .body(ByteStream::from(bytes))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(WriteOnce::Written),
            // 409 is a conflicting write in flight, which leaves the object there as well.
            Err(error) if has_code(&error, &["PreconditionFailed", "ConditionalRequestConflict"]) => {
                Ok(WriteOnce::Existed)
            }
            Err(error) => Err(StoreError::unavailable("PutObject")(error)),
        }
    }

    /// Reads an object, at most `max_bytes` long.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`]; [`StoreError::Unavailable`], also when it is longer.
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Vec<u8>, StoreError> {
        let sent = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let object = match sent {
            Ok(object) => object,
            Err(error) if has_code(&error, &["NoSuchKey", "NotFound"]) => return Err(StoreError::NotFound),
            Err(error) => return Err(StoreError::unavailable("GetObject")(error)),
        };
        let too_long = || StoreError::Unavailable {
            operation: "GetObject",
            source: BoxError::from("the object is longer than allowed"),
        };
        if object.content_length().and_then(|it| u64::try_from(it).ok()).is_none_or(|size| size > max_bytes) {
            return Err(too_long());
        }
        let bytes = object
            .body
            .collect()
            .await
            .map_err(|error| StoreError::Unavailable { operation: "GetObject", source: Box::new(error) })?;
        Ok(bytes.into_bytes().into())
    }

    /// What is known of an object, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn head(&self, key: &str) -> Result<Option<ObjectFacts>, StoreError> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(head) => {
                let size_bytes = head.content_length().and_then(|it| u64::try_from(it).ok()).unwrap_or(0);
                Ok(Some(ObjectFacts { size_bytes }))
            }
            Err(error) if has_code(&error, &["NoSuchKey", "NotFound"]) => Ok(None),
            Err(error) => Err(StoreError::unavailable("HeadObject")(error)),
        }
    }

    /// Copies an object within the bucket; false when there is nothing to copy.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn copy(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        let source = format!("{}/{from}", self.bucket);
        match self.client.copy_object().bucket(&self.bucket).key(to).copy_source(source).send().await {
            Ok(_) => Ok(true),
            Err(error) if has_code(&error, &["NoSuchKey", "NotFound"]) => Ok(false),
            Err(error) => Err(StoreError::unavailable("CopyObject")(error)),
        }
    }

    /// Deletes an object; one that is not there is deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(StoreError::unavailable("DeleteObject"))?;
        Ok(())
    }

    /// The keys under a prefix.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut pages =
            self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("ListObjectsV2"))?;
            all.extend(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
        }
        Ok(all)
    }

    /// Deletes what lies under a prefix.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn delete_all(&self, prefix: &str) -> Result<(), StoreError> {
        for key in self.list(prefix).await? {
            self.delete(&key).await?;
        }
        Ok(())
    }

    /// An address from which a document can be read for [`PRESIGNED_TTL`] from `now` on, as a download of this name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn presign_get(
        &self,
        key: &str,
        file_name: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        self.presign_get_as("application/pdf", key, file_name, now).await
    }

    /// As [`Documents::presign_get`], for a file of another type.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn presign_get_as(
        &self,
        content_type: &str,
        key: &str,
        file_name: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .response_content_type(content_type)
            .response_content_disposition(format!("attachment; filename=\"{file_name}\""))
            .presigned(presigning(now)?)
            .await
            .map_err(StoreError::unavailable("presign"))?;
        Ok(request.uri().to_owned())
    }

    /// An address to which exactly these bytes can be written, once, within [`PRESIGNED_TTL`] from `now` on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn presign_put(
        &self,
        key: &str,
        size_bytes: u64,
        sha256: &Digest,
        now: Timestamp,
    ) -> Result<Presigned, StoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type("application/pdf")
            .content_length(i64::try_from(size_bytes).unwrap_or(i64::MAX))
            .checksum_sha256(STANDARD.encode(sha256.as_bytes()))
            .if_none_match("*")
            .presigned(presigning(now)?)
            .await
            .map_err(StoreError::unavailable("presign"))?;
        let headers = request
            .headers()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("host"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Ok(Presigned { url: request.uri().to_owned(), headers })
    }

    /// The facts of a file.
    #[must_use]
    pub fn facts_of(bytes: &[u8], id: DocumentId, now: Timestamp) -> FileFacts {
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let midstate = (size_bytes > LARGE_BYTES).then(|| Midstate::of(&bytes).ok()).flatten();
        let sha256 = match &midstate {
            Some(midstate) => Digest::from_bytes(midstate.digest()),
            None => Digest::of(bytes),
        };
        FileFacts {
            id,
            created_at: now,
            size_bytes,
            sha256,
            md5: hex::encode(Md5::digest(bytes)),
            midstate: midstate.as_ref().and_then(kept_midstate),
        }
    }
}

/// Documents over this are not held in memory to be sealed.
///
/// Two copies of one this large fit into the smallest function many times over, and reading it takes a
/// fraction of a second.
pub const LARGE_BYTES: u64 = 16 << 20;

/// The state of SHA-256 is kept with files that are too large to be read for every revision.
fn kept_midstate(midstate: &Midstate) -> Option<String> {
    (midstate.size() > LARGE_BYTES).then(|| hex::encode(midstate.to_bytes()))
}

/// The name of the metadata that holds what was noted about an object.
const NOTE: &str = "note";

/// How long a presigned address is valid.
pub const PRESIGNED_TTL: Duration = Duration::from_mins(5);

fn presigning(now: Timestamp) -> Result<PresigningConfig, StoreError> {
    let since_epoch = Duration::from_millis(u64::try_from(now.unix_ms()).unwrap_or(0));
    PresigningConfig::builder()
        .start_time(UNIX_EPOCH + since_epoch)
        .expires_in(PRESIGNED_TTL)
        .build()
        .map_err(|error| StoreError::Unavailable { operation: "presign", source: Box::new(error) })
}

fn has_code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, codes: &[&str]) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code.is_some_and(|code| codes.contains(&code))
}
