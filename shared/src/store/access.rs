//! Who may call the API.

use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::value::Text;
use domain::{Digest, TenantId, Timestamp};
use rand::{CryptoRng, RngExt as _};
use serde::{Deserialize, Serialize};
use serde_dynamo::{from_item, to_item};
use zeroize::Zeroizing;

use super::error::StoreError;
use super::keys;

/// API keys and tenants.
#[derive(Clone, Debug)]
pub struct Access {
    client: Client,
    table: String,
}

/// An API key. Only its digest is stored; `Debug` hides it.
#[derive(Clone)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// A fresh key: a prefix that scanners for leaked secrets know, and 256 random bits.
    pub fn new(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self(Zeroizing::new(format!("{KEY_PREFIX}{}", hex::encode(rng.random::<[u8; 32]>()))))
    }

    /// Reads a key that a caller sent or chose.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (MIN_KEY_CHARS..=MAX_KEY_CHARS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The key in full: to be shown once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn digest(&self) -> Digest {
        Digest::of_parts(&[b"paraphe/api-key/v1\0", self.0.as_bytes()])
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(***)")
    }
}

/// A tenant, as the operator describes it.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Names it.
    pub id: TenantId,
    /// How signatories read who asks them.
    pub display_name: Text,
}

/// Who holds a key.
#[derive(Clone, Debug)]
pub struct KeyHolder {
    /// The tenant.
    pub tenant: TenantId,
    /// How signatories read who asks them.
    pub display_name: String,
}

#[derive(Deserialize, Serialize)]
struct KeyItem {
    pk: String,
    sk: String,
    tenant: String,
    display_name: String,
    created_at: i64,
}

impl Access {
    /// The keys in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Lets the holder of `key` act for `tenant`. Storing the same key again changes nothing but the name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn grant(&self, key: &ApiKey, tenant: &Tenant, now: Timestamp) -> Result<(), StoreError> {
        let item = KeyItem {
            pk: keys::access_pk(&key.digest()),
            sk: keys::ONLY.to_owned(),
            tenant: tenant.id.to_string(),
            display_name: tenant.display_name.as_str().to_owned(),
            created_at: now.unix_ms(),
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

    /// Who holds this key, if anyone does. The table is asked for the key's digest, so nothing secret is
    /// compared byte by byte.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn holder(&self, key: &ApiKey) -> Result<Option<KeyHolder>, StoreError> {
        let pk = keys::access_pk(&key.digest());
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(pk.clone()))
            .key(keys::SK, AttributeValue::S(keys::ONLY.to_owned()))
            .send()
            .await
            .map_err(StoreError::unavailable("GetItem"))?;
        let Some(item) = answer.item else { return Ok(None) };
        let item: KeyItem = from_item(item).map_err(|error| StoreError::corrupt("KEY", error))?;
        let tenant = TenantId::parse(&item.tenant).map_err(|_| StoreError::corrupt("KEY", "tenant"))?;
        Ok(Some(KeyHolder { tenant, display_name: item.display_name }))
    }
}

const KEY_PREFIX: &str = "pk_live_";
/// 128 bits in base64 take 22 characters: a shorter key can be guessed.
const MIN_KEY_CHARS: usize = 22;
const MAX_KEY_CHARS: usize = 200;
