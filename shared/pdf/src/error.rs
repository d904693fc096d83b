//! What can go wrong, each variant saying what a caller can do.

use std::io;

/// Why a PDF could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// The file breaks the format at `offset`. An unsigned file may be given to [`crate::repair`];
    /// a signed one has to be refused.
    #[error("broken PDF at byte {offset}: {what}")]
    Broken {
        /// Where, in bytes from the start of the file (or of a decoded stream).
        offset: u64,
        /// What was expected and is not there.
        what: &'static str,
    },
    /// The source failed to deliver bytes. Retryable when the source is remote.
    #[error("reading the PDF failed")]
    Io(#[from] io::Error),
    /// The file asks for more than [`crate::Limits`] allow. Refuse it, or open it with wider limits.
    #[error("limit {limit} exceeded: {found} of {allowed} allowed")]
    LimitExceeded {
        /// The field of [`crate::Limits`].
        limit: &'static str,
        /// What the limit allows.
        allowed: u64,
        /// What the file asks for (at least).
        found: u64,
    },
    /// There is no `%PDF-` in the first kilobyte. The file is of another kind: refuse it.
    #[error("not a PDF")]
    NotPdf,
    /// The file is encrypted and does not open with the empty password. Ask for the user password.
    #[error("the PDF needs a password")]
    PasswordRequired,
    /// The password given opens nothing. Ask again.
    #[error("the password does not open the PDF")]
    PasswordWrong,
    /// The document carries a signature, which a merge would lose. Refuse it, or sign it by itself.
    #[error("the PDF carries a signature")]
    Signed,
    /// The file is broken and carries a signature, which a repair could make lie. Refuse it.
    #[error("broken PDF with a signature")]
    SignedAndBroken,
    /// The file is encrypted by a scheme outside of RC4, AES-128 and AES-256. Refuse it.
    #[error("unsupported encryption: {what}")]
    UnsupportedEncryption {
        /// The filter, version or method that is not supported.
        what: String,
    },
    /// A stream uses a filter this crate does not decode. Only streams that carry structure need decoding.
    #[error("unsupported stream filter {name}")]
    UnsupportedFilter {
        /// The filter's name.
        name: String,
    },
}

impl PdfError {
    /// Whether [`crate::repair`] may help against it, before the first signature: the file is broken, or its
    /// cross-references promise more objects than there can be.
    ///
    /// A file that opens tells by [`crate::Inspection::needs_repair`].
    #[must_use]
    pub fn may_be_repaired(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::UnsupportedFilter { .. } => true,
            // A repair counts the objects that the file has.
            Self::LimitExceeded { limit, .. } => *limit == "objects",
            _ => false,
        }
    }

    pub(crate) fn broken(offset: u64, what: &'static str) -> Self {
        Self::Broken { offset, what }
    }

    pub(crate) fn over(limit: &'static str, allowed: u64, found: u64) -> Self {
        Self::LimitExceeded { limit, allowed, found }
    }
}

/// Why a [`crate::Place`] cannot be used. `place` counts from 0 in the slice that was given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlacementError {
    /// Width or height is zero, negative, or no number. Give a positive size.
    #[error("place {place} has no area")]
    NoArea {
        /// Index of the place.
        place: usize,
    },
    /// The rectangle leaves the page as displayed. Move it by the amounts given, in points.
    #[error(
        "place {place} leaves page {page} by {left_points} pt left, {top_points} pt top, {right_points} pt right, {bottom_points} pt bottom"
    )]
    OutsidePage {
        /// Index of the place.
        place: usize,
        /// The page, from 1.
        page: u32,
        /// How far it reaches over the left edge, in points; 0 if it does not.
        left_points: f64,
        /// How far it reaches over the top edge, in points; 0 if it does not.
        top_points: f64,
        /// How far it reaches over the right edge, in points; 0 if it does not.
        right_points: f64,
        /// How far it reaches over the bottom edge, in points; 0 if it does not.
        bottom_points: f64,
    },
    /// The form field named is signed already. Choose another one.
    #[error("place {place} names field {name}, which is signed already")]
    SignedField {
        /// Index of the place.
        place: usize,
        /// The field's full name.
        name: String,
    },
    /// The document has no form field of this name, or the field has no widget. Choose another one.
    #[error("place {place} names field {name}, which the document does not have")]
    UnknownField {
        /// Index of the place.
        place: usize,
        /// The field's full name.
        name: String,
    },
    /// The document has no such page. Pages count from 1, and -1 is the last one.
    #[error("place {place} is on page {page} of a document of {pages} pages")]
    UnknownPage {
        /// Index of the place.
        place: usize,
        /// The page asked for.
        page: i32,
        /// How many pages there are.
        pages: usize,
    },
}

/// Why a revision could not be prepared or finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The signature field of this act carries a signature already. The act was sealed before: nothing to do.
    #[error("field {field} is signed already")]
    AlreadySigned {
        /// The field's full name.
        field: String,
    },
    /// The CMS is larger than the room reserved for it. Prepare again with more room.
    #[error("the signature takes {needed} bytes and {reserved} are reserved")]
    ContentsTooLarge {
        /// Bytes reserved.
        reserved: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// An earlier signature forbids what the seal would do. Refuse the document, with this sentence.
    #[error("{0}")]
    Forbidden(Prohibition),
    /// The drawn or uploaded mark cannot be used. Ask for another one.
    #[error("the mark cannot be used: {what}")]
    Mark {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The name cannot be used for a new signature field: the document has another field of this name, the
    /// plan names it twice, or it is empty or has a full stop. Choose another one.
    #[error("the name {field} cannot be given to a signature field")]
    NameTaken {
        /// The field's name.
        field: String,
    },
    /// The document cannot be read.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// A place cannot be used.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// The act names a signatory that the plan does not hold. A fault of the caller.
    #[error("the plan has no field {field}")]
    UnknownSignatory {
        /// The field's name.
        field: String,
    },
}

/// A rule of an earlier signature that a new seal would break (ISO 32000-1 section 12.8.2).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Prohibition {
    /// The certifying signature allows no change (`DocMDP` with P 1), or its permission is unknown.
    #[error(
        "the signature in field \"{field}\" certifies the document and permits no changes, not even further signatures"
    )]
    NoChanges {
        /// The field with the certifying signature.
        field: String,
    },
    /// The certifying signature allows filling what exists, not new visible fields (`DocMDP` with P 2).
    #[error(
        "the signature in field \"{field}\" certifies the document and permits only filling existing fields; a new visible signature field is not allowed: place the signature in an empty signature field of the document"
    )]
    NoNewFields {
        /// The field with the certifying signature.
        field: String,
    },
    /// An earlier signature locks the field to be filled (`FieldMDP`, or the lock of its field).
    #[error("the signature in field \"{by}\" locks the field \"{field}\"")]
    FieldLocked {
        /// The field to be filled.
        field: String,
        /// The field whose signature locks it.
        by: String,
    },
    /// A second place for one signatory needs a form field, and a signed document takes no new ones.
    #[error("the document carries a signature already, so a signatory can have only one new place in it")]
    OnePlaceOnly,
    /// A signature field asks for a kind of signature this engine does not make (`/SV`).
    #[error("the field \"{field}\" accepts only signatures of another kind: {what}")]
    SeedValue {
        /// The field to be filled.
        field: String,
        /// The constraint that cannot be met.
        what: &'static str,
    },
}
