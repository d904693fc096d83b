//! What signs the callbacks that a tenant's requests carry.

use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{SigningKey, Webhooks};
use crate::store::error::StoreError;
use crate::store::keys;

/// The keys that sign a tenant's callbacks.
#[derive(Clone, Debug)]
pub struct CallbackSigning {
    /// What signs, the newest first.
    pub keys: Vec<SigningKey>,
    /// When the newest was made.
    pub rotated_at: Timestamp,
    /// How often it was stored; zero before the first time.
    pub version: u64,
}

#[derive(Deserialize, Serialize)]
struct CallbackSigningItem {
    pk: String,
    sk: String,
    /// The keys, encrypted.
    sealed: String,
    rotated_at: i64,
    version: u64,
}

impl Webhooks {
    /// What signs the callbacks of a tenant, if anything does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn callback_signing(&self, tenant: &TenantId) -> Result<Option<CallbackSigning>, StoreError> {
        let pk = keys::tenant_pk(tenant);
        let item: Option<CallbackSigningItem> = self.table.get(pk, keys::CALLBACK_SIGNING).await?;
        let Some(item) = item else { return Ok(None) };
        Ok(Some(CallbackSigning {
            keys: self.key.open(&item.sealed, &place(tenant))?,
            rotated_at: Timestamp::from_unix_ms(item.rotated_at),
            version: item.version,
        }))
    }

    /// Stores them as they were loaded and changed. False when someone else changed them meanwhile: then nothing was
    /// stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put_callback_signing(
        &self,
        tenant: &TenantId,
        signing: &CallbackSigning,
    ) -> Result<bool, StoreError> {
        let item = CallbackSigningItem {
            pk: keys::tenant_pk(tenant),
            sk: keys::CALLBACK_SIGNING.to_owned(),
            sealed: self.key.seal(&signing.keys, &place(tenant))?,
            rotated_at: signing.rotated_at.unix_ms(),
            version: signing.version + 1,
        };
        self.table.replace(&item, signing.version).await
    }

    /// Callbacks are signed no more by what was loaded; false when someone else changed or ended that meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn end_callback_signing(
        &self,
        tenant: &TenantId,
        signing: &CallbackSigning,
    ) -> Result<bool, StoreError> {
        let place = (keys::tenant_pk(tenant), keys::CALLBACK_SIGNING.to_owned());
        self.table.delete_version(place, signing.version).await
    }
}

/// What the keys are encrypted for. No subscription is called so: their names are hexadecimal.
fn place(tenant: &TenantId) -> String {
    format!("{tenant}/callback-signing")
}
