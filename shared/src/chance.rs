//! The one source of random bits.

use std::fmt;

use domain::Digest;
use rand::rand_core::UnwrapErr;
use rand::rngs::{StdRng, SysRng};
use rand::{CryptoRng, RngExt as _, SeedableRng as _};
use zeroize::Zeroizing;

/// The operating system's random source.
///
/// A system that cannot give random bits stops the process: nothing secret can be made on it.
#[must_use]
pub fn system_rng() -> impl CryptoRng {
    UnwrapErr(SysRng)
}

/// Random bits that a call gets again when it is worked on again, since whoever had it died: what it makes of them it
/// made before, and finds it. `Debug` hides them.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// A fresh one.
    pub fn new(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self(Zeroizing::new(rng.random()))
    }

    /// As it was kept.
    #[must_use]
    pub fn restore(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(hex::decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// To be kept, encrypted.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_slice()))
    }

    /// A random source for one purpose; those of other purposes tell nothing of it.
    #[must_use]
    pub fn rng(&self, purpose: &str) -> StdRng {
        let parts = [b"paraphe/seed/v1\0".as_slice(), self.0.as_slice(), purpose.as_bytes()];
        StdRng::from_seed(*Digest::of_parts(&parts).as_bytes())
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(***)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_seed_gives_the_same_bits_for_the_same_purpose_alone() {
        let bits = |seed: &Seed, purpose| seed.rng(purpose).random::<[u8; 32]>();
        let seed = Seed::new(&mut system_rng());
        let again = Seed::restore(&seed.expose()).unwrap();
        assert_eq!(bits(&seed, "key"), bits(&again, "key"));
        assert_ne!(bits(&seed, "key"), bits(&seed, "app"));
        assert_ne!(bits(&seed, "key"), bits(&Seed::new(&mut system_rng()), "key"));
        assert!(Seed::restore("00").is_none() && Seed::restore("no").is_none());
        assert_eq!(format!("{seed:?}"), "Seed(***)");
    }
}
