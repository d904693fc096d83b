//! Makes a revision: the seal, and what its level adds.

use std::sync::Arc;

use domain::Digest;
use domain::request::SealLevel;
use pades::{Level, SignedAttributes, TIMESTAMP_RESERVE_BYTES, TimestampToken};
use pdf::{Appearance, FieldPlan, SealRequest, SignedAt};
use shared::outbound::SealKey;

use crate::SealFault;
use crate::draft::{Draft, Previous, blocking};
use crate::level::{Climb, Levels};
use crate::material::{self, NoMaterial};

/// What a seal says; owned, so that it can go to another thread.
pub(crate) struct Words {
    pub(crate) plan: FieldPlan,
    pub(crate) act: Act,
    pub(crate) signed_at: SignedAt,
    pub(crate) signer_name: String,
    pub(crate) reason: String,
    pub(crate) evidence_head: Digest,
    /// The field of the document time-stamp, should there be one.
    pub(crate) timestamp_field: String,
}

/// What is sealed.
pub(crate) enum Act {
    Closing,
    Signatory { field_name: String, appearance: Appearance },
}

impl Words {
    fn request(&self, contents_bytes: usize) -> SealRequest<'_> {
        SealRequest {
            plan: &self.plan,
            act: match &self.act {
                Act::Closing => pdf::Act::Closing,
                Act::Signatory { field_name, appearance } => pdf::Act::Signatory { field_name, appearance },
            },
            signed_at: self.signed_at,
            signer_name: &self.signer_name,
            reason: Some(&self.reason),
            location: None,
            evidence_head: Some(self.evidence_head.as_bytes()),
            contents_bytes,
        }
    }
}

/// Makes the revision upon `previous`, as high as the levels want it and the world allows.
///
/// # Errors
///
/// [`SealFault`]; nothing was written.
pub(crate) async fn make(
    previous: Previous,
    words: Words,
    key: &SealKey,
    levels: &Levels,
) -> Result<(Draft, SealLevel), SealFault> {
    let now = words.signed_at.unix_ms.div_euclid(1000);
    key.certificate.check_valid_at(now).map_err(SealFault::other)?;
    let mut climb = match words.act {
        Act::Closing => levels.of_closing(),
        Act::Signatory { .. } => levels.of_act(),
    };
    let mut draft = Draft::upon(previous);
    let words = Arc::new(words);
    seal(&mut draft, Arc::clone(&words), key, levels, &mut climb).await?;
    if climb.goes_to(Level::BLT) {
        add_validation_data(&mut draft, key, levels, &mut climb, now).await?;
    }
    if climb.goes_to(Level::BLTA) {
        add_document_timestamp(&mut draft, &words.timestamp_field, levels, &mut climb).await?;
    }
    Ok((draft, climb.end()))
}

/// The seal itself, at level B-T if that is wanted, else at B-B.
async fn seal(
    draft: &mut Draft,
    words: Arc<Words>,
    key: &SealKey,
    levels: &Levels,
    climb: &mut Climb,
) -> Result<(), SealFault> {
    let (certificate, algorithm) = (&key.certificate, key.algorithm());
    let reserve = if climb.goes_to(Level::BT) { TIMESTAMP_RESERVE_BYTES } else { 0 };
    let contents_bytes = pades::contents_bytes(certificate, algorithm, reserve).map_err(SealFault::other)?;
    let upon = draft.clone();
    let (prepared, digest) = blocking(move || {
        let prepared =
            pdf::prepare(&upon.open()?, &words.request(contents_bytes)).map_err(SealFault::other)?;
        let digest = upon.digest(&prepared, algorithm.digest_algorithm())?;
        Ok((prepared, digest))
    })
    .await?;
    let attributes = SignedAttributes::new(digest, certificate, algorithm).map_err(SealFault::other)?;
    let signature = key.sign(&attributes.digest()).await?;
    let mut token = None;
    if climb.goes_to(Level::BT) {
        match levels.authority.stamp_signature(&signature).await {
            Ok(stamped) => {
                token = Some(stamped);
                climb.reach(Level::BT);
            }
            Err(reason) => climb.miss(reason)?,
        }
    }
    // Verifies the signature: a seal that does not hold is never written.
    let cms =
        pades::assemble(&attributes, &signature, certificate, token.as_ref()).map_err(SealFault::other)?;
    draft.append(&prepared.finish(&cms).map_err(SealFault::other)?);
    Ok(())
}

async fn add_validation_data(
    draft: &mut Draft,
    key: &SealKey,
    levels: &Levels,
    climb: &mut Climb,
    now_unix_seconds: i64,
) -> Result<(), SealFault> {
    let upon = draft.clone();
    let tokens = blocking(move || own_timestamps(&upon)).await?;
    let data = match material::gather(&levels.outbound, key, &tokens, now_unix_seconds).await {
        Ok(data) => data,
        Err(NoMaterial::Missing(reason)) => return climb.miss(reason),
        Err(NoMaterial::Fault(fault)) => return Err(fault),
    };
    let upon = draft.clone();
    let append = move || pdf::append_validation_data(&upon.open()?, &data).map_err(SealFault::other);
    draft.append(&blocking(append).await?);
    climb.reach(Level::BLT);
    Ok(())
}

/// The time-stamps of all seals of ours in the document.
fn own_timestamps(draft: &Draft) -> Result<Vec<TimestampToken>, SealFault> {
    let inspection = pdf::inspect(&draft.open()?).map_err(SealFault::other)?;
    let seals = inspection.signatures.iter().filter(|it| it.evidence_head.is_some());
    let tokens: Vec<_> = seals
        .map(|seal| pades::seal_timestamp(&seal.contents))
        .collect::<Result<_, _>>()
        .map_err(SealFault::other)?;
    Ok(tokens.into_iter().flatten().collect())
}

async fn add_document_timestamp(
    draft: &mut Draft,
    field: &str,
    levels: &Levels,
    climb: &mut Climb,
) -> Result<(), SealFault> {
    let (upon, field) = (draft.clone(), field.to_owned());
    let (prepared, sha256) = blocking(move || {
        let prepared = pdf::prepare_timestamp(&upon.open()?, &field, TIMESTAMP_RESERVE_BYTES)
            .map_err(SealFault::other)?;
        match upon.digest(&prepared, pades::DigestAlgorithm::Sha256)? {
            pades::Digest::Sha256(sha256) => Ok((prepared, sha256)),
            pades::Digest::Sha384(_) => Err(SealFault::other("a digest of another algorithm")),
        }
    })
    .await?;
    match levels.authority.stamp_document(sha256).await {
        Ok(token) => {
            draft.append(&prepared.finish(token.der()).map_err(SealFault::other)?);
            climb.reach(Level::BLTA);
            Ok(())
        }
        Err(reason) => climb.miss(reason),
    }
}
