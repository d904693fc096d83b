//! What a tenant's managed e-mail signatures are made of, and who changed what of it.
//!
//! Each thing is kept as the JSON that was read, under a version that its every change raises; the change and the note
//! of who made it are one transaction.
//!
//! **Invariant:** a change is made to the version that it was decided on, or not at all.

mod book;
mod change;
mod counts;
mod people;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_dynamo::{from_item, from_items, to_item};
use serde_json::Value;

use super::error::StoreError;
use super::keys;

pub use book::Book;
pub use change::{Author, ChangeAction, NotedChange};
pub use counts::{CountKey, Counted, Counts};
pub use people::{KeptPerson, MOST_PEOPLE_AT_ONCE, People};

/// What e-mail signatures are made of, as the table holds it.
#[derive(Clone, Debug)]
pub struct EmailSignatures {
    client: Client,
    table: String,
}

/// Where a thing is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Piece<'a> {
    /// A brand.
    Brand(&'a str),
    /// A campaign.
    Campaign(&'a str),
    /// The groups of persons.
    Groups,
    /// A picture.
    Image(&'a str),
    /// The rules.
    Rules,
    /// What is counted.
    Statistics,
    /// A template, as it is now.
    Template(&'a str),
}

/// Things of which a tenant has several.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shelf {
    /// Brands.
    Brands,
    /// Campaigns.
    Campaigns,
    /// Pictures.
    Images,
    /// Templates.
    Templates,
}

/// A thing as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    kind: String,
    /// Its name among those of its kind.
    pub name: String,
    /// How often it was written.
    pub version: u32,
    /// What was read.
    pub body: Value,
    /// When it was written.
    pub updated_at: Timestamp,
    /// By whom: a key or app.
    pub updated_by: String,
}

#[derive(Clone, Deserialize, Serialize)]
struct KeptItem {
    pk: String,
    sk: String,
    version: u32,
    /// JSON text.
    body: String,
    updated_at: i64,
    updated_by: String,
}

type Item = HashMap<String, AttributeValue>;

impl EmailSignatures {
    /// What is kept in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// A thing, if it is there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn get(&self, tenant: &TenantId, piece: Piece<'_>) -> Result<Option<Kept>, StoreError> {
        self.kept(tenant, piece.sort()).await
    }

    /// A version of a template, if it is kept still.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn version(
        &self,
        tenant: &TenantId,
        template: &str,
        version: u32,
    ) -> Result<Option<Kept>, StoreError> {
        self.kept(tenant, keys::signature_version_sk(template, version)).await
    }

    async fn kept(&self, tenant: &TenantId, sort: String) -> Result<Option<Kept>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::email_signatures_pk(tenant)))
            .key(keys::SK, AttributeValue::S(sort))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::unavailable("GetItem"))?;
        answer.item.map(read).transpose()
    }

    /// All things of a kind, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(&self, tenant: &TenantId, shelf: Shelf) -> Result<Vec<Kept>, StoreError> {
        self.beginning_with(tenant, shelf.prefix()).await
    }

    /// The versions of a template that are kept, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn versions(&self, tenant: &TenantId, template: &str) -> Result<Vec<Kept>, StoreError> {
        self.beginning_with(tenant, &keys::signature_versions(template)).await
    }

    async fn beginning_with(&self, tenant: &TenantId, prefix: &str) -> Result<Vec<Kept>, StoreError> {
        self.query(tenant, "pk = :pk and begins_with(sk, :to)", prefix).await
    }

    async fn query(&self, tenant: &TenantId, condition: &str, to: &str) -> Result<Vec<Kept>, StoreError> {
        let pk = keys::email_signatures_pk(tenant);
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(condition)
            .expression_attribute_values(":pk", AttributeValue::S(pk.clone()))
            .expression_attribute_values(":to", AttributeValue::S(to.to_owned()))
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            let items: Vec<KeptItem> = from_items(page.items.unwrap_or_default())
                .map_err(|error| StoreError::corrupt(&pk, error))?;
            for item in items {
                found.push(item.read()?);
            }
        }
        Ok(found)
    }

    /// Writes a thing in place of its version `before`, 0 where there is none yet; nothing, and none, when another
    /// change came first. Of a template, what it becomes is kept as a version too.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put(
        &self,
        tenant: &TenantId,
        piece: Piece<'_>,
        (before, body): (u32, &Value),
        author: &Author,
    ) -> Result<Option<Kept>, StoreError> {
        let version = before.saturating_add(1);
        let item = KeptItem {
            pk: keys::email_signatures_pk(tenant),
            sk: piece.sort(),
            version,
            body: body.to_string(),
            updated_at: author.at.unix_ms(),
            updated_by: author.by.clone(),
        };
        let mut actions = vec![self.put_action(&item, Some(before))?];
        if let Piece::Template(name) = piece {
            let copy = KeptItem { sk: keys::signature_version_sk(name, version), ..item.clone() };
            actions.push(self.put_action(&copy, None)?);
            if let Some(old) = version.checked_sub(MOST_VERSIONS) {
                actions.push(self.delete_action(&item.pk, keys::signature_version_sk(name, old), None)?);
            }
        }
        actions.push(self.note_action(tenant, (piece.word(), piece.name(), ChangeAction::Saved), author)?);
        Ok(if self.commit(actions).await? { Some(item.read()?) } else { None })
    }

    /// Deletes a thing of this version; false when another change came first. The versions of a template stay, to be
    /// gone on from.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn delete(
        &self,
        tenant: &TenantId,
        piece: Piece<'_>,
        version: u32,
        author: &Author,
    ) -> Result<bool, StoreError> {
        let pk = keys::email_signatures_pk(tenant);
        let gone = self.delete_action(&pk, piece.sort(), Some(version))?;
        let note = self.note_action(tenant, (piece.word(), piece.name(), ChangeAction::Deleted), author)?;
        self.commit(vec![gone, note]).await
    }

    /// A write on condition that this version stands there, or none where it is 0.
    fn put_action(&self, item: &KeptItem, before: Option<u32>) -> Result<TransactWriteItem, StoreError> {
        let corrupt = |error: crate::BoxError| StoreError::corrupt(&item.pk, error);
        let fields = to_item(item).map_err(|error| corrupt(Box::new(error)))?;
        let put = Put::builder().table_name(&self.table).set_item(Some(fields));
        let put = match before {
            None => put,
            Some(0) => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => put
                .condition_expression("#version = :before")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":before", AttributeValue::N(before.to_string())),
        };
        let put = put.build().map_err(|error| corrupt(Box::new(error)))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn delete_action(
        &self,
        pk: &str,
        sk: String,
        version: Option<u32>,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut delete = Delete::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(pk.to_owned()))
            .key(keys::SK, AttributeValue::S(sk));
        if let Some(version) = version {
            delete = delete
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", AttributeValue::N(version.to_string()));
        }
        let delete = delete.build().map_err(|error| StoreError::corrupt(pk, error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Whether all of it was written; not when something else came first.
    async fn commit(&self, actions: Vec<TransactWriteItem>) -> Result<bool, StoreError> {
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(true),
            Err(error) => {
                let is_lost = error
                    .as_service_error()
                    .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception);
                if is_lost { Ok(false) } else { Err(StoreError::unavailable("TransactWriteItems")(error)) }
            }
        }
    }
}

impl Piece<'_> {
    fn sort(&self) -> String {
        match self {
            Self::Brand(name) => format!("{}{name}", keys::SIGNATURE_BRANDS),
            Self::Campaign(name) => format!("{}{name}", keys::SIGNATURE_CAMPAIGNS),
            Self::Image(name) => format!("{}{name}", keys::SIGNATURE_IMAGES),
            Self::Template(name) => format!("{}{name}", keys::SIGNATURE_TEMPLATES),
            Self::Groups | Self::Rules | Self::Statistics => {
                format!("{}{}", keys::SIGNATURE_SETTINGS, self.word())
            }
        }
    }

    /// What it is, in a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Brand(_) => "brand",
            Self::Campaign(_) => "campaign",
            Self::Groups => "groups",
            Self::Image(_) => "image",
            Self::Rules => "rules",
            Self::Statistics => "statistics",
            Self::Template(_) => "template",
        }
    }

    const fn name(&self) -> Option<&str> {
        match self {
            Self::Brand(name) | Self::Campaign(name) | Self::Image(name) | Self::Template(name) => Some(name),
            Self::Groups | Self::Rules | Self::Statistics => None,
        }
    }
}

impl Shelf {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Brands => keys::SIGNATURE_BRANDS,
            Self::Campaigns => keys::SIGNATURE_CAMPAIGNS,
            Self::Images => keys::SIGNATURE_IMAGES,
            Self::Templates => keys::SIGNATURE_TEMPLATES,
        }
    }
}

impl KeptItem {
    fn read(self) -> Result<Kept, StoreError> {
        let body = serde_json::from_str(&self.body).map_err(|error| StoreError::corrupt(&self.sk, error))?;
        let mut parts = self.sk.split('#');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        Ok(Kept {
            kind: part(),
            name: part(),
            version: self.version,
            body,
            updated_at: Timestamp::from_unix_ms(self.updated_at),
            updated_by: self.updated_by,
        })
    }
}

fn read(item: Item) -> Result<Kept, StoreError> {
    let item: KeptItem =
        from_item(item).map_err(|error| StoreError::corrupt(keys::SIGNATURE_SETTINGS, error))?;
    item.read()
}

/// How many versions of a template are kept.
const MOST_VERSIONS: u32 = 50;
