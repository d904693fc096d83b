//! The report for people: one sheet, written as a page or as a PDF.

mod sheet;

pub(crate) use self::sheet::sheet;

#[cfg(test)]
mod tests;
