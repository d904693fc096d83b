//! When, by whom and with which chance a move is made.

use std::fmt;

use rand::CryptoRng;

use crate::{SignatoryId, TenantId, Timestamp};

/// What a move needs besides its own arguments.
pub struct Cause<'a> {
    /// The instant of the move.
    pub now: Timestamp,
    /// Salts and names come from here.
    pub rng: &'a mut (dyn CryptoRng + Send),
    /// Who makes the move.
    pub actor: Actor,
    /// Where the move came from, if it came over the network.
    pub origin: Option<Origin>,
}

impl fmt::Debug for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cause").field("now", &self.now).field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// Who makes a move.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Actor {
    /// A caller of the API, on behalf of a tenant.
    Integrator(TenantId),
    /// A signatory, known by the link alone until an OTP is answered.
    Signatory(SignatoryId),
    /// The service itself: a schedule, a stored event.
    System,
}

/// Where a call came from. `Debug` hides it: an address is a personal value.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Origin {
    /// The address that the gateway saw; a header that claims another is not believed.
    pub ip_address: String,
    /// The `User-Agent` header, at most 256 characters.
    pub user_agent: String,
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Origin(***)")
    }
}
