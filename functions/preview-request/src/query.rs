//! Which pages are shown, and how large.

use std::collections::BTreeSet;

use pdf::{Inspection, PageInfo};
use shared::edge::{HttpRequest, Problem};

use crate::mark::Marks;

/// What the query asks for.
pub(crate) struct Wanted {
    /// From 1; none for those that have places.
    pages: Option<BTreeSet<u32>>,
    /// In pixels.
    pub(crate) width: u32,
}

/// A page that is shown.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// From 1.
    pub(crate) number: u32,
    /// As displayed, in points.
    pub(crate) width_points: f64,
    /// As displayed, in points.
    pub(crate) height_points: f64,
}

impl Wanted {
    /// Reads `page` and `width`.
    ///
    /// # Errors
    ///
    /// [`Problem`] 422.
    pub(crate) fn of(http: &HttpRequest) -> Result<Self, Problem> {
        let invalid = |detail: &str| Problem::new(422, "invalid", detail);
        let pages = http.query("page").map(|text| {
            let numbers: Option<BTreeSet<u32>> =
                text.split(',').map(|it| it.trim().parse().ok().filter(|number| *number > 0)).collect();
            numbers
                .filter(|it| it.len() <= MAX_PAGES)
                .ok_or_else(|| invalid("page is one to ten numbers from 1, with commas between them."))
        });
        let width = http.query("width").map(|text| {
            let width = text.parse().ok().filter(|width| (NARROWEST..=WIDEST).contains(width));
            width.ok_or_else(|| invalid("width is a number of pixels from 320 to 1280."))
        });
        Ok(Self { pages: pages.transpose()?, width: width.transpose()?.unwrap_or(USUAL_WIDTH) })
    }

    /// The pages that are shown of a document: those asked for that it has, or else the first ones with places,
    /// or else the first one.
    pub(crate) fn pages(&self, marks: &Marks, inspection: &Inspection) -> Vec<Page> {
        let mut numbers = self.pages.clone().unwrap_or_else(|| marks.pages());
        if numbers.is_empty() {
            numbers.insert(1);
        }
        let page = |number: u32| {
            let index = usize::try_from(number).ok()?.checked_sub(1)?;
            inspection.pages.get(index).map(|it| Page::of(number, it))
        };
        numbers.into_iter().filter_map(page).take(MAX_PAGES).collect()
    }
}

impl Page {
    fn of(number: u32, page: &PageInfo) -> Self {
        Self {
            number,
            width_points: page.displayed_width_points,
            height_points: page.displayed_height_points,
        }
    }
}

const MAX_PAGES: usize = 10;
const NARROWEST: u32 = 320;
const USUAL_WIDTH: u32 = 640;
const WIDEST: u32 = 1280;
