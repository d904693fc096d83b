//! Hooking new fields into the form, the pages and the catalog.

use std::collections::BTreeMap;

use crate::{
    Document, PdfError,
    form::{Form, nested},
    object::{Object, ObjectId, Value},
    write::Update,
};

/// References to add to arrays and entries to set in dictionaries of the document.
#[derive(Default)]
pub(super) struct Attachments {
    /// Widgets by the number of their page.
    widgets: BTreeMap<u32, Vec<ObjectId>>,
    fields: Vec<ObjectId>,
    /// Pages that get widgets say that their annotations are ordered by the structure tree.
    tabs_by_structure: bool,
    /// The signature that certifies the document.
    certifying: Option<ObjectId>,
}

/// Arrays that are objects by themselves. Some files share one between the form and a page.
pub(super) type Arrays = BTreeMap<u32, (Object, Vec<ObjectId>)>;

impl Attachments {
    pub(super) fn add_field(&mut self, field: ObjectId, page: ObjectId) {
        self.fields.push(field);
        self.widgets.entry(page.number).or_default().push(field);
    }

    /// Makes pages that get widgets order their annotations by the structure tree, unless they have an order.
    pub(super) fn order_tabs(&mut self) {
        self.tabs_by_structure = true;
    }

    pub(super) fn certify(&mut self, signature: ObjectId) {
        self.certifying = Some(signature);
    }

    /// Writes all of it. `set_flags` says whether `/SigFlags` may be changed.
    pub(super) fn write(
        self,
        document: &Document,
        form: &Form,
        set_flags: bool,
        update: &mut Update<'_>,
    ) -> Result<(), PdfError> {
        let mut arrays = Arrays::new();
        for (page, widgets) in &self.widgets {
            let page = document.object(*page)?;
            let annotations = extend(document, &page, "Annots", widgets, update, &mut arrays)?;
            let mut changes: Vec<_> = annotations.map(|array| ("Annots", array)).into_iter().collect();
            let ordered = page.dictionary().is_some_and(|page| page.get("Tabs").is_some());
            if self.tabs_by_structure && !ordered {
                changes.push(("Tabs", b"/S".to_vec()));
            }
            if !changes.is_empty() {
                update.put(page.id, update.patch(&page, &changes));
            }
        }
        let catalog = document.catalog()?;
        let mut changes = Vec::new();
        if !self.fields.is_empty() {
            changes.extend(extend_form(document, form, &self.fields, set_flags, update, &mut arrays)?);
        }
        if let Some(signature) = self.certifying {
            changes.extend(certify(document, &catalog, signature, update)?);
        }
        write_arrays(arrays, update);
        if !changes.is_empty() {
            update.put(catalog.id, update.patch(&catalog, &changes));
        }
        Ok(())
    }
}

/// Adds references to the array behind a key. Returns the key's new value, if it has to change.
pub(super) fn extend(
    document: &Document,
    holder: &Object,
    key: &str,
    added: &[ObjectId],
    update: &Update<'_>,
    arrays: &mut Arrays,
) -> Result<Option<Vec<u8>>, PdfError> {
    let entry = holder.dictionary().and_then(|dictionary| dictionary.entry(key));
    let object = match entry {
        Some(entry) if entry.value.as_reference().is_some() => document.resolve(&entry.value)?,
        Some(entry) => nested(holder, &entry.value, &entry.span),
        None => Object::null(0),
    };
    let referenced = entry.is_some_and(|entry| entry.value.as_reference().is_some());
    if !referenced || !matches!(object.value, Value::Array(_)) {
        return Ok(Some(update.extend_array(&object, added)));
    }
    let (_, pending) = arrays.entry(object.id.number).or_insert_with(|| (object, Vec::new()));
    for id in added {
        if !pending.contains(id) {
            pending.push(*id);
        }
    }
    Ok(None)
}

/// Writes the arrays that are objects by themselves.
pub(super) fn write_arrays(arrays: Arrays, update: &mut Update<'_>) {
    for (array, added) in arrays.into_values() {
        update.put(array.id, update.extend_array(&array, &added));
    }
}

/// Adds fields to the form, and returns the entry the catalog needs for it.
fn extend_form(
    document: &Document,
    form: &Form,
    fields: &[ObjectId],
    set_flags: bool,
    update: &mut Update<'_>,
    arrays: &mut Arrays,
) -> Result<Option<(&'static str, Vec<u8>)>, PdfError> {
    let Some(object) = &form.dictionary else {
        let id = update.allocate();
        let references: Vec<String> = fields.iter().map(|id| reference(*id)).collect();
        update.put(id, format!("<</Fields[{}]/SigFlags 3>>", references.join(" ")).into_bytes());
        return Ok(Some(("AcroForm", reference(id).into_bytes())));
    };
    let mut changes = Vec::new();
    if let Some(array) = extend(document, object, "Fields", fields, update, arrays)? {
        changes.push(("Fields", array));
    }
    let flags = object.dictionary().map(|form| document.value(form, "SigFlags")).transpose()?;
    if set_flags && flags.and_then(|flags| flags.as_integer()).unwrap_or_default() & 3 != 3 {
        changes.push(("SigFlags", b"3".to_vec()));
    }
    if changes.is_empty() {
        return Ok(None);
    }
    let body = update.patch(object, &changes);
    if form.in_catalog {
        return Ok(Some(("AcroForm", body)));
    }
    update.put(object.id, body);
    Ok(None)
}

/// Names the certifying signature in `/Perms`, and returns the entry the catalog needs for it.
fn certify(
    document: &Document,
    catalog: &Object,
    signature: ObjectId,
    update: &mut Update<'_>,
) -> Result<Option<(&'static str, Vec<u8>)>, PdfError> {
    let change = [("DocMDP", reference(signature).into_bytes())];
    let entry = catalog.dictionary().and_then(|catalog| catalog.entry("Perms"));
    if let Some(entry) = entry {
        let resolved = document.resolve(&entry.value)?;
        if entry.value.as_reference().is_some() && resolved.dictionary().is_some() {
            update.put(resolved.id, update.patch(&resolved, &change));
            return Ok(None);
        }
        if resolved.dictionary().is_some() {
            let direct = nested(catalog, &entry.value, &entry.span);
            return Ok(Some(("Perms", update.patch(&direct, &change))));
        }
    }
    Ok(Some(("Perms", format!("<</DocMDP {}>>", reference(signature)).into_bytes())))
}

pub(super) fn reference(id: ObjectId) -> String {
    format!("{} {} R", id.number, id.generation)
}
