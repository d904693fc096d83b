//! Evidence in DynamoDB: reading chains back, with what can be disclosed of them.

use aws_sdk_dynamodb::Client;
use domain::evidence::{ChainError, ChainHead, Disclosure, EvidenceEvent, verify_chain};
use domain::request::Facts;
use domain::transition::ChainName;
use domain::{Digest, RequestId};
use serde::{Deserialize, Serialize};

use super::disclosures::{self, DisclosureItem, DisclosureKey};
use super::error::StoreError;
use super::keys;
use super::table::Table;

/// The table of evidence, for reading.
#[derive(Debug)]
pub struct Evidence {
    pub(super) table: Table,
    pub(super) requests: Table,
    pub(super) key: DisclosureKey,
}

/// The item of one event.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct EventItem {
    pk: String,
    sk: String,
    seq: u64,
    kind: String,
    pub(super) hash: String,
    /// Canonical JSON, as it was hashed.
    pub(super) event: String,
    /// JSON text: what integrators are told of it. It is not part of what was hashed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outbox: Option<String>,
    purge_at: i64,
}

/// One event, as it was stored.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its place in its chain.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
    /// Its canonical JSON.
    pub json: String,
}

impl EventItem {
    pub(super) fn of(
        request: &RequestId,
        chain: ChainName,
        event: &EvidenceEvent,
        (outbox, purge_at): (Option<String>, i64),
    ) -> Self {
        Self {
            pk: keys::request_pk(request),
            sk: keys::event_sk(chain, event.seq),
            seq: event.seq,
            kind: event.kind.as_str().to_owned(),
            hash: event.hash.to_hex(),
            event: String::from_utf8_lossy(&event.bytes).into_owned(),
            outbox,
            purge_at,
        }
    }
}

impl Evidence {
    /// Reads chains from `table`, and disclosures from the table of requests.
    #[must_use]
    pub fn new(client: Client, table: String, requests_table: String, key: DisclosureKey) -> Self {
        Self { table: Table::new(client.clone(), table), requests: Table::new(client, requests_table), key }
    }

    /// The events of one chain, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn chain(&self, request: &RequestId, chain: ChainName) -> Result<Vec<StoredEvent>, StoreError> {
        let prefix = keys::event_prefix(chain);
        let items = self.items(request, &prefix).await?;
        let events = items.into_iter().map(|item| {
            let hash = Digest::parse(&item.hash).map_err(|_| StoreError::corrupt(&item.sk, "hash"))?;
            Ok(StoredEvent { seq: item.seq, hash, json: item.event })
        });
        events.collect()
    }

    /// What can be disclosed of both chains: nothing of a person whose data key was destroyed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn disclosures(&self, facts: &Facts) -> Result<Vec<(ChainName, Disclosure)>, StoreError> {
        let items = self.disclosure_items(&facts.id).await?;
        let mut disclosures = Vec::with_capacity(items.len());
        for item in items {
            let salt = facts
                .signatories
                .iter()
                .find(|it| it.id.as_str() == item.owner)
                .map_or(facts.integrator_key_salt.as_ref(), |it| it.key_salt.as_ref());
            if let Some(disclosure) = disclosures::open(&facts.id, &item, (&self.key, salt))? {
                disclosures.push((keys::chain_of_word(&item.chain), disclosure));
            }
        }
        Ok(disclosures)
    }

    /// The items of events whose keys begin like this.
    pub(super) async fn items(
        &self,
        request: &RequestId,
        prefix: &str,
    ) -> Result<Vec<EventItem>, StoreError> {
        self.table.list(keys::request_pk(request), prefix).await
    }

    /// The items of all disclosures.
    pub(super) async fn disclosure_items(
        &self,
        request: &RequestId,
    ) -> Result<Vec<DisclosureItem>, StoreError> {
        self.requests.list(keys::request_pk(request), keys::DISCLOSURES).await
    }
}

impl StoredEvent {
    /// Derives a chain again from its first event on, and returns its head.
    ///
    /// # Errors
    ///
    /// [`ChainError`] names the first event that does not follow from those before it.
    pub fn verify(request: &RequestId, events: &[Self]) -> Result<ChainHead, ChainError> {
        verify_chain(request, events.iter().map(|it| (it.json.as_bytes(), it.hash)))
    }
}
