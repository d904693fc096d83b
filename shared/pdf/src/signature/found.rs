//! The signatures of all revisions of a file, as the file itself shows them.

use std::collections::HashSet;

use super::{
    Signatures,
    coverage::{Placed, RangeCoverage, RangeFault, byte_range, check_range, value_start},
};
use crate::{
    Document, ExistingSignature, PdfError,
    form::{Field, Form},
    object::{Dictionary, Object, ObjectId, Value},
    text,
};

/// A signature or document time-stamp, found in the revision that brought it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignatureFound {
    /// Full name of its field.
    pub field: String,
    /// The signature dictionary. Number 0 when it is a direct object of its field.
    pub object: ObjectId,
    /// `/SubFilter`, as written.
    pub sub_filter: Option<String>,
    /// A document time-stamp, by `/Type` or `/SubFilter`, instead of a signature.
    pub timestamp: bool,
    /// `/ByteRange`; zeros when it is absent or malformed.
    pub byte_range: [u64; 4],
    /// `/Contents`, decoded: the CMS, padding included.
    pub contents: Vec<u8>,
    /// How the byte range covers the file.
    pub coverage: RangeCoverage,
    /// The revision it signs: index into [`crate::revisions`]. Of a broken range, the one that brought it.
    pub revision: usize,
    /// Where its signed bytes end, in bytes from the start of the file. Of a broken range, the end of the
    /// revision.
    pub revision_end: u64,
    /// `/M`, as written: `D:YYYYMMDDHHmmSS` with an offset.
    pub signed_at: Option<String>,
    /// `/Name`.
    pub name: Option<String>,
    /// `/Reason`.
    pub reason: Option<String>,
    /// `/Location`.
    pub location: Option<String>,
    /// `/ContactInfo`.
    pub contact: Option<String>,
    /// `/Cert`: the certificates of a signature by `adbe.x509.rsa_sha1`, the signer's first, each in DER.
    pub certificate: Vec<Vec<u8>>,
    /// The document permission it sets (`DocMDP`), 1 to 3.
    pub doc_mdp: Option<u8>,
    /// The catalog's `/Perms` names it as the certifying signature.
    pub certifies: bool,
    /// The evidence head our own seals carry.
    pub evidence_head: Option<[u8; 32]>,
}

/// Finds the signatures and document time-stamps in the fields of all revisions, oldest first.
///
/// One that a later revision dropped or replaced is found as well. Each is as its own revision shows it.
///
/// # Errors
///
/// [`PdfError`] when a limit is reached, or when there is no signature and the newest revision cannot be read.
/// Otherwise revisions that cannot be read are passed over; [`crate::changes_since`] tells of them.
pub fn signatures(document: &Document) -> Result<Vec<SignatureFound>, PdfError> {
    let history = document.history()?;
    let mut found = Vec::new();
    let mut seen: HashSet<(ObjectId, Option<u64>, String)> = HashSet::new();
    let mut broken = None;
    for (index, revision) in
        history.revisions.iter().enumerate().filter(|(_, revision)| revision.sections > 0)
    {
        let signatures = document
            .view(index, revision.end)
            .and_then(|view| signatures_of(document, &view, index, &mut seen));
        match signatures {
            Ok(signatures) => {
                found.extend(signatures);
                broken = None;
            }
            Err(error @ (PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. })) => {
                broken = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(error) = broken.filter(|_| found.is_empty()) {
        return Err(error);
    }
    found.sort_by_key(|signature| signature.revision);
    Ok(found)
}

/// The signatures of one revision that were not seen before.
fn signatures_of(
    document: &Document,
    view: &Document,
    revision: usize,
    seen: &mut HashSet<(ObjectId, Option<u64>, String)>,
) -> Result<Vec<SignatureFound>, PdfError> {
    let form = Form::read(view)?;
    let signatures = Signatures::read(view, &form)?;
    let mut new = Vec::new();
    for (existing, (field, object)) in signatures.found.into_iter().zip(signatures.dictionaries) {
        let (Some(dictionary), Some(field)) = (object.dictionary(), form.fields.get(field)) else { continue };
        // A direct dictionary stands in the field's own bytes, unless it is inherited.
        let direct = existing.object.number == 0;
        let inherited = direct && field.object.dictionary().is_none_or(|own| own.get("V").is_none());
        let holder = if direct { &field.object } else { &object };
        let at = if inherited { None } else { value_start(view, holder)? };
        if !seen.insert((holder.id, at, existing.field.clone())) {
            continue;
        }
        let placed = Placed { dictionary, holder, at };
        new.push(found(document, view, existing, &placed, field, revision)?);
    }
    Ok(new)
}

fn found(
    document: &Document,
    view: &Document,
    existing: ExistingSignature,
    placed: &Placed<'_>,
    field: &Field,
    revision: usize,
) -> Result<SignatureFound, PdfError> {
    let text = |key| text_of(view, placed.holder, placed.dictionary, key);
    let (coverage, signed, end) = match check_range(document, placed) {
        Ok(range) => cover(document, range, placed, field, revision)?,
        Err(fault) => broken(document, fault, revision)?,
    };
    Ok(SignatureFound {
        sub_filter: existing.sub_filter,
        object: existing.object,
        timestamp: existing.timestamp,
        byte_range: byte_range(view, placed.dictionary).unwrap_or_default(),
        contents: existing.contents,
        coverage,
        revision: signed,
        revision_end: end,
        signed_at: existing.signed_at,
        name: existing.name,
        reason: existing.reason,
        location: text("Location")?,
        contact: text("ContactInfo")?,
        certificate: certificates(view, placed.holder, placed.dictionary)?,
        doc_mdp: existing.doc_mdp,
        certifies: existing.certifies,
        evidence_head: existing.evidence_head,
        field: existing.field,
    })
}

fn broken(
    document: &Document,
    fault: RangeFault,
    revision: usize,
) -> Result<(RangeCoverage, usize, u64), PdfError> {
    let end = document.history()?.revisions.get(revision).map_or(document.size(), |revision| revision.end);
    Ok((RangeCoverage::Broken(fault), revision, end))
}

/// Finds the revision that a sound range ends with: it must be the one that brought the signature, or a later
/// one that still holds it.
fn cover(
    document: &Document,
    range: [u64; 4],
    placed: &Placed<'_>,
    field: &Field,
    brought: usize,
) -> Result<(RangeCoverage, usize, u64), PdfError> {
    let [_, _, after, rest] = range;
    let end = after.saturating_add(rest);
    let history = document.history()?;
    let last = history.revisions.len().saturating_sub(1);
    let (coverage, signed) = if end == document.size() {
        (RangeCoverage::WholeFile, last)
    } else if let Some(signed) = history.ending_at(document, end)? {
        (RangeCoverage::WholeRevision, signed)
    } else {
        return broken(document, RangeFault::InsideRevision, brought);
    };
    if signed < brought {
        return broken(document, RangeFault::NotInRevision, brought);
    }
    if signed > brought {
        let view = document.view(signed, end)?;
        let form = Form::read(&view)?;
        let same = form.field(&field.name).is_some_and(|later| later.value == field.value);
        if !same || value_start(&view, placed.holder)? != placed.at {
            return broken(document, RangeFault::NotInRevision, brought);
        }
    }
    Ok((coverage, signed, end))
}

fn text_of(
    document: &Document,
    holder: &Object,
    dictionary: &Dictionary,
    key: &str,
) -> Result<Option<String>, PdfError> {
    let value = document.value(dictionary, key)?;
    Ok(value.as_string().map(|string| text::decode(&document.string(holder, string))))
}

fn certificates(
    document: &Document,
    holder: &Object,
    dictionary: &Dictionary,
) -> Result<Vec<Vec<u8>>, PdfError> {
    Ok(match document.value(dictionary, "Cert")? {
        Value::String(one) => vec![document.string(holder, &one)],
        Value::Array(items) => items
            .iter()
            .filter_map(|item| item.value.as_string())
            .map(|string| document.string(holder, string))
            .collect(),
        _ => Vec::new(),
    })
}
