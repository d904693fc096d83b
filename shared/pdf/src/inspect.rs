//! What a document holds, as far as signing it is concerned.

mod metadata;
mod reach;
mod report;

pub(crate) use metadata::read_claims;

pub use report::{
    ActiveContent, Claims, ExistingSignature, FieldLock, FormField, Inspection, LockedFields,
    OverlayAnnotation, PageInfo, SignatureField,
};

use crate::{
    Document, PdfError,
    form::{Form, PageIndex},
    object::{ObjectId, Value},
    signature::Signatures,
};

/// Annotations that do not cover what is on the page.
const HARMLESS: [&[u8]; 3] = [b"Link", b"Popup", b"Widget"];

/// Reads everything that matters for accepting, showing and signing the document.
///
/// Visits every object that can be reached from the catalog; stream data is not decoded.
///
/// # Errors
///
/// [`PdfError`] when the structure cannot be read, or a limit is reached. Single objects that cannot be
/// read are listed instead.
pub fn inspect(document: &Document) -> Result<Inspection, PdfError> {
    let pages = document.pages()?;
    let index = PageIndex::default();
    let form = Form::read(document)?;
    let signatures = Signatures::read(document, &form)?;
    let mut inspection = Inspection {
        pages,
        doc_mdp: signatures.permission().map(|(permission, _)| permission),
        encrypted: document.is_encrypted(),
        revisions: document.sections().len(),
        claims: read_claims(document)?,
        layers: has_layers(document)?,
        overlay_annotations: overlay_annotations(document)?,
        numbers_used_up: document.next_number().is_err(),
        ..Inspection::default()
    };
    for field in &form.fields {
        let listed = FormField {
            name: field.name.clone(),
            object: field.object.id,
            kind: String::from_utf8_lossy(&field.kind).into_owned(),
            signed: field.is_signed(),
            page: field.page(document, &index)?,
            rect: field.rect(document)?,
        };
        if field.is_signature() {
            inspection.signature_fields.push(SignatureField {
                name: listed.name.clone(),
                object: listed.object,
                signed: listed.signed,
                page: listed.page,
                rect: listed.rect,
            });
        }
        inspection.form_fields.push(listed);
    }
    inspection.signatures = signatures.found;
    inspection.field_locks = signatures.locks;
    let reached = reach::walk(document)?;
    inspection.active_content = reached.active_content;
    inspection.embedded_files = reached.embedded_files;
    inspection.unreadable_objects = reached.unreadable_objects;
    let form = form.dictionary.as_ref().and_then(|form| form.dictionary());
    if form.is_some_and(|form| form.get("XFA").is_some()) {
        inspection.active_content.push(ActiveContent::Xfa);
    }
    Ok(inspection)
}

fn has_layers(document: &Document) -> Result<bool, PdfError> {
    let catalog = document.catalog()?;
    let Some(catalog) = catalog.dictionary() else { return Ok(false) };
    let properties = document.value(catalog, "OCProperties")?;
    let Some(properties) = properties.as_dictionary() else { return Ok(false) };
    Ok(document.value(properties, "OCGs")?.as_array().is_some_and(|groups| !groups.is_empty()))
}

fn overlay_annotations(document: &Document) -> Result<Vec<OverlayAnnotation>, PdfError> {
    let mut found = Vec::new();
    for (number, page) in document.page_list()?.numbers().enumerate() {
        let page = document.object(page)?;
        let Some(dictionary) = page.dictionary() else { continue };
        // What cannot be read is reported by the walk over all objects.
        let annotations = tolerated(document.value(dictionary, "Annots"), Value::Null)?;
        for item in annotations.as_array().unwrap_or_default() {
            let id = item.value.as_reference().unwrap_or(ObjectId::default());
            let Some(annotation) = tolerated(document.resolve(&item.value).map(Some), None)? else {
                continue;
            };
            let Some(subtype) = annotation.dictionary().and_then(|annotation| annotation.name("Subtype"))
            else {
                continue;
            };
            if !HARMLESS.contains(&subtype) {
                let subtype = String::from_utf8_lossy(subtype).into_owned();
                found.push(OverlayAnnotation { page: number, object: id, subtype });
            }
        }
    }
    Ok(found)
}

/// Takes a broken object as absent; limits and failing sources stay errors.
fn tolerated<T>(outcome: Result<T, PdfError>, absent: T) -> Result<T, PdfError> {
    match outcome {
        Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => Ok(absent),
        other => other,
    }
}
