//! The page tree (ISO 32000-1 section 7.7.3).

use std::{collections::HashSet, sync::Arc};

use super::Document;
use crate::{
    PageInfo, PdfError, Rect,
    object::{Dictionary, ObjectId, Value},
    xref::Location,
};

/// A page without a `/MediaBox` is US Letter, as in common readers.
const LETTER: Rect = Rect { left: 0.0, bottom: 0.0, right: 612.0, top: 792.0 };

/// Bytes within which a page has to end to be told by its bytes.
const LEAF_BYTES: u64 = 4096;

/// A leaf of the page tree.
pub(crate) type Page = PageInfo;

/// What a node hands down to its kids.
#[derive(Clone, Copy, Debug, Default)]
struct Inherited {
    media_box: Option<Rect>,
    crop_box: Option<Rect>,
    rotate: Option<i64>,
}

/// The leaves of the page tree in order, not parsed yet.
#[derive(Debug)]
pub(crate) struct PageList {
    /// Number of each page, and the index of what it inherits.
    leaves: Vec<(u32, usize)>,
    inherited: Vec<Inherited>,
}

impl PageList {
    pub(crate) fn len(&self) -> usize {
        self.leaves.len()
    }

    /// Object numbers of the pages, in order.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.leaves.iter().map(|(number, _)| *number)
    }
}

impl Document {
    /// All pages in order, with inherited attributes.
    pub(crate) fn pages(&self) -> Result<Vec<Page>, PdfError> {
        (0..self.page_list()?.len()).filter_map(|index| self.page(index).transpose()).collect()
    }

    /// The page of this index, from 0.
    pub(crate) fn page(&self, index: usize) -> Result<Option<Page>, PdfError> {
        let list = self.page_list()?;
        let Some((number, inherited)) = list.leaves.get(index).copied() else { return Ok(None) };
        let inherited = list.inherited.get(inherited).copied().unwrap_or_default();
        let object = self.object(number)?;
        let Some(dictionary) = object.dictionary() else { return Ok(None) };
        let inherited = self.inherit(dictionary, inherited)?;
        self.page_info(object.id, dictionary, inherited).map(Some)
    }

    /// The leaves of the page tree. Read once.
    pub(crate) fn page_list(&self) -> Result<Arc<PageList>, PdfError> {
        if let Some(pages) = self.pages.get() {
            return Ok(pages.clone());
        }
        let pages = Arc::new(self.read_page_list()?);
        Ok(self.pages.get_or_init(|| pages).clone())
    }

    /// Walks the tree. What cannot be a node is counted without being parsed.
    fn read_page_list(&self) -> Result<PageList, PdfError> {
        let catalog = self.catalog()?;
        let root = catalog.dictionary().and_then(|catalog| catalog.get("Pages")?.as_reference());
        let root = root.ok_or(PdfError::broken(self.size(), "Pages expected in the catalog"))?;
        let mut seen = HashSet::new();
        let mut list = PageList { leaves: Vec::new(), inherited: vec![Inherited::default()] };
        let mut waiting = vec![(root.number, 0, 0_u32)];
        while let Some((number, context, depth)) = waiting.pop() {
            if depth > self.limits().depth {
                return Err(self.reader().too_deep());
            }
            if self.is_plain_leaf(number)? {
                list.leaves.push((number, context));
            } else {
                let node = self.object(number)?;
                // Readers show nothing for a kid that is no dictionary.
                let Some(dictionary) = node.dictionary() else { continue };
                let is_page = dictionary.name("Type") == Some(b"Page");
                let kids = if is_page { Value::Null } else { self.value(dictionary, "Kids")? };
                if let Value::Array(kids) = kids {
                    if !seen.insert(number) {
                        return Err(PdfError::broken(0, "page tree in a circle"));
                    }
                    let inherited = list.inherited.get(context).copied().unwrap_or_default();
                    list.inherited.push(self.inherit(dictionary, inherited)?);
                    let context = list.inherited.len() - 1;
                    let references = kids.iter().rev().filter_map(|kid| kid.value.as_reference());
                    waiting.extend(references.map(|kid| (kid.number, context, depth + 1)));
                } else if dictionary.name("Type") != Some(b"Pages") {
                    list.leaves.push((number, context));
                }
            }
            let allowed = u64::from(self.limits().pages);
            if list.leaves.len() as u64 > allowed {
                return Err(PdfError::over("pages", allowed, list.leaves.len() as u64));
            }
        }
        Ok(list)
    }

    /// Whether an object is a dictionary that cannot be a node of the page tree, judged by its bytes.
    ///
    /// Without the names of a node, spelled plainly or with escapes, it is a page. Documents of many pages are
    /// opened several times as fast by this.
    fn is_plain_leaf(&self, number: u32) -> Result<bool, PdfError> {
        let Location::Offset(offset) = self.location(number)? else { return Ok(false) };
        let window = self.reader().window(self.at(offset)?, LEAF_BYTES)?;
        let Some(end) = memchr::memmem::find(&window, b"endobj") else { return Ok(false) };
        let body = window.get(..end).unwrap_or_default();
        let head = format!("{number} 0 obj");
        let Some(body) = body.strip_prefix(head.as_bytes()) else { return Ok(false) };
        self.reader().spend(end as u64)?;
        Ok(body.trim_ascii_start().starts_with(b"<<")
            && !body.contains(&b'#')
            && memchr::memmem::find(body, b"/Kids").is_none()
            && memchr::memmem::find(body, b"/Pages").is_none())
    }

    fn inherit(&self, dictionary: &Dictionary, from: Inherited) -> Result<Inherited, PdfError> {
        Ok(Inherited {
            media_box: self.rect(dictionary, "MediaBox")?.or(from.media_box),
            crop_box: self.rect(dictionary, "CropBox")?.or(from.crop_box),
            rotate: self.value(dictionary, "Rotate")?.as_integer().or(from.rotate),
        })
    }

    fn page_info(
        &self,
        object: ObjectId,
        dictionary: &Dictionary,
        inherited: Inherited,
    ) -> Result<Page, PdfError> {
        let media_box = inherited.media_box.unwrap_or(LETTER);
        let crop_box = inherited.crop_box.and_then(|crop| crop.intersection(&media_box)).unwrap_or(media_box);
        let rotate = match inherited.rotate.unwrap_or_default().rem_euclid(360) {
            90 => 90,
            180 => 180,
            270 => 270,
            _ => 0,
        };
        let unit = self.value(dictionary, "UserUnit")?.as_number();
        let unit = unit.filter(|unit| unit.is_finite() && *unit > 0.0).unwrap_or(1.0);
        Ok(Page::new(object, media_box, crop_box, rotate, unit))
    }

    /// A rectangle with an area.
    pub(crate) fn rect(&self, dictionary: &Dictionary, key: &str) -> Result<Option<Rect>, PdfError> {
        let Value::Array(items) = self.value(dictionary, key)? else { return Ok(None) };
        let mut corners = [0.0; 4];
        if items.len() < corners.len() {
            return Ok(None);
        }
        for (corner, item) in corners.iter_mut().zip(&items) {
            let Some(number) = self.resolve(&item.value)?.value.as_number() else { return Ok(None) };
            *corner = number;
        }
        let [x0, y0, x1, y1] = corners;
        let rect = Rect::from_corners(x0, y0, x1, y1);
        Ok((rect.width() > 0.0 && rect.height() > 0.0 && rect.width().is_finite()).then_some(rect))
    }
}

/// All pages of a document in order, with inherited attributes filled in.
///
/// # Errors
///
/// [`PdfError`] when the page tree cannot be read, or a limit is reached.
pub fn pages(document: &Document) -> Result<Vec<PageInfo>, PdfError> {
    document.pages()
}

/// One page of a document; none when there is no such page. `index` counts from 0.
///
/// # Errors
///
/// [`PdfError`] when the page tree cannot be read, or a limit is reached.
pub fn page(document: &Document, index: usize) -> Result<Option<PageInfo>, PdfError> {
    document.page(index)
}
