//! Where marks go, measured on the page as a person sees it.

use crate::{Inspection, PageInfo, PlacementError};

/// Width of a mark when none is given, in points.
pub const DEFAULT_WIDTH_POINTS: f64 = 164.0;
/// Height of a mark when none is given, in points.
pub const DEFAULT_HEIGHT_POINTS: f64 = 45.0;

/// Slack for rounding when a mark touches the edge of its page, in points.
const EDGE_SLACK_POINTS: f64 = 0.01;

/// Where a mark goes, in points (1/72 inch) from the top left of the page as displayed.
///
/// Rotation, crop box and user unit are taken into account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The page, from 1; -1 is the last one.
    pub page: i32,
    /// Distance of the mark's left edge from the page's left edge, in points.
    pub x_points: f64,
    /// Distance of the mark's top edge from the page's top edge, in points.
    pub y_points: f64,
    /// Width, in points; [`DEFAULT_WIDTH_POINTS`] if `None`.
    pub width_points: Option<f64>,
    /// Height, in points; [`DEFAULT_HEIGHT_POINTS`] if `None`.
    pub height_points: Option<f64>,
    /// Full name of a form field of the document. Its widget is the place: page, position and size
    /// above are then ignored. An empty signature field of this name is the one that is signed.
    pub field: Option<String>,
}

/// A rectangle in a page's own coordinates: lower left to upper right, in user space units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Lower edge.
    pub bottom: f64,
    /// Right edge.
    pub right: f64,
    /// Upper edge.
    pub top: f64,
}

impl Rect {
    /// The rectangle with these two opposite corners, in any order.
    #[must_use]
    pub fn from_corners(x0: f64, y0: f64, x1: f64, y1: f64) -> Self {
        Self { left: x0.min(x1), bottom: y0.min(y1), right: x0.max(x1), top: y0.max(y1) }
    }

    /// Width in user space units.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Height in user space units.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.top - self.bottom
    }

    /// The smallest rectangle that holds both.
    pub(crate) fn union(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
        }
    }

    /// The rectangle with all coordinates multiplied.
    pub(crate) fn scaled(&self, by: f64) -> Self {
        Self { left: self.left * by, bottom: self.bottom * by, right: self.right * by, top: self.top * by }
    }

    /// What both rectangles cover, or `None` when that is no area.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let both = Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        (both.width() > 0.0 && both.height() > 0.0).then_some(both)
    }
}

/// Checks that every place lies on a page of the document, or names a usable form field.
///
/// # Errors
///
/// [`PlacementError`], for the first place that does not.
pub fn check_places(inspection: &Inspection, places: &[Place]) -> Result<(), PlacementError> {
    misplaced(inspection, places).next().map_or(Ok(()), Err)
}

/// What is wrong with every place that lies on no page of the document and names no usable form field.
pub fn misplaced(inspection: &Inspection, places: &[Place]) -> impl Iterator<Item = PlacementError> {
    places.iter().enumerate().filter_map(|(index, place)| place.check(inspection, index).err())
}

impl Place {
    /// The same place with its page from 1, its position and its size in points: where it names a form field, those
    /// of the field. None when the document has no such page, or no such field.
    #[must_use]
    pub fn spelled_out(&self, inspection: &Inspection) -> Option<Self> {
        let number = |index: usize| i32::try_from(index).ok()?.checked_add(1);
        let Some(name) = &self.field else {
            let (width, height) = self.size_points();
            return Some(Self {
                page: number(self.page_index(inspection.pages.len())?)?,
                width_points: Some(width),
                height_points: Some(height),
                ..self.clone()
            });
        };
        let (index, field) = inspection
            .form_fields
            .iter()
            .find_map(|field| field.page.filter(|_| &field.name == name).map(|page| (page, field)))?;
        let page = inspection.pages.get(index)?;
        let (x0, y0) = page.displayed_point(field.rect.left, field.rect.bottom);
        let (x1, y1) = page.displayed_point(field.rect.right, field.rect.top);
        Some(Self {
            page: number(index)?,
            x_points: x0.min(x1),
            y_points: y0.min(y1),
            width_points: Some((x1 - x0).abs()),
            height_points: Some((y1 - y0).abs()),
            field: self.field.clone(),
        })
    }

    /// The page as an index from 0, or `None` when the document has no such page.
    #[must_use]
    pub fn page_index(&self, pages: usize) -> Option<usize> {
        match self.page {
            -1 => pages.checked_sub(1),
            page => usize::try_from(page).ok()?.checked_sub(1).filter(|index| *index < pages),
        }
    }

    /// Width and height in points, defaults filled in.
    #[must_use]
    pub fn size_points(&self) -> (f64, f64) {
        (
            self.width_points.unwrap_or(DEFAULT_WIDTH_POINTS),
            self.height_points.unwrap_or(DEFAULT_HEIGHT_POINTS),
        )
    }

    /// `place` is this place's index for the error.
    fn check(&self, inspection: &Inspection, place: usize) -> Result<(), PlacementError> {
        if let Some(name) = &self.field {
            let field =
                inspection.form_fields.iter().find(|field| &field.name == name && field.page.is_some());
            return match field {
                None => Err(PlacementError::UnknownField { place, name: name.clone() }),
                Some(field) if field.signed => Err(PlacementError::SignedField { place, name: name.clone() }),
                Some(_) => Ok(()),
            };
        }
        let pages = inspection.pages.len();
        let (number, page) = self
            .page_index(pages)
            .and_then(|number| inspection.pages.get(number).map(|page| (number, page)))
            .ok_or(PlacementError::UnknownPage { place, page: self.page, pages })?;
        self.check_on(page, number, place)
    }

    /// `page_index` counts from 0; `place` is this place's index for the error.
    pub(crate) fn check_on(
        &self,
        page: &PageInfo,
        page_index: usize,
        place: usize,
    ) -> Result<(), PlacementError> {
        let (width, height) = self.size_points();
        let usable = |size: f64| size.is_finite() && size > 0.0;
        if !(usable(width) && usable(height) && self.x_points.is_finite() && self.y_points.is_finite()) {
            return Err(PlacementError::NoArea { place });
        }
        let over =
            |amount: f64| if amount > EDGE_SLACK_POINTS { (amount * 100.0).round() / 100.0 } else { 0.0 };
        let left_points = over(-self.x_points);
        let top_points = over(-self.y_points);
        let right_points = over(self.x_points + width - page.displayed_width_points);
        let bottom_points = over(self.y_points + height - page.displayed_height_points);
        if left_points + top_points + right_points + bottom_points > 0.0 {
            let page = u32::try_from(page_index).unwrap_or(u32::MAX).saturating_add(1);
            return Err(PlacementError::OutsidePage {
                place,
                page,
                left_points,
                top_points,
                right_points,
                bottom_points,
            });
        }
        Ok(())
    }

    /// The place in the page's own coordinates.
    pub(crate) fn rect_on(&self, page: &PageInfo) -> Rect {
        let unit = page.user_unit;
        let (width, height) = self.size_points();
        let (x0, y0) = (self.x_points / unit, self.y_points / unit);
        let (x1, y1) = (x0 + width / unit, y0 + height / unit);
        let (ax, ay) = page.user_space(x0, y0);
        let (bx, by) = page.user_space(x1, y1);
        Rect::from_corners(ax, ay, bx, by)
    }
}

impl PageInfo {
    /// From user space units right and down of the displayed page's top left to the page's own coordinates.
    pub(crate) fn user_space(&self, x: f64, y: f64) -> (f64, f64) {
        let crop = &self.crop_box;
        match self.rotate {
            90 => (crop.left + y, crop.bottom + x),
            180 => (crop.right - x, crop.bottom + y),
            270 => (crop.right - y, crop.top - x),
            _ => (crop.left + x, crop.top - y),
        }
    }

    /// From the page's own coordinates to points right and down of the displayed page's top left.
    pub(crate) fn displayed_point(&self, x: f64, y: f64) -> (f64, f64) {
        let crop = &self.crop_box;
        let (right, down) = match self.rotate {
            90 => (y - crop.bottom, x - crop.left),
            180 => (crop.right - x, y - crop.bottom),
            270 => (crop.top - y, crop.right - x),
            _ => (x - crop.left, crop.top - y),
        };
        (right * self.user_unit, down * self.user_unit)
    }
}

#[cfg(test)]
mod tests;
