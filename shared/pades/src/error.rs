//! Why a seal could not be made.

use crate::{KeyKind, SealAlgorithm};

/// Why a seal could not be made, or was made and then found wanting.
///
/// No variant carries key material or document content, so every message may be logged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The algorithm cannot be used with this kind of key. Choose one with [`SealAlgorithm::for_key`].
    #[error("{algorithm} cannot be used with {key}")]
    AlgorithmMismatch {
        /// What was asked for.
        algorithm: SealAlgorithm,
        /// What the key is.
        key: KeyKind,
    },
    /// A certificate is not valid at the time of sealing. Renew it.
    #[error("the seal certificate is valid from {not_before} to {not_after} (Unix seconds), not at {at}")]
    CertificateExpired {
        /// First second of validity, Unix seconds.
        not_before: i64,
        /// Last second of validity, Unix seconds.
        not_after: i64,
        /// When the seal was to be made, Unix seconds.
        at: i64,
    },
    /// The certificate can be read but must not be used for a seal. Ask its CA for another.
    #[error("the certificate cannot be used for a seal: {what}")]
    CertificateUnfit {
        /// What is wrong with it.
        what: String,
    },
    /// A certificate could not be read. Supply PEM or DER, the seal certificate first.
    #[error("the certificate cannot be read: {what}")]
    CertificateUnreadable {
        /// Which part failed.
        what: &'static str,
        /// What the decoder said.
        #[source]
        source: Option<der::Error>,
    },
    /// A demo certificate authority could not be made.
    #[error("the demo certificate authority cannot be made")]
    DemoCa(#[from] rcgen::Error),
    /// The digest is not of the length the algorithm signs.
    #[error("{algorithm} signs a digest of {expected} bytes, found one of {found}")]
    DigestLength {
        /// What was asked for.
        algorithm: SealAlgorithm,
        /// Bytes it signs.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// A structure could not be written as DER. A field is far larger than any real one.
    #[error("the CMS cannot be encoded")]
    Encoding(#[from] der::Error),
    /// The private key does not belong to the certificate. Supply the matching pair.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// The private key could not be read. Supply unencrypted PKCS#8, PEM or DER.
    #[error("the private key cannot be read: {what}")]
    KeyUnreadable {
        /// What is wrong with it; never its content.
        what: &'static str,
    },
    /// The key is of a kind this crate does not seal with. Use RSA 2048 to 4096, P-256 or P-384.
    #[error("unsupported key: {found}")]
    KeyUnsupported {
        /// What the key is, in the standard's words.
        found: String,
    },
    /// The document forbids the seal or cannot be read. Each cause says what to do.
    #[error(transparent)]
    Pdf(#[from] pdf::SealError),
    /// A finished seal does not verify. It must not be published.
    #[error("the seal does not verify: {what}")]
    SealInvalid {
        /// The first check that failed.
        what: &'static str,
    },
    /// The document's bytes could not be read. Retryable when they come from afar.
    #[error("reading the document failed")]
    Source(#[from] std::io::Error),
    /// The signing operation failed inside the cryptographic library. Retrying may help.
    #[error("the signing operation failed")]
    SigningFailed,
}
