//! The audit trail: evidence as it is handed out, what it says, and whether it holds.
//!
//! - [`Evidence`] is the chains and what can be disclosed of them, as JSON; [`Evidence::check`] derives the chains
//!   again and recomputes every commitment.
//! - [`bundle`] is the archive that stands on its own, and [`verify()`] tells whether one holds.
//! - [`Trail`] reads in it who did what; [`Trail::sheet`] says so in words, for paper, page and text.
//!
//! **Invariant:** everything is derived from the evidence alone. Nothing here knows a network, a clock or a table.

pub mod bundle;
mod evidence;
mod leaf;
pub mod program;
mod read;
mod report;
mod strict;
mod verify;
pub mod zip;

pub use bundle::{Bundle, Manifest};
pub use evidence::{Checked, Disclosed, Evidence, Fault, Heads, Link, Salted};
pub use leaf::leaf;
pub use read::{Authentication, Consent, Ending, Person, Revision, Step, Trail};
pub use report::About;
pub use verify::{Check, Knowledge, LogFiles, Outcome, Verdict, verify};
