//! Whom a validation may trust: the authorities above this system's own seals, and what a tenant adds.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use domain::{Digest, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::keys;
use super::table::Table;

/// Trust, as the table holds it. Clones remember together what they have stored.
#[derive(Clone, Debug)]
pub struct Trust {
    table: Table,
    stored: Arc<Mutex<BTreeSet<String>>>,
}

/// What a tenant trusts beside this system's own seals.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrustSettings {
    /// Certificates of roots, DER.
    pub roots: Vec<Vec<u8>>,
    /// Whether the services of the trusted lists that the operator named are trusted.
    pub trusted_lists: bool,
    /// Whether revocation may be asked for online.
    pub online: bool,
}

impl Default for TrustSettings {
    /// What holds for a tenant that said nothing.
    fn default() -> Self {
        Self { roots: Vec::new(), trusted_lists: true, online: false }
    }
}

/// A certificate under which seals were made here, or their time-stamps.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealAuthority {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// What it is above.
    pub of: SealedWith,
}

/// What an authority is above.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SealedWith {
    /// The seal's own certificate.
    Seal,
    /// The time-stamps of seals. Such an authority may have issued other people's certificates as well.
    Timestamp,
}

#[derive(Deserialize, Serialize)]
struct AuthorityItem {
    pk: String,
    sk: String,
    /// DER, in hexadecimal.
    certificate: String,
    of: SealedWith,
    first_used_at: i64,
}

#[derive(Deserialize, Serialize)]
struct TrustItem {
    pk: String,
    sk: String,
    /// DER, in hexadecimal.
    #[serde(default)]
    roots: Vec<String>,
    #[serde(default = "yes")]
    trusted_lists: bool,
    #[serde(default)]
    online: bool,
    #[serde(default)]
    version: u64,
}

/// What an item without the member means.
const fn yes() -> bool {
    true
}

impl Trust {
    /// Trust in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { table: Table::new(client, table), stored: Arc::default() }
    }

    /// Remembers for ever that seals were made under these certificates: documents outlive the key that
    /// sealed them. Only what this process has not yet stored is written.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn add_seal_authorities(
        &self,
        authorities: &[SealAuthority],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for authority in authorities {
            let sk = keys::authority_sk(&Digest::of(&authority.der));
            if self.stored.lock().unwrap_or_else(PoisonError::into_inner).contains(&sk) {
                continue;
            }
            let item = AuthorityItem {
                pk: keys::SEAL_AUTHORITIES.to_owned(),
                sk: sk.clone(),
                certificate: hex::encode(&authority.der),
                of: authority.of,
                first_used_at: now.unix_ms(),
            };
            self.table.put_new(&item).await?;
            self.stored.lock().unwrap_or_else(PoisonError::into_inner).insert(sk);
        }
        Ok(())
    }

    /// The certificates under which seals and their time-stamps were ever made here.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn seal_authorities(&self) -> Result<Vec<SealAuthority>, StoreError> {
        let items: Vec<AuthorityItem> = self.table.list(keys::SEAL_AUTHORITIES, keys::AUTHORITIES).await?;
        let read = |item: AuthorityItem| {
            let der = hex::decode(&item.certificate).map_err(|error| StoreError::corrupt(&item.sk, error))?;
            Ok(SealAuthority { der, of: item.of })
        };
        items.into_iter().map(read).collect()
    }

    /// What a tenant trusts; this system's own seals and the trusted lists unless something else was said.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn settings(&self, tenant: &TenantId) -> Result<TrustSettings, StoreError> {
        Ok(self.settings_to_change(tenant).await?.0)
    }

    /// The same with their version, by which they are replaced.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn settings_to_change(&self, tenant: &TenantId) -> Result<(TrustSettings, u64), StoreError> {
        let pk = keys::tenant_pk(tenant);
        let Some(item) = self.table.get::<TrustItem>(&pk, keys::TRUST).await? else {
            return Ok((TrustSettings::default(), 0));
        };
        let roots = item.roots.iter().map(hex::decode).collect::<Result<_, _>>();
        let settings = TrustSettings {
            roots: roots.map_err(|error| StoreError::corrupt(&pk, error))?,
            trusted_lists: item.trusted_lists,
            online: item.online,
        };
        Ok((settings, item.version))
    }

    /// Says what a tenant trusts, in place of what it trusted in that version. False when someone else said so meanwhile:
    /// then nothing was stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn set_settings(
        &self,
        tenant: &TenantId,
        settings: &TrustSettings,
        version: u64,
    ) -> Result<bool, StoreError> {
        let item = TrustItem {
            pk: keys::tenant_pk(tenant),
            sk: keys::TRUST.to_owned(),
            roots: settings.roots.iter().map(hex::encode).collect(),
            trusted_lists: settings.trusted_lists,
            online: settings.online,
            version: version + 1,
        };
        self.table.replace(&item, version).await
    }
}
