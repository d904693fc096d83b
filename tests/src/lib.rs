//! The front door as tests use it: requests in, answers, mails and documents out.
//!
//! **Invariant:** never writes a table or a bucket; what it checks, it reads back through the front door.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "tests"
)]

mod authority;
mod ceremony;
mod document;
mod door;
mod endpoint;
mod folder;
mod judge;
mod receiver;
mod world;

pub use authority::{Answers, Authority, ChangingAuthority};
pub use ceremony::{A_WHILE, Ceremony, Person, ada, alan, grace};
pub use document::{
    CONTRACT, XREF_STREAM, large_pdf, pdf_with_catalog, pdf_with_scans, pdf_with_text, pdf_with_vast_image,
    pdf_without_end, png_of_a_stroke,
};
pub use door::{Answer, Door, body, signers};
pub use endpoint::{Endpoint, Manner, Received};
pub use folder::find;
pub use judge::{judge_messages, judge_signed, use_seal_secret};
pub use receiver::Receiver;
pub use world::{Harm, Pace, World};
