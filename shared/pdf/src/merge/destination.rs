//! Named destinations (ISO 32000-1 section 12.3.2.3), which are replaced by what they name.

use std::collections::{HashMap, HashSet};

use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
};

/// The destinations of a document by name.
pub(super) type Destinations = HashMap<Vec<u8>, Object>;

pub(super) fn read(document: &Document) -> Result<Destinations, PdfError> {
    let mut destinations = Destinations::new();
    let catalog = document.catalog()?;
    let Some(catalog) = catalog.dictionary() else { return Ok(destinations) };
    let old = super::sub_dictionary(document, catalog, "Dests")?;
    for entry in old.dictionary().map(|old| old.entries.as_slice()).unwrap_or_default() {
        insert(document, &mut destinations, entry.key.clone(), &entry.value)?;
    }
    let names = super::sub_dictionary(document, catalog, "Names")?;
    let Some(names) = names.dictionary() else { return Ok(destinations) };
    for (key, value) in tree(document, names, "Dests")? {
        insert(document, &mut destinations, key, &value)?;
    }
    Ok(destinations)
}

fn insert(
    document: &Document,
    destinations: &mut Destinations,
    key: Vec<u8>,
    value: &Value,
) -> Result<(), PdfError> {
    let mut object = document.resolve(value)?;
    if let Some(inner) = object.dictionary().and_then(|dictionary| dictionary.get("D")) {
        object = document.resolve(inner)?;
    }
    if matches!(object.value, Value::Array(_)) {
        destinations.insert(key, object);
    }
    Ok(())
}

/// The pairs of a name tree (ISO 32000-1 section 7.9.6); keys are decrypted.
pub(super) fn tree(
    document: &Document,
    names: &Dictionary,
    key: &str,
) -> Result<Vec<(Vec<u8>, Value)>, PdfError> {
    let mut pairs = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting: Vec<Value> = names.get(key).cloned().into_iter().collect();
    while let Some(value) = waiting.pop() {
        if value.as_reference().is_some_and(|id| !seen.insert(id.number)) {
            continue;
        }
        let node = document.resolve(&value)?;
        let Some(dictionary) = node.dictionary() else { continue };
        let kids = document.value(dictionary, "Kids")?;
        let kids = kids.as_array().unwrap_or_default();
        // Only references can lead in a circle; what is direct is as deep as its object.
        waiting.extend(kids.iter().rev().map(|kid| kid.value.clone()));
        let leaves = document.value(dictionary, "Names")?;
        for pair in leaves.as_array().unwrap_or_default().chunks_exact(2) {
            if let [name, value] = pair
                && let Some(name) = name.value.as_string()
            {
                pairs.push((document.string(&node, name), value.value.clone()));
            }
        }
    }
    Ok(pairs)
}
