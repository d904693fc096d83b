//! Why a page has no picture that can be trusted: one that shows less than the viewers of others do.

use pdf::PdfError;
use serde::{Deserialize, Serialize};

use crate::page::Fault;

/// Why there is no picture of a page.
#[derive(Debug)]
pub enum Undrawn {
    /// The world is at fault; another try may succeed.
    Broken(Box<dyn std::error::Error + Send + Sync>),
    /// The document has no such page.
    NoPage,
    /// The page is at fault; another try finds the same.
    NotRendered(Reason),
}

/// Why a page has no picture that can be trusted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It has annotations or filled fields without an appearance of their own.
    Annotation,
    /// Its picture is blank, and its content paints something.
    PageBlank,
    /// It took too long.
    PageSlow,
    /// The document, or the page, is too large.
    TooLarge,
    /// It is not understood.
    Unreadable,
}

impl Reason {
    /// Its word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Annotation => "annotation",
            Self::PageBlank => "page_blank",
            Self::PageSlow => "page_slow",
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
        }
    }

    /// What is said of it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Annotation => "The page has annotations or fields that only viewers draw.",
            Self::PageBlank => "The page came out blank although its content paints something.",
            Self::PageSlow => "The page takes too long to be drawn.",
            Self::TooLarge => "The document or the page is too large to be drawn.",
            Self::Unreadable => "The page cannot be drawn.",
        }
    }
}

impl From<PdfError> for Undrawn {
    fn from(error: PdfError) -> Self {
        match error {
            PdfError::Io(error) => Self::Broken(Box::new(error)),
            PdfError::LimitExceeded { .. } => Self::NotRendered(Reason::TooLarge),
            _ => Self::NotRendered(Reason::Unreadable),
        }
    }
}

impl From<Fault> for Undrawn {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing | Fault::Unread => Self::Broken(Box::new(fault)),
            Fault::Late => Self::NotRendered(Reason::PageSlow),
            Fault::TooLarge => Self::NotRendered(Reason::TooLarge),
            // A page that one reader knows and the other does not.
            Fault::Crashed | Fault::NoPage | Fault::Unreadable => Self::NotRendered(Reason::Unreadable),
        }
    }
}
