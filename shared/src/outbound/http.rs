//! Calls to other people's servers.
//!
//! **Invariant:** no redirects, no proxies, no cookies, no credentials of ours; a connection is made only
//! to an address that was checked after the name was resolved.

mod exchange;
mod headers;
mod tls;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use domain::Timestamp;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};

pub use exchange::Exchanged;
pub use headers::{is_foreign_header, is_own_header};

use super::guard::{AddressRefusal, Reach, Target, Transport, is_global};
use crate::BoxError;

/// The one client for addresses that come from outside.
#[derive(Clone, Debug)]
pub struct Outbound {
    reach: Reach,
    transport: Transport,
    limits: Limits,
    /// To every host in reach; for https only unless the transport is any.
    secure: Client,
    /// For http, to this machine; only a stage on one machine has it.
    plain: Option<Client>,
}

impl Outbound {
    /// A client that resolves names as the system does.
    ///
    /// # Errors
    ///
    /// [`OutboundError`] when the system's certificates cannot be read.
    pub fn new(reach: Reach) -> Result<Self, OutboundError> {
        Self::resolving(reach, Transport::Secure)
    }

    /// The same, for answers that are signed in themselves (RFC 3161, RFC 5280, RFC 6960): their servers are
    /// also called by http, on port 80.
    ///
    /// # Errors
    ///
    /// [`OutboundError`] when the system's certificates cannot be read.
    pub fn for_signed_answers(reach: Reach) -> Result<Self, OutboundError> {
        Self::resolving(reach, Transport::Any)
    }

    fn resolving(reach: Reach, transport: Transport) -> Result<Self, OutboundError> {
        let lookup: Lookup = Arc::new(|name| {
            Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
        });
        Self::build(reach, transport, LIMITS, &lookup)
    }

    fn build(
        reach: Reach,
        transport: Transport,
        limits: Limits,
        lookup: &Lookup,
    ) -> Result<Self, OutboundError> {
        let tls = tls::client()?;
        let client = |allowed: fn(IpAddr) -> bool, is_secure: bool| {
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .https_only(is_secure)
                .redirect(Policy::none())
                .no_proxy()
                .referer(false)
                .user_agent(USER_AGENT)
                .connect_timeout(limits.connect)
                // A frozen Lambda keeps dead connections, and every call is to resolve and check anew.
                .pool_max_idle_per_host(0)
                .dns_resolver(CheckedResolver { lookup: Arc::clone(lookup), allowed })
                .build()
                .map_err(|source| OutboundError { source: source.into() })
        };
        let (allowed, plain): (fn(IpAddr) -> bool, _) = match reach {
            Reach::AllowLoopback => {
                (|ip| is_global(ip) || ip.is_loopback(), Some(client(|ip| ip.is_loopback(), false)?))
            }
            Reach::PublicOnly => (is_global, None),
        };
        let secure = client(allowed, transport == Transport::Secure)?;
        Ok(Self { reach, transport, limits, secure, plain })
    }

    /// Fetches a file of at most `max_bytes`, within 20 s in all.
    ///
    /// # Errors
    ///
    /// [`FetchError`], which names nothing of the address; ask [`FetchError::is_temporary`] whether to
    /// try again.
    pub async fn fetch(&self, url: &str, max_bytes: usize) -> Result<Bytes, FetchError> {
        let target = self.target(url)?;
        let request = self
            .client(&target)?
            .get(target.url().clone())
            .header(ACCEPT_ENCODING, IDENTITY)
            .timeout(self.limits.fetch);
        let response = send(request).await?;
        match response.status().as_u16() {
            200 => read_file(response, max_bytes).await,
            status => Err(FetchError::Status(status)),
        }
    }

    /// Posts `body` and gives the status, whatever it is, within 30 s in all. A redirect is not
    /// followed. The answer's body is read up to 64 KB and dropped.
    ///
    /// `headers` are sent as they are, but for [`CONTENT_TYPE`], which is `content_type`.
    ///
    /// # Errors
    ///
    /// [`CallError`] when no status came back; it names nothing of the address or the headers. Ask
    /// [`CallError::is_temporary`] whether to try again.
    pub async fn post(
        &self,
        url: &str,
        headers: &BTreeMap<String, String>,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Result<u16, CallError> {
        let answered = self.send_to(url, headers, (content_type, body.into()), self.limits.post).await?;
        Ok(answered.status)
    }

    /// The same within 15 s in all; also tells when the server wants to be asked again.
    ///
    /// # Errors
    ///
    /// [`CallError`], as for [`Outbound::post`].
    pub async fn deliver(
        &self,
        url: &str,
        headers: &BTreeMap<String, String>,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Result<Answered, CallError> {
        self.send_to(url, headers, (content_type, body.into()), self.limits.deliver).await
    }

    async fn send_to(
        &self,
        url: &str,
        headers: &BTreeMap<String, String>,
        (content_type, body): (&str, Bytes),
        limit: Duration,
    ) -> Result<Answered, CallError> {
        let target = self.target(url)?;
        let mut header_map = headers::parse(headers)?;
        header_map
            .insert(CONTENT_TYPE, HeaderValue::from_str(content_type).map_err(|_| CallError::HeaderRefused)?);
        header_map.insert(ACCEPT_ENCODING, HeaderValue::from_static(IDENTITY));
        let request =
            self.client(&target)?.post(target.url().clone()).headers(header_map).timeout(limit).body(body);
        let mut response = send(request).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(RetryAfter::parse);
        let mut left = MAX_ANSWER_BYTES;
        // The server has decided; a body that breaks off does not change that.
        while let Ok(Some(chunk)) = response.chunk().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
        Ok(Answered { status, retry_after })
    }

    /// Posts `body` and gives the answer's, of at most `max_bytes`, within 20 s in all.
    ///
    /// # Errors
    ///
    /// [`FetchError`], as for [`Outbound::fetch`].
    pub async fn ask(
        &self,
        url: &str,
        content_type: &'static str,
        body: impl Into<Bytes>,
        max_bytes: usize,
    ) -> Result<Bytes, FetchError> {
        self.ask_as(url, &BTreeMap::new(), (content_type, body.into()), max_bytes).await
    }

    /// The same with headers, as for [`Outbound::post`].
    ///
    /// # Errors
    ///
    /// [`FetchError`], as for [`Outbound::fetch`].
    pub async fn ask_as(
        &self,
        url: &str,
        headers: &BTreeMap<String, String>,
        (content_type, body): (&'static str, Bytes),
        max_bytes: usize,
    ) -> Result<Bytes, FetchError> {
        let target = self.target(url)?;
        let request = self
            .client(&target)?
            .post(target.url().clone())
            .headers(headers::parse(headers)?)
            .header(CONTENT_TYPE, content_type)
            .header(ACCEPT_ENCODING, IDENTITY)
            .timeout(self.limits.fetch)
            .body(body);
        let response = send(request).await?;
        match response.status().as_u16() {
            200 => read_file(response, max_bytes).await,
            status => Err(FetchError::Status(status)),
        }
    }

    fn target(&self, url: &str) -> Result<Target, CallError> {
        Target::parse_for(url, self.reach, self.transport).map_err(CallError::Refused)
    }

    fn client(&self, target: &Target) -> Result<&Client, CallError> {
        match (target.url().scheme(), &self.plain) {
            ("http", _) if self.transport == Transport::Any => Ok(&self.secure),
            ("http", Some(plain)) => Ok(plain),
            ("http", None) => Err(CallError::Refused(AddressRefusal::Scheme)),
            _ => Ok(&self.secure),
        }
    }
}

/// What a server answered to a post.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// When it wants to be asked again, if it says so.
    pub retry_after: Option<RetryAfter>,
}

/// When a server wants to be asked again ([RFC 9110] section 10.2.3).
///
/// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RetryAfter {
    /// Not before this instant.
    At(Timestamp),
    /// Not before so long from now.
    In(Duration),
}

impl RetryAfter {
    fn parse(value: &HeaderValue) -> Option<Self> {
        let text = value.to_str().ok()?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // More than fits is as good as for ever; whoever asks has a limit of their own.
            return Some(Self::In(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX)))));
        }
        let at =
            jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()?;
        Some(Self::At(Timestamp::from_unix_ms(at.as_millisecond())))
    }
}

/// Why there is no client. The operator mends the system.
#[derive(Debug, thiserror::Error)]
#[error("the client for outbound calls could not be built")]
pub struct OutboundError {
    #[source]
    source: BoxError,
}

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The exchange broke off, or what came is not HTTP. A later call may succeed.
    #[error("the exchange with the server broke off")]
    Broken {
        /// What the client saw, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// A header has a malformed name or value, or is one that the client itself must write.
    #[error("a header is malformed, or may not be set")]
    HeaderRefused,
    /// No connection came about. A later call may succeed.
    #[error("no connection to the server came about")]
    NoConnection {
        /// What the client saw, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// The address may not be called. Its owner has to change it.
    #[error("the address is refused: {0}")]
    Refused(#[from] AddressRefusal),
    /// The server took too long. A later call may succeed.
    #[error("the server did not answer in time")]
    TimedOut,
}

impl CallError {
    /// Whether a later call may succeed.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::NoConnection { .. } | Self::TimedOut => true,
            Self::HeaderRefused | Self::Refused(_) => false,
        }
    }

    fn of(error: reqwest::Error) -> Self {
        if let Some(refusal) = find_refusal(&error) {
            return Self::Refused(refusal);
        }
        if error.is_timeout() {
            return Self::TimedOut;
        }
        let is_connect = error.is_connect();
        let source = error.without_url();
        if is_connect { Self::NoConnection { source } } else { Self::Broken { source } }
    }
}

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There was no answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The server compressed the file though it was asked not to.
    #[error("the server sent the file in an encoding that was not asked for")]
    Encoded,
    /// The server answered with another status than 200.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The file is longer than allowed.
    #[error("the file is longer than {max_bytes} bytes")]
    TooLarge {
        /// The most that was allowed.
        max_bytes: usize,
    },
}

impl FetchError {
    /// Whether a later try may succeed.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        match self {
            Self::Call(error) => error.is_temporary(),
            Self::Encoded | Self::TooLarge { .. } => false,
            Self::Status(status) => matches!(*status, 408 | 425 | 429 | 500..=599),
        }
    }
}

/// Resolves a name once and gives its addresses only if all of them are allowed: a name that answers
/// with a public and a private address is an attack.
struct CheckedResolver {
    lookup: Lookup,
    allowed: fn(IpAddr) -> bool,
}

type Lookup = Arc<dyn Fn(String) -> Answers + Send + Sync>;
type Answers = std::pin::Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let answers = (self.lookup)(name.as_str().to_owned());
        let allowed = self.allowed;
        Box::pin(async move {
            let addresses = answers.await?;
            if addresses.iter().all(|address| allowed(address.ip())) {
                Ok(Box::new(addresses.into_iter()) as Addrs)
            } else {
                Err(BoxError::from(AddressRefusal::NotPublic))
            }
        })
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    connect: Duration,
    deliver: Duration,
    fetch: Duration,
    post: Duration,
}

async fn send(request: RequestBuilder) -> Result<Response, CallError> {
    request.send().await.map_err(CallError::of)
}

async fn read_file(mut response: Response, max_bytes: usize) -> Result<Bytes, FetchError> {
    let encoding = response.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(IDENTITY.as_bytes())) {
        return Err(FetchError::Encoded);
    }
    let fits = |length: usize| length <= max_bytes;
    let promised = response.content_length().map_or(Some(0), |length| usize::try_from(length).ok());
    let Some(promised) = promised.filter(|length| fits(*length)) else {
        return Err(FetchError::TooLarge { max_bytes });
    };
    // What a server promises is no reason to reserve it all.
    let mut file = BytesMut::with_capacity(promised.min(FIRST_RESERVE_BYTES));
    while let Some(chunk) = response.chunk().await.map_err(CallError::of)? {
        if !fits(file.len().saturating_add(chunk.len())) {
            return Err(FetchError::TooLarge { max_bytes });
        }
        file.extend_from_slice(&chunk);
    }
    Ok(file.freeze())
}

/// The guard's refusal inside a client's error, if it was the reason.
fn find_refusal(error: &reqwest::Error) -> Option<AddressRefusal> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(refusal) = error.downcast_ref::<AddressRefusal>() {
            return Some(*refusal);
        }
        source = error.source();
    }
    None
}

/// A server that is there answers a connection within milliseconds; three seconds allow for one lost packet.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(3),
    deliver: Duration::from_secs(15),
    fetch: Duration::from_secs(20),
    post: Duration::from_secs(30),
};
/// Enough to let a server finish its answer; nobody reads it.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
const FIRST_RESERVE_BYTES: usize = 1024 * 1024;
const IDENTITY: &str = "identity";
const USER_AGENT: &str = concat!("Paraphe/", env!("CARGO_PKG_VERSION"));
#[cfg(test)]
mod tests;
