//! The interactive form (ISO 32000-1 section 12.7).

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use crate::{
    Document, PdfError, Rect,
    object::{Dictionary, Object, ObjectId, Value},
    text,
};

/// The fields of a document.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// `/AcroForm`, if there is one.
    pub(crate) dictionary: Option<Object>,
    /// It stands in the catalog itself.
    pub(crate) in_catalog: bool,
    /// Terminal fields.
    pub(crate) fields: Vec<Field>,
}

/// A terminal field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) object: Object,
    /// `/FT`, also when inherited.
    pub(crate) kind: Vec<u8>,
    /// `/Ff`, also when inherited.
    pub(crate) flags: i64,
    /// `/V`, for signature fields only.
    pub(crate) value: Option<Value>,
    pub(crate) widgets: Vec<Object>,
}

/// What is handed down to the kids of a field.
#[derive(Clone, Default)]
struct Parent {
    name: Option<String>,
    kind: Vec<u8>,
    flags: i64,
    value: Option<Value>,
}

impl Form {
    pub(crate) fn read(document: &Document) -> Result<Self, PdfError> {
        let catalog = document.catalog()?;
        let Some(entry) = catalog.dictionary().and_then(|catalog| catalog.entry("AcroForm")) else {
            return Ok(Self::default());
        };
        let form = match &entry.value {
            Value::Reference(_) => document.resolve(&entry.value)?,
            direct => nested(&catalog, direct, &entry.span),
        };
        let Some(dictionary) = form.dictionary() else { return Ok(Self::default()) };
        let roots = document.value(dictionary, "Fields")?;
        let fields =
            read_fields(document, roots.as_array().unwrap_or_default().iter().map(|item| &item.value))?;
        let in_catalog = entry.value.as_reference().is_none();
        Ok(Self { dictionary: Some(form), in_catalog, fields })
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A value that stands in an object, as an object of its own bytes. It keeps the number, which decides about
/// encryption.
pub(crate) fn nested(object: &Object, value: &Value, span: &std::ops::Range<usize>) -> Object {
    let raw = object.raw(span).to_vec();
    let mut value = value.clone();
    rebase(&mut value, span.start);
    Object { id: object.id, value, raw, stream_at: None, compressed: object.compressed }
}

/// Makes spans count from `start`.
fn rebase(value: &mut Value, start: usize) {
    let shift = |span: &mut std::ops::Range<usize>| {
        *span = span.start.saturating_sub(start)..span.end.saturating_sub(start);
    };
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| {
            shift(&mut item.span);
            rebase(&mut item.value, start);
        }),
        Value::Dictionary(dictionary) => dictionary.entries.iter_mut().for_each(|entry| {
            shift(&mut entry.span);
            rebase(&mut entry.value, start);
        }),
        _ => {}
    }
}

fn read_fields<'a>(
    document: &Document,
    roots: impl DoubleEndedIterator<Item = &'a Value>,
) -> Result<Vec<Field>, PdfError> {
    let mut seen = HashSet::new();
    let mut fields = Vec::new();
    let mut waiting: Vec<(u32, Parent, u32)> =
        roots.rev().filter_map(Value::as_reference).map(|id| (id.number, Parent::default(), 0)).collect();
    while let Some((number, parent, depth)) = waiting.pop() {
        if depth > document.limits().depth {
            return Err(document.reader().too_deep());
        }
        let object = document.object(number)?;
        let Some(dictionary) = object.dictionary() else { continue };
        if !seen.insert(number) {
            continue;
        }
        let own = own_attributes(document, &object, dictionary, &parent)?;
        let kids = document.value(dictionary, "Kids")?;
        let mut widgets = Vec::new();
        let mut children = Vec::new();
        for kid in kids.as_array().unwrap_or_default().iter().filter_map(|item| item.value.as_reference()) {
            let kid = document.object(kid.number)?;
            match kid.dictionary() {
                Some(dictionary) if dictionary.get("T").is_some() => children.push(kid.id.number),
                Some(_) => widgets.push(kid),
                None => {}
            }
        }
        if !children.is_empty() {
            waiting.extend(children.into_iter().rev().map(|kid| (kid, own.clone(), depth + 1)));
            continue;
        }
        if dictionary.name("Subtype") == Some(b"Widget") || dictionary.get("Rect").is_some() {
            widgets.insert(0, object.clone());
        }
        let value = own.value.filter(|_| own.kind == b"Sig");
        let name = own.name.unwrap_or_default();
        fields.push(Field { name, object, kind: own.kind, flags: own.flags, value, widgets });
    }
    Ok(fields)
}

fn own_attributes(
    document: &Document,
    object: &Object,
    dictionary: &Dictionary,
    parent: &Parent,
) -> Result<Parent, PdfError> {
    let partial = match document.value(dictionary, "T")? {
        Value::String(name) => Some(text::decode(&document.string(object, &name))),
        _ => None,
    };
    let name = match (&parent.name, partial) {
        (Some(parent), Some(partial)) => Some(format!("{parent}.{partial}")),
        (parent, partial) => partial.or_else(|| parent.clone()),
    };
    let kind = match document.value(dictionary, "FT")? {
        Value::Name(kind) => kind,
        _ => parent.kind.clone(),
    };
    let flags = document.value(dictionary, "Ff")?.as_integer().unwrap_or(parent.flags);
    let value = dictionary.get("V").cloned().or_else(|| parent.value.clone());
    Ok(Parent { name, kind, flags, value })
}

impl Field {
    /// A signature field with a value.
    pub(crate) fn is_signed(&self) -> bool {
        self.value.is_some()
    }

    pub(crate) fn is_signature(&self) -> bool {
        self.kind == b"Sig"
    }

    /// The first widget's rectangle; empty when it has none.
    pub(crate) fn rect(&self, document: &Document) -> Result<Rect, PdfError> {
        let dictionary = self.widgets.first().and_then(Object::dictionary);
        let rect = dictionary.map(|dictionary| document.rect(dictionary, "Rect")).transpose()?;
        Ok(rect.flatten().unwrap_or_default())
    }

    /// Index of the page of the first widget, from 0.
    pub(crate) fn page(&self, document: &Document, index: &PageIndex) -> Result<Option<usize>, PdfError> {
        let Some(widget) = self.widgets.first() else { return Ok(None) };
        let named = widget.dictionary().and_then(|widget| widget.get("P")?.as_reference());
        if let Some(page) = named
            && let Some(found) = index.page(document, page)?
        {
            return Ok(Some(found));
        }
        // The page is optional in a widget, so look for the widget on the pages.
        index.page_of_annotation(document, widget.id)
    }
}

/// From a page object, or an annotation on it, to the page's index. Read when it is asked.
#[derive(Default)]
pub(crate) struct PageIndex {
    pages: OnceCell<HashMap<u32, usize>>,
    annotations: OnceCell<HashMap<u32, usize>>,
}

impl PageIndex {
    fn page(&self, document: &Document, page: ObjectId) -> Result<Option<usize>, PdfError> {
        if let Some(pages) = self.pages.get() {
            return Ok(pages.get(&page.number).copied());
        }
        let pages =
            document.page_list()?.numbers().enumerate().map(|(index, number)| (number, index)).collect();
        Ok(self.pages.get_or_init(|| pages).get(&page.number).copied())
    }

    /// Reads the annotations of all pages, once.
    fn page_of_annotation(
        &self,
        document: &Document,
        annotation: ObjectId,
    ) -> Result<Option<usize>, PdfError> {
        if let Some(annotations) = self.annotations.get() {
            return Ok(annotations.get(&annotation.number).copied());
        }
        let mut annotations = HashMap::new();
        for (index, page) in document.page_list()?.numbers().enumerate() {
            let page = document.object(page)?;
            let Some(dictionary) = page.dictionary() else { continue };
            let array = document.value(dictionary, "Annots")?;
            let references =
                array.as_array().unwrap_or_default().iter().filter_map(|item| item.value.as_reference());
            for reference in references {
                annotations.entry(reference.number).or_insert(index);
            }
        }
        Ok(self.annotations.get_or_init(|| annotations).get(&annotation.number).copied())
    }
}
