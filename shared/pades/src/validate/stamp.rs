//! The time-stamps that stand in the attributes of a CMS signature.

use super::{
    TimestampKind,
    signer::{Aid, ContentDigest, SignerCheck, format_failure, signed_values},
    token::Token,
};
use crate::{
    asn1::ber::Element,
    cms::{SignedData, Signer},
    hash::HashAlgorithm,
    oid,
};

/// A time-stamp whose integrity is known.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) covers: TimestampKind,
    pub(crate) check: SignerCheck,
    /// Unix seconds; `None` when the token cannot be read.
    pub(crate) generated_at: Option<i64>,
    pub(crate) imprint_algorithm: Option<HashAlgorithm>,
    /// Certificates and revocation data that the token carries.
    pub(crate) carried: Carried,
}

/// Certificates and revocation data taken out of a signature, DER.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carried {
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) crls: Vec<Vec<u8>>,
    pub(crate) ocsp_responses: Vec<Vec<u8>>,
}

impl Carried {
    /// All that a CMS carries, in its own sets and in its signers' attributes.
    pub(crate) fn of(data: &SignedData<'_>) -> Self {
        let owned = |list: &[&[u8]]| list.iter().map(|der| der.to_vec()).collect::<Vec<_>>();
        let mut carried = Self {
            certificates: owned(&data.certificates),
            crls: owned(&data.crls),
            ocsp_responses: data.ocsp_responses.iter().map(|der| der.to_vec()).collect(),
        };
        for signer in &data.signers {
            let more = signer.carried();
            carried.certificates.extend(owned(&more.certificates));
            carried.crls.extend(owned(&more.crls));
            carried.ocsp_responses.extend(more.ocsp_responses.iter().map(|der| der.to_vec()));
        }
        carried
    }

    pub(crate) fn has_revocation_data(&self) -> bool {
        !self.crls.is_empty() || !self.ocsp_responses.is_empty()
    }
}

/// The digest algorithms that content time-stamps of a signer ask for.
pub(crate) fn content_algorithms(signer: &Signer<'_>) -> Vec<HashAlgorithm> {
    let tokens = signed_values(signer, oid::ID_AA_ETS_CONTENT_TIMESTAMP);
    tokens.iter().filter_map(|token| Token::read(token.raw).ok()?.imprint_algorithm).collect()
}

/// Reads and checks the time-stamps of a signer: those over the content first, then those over the signature.
///
/// At most `limit` are looked at.
pub(crate) fn stamps_of(
    signer: &Signer<'_>,
    content: &ContentDigest<'_>,
    aid: &Aid<'_>,
    limit: usize,
) -> Vec<Stamp> {
    let over_content = signed_values(signer, oid::ID_AA_ETS_CONTENT_TIMESTAMP);
    let over_signature = signer.unsigned_attributes.values(oid::ID_AA_TIME_STAMP_TOKEN);
    let signature = |algorithm: HashAlgorithm| Some(algorithm.digest(&signer.signature));
    let content_stamps = over_content.iter().map(|token| stamp(token, TimestampKind::Content, content, aid));
    let signature_stamps =
        over_signature.map(|token| stamp(&token, TimestampKind::Signature, &signature, aid));
    content_stamps.chain(signature_stamps).take(limit).collect()
}

/// Reads and checks one token.
fn stamp(element: &Element<'_>, covers: TimestampKind, covered: &ContentDigest<'_>, aid: &Aid<'_>) -> Stamp {
    match Token::read(element.raw) {
        Ok(token) => Stamp {
            covers,
            check: token.check(covered, aid),
            generated_at: Some(token.generated_at),
            imprint_algorithm: token.imprint_algorithm,
            carried: Carried::of(&token.data),
        },
        Err(malformed) => Stamp {
            covers,
            check: SignerCheck::new(format_failure(format!("the time-stamp cannot be read: {malformed}"))),
            generated_at: None,
            imprint_algorithm: None,
            carried: Carried::default(),
        },
    }
}
