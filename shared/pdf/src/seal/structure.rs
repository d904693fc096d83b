//! New widgets in the structure tree of a tagged document (ISO 32000-1 section 14.7, ISO 14289-1 section 7.18).

use std::{collections::HashSet, fmt::Write};

use super::attach::{Arrays, extend, reference, write_arrays};
use crate::{
    Document, PdfError,
    form::nested,
    object::{Dictionary, Object, ObjectId, Value},
    write::Update,
};

/// The structure tree of a tagged document, with the elements to add.
pub(super) struct Structure {
    root: Object,
    /// What the new elements hang on: the root, or its only element if that is the document.
    parent: Object,
    next_key: u32,
    added: Vec<(u32, ObjectId)>,
}

/// Whether a document says that it is tagged.
pub(super) fn is_tagged(document: &Document) -> Result<bool, PdfError> {
    let catalog = document.catalog()?;
    let Some(catalog) = catalog.dictionary() else { return Ok(false) };
    let information = document.value(catalog, "MarkInfo")?;
    let Some(information) = information.as_dictionary() else { return Ok(false) };
    Ok(document.value(information, "Marked")? == Value::Boolean(true))
}

impl Structure {
    /// The structure tree; `None` where there is none that could take an element.
    pub(super) fn read(document: &Document) -> Result<Option<Self>, PdfError> {
        let catalog = document.catalog()?;
        let root = catalog.dictionary().and_then(|catalog| catalog.get("StructTreeRoot"));
        let Some(root @ Value::Reference(_)) = root else { return Ok(None) };
        let root = document.resolve(root)?;
        let Some(dictionary) = root.dictionary() else { return Ok(None) };
        let parent = only_document(document, dictionary)?.unwrap_or_else(|| root.clone());
        let declared = document.value(dictionary, "ParentTreeNextKey")?.as_integer().unwrap_or_default();
        let declared = u32::try_from(declared).unwrap_or_default();
        let next_key = declared.max(end_of_keys(document, dictionary)?);
        Ok(Some(Self { root, parent, next_key, added: Vec::new() }))
    }

    /// Adds an element for a widget. Returns the widget's `/StructParent`.
    pub(super) fn add(&mut self, widget: ObjectId, page: ObjectId, update: &mut Update<'_>) -> u32 {
        let key = self.next_key;
        self.next_key = key.saturating_add(1);
        let element = update.allocate();
        let body = format!(
            "<</Type/StructElem/S/Form/P {}/Pg {page}/K<</Type/OBJR/Obj {}/Pg {page}>>>>",
            reference(self.parent.id),
            reference(widget),
            page = reference(page),
        );
        update.put(element, body.into_bytes());
        self.added.push((key, element));
        key
    }

    /// Hooks the elements into the tree.
    pub(super) fn write(self, document: &Document, update: &mut Update<'_>) -> Result<(), PdfError> {
        if self.added.is_empty() {
            return Ok(());
        }
        let mut arrays = Arrays::new();
        let elements: Vec<ObjectId> = self.added.iter().map(|(_, element)| *element).collect();
        let kids = extend_kids(document, &self.parent, &elements, update, &mut arrays)?;
        let mut changes = vec![("ParentTreeNextKey", self.next_key.to_string().into_bytes())];
        changes.extend(self.extend_parent_tree(document, update, &mut arrays)?);
        if self.parent.id == self.root.id {
            changes.extend(kids);
        } else if let Some(kids) = kids {
            update.put(self.parent.id, update.patch(&self.parent, &[kids]));
        }
        update.put(self.root.id, update.patch(&self.root, &changes));
        write_arrays(arrays, update);
        Ok(())
    }

    /// Adds the keys, which are greater than all before, at the end of the number tree. Returns the entry that
    /// the root needs for it.
    fn extend_parent_tree(
        &self,
        document: &Document,
        update: &mut Update<'_>,
        arrays: &mut Arrays,
    ) -> Result<Option<(&'static str, Vec<u8>)>, PdfError> {
        let entry = self.root.dictionary().and_then(|root| root.entry("ParentTree"));
        let (tree, referenced) = match entry {
            Some(entry) if entry.value.as_reference().is_some() => (document.resolve(&entry.value)?, true),
            Some(entry) => (nested(&self.root, &entry.value, &entry.span), false),
            None => (Object::null(0), false),
        };
        let mut pairs = String::new();
        for (key, element) in &self.added {
            let _ = write!(pairs, " {key} {}", reference(*element));
        }
        let dictionary = tree.dictionary();
        let change = if dictionary.is_some_and(|tree| tree.get("Kids").is_some()) {
            let (first, last) = (self.added.first(), self.added.last());
            let limits = first.zip(last).map(|(first, last)| format!("{} {}", first.0, last.0));
            let leaf = update.allocate();
            let body = format!("<</Limits[{}]/Nums[{}]>>", limits.unwrap_or_default(), pairs.trim_start());
            update.put(leaf, body.into_bytes());
            extend(document, &tree, "Kids", &[leaf], update, arrays)?.map(|kids| ("Kids", kids))
        } else {
            let numbers = dictionary.and_then(|tree| tree.entry("Nums"));
            match numbers {
                Some(numbers) if numbers.value.as_reference().is_some() => {
                    let array = document.resolve(&numbers.value)?;
                    update.put(array.id, update.append_to_array(&array, pairs.as_bytes()));
                    None
                }
                Some(numbers) => {
                    let array = nested(&tree, &numbers.value, &numbers.span);
                    Some(("Nums", update.append_to_array(&array, pairs.as_bytes())))
                }
                None => Some(("Nums", format!("[{}]", pairs.trim_start()).into_bytes())),
            }
        };
        let Some(change) = change else { return Ok(None) };
        if referenced && dictionary.is_some() {
            update.put(tree.id, update.patch(&tree, &[change]));
            return Ok(None);
        }
        Ok(Some(("ParentTree", update.patch(&tree, &[change]))))
    }
}

/// The only kid of the root, if it is an element for the whole document.
fn only_document(document: &Document, root: &Dictionary) -> Result<Option<Object>, PdfError> {
    let kid = match root.get("K") {
        Some(reference @ Value::Reference(_)) => document.resolve(reference)?,
        Some(direct) => Object { value: direct.clone(), ..Object::null(0) },
        None => return Ok(None),
    };
    let kid = match kid.value.as_array() {
        Some([only]) => document.resolve(&only.value)?,
        Some(_) => return Ok(None),
        None => kid,
    };
    let whole = kid.id.number != 0 && kid.dictionary().is_some_and(|kid| kid.name("S") == Some(b"Document"));
    Ok(whole.then_some(kid))
}

/// Adds kids behind those that an element has. Returns the entry that it needs for it.
fn extend_kids(
    document: &Document,
    parent: &Object,
    added: &[ObjectId],
    update: &Update<'_>,
    arrays: &mut Arrays,
) -> Result<Option<(&'static str, Vec<u8>)>, PdfError> {
    if let Some(entry) = parent.dictionary().and_then(|parent| parent.entry("K")) {
        let array = document.resolve(&entry.value)?.value.as_array().is_some();
        if !array && entry.value != Value::Null {
            // A single kid stands by itself: a number, a reference, or a dictionary without strings.
            let single = parent.raw(&entry.span);
            let list = Object { raw: [b"[", single, b"]"].concat(), ..Object::null(0) };
            let list = Object { value: Value::Array(Vec::new()), ..list };
            return Ok(Some(("K", update.extend_array(&list, added))));
        }
    }
    Ok(extend(document, parent, "K", added, update, arrays)?.map(|kids| ("K", kids)))
}

/// One more than the greatest key of the parent tree.
fn end_of_keys(document: &Document, root: &Dictionary) -> Result<u32, PdfError> {
    let mut end = 0;
    let mut seen = HashSet::new();
    let mut waiting = vec![document.value(root, "ParentTree")?];
    while let Some(node) = waiting.pop() {
        let Some(node) = node.as_dictionary() else { continue };
        let numbers = document.value(node, "Nums")?;
        for item in numbers.as_array().unwrap_or_default().iter().step_by(2) {
            let key = item.value.as_integer().and_then(|key| u32::try_from(key).ok());
            end = end.max(key.unwrap_or_default().saturating_add(1));
        }
        let kids = document.value(node, "Kids")?;
        for kid in kids.as_array().unwrap_or_default() {
            if let Some(id) = kid.value.as_reference()
                && seen.insert(id.number)
            {
                waiting.push(document.object(id.number)?.value);
            }
        }
    }
    Ok(end)
}
