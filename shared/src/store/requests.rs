//! Signature requests in DynamoDB: loading, and committing moves together with their evidence.

mod commit;
mod erase;
mod sandbox;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::otp::Challenge;
use domain::request::AnyRequest;
use domain::value::DocumentId;
use domain::{LinkToken, Refusal, RequestId, SignatoryId, TenantId};

use super::disclosures::DisclosureKey;
use super::error::StoreError;
use super::items::{ChallengeItem, RequestItem};
use super::keys;
use super::table::{Table, text};

pub use sandbox::SandboxMessage;

/// The table of requests, and the way to commit to both tables at once.
#[derive(Clone, Debug)]
pub struct Requests {
    pub(super) table: Table,
    evidence: Option<(Table, Arc<DisclosureKey>)>,
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
#[derive(Debug, Default)]
pub struct Page {
    /// The requests.
    pub requests: Vec<AnyRequest>,
    /// The position behind which the next page begins; none when this is the last one.
    pub next: Option<String>,
    /// Whether those to be skipped were not all seen, so few are wanted: nothing is here, and no next page.
    pub is_cut: bool,
}

impl Requests {
    /// Reads the table. Committing needs [`Requests::with_evidence`].
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table), evidence: None }
    }

    /// Also commits moves, with their evidence and encrypted disclosures.
    #[must_use]
    pub fn with_evidence(self, table: String, key: DisclosureKey) -> Self {
        let table = Table::new(self.table.client().clone(), table);
        Self { evidence: Some((table, Arc::new(key))), ..self }
    }

    /// A request, whoever it belongs to: for events and schedules.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn load(&self, id: &RequestId) -> Result<AnyRequest, StoreError> {
        let item = self.table.get(keys::request_pk(id), keys::REQUEST).await?;
        read_request(item.ok_or(StoreError::NotFound)?)
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
        let item: Option<ChallengeItem> = self.table.get(keys::request_pk(request), &sk).await?;
        let Some(item) = item else { return Ok(None) };
        item.read().map(Some).ok_or_else(|| StoreError::corrupt(&sk, "digest"))
    }

    /// A tenant's requests that `keep` wants, newest first: those behind the position `after`, without the first `skip`
    /// of them, at most `limit`; fewer, and a next page, when so few are wanted that looking for more would take long.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(
        &self,
        tenant: &TenantId,
        keep: impl Fn(&AnyRequest) -> bool,
        after: Option<&str>,
        (skip, limit): (usize, usize),
    ) -> Result<Page, StoreError> {
        let wanted = skip.saturating_add(limit);
        let (mut requests, mut start, mut seen, mut looks) = (Vec::new(), None, None, 0);
        loop {
            let answer = self
                .newest_of(tenant, after)
                .set_exclusive_start_key(start.take())
                .send()
                .await
                .map_err(StoreError::unavailable("Query"))?;
            for (name, item) in self.table.named(answer.items).await? {
                seen = Some(text(&name, keys::TENANT_SK));
                let request = item.map(read_request).transpose()?;
                requests.extend(request.filter(&keep));
            }
            start = answer.last_evaluated_key;
            looks += 1;
            // One more than is wanted tells whether there is a next page.
            if start.is_none() || requests.len() > wanted || looks >= MOST_LOOKS + skip / LOOK_ITEMS {
                break;
            }
        }
        let (has_more, is_cut) = (requests.len() > wanted, start.is_some() && requests.len() <= skip);
        let requests: Vec<AnyRequest> = requests.into_iter().skip(skip).take(limit).collect();
        let last = requests.last().filter(|_| has_more).map(AnyRequest::facts);
        let next = last.map(|it| keys::tenant_sk(it.created_at, &it.id));
        let next = next.or_else(|| seen.filter(|_| start.is_some() && !has_more));
        Ok(if is_cut && skip > 0 {
            Page { is_cut, ..Page::default() }
        } else {
            Page { requests, next, is_cut: false }
        })
    }

    /// A look at a tenant's requests behind a position, newest first.
    fn newest_of(&self, tenant: &TenantId, after: Option<&str>) -> QueryFluentBuilder {
        let query = self
            .table
            .client()
            .query()
            .table_name(self.table.name())
            .index_name(keys::BY_TENANT)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", keys::TENANT_PK)
            .expression_attribute_values(":pk", AttributeValue::S(keys::tenant_pk(tenant)))
            .scan_index_forward(false)
            .limit(QUERY_PAGE);
        match after {
            Some(after) => query
                .key_condition_expression("#pk = :pk AND #sk < :after")
                .expression_attribute_names("#sk", keys::TENANT_SK)
                .expression_attribute_values(":after", AttributeValue::S(after.to_owned())),
            None => query,
        }
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

fn read_request(item: RequestItem) -> Result<AnyRequest, StoreError> {
    let key = item.pk.clone();
    item.read().map_err(|what| StoreError::corrupt(&key, what))
}

/// Items per page of a query: a request with one signatory takes about 3 KB, an answer ends at 1 MB.
const QUERY_PAGE: i32 = 100;
/// Looks that one call takes beyond those that are skipped: 5000 requests, in about a second.
const MOST_LOOKS: usize = 50;
const LOOK_ITEMS: usize = 100;
/// Enough for fifty signatories who sign in the same second, each losing to some of the others.
const MAX_ROUNDS: u32 = 12;
const ROUND_PAUSE: Duration = Duration::from_millis(7);
