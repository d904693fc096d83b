//! The seal key and its certificates.

use pades::{Digest, Pkcs8Key, SealAlgorithm, SealCertificate};
use serde::Deserialize;
use shared::outbound::SigningKeys;
use shared::store::{SealAuthority, SealedWith};

use crate::{Deps, SealFault};

/// The key that seals, with the certificate that names its owner and the chain above.
#[derive(Debug)]
pub(crate) struct SealKey {
    pub(crate) certificate: SealCertificate,
    /// Further certificates, for finding the issuers of time-stamp authorities: DER.
    pub(crate) known: Vec<Vec<u8>>,
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
    pub(crate) fn algorithm(&self) -> SealAlgorithm {
        self.algorithm
    }

    /// The authorities that make what this key seals trusted: the certificates above the seal's own, or that
    /// one when it stands alone, and those that the operator has added for time-stamps.
    pub(crate) fn authorities(&self) -> Vec<SealAuthority> {
        let above = match self.certificate.chain_der() {
            [_, above @ ..] if !above.is_empty() => above,
            alone => alone,
        };
        let of = |of| move |der: &Vec<u8>| SealAuthority { der: der.clone(), of };
        let of_timestamps = self.known.iter().filter(|it| !above.contains(it));
        above.iter().map(of(SealedWith::Seal)).chain(of_timestamps.map(of(SealedWith::Timestamp))).collect()
    }

    /// Signs the digest of signed attributes.
    ///
    /// # Errors
    ///
    /// [`SealFault::Other`] when the key does not sign.
    pub(crate) async fn sign(&self, digest: &Digest) -> Result<Vec<u8>, SealFault> {
        match &self.signer {
            Signer::Kms { keys, key_id } => {
                keys.sign_digest(key_id, self.algorithm, digest).await.map_err(SealFault::other)
            }
            Signer::Pkcs8(key) => key.sign_digest(self.algorithm, digest).map_err(SealFault::other),
        }
    }
}

/// The secret: the certificates as PEM, the seal's own first, and either the key as PKCS#8 PEM or the name
/// of a key in KMS.
#[derive(Deserialize)]
struct SealSecret {
    certificate_pem: String,
    key_pem: Option<String>,
    kms_key_id: Option<String>,
    /// Roots and intermediates that neither seals nor time-stamps carry, as PEM.
    known_certificates_pem: Option<String>,
    #[serde(default)]
    rsa_padding: RsaPadding,
}

/// How an RSA key pads what it signs.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RsaPadding {
    /// RSASSA-PKCS1-v1_5, which every viewer reads.
    #[default]
    Pkcs1,
    /// RSASSA-PSS.
    Pss,
}

/// Loads the key. The secret is remembered for at most five minutes, so a rotation needs no restart.
///
/// # Errors
///
/// [`SealFault::Other`] when the secret is away or does not hold a certificate and one key.
pub(crate) async fn load(deps: &Deps) -> Result<SealKey, SealFault> {
    let text = deps.secrets.text(&deps.seal_secret).await.map_err(SealFault::other)?;
    read(&text, &deps.keys)
}

fn read(text: &str, keys: &SigningKeys) -> Result<SealKey, SealFault> {
    // The parser's own words could repeat a part of the secret.
    let secret: SealSecret = serde_json::from_str(text).map_err(|_| SealFault::other(FORM))?;
    let certificate = SealCertificate::from_pem(&secret.certificate_pem).map_err(SealFault::other)?;
    let algorithm = match (SealAlgorithm::for_key(certificate.key_kind()), secret.rsa_padding) {
        (SealAlgorithm::RsaPkcs1Sha256, RsaPadding::Pss) => SealAlgorithm::RsaPssSha256,
        (algorithm, _) => algorithm,
    };
    let signer = match (secret.key_pem, secret.kms_key_id) {
        (Some(pem), None) => {
            let key = Pkcs8Key::from_pem(&pem).map_err(SealFault::other)?;
            key.check_belongs_to(&certificate).map_err(SealFault::other)?;
            Signer::Pkcs8(key)
        }
        // Whether it is the certificate's is seen by its first signature, which is verified.
        (None, Some(key_id)) => Signer::Kms { keys: keys.clone(), key_id },
        _ => return Err(SealFault::other(FORM)),
    };
    let known = match &secret.known_certificates_pem {
        Some(pem) => pades::certificates_of_pem(pem).map_err(SealFault::other)?,
        None => Vec::new(),
    };
    Ok(SealKey { certificate, known, algorithm, signer })
}

const FORM: &str =
    "the seal secret is neither {\"key_pem\", \"certificate_pem\"} nor {\"kms_key_id\", \"certificate_pem\"}";
