//! The form's fields by their objects, for telling what an object is to the form.

use std::collections::HashMap;

use crate::{
    Document, PdfError,
    form::{Field, Form},
    object::Object,
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

impl Fields {
    pub(super) fn read(document: &Document) -> Result<Self, PdfError> {
        let form = Form::read(document)?;
        let mut fields = Self { form: form.dictionary, ..Self::default() };
        form.fields.into_iter().for_each(|field| fields.add(field));
        Ok(fields)
    }

    fn add(&mut self, field: Field) {
        let number = field.object.id.number;
        let widgets: Vec<u32> = field.widgets.iter().map(|widget| widget.id.number).collect();
        self.owners.insert(number, number);
        self.owners.extend(widgets.iter().map(|widget| (*widget, number)));
        if self.names.contains_key(&field.name) {
            self.doubles.push(number);
        } else {
            self.names.insert(field.name.clone(), number);
        }
        let terminal = Terminal { name: field.name, kind: field.kind, flags: field.flags, widgets };
        self.terminals.insert(number, terminal);
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
