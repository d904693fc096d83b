//! One OCSP response (RFC 6960), read and not yet believed.

use const_oid::ObjectIdentifier as Oid;
use der::{Decode, Encode, Tag, asn1::GeneralizedTime};

use super::{Entry, Status, unix_seconds};
use crate::{
    asn1::{
        BasicOcspResponse, CertId, OcspResponse, OcspResponseStatus, ResponseData, RevokedInfo,
        SingleResponse, members,
    },
    hash::HashAlgorithm,
    oid,
    verify::{Rejection, SignatureAlgorithm, verify_bits_of_any_age},
    x509::X509,
};

/// A `BasicOCSPResponse` over the bytes it was read from.
pub(crate) struct Ocsp<'a> {
    basic: BasicOcspResponse<'a>,
    data: ResponseData<'a>,
}

/// What it says about one certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Answer {
    /// It speaks for certificates that expired since this instant.
    pub(crate) archive_cutoff: Option<i64>,
    pub(crate) next_update: Option<i64>,
    pub(crate) status: Status,
    pub(crate) this_update: i64,
}

impl<'a> Ocsp<'a> {
    /// Reads an `OCSPResponse` with an answer, or the `BasicOCSPResponse` in it.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, &'static str> {
        let basic = match OcspResponse::from_der(der) {
            Ok(response) if response.status != OcspResponseStatus::Successful => {
                return Err("the responder gives no answer");
            }
            Ok(response) => {
                let bytes = response.bytes.ok_or("it holds no response")?;
                if bytes.response_type != oid::ID_PKIX_OCSP_BASIC {
                    return Err("it is no BasicOCSPResponse");
                }
                BasicOcspResponse::from_der(bytes.response.as_bytes())
                    .map_err(|_| "its BasicOCSPResponse cannot be read")?
            }
            Err(_) => BasicOcspResponse::from_der(der).map_err(|_| "it is no OCSPResponse")?,
        };
        let data: ResponseData<'a> =
            basic.to_be_signed.decode_as().map_err(|_| "its ResponseData cannot be read")?;
        Ok(Self { basic, data })
    }

    pub(crate) fn produced_at(&self) -> i64 {
        unix_seconds(self.data.produced_at.to_unix_duration())
    }

    /// The responders' certificates it carries.
    pub(crate) fn certificates(&self) -> Result<Vec<&'a [u8]>, &'static str> {
        self.basic.certificates.map_or(Ok(Vec::new()), |certificates| {
            members(certificates.value()).map_err(|_| "its certificates cannot be read")
        })
    }

    /// How it is signed by this key, if it is.
    pub(crate) fn check_signed_by(&self, signer: &X509<'_>) -> Result<SignatureAlgorithm, Rejection> {
        let message = self.basic.to_be_signed.to_der();
        verify_bits_of_any_age(
            &signer.tbs.subject_public_key_info,
            &self.basic.signature_algorithm,
            &message.map_err(|_| Rejection::Unsupported("the response cannot be read"))?,
            &self.basic.signature,
        )
    }

    /// What it says about a certificate of an issuer; of several answers the worst. `None` if nothing.
    pub(crate) fn about(
        &self,
        certificate: &X509<'_>,
        issuer: &X509<'_>,
    ) -> Result<Option<Answer>, &'static str> {
        let mut found: Option<Answer> = None;
        for single in
            self.data.responses.iter().filter(|single| is_about(&single.cert_id, certificate, issuer))
        {
            let answer = read_answer(single)?;
            if found.as_ref().is_none_or(|found| found.status < answer.status) {
                found = Some(answer);
            }
        }
        Ok(found)
    }
}

fn read_answer(single: &SingleResponse<'_>) -> Result<Answer, &'static str> {
    let mut archive_cutoff = None;
    for extension in single.extensions.iter().flatten() {
        if extension.oid == oid::ID_PKIX_OCSP_ARCHIVE_CUTOFF {
            let cutoff = GeneralizedTime::from_der(extension.value.as_bytes())
                .map_err(|_| "its archive cutoff cannot be read")?;
            archive_cutoff = Some(unix_seconds(cutoff.to_unix_duration()));
        } else if extension.critical {
            return Err("it has a critical extension that is not known");
        }
    }
    Ok(Answer {
        archive_cutoff,
        next_update: single.next_update.map(|time| unix_seconds(time.to_unix_duration())),
        status: status(single)?,
        this_update: unix_seconds(single.this_update.to_unix_duration()),
    })
}

/// `CertStatus` is a CHOICE of [0] good, [1] revoked and [2] unknown.
fn status(single: &SingleResponse<'_>) -> Result<Status, &'static str> {
    match single.cert_status.header().tag() {
        Tag::ContextSpecific { number, .. } if number.value() == 0 => Ok(Status::Good),
        Tag::ContextSpecific { number, .. } if number.value() == 1 => {
            let info =
                RevokedInfo::read(single.cert_status.value()).map_err(|_| "its revocation cannot be read")?;
            let at = unix_seconds(info.revocation_time.to_unix_duration());
            Ok(Status::Revoked(Entry { at, reason: info.reason.unwrap_or_default() }))
        }
        _ => Ok(Status::Unknown),
    }
}

/// The name in a `CertID` is the issuer's as the certificate writes it; some responders write it as the
/// issuer's own certificate does.
fn is_about(cert_id: &CertId<'_>, certificate: &X509<'_>, issuer: &X509<'_>) -> bool {
    if cert_id.serial_number != certificate.tbs.serial_number {
        return false;
    }
    let Some(algorithm) = hash_of(cert_id.hash_algorithm.oid) else { return false };
    let is_name = |name: der::Result<Vec<u8>>| {
        name.is_ok_and(|name| algorithm.digest(&name) == cert_id.issuer_name_hash.as_bytes())
    };
    (is_name(certificate.tbs.issuer.to_der()) || is_name(issuer.tbs.subject.to_der()))
        && algorithm.digest(issuer.key_bytes()) == cert_id.issuer_key_hash.as_bytes()
}

/// MD5 names nothing: two issuers could be made to have one hash.
fn hash_of(oid: Oid) -> Option<HashAlgorithm> {
    HashAlgorithm::from_oid(oid).filter(|algorithm| *algorithm != HashAlgorithm::Md5)
}
