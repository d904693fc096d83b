//! Subscriptions to events.
//!
//! **Invariant:** credentials are stored encrypted, for their own subscription only.

mod callback_headers;
mod callback_signing;
mod credentials;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use domain::notification::EventName;
use domain::value::WebhookId;
use domain::{Digest, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

pub use callback_signing::CallbackSigning;
pub use credentials::{Auth, Contact, CredentialKey, Credentials, Ed25519, SigningKey};

use super::error::StoreError;
use super::keys;
use super::table::Table;

/// Subscriptions, as the table holds them.
#[derive(Clone, Debug)]
pub struct Webhooks {
    table: Table,
    key: Arc<CredentialKey>,
}

/// A subscription.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Names it.
    pub id: WebhookId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The address of the endpoint.
    pub url: String,
    /// What it is for, in the words of its owner.
    pub description: Option<String>,
    /// The names of the events it hears, ours or OneSpan's; `*` for all.
    pub events: Vec<String>,
    /// How events are written to it.
    pub format: PayloadFormat,
    /// The connector it was registered for, where it was registered as OneSpan's callback; empty for the
    /// account's own.
    pub origin: Option<String>,
    /// Since when it is not called, and why; none while it is.
    pub disabled: Option<(Timestamp, DisabledBy)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often it was stored; zero before the first time.
    pub version: u64,
    /// Its credentials, encrypted.
    sealed: String,
}

/// How events are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PayloadFormat {
    /// As OneSpan writes them.
    OneSpan,
    /// As we do.
    Paraphe,
}

impl PayloadFormat {
    /// Its word on the wire and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneSpan => "onespan",
            Self::Paraphe => "paraphe",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::OneSpan, Self::Paraphe].into_iter().find(|it| it.as_str() == text)
    }
}

/// Why an endpoint is not called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DisabledBy {
    /// Nothing got through for days.
    Failures,
    /// It answered that it is gone (410).
    Gone,
    /// Its owner wants it so.
    Owner,
}

impl DisabledBy {
    /// Its word on the wire and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failures => "failures",
            Self::Gone => "gone",
            Self::Owner => "owner",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Failures, Self::Gone, Self::Owner].into_iter().find(|it| it.as_str() == text)
    }
}

#[derive(Deserialize, Serialize)]
struct WebhookItem {
    pk: String,
    sk: String,
    id: String,
    tenant: String,
    url: String,
    description: Option<String>,
    events: Vec<String>,
    format: String,
    origin: Option<String>,
    disabled_at: Option<i64>,
    disabled_by: Option<String>,
    created_at: i64,
    updated_at: i64,
    version: u64,
    credentials: String,
}

impl Webhook {
    /// Whether it hears this event.
    #[must_use]
    pub fn hears(&self, name: EventName) -> bool {
        let is_told = match self.format {
            PayloadFormat::OneSpan => name.onespan().is_some(),
            PayloadFormat::Paraphe => true,
        };
        is_told && self.events.iter().any(|it| it == ALL_EVENTS || name.is_called(it))
    }

    /// Whether it is called.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.disabled.is_none()
    }

    /// The name of what a tenant registered as OneSpan's callback for a connector: always the same.
    #[must_use]
    pub fn id_of_origin(tenant: &TenantId, origin: &str) -> Option<WebhookId> {
        let parts =
            [b"paraphe/callback/v1\0".as_slice(), tenant.as_str().as_bytes(), b"\0", origin.as_bytes()];
        WebhookId::parse(Digest::of_parts(&parts).to_hex().get(..24)?).ok()
    }
}

impl Webhooks {
    /// Subscriptions in `table`; `key` encrypts their credentials.
    #[must_use]
    pub fn new(client: Client, table: String, key: CredentialKey) -> Self {
        Self { table: Table::new(client, table), key: Arc::new(key) }
    }

    /// A subscription that is not stored yet.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when its credentials cannot be encrypted.
    pub fn draft(
        &self,
        (tenant, id): (&TenantId, WebhookId),
        url: String,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Webhook, StoreError> {
        Ok(Webhook {
            sealed: self.key.seal(credentials, &place(tenant, &id))?,
            id,
            tenant: tenant.clone(),
            url,
            description: None,
            events: vec![ALL_EVENTS.to_owned()],
            format: PayloadFormat::Paraphe,
            origin: None,
            disabled: None,
            created_at: now,
            updated_at: now,
            version: 0,
        })
    }

    /// All subscriptions of a tenant, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<Webhook>, StoreError> {
        let items: Vec<WebhookItem> = self.table.list(keys::tenant_pk(tenant), keys::WEBHOOKS).await?;
        items.into_iter().map(WebhookItem::read).collect()
    }

    /// A subscription of a tenant.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn load(&self, tenant: &TenantId, id: &WebhookId) -> Result<Webhook, StoreError> {
        let pk = keys::tenant_pk(tenant);
        let item: WebhookItem =
            self.table.get(&pk, keys::webhook_sk(id)).await?.ok_or(StoreError::NotFound)?;
        item.read()
    }

    /// The credentials of a subscription.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`].
    pub fn credentials(&self, webhook: &Webhook) -> Result<Credentials, StoreError> {
        self.key.open(&webhook.sealed, &place(&webhook.tenant, &webhook.id))
    }

    /// Gives a subscription other credentials; it is still to be stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub fn set_credentials(
        &self,
        webhook: &mut Webhook,
        credentials: &Credentials,
    ) -> Result<(), StoreError> {
        webhook.sealed = self.key.seal(credentials, &place(&webhook.tenant, &webhook.id))?;
        Ok(())
    }

    /// Stores a subscription as it was loaded and changed. False when someone else changed it meanwhile: then
    /// nothing was stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put(&self, webhook: &Webhook) -> Result<bool, StoreError> {
        self.table.replace(&WebhookItem::of(webhook), webhook.version).await
    }

    /// Ends a subscription as it was loaded; false when someone else changed or ended it meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn delete(&self, webhook: &Webhook) -> Result<bool, StoreError> {
        let place = (keys::tenant_pk(&webhook.tenant), keys::webhook_sk(&webhook.id));
        self.table.delete_version(place, webhook.version).await
    }
}

impl WebhookItem {
    fn of(webhook: &Webhook) -> Self {
        Self {
            pk: keys::tenant_pk(&webhook.tenant),
            sk: keys::webhook_sk(&webhook.id),
            id: webhook.id.to_string(),
            tenant: webhook.tenant.to_string(),
            url: webhook.url.clone(),
            description: webhook.description.clone(),
            events: webhook.events.clone(),
            format: webhook.format.as_str().to_owned(),
            origin: webhook.origin.clone(),
            disabled_at: webhook.disabled.map(|(at, _)| at.unix_ms()),
            disabled_by: webhook.disabled.map(|(_, by)| by.as_str().to_owned()),
            created_at: webhook.created_at.unix_ms(),
            updated_at: webhook.updated_at.unix_ms(),
            version: webhook.version + 1,
            credentials: webhook.sealed.clone(),
        }
    }

    fn read(self) -> Result<Webhook, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(&self.sk, what);
        let disabled = match (self.disabled_at, self.disabled_by.as_deref()) {
            (Some(at), Some(by)) => {
                let by = DisabledBy::parse(by).ok_or_else(|| corrupt("disabled_by"))?;
                Some((Timestamp::from_unix_ms(at), by))
            }
            _ => None,
        };
        Ok(Webhook {
            id: WebhookId::parse(&self.id).map_err(|_| corrupt("id"))?,
            tenant: TenantId::parse(&self.tenant).map_err(|_| corrupt("tenant"))?,
            format: PayloadFormat::parse(&self.format).ok_or_else(|| corrupt("format"))?,
            url: self.url,
            description: self.description,
            events: self.events,
            origin: self.origin,
            disabled,
            created_at: Timestamp::from_unix_ms(self.created_at),
            updated_at: Timestamp::from_unix_ms(self.updated_at),
            version: self.version,
            sealed: self.credentials,
        })
    }
}

/// What credentials are encrypted for.
fn place(tenant: &TenantId, id: &WebhookId) -> String {
    format!("{tenant}/{id}")
}

/// In place of names: every event.
const ALL_EVENTS: &str = "*";
