//! Pages for people: their texts, and the frame that they share.
//!
//! **Invariant:** a page loads nothing from elsewhere, and says nothing that is not in the texts.

mod frame;
pub mod icon;
mod texts;

pub use frame::{Frame, Look, frame};
pub use texts::{Texts, language};
