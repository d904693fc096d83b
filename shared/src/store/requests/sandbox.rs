//! Messages of test requests, which go nowhere: their senders read them here.
//!
//! **Invariant:** a message is stored encrypted, as it holds an address and maybe a code.

use std::time::Duration;

use domain::value::MessageId;
use domain::{Channel, RequestId, SignatoryId, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::super::cipher::Cipher;
use super::super::error::StoreError;
use super::super::keys;
use super::Requests;

/// A message of a test request.
#[derive(Clone)]
pub struct SandboxMessage {
    /// Names it.
    pub id: MessageId,
    /// How it would have gone.
    pub channel: Channel,
    /// To whom.
    pub signatory: SignatoryId,
    /// Their address or number.
    pub to: Zeroizing<String>,
    /// One line; empty for a text message.
    pub subject: String,
    /// What it says.
    pub text: Zeroizing<String>,
    /// When it would have gone.
    pub at: Timestamp,
}

impl std::fmt::Debug for SandboxMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SandboxMessage({})", self.id)
    }
}

#[derive(Deserialize, Serialize)]
struct SandboxItem {
    pk: String,
    sk: String,
    key_version: u32,
    /// [`Sealed`] as JSON, encrypted, in hexadecimal.
    sealed: String,
    purge_at: i64,
}

#[derive(Deserialize, Serialize)]
struct Sealed {
    id: String,
    channel: String,
    signatory: String,
    to: String,
    subject: String,
    text: String,
    at: i64,
}

impl Requests {
    /// Keeps a message for whoever tests.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn keep_sandbox_message(
        &self,
        request: &RequestId,
        message: &SandboxMessage,
    ) -> Result<(), StoreError> {
        let sealed = Sealed {
            id: message.id.to_string(),
            channel: message.channel.as_str().to_owned(),
            signatory: message.signatory.to_string(),
            to: message.to.to_string(),
            subject: message.subject.clone(),
            text: message.text.to_string(),
            at: message.at.unix_ms(),
        };
        let pk = keys::request_pk(request);
        let json = serde_json::to_vec(&sealed).map_err(|error| StoreError::corrupt(&pk, error))?;
        let (key_version, sealed) = self.sandbox_cipher()?.seal(json, &pk)?;
        let item = SandboxItem {
            sk: keys::sandbox_sk(message.at, &message.id),
            key_version,
            sealed: hex::encode(sealed),
            purge_at: message.at.plus(KEPT_FOR).unix_seconds(),
            pk,
        };
        self.table.put(&item).await
    }

    /// The messages of a test request, in their order.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn sandbox_messages(
        &self,
        request: &RequestId,
        now: Timestamp,
    ) -> Result<Vec<SandboxMessage>, StoreError> {
        let (pk, cipher) = (keys::request_pk(request), self.sandbox_cipher()?);
        let items: Vec<SandboxItem> = self.table.list(pk, keys::SANDBOX).await?;
        let kept = items.into_iter().filter(|it| now.unix_seconds() < it.purge_at);
        kept.map(|it| it.open(&cipher)).collect()
    }

    /// Deletes the messages of a test request to one person.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub(super) async fn forget_sandbox_messages(
        &self,
        request: &RequestId,
        signatory: &SignatoryId,
    ) -> Result<(), StoreError> {
        let items: Vec<SandboxItem> = self.table.list(keys::request_pk(request), keys::SANDBOX).await?;
        if items.is_empty() {
            return Ok(());
        }
        let cipher = self.sandbox_cipher()?;
        for item in items {
            let (pk, sk) = (item.pk.clone(), item.sk.clone());
            if item.open(&cipher)?.signatory == *signatory {
                self.table.delete(pk, sk).await?;
            }
        }
        Ok(())
    }

    fn sandbox_cipher(&self) -> Result<Cipher, StoreError> {
        let (_, key) = self.evidence.as_ref().ok_or_else(|| StoreError::Unavailable {
            operation: "encrypt",
            source: "this function has no key for messages".into(),
        })?;
        Ok(key.cipher(b"paraphe/sandbox/v1\0"))
    }
}

impl SandboxItem {
    fn open(self, cipher: &Cipher) -> Result<SandboxMessage, StoreError> {
        let corrupt = |what: &'static str| StoreError::corrupt(&self.sk, what);
        let sealed = hex::decode(&self.sealed).map_err(|_| corrupt("not hexadecimal"))?;
        let json = cipher.open(self.key_version, &sealed, &self.pk)?;
        let message: Sealed = serde_json::from_slice(&json).map_err(|_| corrupt("not JSON"))?;
        Ok(SandboxMessage {
            id: MessageId::parse(&message.id).map_err(|_| corrupt("id"))?,
            channel: Channel::parse(&message.channel).ok_or_else(|| corrupt("channel"))?,
            signatory: SignatoryId::parse(&message.signatory).map_err(|_| corrupt("signatory"))?,
            to: Zeroizing::new(message.to),
            subject: message.subject,
            text: Zeroizing::new(message.text),
            at: Timestamp::from_unix_ms(message.at),
        })
    }
}

/// How long a message of a test can be read.
const KEPT_FOR: Duration = Duration::from_hours(7 * 24);
