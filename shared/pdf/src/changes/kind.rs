//! The kinds of changes, and their words.

use std::fmt::Write;

use super::Change;

/// What has to be permitted for a change, from nothing to what no signature ever permits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ModificationLevel {
    /// Changes nothing.
    None,
    /// Validation data, document time-stamps and metadata: allowed even where nothing else is.
    LtaUpdates,
    /// Filling fields and signing.
    FormFilling,
    /// Comments and other mark-up.
    Annotations,
    /// Everything else.
    Other,
}

/// What happened in a change.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A script, or an action that runs by itself or on a click.
    ActiveContent,
    /// The file can be read in two ways.
    Ambiguous(Ambiguity),
    /// An annotation that is no form field was added.
    AnnotationAdded {
        /// `/Subtype`, such as `FreeText`.
        subtype: String,
    },
    /// An annotation that is no form field was changed.
    AnnotationChanged {
        /// `/Subtype`, such as `FreeText`.
        subtype: String,
    },
    /// An annotation was taken away, or moved before or behind others.
    AnnotationRemoved,
    /// The appearance of a field was replaced, and nothing was filled in that would call for it.
    AppearanceReplaced,
    /// An entry of the catalog changed.
    CatalogEntry {
        /// Its key.
        key: String,
    },
    /// What was added lies over text that was visible when signed, and hides it.
    CoversText,
    /// Extensions of the format were declared.
    ExtensionsDeclared,
    /// A form field was added that is no signature field, or not a plain one.
    FieldAdded,
    /// An entry of a field, or of its place on the page, changed.
    FieldEntry {
        /// Its key.
        key: String,
    },
    /// A field was filled in, or its value changed.
    FieldFilled,
    /// A field was taken out of the form.
    FieldRemoved,
    /// An entry of the form changed.
    FormEntry {
        /// Its key.
        key: String,
    },
    /// An entry of the document information changed.
    Information {
        /// Its key.
        key: String,
    },
    /// The XMP metadata changed.
    Metadata,
    /// An object of the signed file was deleted.
    ObjectFreed,
    /// An object of the signed file was replaced.
    ObjectReplaced(ObjectRole),
    /// An object was added that the signed file refers to without holding it.
    ObjectSupplied(ObjectRole),
    /// An entry of a page changed.
    PageEntry {
        /// Its key.
        key: String,
    },
    /// An object was changed in a way that is allowed for one of its uses, and has other uses.
    SharedObject(ObjectRole),
    /// An existing signature field was signed.
    Signed,
    /// A signature was changed after it was made: its dictionary, its appearance or its field.
    SignatureAltered,
    /// A new signature field was added.
    SignatureFieldAdded {
        /// It was signed as well.
        signed: bool,
        /// It shows on a page.
        visible: bool,
    },
    /// A document time-stamp was added.
    TimestampAdded,
    /// The revision takes more work than the limits allow.
    TooLarge {
        /// The limit.
        limit: &'static str,
    },
    /// An entry of the trailer changed.
    TrailerEntry {
        /// Its key.
        key: String,
    },
    /// A revision, or an object of the signed file, cannot be read.
    Unreadable,
    /// The appearance of a field hid text of the page when it was signed, and does not any more.
    UncoversText,
    /// Bytes that belong to no revision.
    UnsignedBytes {
        /// How many.
        bytes: u64,
    },
    /// Validation data was added or renewed.
    ValidationData,
    /// The security store for validation data was changed in another way than by adding to it.
    ValidationDataMalformed,
    /// A field shows something else than its value.
    ValueNotShown,
    /// A newer version of the format was declared.
    VersionRaised,
}

/// Why the file can be read in two ways.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Ambiguity {
    /// A revision holds an object twice, or one that its cross-references do not name.
    HiddenObject,
    /// Between the objects of a revision stands something that is no part of the format.
    Junk,
    /// A revision has no end marker.
    EndMarker,
    /// Cross-references of an earlier revision lead into a later one.
    OffsetBehindEnd,
    /// A dictionary has a key twice.
    RepeatedKey,
    /// A cross-reference section lies inside of an earlier revision.
    SectionOrder,
    /// A cross-reference section, or an end of file, is left out by those that follow it.
    SectionSkipped,
    /// The file's pointer to its cross-references leads elsewhere than the revision's.
    Startxref,
}

/// What an object is to the document, as far as its first use tells.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ObjectRole {
    /// An annotation or its appearance.
    Annotation,
    /// The content of a page.
    Content,
    /// A font or a part of one.
    Font,
    /// A form field or its appearance.
    Field,
    /// A picture or a drawing used by pages.
    Graphics,
    /// An optional content group or its settings.
    Layer,
    /// Anything else.
    Other,
    /// A page.
    Page,
    /// The tree of pages.
    PageTree,
    /// The logical structure.
    Structure,
    /// Nothing leads to it.
    Unused,
}

impl ObjectRole {
    fn words(self) -> &'static str {
        match self {
            Self::Annotation => "an annotation",
            Self::Content => "the content of a page",
            Self::Font => "a font",
            Self::Field => "a form field or its appearance",
            Self::Graphics => "a picture or a drawing",
            Self::Layer => "a layer",
            Self::Other => "a part of the document",
            Self::Page => "a page",
            Self::PageTree => "the list of pages",
            Self::Structure => "the logical structure",
            Self::Unused => "an unused object",
        }
    }
}

impl Ambiguity {
    fn words(self) -> &'static str {
        match self {
            Self::HiddenObject => "it holds objects that its cross-references do not name",
            Self::Junk => "it holds bytes that are no part of the format",
            Self::EndMarker => "a revision has no end marker",
            Self::OffsetBehindEnd => "cross-references of an earlier revision lead into a later one",
            Self::RepeatedKey => "a dictionary has a key twice",
            Self::SectionOrder => "cross-references lie inside of an earlier revision",
            Self::SectionSkipped => "a revision is left out by those that follow it",
            Self::Startxref => "the pointer to its cross-references leads elsewhere",
        }
    }
}

pub(super) fn sentence(change: &Change) -> String {
    let page = change.page.map(|page| format!("page {page}: ")).unwrap_or_default();
    let mut sentence = page + &what(change);
    if let Some(area) = change.area.filter(|area| area.width() > 0.0 && area.height() > 0.0) {
        let _ = write!(sentence, " at {:.0}, {:.0} pt", area.left, area.bottom);
    }
    if let Some(field) = &change.forbidden_by {
        let _ = write!(sentence, "; the signature in field \"{field}\" does not allow it");
    } else if !change.allowed && change.level == ModificationLevel::Annotations {
        sentence.push_str("; no signature allows annotations");
    }
    sentence
}

fn what(change: &Change) -> String {
    let field = change.field.as_deref().map(|field| format!(" \"{field}\"")).unwrap_or_default();
    match &change.kind {
        ChangeKind::ActiveContent => format!("a script or an action was added{}", of_field(&field)),
        ChangeKind::Ambiguous(how) => format!("the file can be read in two ways: {}", how.words()),
        ChangeKind::AnnotationAdded { subtype } => format!("an annotation ({subtype}) was added"),
        ChangeKind::AnnotationChanged { subtype } => format!("an annotation ({subtype}) was changed"),
        ChangeKind::AnnotationRemoved => "an annotation was removed or moved behind others".to_owned(),
        ChangeKind::AppearanceReplaced => format!("the appearance of the field{field} was replaced"),
        ChangeKind::CatalogEntry { key } => catalog_entry(key),
        ChangeKind::CoversText if field.is_empty() => {
            "an annotation covers text that was visible when signed".to_owned()
        }
        ChangeKind::CoversText => format!("the field{field} covers text that was visible when signed"),
        ChangeKind::ExtensionsDeclared => "extensions of the format were declared".to_owned(),
        ChangeKind::FieldAdded => format!("the form field{field} was added"),
        ChangeKind::FieldEntry { key } => format!("the entry {key} of the field{field} was changed"),
        ChangeKind::FieldFilled => format!("the field{field} was filled in"),
        ChangeKind::FieldRemoved => format!("the field{field} was removed"),
        ChangeKind::FormEntry { key } => format!("the entry {key} of the form was changed"),
        ChangeKind::Information { key } => format!("the document information {key} was changed"),
        ChangeKind::Metadata => "the metadata was changed".to_owned(),
        ChangeKind::ObjectFreed => "an object of the signed document was deleted".to_owned(),
        ChangeKind::ObjectReplaced(role) => format!("{} was replaced", role.words()),
        ChangeKind::ObjectSupplied(role) => {
            format!("{} was added that the signed document refers to without holding it", role.words())
        }
        ChangeKind::PageEntry { key } => page_entry(key),
        ChangeKind::SharedObject(role) => {
            format!("an object was changed that the document also uses as {}", role.words())
        }
        ChangeKind::Signed => format!("the field{field} was signed"),
        ChangeKind::SignatureAltered => {
            format!("the signature in the field{field} was changed after it was made")
        }
        ChangeKind::SignatureFieldAdded { signed: true, .. } => {
            format!("the signature field{field} was added and signed")
        }
        ChangeKind::SignatureFieldAdded { signed: false, .. } => {
            format!("the signature field{field} was added")
        }
        ChangeKind::TimestampAdded => format!("a document time-stamp was added in the field{field}"),
        ChangeKind::TooLarge { limit } => {
            format!("the changes are too large to be judged (limit {limit})")
        }
        ChangeKind::TrailerEntry { key } => format!("the entry {key} of the trailer was changed"),
        ChangeKind::UncoversText => format!("the field{field} shows text that it hid when signed"),
        ChangeKind::Unreadable => "a part of the revision cannot be read".to_owned(),
        ChangeKind::UnsignedBytes { bytes } => {
            format!("{bytes} bytes were added that belong to no revision of the document")
        }
        ChangeKind::ValidationData => "validation data was added".to_owned(),
        ChangeKind::ValidationDataMalformed => "the store for validation data was changed unduly".to_owned(),
        ChangeKind::ValueNotShown => format!("the field{field} shows something else than its value"),
        ChangeKind::VersionRaised => "a newer version of the format was declared".to_owned(),
    }
}

fn of_field(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!(" to the field{field}") }
}

fn catalog_entry(key: &str) -> String {
    match key {
        "AA" | "OpenAction" => "an action on opening the document was added or changed".to_owned(),
        "Names" => "the document's names (scripts, attachments) were changed".to_owned(),
        "OCProperties" => "the settings of layers were changed".to_owned(),
        "Outlines" => "the bookmarks were changed".to_owned(),
        "Pages" => "the list of pages was replaced".to_owned(),
        "Perms" => "the permissions of the document were changed".to_owned(),
        "StructTreeRoot" => "the logical structure was replaced".to_owned(),
        "Version" => "the version of the format was changed".to_owned(),
        key => format!("the entry {key} of the document was changed"),
    }
}

fn page_entry(key: &str) -> String {
    match key {
        "AA" => "an action of the page was added or changed".to_owned(),
        "Annots" => "the annotations were changed".to_owned(),
        "Contents" => "the content was replaced".to_owned(),
        "CropBox" | "MediaBox" | "Rotate" | "UserUnit" => "the size or rotation was changed".to_owned(),
        "Resources" => "the fonts or pictures of the page were replaced".to_owned(),
        key => format!("the entry {key} of the page was changed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rect;

    #[test]
    fn a_sentence_tells_where_what_and_who_forbids_it() {
        let kind = ChangeKind::AnnotationAdded { subtype: "FreeText".to_owned() };
        let mut change = Change::explained(kind, ModificationLevel::Annotations)
            .on_page(Some(1), Some(Rect::from_corners(72.0, 640.0, 100.0, 660.0)));
        assert_eq!(change.sentence(), "page 2: an annotation (FreeText) was added at 72, 640 pt");
        change.allowed = false;
        assert!(change.sentence().ends_with("at 72, 640 pt; no signature allows annotations"));
        change.forbidden_by = Some("ada".to_owned());
        assert!(change.sentence().ends_with("; the signature in field \"ada\" does not allow it"));
    }
}
