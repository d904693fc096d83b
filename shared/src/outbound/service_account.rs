//! Google's service accounts: a key, and what is asked for with it (RFC 7523).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use pades::{Pkcs8Key, SealAlgorithm};
use serde_json::{Value, json};

/// A service account. `Debug` shows nothing of its key.
#[derive(Debug)]
pub struct ServiceAccount {
    email: String,
    key_id: Option<String>,
    key: Pkcs8Key,
}

/// Why a service account cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ServiceAccountError {
    /// Not the file that Google gives out.
    #[error("not the JSON of a service account, with client_email and private_key")]
    Form,
    /// The key is none, or not of RSA.
    #[error("the private_key is no PKCS#8 key of RSA in PEM")]
    Key,
    /// Nothing could be signed with it.
    #[error("nothing could be signed with the key")]
    Unsigned,
}

impl ServiceAccount {
    /// Reads the file that Google gives out, or what [`ServiceAccount::needed`] left of it.
    ///
    /// # Errors
    ///
    /// [`ServiceAccountError`], which repeats nothing of it.
    pub fn parse(value: &Value) -> Result<Self, ServiceAccountError> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let email = text("client_email").filter(|it| (3..=MAX_EMAIL_BYTES).contains(&it.len()));
        let (email, pem) = email.zip(text("private_key")).ok_or(ServiceAccountError::Form)?;
        if pem.len() > MAX_KEY_BYTES {
            return Err(ServiceAccountError::Key);
        }
        let key = Pkcs8Key::from_pem(pem).map_err(|_| ServiceAccountError::Key)?;
        let account =
            Self { email: email.to_owned(), key_id: text("private_key_id").map(str::to_owned), key };
        // A key of another kind is told from one of RSA by using it.
        account.key.sign(ALGORITHM, b"").map_err(|_| ServiceAccountError::Key)?;
        Ok(account)
    }

    /// What has to be kept of the file: the rest is of no use here.
    #[must_use]
    pub fn needed(value: &Value) -> Value {
        json!({
            "client_email": value.get("client_email"),
            "private_key": value.get("private_key"),
            "private_key_id": value.get("private_key_id"),
        })
    }

    /// What a token is asked for with: in the name of `subject`, for `scope`, of the server at `audience`. Good for ten
    /// minutes.
    ///
    /// # Errors
    ///
    /// [`ServiceAccountError::Unsigned`].
    pub fn assertion(
        &self,
        (subject, scope): (&str, &str),
        audience: &str,
        now: Timestamp,
    ) -> Result<String, ServiceAccountError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let claims = json!({
            "iss": self.email,
            "sub": subject,
            "scope": scope,
            "aud": audience,
            "iat": now.unix_seconds(),
            "exp": now.unix_seconds() + TERM_SECONDS,
        });
        let part = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature =
            self.key.sign(ALGORITHM, signed.as_bytes()).map_err(|_| ServiceAccountError::Unsigned)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// RS256 (RFC 7518 section 3.3).
const ALGORITHM: SealAlgorithm = SealAlgorithm::RsaPkcs1Sha256;
const TERM_SECONDS: i64 = 600;
const MAX_EMAIL_BYTES: usize = 254;
/// An RSA key of 8192 bits has 6.5 KB.
const MAX_KEY_BYTES: usize = 8 * 1024;
