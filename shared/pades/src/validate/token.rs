//! RFC 3161 time-stamp tokens of anyone: reading them, and checking what they are over.

use std::borrow::Cow;

use super::{
    SubIndication, Verdict,
    signer::{self, Aid, Reference, SignerCheck, format_failure},
    time,
};
use crate::{
    asn1::ber::{Element, GENERALIZED_TIME, INTEGER, Malformed, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE},
    cms::{Algorithm, SignedData},
    hash::HashAlgorithm,
    oid,
};

/// A token over the bytes it was read from.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) data: SignedData<'a>,
    /// `None` for an algorithm that is not known here.
    pub(crate) imprint_algorithm: Option<HashAlgorithm>,
    imprint: Vec<u8>,
    /// Unix seconds; fractions are dropped.
    pub(crate) generated_at: i64,
}

impl<'a> Token<'a> {
    /// Reads a `TimeStampToken`, which zeros may follow.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Self::of_signed_data(SignedData::read(bytes)?)
    }

    pub(crate) fn of_signed_data(data: SignedData<'a>) -> Result<Self, Malformed> {
        if data.content_type != oid::ID_CT_TST_INFO.as_bytes() {
            return Err(Malformed("it holds no TSTInfo"));
        }
        let content = data.content.as_deref().ok_or(Malformed("its TSTInfo is missing"))?;
        let info = Element::whole(content)?;
        let mut members = info.members_of(SEQUENCE)?;
        members.expect(INTEGER, "its version is missing")?;
        members.expect(OBJECT_IDENTIFIER, "its policy is missing")?;
        let imprint = members.expect(SEQUENCE, "its imprint is missing")?;
        members.expect(INTEGER, "its serial number is missing")?;
        let generated_at = members.expect(GENERALIZED_TIME, "its time is missing")?;
        let generated_at = time::of_element(&generated_at).ok_or(Malformed("its time cannot be read"))?;
        let mut imprint = imprint.members()?;
        let algorithm = Algorithm::read(&imprint.next()?)?;
        let hash = imprint.expect(OCTET_STRING, "its imprint has no digest")?.octets()?.into_owned();
        Ok(Self {
            imprint_algorithm: algorithm.oid.and_then(HashAlgorithm::from_oid),
            imprint: hash,
            generated_at,
            data,
        })
    }

    /// Checks form, signer and imprint. `covered` gives the digest of what it should be over.
    ///
    /// Whether the authority is trusted is asked elsewhere.
    pub(crate) fn check(&self, covered: &signer::ContentDigest<'_>, aid: &Aid<'_>) -> SignerCheck {
        let [signer] = self.data.signers.as_slice() else {
            return SignerCheck::new(format_failure("the time-stamp has not exactly one signer"));
        };
        let info = self.data.content.as_deref().unwrap_or_default();
        let mut check = signer::check(&self.data, signer, &|algorithm| Some(algorithm.digest(info)), aid);
        if check.verdict.is_passed() && check.reference == Reference::Absent {
            // RFC 3161 section 2.4.2 makes it a must.
            check.verdict = format_failure("the time-stamp does not name its certificate in what it signs");
        }
        let imprint = self.check_imprint(covered);
        check.verdict = check.verdict.and(imprint);
        check
    }

    fn check_imprint(&self, covered: &signer::ContentDigest<'_>) -> Verdict {
        let Some(algorithm) = self.imprint_algorithm else {
            let reason = "the digest algorithm of the time-stamp is not known";
            return Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, reason);
        };
        match covered(algorithm) {
            None => Verdict::indeterminate(
                SubIndication::SignedDataNotFound,
                "what the time-stamp covers is not at hand",
            ),
            Some(digest) if digest == self.imprint => Verdict::passed(),
            Some(_) => {
                Verdict::failed(SubIndication::HashFailure, "the time-stamp was made over something else")
            }
        }
    }
}

/// The token in a `TimeStampResp` (RFC 3161 section 2.4.2), or the bytes themselves if they are none.
pub(crate) fn token_in(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    let mut members = Element::whole(bytes)?.members_of(SEQUENCE)?;
    let Some(status) = members.optional(SEQUENCE)? else { return Ok(Cow::Borrowed(bytes)) };
    // granted (0) and grantedWithMods (1).
    let granted = status.members()?.next()?.small().is_some_and(|status| status <= 1);
    if !granted {
        return Err(Malformed("the time-stamp authority refused"));
    }
    Ok(Cow::Borrowed(members.next()?.raw))
}
