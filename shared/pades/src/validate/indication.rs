//! The words of EN 319 102-1 for what a validation found.

use std::fmt;

/// The status of a signature (EN 319 102-1 clause 5.1.3), from best to worst.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Indication {
    /// Every check succeeded. Only this may be called valid.
    TotalPassed,
    /// What is at hand does not decide; never to be shown as valid.
    Indeterminate,
    /// The signature is wrong, and nothing that turns up later can change that.
    TotalFailed,
}

impl Indication {
    /// The word the standard uses, spelled with underscores as validation services do.
    #[must_use]
    pub fn standard_name(self) -> &'static str {
        match self {
            Self::TotalPassed => "TOTAL_PASSED",
            Self::Indeterminate => "INDETERMINATE",
            Self::TotalFailed => "TOTAL_FAILED",
        }
    }
}

impl fmt::Display for Indication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.standard_name())
    }
}

/// Why a signature is not `TOTAL_PASSED` (EN 319 102-1 clause 5.1.3), those of `TOTAL_FAILED` first.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SubIndication {
    /// The signature's format, or the way it covers the file, breaks its standard.
    FormatFailure,
    /// The signed bytes are not the ones that were signed.
    HashFailure,
    /// The signature value does not fit the signing certificate's key.
    SigCryptoFailure,
    /// The certificate was revoked before the signature is proven to have existed.
    Revoked,
    /// The signature was made after the certificate expired.
    Expired,
    /// The signature was made before the certificate became valid.
    NotYetValid,
    /// A constraint on the signature is not met: a later change that nothing allows is one.
    SigConstraintsFailure,
    /// A constraint on the certificate chain is not met.
    ChainConstraintsFailure,
    /// The chain could not be validated for a reason that has no word of its own.
    CertificateChainGeneralFailure,
    /// An algorithm or key size was not secure any more at the time of the signature.
    CryptoConstraintsFailure,
    /// An algorithm or key size is not secure now, and nothing proves that the signature is older.
    CryptoConstraintsFailureNoPoe,
    /// Time-stamps contradict each other or the signature.
    TimestampOrderFailure,
    /// The signing certificate cannot be identified.
    NoSigningCertificateFound,
    /// No chain leads from the signing certificate to a trust anchor.
    NoCertificateChainFound,
    /// The certificate is revoked, and nothing proves that the signature is older.
    RevokedNoPoe,
    /// A CA of the chain is revoked, and nothing proves that the signature is older.
    RevokedCaNoPoe,
    /// The certificate is expired or not yet valid, and nothing proves when the signature was made.
    OutOfBoundsNoPoe,
    /// As before, though its revocation status is known to have been good.
    OutOfBoundsNotRevoked,
    /// A proof of existence needed to reach back in time is missing.
    NoPoe,
    /// The revocation status is not known (any more); a fresher answer may decide.
    TryLater,
    /// The signed bytes of a detached signature are not at hand.
    SignedDataNotFound,
}

impl SubIndication {
    /// The word the standard uses.
    #[must_use]
    pub fn standard_name(self) -> &'static str {
        match self {
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::HashFailure => "HASH_FAILURE",
            Self::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
            Self::CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            Self::TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
            Self::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::OutOfBoundsNotRevoked => "OUT_OF_BOUNDS_NOT_REVOKED",
            Self::NoPoe => "NO_POE",
            Self::TryLater => "TRY_LATER",
            Self::SignedDataNotFound => "SIGNED_DATA_NOT_FOUND",
        }
    }
}

impl fmt::Display for SubIndication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.standard_name())
    }
}

/// What a validation found: an indication, and unless it passed, why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// Passed, failed, or open.
    pub indication: Indication,
    /// The standard's word for why; `None` if and only if it passed.
    pub sub_indication: Option<SubIndication>,
    /// The same in a sentence that a reader without the standard understands; empty if it passed.
    pub reason: String,
}

impl Verdict {
    /// Every check succeeded.
    #[must_use]
    pub fn passed() -> Self {
        Self { indication: Indication::TotalPassed, sub_indication: None, reason: String::new() }
    }

    /// What is at hand does not decide.
    pub fn indeterminate(sub_indication: SubIndication, reason: impl Into<String>) -> Self {
        Self {
            indication: Indication::Indeterminate,
            sub_indication: Some(sub_indication),
            reason: reason.into(),
        }
    }

    /// The signature is wrong.
    pub fn failed(sub_indication: SubIndication, reason: impl Into<String>) -> Self {
        Self {
            indication: Indication::TotalFailed,
            sub_indication: Some(sub_indication),
            reason: reason.into(),
        }
    }

    /// Whether every check succeeded.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.indication == Indication::TotalPassed
    }

    /// The worse of two; of equals, the first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if other.indication > self.indication { other } else { self }
    }
}
