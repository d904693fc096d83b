//! Copies of fixed chains: made from the tables, and tables made from them again.

use std::collections::BTreeMap;

use domain::evidence::{ChainHead, Owner, verify_chain};
use domain::request::{AnyRequest, Erasure, Facts, Retention};
use domain::transition::ChainName;
use domain::{Digest, RequestId, SignatoryId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::disclosures::{self, DisclosureItem};
use super::error::StoreError;
use super::evidence::{EventItem, Evidence};
use super::items::{RequestItem, RetentionItem};
use super::keys;

/// Everything about a request that is kept for ten years or more, with nothing personal that can be read without its keys.
#[derive(Debug, Deserialize, Serialize)]
pub struct ArchivedRequest {
    version: u32,
    tenant: String,
    request: String,
    events: Vec<EventItem>,
    custody: Vec<EventItem>,
    disclosures: Vec<DisclosureItem>,
    /// The request's item, without anything personal.
    item: Value,
    /// What is personal of it.
    personal: Vec<Personal>,
}

/// What is personal to one owner of the request's item.
#[derive(Debug, Deserialize, Serialize)]
struct Personal {
    owner: String,
    key_version: u32,
    /// Nonce, then ciphertext and tag, in hexadecimal.
    sealed: String,
}

/// The salts of a request's data keys: without them nothing personal can be read, and they can be deleted.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Salts {
    integrator: Option<String>,
    signatories: BTreeMap<String, String>,
}

impl Salts {
    /// Those that are left.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        let people = facts.signatories.iter();
        let left = people.filter_map(|it| Some((it.id.to_string(), hex::encode(it.key_salt?))));
        Self { integrator: facts.integrator_key_salt.map(hex::encode), signatories: left.collect() }
    }

    fn get(&self, owner: &str) -> Option<&str> {
        match owner {
            INTEGRATOR => self.integrator.as_deref(),
            id => self.signatories.get(id).map(String::as_str),
        }
    }

    fn bytes(&self, owner: &str) -> Option<[u8; 32]> {
        let mut salt = [0; 32];
        hex::decode_to_slice(self.get(owner)?, &mut salt).ok()?;
        Some(salt)
    }
}

impl ArchivedRequest {
    /// Whose request it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it does not say so.
    pub fn names(&self) -> Result<(TenantId, RequestId), StoreError> {
        let corrupt = |_| StoreError::corrupt(&self.request, "names");
        Ok((
            TenantId::parse(&self.tenant).map_err(corrupt)?,
            RequestId::parse(&self.request).map_err(corrupt)?,
        ))
    }

    /// Derives both chains again, and gives their heads: of the events, and of custody.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] names the first event that does not follow from those before it.
    pub fn verify(&self) -> Result<(ChainHead, ChainHead), StoreError> {
        let (_, request) = self.names()?;
        let head = |events: &[EventItem]| {
            let links: Result<Vec<_>, _> = events
                .iter()
                .map(|it| Digest::parse(&it.hash).map(|hash| (it.event.as_bytes(), hash)))
                .collect();
            let links = links.map_err(|_| StoreError::corrupt(&self.request, "hash"))?;
            verify_chain(&request, links).map_err(|error| StoreError::corrupt(&self.request, error))
        };
        Ok((head(&self.events)?, head(&self.custody)?))
    }

    /// The key of the copy: each state of the custody chain has its own, and the last one counts.
    ///
    /// # Errors
    ///
    /// As [`ArchivedRequest::names`].
    pub fn key(&self) -> Result<String, StoreError> {
        let (tenant, request) = self.names()?;
        Ok(keys::archived((&tenant, &request), self.retention()?, self.custody.len()))
    }

    /// How long it is kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it says so in no way that is known.
    pub fn retention(&self) -> Result<Retention, StoreError> {
        let Some(said) = self.item.get("retention").filter(|it| !it.is_null()) else {
            return Ok(Retention::default());
        };
        let said: RetentionItem = serde_json::from_value(said.clone())
            .map_err(|error| StoreError::corrupt(&self.request, error))?;
        said.read().map_err(|what| StoreError::corrupt(&self.request, what))
    }
}

impl Evidence {
    /// The copy of a request as it is now. Its chains hold: that is looked at first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a stored chain does not hold, [`StoreError::Unavailable`].
    pub async fn copy(&self, request: &AnyRequest) -> Result<ArchivedRequest, StoreError> {
        let (facts, record) = request.record();
        let id = &facts.id;
        let corrupt = |what: &'static str| StoreError::corrupt(id.as_str(), what);
        let mut bare = facts.clone();
        bare.forget(&Erasure::Everyone, facts.updated_at).map_err(|_| corrupt("erased form"))?;
        let item = item_of(&AnyRequest::restore(bare, record))?;
        let copy = ArchivedRequest {
            version: 1,
            tenant: facts.tenant.to_string(),
            request: id.to_string(),
            events: self.bare_events(id, ChainName::Event).await?,
            custody: self.bare_events(id, ChainName::Custody).await?,
            disclosures: self.disclosure_items(id).await?,
            item,
            personal: self.personal(request)?,
        };
        let (events, custody) = copy.verify()?;
        let holds = |derived: &ChainHead, head: &ChainHead| {
            derived.length > head.length || (derived.length == head.length && derived.hash == head.hash)
        };
        // The chain of a request that ended grows no more.
        let is_fixed = facts.closed_at.is_none() || events.length == facts.chain.length;
        if is_fixed && holds(&events, &facts.chain) && holds(&custody, &facts.custody) {
            Ok(copy)
        } else {
            Err(corrupt("a chain does not reach the head that the request names"))
        }
    }

    /// The items of a chain without what integrators are told of them: nobody is told again after a restore.
    async fn bare_events(&self, request: &RequestId, name: ChainName) -> Result<Vec<EventItem>, StoreError> {
        let mut events = self.items(request, &keys::event_prefix(name)).await?;
        for event in &mut events {
            event.outbox = None;
        }
        Ok(events)
    }

    /// Writes what a copy holds into tables that have lost it. What is there stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the copy does not hold: nothing was written; [`StoreError::Unavailable`].
    pub async fn restore(&self, copy: &ArchivedRequest, salts: &Salts) -> Result<(), StoreError> {
        copy.verify()?;
        let (_, request) = copy.names()?;
        let item = self.rejoined(copy, &request, salts)?;
        for event in copy.events.iter().chain(&copy.custody) {
            self.table.put_new(event).await?;
        }
        for disclosure in &copy.disclosures {
            // Whose key is gone stays gone.
            if salts.get(&disclosure.owner).is_some() {
                self.requests.put_new(disclosure).await?;
            }
        }
        self.requests.put_new(&item).await.map(drop)
    }

    /// What is personal of the request's item, each part under the key of its owner.
    fn personal(&self, request: &AnyRequest) -> Result<Vec<Personal>, StoreError> {
        let facts = request.facts();
        let mut whole = item_of(request)?;
        let people = whole.get_mut(SIGNATORIES).map(Value::take).unwrap_or_default();
        let mut personal = Vec::new();
        let mut add = |owner: &Owner, part: &Value| {
            let bytes =
                serde_json::to_vec(part).map_err(|error| StoreError::corrupt(facts.id.as_str(), error))?;
            let keys = (&self.key, facts.key_salt(owner));
            if let Some((key_version, sealed)) =
                disclosures::seal_bytes(&facts.id, (owner.as_str(), PLACE), bytes, keys)?
            {
                personal.push(Personal { owner: owner.as_str().to_owned(), key_version, sealed });
            }
            Ok::<(), StoreError>(())
        };
        add(&Owner::Integrator, &whole)?;
        for (person, part) in facts.signatories.iter().zip(people.as_array().into_iter().flatten()) {
            add(&Owner::Signatory(person.id.clone()), part)?;
        }
        Ok(personal)
    }

    /// The request's item, with everything personal whose key is left.
    fn rejoined(
        &self,
        copy: &ArchivedRequest,
        request: &RequestId,
        salts: &Salts,
    ) -> Result<RequestItem, StoreError> {
        let corrupt = |what: &'static str| StoreError::corrupt(&copy.request, what);
        let open = |owner: &str| -> Result<Option<Value>, StoreError> {
            let Some(part) = copy.personal.iter().find(|it| it.owner == owner) else { return Ok(None) };
            let salt = salts.bytes(owner);
            let keys = (&self.key, salt.as_ref());
            let opened =
                disclosures::open_bytes(request, (owner, PLACE), (part.key_version, &part.sealed), keys)?;
            opened.map(|it| serde_json::from_slice(&it)).transpose().map_err(|_| corrupt("personal"))
        };
        let mut item = copy.item.clone();
        let mut people = item.get_mut(SIGNATORIES).map(Value::take).unwrap_or_default();
        if let Some(whole) = open(INTEGRATOR)? {
            item = whole;
        }
        for person in people.as_array_mut().into_iter().flatten() {
            let id = person.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            SignatoryId::parse(&id).map_err(|_| corrupt("signatory"))?;
            if let Some(whole) = open(&id)? {
                *person = whole;
            }
            set(person, "key_salt", salts.get(&id));
        }
        set(&mut item, "integrator_key_salt", salts.get(INTEGRATOR));
        if let Some(object) = item.as_object_mut() {
            object.insert(SIGNATORIES.to_owned(), people);
        }
        serde_json::from_value(item).map_err(|_| corrupt("item"))
    }
}

/// The item of a request as it is stored now, without the salts.
fn item_of(request: &AnyRequest) -> Result<Value, StoreError> {
    let facts = request.facts();
    let tenant = (keys::tenant_pk(&facts.tenant), keys::tenant_sk(facts.created_at, &facts.id));
    let mut item = RequestItem::of(request, keys::request_pk(&facts.id), keys::REQUEST, tenant);
    // The item's own version is that of the next writing.
    item.version = facts.version;
    let mut item =
        serde_json::to_value(item).map_err(|error| StoreError::corrupt(facts.id.as_str(), error))?;
    set(&mut item, "integrator_key_salt", None);
    for person in item.get_mut(SIGNATORIES).and_then(Value::as_array_mut).into_iter().flatten() {
        set(person, "key_salt", None);
    }
    Ok(item)
}

fn set(object: &mut Value, name: &str, value: Option<&str>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value.map_or(Value::Null, |it| Value::String(it.to_owned())));
    }
}

const INTEGRATOR: &str = "integrator";
const SIGNATORIES: &str = "signatories";
/// Where a part of the request's item is encrypted for: it opens nowhere else.
const PLACE: &str = "ARCHIVE";
