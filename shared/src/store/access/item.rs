//! A credential as the table holds it, and how it is changed.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::access::{ClientSecret, Mode, Network, Scopes};
use domain::value::{CredentialId, Text};
use domain::{Digest, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Credential, CredentialKind};
use crate::store::error::StoreError;
use crate::store::keys;

#[derive(Deserialize, Serialize)]
pub(super) struct CredentialItem {
    pub(super) pk: String,
    sk: String,
    tenant_pk: String,
    tenant_sk: String,
    kind: String,
    id: String,
    tenant: String,
    requester: String,
    name: String,
    mode: String,
    /// Separated by spaces.
    scopes: String,
    networks: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calls_per_minute: Option<u32>,
    is_enabled: bool,
    created_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotated_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<i64>,
    #[serde(default)]
    version: u64,
    secret_sha256: String,
}

impl CredentialItem {
    pub(super) fn write(credential: &Credential) -> Self {
        let it = credential;
        Self {
            pk: keys::credential_pk(it.kind, &it.id),
            sk: keys::ONLY.to_owned(),
            tenant_pk: keys::credentials_of(&it.tenant, it.kind),
            tenant_sk: keys::credential_sort(it.created_at, &it.id),
            kind: it.kind.as_str().to_owned(),
            id: it.id.to_string(),
            tenant: it.tenant.to_string(),
            requester: it.requester.as_str().to_owned(),
            name: it.name.as_str().to_owned(),
            mode: it.mode.as_str().to_owned(),
            scopes: it.scopes.to_string(),
            networks: it.networks.iter().map(ToString::to_string).collect(),
            calls_per_minute: it.calls_per_minute,
            is_enabled: it.is_enabled,
            created_at: it.created_at.unix_ms(),
            rotated_at: it.rotated_at.map(Timestamp::unix_ms),
            expires_at: it.expires_at.map(Timestamp::unix_ms),
            last_used_at: it.last_used_at.map(Timestamp::unix_ms),
            version: it.version,
            secret_sha256: it.secret.to_hex(),
        }
    }

    pub(super) fn read(self) -> Result<Credential, StoreError> {
        let corrupt = |what: &'static str| StoreError::corrupt(&self.pk, what);
        let networks = self.networks.iter().map(|it| Network::parse(it));
        Ok(Credential {
            kind: CredentialKind::parse(&self.kind).ok_or_else(|| corrupt("kind"))?,
            id: CredentialId::parse(&self.id).map_err(|_| corrupt("id"))?,
            tenant: TenantId::parse(&self.tenant).map_err(|_| corrupt("tenant"))?,
            requester: Text::restore(self.requester),
            name: Text::restore(self.name),
            mode: Mode::parse(&self.mode).ok_or_else(|| corrupt("mode"))?,
            // A scope that is gone allows nothing; the others stay.
            scopes: Scopes::restore(&self.scopes),
            networks: networks.collect::<Result<_, _>>().map_err(|_| corrupt("networks"))?,
            calls_per_minute: self.calls_per_minute,
            is_enabled: self.is_enabled,
            created_at: Timestamp::from_unix_ms(self.created_at),
            rotated_at: self.rotated_at.map(Timestamp::from_unix_ms),
            expires_at: self.expires_at.map(Timestamp::from_unix_ms),
            last_used_at: self.last_used_at.map(Timestamp::from_unix_ms),
            version: self.version,
            secret: Digest::parse(&self.secret_sha256).map_err(|_| corrupt("secret_sha256"))?,
        })
    }
}

/// What is to be changed of a credential; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct CredentialChange {
    /// What the tenant calls it.
    pub name: Option<Text>,
    /// What its holder may do.
    pub scopes: Option<Scopes>,
    /// Where its holder may call from.
    pub networks: Option<Vec<Network>>,
    /// Calls of one operation in a minute; the usual number if there is none inside.
    pub calls_per_minute: Option<Option<u32>>,
    /// Whether it lets anybody in.
    pub is_enabled: Option<bool>,
    /// When it ends; never if there is nothing inside.
    pub expires_at: Option<Option<Timestamp>>,
    /// Another secret, and since when.
    pub secret: Option<(ClientSecret, Timestamp)>,
}

impl CredentialChange {
    /// Each attribute with its new value; none for one that is to go.
    pub(super) fn attributes(&self) -> Vec<(&'static str, Option<AttributeValue>)> {
        let text = |it: &str| AttributeValue::S(it.to_owned());
        let number = |it: i64| AttributeValue::N(it.to_string());
        let mut all = Vec::new();
        if let Some(name) = &self.name {
            all.push(("name", Some(text(name.as_str()))));
        }
        if let Some(scopes) = &self.scopes {
            all.push(("scopes", Some(text(&scopes.to_string()))));
        }
        if let Some(networks) = &self.networks {
            let networks = networks.iter().map(|it| text(&it.to_string())).collect();
            all.push(("networks", Some(AttributeValue::L(networks))));
        }
        if let Some(calls) = self.calls_per_minute {
            all.push(("calls_per_minute", calls.map(|it| number(i64::from(it)))));
        }
        if let Some(is_enabled) = self.is_enabled {
            all.push(("is_enabled", Some(AttributeValue::Bool(is_enabled))));
        }
        if let Some(end) = self.expires_at {
            all.push(("expires_at", end.map(|it| number(it.unix_ms()))));
        }
        if let Some((secret, at)) = &self.secret {
            all.push(("secret_sha256", Some(text(&secret.digest().to_hex()))));
            all.push(("rotated_at", Some(number(at.unix_ms()))));
        }
        all
    }
}
