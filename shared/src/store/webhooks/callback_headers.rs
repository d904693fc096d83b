//! The headers of the callbacks that requests carry: they hold secrets, and are stored encrypted.

use std::collections::BTreeMap;

use domain::{RequestId, TenantId};
use zeroize::Zeroizing;

use super::Webhooks;
use crate::store::error::StoreError;

impl Webhooks {
    /// Headers as a request stores them: their names, and their values for this request alone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when they cannot be encrypted.
    pub fn seal_headers(
        &self,
        headers: BTreeMap<String, String>,
        (tenant, request): (&TenantId, &RequestId),
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let seal = |(name, value): (String, String)| {
            let sealed = self.key.seal(&*Zeroizing::new(value), &place(tenant, request, &name))?;
            Ok((name, format!("{SEALED}{sealed}")))
        };
        headers.into_iter().map(seal).collect()
    }

    /// Headers as they are sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`].
    pub fn open_headers(
        &self,
        headers: &BTreeMap<String, String>,
        (tenant, request): (&TenantId, &RequestId),
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let open = |(name, value): (&String, &String)| match value.strip_prefix(SEALED) {
            Some(sealed) => Ok((name.clone(), self.key.open(sealed, &place(tenant, request, name))?)),
            None => Ok((name.clone(), value.clone())),
        };
        headers.iter().map(open).collect()
    }
}

/// What a value is encrypted for.
fn place(tenant: &TenantId, request: &RequestId, name: &str) -> String {
    format!("callback/{tenant}/{request}/{name}")
}

/// Before what is encrypted. No header's value has it, so those that were stored before they were encrypted are still
/// read.
const SEALED: char = '\u{1}';
