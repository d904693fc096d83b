//! The seal key and its certificates.

use pades::{Pkcs8Key, SealCertificate};
use serde::Deserialize;
use shared::outbound::Secrets;

use crate::SealFault;

/// The key that seals, with the certificate that names its owner and the chain above.
#[derive(Debug)]
pub(crate) struct SealKey {
    pub(crate) key: Pkcs8Key,
    pub(crate) certificate: SealCertificate,
}

/// The secret: PKCS#8 and certificates as PEM, the seal's own certificate first.
#[derive(Deserialize)]
struct SealSecret {
    key_pem: String,
    certificate_pem: String,
}

/// Loads the key. The secret is remembered for at most five minutes, so a rotation needs no restart.
///
/// # Errors
///
/// [`SealFault::Other`] when the secret is away or does not hold a key and its certificate.
pub(crate) async fn load(secrets: &Secrets, name: &str) -> Result<SealKey, SealFault> {
    let text = secrets.text(name).await.map_err(SealFault::other)?;
    let secret: SealSecret = serde_json::from_str(&text)
        .map_err(|_| SealFault::other("the seal secret is not {\"key_pem\", \"certificate_pem\"}"))?;
    Ok(SealKey {
        key: Pkcs8Key::from_pem(&secret.key_pem).map_err(SealFault::other)?,
        certificate: SealCertificate::from_pem(&secret.certificate_pem).map_err(SealFault::other)?,
    })
}
