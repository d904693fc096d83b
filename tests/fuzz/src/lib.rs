//! What the fuzz targets share.

use std::sync::Arc;

use pdf::{Document, Limits};

/// Opens a document within limits that keep each run short. They are wide enough for every path.
#[must_use]
pub fn open(bytes: &[u8]) -> Option<Document> {
    let limits = Limits { expanded_bytes: 4 << 20, work_bytes: 16 << 20, ..Limits::default() };
    Document::open(Arc::new(bytes.to_vec()), None, &limits).ok()
}
