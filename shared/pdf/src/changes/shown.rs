//! Whether a field shows its value and nothing else.

use super::{fields::Terminal, step::Step};
use crate::PdfError;

impl Step<'_> {
    pub(super) fn shows_value(&self, number: u32, field: &Terminal) -> Result<bool, PdfError> {
        let _ = (number, field);
        Ok(false)
    }

    pub(super) fn all_fields_show_their_values(&mut self) -> Result<(), PdfError> {
        Ok(())
    }
}
