//! PAdES seals: CMS signatures for PDF documents, their keys, certificates and time-stamps.
//!
//! A seal is made in two steps with plain data between them, so that the key may sit in this process
//! ([`Pkcs8Key`]), in a key service or behind a slow signer that another process waits for:
//!
//! 1. [`SignedAttributes::new`] binds the document's digest to the seal certificate and gives the
//!    bytes, or their digest, that the key signs;
//! 2. [`assemble`] puts the signature, the certificates and an optional RFC 3161 time-stamp into the
//!    CMS that stands in the document's `/Contents`.
//!
//! For a key and a document at hand, [`seal()`] does all of it.
//!
//! ```
//! use pades::{Pkcs8Key, SealAlgorithm, SealCertificate, SignedAttributes};
//!
//! # fn main() -> Result<(), pades::SealError> {
//! let demo = pades::demo_ca::create("Analytical Engines", 1_770_000_000, 365)?;
//! let certificate = SealCertificate::from_pem(&demo.seal_certificate_pem)?;
//! let key = Pkcs8Key::from_pem(&demo.seal_key_pem)?;
//! let algorithm = SealAlgorithm::for_key(certificate.key_kind());
//!
//! let document_digest = [7; 32];
//! let attributes = SignedAttributes::new(document_digest, &certificate, algorithm)?;
//! let signature = key.sign_digest(algorithm, &attributes.digest())?;
//! let cms = pades::assemble(&attributes, &signature, &certificate, None)?;
//!
//! pades::check_own_seal(&cms, document_digest, &certificate)?;
//! assert!(cms.len() <= pades::contents_bytes(&certificate, algorithm, 0)?);
//! # Ok(())
//! # }
//! ```
//!
//! # Levels
//!
//! | level | what is added | by |
//! | --- | --- | --- |
//! | B-B | the signature and its certificates | [`assemble`] without a time-stamp |
//! | B-T | a time-stamp over the signature | [`TimestampRequest::for_signature`], then [`assemble`] with the token |
//! | B-LT | certificates, OCSP responses and CRLs | [`MaterialSearch`], then [`pdf::append_validation_data`] |
//! | B-LTA | a time-stamp over the document | [`pdf::prepare_timestamp`], [`TimestampRequest::new`], [`pdf::PreparedRevision::finish`] |
//!
//! The time-stamp authority, the OCSP responders and the CRLs are asked by the caller: this crate says what
//! to ask for and judges the answers. The `seal` example does so over plain HTTP.
//!
//! **Invariant:** knows no network, no clock and no randomness but what the signature algorithms
//! draw themselves.

mod algorithm;
mod asn1;
mod attributes;
mod certificate;
mod cms;
pub mod demo_ca;
mod directory_name;
mod error;
pub mod hash;
mod key;
mod level;
mod material;
mod oid;
mod one_signer;
mod own_seal;
pub mod policy;
mod revocation;
mod seal;
mod signed_data;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]
mod testing;
mod timestamp;
pub mod trust;
pub mod trusted_list;
pub mod validate;
pub mod verify;
mod x509;

pub use self::{
    algorithm::{Digest, DigestAlgorithm, KeyKind, MAX_RSA_BITS, MIN_RSA_BITS, SealAlgorithm},
    attributes::SignedAttributes,
    certificate::{SealCertificate, certificates_of_pem},
    error::SealError,
    key::Pkcs8Key,
    level::{Level, UnknownLevel},
    material::{Fetch, Gap, MAX_CERTIFICATES, MaterialError, MaterialSearch, Missing, OCSP_REQUEST},
    own_seal::{check_own_seal, seal_timestamp},
    seal::{document_digest, seal},
    signed_data::{TIMESTAMP_RESERVE_BYTES, assemble, contents_bytes},
    timestamp::{TIMESTAMP_QUERY, TIMESTAMP_REPLY, TimestampError, TimestampRequest, TimestampToken},
};
