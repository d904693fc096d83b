//! What an object is to the document, told by everything that refers to it.

use std::collections::HashSet;

use super::{graph::TRAILER, kind::ObjectRole, resources::CATEGORIES, step::Step};
use crate::PdfError;

/// References followed from an object towards the trailer before it is given up.
const MOST_STEPS: usize = 64;

/// What an object is to the document, as far as rules know it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Role {
    /// The array of a page's annotations, by the page's number.
    Annotations(u32),
    /// An annotation that is no widget of a field, by the number of its page.
    Annotation(u32),
    /// A part of the appearance of a field, by the field's number.
    Appearance(u32),
    Catalog,
    /// Extensions declared in the catalog.
    Extensions,
    Field(u32),
    /// The form's list of fields.
    FieldArray,
    Form,
    Information,
    Metadata,
    Other(ObjectRole),
    Page(u32),
    /// The form's default resources.
    Resources,
    /// The names of one category of them.
    ResourceNames,
    /// The dictionary of a signature, by the number of its field.
    Signature(u32),
    /// The security store with its arrays and dictionaries.
    Store,
}

impl Step<'_> {
    /// The roles of an object of the old revision. More than one means that the object is shared.
    ///
    /// Entries of the catalog, of pages, annotations and fields mean nothing in any other use of these objects, so
    /// that they need no look at who refers to them.
    pub(super) fn roles(&self, number: u32) -> Result<Vec<Role>, PdfError> {
        self.roles_within(number, &mut HashSet::new())
    }

    fn roles_within(&self, number: u32, seen: &mut HashSet<u32>) -> Result<Vec<Role>, PdfError> {
        if let Some(role) = self.anchor(number) {
            return Ok(vec![role]);
        }
        self.old.reader().spend(0)?;
        if !seen.insert(number) || seen.len() > MOST_STEPS {
            return Ok(vec![Role::Other(ObjectRole::Other)]);
        }
        let mut roles = Vec::new();
        for (referrer, path) in self.incoming.of(number) {
            for role in self.roles_by(referrer, self.graph.name(path), seen)? {
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
        }
        // What is an annotation on a page may be named by others as well.
        if let Some(annotation) = roles.iter().find(|role| matches!(role, Role::Annotation(_))) {
            return Ok(vec![*annotation]);
        }
        if roles.is_empty() {
            roles.push(Role::Other(ObjectRole::Unused));
        }
        Ok(roles)
    }

    fn anchor(&self, number: u32) -> Option<Role> {
        if number == self.old_catalog.id.number {
            return Some(Role::Catalog);
        }
        if self.pages.contains_key(&number) {
            return Some(Role::Page(number));
        }
        self.old_fields.owner(number).map(Role::Field)
    }

    /// The roles that one reference gives.
    fn roles_by(&self, referrer: u32, path: &str, seen: &mut HashSet<u32>) -> Result<Vec<Role>, PdfError> {
        if referrer == TRAILER {
            return Ok(vec![match path {
                "Info" => Role::Information,
                _ => Role::Other(ObjectRole::Other),
            }]);
        }
        let anchor = match self.anchor(referrer) {
            Some(anchor) => vec![anchor],
            None if is_deep(path) => vec![Role::Other(ObjectRole::Other)],
            None => self.roles_within(referrer, seen)?,
        };
        let of_stream = self.old.object(referrer)?.stream_at.is_some();
        Ok(anchor.into_iter().map(|role| step_down(role, path, of_stream)).collect())
    }

    /// The first page that an object of the old revision is used on, from 0.
    pub(super) fn page_of(&self, number: u32) -> Result<Option<usize>, PdfError> {
        let mut seen = HashSet::from([number]);
        let mut waiting = vec![number];
        let mut steps = 0;
        while let Some(number) = waiting.pop() {
            if let Some(page) = self.pages.get(&number) {
                return Ok(Some(*page));
            }
            self.old.reader().spend(0)?;
            steps += 1;
            if steps > MOST_STEPS * 16 {
                break;
            }
            let referrers = self.incoming.of(number).filter(|(referrer, path)| {
                // The way from a kid to its parent leads to other pages.
                *referrer != TRAILER && !matches!(self.graph.name(*path), "Parent" | "Kids[]" | "P")
            });
            waiting.extend(referrers.map(|(referrer, _)| referrer).filter(|referrer| seen.insert(*referrer)));
        }
        Ok(None)
    }
}

/// Paths through resources are of no rule.
fn is_deep(path: &str) -> bool {
    path.starts_with("Resources/") || path.starts_with("Font/") || path.starts_with("XObject/")
}

fn is_category(path: Option<&str>) -> bool {
    path.is_some_and(|path| CATEGORIES.contains(&path))
}

/// The role of what a path leads to from an object of a role.
fn step_down(role: Role, path: &str, of_stream: bool) -> Role {
    let appearance = |path: &str| path == "AP" || path.starts_with("AP/");
    match (role, path) {
        (Role::Catalog, "AcroForm") => Role::Form,
        (Role::Catalog, "AcroForm/Fields") | (Role::Form, "Fields") => Role::FieldArray,
        (Role::Catalog, "AcroForm/DR") | (Role::Form, "DR") => Role::Resources,
        (Role::Catalog, path) if is_category(path.strip_prefix("AcroForm/DR/")) => Role::ResourceNames,
        (Role::Form, path) if is_category(path.strip_prefix("DR/")) => Role::ResourceNames,
        (Role::Resources, path) if !of_stream && is_category(Some(path)) => Role::ResourceNames,
        (Role::Catalog, "Extensions") => Role::Extensions,
        (Role::Catalog, "Metadata") => Role::Metadata,
        (Role::Catalog, "DSS") => Role::Store,
        (Role::Catalog, path) if path.starts_with("DSS/") => Role::Store,
        (Role::Store, _) if !of_stream => Role::Store,
        (Role::Page(page), "Annots") => Role::Annotations(page),
        (Role::Page(page), "Annots[]") | (Role::Annotations(page), "[]") => Role::Annotation(page),
        (Role::Field(field), path) if appearance(path) => Role::Appearance(field),
        (Role::Appearance(field), _) if !of_stream => Role::Appearance(field),
        (Role::Field(field), "V") => Role::Signature(field),
        (role, path) => Role::Other(describe(role, path)),
    }
}

/// What an object without a rule is, for the sentence.
fn describe(role: Role, path: &str) -> ObjectRole {
    let has = |key: &str| path.split(['/', '[', ']']).any(|part| part == key);
    if matches!(role, Role::Page(_)) && has("Contents") {
        return ObjectRole::Content;
    }
    if matches!(role, Role::Catalog) {
        return match path.split('/').next().unwrap_or_default() {
            "Pages" => ObjectRole::PageTree,
            "StructTreeRoot" => ObjectRole::Structure,
            "OCProperties" => ObjectRole::Layer,
            _ => ObjectRole::Other,
        };
    }
    let font =
        ["Font", "FontDescriptor", "FontFile", "FontFile2", "FontFile3", "DescendantFonts", "ToUnicode"];
    let graphics = ["XObject", "Pattern", "Shading", "ColorSpace", "ExtGState", "SMask", "Resources"];
    match role {
        Role::Other(known) if known != ObjectRole::Other => known,
        _ if font.into_iter().any(has) => ObjectRole::Font,
        _ if graphics.into_iter().any(has) => ObjectRole::Graphics,
        Role::Field(_)
        | Role::Appearance(_)
        | Role::Form
        | Role::FieldArray
        | Role::Resources
        | Role::ResourceNames => ObjectRole::Field,
        Role::Annotation(_) => ObjectRole::Annotation,
        Role::Page(_) if has("Parent") => ObjectRole::PageTree,
        _ => ObjectRole::Other,
    }
}
