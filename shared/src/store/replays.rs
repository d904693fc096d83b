//! Answers that are given again to a call that is repeated.
//!
//! **Invariant:** of calls with the same name, one at a time is worked on; its answer is stored encrypted, as it
//! may hold secrets that were shown once.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Digest, RequestId, Timestamp};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::error::StoreError;
use super::keys;
use super::table::{PUT, Table, UPDATE, held};
use crate::chance::Seed;

/// Calls and their answers, in the table.
#[derive(Debug)]
pub struct Replays {
    table: Table,
    cipher: Cipher,
}

/// A call that is worked on by who holds this.
#[derive(Debug)]
pub struct ReplayClaim {
    /// Names what the call creates: the same for a call that is worked on again because whoever had it died, so
    /// that it finds what they left.
    pub resource: RequestId,
    /// What the random bits of the call are made of, the same for a call that is worked on again.
    pub seed: Seed,
    /// When the call first came.
    pub begun_at: Timestamp,
    pk: String,
    owner: String,
}

/// What is known of a call.
#[derive(Debug)]
pub enum Replay {
    /// It was answered; this is the answer.
    Answered(Zeroizing<Vec<u8>>),
    /// Nobody works on it but the caller, from now on.
    Claimed(ReplayClaim),
    /// Another call had the same name.
    Different,
    /// Somebody works on it at the moment.
    InFlight {
        /// How much longer they may.
        retry_after: Duration,
    },
}

/// A call that is claimed or was answered.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct ReplayItem {
    pk: String,
    sk: String,
    fingerprint: String,
    /// Who works on it.
    owner: String,
    is_answered: bool,
    resource: String,
    /// Encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    /// When the call first came; not known of an older item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun_at: Option<i64>,
    /// Until when: the work, or the answer.
    valid_until: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_version: Option<u32>,
    /// In base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    purge_at: i64,
}

impl Replays {
    /// The calls in `table`; the keys encrypt their answers, the current version first.
    #[must_use]
    pub fn new(client: Client, table: String, keys: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Self {
        Self { table: Table::new(client, table), cipher: Cipher::new(b"paraphe/replay/v1\0", keys) }
    }

    /// Claims a call, or tells what is known of it. A claim is over at `deadline`, when whoever has it is not
    /// there any more.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn claim(
        &self,
        name: &Digest,
        fingerprint: &Digest,
        owner: &str,
        (now, deadline): (Timestamp, Timestamp),
        rng: &mut (dyn CryptoRng + Send),
    ) -> Result<Replay, StoreError> {
        let pk = keys::replay_pk(name);
        let item = ReplayItem {
            seed: Some(self.cipher.seal_json(&*Seed::new(rng).expose(), &pk)?),
            pk,
            sk: keys::ONLY.to_owned(),
            fingerprint: fingerprint.to_hex(),
            owner: owner.to_owned(),
            is_answered: false,
            resource: RequestId::new(rng).to_string(),
            begun_at: Some(now.unix_ms()),
            valid_until: deadline.unix_ms(),
            key_version: None,
            answer: None,
            purge_at: deadline.plus(KEPT_FOR).unix_seconds(),
        };
        for _ in 0..ROUNDS {
            if self.put(&item, Instead::OfNone(now)).await? {
                return self.claimed(&item);
            }
            let Some(found) = self.get(&item.pk).await? else { continue };
            if now.unix_ms() < found.valid_until {
                return self.known(&found, fingerprint, now);
            }
            if !found.is_answered {
                let is_same = found.fingerprint == item.fingerprint;
                let again = match &found.seed {
                    Some(seed) if is_same => ReplayItem {
                        resource: found.resource.clone(),
                        seed: Some(seed.clone()),
                        begun_at: found.begun_at.or(item.begun_at),
                        ..item.clone()
                    },
                    _ => item.clone(),
                };
                if self.put(&again, Instead::Of(&found)).await? {
                    return self.claimed(&again);
                }
            }
        }
        Ok(Replay::InFlight { retry_after: Duration::from_secs(1) })
    }

    fn known(&self, found: &ReplayItem, fingerprint: &Digest, now: Timestamp) -> Result<Replay, StoreError> {
        if found.fingerprint != fingerprint.to_hex() {
            return Ok(Replay::Different);
        }
        if !found.is_answered {
            let retry_after = Timestamp::from_unix_ms(found.valid_until).since(now);
            return Ok(Replay::InFlight { retry_after });
        }
        let (Some(version), Some(answer)) = (found.key_version, &found.answer) else {
            return Err(StoreError::corrupt(&found.pk, "no answer"));
        };
        let sealed = STANDARD.decode(answer).map_err(|_| StoreError::corrupt(&found.pk, "not base64"))?;
        Ok(Replay::Answered(self.cipher.open(version, &sealed, &found.pk)?))
    }

    /// Stores the answer of a claimed call; false if the claim was over and somebody else has it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn answer(
        &self,
        claim: &ReplayClaim,
        answer: Vec<u8>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (version, sealed) = self.cipher.seal(answer, &claim.pk)?;
        let end = now.plus(KEPT_FOR);
        let update = self
            .owned(claim)
            .update_expression(
                "SET is_answered = :yes, answer = :answer, key_version = :version, valid_until = :until, \
                 purge_at = :purge REMOVE seed",
            )
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .expression_attribute_values(":answer", AttributeValue::S(STANDARD.encode(sealed)))
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            .expression_attribute_values(":until", AttributeValue::N(end.unix_ms().to_string()))
            .expression_attribute_values(":purge", AttributeValue::N(end.unix_seconds().to_string()));
        Ok(held(update.send().await, UPDATE)?.is_some())
    }

    /// Lets a claimed call go, which came to nothing: it may be repeated at once.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn release(&self, claim: &ReplayClaim) -> Result<(), StoreError> {
        let update = self
            .owned(claim)
            .update_expression("SET valid_until = :over")
            .expression_attribute_values(":over", AttributeValue::N("0".to_owned()));
        held(update.send().await, UPDATE).map(drop)
    }

    fn claimed(&self, item: &ReplayItem) -> Result<Replay, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(&item.pk, what);
        let sealed = item.seed.as_deref().ok_or_else(|| corrupt("seed"))?;
        let seed: Zeroizing<String> = Zeroizing::new(self.cipher.open_json(sealed, &item.pk)?);
        Ok(Replay::Claimed(ReplayClaim {
            resource: RequestId::parse(&item.resource).map_err(|_| corrupt("resource"))?,
            seed: Seed::restore(&seed).ok_or_else(|| corrupt("seed"))?,
            begun_at: item.begun_at.map(Timestamp::from_unix_ms).ok_or_else(|| corrupt("begun_at"))?,
            pk: item.pk.clone(),
            owner: item.owner.clone(),
        }))
    }

    /// A change of the item of whoever has the claim.
    fn owned(&self, claim: &ReplayClaim) -> UpdateItemFluentBuilder {
        self.table
            .update(&claim.pk, keys::ONLY)
            .condition_expression("#owner = :owner AND is_answered = :no")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", AttributeValue::S(claim.owner.clone()))
            .expression_attribute_values(":no", AttributeValue::Bool(false))
    }

    /// Puts an item in the place of what is over; false when that is not there.
    async fn put(&self, item: &ReplayItem, instead: Instead<'_>) -> Result<bool, StoreError> {
        let put = self.table.put_item(item)?;
        let flag = AttributeValue::Bool;
        let number = |it: i64| AttributeValue::N(it.to_string());
        let put = match instead {
            Instead::OfNone(now) => put
                .condition_expression(
                    "attribute_not_exists(pk) OR (is_answered = :yes AND valid_until <= :now)",
                )
                .expression_attribute_values(":yes", flag(true))
                .expression_attribute_values(":now", number(now.unix_ms())),
            Instead::Of(found) => put
                .condition_expression("#owner = :owner AND is_answered = :no AND valid_until = :until")
                .expression_attribute_names("#owner", "owner")
                .expression_attribute_values(":owner", AttributeValue::S(found.owner.clone()))
                .expression_attribute_values(":no", flag(false))
                .expression_attribute_values(":until", number(found.valid_until)),
        };
        Ok(held(put.send().await, PUT)?.is_some())
    }

    async fn get(&self, pk: &str) -> Result<Option<ReplayItem>, StoreError> {
        self.table.get(pk, keys::ONLY).await
    }
}

/// What an item is put in the place of.
enum Instead<'a> {
    /// A claim that is over.
    Of(&'a ReplayItem),
    /// Nothing, or an answer that is over at this instant.
    OfNone(Timestamp),
}

/// How long an answer is given again.
const KEPT_FOR: Duration = Duration::from_hours(24);
/// How often a claim is tried again that somebody let go just then.
const ROUNDS: usize = 3;
