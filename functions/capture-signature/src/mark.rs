//! The mark that a signatory made, and what is kept of it for its seal.

use domain::request::Mark;
use domain::{Digest, PersonName};
use serde_json::json;
use shared::edge::{Problem, encoded};
use shared::store::{DocumentKeys, Documents};

use crate::wire;

/// A mark as it was given, and what is to be kept for its seal.
pub(crate) struct Given {
    pub(crate) mark: Mark,
    kept: Option<(&'static str, Vec<u8>)>,
}

impl Given {
    /// Reads a mark.
    ///
    /// # Errors
    ///
    /// 422 with a pointer.
    pub(crate) fn parse(mark: wire::Mark) -> Result<Self, Problem> {
        match mark {
            wire::Mark::Drawn { strokes } => Self::of_strokes(&strokes),
            wire::Mark::Typed { name } => {
                let name =
                    PersonName::parse(&name).map_err(|refusal| Problem::refused("/mark/name", &refusal))?;
                Ok(Self { mark: Mark::Typed(name), kept: None })
            }
            wire::Mark::Uploaded { image } => Self::of_image(&image),
        }
    }

    /// Keeps what was drawn or brought before the signature that names its digest.
    ///
    /// # Errors
    ///
    /// [`Problem`] 503 when the store is away.
    pub(crate) async fn keep(&self, documents: &Documents, place: &DocumentKeys) -> Result<(), Problem> {
        if let (Some((content_type, bytes)), Some(digest)) = (&self.kept, self.mark.stored()) {
            documents.put_once(&place.mark(digest), content_type, bytes.clone()).await?;
        }
        Ok(())
    }

    fn of_strokes(strokes: &[Vec<(f64, f64)>]) -> Result<Self, Problem> {
        let points: usize = strokes.iter().map(Vec::len).sum();
        let finite = strokes.iter().flatten().all(|(x, y)| in_range(*x) && in_range(*y));
        if !(MIN_POINTS..=MAX_POINTS).contains(&points) || strokes.len() > MAX_STROKES || !finite {
            let detail = format!(
                "A drawn signature has {MIN_POINTS} to {MAX_POINTS} points in at most {MAX_STROKES} strokes."
            );
            return Err(Problem::invalid("/mark/strokes", detail));
        }
        // Written anew: nothing of what was sent is kept but the points, to a tenth.
        let rounded: Vec<Vec<(f64, f64)>> =
            strokes.iter().map(|it| it.iter().map(|(x, y)| (tenth(*x), tenth(*y))).collect()).collect();
        let bytes = json!(rounded).to_string().into_bytes();
        Ok(Self { mark: Mark::Drawn(Digest::of(&bytes)), kept: Some(("application/json", bytes)) })
    }

    fn of_image(image: &str) -> Result<Self, Problem> {
        let refused = |detail: String| Problem::invalid("/mark/image", detail);
        let bytes = encoded::decode(image).ok_or_else(|| refused("Not base64.".to_owned()))?;
        // Drawn anew: nothing of what was sent is kept but the picture.
        let redrawn = pdf::redraw(&bytes).map_err(|error| refused(format!("Not a signature: {error}.")))?;
        if redrawn.len() > MAX_IMAGE_BYTES {
            return Err(refused("The picture is too rich: draw with fewer colours.".to_owned()));
        }
        Ok(Self { mark: Mark::Uploaded(Digest::of(&redrawn)), kept: Some(("image/png", redrawn)) })
    }
}

fn in_range(coordinate: f64) -> bool {
    (-10_000.0..=10_000.0).contains(&coordinate)
}

fn tenth(coordinate: f64) -> f64 {
    (coordinate * 10.0).round() / 10.0
}

const MIN_POINTS: usize = 2;
/// A long signature drawn slowly on a fast screen has a few thousand points.
const MAX_POINTS: usize = 10_000;
const MAX_STROKES: usize = 500;
/// What the engine takes: a picture of this size draws like any other.
const MAX_IMAGE_BYTES: usize = 200_000;
