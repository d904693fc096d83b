//! The document with the marks that it will have, and pictures of its pages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::request::{Facts, Placed};
use pdf::{Document, Picture, ReadAt};
use render::{Reason, Renderer, Scale};
use shared::{acceptance, sealing};

use crate::frame;
use crate::mark::Marks;
use crate::query::Page;

/// Why there is no picture of a page: a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Undrawn(pub(crate) &'static str);

impl Undrawn {
    /// It took too long.
    pub(crate) const SLOW: Self = Self(Reason::PageSlow.code());
    /// The document, the page, or the answer would be too large.
    pub(crate) const TOO_LARGE: Self = Self(Reason::TooLarge.code());
}

impl From<render::Undrawn> for Undrawn {
    fn from(undrawn: render::Undrawn) -> Self {
        match undrawn {
            render::Undrawn::NotRendered(reason) => Self(reason.code()),
            render::Undrawn::NoPage => Self(Reason::Unreadable.code()),
            render::Undrawn::Broken(source) => {
                tracing::error!(error = source.as_ref() as &dyn std::error::Error, "a page cannot be drawn");
                Self("unavailable")
            }
        }
    }
}

/// The document as it will look when everybody has signed with a typed name: their seals are prepared as they will
/// be, and made by nobody. One that cannot take them stays as far as it came.
pub(crate) fn stamped(
    mut bytes: Arc<Vec<u8>>,
    facts: &Facts,
    placed: &[Placed],
    deadline: Instant,
) -> Arc<Vec<u8>> {
    let facts = sealing::laid_out(facts, placed);
    for signatory in facts.signatories.iter().filter(|it| sealing::holds_slot(it)) {
        if Instant::now() > deadline || is_large(&bytes) {
            break;
        }
        let Ok(document) = open(bytes.clone()) else { break };
        let Ok(prepared) = acceptance::trial_seal(&document, &facts, signatory) else { break };
        drop(document);
        let mut whole = Arc::unwrap_or_clone(bytes);
        whole.extend_from_slice(&prepared.tail);
        bytes = Arc::new(whole);
    }
    bytes
}

/// A picture of each of the pages with its places framed, as a PNG of this width.
pub(crate) fn pages(
    bytes: &Arc<Vec<u8>>,
    pages: &[Page],
    marks: &Marks,
    width: u32,
    deadline: Instant,
) -> Vec<Result<Vec<u8>, Undrawn>> {
    if is_large(bytes) {
        return pages.iter().map(|_| Err(Undrawn::TOO_LARGE)).collect();
    }
    let document = match open(bytes.clone()) {
        Ok(document) => document,
        Err(undrawn) => return pages.iter().map(|_| Err(undrawn)).collect(),
    };
    let total_time = deadline.saturating_duration_since(Instant::now());
    let renderer = Renderer::new(render::Limits { total_time, ..LIMITS });
    let source: Arc<dyn ReadAt> = bytes.clone();
    let draw = |page: &Page| {
        let mut picture = trusted(&renderer, &source, &document, page.number, width)?;
        let scale = f64::from(picture.width) / page.width_points;
        for mark in marks.0.iter().filter(|it| it.page == page.number) {
            frame::draw(&mut picture, mark, scale);
        }
        render::encode_png(&picture).map_err(|error| render::Undrawn::Broken(Box::new(error)).into())
    };
    pages.iter().map(draw).collect()
}

/// The picture of a page, if it shows what the viewers of others do.
fn trusted(
    renderer: &Renderer,
    source: &Arc<dyn ReadAt>,
    document: &Document,
    number: u32,
    width: u32,
) -> Result<Picture, Undrawn> {
    let index = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    if pdf::page_leaves_to_viewers(document, index).unwrap_or(true) {
        return Err(Undrawn(Reason::Annotation.code()));
    }
    let picture = renderer
        .picture(source, source.size(), None, number, Scale::Width(width))
        .map_err(render::Undrawn::from)?;
    if picture.is_blank() && pdf::page_paints(document, index).unwrap_or(true) {
        return Err(Undrawn(Reason::PageBlank.code()));
    }
    Ok(picture)
}

fn open(bytes: Arc<Vec<u8>>) -> Result<Document, Undrawn> {
    Ok(Document::open(bytes, None, &pdf::Limits::default()).map_err(render::Undrawn::from)?)
}

/// The child that draws holds the whole of a document.
fn is_large(bytes: &[u8]) -> bool {
    bytes.len() > MAX_DRAWN_BYTES
}

const MAX_DRAWN_BYTES: usize = 64 << 20;

const LIMITS: render::Limits = render::Limits {
    // Longer than nearly all pages of test suites take, and short enough to wait for.
    page_time: Duration::from_secs(5),
    total_time: Duration::from_secs(15),
    memory_bytes: 768 << 20,
    // A page of A4 in the largest width has two million.
    pixels: 16 << 20,
};
