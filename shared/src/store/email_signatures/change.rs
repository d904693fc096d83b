//! Who changed what of a tenant's e-mail signatures.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::value::MessageId;
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::EmailSignatures;
use crate::chance::system_rng;
use crate::store::error::StoreError;
use crate::store::keys;
use crate::store::table::{Table, read_all};

/// Who makes a change, and when.
#[derive(Clone, Debug)]
pub struct Author {
    /// The key or app.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What was done.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    /// A change that a person proposed was carried out.
    Approved,
    /// It was deleted.
    Deleted,
    /// Persons were written from a list.
    Imported,
    /// A change was proposed.
    Proposed,
    /// A change that a person proposed was turned down.
    Rejected,
    /// It was written.
    Saved,
}

/// A change, as it was noted.
#[derive(Clone, Debug, PartialEq)]
pub struct NotedChange {
    /// When.
    pub at: Timestamp,
    /// By whom: a key or app.
    pub by: String,
    /// What it is: brand, campaign, template, person and so on.
    pub kind: String,
    /// Its name; of persons, the address.
    pub name: Option<String>,
    /// What was done.
    pub action: ChangeAction,
    /// Its place in the list.
    pub position: String,
}

#[derive(Deserialize, Serialize)]
struct ChangeItem {
    pk: String,
    sk: String,
    at: i64,
    by: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    action: ChangeAction,
    purge_at: i64,
}

impl ChangeAction {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Deleted => "deleted",
            Self::Imported => "imported",
            Self::Proposed => "proposed",
            Self::Rejected => "rejected",
            Self::Saved => "saved",
        }
    }
}

impl EmailSignatures {
    /// Changes of a tenant, the latest first, at most `limit`, and only those before a place.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn changes(
        &self,
        tenant: &TenantId,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<NotedChange>, StoreError> {
        let pk = keys::email_signatures::changes_pk(tenant);
        let mut query = self
            .table
            .query(&pk, keys::email_signatures::CHANGES)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        if let Some(before) = before {
            query = query
                .exclusive_start_key(keys::PK, AttributeValue::S(pk.clone()))
                .exclusive_start_key(keys::SK, AttributeValue::S(before.to_owned()));
        }
        let answer = query.send().await.map_err(StoreError::unavailable("Query"))?;
        let items: Vec<ChangeItem> = read_all(answer.items, &pk)?;
        Ok(items.into_iter().map(ChangeItem::read).collect())
    }
}

/// Notes a change in the transaction that makes it.
pub(in crate::store) fn note_action(
    table: &Table,
    tenant: &TenantId,
    what: (&str, Option<&str>, ChangeAction),
    author: &Author,
) -> Result<TransactWriteItem, StoreError> {
    table.put_action(&change(tenant, what, author))
}

impl ChangeItem {
    fn read(self) -> NotedChange {
        NotedChange {
            at: Timestamp::from_unix_ms(self.at),
            by: self.by,
            kind: self.kind,
            name: self.name,
            action: self.action,
            position: self.sk,
        }
    }
}

fn change(
    tenant: &TenantId,
    (kind, name, action): (&str, Option<&str>, ChangeAction),
    author: &Author,
) -> ChangeItem {
    ChangeItem {
        pk: keys::email_signatures::changes_pk(tenant),
        sk: keys::email_signatures::change_sk(author.at, &MessageId::new(&mut system_rng())),
        at: author.at.unix_ms(),
        by: author.by.clone(),
        kind: kind.to_owned(),
        name: name.map(str::to_owned),
        action,
        purge_at: author.at.plus_years(KEPT_YEARS).unix_seconds(),
    }
}

/// Long enough for a yearly review; the addresses in it are not kept for ever.
const KEPT_YEARS: i16 = 2;
