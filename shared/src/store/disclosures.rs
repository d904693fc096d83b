//! Encrypts the personal values behind the evidence, under one data key per person.
//!
//! A data key is derived from the service's key and a random salt that stands in the request's item.
//! Destroying the salt destroys the key: the service's key alone opens nothing.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use domain::evidence::{Disclosed, Disclosure, Owner};
use domain::transition::ChainName;
use domain::{RequestId, SignatoryId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::error::StoreError;
use super::keys;
use crate::BoxError;

/// The service's keys, by version; the first one encrypts.
pub struct DisclosureKey {
    versions: Vec<(u32, Zeroizing<Vec<u8>>)>,
}

impl DisclosureKey {
    /// Makes the keys from secret material, the current version first.
    #[must_use]
    pub fn new(versions: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Self {
        Self { versions: versions.into_iter().map(|(version, key)| (version, Zeroizing::new(key))).collect() }
    }

    /// The same keys for another purpose.
    pub(super) fn cipher(&self, purpose: &'static [u8]) -> Cipher {
        Cipher::new(purpose, self.versions.iter().map(|(version, key)| (*version, key.to_vec())))
    }

    fn version(&self, wanted: Option<u32>) -> Option<(u32, &[u8])> {
        self.versions
            .iter()
            .find(|(version, _)| wanted.is_none_or(|wanted| wanted == *version))
            .map(|(version, key)| (*version, key.as_slice()))
    }
}

impl fmt::Debug for DisclosureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisclosureKey(***)")
    }
}

/// The item of one disclosure.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct DisclosureItem {
    pub(super) pk: String,
    pub(super) sk: String,
    pub(super) purge_at: i64,
    pub(super) chain: String,
    pub(super) seq: u64,
    pub(super) owner: String,
    key_version: u32,
    /// Nonce, then ciphertext and tag, in hexadecimal.
    sealed: String,
}

#[derive(Deserialize, Serialize)]
struct Field {
    name: String,
    salt: String,
    value: Value,
}

/// Encrypts a disclosure of `request`. None when the owner's data key was destroyed: an erased person's
/// values are not kept again.
pub(super) fn seal(
    request: &RequestId,
    purge_at: i64,
    chain: ChainName,
    disclosure: &Disclosure,
    keys: (&DisclosureKey, Option<&[u8; 32]>),
) -> Result<Option<DisclosureItem>, StoreError> {
    let owner = disclosure.owner.as_str();
    let fields: Vec<Field> = disclosure
        .fields
        .iter()
        .map(|it| Field { name: it.field.clone(), salt: hex::encode(it.salt), value: it.value.clone() })
        .collect();
    let sk = keys::disclosure_sk(chain, disclosure.seq, owner);
    let bytes = serde_json::to_vec(&fields).map_err(|error| StoreError::corrupt(&sk, error))?;
    let Some((key_version, sealed)) = seal_bytes(request, (owner, &sk), bytes, keys)? else {
        return Ok(None);
    };
    Ok(Some(DisclosureItem {
        pk: keys::request_pk(request),
        sk,
        purge_at,
        chain: keys::chain_word(chain).to_owned(),
        seq: disclosure.seq,
        owner: owner.to_owned(),
        key_version,
        sealed,
    }))
}

/// Encrypts bytes under an owner's data key, for one place; gives the version of the service's key and the
/// ciphertext in hexadecimal. None when the data key was destroyed.
pub(super) fn seal_bytes(
    request: &RequestId,
    (owner, place): (&str, &str),
    mut bytes: Vec<u8>,
    keys: (&DisclosureKey, Option<&[u8; 32]>),
) -> Result<Option<(u32, String)>, StoreError> {
    let (service, Some(salt)) = keys else { return Ok(None) };
    let failed = |what: &str| StoreError::Unavailable { operation: "encrypt", source: BoxError::from(what) };
    let (key_version, material) = service.version(None).ok_or_else(|| failed("no disclosure key"))?;
    let key = data_key(material, salt, request, owner).ok_or_else(|| failed("no data key"))?;
    let nonce = key
        .seal_in_place_append_tag(Aad::from(aad(request, place)), &mut bytes)
        .map_err(|_| failed("encryption failed"))?;
    let mut sealed = nonce.as_ref().to_vec();
    sealed.extend_from_slice(&bytes);
    Ok(Some((key_version, hex::encode(sealed))))
}

/// Decrypts what [`seal_bytes`] gave. None when the data key was destroyed.
pub(super) fn open_bytes(
    request: &RequestId,
    (owner, place): (&str, &str),
    (key_version, sealed): (u32, &str),
    keys: (&DisclosureKey, Option<&[u8; 32]>),
) -> Result<Option<Vec<u8>>, StoreError> {
    let (service, Some(salt)) = keys else { return Ok(None) };
    let corrupt = |what: &str| StoreError::corrupt(place, what);
    let (_, material) = service.version(Some(key_version)).ok_or_else(|| corrupt("unknown key version"))?;
    let key = data_key(material, salt, request, owner).ok_or_else(|| corrupt("no data key"))?;
    let sealed = hex::decode(sealed).map_err(|_| corrupt("not hexadecimal"))?;
    let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(|| corrupt("too short"))?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| corrupt("nonce"))?;
    let mut sealed = sealed.to_vec();
    let bytes = key
        .open_in_place(nonce, Aad::from(aad(request, place)), &mut sealed)
        .map_err(|_| corrupt("not authentic"))?;
    Ok(Some(bytes.to_vec()))
}

/// Decrypts a disclosure of `request`. None when the owner's data key was destroyed.
pub(super) fn open(
    request: &RequestId,
    item: &DisclosureItem,
    keys: (&DisclosureKey, Option<&[u8; 32]>),
) -> Result<Option<Disclosure>, StoreError> {
    let corrupt = |what: &str| StoreError::corrupt(&item.sk, what);
    let opened = open_bytes(request, (&item.owner, &item.sk), (item.key_version, &item.sealed), keys)?;
    let Some(bytes) = opened else { return Ok(None) };
    let fields: Vec<Field> = serde_json::from_slice(&bytes).map_err(|_| corrupt("not JSON"))?;
    let fields = fields.into_iter().map(|it| {
        let mut salt = [0; 32];
        hex::decode_to_slice(&it.salt, &mut salt).map_err(|_| corrupt("salt"))?;
        Ok(Disclosed { field: it.name, salt, value: it.value })
    });
    let owner = match item.owner.as_str() {
        "integrator" => Owner::Integrator,
        id => Owner::Signatory(SignatoryId::parse(id).map_err(|_| corrupt("owner"))?),
    };
    Ok(Some(Disclosure { seq: item.seq, owner, fields: fields.collect::<Result<_, StoreError>>()? }))
}

/// HKDF-SHA-256 (RFC 5869) of the service's key, salted by the person's salt.
fn data_key(
    material: &[u8],
    salt: &[u8; 32],
    request: &RequestId,
    owner: &str,
) -> Option<RandomizedNonceKey> {
    let info = [DOMAIN, request.as_str().as_bytes(), owner.as_bytes()];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(material);
    let mut bytes = Zeroizing::new([0_u8; 32]);
    prk.expand(&info, hkdf::HKDF_SHA256).ok()?.fill(bytes.as_mut_slice()).ok()?;
    RandomizedNonceKey::new(&AES_256_GCM, bytes.as_slice()).ok()
}

fn aad(request: &RequestId, sk: &str) -> Vec<u8> {
    format!("{request}|{sk}").into_bytes()
}

const DOMAIN: &[u8] = b"paraphe/disclosure/v1\0";
const NONCE_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_disclosure_opens_only_with_its_own_salt_key_and_place() {
        let request = RequestId::new(&mut StdRng::seed_from_u64(1));
        let field = Disclosed { field: "email".into(), salt: [7; 32], value: json!("ada@example.com") };
        let disclosure = Disclosure { seq: 3, owner: Owner::Integrator, fields: vec![field] };
        let service = DisclosureKey::new([(2, b"two".to_vec()), (1, b"one".to_vec())]);
        let salt = [9; 32];
        let item =
            seal(&request, 0, ChainName::Event, &disclosure, (&service, Some(&salt))).unwrap().unwrap();
        assert!(!format!("{item:?}").contains("ada@"));
        assert_eq!(open(&request, &item, (&service, Some(&salt))).unwrap(), Some(disclosure.clone()));
        assert_eq!(open(&request, &item, (&service, None)).unwrap(), None);
        assert!(open(&request, &item, (&service, Some(&[8; 32]))).is_err());
        let moved = DisclosureItem { sk: keys::disclosure_sk(ChainName::Event, 4, "integrator"), ..item };
        assert!(open(&request, &moved, (&service, Some(&salt))).is_err());
    }

    #[test]
    fn nothing_is_kept_of_an_erased_person() {
        let request = RequestId::new(&mut StdRng::seed_from_u64(1));
        let disclosure = Disclosure { seq: 0, owner: Owner::Integrator, fields: vec![] };
        let service = DisclosureKey::new([(1, b"one".to_vec())]);
        assert!(seal(&request, 0, ChainName::Event, &disclosure, (&service, None)).unwrap().is_none());
    }
}
