//! The form's fields by their objects, for telling what an object is to the form.

use std::collections::{HashMap, HashSet};

use crate::{
    Document, PdfError,
    form::nested,
    object::{Dictionary, Object, Value},
    text,
};

/// The fields of one revision.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// `/AcroForm`, with its bytes if it stands in the catalog.
    pub(super) form: Option<Object>,
    terminals: HashMap<u32, Terminal>,
    names: HashMap<String, u32>,
    /// From the object of a field or of its widget to the field.
    owners: HashMap<u32, u32>,
    /// Fields that have a full name that another one has, too.
    doubles: Vec<u32>,
}

/// A field that holds a value itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Terminal {
    pub(super) name: String,
    /// `/FT`, also when inherited.
    pub(super) kind: Vec<u8>,
    /// `/Ff`, also when inherited.
    pub(super) flags: i64,
    /// Its widgets, itself included if it is one.
    pub(super) widgets: Vec<u32>,
}

/// What a field hands down.
#[derive(Clone, Default)]
struct Inherited {
    name: Option<String>,
    kind: Vec<u8>,
    flags: i64,
}

impl Fields {
    pub(super) fn read(document: &Document) -> Result<Self, PdfError> {
        let catalog = document.catalog()?;
        let Some(entry) = catalog.dictionary().and_then(|catalog| catalog.entry("AcroForm")) else {
            return Ok(Self::default());
        };
        let form = match &entry.value {
            Value::Reference(_) => document.resolve(&entry.value)?,
            direct => nested(&catalog, direct, &entry.span),
        };
        let mut fields = Self::default();
        let Some(dictionary) = form.dictionary() else { return Ok(fields) };
        let roots = references(document, dictionary, "Fields")?;
        fields.form = Some(form);
        let mut waiting: Vec<(u32, Inherited, u32)> =
            roots.into_iter().rev().map(|number| (number, Inherited::default(), 0)).collect();
        let mut seen = HashSet::new();
        while let Some((number, inherited, depth)) = waiting.pop() {
            if depth > document.limits().depth {
                return Err(document.reader().too_deep());
            }
            if seen.insert(number) {
                fields.visit(document, number, &inherited, depth, &mut waiting)?;
            }
        }
        Ok(fields)
    }

    fn visit(
        &mut self,
        document: &Document,
        number: u32,
        inherited: &Inherited,
        depth: u32,
        waiting: &mut Vec<(u32, Inherited, u32)>,
    ) -> Result<(), PdfError> {
        let object = document.object(number)?;
        let Some(dictionary) = object.dictionary() else { return Ok(()) };
        let own = own(document, &object, dictionary, inherited)?;
        let mut widgets = Vec::new();
        let mut children = Vec::new();
        for kid in references(document, dictionary, "Kids")? {
            let kid_object = document.object(kid)?;
            match kid_object.dictionary() {
                Some(kid_dictionary) if kid_dictionary.get("T").is_some() => children.push(kid),
                Some(_) => widgets.push(kid),
                None => {}
            }
        }
        if !children.is_empty() {
            waiting.extend(children.into_iter().rev().map(|kid| (kid, own.clone(), depth + 1)));
            return Ok(());
        }
        if dictionary.name("Subtype") == Some(b"Widget") || dictionary.get("Rect").is_some() {
            widgets.insert(0, number);
        }
        self.owners.insert(number, number);
        self.owners.extend(widgets.iter().map(|widget| (*widget, number)));
        let name = own.name.unwrap_or_default();
        if self.names.contains_key(&name) {
            self.doubles.push(number);
        } else {
            self.names.insert(name.clone(), number);
        }
        let terminal = Terminal { name, kind: own.kind, flags: own.flags, widgets };
        self.terminals.insert(number, terminal);
        Ok(())
    }

    pub(super) fn terminal(&self, number: u32) -> Option<&Terminal> {
        self.terminals.get(&number)
    }

    /// All fields that hold a value, in the order of their objects.
    pub(super) fn terminals(&self) -> impl Iterator<Item = (u32, &Terminal)> {
        let mut numbers: Vec<u32> = self.terminals.keys().copied().collect();
        numbers.sort_unstable();
        numbers.into_iter().filter_map(|number| Some((number, self.terminals.get(&number)?)))
    }

    /// The field that an object is, or is a widget of.
    pub(super) fn owner(&self, number: u32) -> Option<u32> {
        self.owners.get(&number).copied()
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    pub(super) fn doubles(&self) -> &[u32] {
        &self.doubles
    }
}

fn own(
    document: &Document,
    object: &Object,
    dictionary: &Dictionary,
    inherited: &Inherited,
) -> Result<Inherited, PdfError> {
    let partial = match document.value(dictionary, "T")? {
        Value::String(name) => Some(text::decode(&document.string(object, &name))),
        _ => None,
    };
    let name = match (&inherited.name, partial) {
        (Some(parent), Some(partial)) => Some(format!("{parent}.{partial}")),
        (parent, partial) => partial.or_else(|| parent.clone()),
    };
    let kind = match document.value(dictionary, "FT")? {
        Value::Name(kind) => kind,
        _ => inherited.kind.clone(),
    };
    let flags = document.value(dictionary, "Ff")?.as_integer().unwrap_or(inherited.flags);
    Ok(Inherited { name, kind, flags })
}

/// The objects that an array behind a key refers to.
pub(super) fn references(
    document: &Document,
    dictionary: &Dictionary,
    key: &str,
) -> Result<Vec<u32>, PdfError> {
    let array = document.value(dictionary, key)?;
    let items = array.as_array().unwrap_or_default().iter();
    Ok(items.filter_map(|item| item.value.as_reference()).map(|id| id.number).collect())
}
