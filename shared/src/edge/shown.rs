//! The document that a signatory may read, and where its bytes are.

use domain::request::AnyRequest;
use domain::{Digest, SignatoryId, Timestamp};

use super::problem::Problem;
use crate::store::DocumentKeys;

/// Which document is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// The signed document once it is done, else the newest revision.
    Newest,
    /// The revision of this digest; the signed document once it is done.
    Revision(Digest),
    /// The signed document.
    Signed,
}

/// A document that a signatory may read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown {
    /// Its key in the bucket of documents.
    pub key: String,
    /// Its length.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: Digest,
    /// A word for it in a file's name.
    pub name: &'static str,
}

/// Finds the document that is meant, if this signatory may read it now.
///
/// # Errors
///
/// [`Problem`] 404 for who is not of this request and for an unknown digest, 409 before there is a document
/// or before it is their turn, 410 when it is no longer shown or kept, 423 when they are locked.
pub fn find(
    request: &AnyRequest,
    signatory: &SignatoryId,
    wanted: Wanted,
    now: Timestamp,
) -> Result<Shown, Problem> {
    let facts = request.facts();
    facts.signatory(signatory).ok_or_else(Problem::not_found)?.may_read(now)?;
    if facts.documents_are_over(now) {
        return Err(no_longer_kept());
    }
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    if let Some(sealed) = request.sealed() {
        let (size_bytes, sha256) = (sealed.size_bytes, sealed.sha256);
        return Ok(Shown { key: keys.signed(facts.shelf(now)), size_bytes, sha256, name: "signed" });
    }
    if wanted == Wanted::Signed {
        return Err(Problem::new(409, "document_not_ready", "Not everyone has signed yet."));
    }
    if facts.closed_at.is_some() {
        return Err(Problem::gone("The request is over; its document is no longer shown."));
    }
    let document = request.document().ok_or_else(|| {
        Problem::new(409, "document_not_ready", "The document is still being checked. Try again in a moment.")
    })?;
    let (number, file) = match wanted {
        Wanted::Newest | Wanted::Signed => {
            (document.revisions.last().map_or(0, |it| it.number), document.current())
        }
        Wanted::Revision(sha256) if document.accepted.sha256 == sha256 => (0, &document.accepted),
        Wanted::Revision(sha256) => {
            let found = document.revisions.iter().find(|it| it.file.sha256 == sha256);
            found.map(|it| (it.number, &it.file)).ok_or_else(Problem::not_found)?
        }
    };
    Ok(Shown {
        key: keys.revision(number),
        size_bytes: file.size_bytes,
        sha256: file.sha256,
        name: "document",
    })
}

/// 410 for a document whose time is over.
#[must_use]
pub fn no_longer_kept() -> Problem {
    Problem::gone("The document is no longer kept.")
}
