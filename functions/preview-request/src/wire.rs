//! The answer of `POST /signatures/preview` on the wire.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use shared::acceptance::{Found, Made};
use shared::edge::Problem;

use crate::draw::Undrawn;
use crate::mark::{Mark, Marks};
use crate::query::Page;

/// What a request would look like, and everything that is wrong with it.
#[derive(Debug, Serialize)]
pub(crate) struct Preview {
    /// Whether it would be accepted.
    acceptable: bool,
    problems: Vec<ProblemView>,
    document: Option<DocumentView>,
    places: Vec<PlaceView>,
    anchors: Vec<AnchorView>,
    pages: Vec<PageView>,
}

/// What is wrong with a value.
#[derive(Debug, Eq, PartialEq, Serialize)]
pub(crate) struct ProblemView {
    /// JSON Pointer (RFC 6901).
    pointer: String,
    /// Openapi's number, or one of ours.
    error: Option<u16>,
    detail: String,
}

/// The document that signatories would see.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentView {
    pages: usize,
    size_bytes: usize,
    repaired: Vec<bool>,
}

/// Where a signature would stand, in points from the top left corner of its page.
#[derive(Debug, Serialize)]
pub(crate) struct PlaceView {
    signer: usize,
    page: u32,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    anchor: Option<String>,
}

/// An anchor, and how many places it gave.
#[derive(Debug, Serialize)]
pub(crate) struct AnchorView {
    signer: usize,
    text: String,
    required: bool,
    found: u32,
}

/// A page with its picture, or why it has none.
#[derive(Debug, Serialize)]
pub(crate) struct PageView {
    page: u32,
    width: f64,
    height: f64,
    image: Option<String>,
    reason: Option<&'static str>,
}

impl Preview {
    /// That of documents that cannot be shown.
    pub(crate) fn without_document(problems: Vec<ProblemView>) -> Self {
        Self {
            acceptable: problems.is_empty(),
            problems,
            document: None,
            places: Vec::new(),
            anchors: Vec::new(),
            pages: Vec::new(),
        }
    }

    /// The picture of the first page that is shown.
    pub(crate) fn picture(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.pages.first()?.image.as_ref()?).ok()
    }

    /// That of a document whose pages are still to be drawn.
    pub(crate) fn new(
        problems: Vec<ProblemView>,
        (made, repaired): (&Made, Vec<bool>),
        (marks, found): (&Marks, Option<&Found>),
        pages: &[Page],
    ) -> Self {
        let anchors = found.map(|it| it.anchors.as_slice()).unwrap_or_default();
        let document =
            DocumentView { pages: made.inspection.pages.len(), size_bytes: made.bytes.len(), repaired };
        Self {
            document: Some(document),
            places: marks.0.iter().map(PlaceView::of).collect(),
            anchors: anchors
                .iter()
                .map(|it| AnchorView {
                    signer: it.signatory + 1,
                    text: it.text.clone(),
                    required: it.required,
                    found: it.found,
                })
                .collect(),
            pages: pages.iter().map(PageView::of).collect(),
            ..Self::without_document(problems)
        }
    }

    /// Adds the pictures of the pages, as many as an answer of at most so many bytes has room for.
    pub(crate) fn show(
        &mut self,
        pictures: impl IntoIterator<Item = Result<Vec<u8>, Undrawn>>,
        most_bytes: u64,
    ) {
        let written = serde_json::to_string(self).map_or(u64::MAX, |it| it.len() as u64);
        let mut left = most_bytes.saturating_sub(written).saturating_sub(ENVELOPE_BYTES);
        for (page, picture) in self.pages.iter_mut().zip(pictures) {
            let drawn = picture.map(|png| STANDARD.encode(png));
            match drawn {
                Ok(image) if image.len() as u64 <= left => {
                    left -= image.len() as u64;
                    page.image = Some(image);
                }
                Ok(_) => page.reason = Some(Undrawn::TOO_LARGE.0),
                Err(undrawn) => page.reason = Some(undrawn.0),
            }
        }
    }
}

impl ProblemView {
    pub(crate) fn new(pointer: &str, error: Option<u16>, detail: &str) -> Self {
        Self { pointer: pointer.to_owned(), error, detail: detail.to_owned() }
    }

    /// What a refusal says, of each value that it names; one that names none is of the documents' size.
    pub(crate) fn all_of(refusal: &Problem) -> Vec<Self> {
        let number = refusal.number();
        match refusal.errors() {
            [] => vec![Self::new("/inputDocuments", number, refusal.detail())],
            errors => errors.iter().map(|it| Self::new(&it.pointer, number, &it.detail)).collect(),
        }
    }
}

impl PlaceView {
    fn of(mark: &Mark) -> Self {
        Self {
            signer: mark.signatory + 1,
            page: mark.page,
            x: rounded(mark.x),
            y: rounded(mark.y),
            width: rounded(mark.width),
            height: rounded(mark.height),
            anchor: mark.anchor.clone(),
        }
    }
}

impl PageView {
    fn of(page: &Page) -> Self {
        Self {
            page: page.number,
            width: rounded(page.width_points),
            height: rounded(page.height_points),
            image: None,
            reason: None,
        }
    }
}

/// No more digits than anyone can see.
fn rounded(points: f64) -> f64 {
    (points * 1e3).round() / 1e3
}

/// What stands around an answer, and the reasons of all pages.
const ENVELOPE_BYTES: u64 = 1 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_that_do_not_fit_are_left_out_and_said_so() {
        let page = |number| PageView::of(&Page { number, width_points: 595.0, height_points: 842.0 });
        let mut preview = Preview::without_document(Vec::new());
        preview.pages = vec![page(1), page(2), page(3), page(4)];
        let pictures = [Ok(vec![0; 3000]), Ok(vec![0; 6000]), Err(Undrawn::SLOW), Ok(vec![0; 30])];
        preview.show(pictures, 8000);
        let told: Vec<(bool, Option<&str>)> =
            preview.pages.iter().map(|it| (it.image.is_some(), it.reason)).collect();
        let expected = [(true, None), (false, Some("too_large")), (false, Some("page_slow")), (true, None)];
        assert_eq!(told, expected);
        let whole = serde_json::to_string(&preview).map_or(0, |it| it.len());
        assert!(whole < 8000, "{whole}");
    }
}
