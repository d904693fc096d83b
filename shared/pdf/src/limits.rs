//! Upper bounds for what a file may ask of the reader.

/// Bounds that keep a hostile file from taking the process's time or memory.
///
/// A file over a bound is refused with [`crate::PdfError::LimitExceeded`], which names the field below.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Nesting of arrays, dictionaries, page-tree nodes, form fields, form `XObjects` and indirect
    /// lengths.
    ///
    /// Real files stay under 20; each level costs stack, so the bound is low.
    pub depth: u32,
    /// Bytes one stream may expand to. Only streams of structure (objects, cross-references, content
    /// searched for anchors) are expanded.
    pub expanded_bytes: u64,
    /// Revisions (cross-reference sections) in one file.
    pub revisions: u32,
    /// Bytes of one object without its stream data.
    pub object_bytes: u64,
    /// Highest object number plus one. ISO 32000-1 annex C gives 8,388,607 as the limit of common readers.
    pub objects: u32,
    /// Characters shown on one page that is searched for anchors.
    pub page_glyphs: u32,
    /// Pages in one document.
    pub pages: u32,
    /// Bytes parsed or expanded over the life of one [`crate::Document`], repetitions included.
    ///
    /// This is what turns every loop over the file, however crafted, into a bounded one.
    pub work_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 64,
            expanded_bytes: 128 << 20,
            revisions: 1_000,
            object_bytes: 32 << 20,
            objects: 8_388_608,
            page_glyphs: 500_000,
            pages: 20_000,
            work_bytes: 1 << 30,
        }
    }
}
