//! The spelling of every DynamoDB key and S3 key.

mod documents;
pub(super) mod email_signatures;

use domain::due::DueKind;
use domain::notification::EventId;
use domain::request::Retention;
use domain::transition::ChainName;
use domain::value::{CredentialId, DocumentId, MessageId, ThemeName, ValidationId, WebhookId};
use domain::{Digest, RequestId, SignatoryId, TenantId, Timestamp};

pub use documents::{DocumentKeys, FAILED_SUFFIX, incoming_parts};
pub use email_signatures::signature_image_key;

use super::access::CredentialKind;

pub(super) const PK: &str = "pk";
pub(super) const SK: &str = "sk";
pub(super) const BY_TENANT: &str = "by-tenant";
pub(super) const DUE: &str = "due";
pub(super) const TENANT_PK: &str = "tenant_pk";
pub(super) const TENANT_SK: &str = "tenant_sk";
pub(super) const DUE_PK: &str = "due_pk";
pub(super) const DUE_SK: &str = "due_sk";

/// Shards of the due index for each kind. A partition takes 1,000 writes a second.
pub(super) const DUE_SHARDS: u8 = 8;
/// The kind of due items that are messages.
pub(super) const DUE_MESSAGE: &str = "message";

/// Sort key of the item that holds the request.
pub(super) const REQUEST: &str = "REQUEST";

pub(super) fn request_pk(id: &RequestId) -> String {
    format!("REQUEST#{id}")
}

/// The request behind a partition key.
#[must_use]
pub fn request_of_pk(pk: &str) -> Option<RequestId> {
    pk.strip_prefix("REQUEST#").and_then(|id| RequestId::parse(id).ok())
}

pub(super) fn tenant_pk(id: &TenantId) -> String {
    format!("TENANT#{id}")
}

pub(super) fn tenant_sk(created_at: Timestamp, id: &RequestId) -> String {
    format!("{created_at}#{id}")
}

pub(super) fn challenge_sk(signatory: &SignatoryId) -> String {
    format!("CHALLENGE#{signatory}")
}

pub(super) fn fetch_sk(document: &DocumentId) -> String {
    format!("FETCH#{document}")
}

/// What the sort keys of a test request's messages begin with.
pub(super) const SANDBOX: &str = "SANDBOX#";

pub(super) fn sandbox_sk(at: Timestamp, id: &MessageId) -> String {
    format!("{SANDBOX}{at}#{id}")
}

pub(super) fn message_sk(id: &MessageId) -> String {
    format!("MESSAGE#{id}")
}

/// Partition of a message that a provider took, by the provider's name for it.
pub(super) fn sent_pk(provider_id: &str) -> String {
    format!("SENT#{provider_id}")
}

/// Whether a partition is that of a message that a provider took.
pub(super) fn is_of_sent_message(pk: &str) -> bool {
    pk.starts_with("SENT#")
}

/// Whether a sort key is that of a message that was decided and not settled.
pub(super) fn is_of_message(sk: &str) -> bool {
    sk.starts_with("MESSAGE#")
}

pub(super) fn due_sk_of_item(kind: DueKind) -> String {
    format!("DUE#{}", kind.as_str())
}

pub(super) fn event_sk(chain: ChainName, seq: u64) -> String {
    format!("{}{seq:010}", event_prefix(chain))
}

pub(super) fn disclosure_sk(chain: ChainName, seq: u64, owner: &str) -> String {
    format!("{DISCLOSURES}{}{seq:010}#{owner}", event_prefix(chain))
}

/// What the sort keys of all disclosures begin with.
pub(super) const DISCLOSURES: &str = "DISCLOSURE#";

/// What the sort keys of a chain's events begin with.
pub(super) fn event_prefix(chain: ChainName) -> String {
    format!("{}#", chain_word(chain))
}

pub(super) const fn chain_word(chain: ChainName) -> &'static str {
    match chain {
        ChainName::Custody => "CUSTODY",
        ChainName::Event => "EVENT",
    }
}

/// The chain of a word; of an unknown one, the one that is never closed.
pub(super) fn chain_of_word(word: &str) -> ChainName {
    if word == chain_word(ChainName::Event) { ChainName::Event } else { ChainName::Custody }
}

/// Partition of the due index: a kind and one of its shards, chosen by the request.
pub(super) fn due_partition(kind: &str, id: &RequestId) -> String {
    let shard = id.as_str().bytes().next_back().unwrap_or_default() % DUE_SHARDS;
    due_partition_of(kind, shard)
}

pub(super) fn due_partition_of(kind: &str, shard: u8) -> String {
    format!("{kind}#{shard}")
}

pub(super) fn due_sort(at: Timestamp, id: &RequestId, rest: &str) -> String {
    format!("{at}#{id}#{rest}")
}

/// Partition of an API key or a client app.
pub(super) fn credential_pk(kind: CredentialKind, id: &CredentialId) -> String {
    format!("{}#{id}", credential_word(kind))
}

/// Where the tenant's index has its keys or its client apps.
pub(super) fn credentials_of(tenant: &TenantId, kind: CredentialKind) -> String {
    format!("{}#{tenant}", credential_word(kind))
}

const fn credential_word(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::App => "APP",
        CredentialKind::Key => "KEY",
    }
}

pub(super) fn credential_sort(created_at: Timestamp, id: &CredentialId) -> String {
    format!("{created_at}#{id}")
}

/// Sort key of items that are alone in their partition.
pub(super) const ONLY: &str = "ONLY";

/// What the partitions of API keys and of client apps begin with.
pub(super) fn credentials() -> [String; 2] {
    [CredentialKind::App, CredentialKind::Key].map(|kind| format!("{}#", credential_word(kind)))
}

/// Where the operator says which trusted lists to load.
pub(super) const TRUST_SOURCES: &str = "trust/sources.json";

/// The anchors of all trusted lists.
pub(super) const TRUST_ANCHORS: &str = "trust/anchors.json";

/// What became of each trusted list.
pub(super) const TRUST_STATUS: &str = "trust/status.json";

/// A trusted list that the operator put there.
pub(super) fn trust_file(name: &str) -> String {
    format!("trust/files/{name}")
}

/// What was last accepted of a trusted list.
pub(super) fn trust_snapshot(name: &str) -> String {
    format!("trust/lists/{name}.json")
}

/// Whether a partition is that of a file that was sealed here.
pub(super) fn is_of_sealed_file(pk: &str) -> bool {
    pk.starts_with("SEALED#")
}

/// Partition of a file that was sealed here, by its digest.
pub(super) fn sealed_pk(sha256: &Digest) -> String {
    format!("SEALED#{}", sha256.to_hex())
}

/// Partition of the authorities above this system's seals.
pub(super) const SEAL_AUTHORITIES: &str = "SEAL-AUTHORITIES";
/// What the sort keys of certificates above our seals begin with.
pub(super) const AUTHORITIES: &str = "AUTHORITY#";

pub(super) fn authority_sk(sha256: &Digest) -> String {
    format!("{AUTHORITIES}{}", sha256.to_hex())
}

/// Sort key of what a tenant trusts, in the tenant's own partition.
pub(super) const TRUST: &str = "TRUST";

/// What the sort keys of a tenant's themes begin with, in the tenant's own partition.
pub(super) const THEMES: &str = "THEME#";

pub(super) fn theme_sk(name: &ThemeName) -> String {
    format!("{THEMES}{}", name.as_str())
}

pub(super) fn validation_pk(tenant: &TenantId, id: &ValidationId) -> String {
    format!("VALIDATION#{tenant}#{id}")
}

/// Tenant and validation behind a partition key.
#[must_use]
pub fn validation_of_pk(pk: &str) -> Option<(TenantId, ValidationId)> {
    let (tenant, id) = pk.strip_prefix("VALIDATION#")?.split_once('#')?;
    Some((TenantId::parse(tenant).ok()?, ValidationId::parse(id).ok()?))
}

/// Partition of a tenant's feed: its head, and an item for each place.
pub(super) fn feed_pk(tenant: &TenantId) -> String {
    format!("FEED#{tenant}")
}

/// Sort key of the item that counts a feed.
pub(super) const FEED_HEAD: &str = "HEAD";

/// What the sort keys of the places of a feed begin with.
pub(super) const FEED_PLACES: &str = "PLACE#";

pub(super) fn feed_sk(position: u64) -> String {
    format!("{FEED_PLACES}{position:020}")
}

/// Sort key of the item, beside the request, that says where in the feed a notification stands.
pub(super) fn told_sk(event: &EventId) -> String {
    format!("TOLD#{:010}", event.sequence)
}

/// What the sort keys of a tenant's subscriptions begin with, in the tenant's own partition.
pub(super) const WEBHOOKS: &str = "WEBHOOK#";

/// Sort key of what signs a tenant's callbacks, in the tenant's own partition.
pub(super) const CALLBACK_SIGNING: &str = "CALLBACK-SIGNING";

pub(super) fn webhook_sk(webhook: &WebhookId) -> String {
    format!("{WEBHOOKS}{webhook}")
}

/// Partition of what was and is to be delivered to one endpoint.
pub(super) fn deliveries_pk(tenant: &TenantId, webhook: &WebhookId) -> String {
    format!("DELIVERIES#{tenant}#{webhook}")
}

/// Tenant and subscription behind a partition key.
pub(super) fn deliveries_of_pk(pk: &str) -> Option<(TenantId, WebhookId)> {
    let (tenant, webhook) = pk.strip_prefix("DELIVERIES#")?.split_once('#')?;
    Some((TenantId::parse(tenant).ok()?, WebhookId::parse(webhook).ok()?))
}

/// The digits of an instant that the names of deliveries and executions begin with, so that they sort by it.
///
/// Thirteen last until the year 2286; whatever is later than that is as late as that.
pub(super) fn digits_of(instant: Timestamp) -> String {
    format!("{:013}", instant.unix_ms().clamp(0, 9_999_999_999_999))
}

/// What the sort keys of deliveries begin with.
pub(super) const DELIVERIES: &str = "DELIVERY#";

pub(super) fn delivery_sk(id: &str) -> String {
    format!("{DELIVERIES}{id}")
}

/// Sort key of the item that says how an endpoint is.
pub(super) const HEALTH: &str = "HEALTH";

/// Sort key of the item that counts the callbacks of a tenant's requests that are under way to one server, beside the
/// history of its callbacks.
pub(super) fn callback_server_sk(server: &str) -> String {
    format!("SERVER#{}", Digest::of(server.as_bytes()).to_hex())
}

/// Sort key of the item that counts the calls of a tenant that are under way to those that fail, beside the history of
/// its callbacks.
pub(super) const FAILING_CALLS: &str = "FAILING-CALLS";

/// The kind of due items that are deliveries.
pub(super) const DUE_DELIVERY: &str = "delivery";

/// Partition of the due index of a delivery, spread by its name.
pub(super) fn due_partition_of_delivery(id: &str) -> String {
    let sum = id.bytes().fold(0_u8, u8::wrapping_add);
    due_partition_of(DUE_DELIVERY, sum % DUE_SHARDS)
}

/// Partition of the executions of a tenant's callbacks.
pub(super) fn executions_pk(tenant: &TenantId) -> String {
    format!("CALLBACKS#{tenant}")
}

/// What the sort keys of executions begin with.
pub(super) const EXECUTIONS: &str = "CALLBACK#";

pub(super) fn execution_sk(id: &str) -> String {
    format!("{EXECUTIONS}{id}")
}

/// Partition of a call that may be repeated, by the digest of its name.
pub(super) fn replay_pk(name: &Digest) -> String {
    format!("REPLAY#{}", name.to_hex())
}

/// Partition of the transparency log.
pub(super) const LOG: &str = "LOG";

/// Sort key of how far the log has come.
pub(super) const LOG_STATE: &str = "STATE";

/// Sort key, in a request's own partition, of where its entry stands in the log.
pub(super) const LOG_PLACE: &str = "LOG-PLACE";

pub(super) fn log_entry_sk(place: u64) -> String {
    format!("ENTRY#{place:020}")
}

/// Where copies of requests lie in the bucket of evidence.
#[must_use]
pub const fn archived_requests() -> &'static str {
    "requests/"
}

/// The copy of a request whose custody chain has so many events. Each length of time has a lifecycle of its own.
pub(super) fn archived(
    (tenant, request): (&TenantId, &RequestId),
    retention: Retention,
    custody: usize,
) -> String {
    let years = retention.evidence_years();
    format!("{}{years}y/{tenant}/{request}/{custody:08}.json", archived_requests())
}

/// Sort key of how long a tenant keeps things, in the tenant's own partition.
pub(super) const RETENTION: &str = "RETENTION";

/// Sort key of what a tenant said of its text messages, in the tenant's own partition.
pub(super) const TEXT_LIMITS: &str = "TEXT-LIMITS";

/// Partition of one counter of a quota; it holds one item a window.
pub(super) fn quota_pk(name: &str) -> String {
    format!("QUOTA#{name}")
}

pub(super) fn quota_sk(window: i64) -> String {
    format!("WINDOW#{window}")
}
