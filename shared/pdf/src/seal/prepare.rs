//! From a request to the bytes of its revision.

use super::{
    Act, PreparedRevision, SealRequest, SignatoryField,
    dictionary::{Effect, Unsigned},
    revision::Revision,
};
use crate::{
    Document, SealError,
    form::{Field, Form},
    signature::{Signatures, check_plan},
    stamp::Stamp,
    write::Update,
};

/// Prepares the revision of one act.
///
/// The first revision of a plan creates all its fields; it certifies the document if nobody signed it before.
///
/// # Errors
///
/// [`SealError`], before anything is signed.
pub fn prepare(document: &Document, request: &SealRequest<'_>) -> Result<PreparedRevision, SealError> {
    let form = Form::read(document)?;
    let signatures = Signatures::read(document, &form)?;
    let signatory = match request.act {
        Act::Closing => None,
        Act::Signatory { field_name, .. } => Some(request.signatory(field_name)?),
    };
    let target = signatory.map_or(request.plan.closing_field.as_str(), |signatory| signatory.target(&form));
    if form.field(target).is_some_and(Field::is_signed) {
        return Err(SealError::AlreadySigned { field: target.to_owned() });
    }
    let first = form.field(&request.plan.closing_field).is_none();
    if first {
        check_names(&form, request)?;
        check_plan(document, &form, &signatures, request.plan)?;
    } else if form.field(target).is_none() {
        return Err(SealError::UnknownSignatory { field: target.to_owned() });
    } else {
        signatures.check(&[target], false).map_err(SealError::Forbidden)?;
    }
    let certifies = first && signatures.found.is_empty();
    let effect = match request.act {
        Act::Closing => Effect::Lock(document.catalog()?.id),
        Act::Signatory { .. } if certifies => Effect::Certify,
        Act::Signatory { .. } => Effect::None,
    };
    let mut update = Update::new(document)?;
    let signature = update.allocate();
    let unsigned = Unsigned::new(signature, request, effect, &update);
    update.put(signature, unsigned.body.clone());
    let stamp = match request.act {
        Act::Signatory { appearance, .. } => Some(Stamp::new(appearance)?),
        Act::Closing => None,
    };
    let mut revision = Revision::new(document, &form, update, signature, stamp)?;
    if first {
        revision.describe(signatures.found.is_empty())?;
        revision.create_fields(request, target)?;
    } else {
        revision.fill_fields(request, target)?;
    }
    if effect == Effect::Certify {
        revision.certify();
    }
    revision.finish(&unsigned, signatures.found.is_empty())
}

impl SealRequest<'_> {
    pub(super) fn signatory(&self, field_name: &str) -> Result<&SignatoryField, SealError> {
        let found = self.plan.signatories.iter().find(|signatory| signatory.field_name == field_name);
        found.ok_or_else(|| SealError::UnknownSignatory { field: field_name.to_owned() })
    }
}

impl SignatoryField {
    /// The field that is signed: an empty signature field of the document if the first place names one.
    pub(crate) fn target(&self, form: &Form) -> &str {
        let named = self.places.first().and_then(|place| place.field.as_deref());
        let existing = named.filter(|name| form.field(name).is_some_and(Field::is_signature));
        existing.unwrap_or(&self.field_name)
    }

    /// Name of the field of a further place, counted from 2.
    pub(super) fn further_name(&self, place: usize) -> String {
        format!("{}_place{place}", self.field_name)
    }
}

/// A name of the plan must be new, or that of an empty signature field.
fn check_names(form: &Form, request: &SealRequest<'_>) -> Result<(), SealError> {
    for (index, signatory) in request.plan.signatories.iter().enumerate() {
        let target = signatory.target(form);
        let repeated =
            request.plan.signatories.iter().take(index).any(|earlier| earlier.target(form) == target);
        let usable = form.field(target).is_none_or(|field| field.is_signature() && !field.is_signed());
        let partial = form.field(target).is_some() || (!target.is_empty() && !target.contains('.'));
        if repeated || !usable || !partial {
            return Err(SealError::NameTaken { field: target.to_owned() });
        }
    }
    Ok(())
}
