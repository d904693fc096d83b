//! Who a signatory is: the link token itself, or a session that a browser was given for it.
//!
//! A session is a cookie that names a signatory until an instant, authenticated by a key that only the
//! signing functions have. Nothing is stored for it, so loading a page writes nothing; it dies with the
//! link, whose digest is part of it.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::request::AnyRequest;
use domain::{Digest, LinkToken, Refusal, RequestId, SignatoryId, Timestamp};
use http::Method;

use super::http::HttpRequest;
use super::problem::Problem;
use crate::outbound::Secrets;
use crate::store::{Requests, StoreError};

/// Reads the keys that authenticate sessions, as their secret has them now: a process outlives the replacement of one.
#[derive(Debug)]
pub struct SessionKeys {
    secrets: Secrets,
    name: String,
}

impl SessionKeys {
    /// Keys that are made from the keyring in this secret.
    #[must_use]
    pub const fn new(secrets: Secrets, name: String) -> Self {
        Self { secrets, name }
    }

    /// The keys, as they were at most five minutes ago.
    ///
    /// # Errors
    ///
    /// [`Problem`] 503 when the secret cannot be read.
    pub async fn read(&self) -> Result<SessionKey, Problem> {
        let keyring = self.secrets.keyring(&self.name).await.map_err(Problem::unavailable)?;
        Ok(SessionKey::new(keyring.current().1, keyring.earlier().map(|(_, material)| material)))
    }
}

/// The key that authenticates sessions, and those before it that still do.
pub struct SessionKey {
    current: hmac::Key,
    earlier: Vec<hmac::Key>,
}

impl SessionKey {
    /// Makes the keys from secret material of any length.
    #[must_use]
    pub fn new<'a>(current: &[u8], earlier: impl Iterator<Item = &'a [u8]>) -> Self {
        let derived = |material: &[u8]| {
            let root = hmac::Key::new(hmac::HMAC_SHA256, material);
            let derived = hmac::sign(&root, b"paraphe/session/v1\0");
            hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
        };
        Self { current: derived(current), earlier: earlier.map(derived).collect() }
    }

    fn sign(&self, claims: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.current, claims.as_bytes()))
    }

    fn verifies(&self, claims: &str, tag: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else { return false };
        let mut keys = std::iter::once(&self.current).chain(&self.earlier);
        keys.any(|key| hmac::verify(key, claims.as_bytes(), &tag).is_ok())
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(***)")
    }
}

/// What a signatory's call shows for itself.
#[derive(Debug)]
pub enum Credential {
    /// The link token, from an integrator's own page.
    Link(LinkToken),
    /// A session, from a browser.
    Session(Session),
}

/// A session, read from its cookie.
#[derive(Debug)]
pub struct Session {
    request: RequestId,
    signatory: SignatoryId,
    link: Digest,
}

impl Credential {
    /// What the call shows for itself: a bearer, else the session's cookie.
    ///
    /// # Errors
    ///
    /// [`Problem`] 401 for neither, and for a session that is over; 403 for a change that a page of
    /// another origin asks for with our cookie; 404 for a bearer that is no link.
    pub fn of(http: &HttpRequest, key: &SessionKey, now: Timestamp) -> Result<Self, Problem> {
        if http.bearer().is_some() {
            return http.link_token().map(Self::Link);
        }
        let cookie = http.cookie(COOKIE).ok_or_else(session_over)?;
        let session = read(cookie, key, now).ok_or_else(session_over)?;
        // A browser sends this header only for scripts of our own origin, or after asking us.
        if *http.method() != Method::GET && http.header(SCRIPT_HEADER).is_none() {
            return Err(Problem::new(403, "cross_origin", "The call must come from the signing page."));
        }
        Ok(Self::Session(session))
    }

    /// Loads the request and signatory that it opens.
    ///
    /// # Errors
    ///
    /// [`Problem`] 404 for a link that is not, or no longer, valid; 403 for a change that a page of
    /// another origin asks for; 401 for a page that was opened for another signatory.
    pub async fn load(
        &self,
        requests: &Requests,
        http: &HttpRequest,
    ) -> Result<(AnyRequest, SignatoryId), Problem> {
        let (request, signatory) = self.find(requests, http).await?;
        // A browser has one session and many tabs: what is on the page of one signatory is never done as another.
        let meant = http.header(SIGNER_HEADER).or_else(|| http.query("signer"));
        if meant.is_some_and(|it| it != signatory.as_str()) {
            let detail =
                "Another link was opened in this browser since. Open the link from your message again.";
            return Err(Problem::new(401, "session_other", detail));
        }
        Ok((request, signatory))
    }

    async fn find(
        &self,
        requests: &Requests,
        http: &HttpRequest,
    ) -> Result<(AnyRequest, SignatoryId), Problem> {
        match self {
            Self::Link(link) => Ok(requests.by_link(link).await??),
            Self::Session(session) => {
                let request = match requests.load(&session.request).await {
                    Err(StoreError::NotFound) => Err(Problem::from(Refusal::LinkUnknown)),
                    other => other.map_err(Problem::from),
                }?;
                let known = request.facts().signatory(&session.signatory);
                if known.is_none_or(|it| it.link_digest != session.link) {
                    return Err(Refusal::LinkUnknown.into());
                }
                let foreign = http.header("origin").is_some_and(|origin| origin != origin_of(&request));
                if foreign && *http.method() != Method::GET {
                    return Err(Problem::new(
                        403,
                        "cross_origin",
                        "The call must come from the signing page.",
                    ));
                }
                Ok((request, session.signatory.clone()))
            }
        }
    }
}

/// The `Set-Cookie` value that gives a browser a session for this link, from `now` on.
#[must_use]
pub fn cookie_for(link: &LinkToken, key: &SessionKey, now: Timestamp) -> String {
    cookie_of(link.request(), link.signatory(), &link.digest(), key, now)
}

/// The `Set-Cookie` value that lets a session go on from `now`; none for a caller without a session.
#[must_use]
pub fn renewed_cookie(credential: &Credential, key: &SessionKey, now: Timestamp) -> Option<String> {
    match credential {
        Credential::Link(_) => None,
        Credential::Session(it) => Some(cookie_of(&it.request, &it.signatory, &it.link, key, now)),
    }
}

/// The `Set-Cookie` value that makes a browser forget its session.
#[must_use]
pub fn ended_cookie() -> String {
    format!("{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict")
}

/// The word that forms of this session hold, and no page of anyone else; none without a session.
#[must_use]
pub fn word_of(http: &HttpRequest, key: &SessionKey, now: Timestamp) -> Option<String> {
    let session = read(http.cookie(COOKIE)?, key, now)?;
    Some(key.sign(&word_claims(&session)))
}

/// Whether this is the word of the call's session.
#[must_use]
pub fn is_word(word: &str, http: &HttpRequest, key: &SessionKey, now: Timestamp) -> bool {
    let Some(session) = http.cookie(COOKIE).and_then(|it| read(it, key, now)) else { return false };
    key.verifies(&word_claims(&session), word)
}

/// It outlives the renewals of its session.
fn word_claims(session: &Session) -> String {
    format!("form.{}.{}.{}", session.request, session.signatory, session.link.to_hex())
}

fn cookie_of(
    request: &RequestId,
    signatory: &SignatoryId,
    link: &Digest,
    key: &SessionKey,
    now: Timestamp,
) -> String {
    let until = now.plus(IDLE).unix_ms();
    let claims = format!("{request}.{signatory}.{}.{until}", link.to_hex());
    let tag = key.sign(&claims);
    let max_age = IDLE.as_secs();
    format!("{COOKIE}={claims}.{tag}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Strict")
}

fn read(cookie: &str, key: &SessionKey, now: Timestamp) -> Option<Session> {
    let (claims, tag) = cookie.rsplit_once('.')?;
    if !key.verifies(claims, tag) {
        return None;
    }
    let mut parts = claims.split('.');
    let session = Session {
        request: RequestId::parse(parts.next()?).ok()?,
        signatory: SignatoryId::parse(parts.next()?).ok()?,
        link: Digest::parse(parts.next()?).ok()?,
    };
    let until = parts.next()?.parse().ok().map(Timestamp::from_unix_ms)?;
    (now < until).then_some(session)
}

fn session_over() -> Problem {
    Problem::new(401, "session_over", "The session is over. Open the link from your message again.")
}

/// Scheme, host and port of the signing page.
fn origin_of(request: &AnyRequest) -> &str {
    let url = request.facts().public_url.as_str();
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(authority..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| authority + at);
    url.get(..end).unwrap_or(url)
}

/// A session ends after this long without a call.
pub const IDLE: Duration = Duration::from_mins(30);

/// The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain` (RFC 6265bis section 4.1.3).
const COOKIE: &str = "__Host-paraphe";
/// A browser sends this only for scripts of our own origin, or after asking us.
pub(super) const SCRIPT_HEADER: &str = "x-paraphe";
/// For whom the page was opened that a call comes from; links say it as `signer` in their query.
const SIGNER_HEADER: &str = "x-paraphe-signer";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use domain::LinkKey;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    const NOON: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn value(set_cookie: &str) -> &str {
        set_cookie.split(';').next().unwrap().split_once('=').unwrap().1
    }

    #[test]
    fn a_session_reads_back_until_it_is_idle_for_too_long() {
        let mut rng = StdRng::seed_from_u64(1);
        let (request, signatory) = (RequestId::new(&mut rng), SignatoryId::new(&mut rng));
        let link = LinkToken::derive(&LinkKey::new(b"k"), &request, &signatory, 0);
        let none = std::iter::empty::<&[u8]>;
        let key = SessionKey::new(b"material", none());
        let set_cookie = cookie_for(&link, &key, NOON);
        assert!(set_cookie.starts_with("__Host-"));
        assert!(!set_cookie.contains(&link.expose()));
        let session = read(value(&set_cookie), &key, NOON).unwrap();
        assert_eq!(session.signatory, signatory);
        assert!(read(value(&set_cookie), &key, NOON.plus(IDLE)).is_none());
        assert!(read(value(&set_cookie), &SessionKey::new(b"other", none()), NOON).is_none());
        let replaced = SessionKey::new(b"other", [b"material".as_slice()].into_iter());
        assert!(read(value(&set_cookie), &replaced, NOON).is_some());
        assert!(
            read(value(&cookie_for(&link, &replaced, NOON)), &key, NOON).is_none(),
            "the newest one signs"
        );
        let forged = value(&set_cookie).replace(request.as_str(), RequestId::new(&mut rng).as_str());
        assert!(read(&forged, &key, NOON).is_none());
    }
}
