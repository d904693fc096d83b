//! How long a tenant wants things to be kept.

use aws_sdk_dynamodb::Client;
use domain::TenantId;
use domain::request::Retention;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::items::RetentionItem;
use super::keys;
use super::table::Table;

/// What tenants said of it, as the table holds it.
#[derive(Clone, Debug)]
pub struct Retentions {
    table: Table,
}

#[derive(Deserialize, Serialize)]
struct Item {
    pk: String,
    sk: String,
    #[serde(flatten)]
    retention: RetentionItem,
    #[serde(default)]
    version: u64,
}

impl Retentions {
    /// Those in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// How long requests of a tenant that are made now are kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn of(&self, tenant: &TenantId) -> Result<Retention, StoreError> {
        Ok(self.to_change(tenant).await?.0)
    }

    /// The same with its version, by which it is replaced.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn to_change(&self, tenant: &TenantId) -> Result<(Retention, u64), StoreError> {
        let pk = keys::tenant_pk(tenant);
        let Some(item) = self.table.get::<Item>(&pk, keys::RETENTION).await? else {
            return Ok((Retention::default(), 0));
        };
        let retention = item.retention.read().map_err(|what| StoreError::corrupt(&pk, what))?;
        Ok((retention, item.version))
    }

    /// Says how long requests that are made from now on are kept, in place of what was said in that version. False when
    /// someone else said so meanwhile: then nothing was stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn set(
        &self,
        tenant: &TenantId,
        retention: Retention,
        version: u64,
    ) -> Result<bool, StoreError> {
        let (pk, sk) = (keys::tenant_pk(tenant), keys::RETENTION.to_owned());
        let item = Item { pk, sk, retention: retention.into(), version: version + 1 };
        self.table.replace(&item, version).await
    }
}
