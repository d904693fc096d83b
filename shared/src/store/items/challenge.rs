//! The shape of a challenge.

use domain::otp::{Challenge, SentCode};
use domain::{Channel, Digest, Timestamp};
use serde::{Deserialize, Serialize};

use super::salt;

#[derive(Deserialize, Serialize)]
pub(in crate::store) struct ChallengeItem {
    pk: String,
    sk: String,
    pepper: u32,
    codes: Vec<CodeItem>,
    document: String,
    consent: String,
    issued_at: i64,
    expires_at: i64,
    attempts: u8,
    purge_at: i64,
}

#[derive(Deserialize, Serialize)]
struct CodeItem {
    channel: String,
    salt: String,
    mac: String,
}

impl ChallengeItem {
    pub(in crate::store) fn of(pk: String, sk: String, challenge: &Challenge) -> Self {
        let codes = challenge.codes.iter().map(|it| CodeItem {
            channel: it.channel.as_str().to_owned(),
            salt: hex::encode(it.salt),
            mac: it.mac.to_hex(),
        });
        Self {
            pk,
            sk,
            pepper: challenge.pepper,
            codes: codes.collect(),
            document: challenge.document.to_hex(),
            consent: challenge.consent.to_hex(),
            issued_at: challenge.issued_at.unix_ms(),
            expires_at: challenge.expires_at.unix_ms(),
            attempts: challenge.attempts,
            purge_at: challenge.expires_at.unix_seconds(),
        }
    }

    pub(in crate::store) fn read(self) -> Option<Challenge> {
        let codes = self.codes.into_iter().map(|it| {
            let (channel, salt) = (Channel::parse(&it.channel)?, salt(&it.salt).ok()?);
            Some(SentCode { channel, salt, mac: Digest::parse(&it.mac).ok()? })
        });
        Some(Challenge {
            pepper: self.pepper,
            codes: codes.collect::<Option<_>>()?,
            document: Digest::parse(&self.document).ok()?,
            consent: Digest::parse(&self.consent).ok()?,
            issued_at: Timestamp::from_unix_ms(self.issued_at),
            expires_at: Timestamp::from_unix_ms(self.expires_at),
            attempts: self.attempts,
        })
    }
}
