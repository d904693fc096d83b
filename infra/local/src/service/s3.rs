//! S3: files in a directory behind the real protocol, with atomic conditions and notifications.
//!
//! Versions, tags, locks and encryption by customer keys are refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use s3s::dto;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;
use shared::edge::clock::Clock;
use tokio::sync::RwLock;

use crate::event::bus::{Bus, Record};
use crate::event::journal::Write;
use crate::event::s3::{Created, listeners, records};

/// The key by which everything in this process signs its requests.
pub const ACCESS_KEY: &str = "local";
/// Not a secret between machines: it signs links of one process to itself, and is made anew by nobody.
pub const SECRET_KEY: &str = "local-signing-key";

/// The buckets, and the protocol in front of them.
#[derive(Clone, Debug)]
pub(crate) struct Objects {
    service: S3Service,
    store: Arc<Store>,
}

#[derive(Debug)]
struct Store {
    root: PathBuf,
    files: FileSystem,
    bus: Arc<Bus>,
    clock: Clock,
    copies: u32,
    /// Held for writing around every change, for reading around every look that takes several steps.
    lock: RwLock<()>,
}

/// The service's half of the store, so that the store can be reached without it.
struct Door(Arc<Store>);

impl Objects {
    /// Serves the directory. Each notification is delivered `copies` times.
    ///
    /// # Errors
    ///
    /// A sentence when the directory cannot be used.
    pub(crate) fn open(directory: &Path, bus: Arc<Bus>, clock: Clock, copies: u32) -> Result<Self, String> {
        let files = FileSystem::new(directory).map_err(|error| format!("{error:?}"))?;
        let store =
            Arc::new(Store { root: directory.to_owned(), files, bus, clock, copies, lock: RwLock::new(()) });
        let mut builder = S3ServiceBuilder::new(Door(Arc::clone(&store)));
        builder.set_auth(s3s::auth::SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        // A link is dated by the shared clock, which may run ahead; the gateway checks its end.
        let mut config = s3s::config::S3Config::default();
        config.presigned_url_max_skew_time_secs = u32::MAX;
        builder.set_config(Arc::new(s3s::config::StaticConfigProvider::new(Arc::new(config))));
        Ok(Self { service: builder.build(), store })
    }

    /// The protocol.
    pub(crate) fn service(&self) -> &S3Service {
        &self.service
    }

    /// Creates a bucket that is missing.
    pub(crate) async fn ensure_bucket(&self, bucket: &str) -> S3Result<()> {
        let input = dto::CreateBucketInput { bucket: bucket.to_owned(), ..Default::default() };
        match self.store.files.create_bucket(request(input)).await {
            Err(error) if *error.code() != s3s::S3ErrorCode::BucketAlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// The notifications of a write whose end the journal does not know; none when it did not happen.
    pub(crate) async fn recover(
        &self,
        bucket: &str,
        key: &str,
        before: Option<&String>,
    ) -> S3Result<Vec<Record>> {
        let after = self.store.stamp(bucket, key).await;
        if after.is_none() || after.as_ref() == before {
            return Ok(Vec::new());
        }
        // The file may be newer than what is noted about it: write it again, so that both agree.
        let input =
            dto::GetObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() };
        let found = self.store.files.get_object(request(input)).await?.output;
        let body = match found.body {
            Some(body) => collect(body).await?,
            None => Bytes::new(),
        };
        let size_bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
        let input = dto::PutObjectInput {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            body: Some(s3s::Body::from(body).into()),
            content_type: found.content_type,
            metadata: found.metadata,
            ..Default::default()
        };
        let output = self.store.files.put_object(request(input)).await?.output;
        let e_tag = output.e_tag.map(dto::ETag::into_value).unwrap_or_default();
        let created = Created { bucket, key, by: "Put", size_bytes, e_tag: &e_tag };
        Ok(records(&self.store.bus, &created, self.store.copies, self.store.clock.now().unix_ms()))
    }
}

impl Store {
    /// What tells one state of an object from another; `None` when there is none.
    async fn stamp(&self, bucket: &str, key: &str) -> Option<String> {
        let head = self.head(bucket, key).await?;
        // The file system's time of the last change, to its full precision.
        Some(format!("{:?}/{:?}", head.last_modified?, head.content_length))
    }

    /// Where an object's bytes are, for a key that is a plain path.
    fn file(&self, bucket: &str, key: &str) -> Option<PathBuf> {
        let plain = key.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        plain.then(|| self.root.join(bucket).join(key))
    }

    async fn head(&self, bucket: &str, key: &str) -> Option<dto::HeadObjectOutput> {
        let input =
            dto::HeadObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() };
        self.files.head_object(request(input)).await.ok().map(|response| response.output)
    }

    /// Makes a write, announced before and settled after.
    async fn write<T>(
        &self,
        by: &'static str,
        (bucket, key): (String, String),
        write: impl Future<Output = S3Result<S3Response<T>>>,
    ) -> S3Result<S3Response<T>> {
        let _writing = self.lock.write().await;
        if listeners(&self.bus, &bucket, &key).is_empty() {
            return write.await;
        }
        let before = self.stamp(&bucket, &key).await;
        let announced = Write::Object { bucket: bucket.clone(), key: key.clone(), before };
        let ticket = self.bus.announce(&[announced]).map_err(|error| internal(&error))?;
        let outcome = write.await;
        let mut notifications = Vec::new();
        if outcome.is_ok()
            && let Some(head) = self.head(&bucket, &key).await
        {
            let e_tag = head.e_tag.map(dto::ETag::into_value).unwrap_or_default();
            let size_bytes = head.content_length.unwrap_or_default();
            let created = Created { bucket: &bucket, key: &key, by, size_bytes, e_tag: &e_tag };
            notifications = records(&self.bus, &created, self.copies, self.clock.now().unix_ms());
        }
        self.bus.settle(ticket, notifications).map_err(|error| internal(&error))?;
        outcome
    }
}

/// Refuses the request when one of these members is there.
macro_rules! refuse {
    ($input:expr; $($member:ident),+ $(,)?) => {
        $(if $input.$member.is_some() {
            return Err(s3_error!(NotImplemented, concat!(stringify!($member), " is not done on one machine")));
        })+
    };
}

#[async_trait]
impl S3 for Door {
    async fn put_object(
        &self,
        mut request: S3Request<dto::PutObjectInput>,
    ) -> S3Result<S3Response<dto::PutObjectOutput>> {
        let input = &mut request.input;
        refuse!(input; acl, bucket_key_enabled, grant_full_control, grant_read, grant_read_acp, grant_write_acp,
            object_lock_legal_hold_status, object_lock_mode, object_lock_retain_until_date, sse_customer_algorithm,
            sse_customer_key, ssekms_encryption_context, ssekms_key_id, tagging, website_redirect_location,
            write_offset_bytes);
        only_aes256(input.server_side_encryption.as_ref())?;
        if input.if_none_match.as_ref().is_some_and(|condition| !condition.is_any()) {
            return Err(s3_error!(NotImplemented, "If-None-Match takes * only"));
        }
        if input.key.ends_with('/') {
            return Err(s3_error!(NotImplemented, "a key that ends with / is not done on one machine"));
        }
        // The bytes are complete and right before the lock is taken and the old object is touched.
        let body = input.body.take().ok_or_else(|| s3_error!(IncompleteBody))?;
        let body = collect(body).await?;
        if input.content_length.is_some_and(|length| usize::try_from(length) != Ok(body.len())) {
            return Err(s3_error!(IncompleteBody));
        }
        check_digest(input, &body)?;
        input.body = Some(s3s::Body::from(body).into());
        let place = (input.bucket.clone(), input.key.clone());
        self.0.write("Put", place, self.0.files.put_object(request)).await
    }

    async fn copy_object(
        &self,
        request: S3Request<dto::CopyObjectInput>,
    ) -> S3Result<S3Response<dto::CopyObjectOutput>> {
        let input = &request.input;
        refuse!(input; acl, bucket_key_enabled, grant_full_control, grant_read, grant_read_acp, grant_write_acp,
            copy_source_sse_customer_algorithm, copy_source_sse_customer_key, object_lock_legal_hold_status,
            object_lock_mode, object_lock_retain_until_date, sse_customer_algorithm, sse_customer_key,
            ssekms_encryption_context, ssekms_key_id, tagging, tagging_directive, website_redirect_location);
        only_aes256(input.server_side_encryption.as_ref())?;
        if matches!(&input.copy_source, dto::CopySource::Bucket { version_id: Some(_), .. }) {
            return Err(s3_error!(NotImplemented, "versions are not done on one machine"));
        }
        let place = (input.bucket.clone(), input.key.clone());
        self.0.write("Copy", place, self.0.files.copy_object(request)).await
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<dto::CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::CreateMultipartUploadOutput>> {
        let input = &request.input;
        refuse!(input; acl, bucket_key_enabled, grant_full_control, grant_read, grant_read_acp, grant_write_acp,
            object_lock_legal_hold_status, object_lock_mode, object_lock_retain_until_date, sse_customer_algorithm,
            sse_customer_key, ssekms_encryption_context, ssekms_key_id, tagging, website_redirect_location);
        only_aes256(input.server_side_encryption.as_ref())?;
        self.0.files.create_multipart_upload(request).await
    }

    async fn upload_part(
        &self,
        request: S3Request<dto::UploadPartInput>,
    ) -> S3Result<S3Response<dto::UploadPartOutput>> {
        refuse!(request.input; sse_customer_algorithm, sse_customer_key);
        self.0.files.upload_part(request).await
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<dto::UploadPartCopyInput>,
    ) -> S3Result<S3Response<dto::UploadPartCopyOutput>> {
        let input = &request.input;
        refuse!(input; copy_source_if_match, copy_source_if_modified_since, copy_source_if_none_match,
            copy_source_if_unmodified_since, copy_source_sse_customer_algorithm, copy_source_sse_customer_key,
            sse_customer_algorithm, sse_customer_key);
        if matches!(&input.copy_source, dto::CopySource::Bucket { version_id: Some(_), .. }) {
            return Err(s3_error!(NotImplemented, "versions are not done on one machine"));
        }
        let _reading = self.0.lock.read().await;
        self.0.files.upload_part_copy(request).await
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<dto::CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::CompleteMultipartUploadOutput>> {
        refuse!(request.input; sse_customer_algorithm, sse_customer_key);
        let place = (request.input.bucket.clone(), request.input.key.clone());
        self.0.write("CompleteMultipartUpload", place, self.0.files.complete_multipart_upload(request)).await
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<dto::AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::AbortMultipartUploadOutput>> {
        self.0.files.abort_multipart_upload(request).await
    }

    async fn get_object(
        &self,
        request: S3Request<dto::GetObjectInput>,
    ) -> S3Result<S3Response<dto::GetObjectOutput>> {
        let input = &request.input;
        refuse!(input; if_match, if_modified_since, if_none_match, if_unmodified_since, part_number,
            sse_customer_algorithm, sse_customer_key, version_id);
        let file = input.range.is_none().then(|| self.0.file(&input.bucket, &input.key)).flatten();
        let _reading = self.0.lock.read().await;
        let mut response = self.0.files.get_object(request).await?;
        if let Some(file) = file {
            // One read in place of one per 4 KB, each of which would change threads.
            let bytes = tokio::fs::read(file).await.map_err(|error| internal(&error))?;
            response.output.body = Some(s3s::Body::from(bytes).into());
        }
        Ok(response)
    }

    async fn head_object(
        &self,
        request: S3Request<dto::HeadObjectInput>,
    ) -> S3Result<S3Response<dto::HeadObjectOutput>> {
        let input = &request.input;
        refuse!(input; if_match, if_modified_since, if_none_match, if_unmodified_since, part_number,
            sse_customer_algorithm, sse_customer_key, version_id);
        let _reading = self.0.lock.read().await;
        self.0.files.head_object(request).await
    }

    async fn delete_object(
        &self,
        request: S3Request<dto::DeleteObjectInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectOutput>> {
        let input = &request.input;
        refuse!(input; bypass_governance_retention, if_match, if_match_last_modified_time, if_match_size, mfa,
            version_id);
        let _writing = self.0.lock.write().await;
        self.0.files.delete_object(request).await
    }

    async fn delete_objects(
        &self,
        request: S3Request<dto::DeleteObjectsInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectsOutput>> {
        refuse!(request.input; bypass_governance_retention, mfa);
        if request.input.delete.objects.iter().any(|object| object.version_id.is_some()) {
            return Err(s3_error!(NotImplemented, "versions are not done on one machine"));
        }
        let _writing = self.0.lock.write().await;
        self.0.files.delete_objects(request).await
    }

    async fn head_bucket(
        &self,
        request: S3Request<dto::HeadBucketInput>,
    ) -> S3Result<S3Response<dto::HeadBucketOutput>> {
        self.0.files.head_bucket(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<dto::ListObjectsV2Input>,
    ) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
        refuse!(request.input; encoding_type, optional_object_attributes);
        let _reading = self.0.lock.read().await;
        self.0.files.list_objects_v2(request).await
    }
}

async fn collect(body: dto::StreamingBlob) -> S3Result<Bytes> {
    let body: s3s::Body = body.into();
    match body.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(s3s::S3Error::with_source(s3s::S3ErrorCode::IncompleteBody, error)),
    }
}

/// Compares the digests that the request gives with the bytes that came.
fn check_digest(input: &dto::PutObjectInput, body: &[u8]) -> S3Result<()> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use md5::{Digest as _, Md5};
    let sha256 = || STANDARD.encode(sha2::Sha256::digest(body));
    let md5 = || STANDARD.encode(Md5::digest(body));
    if input.checksum_sha256.as_ref().is_some_and(|given| *given != sha256())
        || input.content_md5.as_ref().is_some_and(|given| *given != md5())
    {
        return Err(s3_error!(BadDigest, "the body does not have the digest that was given"));
    }
    Ok(())
}

fn only_aes256(encryption: Option<&dto::ServerSideEncryption>) -> S3Result<()> {
    match encryption.map(dto::ServerSideEncryption::as_str) {
        None | Some("AES256") => Ok(()),
        Some(_) => Err(s3_error!(NotImplemented, "encryption by KMS is not done on one machine")),
    }
}

/// A request that comes from the stage itself.
fn request<T>(input: T) -> S3Request<T> {
    S3Request {
        input,
        method: http::Method::GET,
        uri: http::Uri::from_static("/"),
        headers: http::HeaderMap::new(),
        extensions: http::Extensions::new(),
        credentials: None,
        region: None,
        service: None,
        trailing_headers: None,
    }
}

fn internal(error: &dyn std::error::Error) -> s3s::S3Error {
    s3s::S3Error::with_message(s3s::S3ErrorCode::InternalError, error.to_string())
}
