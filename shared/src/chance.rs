//! The one source of random bits.

use rand::CryptoRng;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

/// The operating system's random source.
///
/// A system that cannot give random bits stops the process: nothing secret can be made on it.
#[must_use]
pub fn system_rng() -> impl CryptoRng {
    UnwrapErr(SysRng)
}
