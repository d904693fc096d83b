//! Copies of fixed chains, for ten years or more: in a bucket whose objects cannot be deleted or changed until then.
//!
//! A copy holds both chains as they were, the disclosures as ciphertext, and the request without anything personal;
//! what is personal of the request lies beside it, encrypted under the keys of those whose it is. The salts of these
//! keys are in another bucket, where they can be deleted: whoever is erased stays erased, whatever is locked.

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::ObjectLockMode;
use domain::Timestamp;

use super::documents::WriteOnce;
use super::error::StoreError;
use crate::BoxError;

/// The bucket of evidence.
#[derive(Clone, Debug)]
pub struct Archive {
    client: Client,
    bucket: String,
    lock: Lock,
}

/// How objects are locked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lock {
    /// Nobody can delete them before their time, not even the owner of the account.
    Compliance,
    /// Whoever has a right of its own can delete them before their time.
    Governance,
    /// Not at all: for trials.
    Off,
}

impl Lock {
    /// Reads the word of a configuration.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "COMPLIANCE" => Some(Self::Compliance),
            "GOVERNANCE" => Some(Self::Governance),
            "OFF" => Some(Self::Off),
            _ => None,
        }
    }
}

impl Archive {
    /// The evidence in `bucket`.
    #[must_use]
    pub fn new(client: Client, bucket: String, lock: Lock) -> Self {
        Self { client, bucket, lock }
    }

    /// Writes an object that is kept until `until`, unless there is one of this key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put_once(
        &self,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
        until: Timestamp,
    ) -> Result<WriteOnce, StoreError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let put = match self.lock {
            Lock::Off => put,
            Lock::Compliance => put.object_lock_mode(ObjectLockMode::Compliance),
            Lock::Governance => put.object_lock_mode(ObjectLockMode::Governance),
        };
        let put = match self.lock {
            Lock::Off => put,
            Lock::Compliance | Lock::Governance => {
                let until = UNIX_EPOCH + Duration::from_millis(u64::try_from(until.unix_ms()).unwrap_or(0));
                put.object_lock_retain_until_date(DateTime::from(until))
            }
        };
        match put.if_none_match("*").body(ByteStream::from(bytes)).send().await {
            Ok(_) => Ok(WriteOnce::Written),
            Err(error) => {
                let code = error.as_service_error().and_then(|it| it.code());
                // 409 is a conflicting write in flight, which leaves the object there as well.
                if matches!(code, Some("PreconditionFailed" | "ConditionalRequestConflict")) {
                    return Ok(WriteOnce::Existed);
                }
                Err(StoreError::unavailable("PutObject")(error))
            }
        }
    }

    /// Writes an object in place of the one before, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn replace(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let sent = put.body(ByteStream::from(bytes)).send().await;
        sent.map(drop).map_err(StoreError::unavailable("PutObject"))
    }

    /// Reads an object. None when there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let object = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(object) => object,
            Err(error) => {
                let code = error.as_service_error().and_then(|it| it.code());
                return match code {
                    Some("NoSuchKey" | "NotFound") => Ok(None),
                    _ => Err(StoreError::unavailable("GetObject")(error)),
                };
            }
        };
        let failed =
            |error| StoreError::Unavailable { operation: "GetObject", source: BoxError::from(error) };
        let bytes = object.body.collect().await.map_err(|error| failed(error.to_string()))?;
        Ok(Some(bytes.into_bytes().into()))
    }

    /// The keys under a prefix, in their order, after `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<String>, StoreError> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).max_keys(limit);
        let page = list.set_start_after(after.map(str::to_owned)).send().await;
        let page = page.map_err(StoreError::unavailable("ListObjectsV2"))?;
        Ok(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect())
    }
}
