//! S3 keys of documents.

use domain::request::{Retention, Shelf};
use domain::value::{DocumentId, ValidationId};
use domain::{Digest, RequestId, TenantId};

/// The S3 keys of a request's documents. No name that a user chose is part of one.
#[derive(Clone, Debug)]
pub struct DocumentKeys {
    tenant: TenantId,
    request: RequestId,
}

impl DocumentKeys {
    /// The keys of one request.
    #[must_use]
    pub fn new(tenant: &TenantId, request: &RequestId) -> Self {
        Self { tenant: tenant.clone(), request: request.clone() }
    }

    /// A document as it was sent.
    #[must_use]
    pub fn incoming(&self, document: &DocumentId) -> String {
        format!("incoming/{}/{}/{document}", self.tenant, self.request)
    }

    /// Revision `number` of an open request; 0 is the accepted document.
    #[must_use]
    pub fn revision(&self, number: u32) -> String {
        format!("open/{}/{}/{number:04}.pdf", self.tenant, self.request)
    }

    /// The strokes or the picture of a drawn signature.
    #[must_use]
    pub fn mark(&self, digest: &Digest) -> String {
        format!("open/{}/{}/mark-{}", self.tenant, self.request, digest.to_hex())
    }

    /// A document that a signatory of an open request attached.
    #[must_use]
    pub fn attachment(&self, attachment: &DocumentId, digest: &Digest) -> String {
        format!("{}{}", self.attachments(attachment), digest.to_hex())
    }

    /// What the keys of all documents begin with that a signatory attached for one that was asked, the rejected and the
    /// replaced ones as well.
    #[must_use]
    pub fn attachments(&self, attachment: &DocumentId) -> String {
        format!("open/{}/{}/attachment-{attachment}-", self.tenant, self.request)
    }

    /// A document that a signatory of a closed request had attached.
    #[must_use]
    pub fn closed_attachment(&self, attachment: &DocumentId, kept: Shelf) -> String {
        format!("{}attachment-{attachment}", self.closed(kept))
    }

    /// The accepted document of a closed request.
    #[must_use]
    pub fn validated(&self, kept: Shelf) -> String {
        format!("{}validated.pdf", self.closed(kept))
    }

    /// The document of a closed request, with everything that was sealed.
    #[must_use]
    pub fn signed(&self, kept: Shelf) -> String {
        format!("{}signed.pdf", self.closed(kept))
    }

    /// Each shelf has a lifecycle of its own; that of what is held has none.
    fn closed(&self, kept: Shelf) -> String {
        let kept = match kept {
            Shelf::Held => "held".to_owned(),
            Shelf::Months(months) => format!("{months}m"),
        };
        format!("closed/{kept}/{}/{}/", self.tenant, self.request)
    }

    /// The picture of a page, from 1, of the document of this digest, so many pixels wide.
    #[must_use]
    pub fn page(&self, document: &Digest, number: u32, width: u32) -> String {
        format!("pages/{}/{}/{}/{number}-{width}.png", self.tenant, self.request, document.to_hex())
    }

    /// The note that a page of the document of this digest has no picture.
    #[must_use]
    pub fn page_fault(&self, document: &Digest) -> String {
        format!("pages/{}/{}/{}/fault.json", self.tenant, self.request, document.to_hex())
    }

    /// The logo of the signing page.
    #[must_use]
    pub fn logo(&self) -> String {
        format!("pages/{}/{}/logo", self.tenant, self.request)
    }

    /// The salts of the data keys, for when the table is lost. Each length of time has a lifecycle of its own.
    #[must_use]
    pub fn salts(&self, retention: Retention) -> String {
        format!("keys/{}y/{}/{}.json", retention.evidence_years(), self.tenant, self.request)
    }

    /// What was made for one caller to fetch, for a day.
    #[must_use]
    pub fn export(&self, name: &DocumentId) -> String {
        format!("pages/{}/{}/export-{name}", self.tenant, self.request)
    }

    /// The prefixes under which all of it lies, apart from uploads that were not used.
    #[must_use]
    pub fn prefixes(&self, retention: Retention) -> [String; 5] {
        let of = |folder: &str| format!("{folder}/{}/{}/", self.tenant, self.request);
        let (closed, held) = (self.closed(retention.shelf()), self.closed(Shelf::Held));
        [of("incoming"), of("open"), closed, held, of("pages")]
    }

    /// The answer of a validation that was worked off later.
    #[must_use]
    pub fn validation_report(tenant: &TenantId, id: &ValidationId) -> String {
        format!("validations/{tenant}/{id}/report.json")
    }

    /// What was signed in the file that a validation looked at.
    #[must_use]
    pub fn validation_content(tenant: &TenantId, id: &ValidationId) -> String {
        format!("validations/{tenant}/{id}/content")
    }

    /// A presigned upload of a tenant, before a request names it.
    #[must_use]
    pub fn upload(tenant: &TenantId, upload: &DocumentId) -> String {
        format!("uploads/{tenant}/{upload}")
    }
}

/// Added to an incoming document's key, for the note that it could not be fetched.
pub const FAILED_SUFFIX: &str = ".failed";

/// Request and document behind the key of an incoming object, or of the note that it failed.
#[must_use]
pub fn incoming_parts(key: &str) -> Option<(RequestId, DocumentId)> {
    let mut parts = key.strip_prefix("incoming/")?.split('/');
    let (_tenant, request, document, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next())
    else {
        return None;
    };
    let document = document.strip_suffix(FAILED_SUFFIX).unwrap_or(document);
    Some((RequestId::parse(request).ok()?, DocumentId::parse(document).ok()?))
}
