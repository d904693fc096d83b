//! Who may call the API: keys and client apps.
//!
//! **Invariant:** of a secret only its digest is stored, and a tenant sees no credentials of another.

mod item;

use std::net::IpAddr;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::access::{ApiKey, ClientSecret, Mode, Network, Scopes};
use domain::value::{CredentialId, Text};
use domain::{Digest, TenantId, Timestamp};
use rand::CryptoRng;
use serde_dynamo::from_item;

pub use item::CredentialChange;
use item::CredentialItem;

use super::error::StoreError;
use super::keys;
use super::table::{HAS_VERSION, PAGE, Table, UPDATE, held, read_all};

/// API keys and client apps.
#[derive(Clone, Debug)]
pub struct Access {
    table: Table,
}

/// What lets a caller in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CredentialKind {
    /// A client app: its secret gets tokens.
    App,
    /// An API key, which is sent with every call.
    Key,
}

impl CredentialKind {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Key => "key",
        }
    }

    /// Reads its word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::App, Self::Key].into_iter().find(|it| it.as_str() == text)
    }
}

/// An API key or a client app, as it is stored.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Which of both it is.
    pub kind: CredentialKind,
    /// Names it. A key's is the beginning of its digest.
    pub id: CredentialId,
    /// Whose it is: the tenant in earnest, also for a test key.
    pub tenant: TenantId,
    /// How signatories read who asks them.
    pub requester: Text,
    /// What the tenant calls it.
    pub name: Text,
    /// Whether it is for tests.
    pub mode: Mode,
    /// What its holder may do.
    pub scopes: Scopes,
    /// Where its holder may call from; from anywhere when empty.
    pub networks: Vec<Network>,
    /// Calls of one operation in a minute; the usual number when absent.
    pub calls_per_minute: Option<u32>,
    /// Whether it lets anybody in.
    pub is_enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its secret was last replaced.
    pub rotated_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, give or take [`USE_IS_NOTED_EVERY`].
    pub last_used_at: Option<Timestamp>,
    /// Rises with each change, of which its use is none; zero where none is stored.
    version: u64,
    secret: Digest,
}

/// What somebody who makes a credential decides.
#[derive(Clone, Debug)]
pub struct NewCredential {
    /// Whose it is.
    pub tenant: TenantId,
    /// How signatories read who asks them.
    pub requester: Text,
    /// What the tenant calls it.
    pub name: Text,
    /// Whether it is for tests.
    pub mode: Mode,
    /// What its holder may do.
    pub scopes: Scopes,
    /// Where its holder may call from; from anywhere when empty.
    pub networks: Vec<Network>,
    /// Calls of one operation in a minute; the usual number when absent.
    pub calls_per_minute: Option<u32>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

impl NewCredential {
    /// The credential that this key is.
    #[must_use]
    pub fn of_key(self, key: &ApiKey, now: Timestamp) -> Credential {
        self.with(CredentialKind::Key, id_of(key), key.digest(), now)
    }

    /// A client app with this secret.
    pub fn of_app(
        self,
        secret: &ClientSecret,
        now: Timestamp,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Credential {
        self.with(CredentialKind::App, CredentialId::new(rng), secret.digest(), now)
    }

    fn with(self, kind: CredentialKind, id: CredentialId, secret: Digest, now: Timestamp) -> Credential {
        Credential {
            kind,
            id,
            tenant: self.tenant.in_mode(Mode::Live),
            requester: self.requester,
            name: self.name,
            mode: self.mode,
            scopes: self.scopes,
            networks: self.networks,
            calls_per_minute: self.calls_per_minute,
            is_enabled: true,
            created_at: now,
            rotated_at: None,
            expires_at: self.expires_at,
            last_used_at: None,
            version: 1,
            secret,
        }
    }
}

impl Credential {
    /// The tenant that its holder acts for: the sandbox of its tenant, for tests.
    #[must_use]
    pub fn acts_for(&self) -> TenantId {
        self.tenant.in_mode(self.mode)
    }

    /// Whether it lets a caller in who comes from this address at this instant.
    #[must_use]
    pub fn lets_in(&self, source: Option<IpAddr>, now: Timestamp) -> bool {
        let is_near = self.networks.is_empty()
            || source.is_some_and(|source| self.networks.iter().any(|it| it.contains(source)));
        self.is_live(now) && is_near
    }

    /// Whether it lets anybody in at this instant.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.is_enabled && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether both have the same name, tenant and secret.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        (self.kind, &self.id, &self.tenant) == (other.kind, &other.id, &other.tenant)
            && self.secret == other.secret
    }

    /// Whether this is the app's secret.
    #[must_use]
    pub fn is_secret(&self, secret: &ClientSecret) -> bool {
        self.kind == CredentialKind::App && self.secret == secret.digest()
    }
}

impl Access {
    /// The credentials in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table) }
    }

    /// Stores a new credential; false if there is one of this name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn add(&self, credential: &Credential) -> Result<bool, StoreError> {
        let item = CredentialItem::write(credential);
        self.table.put_new(&item).await
    }

    /// The credential that a key is, if it is one. The table is asked by the beginning of the key's digest, and
    /// the whole digest is compared in constant time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn by_key(&self, key: &ApiKey) -> Result<Option<Credential>, StoreError> {
        let found = self.get(CredentialKind::Key, &id_of(key)).await?;
        Ok(found.filter(|it| it.secret == key.digest()))
    }

    /// The credential of a name, whoever's it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn get(
        &self,
        kind: CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<Credential>, StoreError> {
        let pk = keys::credential_pk(kind, id);
        let Some(item) = self.table.get::<CredentialItem>(&pk, keys::ONLY).await? else { return Ok(None) };
        item.read().map(Some)
    }

    /// All keys, or all client apps, of a tenant, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(&self, tenant: &TenantId, kind: CredentialKind) -> Result<Vec<Credential>, StoreError> {
        let partition = keys::credentials_of(&tenant.in_mode(Mode::Live), kind);
        let mut pages = self
            .table
            .client()
            .query()
            .table_name(self.table.name())
            .index_name(keys::BY_TENANT)
            .key_condition_expression("tenant_pk = :partition")
            .expression_attribute_values(":partition", AttributeValue::S(partition))
            .limit(PAGE)
            .into_paginator()
            .send();
        let mut credentials = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            for (_, item) in self.table.named::<CredentialItem>(page.items).await? {
                credentials.extend(item.map(CredentialItem::read).transpose()?);
            }
        }
        Ok(credentials)
    }

    /// The credentials of all tenants, in no order: for an operator, since it reads the whole table.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn of_all(&self) -> Result<Vec<Credential>, StoreError> {
        let [apps, keys] = keys::credentials();
        let mut pages = self
            .table
            .client()
            .scan()
            .table_name(self.table.name())
            .filter_expression("begins_with(pk, :apps) OR begins_with(pk, :keys)")
            .expression_attribute_values(":apps", AttributeValue::S(apps))
            .expression_attribute_values(":keys", AttributeValue::S(keys))
            .into_paginator()
            .send();
        let mut credentials = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Scan"))?;
            for item in read_all::<CredentialItem>(page.items, "the whole table")? {
                credentials.push(item.read()?);
            }
        }
        Ok(credentials)
    }

    /// Changes a credential as it was loaded, and tells what it is then; none when someone else changed or ended it
    /// meanwhile, and nothing was changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn change(
        &self,
        credential: &Credential,
        change: &CredentialChange,
    ) -> Result<Option<Credential>, StoreError> {
        let pk = keys::credential_pk(credential.kind, &credential.id);
        let mut update = self
            .table
            .update(&pk, keys::ONLY)
            .condition_expression(as_loaded(credential))
            .expression_attribute_names("#version", "version")
            .return_values(ReturnValue::AllNew);
        if credential.version > 0 {
            update = update.expression_attribute_values(":version", number(credential.version));
        }
        let (mut set, mut removed) = (Vec::new(), Vec::new());
        for (position, (attribute, value)) in change.attributes().into_iter().enumerate() {
            update = update.expression_attribute_names(format!("#a{position}"), attribute);
            match value {
                Some(value) => {
                    update = update.expression_attribute_values(format!(":v{position}"), value);
                    set.push(format!("#a{position} = :v{position}"));
                }
                None => removed.push(format!("#a{position}")),
            }
        }
        let clause = |word: &str, parts: &[String]| {
            if parts.is_empty() { String::new() } else { format!("{word} {} ", parts.join(", ")) }
        };
        if set.is_empty() && removed.is_empty() {
            return self.get(credential.kind, &credential.id).await;
        }
        update = update.expression_attribute_values(":next", number(credential.version + 1));
        set.push("#version = :next".to_owned());
        let expression = format!("{}{}", clause("SET", &set), clause("REMOVE", &removed));
        let answer = held(update.update_expression(expression.trim_end()).send().await, UPDATE)?;
        let Some(answer) = answer else { return Ok(None) };
        let item = answer.attributes.ok_or_else(|| StoreError::corrupt(&pk, "no attributes"))?;
        let item: CredentialItem = from_item(item).map_err(|error| StoreError::corrupt(&pk, error))?;
        item.read().map(Some)
    }

    /// Ends a credential as it was loaded; false when someone else changed or ended it meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn revoke(&self, credential: &Credential) -> Result<bool, StoreError> {
        let pk = keys::credential_pk(credential.kind, &credential.id);
        self.table.delete_version((pk, keys::ONLY.to_owned()), credential.version).await
    }

    /// Notes that a credential is in use, if that was not noted lately.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn note_use(&self, credential: &Credential, now: Timestamp) -> Result<(), StoreError> {
        let noted = credential.last_used_at.is_some_and(|at| now < at.plus(USE_IS_NOTED_EVERY));
        if noted {
            return Ok(());
        }
        let sent = self
            .table
            .update(keys::credential_pk(credential.kind, &credential.id), keys::ONLY)
            .update_expression("SET last_used_at = :now")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", AttributeValue::N(now.unix_ms().to_string()))
            .send()
            .await;
        // One that was revoked in between does not come back.
        held(sent, UPDATE).map(drop)
    }
}

/// The name of the credential that a key is: 96 bits of its digest, from which nobody gets back to the key.
fn id_of(key: &ApiKey) -> CredentialId {
    CredentialId::of_digest(&key.digest())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The condition that nobody changed it since.
const fn as_loaded(credential: &Credential) -> &'static str {
    if credential.version > 0 {
        HAS_VERSION
    } else {
        "attribute_exists(pk) AND attribute_not_exists(#version)"
    }
}

/// How exactly the last use of a credential is known.
pub const USE_IS_NOTED_EVERY: Duration = Duration::from_mins(5);
