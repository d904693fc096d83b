//! The shapes of stored requests. Adding an optional field is harmless; anything else is a new version.

mod challenge;
mod document;
mod notice;
mod options;
mod place;
mod progress;
mod signatory;

use domain::evidence::ChainHead;
use domain::request::{
    AnyRequest, Facts, Failure, FileFacts, Filing, Retention, Sealing, StateRecord, Stored,
};
use domain::value::Text;
use domain::{Digest, RequestId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use challenge::ChallengeItem;
use document::{FileItem, InputItem, SealingItem};
use options::{CallbackItem, OptionsItem};
use signatory::SignatoryItem;

/// Version of the shapes in which requests are stored. One of another version is not read.
pub const ITEM_VERSION: u32 = 2;

/// The item that holds a request.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct RequestItem {
    pub(super) pk: String,
    pub(super) sk: String,
    pub(super) tenant_pk: String,
    pub(super) tenant_sk: String,
    pub(super) item_version: u32,
    pub(super) version: u64,
    pub(super) state: String,
    pub(super) purge_at: i64,
    id: String,
    tenant: String,
    chain: HeadItem,
    custody: HeadItem,
    #[serde(default)]
    notifications: u64,
    #[serde(default)]
    readings: u64,
    #[serde(default)]
    copy_due_at: Option<i64>,
    #[serde(default)]
    retention: Option<RetentionItem>,
    created_at: i64,
    updated_at: i64,
    expires_at: i64,
    closed_at: Option<i64>,
    deleted_at: Option<i64>,
    erased_at: Option<i64>,
    held_at: Option<i64>,
    ready_at: Option<i64>,
    draft: bool,
    archived_at: Option<i64>,
    trashed_at: Option<i64>,
    public_url: String,
    requester: String,
    title: Option<String>,
    description: Option<String>,
    inputs: Vec<InputItem>,
    signatories: Vec<SignatoryItem>,
    options: OptionsItem,
    callback: Option<CallbackItem>,
    integrator_key_salt: Option<String>,
    document: Option<SealingItem>,
    sealed: Option<FileItem>,
    failure: Option<FailureItem>,
}

#[derive(Debug, Deserialize, Serialize)]
struct HeadItem {
    length: u64,
    hash: String,
    at: i64,
}

/// How long things are kept.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct RetentionItem {
    document_months: u8,
    evidence_years: u8,
}

impl From<Retention> for RetentionItem {
    fn from(it: Retention) -> Self {
        Self { document_months: it.document_months(), evidence_years: it.evidence_years() }
    }
}

impl RetentionItem {
    pub(super) fn read(self) -> Result<Retention, Unreadable> {
        Retention::new(self.document_months, self.evidence_years).map_err(|_| "retention")
    }
}

#[derive(Debug, Deserialize, Serialize)]
struct FailureItem {
    number: u16,
    sentence: String,
}

/// Why an item cannot be read. The text names a place, never a value.
pub(super) type Unreadable = &'static str;

impl RequestItem {
    pub(super) fn of(request: &impl Stored, pk: String, sk: &str, tenant: (String, String)) -> Self {
        let facts = request.facts();
        let record = request.state_record();
        let (state, document, sealed, failure) = state_parts(&record);
        Self {
            pk,
            sk: sk.to_owned(),
            tenant_pk: tenant.0,
            tenant_sk: tenant.1,
            item_version: ITEM_VERSION,
            version: facts.version + 1,
            state: state.to_owned(),
            purge_at: facts.purge_at().unix_seconds(),
            id: facts.id.to_string(),
            tenant: facts.tenant.to_string(),
            chain: (&facts.chain).into(),
            custody: (&facts.custody).into(),
            notifications: facts.notifications,
            readings: facts.readings,
            copy_due_at: facts.copy_due_at.map(Timestamp::unix_ms),
            retention: Some(facts.retention.into()),
            created_at: facts.created_at.unix_ms(),
            updated_at: facts.updated_at.unix_ms(),
            expires_at: facts.expires_at.unix_ms(),
            closed_at: facts.closed_at.map(Timestamp::unix_ms),
            deleted_at: facts.deleted_at.map(Timestamp::unix_ms),
            erased_at: facts.erased_at.map(Timestamp::unix_ms),
            held_at: facts.held_at.map(Timestamp::unix_ms),
            ready_at: facts.ready_at.map(Timestamp::unix_ms),
            draft: facts.draft,
            archived_at: facts.filing.archived_at.map(Timestamp::unix_ms),
            trashed_at: facts.filing.trashed_at.map(Timestamp::unix_ms),
            public_url: facts.public_url.clone(),
            requester: facts.requester.as_str().to_owned(),
            title: facts.title.as_ref().map(|it| it.as_str().to_owned()),
            description: facts.description.as_ref().map(|it| it.as_str().to_owned()),
            inputs: facts.inputs.iter().map(Into::into).collect(),
            signatories: facts.signatories.iter().map(Into::into).collect(),
            options: (&facts.options).into(),
            callback: facts.callback.as_ref().map(Into::into),
            integrator_key_salt: facts.integrator_key_salt.map(hex::encode),
            document: document.map(Into::into),
            sealed: sealed.map(Into::into),
            failure: failure.map(|it| FailureItem { number: it.number, sentence: it.sentence.clone() }),
        }
    }

    pub(super) fn read(self) -> Result<AnyRequest, Unreadable> {
        if self.item_version != ITEM_VERSION {
            return Err("item_version");
        }
        let document = self.document.map(SealingItem::read).transpose()?;
        let need = || document.clone().ok_or("document");
        let state = match self.state.as_str() {
            "received" => StateRecord::Received,
            "draft" => StateRecord::Draft(need()?),
            "open" => StateRecord::Open(need()?),
            "signed" => StateRecord::Signed(need()?),
            "done" => StateRecord::Done(need()?, self.sealed.ok_or("sealed")?.read()?),
            "rejected" => {
                let failure = self.failure.ok_or("failure")?;
                StateRecord::Rejected(Failure { number: failure.number, sentence: failure.sentence })
            }
            "declined" => StateRecord::Declined(document.clone()),
            "expired" => StateRecord::Expired(document.clone()),
            "cancelled" => StateRecord::Cancelled(document.clone()),
            _ => return Err("state"),
        };
        let facts = Facts {
            id: RequestId::parse(&self.id).map_err(|_| "id")?,
            tenant: TenantId::parse(&self.tenant).map_err(|_| "tenant")?,
            version: self.version,
            chain: self.chain.read()?,
            custody: self.custody.read()?,
            notifications: self.notifications,
            readings: self.readings,
            copy_due_at: self.copy_due_at.map(Timestamp::from_unix_ms),
            retention: self.retention.map(RetentionItem::read).transpose()?.unwrap_or_default(),
            created_at: Timestamp::from_unix_ms(self.created_at),
            updated_at: Timestamp::from_unix_ms(self.updated_at),
            expires_at: Timestamp::from_unix_ms(self.expires_at),
            closed_at: self.closed_at.map(Timestamp::from_unix_ms),
            deleted_at: self.deleted_at.map(Timestamp::from_unix_ms),
            erased_at: self.erased_at.map(Timestamp::from_unix_ms),
            held_at: self.held_at.map(Timestamp::from_unix_ms),
            ready_at: self.ready_at.map(Timestamp::from_unix_ms),
            draft: self.draft,
            filing: Filing {
                archived_at: self.archived_at.map(Timestamp::from_unix_ms),
                trashed_at: self.trashed_at.map(Timestamp::from_unix_ms),
            },
            public_url: self.public_url,
            requester: Text::restore(self.requester),
            title: self.title.map(Text::restore),
            description: self.description.map(Text::restore),
            inputs: self.inputs.into_iter().map(InputItem::read).collect::<Result<_, _>>()?,
            signatories: self.signatories.into_iter().map(SignatoryItem::read).collect::<Result<_, _>>()?,
            options: self.options.read()?,
            callback: self.callback.map(CallbackItem::read).transpose()?,
            integrator_key_salt: self.integrator_key_salt.map(|it| salt(&it)).transpose()?,
        };
        Ok(AnyRequest::restore(facts, state))
    }
}

fn state_parts(
    record: &StateRecord,
) -> (&'static str, Option<&Sealing>, Option<&FileFacts>, Option<&Failure>) {
    match record {
        StateRecord::Received => ("received", None, None, None),
        StateRecord::Draft(document) => ("draft", Some(document), None, None),
        StateRecord::Open(document) => ("open", Some(document), None, None),
        StateRecord::Signed(document) => ("signed", Some(document), None, None),
        StateRecord::Done(document, sealed) => ("done", Some(document), Some(sealed), None),
        StateRecord::Rejected(failure) => ("rejected", None, None, Some(failure)),
        StateRecord::Declined(document) => ("declined", document.as_ref(), None, None),
        StateRecord::Expired(document) => ("expired", document.as_ref(), None, None),
        StateRecord::Cancelled(document) => ("cancelled", document.as_ref(), None, None),
    }
}

impl From<&ChainHead> for HeadItem {
    fn from(head: &ChainHead) -> Self {
        Self { length: head.length, hash: head.hash.to_hex(), at: head.at.unix_ms() }
    }
}

impl HeadItem {
    fn read(self) -> Result<ChainHead, Unreadable> {
        let hash = digest(&self.hash)?;
        Ok(ChainHead { length: self.length, hash, at: Timestamp::from_unix_ms(self.at) })
    }
}

fn digest(hex: &str) -> Result<Digest, Unreadable> {
    Digest::parse(hex).map_err(|_| "digest")
}

fn salt(text: &str) -> Result<[u8; 32], Unreadable> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| "salt")?;
    Ok(bytes)
}

fn json(text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map_err(|_| "json")
}
