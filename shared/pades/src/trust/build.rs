//! Path building: from a certificate up to the anchors, through whatever is at hand.

use std::{cell::RefCell, cmp::Reverse, collections::HashMap};

use super::{
    PathQuery,
    anchors::Anchor,
    limits::{MAX_CHAIN, MAX_PATHS, Work},
};
use crate::{directory_name::CanonicalName, verify::SignatureAlgorithm, x509::X509};

/// A certificate that may stand in a path.
pub(super) struct Candidate<'a> {
    pub(super) anchors: Vec<&'a Anchor>,
    pub(super) issuer: CanonicalName,
    pub(super) proven_at: Option<i64>,
    pub(super) subject: CanonicalName,
    pub(super) x509: X509<'a>,
}

impl<'a> Candidate<'a> {
    pub(super) fn read(der: &'a [u8], proven_at: Option<i64>) -> der::Result<Self> {
        let x509 = X509::read(der)?;
        let issuer = CanonicalName::read(x509.tbs.issuer)?;
        let subject = CanonicalName::read(x509.tbs.subject)?;
        Ok(Self { anchors: Vec::new(), issuer, proven_at, subject, x509 })
    }

    /// The anchor it is at an instant.
    pub(super) fn anchor_at(&self, at: i64) -> Option<&'a Anchor> {
        self.anchors.iter().copied().find(|anchor| anchor.is_trusted_at(at))
    }
}

/// Everything that may stand in a path for one question. Certificates are named by their place in it.
pub(super) struct Pool<'a> {
    pub(super) all: Vec<Candidate<'a>>,
    pub(super) work: Work,
    by_subject: HashMap<CanonicalName, Vec<usize>>,
    signatures: RefCell<HashMap<(usize, usize), Option<SignatureAlgorithm>>>,
}

impl<'a> Pool<'a> {
    /// Collects the certificates at hand and the anchors that may have issued them; the certificate that is
    /// asked about is the first. The error is that it cannot be read.
    pub(super) fn collect(query: &PathQuery<'a>) -> der::Result<Self> {
        let mut pool = Self {
            all: vec![Candidate::read(query.leaf, None)?],
            work: Work::new(),
            by_subject: HashMap::new(),
            signatures: RefCell::default(),
        };
        for item in query.material.certificates() {
            if *item.der == *query.leaf {
                if let Some(leaf) = pool.all.first_mut() {
                    leaf.proven_at = item.proven_at;
                }
            } else if let Ok(candidate) = Candidate::read(&item.der, item.proven_at) {
                pool.all.push(candidate);
            }
        }
        let mut places: HashMap<&'a [u8], usize> =
            pool.all.iter().enumerate().map(|(place, candidate)| (candidate.x509.der(), place)).collect();
        let names: Vec<CanonicalName> = pool
            .all
            .iter()
            .flat_map(|candidate| [candidate.issuer.clone(), candidate.subject.clone()])
            .collect();
        for name in names {
            for anchor in query.anchors.with_subject(&name).filter(|anchor| anchor.serves(query.purpose)) {
                let place = if let Some(place) = places.get(anchor.der.as_slice()) {
                    *place
                } else {
                    let Ok(candidate) = Candidate::read(&anchor.der, None) else { continue };
                    pool.all.push(candidate);
                    pool.all.len() - 1
                };
                places.insert(&anchor.der, place);
                if let Some(candidate) = pool.all.get_mut(place)
                    && !candidate.anchors.iter().any(|known| std::ptr::eq(*known, anchor))
                {
                    candidate.anchors.push(anchor);
                }
            }
        }
        for (place, candidate) in pool.all.iter().enumerate() {
            pool.by_subject.entry(candidate.subject.clone()).or_default().push(place);
        }
        Ok(pool)
    }

    pub(super) fn get(&self, place: usize) -> Option<&Candidate<'a>> {
        self.all.get(place)
    }

    pub(super) fn with_subject(&self, subject: &CanonicalName) -> &[usize] {
        self.by_subject.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Tries the paths from a certificate to the anchors of an instant, likelier ones first, until `visit`
    /// says that it has seen enough; whether it did. Each path starts with the certificate and ends with the
    /// anchor.
    pub(super) fn each_path(&self, from: usize, at: i64, visit: &mut dyn FnMut(&[usize]) -> bool) -> bool {
        let mut path = vec![from];
        let mut left = MAX_PATHS;
        self.extend(&mut path, at, &mut left, visit)
    }

    fn extend(
        &self,
        path: &mut Vec<usize>,
        at: i64,
        left: &mut usize,
        visit: &mut dyn FnMut(&[usize]) -> bool,
    ) -> bool {
        let Some((place, last)) = path.last().and_then(|place| Some((*place, self.get(*place)?))) else {
            return false;
        };
        if last.anchor_at(at).is_some() {
            *left = left.saturating_sub(1);
            return visit(path);
        }
        if path.len() >= MAX_CHAIN {
            return false;
        }
        let issuers = self.likely_issuers(place, at);
        if !self.work.take_step(issuers.len()) {
            return false;
        }
        for issuer in issuers {
            if *left == 0 {
                return false;
            }
            if self.repeats(path, issuer) || self.signature(place, issuer).is_none() {
                continue;
            }
            path.push(issuer);
            let enough = self.extend(path, at, left, visit);
            path.pop();
            if enough {
                return true;
            }
        }
        false
    }

    /// Certificates with the issuer's name: anchors first, then those whose key the certificate names, then
    /// the younger ones.
    fn likely_issuers(&self, place: usize, at: i64) -> Vec<usize> {
        let Some(certificate) = self.get(place) else { return Vec::new() };
        let wanted = certificate.x509.authority_key_identifier();
        let mut issuers = self.with_subject(&certificate.issuer).to_vec();
        issuers.sort_by_cached_key(|issuer| {
            self.get(*issuer).map(|issuer| {
                let named = wanted.is_some() && issuer.x509.subject_key_identifier() == wanted;
                (issuer.anchor_at(at).is_none(), !named, Reverse(issuer.x509.not_after()))
            })
        });
        issuers
    }

    /// The likeliest issuer of the last certificate of a path that leads nowhere yet.
    pub(super) fn an_issuer(&self, place: usize, path: &[usize], at: i64) -> Option<usize> {
        let fits = |issuer: &usize| !self.repeats(path, *issuer) && self.signature(place, *issuer).is_some();
        if path.len() >= MAX_CHAIN { None } else { self.likely_issuers(place, at).into_iter().find(fits) }
    }

    /// Whether a path already has this name with this key: a circle, or a detour through a cross certificate.
    fn repeats(&self, path: &[usize], next: usize) -> bool {
        let Some(next) = self.get(next) else { return true };
        path.iter().filter_map(|place| self.get(*place)).any(|earlier| {
            earlier.subject == next.subject && earlier.x509.key_bytes() == next.x509.key_bytes()
        })
    }

    /// How one certificate is signed by another's key; `None` if it is not. Looked at once.
    pub(super) fn signature(&self, certificate: usize, issuer: usize) -> Option<SignatureAlgorithm> {
        if let Some(known) = self.signatures.borrow().get(&(certificate, issuer)) {
            return *known;
        }
        let found = self.check_signature(certificate, issuer);
        self.signatures.borrow_mut().insert((certificate, issuer), found);
        found
    }

    fn check_signature(&self, certificate: usize, issuer: usize) -> Option<SignatureAlgorithm> {
        let (certificate, issuer) = (self.get(certificate)?, self.get(issuer)?);
        let key_bits = issuer.x509.key_bits();
        if !self.work.take_signature(key_bits, certificate.x509.der().len()) {
            return None;
        }
        certificate.x509.check_signed_by(&issuer.x509).ok()
    }
}
