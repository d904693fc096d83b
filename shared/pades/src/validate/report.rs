//! What a validation tells: one model, from which every answer and report is rendered.
//!
//! Instants are seconds since 1970-01-01T00:00:00Z.

use super::{Options, Verdict};
use crate::Level;

/// What was found in one file.
#[derive(Clone, Debug)]
pub struct Report {
    /// What kind of signed file it is.
    pub format: Format,
    /// SHA-256 of the whole file.
    pub sha256: [u8; 32],
    /// When the validation ran.
    pub validated_at: i64,
    /// The instant the signatures were judged at: `validated_at` unless the caller chose another.
    pub time_of_interest: i64,
    /// The worst of all signatures and time-stamps; TOTAL_PASSED only if the file holds nothing beyond what
    /// they cover and allow. `None` when nothing is signed.
    pub overall: Option<Verdict>,
    /// In the order of signing.
    pub signatures: Vec<SignatureReport>,
    /// The revisions of a PDF, oldest first; empty for other formats.
    pub revisions: Vec<RevisionReport>,
    /// What was signed, for formats that carry it inside, or the PDF as first signed.
    pub content: Option<Content>,
    /// Signed files found inside the content, when asked to look.
    pub inner: Vec<Report>,
    /// What a reader should know and no signature says.
    pub notes: Vec<String>,
}

impl Report {
    /// A report on a file in which nothing was found yet.
    pub(super) fn new(format: Format, sha256: [u8; 32], options: &Options<'_>) -> Self {
        Self {
            format,
            sha256,
            validated_at: options.now,
            time_of_interest: options.time_of_interest(),
            overall: None,
            signatures: Vec::new(),
            revisions: Vec::new(),
            content: None,
            inner: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The overall word: an indication's, or `NO_SIGNATURE`.
    #[must_use]
    pub fn standard_name(&self) -> &'static str {
        self.overall.as_ref().map_or("NO_SIGNATURE", |verdict| verdict.indication.standard_name())
    }

    /// Whether every signature is valid and nothing but what they allow follows them.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.overall.as_ref().is_some_and(Verdict::is_passed)
    }
}

/// The kinds of signed files that are read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// A ZIP archive, in which signed files may lie.
    Archive,
    /// A CMS signature, attached or detached (`.p7m`, `.p7s`).
    Cades,
    /// Signatures in a PDF.
    Pades,
    /// An RFC 3161 time-stamp token by itself.
    TimestampToken,
}

impl Format {
    /// The word callers know it by.
    #[must_use]
    pub fn standard_name(self) -> &'static str {
        match self {
            Self::Archive => "ZIP",
            Self::Cades => "CAdES",
            Self::Pades => "PAdES",
            Self::TimestampToken => "TST",
        }
    }
}

/// Signed content that can be handed out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Content {
    /// Bytes carried inside the signature, after decoding.
    Bytes(Vec<u8>),
    /// The file's first bytes, this many.
    Prefix(u64),
}

/// What was found about one signature, seal or document time-stamp.
#[derive(Clone, Debug)]
pub struct SignatureReport {
    /// Passed, failed or open, and why.
    pub verdict: Verdict,
    /// Which process of EN 319 102-1 led to the verdict.
    pub process: Process,
    /// Whether the signed bytes and the signature value are right, whoever signed.
    pub intact: bool,
    /// A signature or a time-stamp over the document.
    pub kind: SignatureKind,
    /// The baseline level reached by what is valid in it; `None` when it is no baseline signature.
    pub level: Option<Level>,
    /// How it covers the file.
    pub coverage: Coverage,
    /// The revision it signs: index into [`Report::revisions`].
    pub revision: Option<usize>,
    /// SHA-256 of the covered bytes without the gap; of the content for CMS.
    pub sha256: Option<[u8; 32]>,
    /// Name of the PDF's signature field.
    pub field: Option<String>,
    /// `/SubFilter` of the PDF's signature dictionary.
    pub sub_filter: Option<String>,
    /// `/Reason` as signed.
    pub reason: Option<String>,
    /// `/Location` as signed.
    pub location: Option<String>,
    /// The time the signer claims: signing-time or `/M`.
    pub claimed_at: Option<i64>,
    /// The earliest instant a valid time-stamp proves it existed.
    pub proven_at: Option<i64>,
    /// Such as `SHA256withRSA`.
    pub algorithm: String,
    /// The signing certificate first, a trust anchor last if one was reached.
    pub chain: Vec<CertificateReport>,
    /// The time-stamps over this signature, in the order found.
    pub timestamps: Vec<TimestampReport>,
    /// What changed after it in the file, oldest first.
    pub changes: Vec<ChangeReport>,
    /// What a reader should know: weak algorithms judged at their time, lenient readings, and such.
    pub notes: Vec<String>,
}

/// The processes of EN 319 102-1 clause 5.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Process {
    /// Validation process for Basic Signatures (clause 5.3).
    Basic,
    /// For Signatures with Time and Signatures with Long-Term Validation Material (clause 5.5).
    LongTerm,
    /// For Signatures providing Long Term Availability and Integrity of Validation Material (clause 5.6).
    Archival,
    /// Time-stamp validation (clause 5.4).
    Timestamp,
}

impl Process {
    /// The process in words.
    #[must_use]
    pub fn standard_name(self) -> &'static str {
        match self {
            Self::Basic => "Basic Signatures",
            Self::LongTerm => "Signatures with Time and Long-Term Validation Material",
            Self::Archival => {
                "Signatures providing Long Term Availability and Integrity of Validation Material"
            }
            Self::Timestamp => "Time-stamp",
        }
    }
}

/// What a signature vouches for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SignatureKind {
    /// A signature or seal.
    Signature,
    /// A time-stamp over the document.
    DocumentTimestamp,
}

/// How a signature covers the file.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Coverage {
    /// Every byte but its own gap.
    WholeFile,
    /// Everything up to the end of its revision, after which the file goes on.
    WholeRevision,
    /// Less than its revision, or nothing that can be made sense of.
    Partial,
}

impl Coverage {
    /// The word used in answers.
    #[must_use]
    pub fn standard_name(self) -> &'static str {
        match self {
            Self::WholeFile => "WHOLE_FILE",
            Self::WholeRevision => "WHOLE_REVISION",
            Self::Partial => "PARTIAL",
        }
    }
}

/// One certificate of a chain.
#[derive(Clone, Debug)]
pub struct CertificateReport {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// Subject, RFC 4514.
    pub subject: String,
    /// Subject's common name.
    pub subject_common_name: Option<String>,
    /// Issuer, RFC 4514.
    pub issuer: String,
    /// Issuer's common name.
    pub issuer_common_name: Option<String>,
    /// Serial number, lower-case hexadecimal.
    pub serial_hex: String,
    /// SHA-256 of the DER.
    pub sha256: [u8; 32],
    /// First second of validity.
    pub not_before: i64,
    /// Last second of validity.
    pub not_after: i64,
    /// Size of its key in bits.
    pub key_bits: u32,
    /// Whether it was good at the time that counts.
    pub status: CertificateStatus,
    /// Where the status comes from.
    pub revocation: RevocationReport,
    /// Whether it states to be qualified (`QcCompliance`, EN 319 412-5).
    pub qualified: bool,
    /// Whether it states that its key is in a qualified device (`QcSSCD`).
    pub qualified_device: bool,
    /// The trust anchor it is, or `None`.
    pub anchor: Option<AnchorSource>,
}

/// Whether a certificate was good at the time that counts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CertificateStatus {
    /// In its validity period and not revoked.
    Valid,
    /// Past its validity period.
    Expired,
    /// Before its validity period.
    NotYetValid,
    /// Revoked at the time that counts.
    Revoked,
    /// Revocation status not known.
    Unknown,
}

impl CertificateStatus {
    /// The word used in answers.
    #[must_use]
    pub fn standard_name(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Expired => "EXPIRED",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::Revoked => "REVOKED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// What is known of a certificate's revocation.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RevocationReport {
    /// Where it is known from.
    pub source: RevocationSource,
    /// When that was issued (`thisUpdate` of a CRL, `producedAt` of an OCSP response).
    pub issued_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

/// Where a certificate's revocation status is known from.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum RevocationSource {
    /// A revocation list.
    Crl,
    /// An OCSP response.
    Ocsp,
    /// The certificate is exempt: noRevAvail, ocsp-nocheck, or a trust anchor.
    Exempt,
    /// Nothing says.
    #[default]
    None,
}

/// Why a certificate is trusted.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum AnchorSource {
    /// The authority of this system's own seals.
    SealAuthority,
    /// A root that the tenant, or the caller, trusts.
    Tenant,
    /// A service of a national trusted list.
    TrustedList {
        /// Territory, ISO 3166-1 alpha-2 as the list writes it.
        territory: String,
        /// The service's name.
        service: String,
        /// Whether the service is granted for qualified certificates.
        qualified: bool,
    },
}

/// One time-stamp over a signature or a document.
#[derive(Clone, Debug)]
pub struct TimestampReport {
    /// Passed, failed or open, and why.
    pub verdict: Verdict,
    /// The time it proves.
    pub generated_at: Option<i64>,
    /// The time-stamp authority's certificate first.
    pub chain: Vec<CertificateReport>,
    /// What it covers.
    pub covers: TimestampKind,
}

/// What a time-stamp covers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TimestampKind {
    /// A signature value.
    Signature,
    /// Signed content, before the signature.
    Content,
    /// A document and all before it.
    Document,
    /// A CMS signature with its validation data (archive time-stamp).
    Archive,
}

/// One revision of a PDF.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RevisionReport {
    /// Where it ends, in bytes from the start of the file.
    pub end: u64,
    /// SHA-256 of the file up to there.
    pub sha256: [u8; 32],
}

/// One thing that changed after a signature.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeReport {
    /// The revision that changed it: index into [`Report::revisions`].
    pub revision: usize,
    /// What happened, in a sentence.
    pub sentence: String,
    /// The page it shows on, from 1.
    pub page: Option<u32>,
    /// Whether the signature allows it.
    pub allowed: bool,
}
