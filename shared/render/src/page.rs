//! What a picture of a page is, and why there may be none.

use std::fmt;

use pdf::ReadAt;

/// Makes pictures of pages.
pub trait PageRenderer: Sync {
    /// A picture of page `page`, counted from 1, of the file's first `size` bytes.
    ///
    /// # Errors
    ///
    /// [`RenderFault`].
    fn render(
        &self,
        source: &dyn ReadAt,
        size: u64,
        password: Option<&[u8]>,
        page: u32,
        dpi: u32,
    ) -> Result<Picture, RenderFault>;
}

/// A picture, row by row from the top, four bytes a pixel: red, green, blue, and opaque.
#[derive(Clone, Eq, PartialEq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// `width * height * 4` bytes.
    pub rgba: Vec<u8>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

/// Why there is no picture.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RenderFault {
    /// The renderer came to an end of its own: a panic, or more memory than it may have.
    #[error("the renderer broke off")]
    Crashed,
    /// It was not ready in time.
    #[error("the page was not rendered in time")]
    Late,
    /// This program cannot start its renderer.
    #[error("there is no renderer")]
    Missing,
    /// The file has no such page.
    #[error("there is no such page")]
    NoPage,
    /// The picture would have more pixels than allowed.
    #[error("the page is too large to be rendered")]
    TooLarge,
    /// The file could not be read by its owner.
    #[error("the file could not be read")]
    Unread,
    /// The renderer does not understand the file.
    #[error("the file is not understood by the renderer")]
    Unreadable,
}
