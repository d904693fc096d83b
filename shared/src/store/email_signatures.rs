//! What a tenant's managed e-mail signatures are made of, and who changed what of it.
//!
//! Each thing is kept as the JSON that was read, under a version that its every change raises; the change and the note
//! of who made it are one transaction.
//!
//! **Invariant:** a change is made to the version that it was decided on, or not at all.

mod book;
mod change;
mod counts;
mod groups;
mod people;
mod portrait;

use aws_sdk_dynamodb::Client;
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::StoreError;
use super::keys;
use super::table::{Table, read_all};

pub use book::Book;
pub(super) use change::note_action;
pub use change::{Author, ChangeAction, NotedChange};
pub use counts::{CountKey, Counted, Counts};
pub use groups::{Grouped, MOST_GROUPS};
pub use people::{KeptPerson, MOST_PEOPLE_AT_ONCE, MOST_PEOPLE_WRITTEN, People};

/// What e-mail signatures are made of, as the table holds it.
#[derive(Clone, Debug)]
pub struct EmailSignatures {
    table: Table,
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

impl EmailSignatures {
    /// What is kept in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
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
        self.kept(tenant, keys::email_signatures::version_sk(template, version)).await
    }

    async fn kept(&self, tenant: &TenantId, sort: String) -> Result<Option<Kept>, StoreError> {
        let item: Option<KeptItem> = self.table.get(keys::email_signatures::pk(tenant), sort).await?;
        item.map(KeptItem::read).transpose()
    }

    /// All things of a kind, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(&self, tenant: &TenantId, of: Shelf) -> Result<Vec<Kept>, StoreError> {
        self.beginning_with(tenant, of.prefix()).await
    }

    /// The versions of a template that are kept, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn versions(&self, tenant: &TenantId, template: &str) -> Result<Vec<Kept>, StoreError> {
        self.beginning_with(tenant, &keys::email_signatures::versions(template)).await
    }

    async fn beginning_with(&self, tenant: &TenantId, prefix: &str) -> Result<Vec<Kept>, StoreError> {
        let items: Vec<KeptItem> = self.table.list(keys::email_signatures::pk(tenant), prefix).await?;
        items.into_iter().map(KeptItem::read).collect()
    }

    /// All that stands before the templates.
    async fn before_templates(&self, tenant: &TenantId) -> Result<Vec<Kept>, StoreError> {
        let pk = keys::email_signatures::pk(tenant);
        let (first, last) =
            (keys::email_signatures::BRANDS.to_owned(), keys::email_signatures::TEMPLATES.to_owned());
        let mut pages = self.table.range(&pk, first, last).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            for item in read_all::<KeptItem>(page.items, &pk)? {
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
            pk: keys::email_signatures::pk(tenant),
            sk: piece.sort(),
            version,
            body: body.to_string(),
            updated_at: author.at.unix_ms(),
            updated_by: author.by.clone(),
        };
        let mut actions = vec![self.table.replace_action(&item, u64::from(before))?];
        if let Piece::Template(name) = piece {
            let copy = KeptItem { sk: keys::email_signatures::version_sk(name, version), ..item.clone() };
            actions.push(self.table.put_action(&copy)?);
            if let Some(old) = version.checked_sub(MOST_VERSIONS) {
                actions.push(
                    self.table.delete_action(&item.pk, &keys::email_signatures::version_sk(name, old))?,
                );
            }
        }
        actions.push(note_action(
            &self.table,
            tenant,
            (piece.word(), piece.name(), ChangeAction::Saved),
            author,
        )?);
        Ok(if self.table.transact_if(actions).await? { Some(item.read()?) } else { None })
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
        let pk = keys::email_signatures::pk(tenant);
        let gone = self.table.delete_version_action(&pk, &piece.sort(), u64::from(version))?;
        let note =
            note_action(&self.table, tenant, (piece.word(), piece.name(), ChangeAction::Deleted), author)?;
        self.table.transact_if(vec![gone, note]).await
    }
}

impl Piece<'_> {
    fn sort(&self) -> String {
        match self {
            Self::Brand(name) => format!("{}{name}", keys::email_signatures::BRANDS),
            Self::Campaign(name) => format!("{}{name}", keys::email_signatures::CAMPAIGNS),
            Self::Image(name) => format!("{}{name}", keys::email_signatures::IMAGES),
            Self::Template(name) => format!("{}{name}", keys::email_signatures::TEMPLATES),
            Self::Groups | Self::Rules | Self::Statistics => {
                format!("{}{}", keys::email_signatures::SETTINGS, self.word())
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
            Self::Brands => keys::email_signatures::BRANDS,
            Self::Campaigns => keys::email_signatures::CAMPAIGNS,
            Self::Images => keys::email_signatures::IMAGES,
            Self::Templates => keys::email_signatures::TEMPLATES,
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

/// How many versions of a template are kept.
const MOST_VERSIONS: u32 = 50;
