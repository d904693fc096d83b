//! One later revision against the one before it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Change, ChangeKind,
    fields::Fields,
    graph::{Graph, Incoming},
    kind::{Ambiguity, ObjectRole},
    role::Role,
    same::{In, changed_keys, repeats, same_object},
};
use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
    xref::Location,
};

/// Two revisions that follow each other, and what is found about them.
pub(super) struct Step<'a> {
    pub(super) old: &'a Document,
    pub(super) new: &'a Document,
    pub(super) graph: &'a Graph,
    pub(super) incoming: Incoming,
    pub(super) old_catalog: Object,
    pub(super) new_catalog: Object,
    pub(super) old_fields: Fields,
    pub(super) new_fields: Fields,
    /// Pages of the old revision by their objects, from 0.
    pub(super) pages: HashMap<u32, usize>,
    /// No other revision follows.
    is_last: bool,
    /// Numbers that the new revision says something else about.
    touched: BTreeSet<u32>,
    /// Objects of the old revision that differ in the new one.
    pub(super) replaced: BTreeSet<u32>,
    /// What is left to be explained as a whole.
    pub(super) open: Open,
    /// Pages of widgets that were added to them.
    pub(super) placed: BTreeMap<u32, usize>,
    pub(super) changes: Vec<Change>,
}

/// Parts of the document that changed, each to be explained once.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) appearances: BTreeSet<u32>,
    pub(super) fields: BTreeSet<u32>,
    pub(super) pages: BTreeSet<u32>,
    pub(super) parts: BTreeSet<Part>,
}

/// Parts of which there is one in a document.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Part {
    Form,
    Information,
    Metadata,
    Resources,
    Store,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        old: &'a Document,
        new: &'a Document,
        graph: &'a Graph,
        whole: &Document,
        revision: usize,
    ) -> Result<Self, PdfError> {
        let pages = old.page_list()?.numbers().enumerate().map(|(index, number)| (number, index)).collect();
        Ok(Self {
            old,
            new,
            graph,
            incoming: graph.incoming(old)?,
            old_catalog: old.catalog()?,
            new_catalog: new.catalog()?,
            old_fields: Fields::read(old)?,
            new_fields: Fields::read(new)?,
            pages,
            is_last: new.size() == whole.size(),
            touched: touched(whole, revision, old, new)?,
            replaced: BTreeSet::new(),
            open: Open::default(),
            placed: BTreeMap::new(),
            changes: Vec::new(),
        })
    }

    pub(super) fn touched(&self) -> &BTreeSet<u32> {
        &self.touched
    }

    pub(super) fn run(mut self) -> Result<Vec<Change>, PdfError> {
        self.sort_touched()?;
        self.find_uncovered()?;
        self.trailer()?;
        if self.old_catalog.id != self.new_catalog.id {
            return Ok(self.changes);
        }
        for number in self.replaced.clone() {
            self.open(number)?;
        }
        for page in self.open.pages.clone() {
            self.page(page)?;
        }
        if self.open.parts.contains(&Part::Form) {
            self.explain(Part::Form)?;
        }
        for field in self.open.fields.clone() {
            self.field(field)?;
        }
        for part in [Part::Resources, Part::Store, Part::Metadata, Part::Information] {
            if self.open.parts.contains(&part) {
                self.explain(part)?;
            }
        }
        self.identifier()?;
        Ok(self.changes)
    }

    pub(super) fn open_part(&mut self, part: Part) {
        self.open.parts.insert(part);
    }

    fn explain(&mut self, part: Part) -> Result<(), PdfError> {
        match part {
            Part::Form => self.form(),
            Part::Information => self.information(),
            Part::Metadata => self.metadata(),
            Part::Resources => self.resources(),
            Part::Store => self.store(),
        }
    }

    pub(super) fn report(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Tells what is replaced from what is new, deleted or the same.
    fn sort_touched(&mut self) -> Result<(), PdfError> {
        for number in self.touched.clone() {
            let (before, after) = (self.old.location(number)?, self.new.location(number)?);
            match (before == Location::Free, after == Location::Free) {
                (true, true) => {}
                (true, false) => self.added(number)?,
                (false, true) => self.report(Change::forbidden(ChangeKind::ObjectFreed).at(number)),
                (false, false) => self.compare(number)?,
            }
        }
        Ok(())
    }

    /// A new object must not be one that the old revision refers to: it would fill a gap left on purpose.
    fn added(&mut self, number: u32) -> Result<(), PdfError> {
        // Some readers take what they find there for the object that its own header names.
        let listed = matches!(self.new.location(number)?, Location::Offset(_));
        if listed && readable(self.new.object(number))?.is_none() {
            self.report(Change::forbidden(ChangeKind::Unreadable).at(number));
            return Ok(());
        }
        if self.incoming.of(number).next().is_none() {
            return Ok(());
        }
        let role = self.object_role(number)?;
        let page = self.page_of(number)?;
        self.report(Change::forbidden(ChangeKind::ObjectSupplied(role)).at(number).on_page(page, None));
        Ok(())
    }

    fn compare(&mut self, number: u32) -> Result<(), PdfError> {
        let (Some(old), Some(new)) = (readable(self.old.object(number))?, readable(self.new.object(number))?)
        else {
            self.report(Change::forbidden(ChangeKind::Unreadable).at(number));
            return Ok(());
        };
        let unused = self.incoming.of(number).next().is_none();
        // Cross-reference streams are not found by their numbers, which some writers use again.
        if unused && old.dictionary().is_some_and(|old| old.name("Type") == Some(b"XRef")) {
            return Ok(());
        }
        if readable(same_object((self.old, &old), (self.new, &new)))? == Some(true) {
            return Ok(());
        }
        if new.dictionary().is_some_and(repeats) {
            self.report(Change::forbidden(ChangeKind::Ambiguous(Ambiguity::RepeatedKey)).at(number));
        }
        self.replaced.insert(number);
        Ok(())
    }

    /// Objects that the old revision refers to and does not hold as a whole must not show up later.
    fn find_uncovered(&mut self) -> Result<(), PdfError> {
        for number in self.graph.unreadable() {
            if !self.touched.contains(number)
                && readable(self.new.object(*number))?.is_some_and(|object| object.value != Value::Null)
            {
                let kind = ChangeKind::Ambiguous(Ambiguity::OffsetBehindEnd);
                self.changes.push(Change::forbidden(kind).at(*number));
            }
        }
        Ok(())
    }

    /// The entries of the trailer that readers look at.
    fn trailer(&mut self) -> Result<(), PdfError> {
        let (old, new) = (self.old.trailer()?, self.new.trailer()?);
        let (Some(before), Some(after)) = (old.dictionary(), new.dictionary()) else { return Ok(()) };
        let keys = changed_keys(In::whole(self.old, old), before, In::whole(self.new, new), after);
        let mut found = Vec::new();
        for key in keys {
            let forbidden = match key.as_str() {
                "Root" | "Encrypt" => true,
                // Readers take objects from there on as missing. An interim revision may still be mended.
                "Size" => self.is_last && after.integer("Size") < before.integer("Size"),
                "Info" => {
                    self.open_part(Part::Information);
                    false
                }
                _ => false,
            };
            if forbidden {
                found.push(Change::forbidden(ChangeKind::TrailerEntry { key }));
            }
        }
        self.changes.append(&mut found);
        Ok(())
    }

    /// The first half of the identifier ought to stay (ISO 32000-1 section 14.4). It shows nothing, and many writers
    /// make it anew with a signature or time-stamp, which then covers it; pyHanko does not look at it at all.
    /// Of an encrypted file it may be a part of the key (section 7.6.3.3).
    fn identifier(&mut self) -> Result<(), PdfError> {
        let (old, new) = (self.old.trailer()?, self.new.trailer()?);
        let (Some(before), Some(after)) = (old.dictionary(), new.dictionary()) else { return Ok(()) };
        let Some(id) = file_id(self.old, before)? else { return Ok(()) };
        if file_id(self.new, after).ok().flatten() == Some(id) {
            return Ok(());
        }
        let signs = |change: &Change| {
            let by_kind = matches!(
                change.kind,
                ChangeKind::Signed
                    | ChangeKind::SignatureFieldAdded { signed: true, .. }
                    | ChangeKind::TimestampAdded
            );
            change.allowed && by_kind
        };
        let is_key = before.get("Encrypt").is_some() || after.get("Encrypt").is_some();
        if is_key || !self.changes.iter().any(signs) {
            self.report(Change::forbidden(ChangeKind::TrailerEntry { key: "ID".to_owned() }));
        }
        Ok(())
    }

    /// Finds the part of the document to explain for an object that was replaced.
    fn open(&mut self, number: u32) -> Result<(), PdfError> {
        let old = self.old.object(number)?;
        if old.dictionary().is_some_and(|old| old.name("Type") == Some(b"ObjStm")) {
            self.report(Change::forbidden(ChangeKind::ObjectReplaced(ObjectRole::Other)).at(number));
            return Ok(());
        }
        let roles = self.roles(number)?;
        // One array may be the list of fields and that of a page's annotations: both rules have to hold.
        let shared = roles.len() > 1
            && !roles.iter().all(|role| matches!(role, Role::Annotations(_) | Role::FieldArray));
        for role in &roles {
            match *role {
                Role::Signature(field) => {
                    let name = self.field_name(field);
                    self.report(Change::forbidden(ChangeKind::SignatureAltered).at(number).of_field(&name));
                    return Ok(());
                }
                Role::Other(role) => {
                    let page = self.page_of(number)?;
                    let kind = if shared && roles.iter().any(|role| !matches!(role, Role::Other(_))) {
                        ChangeKind::SharedObject(role)
                    } else {
                        ChangeKind::ObjectReplaced(role)
                    };
                    self.report(Change::forbidden(kind).at(number).on_page(page, None));
                    return Ok(());
                }
                _ => {}
            }
        }
        if shared {
            self.report(Change::forbidden(ChangeKind::SharedObject(ObjectRole::Other)).at(number));
            return Ok(());
        }
        for role in roles {
            self.open_role(number, role)?;
        }
        Ok(())
    }

    fn open_role(&mut self, number: u32, role: Role) -> Result<(), PdfError> {
        match role {
            Role::Annotations(page) | Role::Page(page) => {
                self.open.pages.insert(page);
            }
            Role::Annotation(page) => self.annotation_changed(number, page)?,
            Role::Appearance(field) => {
                self.open.appearances.insert(field);
                self.open.fields.insert(field);
            }
            Role::Catalog => self.catalog()?,
            Role::Extensions => self.extensions()?,
            Role::Field(field) => {
                self.open.fields.insert(field);
            }
            Role::FieldArray | Role::Form => self.open_part(Part::Form),
            Role::Information => self.open_part(Part::Information),
            Role::Metadata => self.open_part(Part::Metadata),
            Role::Resources | Role::ResourceNames => self.open_part(Part::Resources),
            Role::Store => {
                self.open_part(Part::Store);
                // What the store holds is only added to.
                if self.old.object(number)?.stream_at.is_some() {
                    self.report(Change::forbidden(ChangeKind::ValidationDataMalformed).at(number));
                }
            }
            Role::Other(_) | Role::Signature(_) => {}
        }
        Ok(())
    }

    /// What an object of the old revision is, for a sentence.
    fn object_role(&self, number: u32) -> Result<ObjectRole, PdfError> {
        Ok(match self.roles(number)?.first() {
            Some(Role::Other(role)) => *role,
            Some(Role::Annotation(_) | Role::Annotations(_)) => ObjectRole::Annotation,
            Some(
                Role::Field(_)
                | Role::Appearance(_)
                | Role::FieldArray
                | Role::Form
                | Role::Resources
                | Role::ResourceNames,
            ) => ObjectRole::Field,
            _ => ObjectRole::Other,
        })
    }

    pub(super) fn field_name(&self, field: u32) -> String {
        self.old_fields.terminal(field).map(|field| field.name.clone()).unwrap_or_default()
    }

    /// Whether an object is new in this revision.
    pub(super) fn is_new(&self, number: u32) -> Result<bool, PdfError> {
        Ok(self.touched.contains(&number)
            && self.old.location(number)? == Location::Free
            && self.incoming.of(number).next().is_none())
    }

    /// Keys of an object, or of the same dictionary in two objects, that differ.
    pub(super) fn differing(&self, old: &Object, new: &Object) -> Vec<String> {
        let empty = Dictionary::default();
        changed_keys(
            In::whole(self.old, old),
            old.dictionary().unwrap_or(&empty),
            In::whole(self.new, new),
            new.dictionary().unwrap_or(&empty),
        )
    }
}

/// Numbers that a revision's sections say something else about than all before them.
fn touched(
    whole: &Document,
    revision: usize,
    old: &Document,
    new: &Document,
) -> Result<BTreeSet<u32>, PdfError> {
    let history = whole.history()?;
    let own = history.revisions.get(revision).map_or(0..0, |own| own.newest..own.newest + own.sections);
    let mut touched = BTreeSet::new();
    for section in whole.sections().get(own).unwrap_or_default() {
        for number in section.numbers().filter(|number| *number > 0) {
            if old.location(number)? != new.location(number)? {
                touched.insert(number);
            }
        }
    }
    Ok(touched)
}

/// First half of the file's identifier.
fn file_id(document: &Document, trailer: &Dictionary) -> Result<Option<Vec<u8>>, PdfError> {
    let id = document.value(trailer, "ID")?;
    Ok(id.as_array().and_then(|id| Some(id.first()?.value.as_string()?.to_vec())))
}

/// Takes what is broken as absent.
pub(super) fn readable<T>(outcome: Result<T, PdfError>) -> Result<Option<T>, PdfError> {
    match outcome {
        Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => Ok(None),
        other => other.map(Some),
    }
}
