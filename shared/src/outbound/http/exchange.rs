//! Calls of an API: any method, and an answer that is read whatever its status.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER};

use super::{FetchError, IDENTITY, Outbound, RetryAfter, headers, read_file, send};

/// What an API answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exchanged {
    /// The status.
    pub status: u16,
    /// When it wants to be asked again, if it says so.
    pub retry_after: Option<RetryAfter>,
    /// What it says.
    pub body: Bytes,
}

impl Outbound {
    /// Calls an API, within 20 s in all, and gives its answer of at most `max_bytes`, whatever its status. A redirect is
    /// not followed. A body comes with its type.
    ///
    /// # Errors
    ///
    /// [`FetchError`], as for [`Outbound::fetch`], but for a status.
    pub async fn exchange(
        &self,
        (method, url): (Method, &str),
        headers: &BTreeMap<String, String>,
        body: Option<(&'static str, Bytes)>,
        max_bytes: usize,
    ) -> Result<Exchanged, FetchError> {
        let target = self.target(url)?;
        let mut request = self
            .client(&target)?
            .request(method, target.url().clone())
            .headers(headers::parse(headers)?)
            .header(ACCEPT_ENCODING, IDENTITY)
            .timeout(self.limits.fetch);
        if let Some((content_type, body)) = body {
            request = request.header(CONTENT_TYPE, content_type).body(body);
        }
        let response = send(request).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(RetryAfter::parse);
        Ok(Exchanged { status, retry_after, body: read_file(response, max_bytes).await? })
    }
}
