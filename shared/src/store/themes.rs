//! Saved looks of the signing page, by tenant and name.

use aws_sdk_dynamodb::Client;
use domain::request::Appearance;
use domain::value::ThemeName;
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::StoreError;
use super::keys;
use super::table::Table;

/// Themes, as the table holds them.
#[derive(Clone, Debug)]
pub struct Themes {
    table: Table,
}

/// A saved look of the signing page.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Its name.
    pub name: ThemeName,
    /// The look.
    pub appearance: Appearance,
    /// When it was saved.
    pub updated_at: Timestamp,
    /// How often it was stored; zero before the first time.
    pub version: u64,
}

#[derive(Deserialize, Serialize)]
struct ThemeItem {
    pk: String,
    sk: String,
    name: String,
    /// JSON text.
    ui: String,
    updated_at: i64,
    #[serde(default)]
    version: u64,
}

impl Themes {
    /// Themes in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// All themes of a tenant, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<Theme>, StoreError> {
        let items: Vec<ThemeItem> = self.table.list(keys::tenant_pk(tenant), keys::THEMES).await?;
        items.into_iter().map(ThemeItem::read).collect()
    }

    /// A theme, if there is one of this name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn get(&self, tenant: &TenantId, name: &ThemeName) -> Result<Option<Theme>, StoreError> {
        let (pk, sk) = key(tenant, name);
        let Some(item) = self.table.get::<ThemeItem>(&pk, sk).await? else { return Ok(None) };
        item.read().map(Some)
    }

    /// Saves a theme in place of the one of its version. False when someone else changed that meanwhile: then nothing was
    /// stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put(&self, tenant: &TenantId, theme: &Theme) -> Result<bool, StoreError> {
        let (pk, sk) = key(tenant, &theme.name);
        let item = ThemeItem {
            pk,
            sk,
            name: theme.name.as_str().to_owned(),
            ui: Value::Object(theme.appearance.members()).to_string(),
            updated_at: theme.updated_at.unix_ms(),
            version: theme.version + 1,
        };
        self.table.replace(&item, theme.version).await
    }

    /// Deletes a theme as it was loaded; false when someone else changed or deleted it meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn delete(&self, tenant: &TenantId, theme: &Theme) -> Result<bool, StoreError> {
        self.table.delete_version(key(tenant, &theme.name), theme.version).await
    }
}

impl ThemeItem {
    fn read(self) -> Result<Theme, StoreError> {
        let name = ThemeName::parse(&self.name).map_err(|error| StoreError::corrupt(&self.sk, error))?;
        let ui: Value =
            serde_json::from_str(&self.ui).map_err(|error| StoreError::corrupt(&self.sk, error))?;
        let appearance = Appearance::restore(&ui);
        let updated_at = Timestamp::from_unix_ms(self.updated_at);
        Ok(Theme { name, appearance, updated_at, version: self.version })
    }
}

fn key(tenant: &TenantId, name: &ThemeName) -> (String, String) {
    (keys::tenant_pk(tenant), keys::theme_sk(name))
}
