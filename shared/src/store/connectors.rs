//! Connectors of e-mail signatures, what opens them, and their runs.
//!
//! **Invariant:** what opens a connector is stored encrypted, for its own connector only; what a step of a run did is
//! committed with how far it came, so that a step that is begun twice is done once.

mod run;

use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use domain::{TenantId, Timestamp};
use email_signature::connector::Kind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cipher::Cipher;
use super::email_signatures::{Author, ChangeAction, People, note_action};
use super::error::StoreError;
use super::keys;
use super::table::Table;

pub use run::{Committed, Phase, Run, RunState, Step};

/// Connectors, as the table holds them.
#[derive(Clone, Debug)]
pub struct Connectors {
    table: Table,
    people: People,
    key: Arc<ConnectorKey>,
}

/// The service's keys for what opens connectors.
pub struct ConnectorKey(Cipher);

/// A connector as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptConnector {
    /// What it connects to.
    pub kind: Kind,
    /// Its settings, as they were read.
    pub body: Value,
    /// How often it was written.
    pub version: u32,
    /// When.
    pub updated_at: Timestamp,
    /// By whom: a key or app.
    pub updated_by: String,
    /// What opens it, encrypted.
    sealed: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct ConnectorItem {
    pk: String,
    sk: String,
    kind: String,
    version: u32,
    /// JSON text.
    body: String,
    updated_at: i64,
    updated_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

impl ConnectorKey {
    /// Makes the keys from secret material of any length, the current version first.
    #[must_use]
    pub fn new(versions: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Self {
        Self(Cipher::new(b"paraphe/connector-credentials/v1\0", versions))
    }
}

impl fmt::Debug for ConnectorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectorKey(***)")
    }
}

impl KeptConnector {
    /// Whether something that opens it is kept.
    #[must_use]
    pub const fn has_credential(&self) -> bool {
        self.sealed.is_some()
    }
}

impl Connectors {
    /// Connectors in `table`; `key` encrypts what opens them.
    #[must_use]
    pub fn new(client: Client, table: String, key: ConnectorKey) -> Self {
        let people = People::new(client.clone(), table.clone());
        Self { table: Table::new(client, table), people, key: Arc::new(key) }
    }

    /// All connectors of a tenant.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<KeptConnector>, StoreError> {
        let pk = keys::email_signatures::connectors_pk(tenant);
        let items: Vec<ConnectorItem> = self.table.list(pk, keys::email_signatures::CONNECTORS).await?;
        items.into_iter().map(ConnectorItem::read).collect()
    }

    /// The connector of a kind, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn get(&self, tenant: &TenantId, kind: Kind) -> Result<Option<KeptConnector>, StoreError> {
        let pk = keys::email_signatures::connectors_pk(tenant);
        let item: Option<ConnectorItem> =
            self.table.get(pk, keys::email_signatures::connector_sk(kind)).await?;
        item.map(ConnectorItem::read).transpose()
    }

    /// What opens a connector.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`].
    pub fn credential(&self, tenant: &TenantId, kept: &KeptConnector) -> Result<Option<Value>, StoreError> {
        let open = |sealed: &String| self.key.0.open_json(sealed, &place(tenant, kept.kind));
        kept.sealed.as_ref().map(open).transpose()
    }

    /// Writes a connector in place of what was read; what opens it stays unless another is given. None when another
    /// change came first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put(
        &self,
        tenant: &TenantId,
        (kind, body, before): (Kind, &Value, Option<&KeptConnector>),
        credential: Option<&Value>,
        author: &Author,
    ) -> Result<Option<KeptConnector>, StoreError> {
        let version = before.map_or(0, |it| it.version);
        let sealed = match credential {
            Some(credential) => Some(self.key.0.seal_json(credential, &place(tenant, kind))?),
            None => before.and_then(|it| it.sealed.clone()),
        };
        let item = ConnectorItem {
            pk: keys::email_signatures::connectors_pk(tenant),
            sk: keys::email_signatures::connector_sk(kind),
            kind: kind.as_str().to_owned(),
            version: version.saturating_add(1),
            body: body.to_string(),
            updated_at: author.at.unix_ms(),
            updated_by: author.by.clone(),
            credential: sealed,
        };
        let note = (CONNECTOR, Some(kind.as_str()), ChangeAction::Saved);
        let actions = vec![
            self.table.replace_action(&item, u64::from(version))?,
            note_action(&self.table, tenant, note, author)?,
        ];
        Ok(if self.table.transact_if(actions).await? { Some(item.read()?) } else { None })
    }

    /// Deletes a connector with what opens it; false when another change came first. Runs that are under way end.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn delete(
        &self,
        tenant: &TenantId,
        kept: &KeptConnector,
        author: &Author,
    ) -> Result<bool, StoreError> {
        let pk = keys::email_signatures::connectors_pk(tenant);
        let sk = keys::email_signatures::connector_sk(kept.kind);
        let note = (CONNECTOR, Some(kept.kind.as_str()), ChangeAction::Deleted);
        let actions = vec![
            self.table.delete_version_action(&pk, &sk, u64::from(kept.version))?,
            note_action(&self.table, tenant, note, author)?,
        ];
        self.table.transact_if(actions).await
    }
}

impl ConnectorItem {
    fn read(self) -> Result<KeptConnector, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(&self.sk, what);
        Ok(KeptConnector {
            kind: Kind::parse(&self.kind).ok_or_else(|| corrupt("kind"))?,
            body: serde_json::from_str(&self.body).map_err(|_| corrupt("body"))?,
            version: self.version,
            updated_at: Timestamp::from_unix_ms(self.updated_at),
            updated_by: self.updated_by,
            sealed: self.credential,
        })
    }
}

/// What a credential is encrypted for.
fn place(tenant: &TenantId, kind: Kind) -> String {
    format!("{tenant}/{}", kind.as_str())
}

/// What is noted of changes.
const CONNECTOR: &str = "connector";
