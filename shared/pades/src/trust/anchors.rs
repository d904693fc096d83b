//! Trust anchors, found by their subject.

use std::collections::HashMap;

use super::purpose::Purpose;
use crate::{
    certificates_of_pem, directory_name::CanonicalName, error::SealError, validate::AnchorSource, x509::X509,
};

/// A certificate that is trusted as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Anchor {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// Why it is trusted.
    pub source: AnchorSource,
    /// The first second of trust, Unix seconds; `None` for ever before.
    pub from: Option<i64>,
    /// The first second without trust, Unix seconds; `None` for ever after.
    pub until: Option<i64>,
    /// What it is trusted for; `None` for everything its certificates allow.
    pub purpose: Option<Purpose>,
}

impl Anchor {
    /// Whether it is trusted for a purpose.
    #[must_use]
    pub fn serves(&self, purpose: Purpose) -> bool {
        self.purpose.is_none_or(|only| only == purpose)
    }

    /// Whether it is trusted at an instant. Its own validity does not matter: trust comes from its source.
    #[must_use]
    pub fn is_trusted_at(&self, at: i64) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// What its certificate says of itself; `None` if it cannot be read.
    #[must_use]
    pub fn facts(&self) -> Option<AnchorFacts> {
        let certificate = X509::read(&self.der).ok()?;
        Some(AnchorFacts {
            subject: certificate.subject_text(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
        })
    }
}

/// What the certificate of an anchor says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnchorFacts {
    /// Its subject, RFC 4514.
    pub subject: String,
    /// The first second of its validity, Unix seconds.
    pub not_before: i64,
    /// The last second of its validity, Unix seconds.
    pub not_after: i64,
}

/// Why an anchor was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The certificate cannot be read. Supply DER, or PEM where PEM is asked for.
    #[error("the trust anchor cannot be read")]
    Certificate(#[source] der::Error),
    /// The PEM cannot be read.
    #[error("the trust anchors cannot be read")]
    Pem(#[source] SealError),
}

/// The certificates that are trusted, and why.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    anchors: Vec<Anchor>,
    by_subject: HashMap<CanonicalName, Vec<usize>>,
}

impl TrustAnchors {
    /// Trusts nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts every certificate of a PEM file.
    ///
    /// # Errors
    ///
    /// [`TrustError`] when one cannot be read, or there is none.
    pub fn from_pem(pem: &str, source: &AnchorSource) -> Result<Self, TrustError> {
        let mut anchors = Self::new();
        for der in certificates_of_pem(pem).map_err(TrustError::Pem)? {
            anchors.add_certificate(der, source.clone())?;
        }
        Ok(anchors)
    }

    /// Trusts a certificate at all times.
    ///
    /// # Errors
    ///
    /// [`TrustError::Certificate`] when it cannot be read.
    pub fn add_certificate(&mut self, der: Vec<u8>, source: AnchorSource) -> Result<(), TrustError> {
        self.add(Anchor { der, source, from: None, until: None, purpose: None })
    }

    /// Trusts a certificate for a time. The same certificate may be added again for another time.
    ///
    /// # Errors
    ///
    /// [`TrustError::Certificate`] when it cannot be read.
    pub fn add(&mut self, anchor: Anchor) -> Result<(), TrustError> {
        let subject = X509::read(&anchor.der)
            .and_then(|certificate| CanonicalName::read(certificate.tbs.subject))
            .map_err(TrustError::Certificate)?;
        let same_name = self.by_subject.entry(subject).or_default();
        if !same_name.iter().any(|index| self.anchors.get(*index) == Some(&anchor)) {
            same_name.push(self.anchors.len());
            self.anchors.push(anchor);
        }
        Ok(())
    }

    /// Trusts whom others trust as well.
    pub fn extend(&mut self, others: &Self) {
        for anchor in &others.anchors {
            // It was read when the others took it.
            let _ = self.add(anchor.clone());
        }
    }

    /// The anchors with a subject, a DER `Name`; spelling that does not matter by RFC 5280 section 7.1 does
    /// not matter here.
    #[must_use]
    pub fn find_by_subject(&self, subject: &[u8]) -> Vec<&Anchor> {
        let name = CanonicalName::from_der(subject);
        name.map(|name| self.with_subject(&name).collect()).unwrap_or_default()
    }

    /// All anchors, in the order they were added.
    #[must_use]
    pub fn as_slice(&self) -> &[Anchor] {
        &self.anchors
    }

    pub(super) fn with_subject(&self, subject: &CanonicalName) -> impl Iterator<Item = &Anchor> {
        let indexes = self.by_subject.get(subject).map_or(&[][..], Vec::as_slice);
        indexes.iter().filter_map(|index| self.anchors.get(*index))
    }
}
