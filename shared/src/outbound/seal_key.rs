//! The seal key and its certificates.

use pades::{Digest, Pkcs8Key, SealAlgorithm, SealCertificate};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::keys::SigningKeys;
use super::secrets::{SecretError, Secrets};
use crate::BoxError;

/// The key that seals, with the certificate that names its owner and the chain above.
#[derive(Debug)]
pub struct SealKey {
    /// The seal's certificate, with the chain above.
    pub certificate: SealCertificate,
    /// Further certificates, for finding the issuers of time-stamp authorities: DER.
    pub known: Vec<Vec<u8>>,
    algorithm: SealAlgorithm,
    signer: Signer,
}

/// Where the private key is.
#[derive(Debug)]
enum Signer {
    /// In KMS, which it never leaves.
    Kms { keys: SigningKeys, key_id: String },
    /// In this process.
    Pkcs8(Pkcs8Key),
}

impl SealKey {
    /// The algorithm it seals with.
    #[must_use]
    pub fn algorithm(&self) -> SealAlgorithm {
        self.algorithm
    }

    /// Signs the digest of signed attributes.
    ///
    /// # Errors
    ///
    /// [`SealKeyError`] when the key does not sign.
    pub async fn sign(&self, digest: &Digest) -> Result<Vec<u8>, SealKeyError> {
        match &self.signer {
            Signer::Kms { keys, key_id } => {
                keys.sign_digest(key_id, self.algorithm, digest).await.map_err(SealKeyError::other)
            }
            Signer::Pkcs8(key) => key.sign_digest(self.algorithm, digest).map_err(SealKeyError::other),
        }
    }
}

/// The secret, as it is written.
#[derive(Deserialize, Serialize)]
pub struct SealSecret {
    /// The certificates as PEM, the seal's own first.
    pub certificate_pem: String,
    /// The key as PKCS#8 PEM, or nothing when it is in KMS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_pem: Option<String>,
    /// The name of a key in KMS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Roots and intermediates that neither seals nor time-stamps carry, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_certificates_pem: Option<String>,
    /// How an RSA key pads.
    #[serde(default)]
    pub rsa_padding: RsaPadding,
}

impl std::fmt::Debug for SealSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealSecret")
    }
}

impl SealSecret {
    /// Reads the secret.
    ///
    /// # Errors
    ///
    /// [`SealKeyError::Form`]. Nothing of the secret is told.
    pub fn parse(text: &str) -> Result<Self, SealKeyError> {
        // The parser's own words could repeat a part of the secret.
        serde_json::from_str(text).map_err(|_| SealKeyError::Form)
    }

    /// The secret's text.
    ///
    /// # Errors
    ///
    /// [`SealKeyError::Form`], never in practice.
    pub fn to_text(&self) -> Result<Zeroizing<String>, SealKeyError> {
        serde_json::to_string(self).map(Zeroizing::new).map_err(|_| SealKeyError::Form)
    }

    /// The seal's certificate. A key that the secret holds is its key.
    ///
    /// # Errors
    ///
    /// [`SealKeyError::Form`] unless there is one key, [`SealKeyError::Key`] for what cannot be used.
    pub fn certificate(&self) -> Result<SealCertificate, SealKeyError> {
        let certificate = SealCertificate::from_pem(&self.certificate_pem).map_err(SealKeyError::other)?;
        match (&self.key_pem, &self.kms_key_id) {
            (Some(_), None) => self.key(&certificate).map(|_| certificate),
            // Whether it is the certificate's is seen by its first signature, which is verified.
            (None, Some(_)) => Ok(certificate),
            _ => Err(SealKeyError::Form),
        }
    }

    fn key(&self, certificate: &SealCertificate) -> Result<Pkcs8Key, SealKeyError> {
        let pem = self.key_pem.as_ref().ok_or(SealKeyError::Form)?;
        let key = Pkcs8Key::from_pem(pem).map_err(SealKeyError::other)?;
        key.check_belongs_to(certificate).map_err(SealKeyError::other)?;
        Ok(key)
    }
}

/// How an RSA key pads what it signs.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RsaPadding {
    /// RSASSA-PKCS1-v1_5, which every viewer reads.
    #[default]
    Pkcs1,
    /// RSASSA-PSS.
    Pss,
}

/// Where the seal key is to be found.
#[derive(Clone, Debug)]
pub struct SealKeys {
    secrets: Secrets,
    keys: SigningKeys,
    secret: String,
}

impl SealKeys {
    /// The key that the secret of this name holds or names.
    #[must_use]
    pub fn new(secrets: Secrets, keys: SigningKeys, secret: String) -> Self {
        Self { secrets, keys, secret }
    }

    /// Loads the key. The secret is remembered for at most five minutes, so a rotation needs no restart.
    ///
    /// # Errors
    ///
    /// [`SealKeyError`] when the secret is away or does not hold a certificate and one key.
    pub async fn load(&self) -> Result<SealKey, SealKeyError> {
        let text = self.secrets.text(&self.secret).await?;
        read(&text, &self.keys)
    }
}

/// Why there is no seal key, or it does not sign.
#[derive(Debug, thiserror::Error)]
pub enum SealKeyError {
    /// The secret does not have its form. Nothing of it is told.
    #[error("{FORM}")]
    Form,
    /// The key or a certificate cannot be used.
    #[error("the seal key cannot be used: {0}")]
    Key(#[source] BoxError),
    /// The secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl SealKeyError {
    fn other(error: impl Into<BoxError>) -> Self {
        Self::Key(error.into())
    }
}

fn read(text: &str, keys: &SigningKeys) -> Result<SealKey, SealKeyError> {
    let secret = SealSecret::parse(text)?;
    let certificate = secret.certificate()?;
    let algorithm = match (SealAlgorithm::for_key(certificate.key_kind()), secret.rsa_padding) {
        (SealAlgorithm::RsaPkcs1Sha256, RsaPadding::Pss) => SealAlgorithm::RsaPssSha256,
        (algorithm, _) => algorithm,
    };
    let signer = match &secret.kms_key_id {
        Some(key_id) => Signer::Kms { keys: keys.clone(), key_id: key_id.clone() },
        None => Signer::Pkcs8(secret.key(&certificate)?),
    };
    let known = match &secret.known_certificates_pem {
        Some(pem) => pades::certificates_of_pem(pem).map_err(SealKeyError::other)?,
        None => Vec::new(),
    };
    Ok(SealKey { certificate, known, algorithm, signer })
}

const FORM: &str =
    "the seal secret is neither {\"key_pem\", \"certificate_pem\"} nor {\"kms_key_id\", \"certificate_pem\"}";
