//! A lazy PDF engine that leaves untouched what it does not change.
//!
//! [`Document`] reads through a [`ReadAt`] source and parses only what is asked for. [`inspect()`] tells
//! what a document holds, [`find_anchors`] where its text asks for marks, [`check_places`] whether marks fit
//! on its pages, and [`prepare`] makes the bytes of a new revision that carries a seal: always an append,
//! never a rewrite. For validation, [`signatures()`] finds what was signed and whether it covers its revision,
//! [`changes_since`] tells what later revisions changed and whether that is allowed, and [`visual_changes`] compares
//! pictures of the pages by a renderer that the caller brings.
//!
//! A revision is prepared, its digest signed by whoever holds the key, and the signature put in place:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! # fn sign(_: [u8; 32]) -> Vec<u8> { Vec::new() }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bytes = Arc::new(std::fs::read("contract.pdf")?);
//! let document = pdf::Document::open(bytes.clone(), None, &pdf::Limits::default())?;
//! let place = pdf::Place { page: -1, x_points: 72.0, y_points: 600.0, ..pdf::Place::default() };
//! pdf::check_places(&pdf::inspect(&document)?, std::slice::from_ref(&place))?;
//! let plan = pdf::FieldPlan {
//!     signatories: vec![pdf::SignatoryField { field_name: "ada".to_owned(), places: vec![place] }],
//!     closing_field: "closing".to_owned(),
//! };
//! let appearance = pdf::Appearance {
//!     name: "Ada Lovelace".to_owned(),
//!     mark: pdf::Mark::Typed,
//!     signed_at_text: "2026-11-21 18:36:05 +01:00".to_owned(),
//!     reason: None,
//!     reference: "7Q2M".to_owned(),
//! };
//! let revision = pdf::prepare(
//!     &document,
//!     &pdf::SealRequest {
//!         plan: &plan,
//!         act: pdf::Act::Signatory { field_name: "ada", appearance: &appearance },
//!         signed_at: pdf::SignedAt { unix_ms: 1_795_282_565_000, offset_minutes: 60 },
//!         signer_name: "Example Ltd",
//!         reason: None,
//!         location: None,
//!         evidence_head: None,
//!         contents_bytes: 8192,
//!     },
//! )?;
//! let cms = sign(revision.digest(&bytes, None)?);
//! let sealed = [bytes.as_slice(), &revision.finish(&cms)?].concat();
//! # let _ = sealed;
//! # Ok(())
//! # }
//! ```
//!
//! **Invariant:** knows no CMS, no network and no clock.

mod anchor;
mod annotation;
mod changes;
mod crypt;
mod document;
mod embedded;
mod error;
mod filter;
mod font;
mod form;
mod inspect;
mod limits;
mod merge;
mod midstate;
mod object;
mod parser;
mod picture;
mod place;
mod read_at;
mod repair;
mod seal;
mod signature;
mod source;
mod stamp;
mod stream;
mod text;
mod watermark;
mod write;
mod xref;

pub use crate::{
    anchor::{
        Anchor, AnchorReport, AnchorText, FoundAnchor, Occurrence, PageWords, Tag, TagPlace, Word,
        find_anchors, page_paints, page_words,
    },
    annotation::page_leaves_to_viewers,
    changes::{
        Ambiguity, Change, ChangeKind, ModificationLevel, ObjectRole, PageRenderer, Picture, RenderFault,
        VisualChange, VisualKind, changes_since, visual_changes,
    },
    document::{Document, open_revision, page, pages, revisions},
    embedded::{embedded_file, embedded_files},
    error::{PdfError, PlacementError, Prohibition, SealError},
    font::{letters, missing_letters},
    inspect::{
        ActiveContent, Claims, ExistingSignature, FieldLock, FormField, Inspection, LockedFields,
        OverlayAnnotation, PageInfo, SignatureField, inspect,
    },
    limits::Limits,
    merge::merge,
    midstate::Midstate,
    object::ObjectId,
    picture::redraw,
    place::{DEFAULT_HEIGHT_POINTS, DEFAULT_WIDTH_POINTS, Place, Rect, check_places, misplaced},
    read_at::{FileSource, Prefix, ReadAt},
    repair::{repair, repair_with_password},
    seal::{
        Act, Appearance, FieldPlan, FontFallback, Mark, PreparedRevision, SealRequest, SignatoryField,
        SignedAt, Stroke, ValidationData, append_validation_data, prepare, prepare_timestamp,
        validation_data,
    },
    signature::{RangeCoverage, RangeFault, SignatureFound, check_permissions, signatures},
    watermark::test_watermark,
};
