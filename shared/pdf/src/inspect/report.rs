//! What [`crate::inspect`] reports.

use crate::{ObjectId, Rect};

/// What a document holds, as far as signing it is concerned.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Inspection {
    /// Its pages, in order.
    pub pages: Vec<PageInfo>,
    /// What acts by itself or on a click. Any entry is a reason to refuse the document.
    pub active_content: Vec<ActiveContent>,
    /// Signatures and document time-stamps that are there already, in the order of their fields.
    pub signatures: Vec<ExistingSignature>,
    /// Signature fields, signed or not.
    pub signature_fields: Vec<SignatureField>,
    /// All terminal form fields.
    pub form_fields: Vec<FormField>,
    /// The permission (1, 2 or 3) of the signature that certifies the document, if there is one.
    pub doc_mdp: Option<u8>,
    /// Locks of fields that are signed.
    pub field_locks: Vec<FieldLock>,
    /// The file is encrypted (and opened with the password given, or the empty one).
    pub encrypted: bool,
    /// There are optional content groups: layers a reader can hide.
    pub layers: bool,
    /// Annotations other than links, pop-ups and form fields: what they show can cover the page.
    pub overlay_annotations: Vec<OverlayAnnotation>,
    /// Files embedded by name or by annotation.
    pub embedded_files: usize,
    /// What the document's XMP metadata claims to conform to.
    pub claims: Claims,
    /// Revisions of the file: sections of cross-references, the two halves of a hybrid one counted once.
    pub revisions: usize,
    /// Reachable objects that cannot be read. An unsigned document with some should be repaired first.
    pub unreadable_objects: Vec<u32>,
    /// `/Size` is so high that no number is left for a further object. An unsigned document should be repaired
    /// first.
    pub numbers_used_up: bool,
}

impl Inspection {
    /// Why the document must not be accepted for signing: its active content.
    pub fn refusals(&self) -> impl Iterator<Item = &ActiveContent> {
        self.active_content.iter()
    }

    /// Whether somebody signed, certified or time-stamped the document before.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        !self.signatures.is_empty()
    }

    /// Whether [`crate::repair`] should run before the first signature.
    ///
    /// A file that cannot be opened or inspected tells by [`crate::PdfError::may_be_repaired`].
    #[must_use]
    pub fn needs_repair(&self) -> bool {
        (self.numbers_used_up || !self.unreadable_objects.is_empty()) && !self.is_signed()
    }
}

/// One page, with inherited attributes filled in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PageInfo {
    /// The page object.
    pub object: ObjectId,
    /// The medium, in user space units.
    pub media_box: Rect,
    /// What is displayed of it, in user space units: never more than the medium.
    pub crop_box: Rect,
    /// Clockwise rotation when displayed: 0, 90, 180 or 270 degrees.
    pub rotate: u16,
    /// Size of a user space unit in points (1/72 inch).
    pub user_unit: f64,
    /// Width as displayed, in points: crop box, rotation and user unit applied.
    pub displayed_width_points: f64,
    /// Height as displayed, in points: crop box, rotation and user unit applied.
    pub displayed_height_points: f64,
}

impl PageInfo {
    pub(crate) fn new(
        object: ObjectId,
        media_box: Rect,
        crop_box: Rect,
        rotate: u16,
        user_unit: f64,
    ) -> Self {
        let (width, height) = (crop_box.width() * user_unit, crop_box.height() * user_unit);
        let turned = rotate % 180 == 90;
        let (displayed_width_points, displayed_height_points) =
            if turned { (height, width) } else { (width, height) };
        Self {
            object,
            media_box,
            crop_box,
            rotate,
            user_unit,
            displayed_width_points,
            displayed_height_points,
        }
    }
}

/// Something that acts by itself or on a click, and could change what a signatory sees.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ActiveContent {
    /// A stream whose data lies in another file.
    ExternalStream {
        /// Number of the object that holds it.
        object: u32,
    },
    /// An action that shows or hides annotations.
    Hide {
        /// Number of the object that holds it.
        object: u32,
    },
    /// An action that imports form data from a file.
    ImportData {
        /// Number of the object that holds it.
        object: u32,
    },
    /// A script.
    JavaScript {
        /// Number of the object that holds it.
        object: u32,
    },
    /// An action that starts a program or opens a file.
    Launch {
        /// Number of the object that holds it.
        object: u32,
    },
    /// A sound, a film or a rendition.
    Multimedia {
        /// Number of the object that holds it.
        object: u32,
    },
    /// Page content taken from another file.
    ReferenceXObject {
        /// Number of the object that holds it.
        object: u32,
    },
    /// An action that empties form fields.
    ResetForm {
        /// Number of the object that holds it.
        object: u32,
    },
    /// A rich media or 3D annotation, or an action on one.
    RichMedia {
        /// Number of the object that holds it.
        object: u32,
    },
    /// An action that shows or hides layers.
    SetLayers {
        /// Number of the object that holds it.
        object: u32,
    },
    /// An action that sends form data to an address.
    SubmitForm {
        /// Number of the object that holds it.
        object: u32,
    },
    /// A form in XFA, which readers show instead of the pages.
    Xfa,
}

impl ActiveContent {
    /// The name ISO 32000 gives it.
    #[must_use]
    pub fn standard_name(&self) -> &'static str {
        match self {
            Self::ExternalStream { .. } => "F",
            Self::Hide { .. } => "Hide",
            Self::ImportData { .. } => "ImportData",
            Self::JavaScript { .. } => "JavaScript",
            Self::Launch { .. } => "Launch",
            Self::Multimedia { .. } => "Rendition",
            Self::ReferenceXObject { .. } => "Ref",
            Self::ResetForm { .. } => "ResetForm",
            Self::RichMedia { .. } => "RichMedia",
            Self::SetLayers { .. } => "SetOCGState",
            Self::SubmitForm { .. } => "SubmitForm",
            Self::Xfa => "XFA",
        }
    }

    /// A sentence for the person who sent the document.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::ExternalStream { .. } => "The document takes data from another file.",
            Self::Hide { .. } => "The document has an action that shows or hides content.",
            Self::ImportData { .. } => "The document has an action that imports form data.",
            Self::JavaScript { .. } => "The document contains JavaScript.",
            Self::Launch { .. } => "The document has an action that starts a program or opens a file.",
            Self::Multimedia { .. } => "The document contains sound or film.",
            Self::ReferenceXObject { .. } => "The document shows pages of another file.",
            Self::ResetForm { .. } => "The document has an action that empties form fields.",
            Self::RichMedia { .. } => "The document contains rich media or 3D content.",
            Self::SetLayers { .. } => "The document has an action that shows or hides layers.",
            Self::SubmitForm { .. } => "The document has an action that sends form data.",
            Self::Xfa => "The document is an XFA form.",
        }
    }
}

/// A signature or document time-stamp in the document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExistingSignature {
    /// Full name of its field.
    pub field: String,
    /// The signature dictionary. Number 0 when it is a direct object of its field.
    pub object: ObjectId,
    /// A document time-stamp instead of a signature.
    pub timestamp: bool,
    /// `/SubFilter`, as written.
    pub sub_filter: Option<String>,
    /// `/ByteRange`, as written; empty when absent or malformed.
    pub byte_range: Vec<u64>,
    /// `/Contents`: the CMS, padding included.
    pub contents: Vec<u8>,
    /// `/M`, as written: `D:YYYYMMDDHHmmSS` with an offset.
    pub signed_at: Option<String>,
    /// `/Name`.
    pub name: Option<String>,
    /// `/Reason`.
    pub reason: Option<String>,
    /// The evidence head our own seals carry.
    pub evidence_head: Option<[u8; 32]>,
    /// The document permission it sets (`DocMDP`), 1 to 3.
    pub doc_mdp: Option<u8>,
    /// The catalog's `/Perms` names it as the certifying signature.
    pub certifies: bool,
}

/// A signature field.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignatureField {
    /// Full name.
    pub name: String,
    /// The field's object.
    pub object: ObjectId,
    /// Whether it holds a value.
    pub signed: bool,
    /// Index of the page of its first widget, from 0, if it has one.
    pub page: Option<usize>,
    /// Its first widget's rectangle.
    pub rect: Rect,
}

/// A form field that holds a value itself (a terminal field).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FormField {
    /// Full name.
    pub name: String,
    /// The field's object.
    pub object: ObjectId,
    /// `/FT`: `Btn`, `Ch`, `Sig` or `Tx`; empty when absent.
    pub kind: String,
    /// A signature field that holds a value.
    pub signed: bool,
    /// Index of the page of its first widget, from 0, if it has one.
    pub page: Option<usize>,
    /// Its first widget's rectangle.
    pub rect: Rect,
}

/// Which fields a signature locks (ISO 32000-1 section 12.8.2.4).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FieldLock {
    /// The field whose signature locks.
    pub by: String,
    /// Which fields.
    pub fields: LockedFields,
    /// The document permission the lock sets, 1 to 3 (ISO 32000-2 table 236).
    pub permission: Option<u8>,
}

/// The set of fields a lock speaks of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LockedFields {
    /// Every field.
    All,
    /// Every field but these and those below them.
    Exclude(Vec<String>),
    /// These and those below them.
    Include(Vec<String>),
}

impl LockedFields {
    /// Whether a field of this full name is locked.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        let listed = |names: &[String]| {
            names.iter().any(|listed| {
                name.strip_prefix(listed.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match self {
            Self::All => true,
            Self::Exclude(names) => !listed(names),
            Self::Include(names) => listed(names),
        }
    }
}

/// An annotation that can cover what is on the page.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OverlayAnnotation {
    /// Index of its page, from 0.
    pub page: usize,
    /// The annotation's object; number 0 when it is direct.
    pub object: ObjectId,
    /// `/Subtype`, such as `FreeText` or `Stamp`.
    pub subtype: String,
}

/// What the document's XMP metadata claims. Nothing here is checked against the document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Claims {
    /// PDF/A part and conformance, such as `2B`.
    pub pdf_a: Option<String>,
    /// PDF/UA part, such as `1`.
    pub pdf_ua: Option<String>,
    /// The document says it is tagged (`/MarkInfo`).
    pub tagged: bool,
}
