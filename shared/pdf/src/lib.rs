//! A lazy PDF engine that leaves untouched what it does not change.
//!
//! [`Document`] reads through a [`ReadAt`] source and parses only what is asked for. [`inspect()`] tells
//! what a document holds, [`check_places`] whether marks fit on its pages, and [`prepare`] makes the bytes
//! of a new revision that carries a seal: always an append, never a rewrite.
//!
//! **Invariant:** knows no CMS, no network and no clock.

mod crypt;
mod document;
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
mod write;
mod xref;

pub use crate::{
    document::{Document, revisions},
    error::{PdfError, PlacementError, Prohibition, SealError},
    inspect::{
        ActiveContent, Claims, ExistingSignature, FieldLock, FormField, Inspection, LockedFields,
        OverlayAnnotation, PageInfo, SignatureField, inspect,
    },
    limits::Limits,
    merge::merge,
    midstate::Midstate,
    object::ObjectId,
    place::{DEFAULT_HEIGHT_POINTS, DEFAULT_WIDTH_POINTS, Place, Rect, check_places},
    read_at::{FileSource, Prefix, ReadAt},
    repair::repair,
    seal::{
        Act, Appearance, FieldPlan, FontFallback, Mark, PreparedRevision, SealRequest, SignatoryField,
        SignedAt, Stroke, ValidationData, append_validation_data, prepare, prepare_timestamp,
        validation_data,
    },
    signature::check_permissions,
};
