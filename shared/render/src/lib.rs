//! Pictures of pages, made in a child process.
//!
//! A rasteriser reads whatever a stranger's page asks for, so it runs in a process of its own: the same
//! program, started again, with an empty environment and with limits upon its memory and time. It is given
//! the file by a pipe and gives the picture back by another.
//!
//! The program's `main` begins with [`worker_main_if_asked`]. A [`Renderer`] then renders page after page,
//! within one budget of time for all of them.
//!
//! **Invariant:** whatever the file holds, the caller gets a picture or a [`pdf::RenderFault`] in time.

mod child;
mod encode;
mod page;
mod protocol;
mod undrawn;
mod worker;

use std::time::Duration;

pub use child::Renderer;
pub use encode::encode_png;
pub use page::{Fault, Scale};
pub use undrawn::{Reason, Undrawn};
pub use worker::{use_program, worker_main_if_asked};

/// What rendering may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one page. 99 of 100 pages of a corpus of test suites take less than 0.3 s.
    pub page_time: Duration,
    /// For all pages that one renderer makes.
    pub total_time: Duration,
    /// For the child beside the file itself, in bytes of address space.
    pub memory_bytes: u64,
    /// For one picture: a page of A0 at 72 dpi has eight million.
    pub pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page_time: Duration::from_secs(5),
            total_time: Duration::from_secs(15),
            memory_bytes: 768 << 20,
            pixels: 16 << 20,
        }
    }
}
