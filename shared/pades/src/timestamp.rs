//! RFC 3161 time-stamps: the request, and the token that answers it.
//!
//! **Invariant:** sends nothing. The caller posts [`TimestampRequest::to_der`] as
//! `application/timestamp-query` and hands the answer to [`TimestampRequest::check`].

mod end;

use aws_lc_rs::digest;
use const_oid::ObjectIdentifier as Oid;
use der::{
    AnyRef, Decode, Encode,
    asn1::{OctetStringRef, UintRef},
};
use spki::AlgorithmIdentifierRef;
use x509_cert::ext::pkix::ExtendedKeyUsage;

use crate::{
    algorithm::sha256,
    asn1::{
        MessageImprint, PkiStatusInfo, SigningCertificate, SigningCertificateV2, TimeStampReq, TimeStampResp,
        TstInfo,
    },
    certificate::hex,
    oid,
    one_signer::OneSigner,
    x509::X509,
};

/// The media type a request is posted with (RFC 3161 section 3.4).
pub const TIMESTAMP_QUERY: &str = "application/timestamp-query";

/// The media type of the answer (RFC 3161 section 3.4).
pub const TIMESTAMP_REPLY: &str = "application/timestamp-reply";

/// Why a time-stamp authority's answer was not taken.
///
/// An answer that is not taken is never written into a document: seal without a time-stamp, say so,
/// or try again or elsewhere.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The answer or its token cannot be read. The address is probably no time-stamp authority.
    #[error("the time-stamp cannot be read: {what}")]
    Malformed {
        /// Which part.
        what: &'static str,
    },
    /// The token is over something else than was asked for. Do not use this authority.
    #[error("the time-stamp is over another digest")]
    OtherImprint,
    /// The token does not repeat the request's nonce: it may be an old one. Do not use it.
    #[error("the time-stamp does not repeat the nonce of its request")]
    OtherNonce,
    /// The authority refused.
    #[error("the time-stamp authority refused with status {status} and failure bits {failure_bits:#x}")]
    Refused {
        /// `PKIStatus` (RFC 3161 section 2.4.2).
        status: u8,
        /// `PKIFailureInfo`, bit 0 highest as in the encoding; 0 if absent.
        failure_bits: u32,
    },
    /// The token's signer may not sign time-stamps, or is not the certificate it names.
    #[error("the time-stamp's signer is not fit: {what}")]
    SignerUnfit {
        /// What is wrong.
        what: &'static str,
    },
    /// The token does not verify with the certificate it carries.
    #[error("the time-stamp does not verify: {what}")]
    Unverified {
        /// The first check that failed.
        what: &'static str,
    },
}

/// A request for a time-stamp over a SHA-256 digest.
///
/// Plain data: a process that resumes it rebuilds it from digest and nonce.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimestampRequest {
    digest: [u8; 32],
    nonce: u64,
}

impl TimestampRequest {
    /// Asks for a time-stamp over a digest, as a document time-stamp does.
    ///
    /// `nonce` must be random: it proves that the answer was made for this request.
    #[must_use]
    pub fn new(digest: [u8; 32], nonce: u64) -> Self {
        Self { digest, nonce }
    }

    /// Asks for a time-stamp over a signature value, as level B-T does.
    #[must_use]
    pub fn for_signature(signature: &[u8], nonce: u64) -> Self {
        Self::new(sha256(signature), nonce)
    }

    /// The digest that is time-stamped.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The request's nonce.
    #[must_use]
    pub fn nonce(&self) -> u64 {
        self.nonce
    }

    /// The `TimeStampReq` to post; it asks for the authority's certificates too.
    ///
    /// # Errors
    ///
    /// Never in practice: every member has a fixed size.
    pub fn to_der(&self) -> Result<Vec<u8>, der::Error> {
        TimeStampReq {
            version: 1,
            message_imprint: MessageImprint {
                hash_algorithm: AlgorithmIdentifierRef {
                    oid: oid::ID_SHA256,
                    parameters: Some(AnyRef::NULL),
                },
                hashed_message: OctetStringRef::new(&self.digest)?,
            },
            policy: None,
            nonce: Some(UintRef::new(&self.nonce.to_be_bytes())?),
            cert_req: true,
        }
        .to_der()
    }

    /// Takes the token out of an authority's answer.
    ///
    /// It is taken only if it was granted, repeats imprint and nonce, carries its signer's
    /// certificate, and verifies with it. Whether that certificate is trusted is for the caller to
    /// say: see [`TimestampToken::signer_der`].
    ///
    /// # Errors
    ///
    /// [`TimestampError`] with the first reason not to take it.
    pub fn check(&self, response: &[u8]) -> Result<TimestampToken, TimestampError> {
        let response =
            TimeStampResp::from_der(response).map_err(|_| malformed("the answer is no TimeStampResp"))?;
        require_granted(&response.status)?;
        let token = response
            .time_stamp_token
            .ok_or(malformed("the answer holds no token"))?
            .to_der()
            .map_err(|_| malformed("the token is not DER"))?;
        let token = TimestampToken::from_der(&token)?;
        if token.imprint_algorithm != oid::ID_SHA256 || token.imprint != self.digest {
            return Err(TimestampError::OtherImprint);
        }
        if token.nonce.as_deref() != Some(without_leading_zeros(&self.nonce.to_be_bytes())) {
            return Err(TimestampError::OtherNonce);
        }
        Ok(token)
    }
}

/// A time-stamp token that verifies with the certificate it carries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimestampToken {
    certificates: Vec<Vec<u8>>,
    der: Vec<u8>,
    generated_at: i64,
    imprint: Vec<u8>,
    imprint_algorithm: Oid,
    nonce: Option<Vec<u8>>,
    serial: Vec<u8>,
    signer: Vec<u8>,
}

impl TimestampToken {
    /// Reads a `TimeStampToken` and verifies it with the certificate it carries.
    ///
    /// # Errors
    ///
    /// [`TimestampError::Malformed`], [`TimestampError::SignerUnfit`] or
    /// [`TimestampError::Unverified`].
    pub fn from_der(token: &[u8]) -> Result<Self, TimestampError> {
        let cms = OneSigner::read(token).map_err(malformed)?;
        if cms.content_type != oid::ID_CT_TST_INFO {
            return Err(malformed("it does not hold a TSTInfo"));
        }
        let content = cms.content.ok_or(malformed("its TSTInfo is detached"))?;
        let info = TstInfo::from_der(content).map_err(|_| malformed("its TSTInfo"))?;
        let generated_at =
            unix_milliseconds(info.gen_time.value()).ok_or(malformed("its genTime is no UTC time"))?;
        let signer = signer_of(&cms)?;
        require_timestamping(&signer, generated_at)?;
        require_signing_certificate(&cms, signer.der())?;
        let algorithm = hash_of(cms.signer.digest_algorithm.oid)
            .ok_or(unverified("its digest algorithm is not supported"))?;
        cms.verify(&signer.tbs.subject_public_key_info, digest::digest(algorithm, content).as_ref())
            .map_err(unverified)?;
        Ok(Self {
            certificates: cms.certificates.iter().map(|der| der.to_vec()).collect(),
            der: token.to_vec(),
            generated_at,
            imprint: info.message_imprint.hashed_message.as_bytes().to_vec(),
            imprint_algorithm: info.message_imprint.hash_algorithm.oid,
            nonce: info.nonce.map(|nonce| without_leading_zeros(nonce.as_bytes()).to_vec()),
            serial: info.serial_number.value().to_vec(),
            signer: signer.der().to_vec(),
        })
    }

    /// Whether the token is over this message, by whichever SHA-2 digest it names.
    #[must_use]
    pub fn covers(&self, message: &[u8]) -> bool {
        hash_of(self.imprint_algorithm)
            .is_some_and(|algorithm| digest::digest(algorithm, message).as_ref() == self.imprint.as_slice())
    }

    /// The token, DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// When the authority says it was made, Unix milliseconds.
    #[must_use]
    pub fn generated_at_unix_ms(&self) -> i64 {
        self.generated_at
    }

    /// The token's serial number, lower-case hexadecimal.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        hex(&self.serial)
    }

    /// The certificate that signed the token, DER.
    #[must_use]
    pub fn signer_der(&self) -> &[u8] {
        &self.signer
    }

    /// Every certificate the token carries, DER, the signer's included.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }
}

fn require_granted(status: &PkiStatusInfo<'_>) -> Result<(), TimestampError> {
    // granted (0) and grantedWithMods (1).
    if status.status <= 1 {
        return Ok(());
    }
    let bits = status
        .fail_info
        .map_or(&[][..], |bits| bits.raw_bytes())
        .iter()
        .chain(&[0; 4])
        .take(4)
        .fold(0, |bits, byte| bits << 8 | u32::from(*byte));
    Err(TimestampError::Refused { status: status.status, failure_bits: bits })
}

/// The embedded certificate that `SignerInfo.sid` names.
fn signer_of<'a>(cms: &OneSigner<'a>) -> Result<X509<'a>, TimestampError> {
    let sid = cms.signer.sid.to_der().map_err(|_| malformed("its signer's name"))?;
    cms.certificates
        .iter()
        .filter_map(|der| X509::read(der).ok())
        .find(|certificate| certificate.issuer_and_serial().is_ok_and(|name| name == sid))
        .ok_or(TimestampError::SignerUnfit { what: "its certificate is not in the token" })
}

/// RFC 3161 section 2.3: one extended key usage, critical, for time-stamping.
fn require_timestamping(certificate: &X509<'_>, generated_at: i64) -> Result<(), TimestampError> {
    let unfit = |what| TimestampError::SignerUnfit { what };
    let extension = certificate
        .tbs
        .extension(oid::ID_CE_EXT_KEY_USAGE)
        .ok_or(unfit("its certificate has no extended key usage"))?;
    let usage = ExtendedKeyUsage::from_der(extension.value.as_bytes())
        .map_err(|_| unfit("its extended key usage cannot be read"))?;
    if usage.0 != [oid::ID_KP_TIME_STAMPING] || !extension.critical {
        return Err(unfit("its certificate is not for time-stamping alone, critically"));
    }
    let milliseconds =
        |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(i64::MAX);
    let validity = &certificate.tbs.validity;
    // The last second of a validity counts as a whole.
    let end = milliseconds(validity.not_after).saturating_add(999);
    if !(milliseconds(validity.not_before)..=end).contains(&generated_at) {
        return Err(unfit("its certificate was not valid at that time"));
    }
    Ok(())
}

/// RFC 3161 section 2.4.2: the signer's certificate is named by a signed attribute, in the form of
/// RFC 2634 (SHA-1) or of RFC 5035.
fn require_signing_certificate(cms: &OneSigner<'_>, signer: &[u8]) -> Result<(), TimestampError> {
    let hashed = |algorithm| digest::digest(algorithm, signer).as_ref().to_vec();
    let version_2 = cms
        .attribute(oid::ID_AA_SIGNING_CERTIFICATE_V2)
        .and_then(|value| SigningCertificateV2::from_der(value).ok());
    let named = if let Some(signing) = version_2 {
        signing.certs.first().is_some_and(|id| {
            let algorithm = id.hash_algorithm.as_ref().map_or(oid::ID_SHA256, |a| a.oid);
            hash_of(algorithm).is_some_and(|hash| hashed(hash) == id.cert_hash.as_bytes())
        })
    } else {
        cms.attribute(oid::ID_AA_SIGNING_CERTIFICATE)
            .and_then(|value| SigningCertificate::from_der(value).ok())
            .and_then(|signing| signing.certs.into_iter().next())
            .is_some_and(|id| hashed(&digest::SHA1_FOR_LEGACY_USE_ONLY) == id.cert_hash.as_bytes())
    };
    if named {
        return Ok(());
    }
    Err(TimestampError::SignerUnfit { what: "its signed attributes do not name its certificate" })
}

fn hash_of(oid: Oid) -> Option<&'static digest::Algorithm> {
    match oid {
        oid::ID_SHA256 => Some(&digest::SHA256),
        oid::ID_SHA384 => Some(&digest::SHA384),
        oid::ID_SHA512 => Some(&digest::SHA512),
        _ => None,
    }
}

/// `GeneralizedTime` as RFC 3161 section 2.4.2 writes it: `YYYYMMDDhhmmss[.s...]Z`.
fn unix_milliseconds(text: &[u8]) -> Option<i64> {
    let text = str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if whole.len() != 14 || !whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| whole.get(from..to)?.parse::<u8>().ok();
    let time = der::DateTime::new(
        whole.get(..4)?.parse().ok()?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?,
    )
    .ok()?;
    let thousandths =
        fraction.bytes().chain([b'0'; 3]).take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    i64::try_from(time.unix_duration().as_secs()).ok()?.checked_mul(1000)?.checked_add(thousandths)
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn malformed(what: &'static str) -> TimestampError {
    TimestampError::Malformed { what }
}

fn unverified(what: &'static str) -> TimestampError {
    TimestampError::Unverified { what }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
