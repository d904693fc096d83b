//! What tenants allow of the text messages that the operator allows.

use aws_sdk_dynamodb::Client;
use domain::TenantId;
use domain::value::Country;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::keys;
use super::table::Table;

/// What a tenant said of its text messages. Whatever it did not is for the operator alone to say.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TextLimits {
    /// The only countries whose numbers are written to.
    pub countries: Option<Vec<Country>>,
    /// The most that are sent in a day.
    pub daily_budget: Option<u32>,
}

/// What tenants said, as the table holds it.
#[derive(Clone, Debug)]
pub struct TenantTextLimits {
    table: Table,
}

#[derive(Deserialize, Serialize)]
struct Item {
    pk: String,
    sk: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    countries: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    daily_budget: Option<u32>,
    version: u64,
}

impl TenantTextLimits {
    /// Those in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// What a tenant said.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn of(&self, tenant: &TenantId) -> Result<TextLimits, StoreError> {
        Ok(self.to_change(tenant).await?.0)
    }

    /// The same with its version, by which it is replaced.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn to_change(&self, tenant: &TenantId) -> Result<(TextLimits, u64), StoreError> {
        let pk = keys::tenant_pk(tenant);
        let Some(item) = self.table.get::<Item>(&pk, keys::TEXT_LIMITS).await? else {
            return Ok((TextLimits::default(), 0));
        };
        let read = |them: Vec<String>| them.iter().map(|it| Country::parse(it)).collect();
        let countries = item.countries.map(read).transpose();
        let countries = countries.map_err(|_| StoreError::corrupt(&pk, "countries"))?;
        Ok((TextLimits { countries, daily_budget: item.daily_budget }, item.version))
    }

    /// Says it in place of what was said in that version. False when someone else said so meanwhile: then nothing was
    /// stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn set(
        &self,
        tenant: &TenantId,
        limits: &TextLimits,
        version: u64,
    ) -> Result<bool, StoreError> {
        let words = |them: &Vec<Country>| them.iter().map(|it| it.as_str().to_owned()).collect();
        let item = Item {
            pk: keys::tenant_pk(tenant),
            sk: keys::TEXT_LIMITS.to_owned(),
            countries: limits.countries.as_ref().map(words),
            daily_budget: limits.daily_budget,
            version: version + 1,
        };
        self.table.replace(&item, version).await
    }
}
