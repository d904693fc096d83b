//! Judges one OCSP response or CRL against one certificate and its issuer.
//!
//! **Invariant:** an answer counts only if it verifies with the issuer's key, or with that of a
//! responder the issuer certified for it, is about this certificate, and is fresh.

use std::time::Duration;

use aws_lc_rs::digest;
use der::{AnyRef, Decode, Encode, Tag, asn1::OctetStringRef};
use spki::AlgorithmIdentifierRef;
use x509_cert::{
    ext::pkix::{KeyUsages, crl::dp::IssuingDistributionPoint},
    time::Time,
};

use crate::{
    asn1::{
        BasicOcspResponse, CertId, CertificateList, OcspRequest, OcspRequestOne, OcspResponse,
        OcspResponseStatus, ResponseData, SingleResponse, TbsCertList, TbsRequest, members,
    },
    oid,
    verify::verify_bits,
    x509::X509,
};

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
        let name = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.issuer.tbs.subject.to_der()?);
        let key = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, self.issuer_key());
        let cert_id = CertId {
            hash_algorithm: AlgorithmIdentifierRef { oid: oid::ID_SHA1, parameters: Some(AnyRef::NULL) },
            issuer_name_hash: OctetStringRef::new(name.as_ref())?,
            issuer_key_hash: OctetStringRef::new(key.as_ref())?,
            serial_number: self.certificate.tbs.serial_number,
        };
        OcspRequest { tbs_request: TbsRequest { request_list: vec![OcspRequestOne { cert_id }] } }.to_der()
    }

    /// What an `OCSPResponse` says; the error is why it does not count.
    pub(crate) fn ocsp_verdict(&self, response: &[u8]) -> Result<Verdict, &'static str> {
        let response = OcspResponse::from_der(response).map_err(|_| "it is no OCSPResponse")?;
        if response.status != OcspResponseStatus::Successful {
            return Err("the responder gives no answer");
        }
        let bytes = response.bytes.ok_or("it holds no response")?;
        if bytes.response_type != oid::ID_PKIX_OCSP_BASIC {
            return Err("it is no BasicOCSPResponse");
        }
        let basic = BasicOcspResponse::from_der(bytes.response.as_bytes())
            .map_err(|_| "its BasicOCSPResponse cannot be read")?;
        let responder = self.check_responder(&basic)?;
        let data: ResponseData<'_> =
            basic.to_be_signed.decode_as().map_err(|_| "its ResponseData cannot be read")?;
        let Some(single) = data.responses.iter().find(|single| self.is_about(&single.cert_id)) else {
            return Ok(Verdict::Unrelated);
        };
        self.check_fresh(
            single.this_update.to_unix_duration(),
            single.next_update.map(|time| time.to_unix_duration()),
        )?;
        status(single, responder)
    }

    /// What a CRL says; the error is why it does not count.
    pub(crate) fn crl_verdict(&self, list: &[u8]) -> Result<Verdict, &'static str> {
        let list = CertificateList::from_der(list).map_err(|_| "it is no CertificateList")?;
        let tbs: TbsCertList<'_> =
            list.to_be_signed.decode_as().map_err(|_| "its TBSCertList cannot be read")?;
        if tbs.issuer != self.certificate.tbs.issuer {
            return Ok(Verdict::Unrelated);
        }
        let message = list.to_be_signed.to_der().map_err(|_| "its TBSCertList cannot be read")?;
        verify_bits(
            &self.issuer.tbs.subject_public_key_info,
            &list.signature_algorithm,
            &message,
            &list.signature,
        )
        .map_err(|_| "its signature does not verify")?;
        self.check_fresh(tbs.this_update.to_unix_duration(), tbs.next_update.map(Time::to_unix_duration))?;
        if !self.issuer.allows(KeyUsages::CRLSign) {
            return Err("its issuer may not sign lists");
        }
        self.check_scope(&tbs)?;
        let serial = self.certificate.tbs.serial_number;
        if tbs.revoked_certificates.iter().flatten().any(|revoked| revoked.serial_number == serial) {
            return Ok(Verdict::Revoked);
        }
        Ok(Verdict::Good { responder: None })
    }

    /// The response is signed by the issuer, or by a responder whom the issuer certified
    /// (RFC 6960 section 4.2.2.2), which is returned.
    fn check_responder(&self, basic: &BasicOcspResponse<'_>) -> Result<Option<Vec<u8>>, &'static str> {
        let message = basic.to_be_signed.to_der().map_err(|_| "its ResponseData cannot be read")?;
        let signed_by = |signer: &X509<'_>| {
            verify_bits(
                &signer.tbs.subject_public_key_info,
                &basic.signature_algorithm,
                &message,
                &basic.signature,
            )
            .is_ok()
        };
        if signed_by(self.issuer) {
            return Ok(None);
        }
        let embedded = basic.certificates.map_or(Ok(Vec::new()), |certificates| {
            members(certificates.value()).map_err(|_| "its certificates cannot be read")
        })?;
        embedded
            .into_iter()
            .filter_map(|der| X509::read(der).ok())
            .find(|responder| {
                responder.has_extended_usage(oid::ID_KP_OCSP_SIGNING)
                    && valid_at(responder, self.now)
                    && responder.check_issued_by(self.issuer).is_ok()
                    && signed_by(responder)
            })
            .map(|responder| Some(responder.der().to_vec()))
            .ok_or("it is signed neither by the issuer nor by a responder of the issuer")
    }

    fn is_about(&self, cert_id: &CertId<'_>) -> bool {
        let algorithm = match cert_id.hash_algorithm.oid {
            oid::ID_SHA1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            oid::ID_SHA256 => &digest::SHA256,
            _ => return false,
        };
        let Ok(name) = self.issuer.tbs.subject.to_der() else { return false };
        cert_id.serial_number == self.certificate.tbs.serial_number
            && cert_id.issuer_name_hash.as_bytes() == digest::digest(algorithm, &name).as_ref()
            && cert_id.issuer_key_hash.as_bytes() == digest::digest(algorithm, self.issuer_key()).as_ref()
    }

    /// Only complete lists for every reason count; any other critical extension may narrow a list in a
    /// way not known here (RFC 5280 section 5.2).
    fn check_scope(&self, tbs: &TbsCertList<'_>) -> Result<(), &'static str> {
        let is_ca = self.certificate.is_ca();
        for extension in tbs.extensions.iter().flatten() {
            if extension.oid == oid::ID_CE_ISSUING_DISTRIBUTION_POINT {
                let point = IssuingDistributionPoint::from_der(extension.value.as_bytes())
                    .map_err(|_| "its scope cannot be read")?;
                if point.indirect_crl
                    || point.only_contains_attribute_certs
                    || point.only_some_reasons.is_some()
                    || (point.only_contains_ca_certs && !is_ca)
                    || (point.only_contains_user_certs && is_ca)
                {
                    return Err("it is a partial or indirect list, or for other certificates");
                }
            } else if extension.critical {
                return Err("it has a critical extension that is not known");
            }
        }
        Ok(())
    }

    fn check_fresh(&self, this_update: Duration, next_update: Option<Duration>) -> Result<(), &'static str> {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        if seconds(this_update) > self.now.saturating_add(CLOCK_SKEW_SECONDS) {
            return Err("it is from the future");
        }
        match next_update {
            Some(next) if seconds(next) < self.now => Err("it is out of date"),
            _ => Ok(()),
        }
    }

    fn issuer_key(&self) -> &[u8] {
        self.issuer.tbs.subject_public_key_info.subject_public_key.raw_bytes()
    }
}

fn valid_at(certificate: &X509<'_>, now: i64) -> bool {
    let seconds = |time: Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let validity = &certificate.tbs.validity;
    (seconds(validity.not_before)..=seconds(validity.not_after)).contains(&now)
}

/// `CertStatus` is a CHOICE of [0] good, [1] revoked and [2] unknown.
fn status(single: &SingleResponse<'_>, responder: Option<Vec<u8>>) -> Result<Verdict, &'static str> {
    match single.cert_status.header().tag() {
        Tag::ContextSpecific { number, .. } if number.value() == 0 => Ok(Verdict::Good { responder }),
        Tag::ContextSpecific { number, .. } if number.value() == 1 => Ok(Verdict::Revoked),
        _ => Err("the responder does not know the certificate"),
    }
}

/// How far a responder's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 300;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
