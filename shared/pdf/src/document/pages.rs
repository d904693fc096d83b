//! The page tree (ISO 32000-1 section 7.7.3).

use std::{collections::HashSet, sync::Arc};

use super::Document;
use crate::{
    PageInfo, PdfError, Rect,
    object::{Dictionary, ObjectId, Value},
};

/// A page without a `/MediaBox` is US Letter, as in common readers.
const LETTER: Rect = Rect { left: 0.0, bottom: 0.0, right: 612.0, top: 792.0 };

/// A leaf of the page tree.
pub(crate) type Page = PageInfo;

/// What a node hands down to its kids.
#[derive(Clone, Copy, Default)]
struct Inherited {
    media_box: Option<Rect>,
    crop_box: Option<Rect>,
    rotate: Option<i64>,
}

impl Document {
    /// All pages in order, with inherited attributes. Read once.
    pub(crate) fn pages(&self) -> Result<Arc<[Page]>, PdfError> {
        if let Some(pages) = self.pages.get() {
            return Ok(pages.clone());
        }
        let pages: Arc<[Page]> = self.read_pages()?.into();
        Ok(self.pages.get_or_init(|| pages).clone())
    }

    fn read_pages(&self) -> Result<Vec<Page>, PdfError> {
        let catalog = self.catalog()?;
        let root = catalog.dictionary().and_then(|catalog| catalog.get("Pages")?.as_reference());
        let root = root.ok_or(PdfError::broken(self.size(), "Pages expected in the catalog"))?;
        let mut seen = HashSet::new();
        let mut pages = Vec::new();
        let mut waiting = vec![(root.number, Inherited::default(), 0_u32)];
        while let Some((number, inherited, depth)) = waiting.pop() {
            if depth > self.limits().depth {
                return Err(self.reader().too_deep());
            }
            let node = self.object(number)?;
            // Readers show nothing for a kid that is no dictionary.
            let Some(dictionary) = node.dictionary() else { continue };
            let inherited = self.inherit(dictionary, inherited)?;
            let kids = if dictionary.name("Type") == Some(b"Page") {
                Value::Null
            } else {
                self.value(dictionary, "Kids")?
            };
            if let Value::Array(kids) = kids {
                if !seen.insert(number) {
                    return Err(PdfError::broken(0, "page tree in a circle"));
                }
                let references = kids.iter().rev().filter_map(|kid| kid.value.as_reference());
                waiting.extend(references.map(|kid| (kid.number, inherited, depth + 1)));
            } else if dictionary.name("Type") != Some(b"Pages") {
                pages.push(self.page(node.id, dictionary, inherited)?);
            }
            let allowed = u64::from(self.limits().pages);
            if pages.len() as u64 > allowed {
                return Err(PdfError::over("pages", allowed, pages.len() as u64));
            }
        }
        Ok(pages)
    }

    fn inherit(&self, dictionary: &Dictionary, from: Inherited) -> Result<Inherited, PdfError> {
        Ok(Inherited {
            media_box: self.rect(dictionary, "MediaBox")?.or(from.media_box),
            crop_box: self.rect(dictionary, "CropBox")?.or(from.crop_box),
            rotate: self.value(dictionary, "Rotate")?.as_integer().or(from.rotate),
        })
    }

    fn page(
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
