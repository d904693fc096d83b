//! A whole seal in one process: prepare, digest, sign, finish.

use std::io;

use pdf::{Document, Midstate, PreparedRevision, ReadAt, SealRequest};
use sha2::Digest as _;

use crate::{Digest, DigestAlgorithm, Pkcs8Key, SealCertificate, SealError, SignedAttributes, assemble};

/// Seals a document at level B-B and returns the bytes to append to it.
///
/// `source` is the document as it stands, the one `document` was opened from. The finished seal is
/// checked before it is returned.
///
/// # Errors
///
/// [`SealError::CertificateExpired`] when the certificate is not valid at `request.signed_at`,
/// [`SealError::KeyMismatch`] when the key is not the certificate's, [`SealError::Pdf`] when the
/// document forbids the seal or cannot be read, or whatever signing says.
pub fn seal(
    document: &Document,
    source: &dyn ReadAt,
    request: &SealRequest<'_>,
    key: &Pkcs8Key,
    certificate: &SealCertificate,
) -> Result<Vec<u8>, SealError> {
    certificate.check_valid_at(request.signed_at.unix_ms.div_euclid(1000))?;
    key.check_belongs_to(certificate)?;
    let algorithm = key.algorithm();
    let prepared = pdf::prepare(document, request)?;
    let digest = document_digest(&prepared, source, None, algorithm.digest_algorithm())?;
    let attributes = SignedAttributes::new(digest, certificate, algorithm)?;
    let signature = key.sign_digest(algorithm, &attributes.digest())?;
    let cms = assemble(&attributes, &signature, certificate, None)?;
    Ok(prepared.finish(&cms)?)
}

/// Digests what a prepared revision's byte range covers.
///
/// With a SHA-256 midstate of the previous revision, only the appended bytes are read. A midstate is
/// of no use to the other algorithms, which read the previous revision whole.
///
/// # Errors
///
/// What the source says; `InvalidInput` when it is not the previous revision.
pub fn document_digest(
    prepared: &PreparedRevision,
    previous: &dyn ReadAt,
    midstate: Option<&Midstate>,
    algorithm: DigestAlgorithm,
) -> io::Result<Digest> {
    match algorithm {
        DigestAlgorithm::Sha256 => prepared.digest(previous, midstate).map(Digest::from),
        DigestAlgorithm::Sha384 => sha384(prepared, previous),
    }
}

fn sha384(prepared: &PreparedRevision, previous: &dyn ReadAt) -> io::Result<Digest> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "not the previous revision");
    if previous.size() != prepared.previous_size {
        return Err(wrong());
    }
    let mut hasher = sha2::Sha384::new();
    let mut block = vec![0; READ_BLOCK_BYTES];
    let mut offset = 0;
    while offset < prepared.previous_size {
        let left = usize::try_from(prepared.previous_size - offset).unwrap_or(READ_BLOCK_BYTES);
        let part = block.get_mut(..left.min(READ_BLOCK_BYTES)).ok_or_else(wrong)?;
        previous.read_at(offset, part)?;
        hasher.update(&*part);
        offset += part.len() as u64;
    }
    let [_, before, after, _] = prepared.byte_range;
    let in_tail = |offset: u64| usize::try_from(offset.checked_sub(prepared.previous_size)?).ok();
    let (start, end) = in_tail(before).zip(in_tail(after)).ok_or_else(wrong)?;
    hasher.update(prepared.tail.get(..start).ok_or_else(wrong)?);
    hasher.update(prepared.tail.get(end..).ok_or_else(wrong)?);
    Ok(Digest::Sha384(hasher.finalize().into()))
}

/// How much of the previous revision is held in memory at once.
const READ_BLOCK_BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    /// A revision of 40 appended bytes, of which 11 to 20 are `/Contents`.
    fn prepared(previous: &[u8]) -> PreparedRevision {
        let size = previous.len() as u64;
        PreparedRevision {
            previous_size: size,
            tail: (0..40).collect(),
            byte_range: [0, size + 10, size + 20, 20],
            fallbacks: Vec::new(),
        }
    }

    #[test]
    fn each_digest_covers_all_but_the_contents() {
        // Longer than one block, and no multiple of it.
        let previous: Vec<u8> = (0..=250).cycle().take(READ_BLOCK_BYTES * 2 + 77).collect();
        let prepared = prepared(&previous);
        let covered = [&previous[..], &prepared.tail[..10], &prepared.tail[20..]].concat();
        for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384] {
            let digest = document_digest(&prepared, &previous, None, algorithm).unwrap();
            assert_eq!(digest, Digest::of(algorithm, &covered));
        }
    }

    #[test]
    fn another_revision_is_refused() {
        let prepared = prepared(b"previous");
        let longer = b"previous and more".to_vec();
        for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384] {
            let refused = document_digest(&prepared, &longer, None, algorithm).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn a_midstate_spares_reading_the_previous_revision() {
        let previous = b"previous".to_vec();
        let prepared = prepared(&previous);
        let midstate = Midstate::of(&previous).unwrap();
        let nothing: Vec<u8> = Vec::new();
        let algorithm = DigestAlgorithm::Sha256;
        assert_eq!(
            document_digest(&prepared, &nothing, Some(&midstate), algorithm).unwrap(),
            document_digest(&prepared, &previous, None, algorithm).unwrap()
        );
    }
}
