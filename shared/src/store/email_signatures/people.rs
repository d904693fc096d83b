//! Persons who have a managed signature, with the changes that they propose.
//!
//! **Invariant:** of two who write one person at the same moment, one is told to look again.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{Digest, EmailAddress, TenantId, Timestamp};
use email_signature::person::ChangeRequest;
use email_signature::value::Line;
use email_signature::{Field, Person};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Author, ChangeAction, note_action};
use crate::store::error::StoreError;
use crate::store::keys;
use crate::store::table::{Table, read_all};

/// Persons, as the table holds them.
#[derive(Clone, Debug)]
pub struct People {
    pub(super) table: Table,
}

/// A person as they are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPerson {
    /// The person.
    pub person: Person,
    /// Changes that wait.
    pub pending: Vec<ChangeRequest>,
    /// How often the person was written; 0 if never.
    pub version: u32,
    /// When.
    pub updated_at: Timestamp,
    /// By whom: a key or app.
    pub updated_by: String,
    /// The directory that the person comes from.
    pub source: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct PersonItem {
    pk: String,
    sk: String,
    version: u32,
    /// JSON text.
    person: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pending: Vec<ChangeItem>,
    updated_at: i64,
    updated_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purge_at: Option<i64>,
}

#[derive(Deserialize, Serialize)]
struct ChangeItem {
    field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proposed: Option<String>,
    at: i64,
}

impl KeptPerson {
    /// A person who was never written.
    #[must_use]
    pub const fn new(person: Person, now: Timestamp) -> Self {
        Self {
            person,
            pending: Vec::new(),
            version: 0,
            updated_at: now,
            updated_by: String::new(),
            source: None,
        }
    }
}

impl People {
    /// The persons in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// What stands for a person in keys and links.
    #[must_use]
    pub fn digest(email: &EmailAddress) -> Digest {
        Digest::of_parts(&[b"paraphe/person/v1\0", email.expose().as_bytes()])
    }

    /// The place of a person in [`People::page`].
    #[must_use]
    pub fn place(email: &EmailAddress) -> String {
        keys::email_signatures::person_sk(&Self::digest(email))
    }

    /// A person, also one who is deleted by now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn get(
        &self,
        tenant: &TenantId,
        email: &EmailAddress,
    ) -> Result<Option<KeptPerson>, StoreError> {
        self.by_digest(tenant, &Self::digest(email)).await
    }

    /// The person behind a digest.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn by_digest(
        &self,
        tenant: &TenantId,
        digest: &Digest,
    ) -> Result<Option<KeptPerson>, StoreError> {
        let item: Option<PersonItem> = self
            .table
            .get(keys::email_signatures::people_pk(tenant), keys::email_signatures::person_sk(digest))
            .await?;
        item.map(PersonItem::read).transpose()
    }

    /// Those of these persons who are there, at most [`MOST_PEOPLE_AT_ONCE`].
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn get_many(
        &self,
        tenant: &TenantId,
        emails: &[&EmailAddress],
    ) -> Result<HashMap<EmailAddress, KeptPerson>, StoreError> {
        let place = |email: &&EmailAddress| place(tenant, &Self::digest(email));
        let items = self.table.get_many::<PersonItem>(&emails.iter().map(place).collect::<Vec<_>>()).await?;
        let people = items.into_iter().flatten().map(|item| {
            let kept = item.read()?;
            Ok((kept.person.email().clone(), kept))
        });
        people.collect()
    }

    /// Persons of a tenant after a place, in an order that tells nothing, and the place to go on from.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn page(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<KeptPerson>, Option<String>), StoreError> {
        let pk = keys::email_signatures::people_pk(tenant);
        let mut query = self.table.query(&pk, keys::email_signatures::PERSONS);
        if let Some(after) = after {
            query = query
                .exclusive_start_key(keys::PK, AttributeValue::S(pk.clone()))
                .exclusive_start_key(keys::SK, AttributeValue::S(after.to_owned()));
        }
        // One more than is asked for tells whether there are more.
        let most = i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX);
        let mut pages = query.limit(most).into_paginator().send();
        let (mut found, mut place) = (Vec::new(), None);
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            for item in read_all::<PersonItem>(page.items, &pk)? {
                if found.len() == limit {
                    return Ok((found, place));
                }
                place = Some(item.sk.clone());
                found.push(item.read()?);
            }
        }
        Ok((found, None))
    }

    /// Writes a person in place of the version that was read, and notes who did what; false when another write came
    /// first. Whoever is deleted is gone from the table soon after.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put(
        &self,
        tenant: &TenantId,
        kept: &KeptPerson,
        action: ChangeAction,
        author: &Author,
    ) -> Result<bool, StoreError> {
        let what = ("person", Some(kept.person.email().expose()), action);
        let actions =
            vec![self.put_action(tenant, kept, author)?, note_action(&self.table, tenant, what, author)?];
        self.table.transact_if(actions).await
    }

    /// Writes several persons and one note of it, all or none; false when another write of one of them came first, or
    /// they are too large for one transaction. At most [`MOST_PEOPLE_WRITTEN`].
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put_many(
        &self,
        tenant: &TenantId,
        people: &[KeptPerson],
        author: &Author,
    ) -> Result<bool, StoreError> {
        let size = |it: &KeptPerson| Value::Object(it.person.members()).to_string().len();
        if people.iter().map(size).sum::<usize>() > MOST_BYTES_WRITTEN {
            return Ok(false);
        }
        let what = ("people", None, ChangeAction::Imported);
        let mut actions = vec![note_action(&self.table, tenant, what, author)?];
        for kept in people {
            actions.push(self.put_action(tenant, kept, author)?);
        }
        self.table.transact_if(actions).await
    }

    pub(in crate::store) fn put_action(
        &self,
        tenant: &TenantId,
        kept: &KeptPerson,
        author: &Author,
    ) -> Result<TransactWriteItem, StoreError> {
        let person = &kept.person;
        let item = PersonItem {
            pk: keys::email_signatures::people_pk(tenant),
            sk: keys::email_signatures::person_sk(&Self::digest(person.email())),
            version: kept.version.saturating_add(1),
            person: Value::Object(person.members()).to_string(),
            pending: kept.pending.iter().map(ChangeItem::of).collect(),
            updated_at: author.at.unix_ms(),
            updated_by: author.by.clone(),
            source: kept.source.clone(),
            purge_at: person.gone_at().map(Timestamp::unix_seconds),
        };
        self.table.replace_action(&item, u64::from(kept.version))
    }
}

impl PersonItem {
    fn read(self) -> Result<KeptPerson, StoreError> {
        let corrupt = |what: crate::BoxError| StoreError::corrupt(&self.sk, what);
        let person: Value = serde_json::from_str(&self.person).map_err(|error| corrupt(error.into()))?;
        let person = Person::restore(&person).map_err(|refusal| corrupt(refusal.into()))?;
        let pending = self.pending.iter().map(|it| it.read().ok_or_else(|| corrupt("a change".into())));
        Ok(KeptPerson {
            person,
            pending: pending.collect::<Result<_, StoreError>>()?,
            version: self.version,
            updated_at: Timestamp::from_unix_ms(self.updated_at),
            updated_by: self.updated_by.clone(),
            source: self.source,
        })
    }
}

impl ChangeItem {
    fn of(change: &ChangeRequest) -> Self {
        let text = |line: &Option<Line>| line.as_ref().map(|it| it.as_str().to_owned());
        Self {
            field: change.field.as_str().to_owned(),
            before: text(&change.before),
            proposed: text(&change.proposed),
            at: change.at.unix_ms(),
        }
    }

    fn read(&self) -> Option<ChangeRequest> {
        let line = |text: &Option<String>| match text {
            None => Some(None),
            Some(text) => Line::parse(text, email_signature::value::MAX_LINK_CHARS).ok().map(Some),
        };
        Some(ChangeRequest {
            field: Field::parse(&self.field)?,
            before: line(&self.before)?,
            proposed: line(&self.proposed)?,
            at: Timestamp::from_unix_ms(self.at),
        })
    }
}

fn place(tenant: &TenantId, digest: &Digest) -> (String, String) {
    (keys::email_signatures::people_pk(tenant), keys::email_signatures::person_sk(digest))
}

/// The most persons that are written at once: a transaction has at most 100 actions.
pub const MOST_PEOPLE_WRITTEN: usize = 90;
/// With what stands around persons, a transaction stays below its 4 MB.
const MOST_BYTES_WRITTEN: usize = 3 << 20;
/// The most persons that are read at once.
pub const MOST_PEOPLE_AT_ONCE: usize = 100;
