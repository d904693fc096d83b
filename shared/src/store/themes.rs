//! Saved looks of the signing page, by tenant and name.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::request::Appearance;
use domain::value::ThemeName;
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_dynamo::{from_item, from_items, to_item};
use serde_json::Value;

use super::error::StoreError;
use super::keys;

/// Themes, as the table holds them.
#[derive(Clone, Debug)]
pub struct Themes {
    client: Client,
    table: String,
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
}

#[derive(Deserialize, Serialize)]
struct ThemeItem {
    pk: String,
    sk: String,
    name: String,
    /// JSON text.
    ui: String,
    updated_at: i64,
}

impl Themes {
    /// Themes in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// All themes of a tenant, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<Theme>, StoreError> {
        let pk = keys::tenant_pk(tenant);
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk and begins_with(sk, :themes)")
            .expression_attribute_values(":pk", AttributeValue::S(pk.clone()))
            .expression_attribute_values(":themes", AttributeValue::S(keys::THEMES.to_owned()))
            .into_paginator()
            .send();
        let mut themes = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            let items: Vec<ThemeItem> = from_items(page.items.unwrap_or_default())
                .map_err(|error| StoreError::corrupt(&pk, error))?;
            for item in items {
                themes.push(item.read()?);
            }
        }
        Ok(themes)
    }

    /// A theme, if there is one of this name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn get(&self, tenant: &TenantId, name: &ThemeName) -> Result<Option<Theme>, StoreError> {
        let (pk, sk) = key(tenant, name);
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(pk.clone()))
            .key(keys::SK, AttributeValue::S(sk))
            .send()
            .await
            .map_err(StoreError::unavailable("GetItem"))?;
        let Some(item) = answer.item else { return Ok(None) };
        let item: ThemeItem = from_item(item).map_err(|error| StoreError::corrupt(&pk, error))?;
        item.read().map(Some)
    }

    /// Saves a theme in place of the one before, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put(&self, tenant: &TenantId, theme: &Theme) -> Result<(), StoreError> {
        let (pk, sk) = key(tenant, &theme.name);
        let item = ThemeItem {
            pk,
            sk,
            name: theme.name.as_str().to_owned(),
            ui: Value::Object(theme.appearance.members()).to_string(),
            updated_at: theme.updated_at.unix_ms(),
        };
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(&item).map_err(|error| StoreError::corrupt(&item.pk, error))?))
            .send()
            .await
            .map_err(StoreError::unavailable("PutItem"))?;
        Ok(())
    }

    /// Deletes a theme; false when there was none of this name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn delete(&self, tenant: &TenantId, name: &ThemeName) -> Result<bool, StoreError> {
        let (pk, sk) = key(tenant, name);
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(pk))
            .key(keys::SK, AttributeValue::S(sk))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(StoreError::unavailable("DeleteItem"))?;
        Ok(answer.attributes.is_some())
    }
}

impl ThemeItem {
    fn read(self) -> Result<Theme, StoreError> {
        let name = ThemeName::parse(&self.name).map_err(|error| StoreError::corrupt(&self.sk, error))?;
        let ui: Value =
            serde_json::from_str(&self.ui).map_err(|error| StoreError::corrupt(&self.sk, error))?;
        let appearance = Appearance::restore(&ui);
        Ok(Theme { name, appearance, updated_at: Timestamp::from_unix_ms(self.updated_at) })
    }
}

fn key(tenant: &TenantId, name: &ThemeName) -> (String, String) {
    (keys::tenant_pk(tenant), keys::theme_sk(name))
}
