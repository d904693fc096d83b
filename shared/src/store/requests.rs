//! Signature requests in DynamoDB: loading, and committing moves together with their evidence.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use domain::message::MessageKind;
use domain::otp::Challenge;
use domain::request::{AnyRequest, Stored};
use domain::transition::{ChainName, Changes, Transition};
use domain::value::DocumentId;
use domain::{Digest, LinkToken, Refusal, RequestId, SignatoryId, TenantId, Timestamp};
use serde::Serialize;
use serde_dynamo::{from_item, to_item};

use super::disclosures::{self, DisclosureKey};
use super::error::StoreError;
use super::evidence::EventItem;
use super::items::RequestItem;
use super::keys;
use super::messages::MessageItem;
use super::sealed::SealedItem;

/// The table of requests, and the way to commit to both tables at once.
#[derive(Clone, Debug)]
pub struct Requests {
    pub(super) client: Client,
    pub(super) table: String,
    evidence: Option<(String, Arc<DisclosureKey>)>,
}

/// A document to be fetched from an address, for the function that may read only this.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// The input it is for.
    pub document: DocumentId,
    /// The address.
    pub url: String,
    /// The S3 key to put it under.
    pub object: String,
}

/// Some of a tenant's requests, newest first.
#[derive(Debug)]
pub struct Page {
    /// The requests.
    pub requests: Vec<AnyRequest>,
}

impl Requests {
    /// Reads the table. Committing needs [`Requests::with_evidence`].
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table, evidence: None }
    }

    /// Also commits moves, with their evidence and encrypted disclosures.
    #[must_use]
    pub fn with_evidence(self, table: String, key: DisclosureKey) -> Self {
        Self { evidence: Some((table, Arc::new(key))), ..self }
    }

    /// A request, whoever it belongs to: for events and schedules.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn load(&self, id: &RequestId) -> Result<AnyRequest, StoreError> {
        let item = self.get(keys::request_pk(id), keys::REQUEST).await?.ok_or(StoreError::NotFound)?;
        read_request(item)
    }

    /// A tenant's request; another's is as unknown as none.
    ///
    /// # Errors
    ///
    /// As [`Requests::load`].
    pub async fn load_for(&self, tenant: &TenantId, id: &RequestId) -> Result<AnyRequest, StoreError> {
        let request = self.load(id).await?;
        if request.facts().tenant == *tenant { Ok(request) } else { Err(StoreError::NotFound) }
    }

    /// The request and signatory behind a link.
    ///
    /// # Errors
    ///
    /// `Ok(Err(`[`Refusal::LinkUnknown`]`))` when the link opens nothing; the outer error is a fault.
    pub async fn by_link(
        &self,
        link: &LinkToken,
    ) -> Result<Result<(AnyRequest, SignatoryId), Refusal>, StoreError> {
        let request = match self.load(link.request()).await {
            Ok(request) => request,
            Err(StoreError::NotFound) => return Ok(Err(Refusal::LinkUnknown)),
            Err(error) => return Err(error),
        };
        let digest = link.digest();
        let known = request.facts().signatory(link.signatory()).is_some_and(|it| it.link_digest == digest);
        Ok(if known { Ok((request, link.signatory().clone())) } else { Err(Refusal::LinkUnknown) })
    }

    /// A signatory's challenge, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn challenge(
        &self,
        request: &RequestId,
        signatory: &SignatoryId,
    ) -> Result<Option<Challenge>, StoreError> {
        let sk = keys::challenge_sk(signatory);
        let Some(item) = self.get(keys::request_pk(request), &sk).await? else { return Ok(None) };
        let item: ChallengeItem = from_item(item).map_err(|error| StoreError::corrupt(&sk, error))?;
        item.read().map(Some).ok_or_else(|| StoreError::corrupt(&sk, "digest"))
    }

    /// A tenant's requests, newest first, of one state if one is given.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(
        &self,
        tenant: &TenantId,
        states: Option<&[&str]>,
        skip: usize,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let mut requests = Vec::new();
        let mut start = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(keys::BY_TENANT)
                .key_condition_expression("#pk = :pk")
                .expression_attribute_names("#pk", keys::TENANT_PK)
                .expression_attribute_values(":pk", AttributeValue::S(keys::tenant_pk(tenant)))
                .scan_index_forward(false)
                .limit(QUERY_PAGE)
                .set_exclusive_start_key(start.take())
                .send()
                .await
                .map_err(StoreError::unavailable("Query"))?;
            for item in answer.items.unwrap_or_default() {
                let request = read_request(item)?;
                if states.is_none_or(|states| states.contains(&request.state_name())) {
                    requests.push(request);
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() || requests.len() >= skip.saturating_add(limit) {
                break;
            }
        }
        Ok(Page { requests: requests.into_iter().skip(skip).take(limit).collect() })
    }

    /// Stores the next state, its evidence, disclosures, messages and deadlines in one transaction, and
    /// opens the transition.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when the request changed since it was loaded: nothing was stored.
    pub async fn commit<T: Stored>(&self, transition: Transition<T>) -> Result<T, StoreError> {
        self.commit_with(transition, &[], &[]).await
    }

    /// As [`Requests::commit`]; also stores documents to be fetched, and forgets others.
    ///
    /// # Errors
    ///
    /// As [`Requests::commit`].
    pub async fn commit_with<T: Stored>(
        &self,
        transition: Transition<T>,
        fetches: &[Fetch],
        fetched_documents: &[DocumentId],
    ) -> Result<T, StoreError> {
        let (mut next, changes) = transition.into_parts();
        let id = next.facts().id.clone();
        let mut actions = vec![self.request_action(&next)?];
        actions.extend(self.evidence_actions(&next, &changes)?);
        actions.extend(self.beside_actions(&next, &changes)?);
        let pk = keys::request_pk(&id);
        for fetch in fetches {
            let item = FetchItem {
                pk: pk.clone(),
                sk: keys::fetch_sk(&fetch.document),
                url: fetch.url.clone(),
                object: fetch.object.clone(),
                tenant: next.facts().tenant.to_string(),
                purge_at: next.facts().purge_at().unix_seconds(),
            };
            actions.push(Self::put_action(&self.table, &item, Some("attribute_not_exists(pk)"))?);
        }
        for document in fetched_documents {
            actions.push(self.delete_action(&pk, &keys::fetch_sk(document))?);
        }
        let sent = self.client.transact_write_items().set_transact_items(Some(actions)).send().await;
        sent.map_err(|error| commit_error(error, id))?;
        next.mark_stored();
        Ok(next)
    }

    fn request_action(&self, request: &impl Stored) -> Result<TransactWriteItem, StoreError> {
        let facts = request.facts();
        let tenant = (keys::tenant_pk(&facts.tenant), keys::tenant_sk(facts.created_at, &facts.id));
        let item = RequestItem::of(request, keys::request_pk(&facts.id), keys::REQUEST, tenant);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(&item).map_err(|error| StoreError::corrupt(&item.pk, error))?));
        let put = if facts.version == 0 {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put.condition_expression("#version = :expected")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":expected", AttributeValue::N(facts.version.to_string()))
        };
        let put = put.build().map_err(|error| StoreError::corrupt(&item.pk, error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn evidence_actions(
        &self,
        request: &impl Stored,
        changes: &Changes,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let Some((table, key)) = &self.evidence else {
            return Err(StoreError::Unavailable {
                operation: "commit",
                source: "this function does not write evidence".into(),
            });
        };
        let facts = request.facts();
        let purge_at = facts.purge_at().unix_seconds();
        let mut actions = Vec::new();
        let chains = [(ChainName::Event, &changes.evidence), (ChainName::Custody, &changes.custody)];
        for (chain, events) in chains {
            for event in events {
                let item = EventItem::of(&facts.id, chain, event, purge_at);
                actions.push(Self::put_action(table, &item, Some("attribute_not_exists(pk)"))?);
            }
        }
        for (chain, disclosure) in &changes.disclosures {
            let salt = facts.key_salt(&disclosure.owner);
            if let Some(item) = disclosures::seal(&facts.id, purge_at, *chain, disclosure, (key, salt))? {
                actions.push(Self::put_action(&self.table, &item, None)?);
            }
        }
        Ok(actions)
    }

    fn beside_actions(
        &self,
        request: &impl Stored,
        changes: &Changes,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let facts = request.facts();
        let pk = keys::request_pk(&facts.id);
        let mut actions = Vec::new();
        for (signatory, challenge) in &changes.challenges {
            let sk = keys::challenge_sk(signatory);
            actions.push(match challenge {
                Some(challenge) => {
                    let item = ChallengeItem::of(pk.clone(), sk, challenge);
                    Self::put_action(&self.table, &item, None)?
                }
                None => self.delete_action(&pk, &sk)?,
            });
        }
        for message in &changes.messages {
            // The text of an OTP message exists only in the process that made the code, which therefore
            // claims the message as it commits it.
            let claimed = message.kind == MessageKind::Otp;
            let item = MessageItem::of(&facts.id, message, claimed, facts.purge_at().unix_seconds());
            actions.push(Self::put_action(&self.table, &item, Some("attribute_not_exists(pk)"))?);
        }
        for message in &changes.settled_messages {
            actions.push(self.delete_action(&pk, &keys::message_sk(message))?);
        }
        for due in &changes.due {
            let item = DueItemStored {
                pk: pk.clone(),
                sk: keys::due_sk_of_item(due.what),
                due_pk: keys::due_partition(due.what.as_str(), &facts.id),
                due_sk: keys::due_sort(due.at, &facts.id, ""),
            };
            actions.push(Self::put_action(&self.table, &item, None)?);
        }
        for kind in &changes.done {
            actions.push(self.delete_action(&pk, &keys::due_sk_of_item(*kind))?);
        }
        if let Some(item) = SealedItem::of(request, changes) {
            actions.push(Self::put_action(&self.table, &item, None)?);
        }
        Ok(actions)
    }

    pub(super) async fn get(&self, pk: String, sk: &str) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(pk))
            .key(keys::SK, AttributeValue::S(sk.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::unavailable("GetItem"))?;
        Ok(answer.item)
    }

    fn put_action(
        table: &str,
        item: &impl Serialize,
        condition: Option<&str>,
    ) -> Result<TransactWriteItem, StoreError> {
        let item: Item = to_item(item).map_err(|error| StoreError::corrupt(table, error))?;
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .set_condition_expression(condition.map(str::to_owned))
            .build()
            .map_err(|error| StoreError::corrupt(table, error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn delete_action(&self, pk: &str, sk: &str) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(pk.to_owned()))
            .key(keys::SK, AttributeValue::S(sk.to_owned()))
            .build()
            .map_err(|error| StoreError::corrupt(sk, error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

/// Counts the rounds of load, decide and commit. Two people who act on one request at the same moment
/// both succeed: the second decides again upon what the first has stored.
#[derive(Debug, Default)]
pub struct Rounds(u32);

impl Rounds {
    /// Whether to try again; waits a little, longer each time, before it says yes.
    pub async fn again(&mut self) -> bool {
        if self.0 >= MAX_ROUNDS {
            return false;
        }
        self.0 += 1;
        tokio::time::sleep(ROUND_PAUSE * self.0).await;
        true
    }
}

type Item = HashMap<String, AttributeValue>;

#[derive(Serialize)]
struct FetchItem {
    pk: String,
    sk: String,
    url: String,
    object: String,
    tenant: String,
    purge_at: i64,
}

#[derive(Serialize)]
struct DueItemStored {
    pk: String,
    sk: String,
    due_pk: String,
    due_sk: String,
}

#[derive(serde::Deserialize, Serialize)]
struct ChallengeItem {
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
    fn of(pk: String, sk: String, challenge: &Challenge) -> Self {
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

    fn read(self) -> Option<Challenge> {
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

fn read_request(item: Item) -> Result<AnyRequest, StoreError> {
    let item: RequestItem = from_item(item).map_err(|error| StoreError::corrupt(keys::REQUEST, error))?;
    let key = item.pk.clone();
    item.read().map_err(|what| StoreError::corrupt(&key, what))
}

fn commit_error<R>(error: SdkError<TransactWriteItemsError, R>, id: RequestId) -> StoreError
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() {
        let lost_race = cancelled
            .cancellation_reasons()
            .iter()
            .any(|reason| matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict")));
        if lost_race {
            return StoreError::Conflict(id);
        }
    }
    StoreError::Unavailable { operation: "TransactWriteItems", source: Box::new(error) }
}

/// Items per page of a query: a request with one signatory takes about 3 KB, an answer ends at 1 MB.
const QUERY_PAGE: i32 = 100;
/// Enough for fifty signatories who sign in the same second, each losing to some of the others.
const MAX_ROUNDS: u32 = 12;
const ROUND_PAUSE: Duration = Duration::from_millis(7);
