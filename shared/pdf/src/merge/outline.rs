//! Outlines (ISO 32000-1 section 12.3.3), one behind the other.

use std::collections::HashSet;

use super::Merged;
use crate::{
    Document, PdfError,
    object::{Dictionary, Value},
};

/// The items of the top level: the number in the merged document, and the item's other entries.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) items: Vec<(u32, Vec<u8>)>,
}

impl Chain {
    /// Links the items and writes the outline. Returns its number.
    pub(super) fn finish(merged: &mut Merged) -> Option<u32> {
        let items = std::mem::take(&mut merged.outline.items);
        let (first, last) = (items.first()?.0, items.last()?.0);
        let root = merged.allocate();
        let numbers: Vec<u32> = items.iter().map(|(number, _)| *number).collect();
        for (index, (number, entries)) in items.into_iter().enumerate() {
            let mut body = format!("<</Parent {root} 0 R").into_bytes();
            let next = numbers.get(index + 1).map(|next| format!("/Next {next} 0 R"));
            let previous = index.checked_sub(1).and_then(|index| numbers.get(index));
            let previous = previous.map(|previous| format!("/Prev {previous} 0 R"));
            body.extend(next.into_iter().chain(previous).flat_map(String::into_bytes));
            body.extend(entries);
            body.extend_from_slice(b">>");
            merged.put(number, body);
        }
        let root_body = format!("<</Type/Outlines/First {first} 0 R/Last {last} 0 R>>");
        merged.put(root, root_body.into_bytes());
        Some(root)
    }
}

/// Numbers of the items of a document's top level.
pub(super) fn top_level(document: &Document, catalog: &Dictionary) -> Result<Vec<u32>, PdfError> {
    let outline = super::sub_dictionary(document, catalog, "Outlines")?;
    let mut next =
        outline.dictionary().and_then(|outline| outline.get("First")).and_then(Value::as_reference);
    let mut seen = HashSet::new();
    let mut items = Vec::new();
    while let Some(id) = next.filter(|id| seen.insert(id.number)) {
        let item = document.object(id.number)?;
        let Some(item) = item.dictionary() else { break };
        items.push(id.number);
        next = item.get("Next").and_then(Value::as_reference);
    }
    Ok(items)
}
