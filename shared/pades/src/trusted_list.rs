//! Trusted lists (ETSI TS 119 612): which trust services a state vouches for, since when, and what for.
//!
//! A list counts only if its enveloped XML signature verifies with a certificate named beforehand, or if its
//! SHA-256 was pinned. Of XML Signature only the one form that TS 119 612 prescribes is read; canonical XML is
//! `bergshamra-c14n`'s, over the very document tree that the services are then read from, so that nothing can
//! be signed in one way and read in another.
//!
//! The European lists hang together: [`TrustedList::pointers`] of the list of lists say who signs each
//! national list.
//!
//! **Invariant:** nothing is told of a list before it is accepted; no document type, entity or outside
//! reference is ever looked at.

mod content;
mod element;
mod instant;
mod signature;

use crate::{
    hash::HashAlgorithm,
    policy::CryptoPolicy,
    trust::{Anchor, Purpose, TrustAnchors},
    validate::AnchorSource,
};

/// How large a list may be, bytes: several times the largest published.
pub const MAX_LIST_BYTES: usize = 64 << 20;

/// On what ground a list is accepted.
#[derive(Clone, Copy, Debug)]
pub enum Acceptance<'a> {
    /// Its bytes have this SHA-256.
    Pinned([u8; 32]),
    /// It is signed with the key of one of these certificates, DER, by algorithms that this policy accepts.
    SignedBy(&'a [&'a [u8]], &'a CryptoPolicy),
}

/// Why a list is not accepted. The last good one stays in use.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustedListError {
    /// It is no trusted list, or a part of it cannot be read.
    #[error("the trusted list cannot be read: {0}")]
    Malformed(&'static str),
    /// It says that it will be issued in the future.
    #[error("the trusted list is from the future")]
    NotYetIssued,
    /// Its bytes are not the ones that were pinned.
    #[error("the trusted list is not the one that was pinned")]
    OtherDigest,
    /// It is larger than [`MAX_LIST_BYTES`].
    #[error("the trusted list has {0} bytes, too many to read")]
    TooLarge(usize),
    /// Its signature is not one to rely on.
    #[error("the trusted list's signature does not count: {0}")]
    Unsigned(&'static str),
}

/// A trusted list that was accepted. Instants are Unix seconds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrustedList {
    /// Its number; a later list of a territory has a greater one.
    pub sequence_number: u64,
    /// Territory, ISO 3166-1 alpha-2 as lists write it (`EL` and `UK` are used), `EU` for the list of lists.
    pub territory: String,
    /// The list's type, a URI.
    pub kind: String,
    /// When it was issued.
    pub issued_at: i64,
    /// When it has to be looked at again; `None` once the scheme is closed.
    pub next_update: Option<i64>,
    /// Other lists it points at.
    pub pointers: Vec<ListPointer>,
    /// The trust services it lists.
    pub services: Vec<TrustService>,
    /// The certificate it is signed with, DER, unless it was pinned.
    pub signer: Option<Vec<u8>>,
}

/// Another list, and who signs it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListPointer {
    /// Where it is published.
    pub location: String,
    /// Its territory.
    pub territory: String,
    /// Its type, a URI.
    pub kind: String,
    /// Its media type: `application/vnd.etsi.tsl+xml` is what [`read`] reads, others are for people.
    pub mime_type: String,
    /// The certificates that may sign it, DER.
    pub signers: Vec<Vec<u8>>,
}

/// A trust service.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrustService {
    /// Who provides it.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// The certificates that stand for it, DER.
    pub certificates: Vec<Vec<u8>>,
    /// What became of it, latest first.
    pub periods: Vec<ServicePeriod>,
}

/// A service's state for a time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServicePeriod {
    /// Its type, the part of the URI after `Svctype/`, such as `CA/QC`.
    pub kind: String,
    /// Its status, the last part of the URI, such as `granted`.
    pub status: String,
    /// Since when.
    pub from: i64,
    /// The first second of the next state; `None` for the current one.
    pub until: Option<i64>,
    /// What it is for and what its certificates are, the last parts of the URIs: `ForeSignatures`,
    /// `QCWithQSCD` and such. To which certificates a qualifier applies is not read.
    pub qualifiers: Vec<String>,
}

impl ServicePeriod {
    /// Whether the state vouches for the service.
    #[must_use]
    pub fn is_active(&self) -> bool {
        ACTIVE.contains(&self.status.as_str())
    }

    /// Whether it vouches for it as a qualified one.
    #[must_use]
    pub fn is_qualified(&self) -> bool {
        self.is_active() && QUALIFIED.contains(&self.kind.as_str()) && self.status != NATIONAL_ONLY
    }

    /// What certificates of the service are trusted for; `None` for all, an error for nothing.
    fn purpose(&self) -> Result<Option<Purpose>, NotForSignatures> {
        match self.kind.as_str() {
            "CA/QC" | "CA/PKC" | "NationalRootCA-QC" => Ok(None),
            kind if kind.starts_with("TSA") => Ok(Some(Purpose::Timestamp)),
            kind if kind.starts_with("Certstatus/OCSP") => Ok(Some(Purpose::OcspSigning)),
            _ => Err(NotForSignatures),
        }
    }
}

/// A service of a kind that nothing in a signature comes from.
struct NotForSignatures;

impl TrustedList {
    /// Whether it need not be looked at again yet.
    #[must_use]
    pub fn is_current(&self, now: i64) -> bool {
        self.next_update.is_none_or(|next| now <= next)
    }

    /// The services whose certificates signatures, time-stamps or OCSP responses may rest on, as anchors for
    /// the times their state vouched for them.
    #[must_use]
    pub fn anchors(&self) -> TrustAnchors {
        let mut anchors = TrustAnchors::new();
        for service in &self.services {
            for period in service.periods.iter().filter(|period| period.is_active()) {
                let Ok(purpose) = period.purpose() else { continue };
                for der in &service.certificates {
                    let source = AnchorSource::TrustedList {
                        territory: self.territory.clone(),
                        service: service.name.clone(),
                        qualified: period.is_qualified(),
                    };
                    let (from, until) = (Some(period.from), period.until);
                    // A certificate that cannot be read cannot be a path's end either.
                    let _ = anchors.add(Anchor { der: der.clone(), source, from, until, purpose });
                }
            }
        }
        anchors
    }
}

/// Reads a list that is acceptable; `now` is Unix seconds.
///
/// That it is overdue is no reason to refuse it: states publish late. Ask [`TrustedList::is_current`].
///
/// # Errors
///
/// [`TrustedListError`] saying why it is not accepted.
pub fn read(xml: &[u8], acceptance: Acceptance<'_>, now: i64) -> Result<TrustedList, TrustedListError> {
    if xml.len() > MAX_LIST_BYTES {
        return Err(TrustedListError::TooLarge(xml.len()));
    }
    if let Acceptance::Pinned(sha256) = acceptance
        && HashAlgorithm::Sha256.digest(xml) != sha256
    {
        return Err(TrustedListError::OtherDigest);
    }
    let text = str::from_utf8(xml).map_err(|_| TrustedListError::Malformed("it is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = uppsala::Parser::new()
        .with_forbid_dtd(true)
        .with_forbid_entities(true)
        .with_max_depth(MAX_DEPTH)
        .with_max_entity_expansion(0)
        .parse(text)
        .map_err(|_| TrustedListError::Malformed("it is not XML that is allowed here"))?;
    let signer = match acceptance {
        Acceptance::Pinned(_) => None,
        Acceptance::SignedBy(certificates, policy) => {
            let signer = signature::check(&document, certificates, policy, now);
            Some(signer.map_err(TrustedListError::Unsigned)?)
        }
    };
    let list = content::read(&document, signer).map_err(TrustedListError::Malformed)?;
    if list.issued_at > now.saturating_add(CLOCK_SKEW_SECONDS) {
        return Err(TrustedListError::NotYetIssued);
    }
    Ok(list)
}

/// The statuses that vouch for a service: `granted` since eIDAS, the others before it (TS 119 612 clause
/// 5.5.4 and annex D.5).
const ACTIVE: &[&str] = &[
    "granted",
    NATIONAL_ONLY,
    "accredited",
    "setbynationallaw",
    "supervisionincessation",
    "undersupervision",
];

/// The status of services that are trusted by a state without being qualified.
const NATIONAL_ONLY: &str = "recognisedatnationallevel";

/// The types of qualified services that matter to signatures.
const QUALIFIED: &[&str] = &["CA/QC", "Certstatus/OCSP/QC", "TSA/QTST"];

/// How deep elements may be nested; published lists stay below 20.
const MAX_DEPTH: u32 = 64;

/// How far a list's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 300;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
