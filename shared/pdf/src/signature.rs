//! Signatures that are in the document, and what they permit (ISO 32000-1 section 12.8).

mod coverage;
mod found;

pub use self::{
    coverage::{RangeCoverage, RangeFault},
    found::{SignatureFound, signatures},
};

use crate::{
    Document, ExistingSignature, FieldLock, FieldPlan, LockedFields, PdfError, Prohibition, SealError,
    form::{Field, Form},
    object::{Dictionary, Object, ObjectId, Value},
    text,
};

/// Key of the evidence head in a signature dictionary: a private name of the second class
/// (ISO 32000-1 annex E).
pub(crate) const EVIDENCE_HEAD: &str = "PRPH_EvidenceHead";

/// The signatures of a document with the locks they set.
#[derive(Debug, Default)]
pub(crate) struct Signatures {
    pub(crate) found: Vec<ExistingSignature>,
    /// The dictionaries of those found. Spans of a direct one count from the bytes of its field.
    /// With the index of its field in the form.
    dictionaries: Vec<(usize, Object)>,
    pub(crate) locks: Vec<FieldLock>,
}

impl Signatures {
    pub(crate) fn read(document: &Document, form: &Form) -> Result<Self, PdfError> {
        let certifying = certifying_signature(document)?;
        let mut signatures = Self::default();
        for (index, field) in form.fields.iter().enumerate().filter(|(_, field)| field.is_signature()) {
            let Some(value) = &field.value else { continue };
            let object = match value {
                Value::Reference(_) => document.resolve(value)?,
                // A direct value is encrypted as a part of its field.
                direct => Object { value: direct.clone(), ..field.object.clone() },
            };
            let Some(dictionary) = object.dictionary() else { continue };
            let mut found = read_signature(document, field, &object, dictionary)?;
            found.object = value.as_reference().map_or(ObjectId::default(), |_| object.id);
            found.certifies = certifying.is_some() && value.as_reference() == certifying;
            signatures.read_references(document, field, dictionary, &mut found)?;
            signatures.read_lock(document, field)?;
            signatures.found.push(found);
            signatures.dictionaries.push((index, object));
        }
        Ok(signatures)
    }

    /// `DocMDP` and `FieldMDP` of the signature reference dictionaries.
    fn read_references(
        &mut self,
        document: &Document,
        field: &Field,
        dictionary: &Dictionary,
        signature: &mut ExistingSignature,
    ) -> Result<(), PdfError> {
        let references = document.value(dictionary, "Reference")?;
        for reference in references.as_array().unwrap_or_default() {
            let reference = document.resolve(&reference.value)?;
            let Some(reference_dictionary) = reference.dictionary() else { continue };
            let parameters = document.value(reference_dictionary, "TransformParams")?;
            let empty = Dictionary::default();
            let parameters = parameters.as_dictionary().unwrap_or(&empty);
            match document.value(reference_dictionary, "TransformMethod")?.as_name() {
                Some(b"DocMDP") => signature.doc_mdp = Some(permission(document, parameters)?.unwrap_or(2)),
                Some(b"FieldMDP") => {
                    let owner = if reference.id.number == 0 { &field.object } else { &reference };
                    self.locks.extend(lock(document, owner, &field.name, parameters)?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The lock dictionary of the field, in force since the field is signed.
    fn read_lock(&mut self, document: &Document, field: &Field) -> Result<(), PdfError> {
        let Some(dictionary) = field.object.dictionary() else { return Ok(()) };
        let Some(entry) = dictionary.get("Lock") else { return Ok(()) };
        let resolved = document.resolve(entry)?;
        let owner = if resolved.id.number == 0 { &field.object } else { &resolved };
        if let Some(parameters) = resolved.dictionary() {
            self.locks.extend(lock(document, owner, &field.name, parameters)?);
        }
        Ok(())
    }

    /// The strictest permission of all, and the field whose signature sets it.
    pub(crate) fn permission(&self) -> Option<(u8, &str)> {
        let of_signatures =
            self.found.iter().filter_map(|found| Some((found.doc_mdp?, found.field.as_str())));
        let of_locks = self.locks.iter().filter_map(|lock| Some((lock.permission?, lock.by.as_str())));
        of_signatures.chain(of_locks).min_by_key(|(permission, _)| *permission)
    }

    /// Refuses what the signatures forbid: filling a field, and adding visible ones.
    pub(crate) fn check(&self, filled: &[&str], adds_visible: bool) -> Result<(), Prohibition> {
        match self.permission() {
            Some((1, field)) => return Err(Prohibition::NoChanges { field: field.to_owned() }),
            Some((_, field)) if adds_visible => {
                return Err(Prohibition::NoNewFields { field: field.to_owned() });
            }
            _ => {}
        }
        for lock in &self.locks {
            if let Some(field) = filled.iter().find(|field| lock.fields.covers(field)) {
                return Err(Prohibition::FieldLocked { field: (*field).to_owned(), by: lock.by.clone() });
            }
        }
        Ok(())
    }
}

/// Checks before any signature is made that the signatures in the document permit all seals of the plan.
///
/// # Errors
///
/// [`SealError::Forbidden`] with the rule that would be broken, or [`SealError::Pdf`].
pub fn check_permissions(document: &Document, plan: &FieldPlan) -> Result<(), SealError> {
    let form = Form::read(document)?;
    let signatures = Signatures::read(document, &form)?;
    check_plan(document, &form, &signatures, plan)
}

pub(crate) fn check_plan(
    document: &Document,
    form: &Form,
    signatures: &Signatures,
    plan: &FieldPlan,
) -> Result<(), SealError> {
    let mut filled = vec![plan.closing_field.as_str()];
    let mut adds_visible = false;
    for signatory in &plan.signatories {
        let target = signatory.target(form);
        filled.push(target);
        let exists = form.field(target);
        adds_visible |= exists.is_none() && !signatory.places.is_empty();
        let further = signatory.places.len() > 1;
        if further && !signatures.found.is_empty() && form.field(&plan.closing_field).is_none() {
            return Err(SealError::Forbidden(Prohibition::OnePlaceOnly));
        }
        if let Some(field) = exists {
            check_seed_value(document, field)?;
        }
    }
    signatures.check(&filled, adds_visible).map_err(SealError::Forbidden)
}

/// Seed values that ask for another kind of signature (ISO 32000-1 section 12.7.4.5, table 234).
fn check_seed_value(document: &Document, field: &Field) -> Result<(), SealError> {
    let Some(dictionary) = field.object.dictionary() else { return Ok(()) };
    let seed = document.value(dictionary, "SV")?;
    let Some(seed) = seed.as_dictionary() else { return Ok(()) };
    let required = document.value(seed, "Ff")?.as_integer().unwrap_or_default();
    let refuse = |what| Err(SealError::Forbidden(Prohibition::SeedValue { field: field.name.clone(), what }));
    if required & 1 != 0
        && document.value(seed, "Filter")?.as_name().is_some_and(|name| name != b"Adobe.PPKLite")
    {
        return refuse("another signature handler");
    }
    let formats = document.value(seed, "SubFilter")?;
    let accepted = |formats: &[crate::object::Item]| {
        formats.is_empty() || formats.iter().any(|item| item.value.as_name() == Some(b"ETSI.CAdES.detached"))
    };
    if required & 2 != 0 && !formats.as_array().is_none_or(accepted) {
        return refuse("another signature format");
    }
    Ok(())
}

/// The signature that the catalog's `/Perms` names.
fn certifying_signature(document: &Document) -> Result<Option<ObjectId>, PdfError> {
    let catalog = document.catalog()?;
    let Some(catalog) = catalog.dictionary() else { return Ok(None) };
    let permissions = document.value(catalog, "Perms")?;
    Ok(permissions.as_dictionary().and_then(|permissions| permissions.get("DocMDP")?.as_reference()))
}

fn read_signature(
    document: &Document,
    field: &Field,
    object: &Object,
    dictionary: &Dictionary,
) -> Result<ExistingSignature, PdfError> {
    let text = |key| -> Result<Option<String>, PdfError> {
        let value = document.value(dictionary, key)?;
        Ok(value.as_string().map(|string| text::decode(&document.string(object, string))))
    };
    let range = document.value(dictionary, "ByteRange")?;
    let range = range.as_array().unwrap_or_default();
    let range: Option<Vec<u64>> =
        range.iter().map(|item| u64::try_from(item.value.as_integer()?).ok()).collect();
    let sub_filter = document.value(dictionary, "SubFilter")?;
    let timestamp = document.value(dictionary, "Type")?.as_name() == Some(b"DocTimeStamp")
        || sub_filter.as_name() == Some(b"ETSI.RFC3161");
    let evidence_head = document.value(dictionary, EVIDENCE_HEAD)?;
    let evidence_head = evidence_head.as_string().map(|string| document.string(object, string));
    Ok(ExistingSignature {
        field: field.name.clone(),
        object: object.id,
        timestamp,
        sub_filter: sub_filter.as_name().map(|name| String::from_utf8_lossy(name).into_owned()),
        byte_range: range.unwrap_or_default(),
        contents: document.value(dictionary, "Contents")?.as_string().unwrap_or_default().to_vec(),
        signed_at: text("M")?,
        name: text("Name")?,
        reason: text("Reason")?,
        evidence_head: evidence_head.and_then(|bytes| bytes.try_into().ok()),
        doc_mdp: None,
        certifies: false,
    })
}

fn permission(document: &Document, parameters: &Dictionary) -> Result<Option<u8>, PdfError> {
    let value = match document.value(parameters, "P")? {
        Value::Null => return Ok(None),
        value => value.as_integer(),
    };
    // A permission nobody knows permits nothing.
    Ok(Some(
        value.and_then(|value| u8::try_from(value).ok()).filter(|value| (1..=3).contains(value)).unwrap_or(1),
    ))
}

fn lock(
    document: &Document,
    owner: &Object,
    by: &str,
    parameters: &Dictionary,
) -> Result<Option<FieldLock>, PdfError> {
    let names = document.value(parameters, "Fields")?;
    let mut listed = Vec::new();
    for item in names.as_array().unwrap_or_default() {
        let name = document.resolve(&item.value)?;
        let holder = if name.id.number == 0 { owner } else { &name };
        listed.extend(name.value.as_string().map(|string| text::decode(&document.string(holder, string))));
    }
    let action = document.value(parameters, "Action")?;
    let fields = match action.as_name() {
        Some(b"Include") => LockedFields::Include(listed),
        Some(b"Exclude") => LockedFields::Exclude(listed),
        // An action nobody knows locks everything.
        _ => LockedFields::All,
    };
    Ok(Some(FieldLock { by: by.to_owned(), fields, permission: permission(document, parameters)? }))
}
