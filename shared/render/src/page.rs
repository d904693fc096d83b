//! How large a picture is to be, and why there is none, as parent and child tell each other.

/// Why there is no picture of a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The child came to an end of its own: a panic, or more memory than it may have.
    #[error("the renderer broke off")]
    Crashed,
    /// The child was not ready in time.
    #[error("the page was not rendered in time")]
    Late,
    /// This program cannot start its renderer.
    #[error("there is no renderer")]
    Missing,
    /// The file has no such page.
    #[error("there is no such page")]
    NoPage,
    /// The picture would have more pixels than allowed.
    #[error("the page is too large")]
    TooLarge,
    /// The file could not be read by its owner.
    #[error("the file could not be read")]
    Unread,
    /// The rasteriser does not understand the file.
    #[error("the file is not understood")]
    Unreadable,
}

/// How large a picture is to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scale {
    /// Dots per inch.
    Dpi(u32),
    /// Pixels from the left edge to the right one, of the page as it is displayed.
    Width(u32),
}

impl From<Fault> for pdf::RenderFault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Late | Fault::TooLarge => Self::Limit,
            other => Self::Failed { what: other.to_string() },
        }
    }
}
