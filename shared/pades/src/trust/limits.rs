//! Bounds on the work for one question, so that no hostile pile of certificates takes the process's time.

use std::cell::Cell;

/// Certificates in a path, anchor included. Real ones have two to five.
pub const MAX_CHAIN: usize = 12;

/// Paths tried for one certificate.
pub const MAX_PATHS: usize = 32;

/// Certificates taken from what is at hand, and as many OCSP responses and CRLs.
pub const MAX_MATERIAL: usize = 512;

/// Answers asked of the network for one question.
pub const MAX_FETCHES: usize = 16;

/// Work for one question, in units of about 10 microseconds.
const MAX_WORK: u64 = 50_000;

/// What work is left.
pub(super) struct Work(Cell<u64>);

impl Work {
    pub(super) fn new() -> Self {
        Self(Cell::new(MAX_WORK))
    }

    /// Takes a signature check with a key of a size over a message; whether there was enough left.
    pub(super) fn take_signature(&self, key_bits: u32, message_bytes: usize) -> bool {
        // The cost of RSA grows with the square; Brainpool curves cost what RSA of 4096 bits does.
        let kilobits = u64::from(key_bits / 1024).max(4);
        let blocks = (message_bytes as u64) >> 16;
        self.take(kilobits * kilobits + 16 * blocks)
    }

    /// Takes a pass over a list of a size.
    pub(super) fn take_list(&self, bytes: usize) -> bool {
        self.take(1 + 16 * ((bytes as u64) >> 16))
    }

    /// Takes a step of path building to one of so many issuers: the signatures of a mesh are checked once, but
    /// the ways through it are many.
    pub(super) fn take_step(&self, issuers: usize) -> bool {
        self.take(1 + (issuers as u64) / 4)
    }

    /// How much was taken.
    pub(super) fn used(&self) -> u64 {
        MAX_WORK.saturating_sub(self.0.get())
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.0.get() == 0
    }

    fn take(&self, units: u64) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(units));
        left >= units
    }
}
