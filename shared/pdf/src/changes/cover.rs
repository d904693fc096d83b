//! Whether what was added hides what was visible when signed.

use super::step::Step;
use crate::PdfError;

impl Step<'_> {
    /// Reports a field whose appearance hides text of the page as signed.
    pub(super) fn covers_text(&mut self, number: u32, name: &str, widgets: &[u32]) -> Result<(), PdfError> {
        let _ = (number, name, widgets);
        Ok(())
    }
}
