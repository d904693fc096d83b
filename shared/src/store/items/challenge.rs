//! The shape of a challenge.

use domain::otp::Challenge;
use domain::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
pub(in crate::store) struct ChallengeItem {
    pk: String,
    sk: String,
    salt: String,
    mac: String,
    document: String,
    consent: String,
    issued_at: i64,
    expires_at: i64,
    attempts: u8,
    purge_at: i64,
}

impl ChallengeItem {
    pub(in crate::store) fn of(pk: String, sk: String, challenge: &Challenge) -> Self {
        Self {
            pk,
            sk,
            salt: hex::encode(challenge.salt),
            mac: challenge.mac.to_hex(),
            document: challenge.document.to_hex(),
            consent: challenge.consent.to_hex(),
            issued_at: challenge.issued_at.unix_ms(),
            expires_at: challenge.expires_at.unix_ms(),
            attempts: challenge.attempts,
            purge_at: challenge.expires_at.unix_seconds(),
        }
    }

    pub(in crate::store) fn read(self) -> Option<Challenge> {
        let mut salt = [0; 32];
        hex::decode_to_slice(&self.salt, &mut salt).ok()?;
        Some(Challenge {
            salt,
            mac: Digest::parse(&self.mac).ok()?,
            document: Digest::parse(&self.document).ok()?,
            consent: Digest::parse(&self.consent).ok()?,
            issued_at: Timestamp::from_unix_ms(self.issued_at),
            expires_at: Timestamp::from_unix_ms(self.expires_at),
            attempts: self.attempts,
        })
    }
}
