//! Trusted lists in S3: where to load them from, what was last accepted of each, and the anchors of all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use pades::trust::{Anchor, Purpose, TrustAnchors};
use pades::trusted_list::TrustedList;
use pades::validate::AnchorSource;
use serde::{Deserialize, Serialize};

use super::documents::Documents;
use super::error::StoreError;
use super::keys;
use crate::BoxError;

/// Trusted lists as the bucket holds them. Clones remember the anchors together.
#[derive(Clone, Debug)]
pub struct TrustedLists {
    documents: Documents,
    kept: Arc<Mutex<Option<Kept>>>,
}

/// Anchors, and until when they need not be read again.
#[derive(Debug)]
struct Kept {
    anchors: Arc<TrustAnchors>,
    until: Timestamp,
}

/// What was last accepted of a list: enough to do without the list until there is a better one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListSnapshot {
    /// Its number; a later list has a greater one.
    pub sequence_number: u64,
    /// Whose list it is.
    pub territory: String,
    /// When it was issued, Unix seconds.
    pub issued_at: i64,
    /// When it has to be looked at again, Unix seconds; `None` once the scheme is closed.
    pub next_update: Option<i64>,
    /// Other lists it points at.
    pub pointers: Vec<PointerItem>,
    anchors: Vec<AnchorItem>,
}

/// Another list, and who signs it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PointerItem {
    /// Where it is published.
    pub location: String,
    /// Whose list it is.
    pub territory: String,
    /// Its media type.
    pub mime_type: String,
    signers: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnchorItem {
    /// DER, in Base64.
    certificate: String,
    territory: String,
    service: String,
    qualified: bool,
    from: Option<i64>,
    until: Option<i64>,
    purpose: Option<PurposeItem>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum PurposeItem {
    CrlSigning,
    OcspSigning,
    Signature,
    Timestamp,
}

impl TrustedLists {
    /// Trusted lists beside these documents.
    #[must_use]
    pub fn new(documents: Documents) -> Self {
        Self { documents, kept: Arc::default() }
    }

    /// What the operator wrote about where lists come from; `None` if nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn sources(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(keys::TRUST_SOURCES, MAX_SOURCES_BYTES).await
    }

    /// A list that the operator put beside the sources; `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], also when it is too large.
    pub async fn file(&self, name: &str, max_bytes: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(&keys::trust_file(name), max_bytes).await
    }

    /// What was last accepted of a list.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn snapshot(&self, name: &str) -> Result<Option<ListSnapshot>, StoreError> {
        let key = keys::trust_snapshot(name);
        let Some(bytes) = self.read(&key, MAX_ANCHORS_BYTES).await? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| StoreError::corrupt(&key, error))
    }

    /// Keeps what was accepted of a list.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn keep(&self, name: &str, snapshot: &ListSnapshot) -> Result<(), StoreError> {
        self.write(&keys::trust_snapshot(name), snapshot).await
    }

    /// Makes these snapshots the ones that validations trust.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn publish(&self, snapshots: &[ListSnapshot]) -> Result<(), StoreError> {
        let anchors: Vec<&AnchorItem> = snapshots.iter().flat_map(|it| &it.anchors).collect();
        self.write(keys::TRUST_ANCHORS, &anchors).await
    }

    /// Tells the operator what became of each list.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn report(&self, status: &(impl Serialize + Sync)) -> Result<(), StoreError> {
        self.write(keys::TRUST_STATUS, status).await
    }

    /// The anchors of all lists; at most ten minutes old.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn anchors(&self, now: Timestamp) -> Result<Arc<TrustAnchors>, StoreError> {
        if let Some(kept) = &*self.kept.lock().unwrap_or_else(PoisonError::into_inner)
            && now < kept.until
        {
            return Ok(Arc::clone(&kept.anchors));
        }
        let mut anchors = TrustAnchors::new();
        if let Some(bytes) = self.read(keys::TRUST_ANCHORS, MAX_ANCHORS_BYTES).await? {
            let items: Vec<AnchorItem> = serde_json::from_slice(&bytes)
                .map_err(|error| StoreError::corrupt(keys::TRUST_ANCHORS, error))?;
            for item in items {
                let anchor = item.read().map_err(|error| StoreError::corrupt(keys::TRUST_ANCHORS, error))?;
                // It was read as a certificate when its list was.
                let _unreadable = anchors.add(anchor);
            }
        }
        let anchors = Arc::new(anchors);
        let kept = Kept { anchors: Arc::clone(&anchors), until: now.plus(KEPT_FOR) };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(anchors)
    }

    async fn read(&self, key: &str, max_bytes: u64) -> Result<Option<Vec<u8>>, StoreError> {
        match self.documents.get(key, max_bytes).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn write(&self, key: &str, value: &(impl Serialize + Sync)) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec(value).map_err(|error| StoreError::corrupt(key, error))?;
        self.documents.replace(key, "application/json", bytes).await
    }
}

impl From<&TrustedList> for ListSnapshot {
    fn from(list: &TrustedList) -> Self {
        let pointers = list.pointers.iter().map(|it| PointerItem {
            location: it.location.clone(),
            territory: it.territory.clone(),
            mime_type: it.mime_type.clone(),
            signers: it.signers.iter().map(|der| STANDARD.encode(der)).collect(),
        });
        Self {
            sequence_number: list.sequence_number,
            territory: list.territory.clone(),
            issued_at: list.issued_at,
            next_update: list.next_update,
            pointers: pointers.collect(),
            anchors: list.anchors().as_slice().iter().filter_map(AnchorItem::of).collect(),
        }
    }
}

impl ListSnapshot {
    /// How many anchors it gives.
    #[must_use]
    pub fn anchor_count(&self) -> usize {
        self.anchors.len()
    }
}

impl PointerItem {
    /// The certificates that may sign it, DER; those that can be read.
    #[must_use]
    pub fn signers(&self) -> Vec<Vec<u8>> {
        self.signers.iter().filter_map(|text| STANDARD.decode(text).ok()).collect()
    }
}

impl AnchorItem {
    fn of(anchor: &Anchor) -> Option<Self> {
        let AnchorSource::TrustedList { territory, service, qualified } = &anchor.source else { return None };
        Some(Self {
            certificate: STANDARD.encode(&anchor.der),
            territory: territory.clone(),
            service: service.clone(),
            qualified: *qualified,
            from: anchor.from,
            until: anchor.until,
            purpose: anchor.purpose.map(Into::into),
        })
    }

    fn read(self) -> Result<Anchor, BoxError> {
        Ok(Anchor {
            der: STANDARD.decode(&self.certificate)?,
            source: AnchorSource::TrustedList {
                territory: self.territory,
                service: self.service,
                qualified: self.qualified,
            },
            from: self.from,
            until: self.until,
            purpose: self.purpose.map(Into::into),
        })
    }
}

impl From<Purpose> for PurposeItem {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::CrlSigning => Self::CrlSigning,
            Purpose::OcspSigning => Self::OcspSigning,
            Purpose::Signature => Self::Signature,
            Purpose::Timestamp => Self::Timestamp,
        }
    }
}

impl From<PurposeItem> for Purpose {
    fn from(purpose: PurposeItem) -> Self {
        match purpose {
            PurposeItem::CrlSigning => Self::CrlSigning,
            PurposeItem::OcspSigning => Self::OcspSigning,
            PurposeItem::Signature => Self::Signature,
            PurposeItem::Timestamp => Self::Timestamp,
        }
    }
}

/// How long a process goes on with the anchors it has read.
const KEPT_FOR: Duration = Duration::from_mins(10);
const MAX_SOURCES_BYTES: u64 = 1 << 20;
/// The lists of all states of the union have some thousands of certificates of about 2 kB.
const MAX_ANCHORS_BYTES: u64 = 64 << 20;
