//! Judges one OCSP response or CRL against one certificate and its issuer.
//!
//! **Invariant:** an answer counts only if it verifies with the issuer's key, or with that of a
//! responder the issuer certified for it, is about this certificate, and is fresh.

mod crl;
mod ocsp;

use std::time::Duration;

use der::{AnyRef, Encode, asn1::OctetStringRef};
use spki::AlgorithmIdentifierRef;

pub(crate) use self::{
    crl::{ALL_REASONS, Crl},
    ocsp::Ocsp,
};
use crate::{
    asn1::{CertId, OcspRequest, OcspRequestOne, TbsRequest},
    hash::HashAlgorithm,
    material::Fetch,
    oid,
    verify::Rejection,
    x509::X509,
};

/// What a responder or a list says about a certificate, the worst last.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Status {
    /// Not revoked.
    Good,
    /// The responder does not know.
    Unknown,
    /// Revoked, or on hold.
    Revoked(Entry),
}

/// A revocation: when, and the number of its `CRLReason` (RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Entry {
    pub(crate) at: i64,
    pub(crate) reason: u8,
}

impl Entry {
    /// Whether the revocation may be taken back.
    pub(crate) fn is_hold(self) -> bool {
        self.reason == CERTIFICATE_HOLD
    }

    /// The reason in words, where one is given.
    pub(crate) fn words(self) -> Option<&'static str> {
        match self.reason {
            1 => Some("its key was compromised"),
            2 => Some("the key of its CA was compromised"),
            3 => Some("its holder's affiliation changed"),
            4 => Some("it was superseded"),
            5 => Some("it is not used any more"),
            CERTIFICATE_HOLD => Some("it is on hold"),
            9 => Some("its holder's privilege was withdrawn"),
            10 => Some("the key of its attribute authority was compromised"),
            _ => None,
        }
    }

    /// Whether it takes a hold back.
    pub(crate) fn is_removal(self) -> bool {
        self.reason == REMOVE_FROM_CRL
    }
}

/// What an OCSP response or a CRL says about a certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// Not revoked. `responder` is the delegated OCSP responder's certificate, if one answered.
    Good { responder: Option<Vec<u8>> },
    /// Revoked: the certificate must not be used any more.
    Revoked,
    /// The answer is about other certificates.
    Unrelated,
}

/// A certificate, its issuer and the moment of the question, Unix seconds.
pub(crate) struct Question<'a> {
    pub(crate) certificate: &'a X509<'a>,
    pub(crate) issuer: &'a X509<'a>,
    pub(crate) now: i64,
}

impl Question<'_> {
    /// The `OCSPRequest` to post. The names are hashed with SHA-1, which every responder knows and
    /// nobody's security rests on here.
    pub(crate) fn ocsp_request(&self) -> der::Result<Vec<u8>> {
        let name = HashAlgorithm::Sha1.digest(&self.issuer.tbs.subject.to_der()?);
        let key = HashAlgorithm::Sha1.digest(self.issuer.key_bytes());
        let cert_id = CertId {
            hash_algorithm: AlgorithmIdentifierRef { oid: oid::ID_SHA1, parameters: Some(AnyRef::NULL) },
            issuer_name_hash: OctetStringRef::new(&name)?,
            issuer_key_hash: OctetStringRef::new(&key)?,
            serial_number: self.certificate.tbs.serial_number,
        };
        OcspRequest { tbs_request: TbsRequest { request_list: vec![OcspRequestOne { cert_id }] } }.to_der()
    }

    /// What could tell more, OCSP first: a response is small and about one certificate.
    pub(crate) fn fetches(&self) -> Vec<Fetch> {
        let ocsp = self.certificate.ocsp_urls().into_iter().filter_map(|url| {
            let request = self.ocsp_request().ok()?;
            Some(Fetch::Ocsp { url, request })
        });
        let crl = self.certificate.crl_urls().into_iter().map(|url| Fetch::Crl { url });
        ocsp.chain(crl).collect()
    }

    /// What an `OCSPResponse` says; the error is why it does not count.
    pub(crate) fn ocsp_verdict(&self, response: &[u8]) -> Result<Verdict, &'static str> {
        let response = Ocsp::read(response)?;
        let responder = self.check_responder(&response)?;
        let Some(answer) = response.about(self.certificate, self.issuer)? else {
            return Ok(Verdict::Unrelated);
        };
        self.check_fresh(answer.this_update, answer.next_update)?;
        match answer.status {
            Status::Good => Ok(Verdict::Good { responder }),
            Status::Revoked(_) => Ok(Verdict::Revoked),
            Status::Unknown => Err("the responder does not know the certificate"),
        }
    }

    /// What a CRL says; the error is why it does not count.
    pub(crate) fn crl_verdict(&self, list: &[u8]) -> Result<Verdict, &'static str> {
        let list = Crl::read(list)?;
        let issuer = self.certificate.issuer_name().map_err(|_| "the certificate cannot be read")?;
        if list.issuer != issuer {
            return Ok(Verdict::Unrelated);
        }
        match list.check_signed_by(self.issuer) {
            Ok(algorithm) if algorithm.is_current() => {}
            Ok(_) => return Err("it is signed by an algorithm that is out of date"),
            Err(Rejection::Unsupported(reason)) => return Err(reason),
            Err(Rejection::Wrong) => return Err("its signature does not verify"),
        }
        self.check_fresh(list.this_update, list.next_update)?;
        if !list.is_complete_for(self.certificate) {
            return Err("it is a partial or indirect list, or for other certificates");
        }
        match list.entry(self.certificate.tbs.serial_number, &issuer)? {
            Some(_) => Ok(Verdict::Revoked),
            None => Ok(Verdict::Good { responder: None }),
        }
    }

    /// The response is signed by the issuer, or by a responder whom the issuer certified
    /// (RFC 6960 section 4.2.2.2), which is returned.
    fn check_responder(&self, response: &Ocsp<'_>) -> Result<Option<Vec<u8>>, &'static str> {
        let signed_by = |signer: &X509<'_>| {
            response.check_signed_by(signer).is_ok_and(|algorithm| algorithm.is_current())
        };
        if signed_by(self.issuer) {
            return Ok(None);
        }
        response
            .certificates()?
            .into_iter()
            .filter_map(|der| X509::read(der).ok())
            .find(|responder| {
                responder.has_extended_usage(oid::ID_KP_OCSP_SIGNING)
                    && responder.is_valid_at(self.now)
                    && responder.check_issued_by(self.issuer).is_ok()
                    && signed_by(responder)
            })
            .map(|responder| Some(responder.der().to_vec()))
            .ok_or("it is signed neither by the issuer nor by a responder of the issuer")
    }

    fn check_fresh(&self, this_update: i64, next_update: Option<i64>) -> Result<(), &'static str> {
        if this_update > self.now.saturating_add(CLOCK_SKEW_SECONDS) {
            return Err("it is from the future");
        }
        match next_update {
            Some(next) if next < self.now => Err("it is out of date"),
            _ => Ok(()),
        }
    }
}

fn unix_seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// How far a responder's clock may be ahead of ours.
pub(crate) const CLOCK_SKEW_SECONDS: i64 = 300;

/// `certificateHold` and `removeFromCRL` of `CRLReason`.
const CERTIFICATE_HOLD: u8 = 6;
const REMOVE_FROM_CRL: u8 = 8;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
