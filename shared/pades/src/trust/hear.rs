//! Collects what revocation data say about a certificate, and believes only those who may say it.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use super::{
    PathQuery,
    build::{Candidate, Pool},
    material::Item,
    policies::PolicyConstraints,
    process::process,
    purpose::Purpose,
    standing::{Standing, Statement},
};
use crate::{
    oid,
    revocation::{ALL_REASONS, CLOCK_SKEW_SECONDS, Crl, Ocsp, Status},
    validate::RevocationSource,
    verify::SignatureAlgorithm,
    x509::X509,
};

/// What was said about one certificate, and why the last thing that did not count did not.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    pub(super) said: Vec<Statement>,
    pub(super) why: Option<&'static str>,
}

/// One question with everything at hand for it.
pub(super) struct Bench<'a> {
    pub(super) pool: Pool<'a>,
    pub(super) query: PathQuery<'a>,
    heard: RefCell<HashMap<Subject, Rc<Heard>>>,
    list_signatures: RefCell<HashMap<(usize, usize), Option<SignatureAlgorithm>>>,
    /// The places of certificates that may sign OCSP responses.
    responders: Vec<usize>,
}

/// How often who speaks about a certificate needed someone to speak about its own: 0 for a certificate of
/// the path. At [`MAX_DEPTH`] only the issuer itself is believed.
type Depth = u8;

/// Whom something is said about: the places of certificate, issuer and anchor, and the depth.
type Subject = (usize, usize, usize, Depth);

/// The issuer of a certificate, and the anchor of its path.
#[derive(Clone, Copy)]
struct Above<'p, 'a> {
    anchor: usize,
    issuer: &'p Candidate<'a>,
    place: usize,
}

impl<'a> Bench<'a> {
    pub(super) fn new(query: &PathQuery<'a>) -> der::Result<Self> {
        let pool = Pool::collect(query)?;
        let may_answer = |(place, candidate): (usize, &Candidate<'_>)| {
            candidate.x509.has_extended_usage(oid::ID_KP_OCSP_SIGNING).then_some(place)
        };
        let responders = pool.all.iter().enumerate().filter_map(may_answer).collect();
        Ok(Self {
            pool,
            query: *query,
            heard: RefCell::default(),
            list_signatures: RefCell::default(),
            responders,
        })
    }

    /// Everything that is said about a certificate of a path by those who may. Places are those of the pool.
    pub(super) fn hear(&self, certificate: usize, issuer: usize, anchor: usize) -> Rc<Heard> {
        self.hear_at(certificate, issuer, anchor, 0)
    }

    fn hear_at(&self, certificate: usize, issuer: usize, anchor: usize, depth: Depth) -> Rc<Heard> {
        let key = (certificate, issuer, anchor, depth);
        if let Some(heard) = self.heard.borrow().get(&key) {
            return Rc::clone(heard);
        }
        let heard = match (self.pool.get(certificate), self.pool.get(issuer)) {
            (Some(one), Some(above)) => {
                self.collect(one, Above { anchor, issuer: above, place: issuer }, depth)
            }
            _ => Heard::default(),
        };
        let heard = Rc::new(heard);
        self.heard.borrow_mut().insert(key, Rc::clone(&heard));
        heard
    }

    /// A certificate's standing at an instant.
    pub(super) fn standing(&self, certificate: usize, issuer: usize, anchor: usize, at: i64) -> Standing {
        let Some(candidate) = self.pool.get(certificate) else { return Standing::at_nothing() };
        if is_exempt(&candidate.x509) {
            return Standing::exempt();
        }
        let heard = self.hear(certificate, issuer, anchor);
        Standing::at(&candidate.x509, &heard.said, heard.why, at)
    }

    fn collect(&self, certificate: &Candidate<'a>, above: Above<'_, 'a>, depth: Depth) -> Heard {
        let mut heard = Heard::default();
        for item in self.query.material.ocsp_responses() {
            match self.hear_response(item, certificate, above, depth) {
                Ok(statement) => heard.said.extend(statement),
                Err(why) => heard.why = Some(why),
            }
        }
        for (place, item) in self.query.material.crls().iter().enumerate() {
            match self.hear_list(place, item, certificate, above, depth) {
                Ok(statement) => heard.said.extend(statement),
                Err(why) => heard.why = Some(why),
            }
        }
        heard
    }

    fn hear_response(
        &self,
        item: &'a Item,
        certificate: &Candidate<'a>,
        above: Above<'_, 'a>,
        depth: Depth,
    ) -> Result<Option<Statement>, &'static str> {
        if !self.pool.work.take_list(item.der.len()) {
            return Err(TOO_MUCH_WORK);
        }
        let response = Ocsp::read(&item.der)?;
        let Some(answer) = response.about(&certificate.x509, &above.issuer.x509)? else { return Ok(None) };
        let proven_at = item.proven_at.unwrap_or(self.query.now);
        let latest = proven_at.saturating_add(CLOCK_SKEW_SECONDS);
        if answer.this_update > latest || response.produced_at() > latest {
            return Err("an OCSP response is from the future");
        }
        let algorithm = self.responder(&response, item, certificate, above, depth)?;
        Ok(Some(Statement {
            algorithm,
            is_delta: false,
            issued_at: response.produced_at(),
            keeps_expired_since: answer.archive_cutoff,
            next_update: answer.next_update,
            proven_at,
            reasons: ALL_REASONS,
            source: RevocationSource::Ocsp,
            status: answer.status,
            this_update: answer.this_update,
        }))
    }

    /// How a response is signed by someone who may answer (RFC 6960 section 4.2.2.2): the issuer, a responder
    /// it certified, or one that is itself an anchor.
    fn responder(
        &self,
        response: &Ocsp<'_>,
        item: &'a Item,
        certificate: &Candidate<'a>,
        above: Above<'_, 'a>,
        depth: Depth,
    ) -> Result<SignatureAlgorithm, &'static str> {
        let at = item.proven_at.unwrap_or(self.query.now);
        if let Some(algorithm) = self.signed_response(response, &above.issuer.x509, item) {
            return if is_alive(above.issuer, at) { self.accept(algorithm, at) } else { Err(SIGNER_EXPIRED) };
        }
        if depth >= MAX_DEPTH {
            return Err("an OCSP response is not signed by the issuer itself");
        }
        let carried: Vec<Candidate<'a>> = carried(&item.der)?;
        let at_hand = self.responders.iter().filter_map(|place| self.pool.get(*place)).filter(|candidate| {
            candidate.issuer == above.issuer.subject || candidate.anchor_at(at).is_some()
        });
        let mut why = "an OCSP response is signed neither by the issuer nor by a responder of the issuer";
        for responder in carried.iter().chain(at_hand).take(MAX_RESPONDERS) {
            // A certificate does not vouch for itself.
            if responder.x509.key_bytes() == certificate.x509.key_bytes() {
                continue;
            }
            let Some(algorithm) = self.signed_response(response, &responder.x509, item) else { continue };
            let fits = self.check_responder(responder, above, depth, at);
            match fits.and_then(|()| self.accept(algorithm, at)) {
                Ok(algorithm) => return Ok(algorithm),
                Err(reason) => why = reason,
            }
        }
        Err(why)
    }

    fn signed_response(
        &self,
        response: &Ocsp<'_>,
        signer: &X509<'_>,
        item: &Item,
    ) -> Option<SignatureAlgorithm> {
        if !self.pool.work.take_signature(signer.key_bits(), item.der.len()) {
            return None;
        }
        response.check_signed_by(signer).ok()
    }

    /// An algorithm that was secure when what it signs is proven to exist.
    fn accept(&self, algorithm: SignatureAlgorithm, at: i64) -> Result<SignatureAlgorithm, &'static str> {
        if self.query.policy.accepts(&algorithm, at) { Ok(algorithm) } else { Err(SIGNATURE_WEAK) }
    }

    fn check_responder(
        &self,
        responder: &Candidate<'a>,
        above: Above<'_, 'a>,
        depth: Depth,
        at: i64,
    ) -> Result<(), &'static str> {
        Purpose::OcspSigning.check(&responder.x509)?;
        if self.is_anchor(responder, at) {
            return Ok(());
        }
        if !responder.x509.is_valid_at(at) {
            return Err("the certificate of an OCSP responder was not valid when its response existed");
        }
        let is_issued = responder.issuer == above.issuer.subject
            && self.pool.work.take_signature(above.issuer.x509.key_bits(), responder.x509.der().len())
            && responder
                .x509
                .check_signed_by(&above.issuer.x509)
                .is_ok_and(|algorithm| self.query.policy.accepts(&algorithm, at));
        if !is_issued {
            return Err("an OCSP responder is not certified by the issuer");
        }
        if responder.x509.is_exempt_from_revocation() {
            return Ok(());
        }
        let heard = self.collect(responder, above, depth + 1);
        if Standing::at(&responder.x509, &heard.said, heard.why, at).is_good() {
            return Ok(());
        }
        Err("whether the certificate of an OCSP responder is revoked is not known")
    }

    fn is_anchor(&self, candidate: &Candidate<'a>, at: i64) -> bool {
        let mut same_name = self.query.anchors.with_subject(&candidate.subject);
        same_name.any(|anchor| {
            anchor.der == candidate.x509.der()
                && anchor.serves(Purpose::OcspSigning)
                && anchor.is_trusted_at(at)
        })
    }

    fn hear_list(
        &self,
        place: usize,
        item: &'a Item,
        certificate: &Candidate<'a>,
        above: Above<'_, 'a>,
        depth: Depth,
    ) -> Result<Option<Statement>, &'static str> {
        if !self.pool.work.take_list(0) {
            return Err(TOO_MUCH_WORK);
        }
        let list = Crl::read(&item.der)?;
        if list.issuer != certificate.issuer && !list.is_indirect() {
            return Ok(None);
        }
        let Some(reasons) = list.reasons_for(&certificate.x509, &certificate.issuer) else { return Ok(None) };
        let proven_at = item.proven_at.unwrap_or(self.query.now);
        if list.this_update > proven_at.saturating_add(CLOCK_SKEW_SECONDS) {
            return Err("a revocation list is from the future");
        }
        let algorithm = self.list_signer(place, &list, above, depth, proven_at)?;
        if !self.pool.work.take_list(list.size()) {
            return Err(TOO_MUCH_WORK);
        }
        let entry = list.entry(certificate.x509.tbs.serial_number, &certificate.issuer)?;
        Ok(Some(Statement {
            algorithm,
            is_delta: list.is_delta,
            issued_at: list.this_update,
            keeps_expired_since: list.keeps_expired_since,
            next_update: list.next_update,
            proven_at,
            reasons,
            source: RevocationSource::Crl,
            status: entry.map_or(Status::Good, Status::Revoked),
            this_update: list.this_update,
        }))
    }

    /// How a list is signed by someone who may issue it: the certificate's issuer, or another certificate of
    /// the list's issuer below the same anchor (RFC 5280 section 6.3.3 (f)).
    fn list_signer(
        &self,
        list_place: usize,
        list: &Crl<'_>,
        above: Above<'_, 'a>,
        depth: Depth,
        at: i64,
    ) -> Result<SignatureAlgorithm, &'static str> {
        let mut why = "a revocation list is not signed by who it says";
        if list.issuer == above.issuer.subject
            && let Some(algorithm) = self.signed_list(list_place, list, above.place)
        {
            if is_alive(above.issuer, at) {
                return self.accept(algorithm, at);
            }
            why = SIGNER_EXPIRED;
        }
        if depth >= MAX_DEPTH {
            return Err(why);
        }
        for place in self.pool.with_subject(&list.issuer).iter().copied().take(MAX_RESPONDERS) {
            if place == above.place {
                continue;
            }
            let Some(algorithm) = self.signed_list(list_place, list, place) else { continue };
            if self.has_path(place, above.anchor, depth + 1, at) {
                return self.accept(algorithm, at);
            }
            why = "the signer of a revocation list cannot be trusted";
        }
        Err(why)
    }

    fn signed_list(&self, list_place: usize, list: &Crl<'_>, signer: usize) -> Option<SignatureAlgorithm> {
        let known = self.list_signatures.borrow().get(&(list_place, signer)).copied();
        let algorithm = known.unwrap_or_else(|| {
            let candidate = self.pool.get(signer)?;
            let may = self.pool.work.take_signature(candidate.x509.key_bits(), list.size());
            if may { list.check_signed_by(&candidate.x509).ok() } else { None }
        });
        self.list_signatures.borrow_mut().insert((list_place, signer), algorithm);
        algorithm
    }

    /// Whether a list's signer has a good path to an anchor.
    fn has_path(&self, from: usize, anchor: usize, depth: Depth, at: i64) -> bool {
        self.pool.each_path(from, at, &mut |path| {
            path.last() == Some(&anchor) && self.is_good_signer(path, anchor, depth, at)
        })
    }

    fn is_good_signer(&self, path: &[usize], anchor_place: usize, depth: Depth, at: i64) -> bool {
        let candidates: Vec<&Candidate<'a>> = path.iter().filter_map(|place| self.pool.get(*place)).collect();
        let Some((anchor, below)) = candidates.split_last() else { return false };
        let downwards: Vec<&Candidate<'a>> = below.iter().rev().copied().collect();
        let fits = below.first().is_none_or(|signer| Purpose::CrlSigning.check(&signer.x509).is_ok());
        fits && process(anchor, &downwards, &PolicyConstraints::default()).is_ok()
            && path.windows(2).all(|pair| match pair {
                [place, issuer] => self.is_good_link(*place, *issuer, anchor_place, depth, at),
                _ => false,
            })
    }

    fn is_good_link(&self, place: usize, issuer: usize, anchor: usize, depth: Depth, at: i64) -> bool {
        let Some(candidate) = self.pool.get(place) else { return false };
        let accepted =
            self.pool.signature(place, issuer).is_some_and(|found| self.query.policy.accepts(&found, at));
        if !accepted || !candidate.x509.is_valid_at(at) {
            return false;
        }
        if is_exempt(&candidate.x509) {
            return true;
        }
        let heard = self.hear_at(place, issuer, anchor, depth);
        Standing::at(&candidate.x509, &heard.said, heard.why, at).is_good()
    }
}

/// The responders' certificates in a response.
fn carried(response: &[u8]) -> Result<Vec<Candidate<'_>>, &'static str> {
    let certificates = Ocsp::read(response)?.certificates()?;
    Ok(certificates
        .into_iter()
        .filter_map(|der| Candidate::read(der, None).ok())
        .take(MAX_RESPONDERS)
        .collect())
}

/// Whether whoever signs with this certificate could do so at an instant; anchors always can.
fn is_alive(signer: &Candidate<'_>, at: i64) -> bool {
    !signer.anchors.is_empty() || signer.x509.is_valid_at(at)
}

/// RFC 9608 section 3 is for end entities: what a CA says of itself excuses it from nothing.
fn is_exempt(certificate: &X509<'_>) -> bool {
    certificate.is_exempt_from_revocation() && !certificate.is_ca()
}

/// Twice is what a change of keys at two CAs of one path takes.
const MAX_DEPTH: Depth = 2;

/// Responders and list signers tried for one response or list.
const MAX_RESPONDERS: usize = 8;

const SIGNATURE_WEAK: &str =
    "revocation data are signed by an algorithm that was not secure when they are proven to exist";
const SIGNER_EXPIRED: &str = "whoever signed the revocation data had expired when they are proven to exist";
const TOO_MUCH_WORK: &str = "there is too much to look at";
