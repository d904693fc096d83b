//! Certificates and revocation data at hand, each with the instant since when it is proven to exist.

use std::{collections::HashMap, sync::Arc};

use super::limits::MAX_MATERIAL;
use crate::material::{Fetch, certificates_in};

/// Certificates, OCSP responses and CRLs: of signatures, of a document, of the caller, of the network.
///
/// Nothing in it is trusted. It holds each thing once, with its earliest proof of existence, and at most
/// [`MAX_MATERIAL`] of a kind: what is added first stays.
#[derive(Clone, Debug, Default)]
pub struct Material {
    certificates: Shelf,
    crls: Shelf,
    ocsp_responses: Shelf,
}

/// One thing, and since when it is proven to exist, Unix seconds; `None` only now.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) der: Arc<[u8]>,
    pub(super) proven_at: Option<i64>,
}

#[derive(Clone, Debug, Default)]
struct Shelf {
    items: Vec<Item>,
    places: HashMap<Arc<[u8]>, usize>,
}

impl Material {
    /// Adds a certificate, DER, and since when it is proven to exist, Unix seconds.
    pub fn add_certificate(&mut self, der: Vec<u8>, proven_at: Option<i64>) {
        self.certificates.add(der, proven_at);
    }

    /// Adds a CRL, DER, and since when it is proven to exist, Unix seconds.
    pub fn add_crl(&mut self, der: Vec<u8>, proven_at: Option<i64>) {
        self.crls.add(der, proven_at);
    }

    /// Adds an `OCSPResponse` or a `BasicOCSPResponse`, DER, and since when it is proven to exist, Unix
    /// seconds.
    pub fn add_ocsp_response(&mut self, der: Vec<u8>, proven_at: Option<i64>) {
        self.ocsp_responses.add(der, proven_at);
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: &Self) {
        for (shelf, others) in [
            (&mut self.certificates, &other.certificates),
            (&mut self.crls, &other.crls),
            (&mut self.ocsp_responses, &other.ocsp_responses),
        ] {
            for item in &others.items {
                shelf.add_shared(Arc::clone(&item.der), item.proven_at);
            }
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.certificates, &self.crls, &self.ocsp_responses].into_iter().all(|shelf| shelf.items.is_empty())
    }

    /// Adds what the network answered.
    pub(super) fn add_answer(&mut self, wanted: &Fetch, answer: &[u8]) {
        match wanted {
            Fetch::Certificate { .. } => {
                for certificate in certificates_in(answer).into_iter().take(crate::MAX_CERTIFICATES) {
                    self.add_certificate(certificate, None);
                }
            }
            Fetch::Crl { .. } => self.add_crl(answer.to_vec(), None),
            Fetch::Ocsp { .. } => self.add_ocsp_response(answer.to_vec(), None),
        }
    }

    pub(super) fn certificates(&self) -> &[Item] {
        &self.certificates.items
    }

    pub(super) fn crls(&self) -> &[Item] {
        &self.crls.items
    }

    pub(super) fn ocsp_responses(&self) -> &[Item] {
        &self.ocsp_responses.items
    }
}

impl Shelf {
    fn add(&mut self, der: Vec<u8>, proven_at: Option<i64>) {
        self.add_shared(der.into(), proven_at);
    }

    fn add_shared(&mut self, der: Arc<[u8]>, proven_at: Option<i64>) {
        if let Some(item) = self.places.get(&der).and_then(|place| self.items.get_mut(*place)) {
            item.proven_at = match (item.proven_at, proven_at) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        } else if self.items.len() < MAX_MATERIAL {
            self.places.insert(Arc::clone(&der), self.items.len());
            self.items.push(Item { der, proven_at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_proof_counts_and_nothing_is_held_twice() {
        let mut material = Material::default();
        for proven_at in [None, Some(20), Some(10), Some(30), None] {
            material.add_crl(vec![1], proven_at);
        }
        assert_eq!(material.crls().iter().map(|item| item.proven_at).collect::<Vec<_>>(), [Some(10)]);
    }

    #[test]
    fn what_is_beyond_the_limit_is_left_aside() {
        let mut material = Material::default();
        for number in 0..2 * MAX_MATERIAL {
            material.add_certificate(number.to_be_bytes().to_vec(), None);
        }
        assert_eq!(material.certificates().len(), MAX_MATERIAL);
    }
}
