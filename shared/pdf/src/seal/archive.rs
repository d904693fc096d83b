//! What keeps a seal valid over the years: validation data and document time-stamps.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::{
    PreparedRevision,
    attach::{Arrays, extend, reference, write_arrays},
    dictionary::Unsigned,
    revision::{Content, Revision, Spot},
};
use crate::{
    Document, PdfError, Rect, SealError,
    form::{Form, PageIndex, nested},
    object::{Object, ObjectId},
    signature::Signatures,
    stream::deflate,
    write::Update,
};

/// Certificates and revocation data for validating signatures later, each in DER.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ValidationData {
    /// Certificates (X.509).
    pub certificates: Vec<Vec<u8>>,
    /// Certificate revocation lists (RFC 5280).
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses (RFC 6960).
    pub ocsp_responses: Vec<Vec<u8>>,
}

impl ValidationData {
    /// The arrays of the document security store (ISO 32000-2 section 12.8.4.3).
    fn arrays(&self) -> [(&'static str, &[Vec<u8>]); 3] {
        [("Certs", &self.certificates), ("OCSPs", &self.ocsp_responses), ("CRLs", &self.crls)]
    }
}

/// The validation data in the document's security store (`/DSS`).
///
/// # Errors
///
/// [`PdfError`] when it cannot be read.
pub fn validation_data(document: &Document) -> Result<ValidationData, PdfError> {
    let catalog = document.catalog()?;
    let Some(store) = store(document, &catalog)? else { return Ok(ValidationData::default()) };
    Ok(ValidationData {
        certificates: streams(document, &store, "Certs")?,
        crls: streams(document, &store, "CRLs")?,
        ocsp_responses: streams(document, &store, "OCSPs")?,
    })
}

/// Makes a revision that adds validation data to the document's security store, and returns its bytes.
///
/// What is there stays; what is there already is not added again. Nothing to add gives no bytes.
///
/// # Errors
///
/// [`PdfError`] when the store cannot be read.
pub fn append_validation_data(document: &Document, data: &ValidationData) -> Result<Vec<u8>, PdfError> {
    let catalog = document.catalog()?;
    let store = store(document, &catalog)?;
    let mut update = Update::new(document)?;
    let mut arrays = Arrays::new();
    let mut changes: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut added_any = false;
    for (key, items) in data.arrays() {
        let mut known: HashSet<[u8; 32]> = HashSet::new();
        if let Some(store) = &store {
            known.extend(
                streams(document, store, key)?.iter().map(|item| <[u8; 32]>::from(Sha256::digest(item))),
            );
        }
        let mut added: Vec<ObjectId> = Vec::new();
        for item in items {
            if known.insert(Sha256::digest(item).into()) {
                let id = update.allocate();
                update.put_stream(id, "/Filter/FlateDecode", &deflate(item));
                added.push(id);
            }
        }
        if added.is_empty() {
            continue;
        }
        added_any = true;
        let holder = store.as_ref().map_or_else(|| Object::null(0), Clone::clone);
        changes
            .extend(extend(document, &holder, key, &added, &update, &mut arrays)?.map(|array| (key, array)));
    }
    if !added_any {
        return Ok(Vec::new());
    }
    write_arrays(arrays, &mut update);
    let referenced = catalog.dictionary().and_then(|catalog| catalog.get("DSS")?.as_reference()).is_some();
    match store {
        Some(store) if referenced => {
            if !changes.is_empty() {
                update.put(store.id, update.patch(&store, &changes));
            }
        }
        Some(store) => {
            let body = update.patch(&store, &changes);
            update.put(catalog.id, update.patch(&catalog, &[("DSS", body)]));
        }
        None => {
            let id = update.allocate();
            changes.insert(0, ("Type", b"/DSS".to_vec()));
            update.put(id, update.patch(&Object::null(0), &changes));
            update.put(catalog.id, update.patch(&catalog, &[("DSS", reference(id).into_bytes())]));
        }
    }
    Ok(update.finish()?.bytes)
}

/// Prepares a revision with a document time-stamp in an invisible field of this name.
///
/// The field's widget is put on the page of the latest signature, which a revision has written anew: some
/// validators take a page that leaves its object stream for one that was changed.
///
/// [`PreparedRevision::digest`] is what the time-stamp is asked for, and [`PreparedRevision::finish`] takes
/// the time-stamp token (RFC 3161, DER). Neither a lock nor a certification forbids it.
///
/// # Errors
///
/// [`SealError::NameTaken`] when the document has a field of this name; [`SealError::Pdf`].
pub fn prepare_timestamp(
    document: &Document,
    field_name: &str,
    contents_bytes: usize,
) -> Result<PreparedRevision, SealError> {
    let form = Form::read(document)?;
    let unsigned_before = Signatures::read(document, &form)?.found.is_empty();
    let mut update = Update::new(document)?;
    let signature = update.allocate();
    let unsigned = Unsigned::timestamp(contents_bytes);
    update.put(signature, unsigned.body.clone());
    let mut revision = Revision::new(document, &form, update, signature, None)?;
    let page = match signed_page(document, &form)? {
        Some(page) => page,
        None => revision.first_page()?,
    };
    let spot = Spot { page, rect: Rect::default(), rotate: 0 };
    revision.create(field_name, &spot, Content::Signature { signed: true }, None)?;
    revision.finish(&unsigned, unsigned_before)
}

/// The page of the latest signature, as far as its field tells.
fn signed_page(document: &Document, form: &Form) -> Result<Option<ObjectId>, PdfError> {
    let Some(field) = form.fields.iter().rev().find(|field| field.is_signature() && field.is_signed()) else {
        return Ok(None);
    };
    let Some(index) = field.page(document, &PageIndex::default())? else { return Ok(None) };
    Ok(document.page(index)?.map(|page| page.object))
}

/// The security store, by itself or in the catalog.
fn store(document: &Document, catalog: &Object) -> Result<Option<Object>, PdfError> {
    let Some(entry) = catalog.dictionary().and_then(|catalog| catalog.entry("DSS")) else { return Ok(None) };
    let store = match entry.value.as_reference() {
        Some(_) => document.resolve(&entry.value)?,
        None => nested(catalog, &entry.value, &entry.span),
    };
    Ok(store.dictionary().is_some().then_some(store))
}

fn streams(document: &Document, store: &Object, key: &str) -> Result<Vec<Vec<u8>>, PdfError> {
    let Some(dictionary) = store.dictionary() else { return Ok(Vec::new()) };
    let array = document.value(dictionary, key)?;
    let mut found = Vec::new();
    for item in array.as_array().unwrap_or_default() {
        let stream = document.resolve(&item.value)?;
        if stream.stream_at.is_some() {
            found.push(document.stream_data(&stream)?);
        }
    }
    Ok(found)
}
