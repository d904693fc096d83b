//! The report for people: one sheet, written as a page or as a PDF.

mod page;
mod pdf;
mod sheet;

pub(crate) use page::{html, policy};
pub(crate) use pdf::pdf;
pub(crate) use sheet::Sheet;

/// Why a report could not be written. None of these is about the file that was looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    /// The font that is built in cannot be read.
    #[error("the built-in font cannot be read")]
    Font,
    /// The page could not be filled in.
    #[error("the page could not be filled in")]
    Page(#[from] askama::Error),
    /// The PDF could not be made.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
}

#[cfg(test)]
mod tests;
