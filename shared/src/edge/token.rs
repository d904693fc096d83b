//! Access tokens: JWTs of one kind (RFC 9068), which this service makes and nobody else reads.
//!
//! A reader of any JWT chooses algorithm and key by what the token says, and that is where they have been broken.
//! This one knows a single algorithm (ES256) and a single type (`at+jwt`); the header may hold these, the name of
//! one of the service's own keys, and nothing else (RFC 8725 sections 3.1 to 3.11).

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::Scopes;
use domain::value::CredentialId;
use domain::{Digest, Timestamp};
use rand::{CryptoRng, RngExt as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::outbound::{SecretError, Secrets};
use crate::store::CredentialKind;

/// What a token says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenClaims {
    /// Whether a client app or an API key got it.
    pub kind: CredentialKind,
    /// Which.
    pub id: CredentialId,
    /// What its bearer may do, as far as the app or key still may.
    pub scopes: Scopes,
    /// When it was made, in whole seconds.
    pub issued_at: Timestamp,
    /// From when on it is nothing any more.
    pub expires_at: Timestamp,
    /// When the secret that it was got for had taken the place of another, if it had.
    pub rotated_at: Option<Timestamp>,
}

/// The keys of tokens, as the secret has them at the moment.
#[derive(Clone)]
pub struct TokenKeys {
    secrets: Secrets,
    name: String,
}

impl TokenKeys {
    /// Keys that are made from the keyring in this secret.
    #[must_use]
    pub fn new(secrets: Secrets, name: String) -> Self {
        Self { secrets, name }
    }

    /// Makes a token.
    ///
    /// # Errors
    ///
    /// [`SecretError`] when the keys cannot be read.
    pub async fn issue(
        &self,
        claims: &TokenClaims,
        rng: &mut (dyn CryptoRng + Send),
    ) -> Result<Zeroizing<String>, SecretError> {
        let keyring = self.secrets.keyring(&self.name).await?;
        let malformed = || SecretError::Malformed { name: self.name.clone(), what: "it makes no key" };
        let key = Key::derive(keyring.current().1).ok_or_else(malformed)?;
        write(claims, &key, rng).ok_or_else(malformed)
    }

    /// What a token says; nothing if it is not one of ours, or not any more.
    ///
    /// # Errors
    ///
    /// [`SecretError`] when the keys cannot be read.
    pub async fn read(&self, token: &str, now: Timestamp) -> Result<Option<TokenClaims>, SecretError> {
        let keyring = self.secrets.keyring(&self.name).await?;
        let materials = std::iter::once(keyring.current()).chain(keyring.earlier());
        Ok(TokenReader::new(materials.map(|(_, material)| material)).read(token, now))
    }
}

/// Reads tokens by keys that are at hand.
pub struct TokenReader(Vec<Key>);

impl TokenReader {
    /// With the keys that are made from these secrets.
    #[must_use]
    pub fn new<'a>(materials: impl Iterator<Item = &'a [u8]>) -> Self {
        Self(materials.filter_map(Key::derive).collect())
    }

    /// What a token says; nothing if none of the keys signed it, or not any more.
    #[must_use]
    pub fn read(&self, token: &str, now: Timestamp) -> Option<TokenClaims> {
        read(token, &self.0, now)
    }
}

impl fmt::Debug for TokenReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenReader(***)")
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKeys(***)")
    }
}

/// Whether a text wants to be a token: the beginning of a JSON object in base64.
#[must_use]
pub fn is_token_shaped(text: &str) -> bool {
    text.starts_with("eyJ") && text.bytes().filter(|it| *it == b'.').count() == 2
}

struct Key {
    pair: EcdsaKeyPair,
    kid: String,
}

impl Key {
    /// Makes a key pair from secret material of any length: the first of a row of pseudo-random numbers that is a
    /// private key of the curve, which all but one of 2^32 are.
    fn derive(material: &[u8]) -> Option<Self> {
        let root = hmac::Key::new(hmac::HMAC_SHA256, material);
        (0_u8..8).find_map(|counter| {
            let scalar = hmac::sign(&root, &[b"paraphe/token-key/v1\0".as_slice(), &[counter]].concat());
            // RFC 5915: version 1, the private key, and the name of the curve.
            let der = [
                &[0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20],
                scalar.as_ref(),
                &[0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            ];
            let der = Zeroizing::new(der.concat());
            let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).ok()?;
            let kid = Digest::of(pair.public_key().as_ref()).to_hex().chars().take(16).collect();
            Some(Self { pair, kid })
        })
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// RFC 9068 section 2.2.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    client_id: String,
    iat: i64,
    exp: i64,
    jti: String,
    scope: String,
    /// Milliseconds: two secrets of one second are two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_of: Option<i64>,
}

fn write(claims: &TokenClaims, key: &Key, rng: &mut (dyn CryptoRng + Send)) -> Option<Zeroizing<String>> {
    let header = Header { alg: ALGORITHM.to_owned(), kid: key.kid.clone(), typ: TYPE.to_owned() };
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: format!("{}:{}", claims.kind.as_str(), claims.id),
        client_id: claims.id.to_string(),
        iat: claims.issued_at.unix_seconds(),
        exp: claims.expires_at.unix_seconds(),
        jti: hex::encode(rng.random::<[u8; 16]>()),
        scope: claims.scopes.to_string(),
        secret_of: claims.rotated_at.map(Timestamp::unix_ms),
    };
    let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    let signed =
        format!("{}.{}", part(serde_json::to_vec(&header).ok()?), part(serde_json::to_vec(&claims).ok()?));
    let signature = key.pair.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
    Some(Zeroizing::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))))
}

fn read(token: &str, keys: &[Key], now: Timestamp) -> Option<TokenClaims> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Header = part(header)?;
    if header.alg != ALGORITHM || header.typ != TYPE {
        return None;
    }
    let key = keys.iter().find(|it| it.kid == header.kid)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.pair.public_key().as_ref());
    public.verify(signed.as_bytes(), &signature).ok()?;
    let claims: Claims = part(claims)?;
    let (kind, id) = claims.sub.split_once(':')?;
    let at = |seconds: i64| Timestamp::from_unix_ms(seconds.saturating_mul(1000));
    let read = TokenClaims {
        kind: CredentialKind::parse(kind)?,
        id: CredentialId::parse(id).ok()?,
        scopes: Scopes::restore(&claims.scope),
        issued_at: at(claims.iat),
        expires_at: at(claims.exp),
        rotated_at: claims.secret_of.map(Timestamp::from_unix_ms),
    };
    let is_ours = claims.iss == ISSUER && claims.aud == AUDIENCE && claims.client_id == id;
    let is_now = read.issued_at <= now.plus(SKEW) && now < read.expires_at;
    let is_short = read.expires_at <= read.issued_at.plus(TOKEN_TTL);
    (is_ours && is_now && is_short).then_some(read)
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// How long a token lives.
pub const TOKEN_TTL: Duration = Duration::from_mins(30);

/// How far the clocks of two of our own machines may be apart.
const SKEW: Duration = Duration::from_mins(1);
const ALGORITHM: &str = "ES256";
const TYPE: &str = "at+jwt";
const ISSUER: &str = "urn:paraphe:access";
const AUDIENCE: &str = "urn:paraphe:api";
/// The gateway takes headers of 10 KB in all.
const MAX_TOKEN_BYTES: usize = 8192;

#[cfg(test)]
mod tests;
