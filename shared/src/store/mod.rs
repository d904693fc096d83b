//! DynamoDB and S3: requests, evidence, access, documents.

mod access;
mod archive;
mod census;
mod cipher;
mod connectors;
mod copies;
mod deliveries;
mod disclosures;
mod documents;
mod due;
mod email_signatures;
mod error;
mod evidence;
mod executions;
mod feed;
mod health;
mod items;
mod keys;
mod log;
mod messages;
mod outbox;
mod quota;
mod replays;
mod requests;
mod retention;
mod sealed;
mod table;
mod text_limits;
mod themes;
mod trust;
mod trusted_lists;
mod validations;
mod webhooks;

pub use access::{Access, Credential, CredentialChange, CredentialKind, NewCredential, USE_IS_NOTED_EVERY};
pub use archive::{Archive, Lock};
pub use census::{Backlog, Census};
pub use connectors::{Committed, ConnectorKey, Connectors, KeptConnector, Phase, Run, RunState, Step};
pub use copies::{ArchivedRequest, Salts};
pub use deliveries::{
    Attempt, Deliveries, Delivery, DeliveryFilter, DeliveryId, DeliveryState, DueDelivery, LONGEST_DELAY,
    NewDelivery, Payload, Verdict,
};
pub use disclosures::DisclosureKey;
pub use documents::{
    Documents, LARGE_BYTES, ObjectFacts, PRESIGNED_TTL, Presigned, RangedObject, ReadBack, WriteOnce,
};
pub use due::{DueItem, DueTarget};
pub use email_signatures::{
    Author, Book, ChangeAction, CountKey, Counted, Counts, EmailSignatures, Grouped, Kept, KeptPerson,
    MOST_GROUPS, MOST_PEOPLE_AT_ONCE, MOST_PEOPLE_WRITTEN, NotedChange, People, Piece, Shelf,
};
pub use error::StoreError;
pub use evidence::{Evidence, StoredEvent};
pub use executions::{Execution, ExecutionFilter, Executions};
pub use feed::{Feed, FeedEvent, FeedPart};
pub use health::{Callee, EndpointHealth, Health, Slot};
pub use items::ITEM_VERSION;
pub use keys::{
    DocumentKeys, FAILED_SUFFIX, archived_requests, incoming_parts, request_of_pk, signature_image_key,
    validation_of_pk,
};
pub use log::Log;
pub use messages::Claim;
pub use outbox::{Outbox, OutboxEvent};
pub use quota::{Quota, Quotas, Taken};
pub use replays::{Replay, ReplayClaim, Replays};
pub use requests::{Fetch, Page, Requests, Rounds, SandboxMessage};
pub use retention::Retentions;
pub use sealed::{SealedFile, SealedFiles};
pub use text_limits::{TenantTextLimits, TextLimits};
pub use themes::{Theme, Themes};
pub use trust::{SealAuthority, SealedWith, Trust, TrustSettings};
pub use trusted_lists::{ListSnapshot, PointerItem, TrustedLists};
pub use validations::{NewValidation, PasswordKey, Progress, Validation, Validations};
pub use webhooks::{
    Auth, CallbackSigning, Contact, CredentialKey, Credentials, DisabledBy, Ed25519, PayloadFormat,
    SigningKey, Webhook, Webhooks,
};
