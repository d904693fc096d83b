//! Signs messages as [Standard Webhooks] 1.0.0 says.
//!
//! [Standard Webhooks]: https://www.standardwebhooks.com

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use shared::store::SigningKey;

/// The value of `webhook-signature`: one signature of each key that signs at this instant, and of the Ed25519
/// key beside it.
pub(crate) fn signatures(keys: &[SigningKey], id: &str, now: Timestamp, body: &str) -> String {
    let content = format!("{id}.{}.{body}", now.unix_seconds());
    let mut signatures = Vec::new();
    for key in keys.iter().filter(|it| it.signs_at(now)) {
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key.secret()), content.as_bytes());
        signatures.push(format!("v1,{}", STANDARD.encode(mac)));
        let pair = key.seed().and_then(|seed| Ed25519KeyPair::from_seed_unchecked(&seed).ok());
        if let Some(pair) = pair {
            signatures.push(format!("v1a,{}", STANDARD.encode(pair.sign(content.as_bytes()))));
        }
    }
    signatures.join(" ")
}
