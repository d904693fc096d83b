//! Until when, from where and how often a caller may call: what they give to others goes no further.

use domain::Timestamp;
use domain::access::Network;
use shared::edge::Problem;
use shared::store::{Credential, NewCredential};

/// What bounds a credential, apart from its scopes. Nothing bounds what is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) expires_at: Option<Timestamp>,
    /// Calls come from these ranges only, unless there are none.
    pub(crate) networks: Vec<Network>,
    pub(crate) calls_per_minute: Option<u32>,
}

impl Bounds {
    pub(crate) fn of(credential: &Credential) -> Self {
        Self {
            expires_at: credential.expires_at,
            networks: credential.networks.clone(),
            calls_per_minute: credential.calls_per_minute,
        }
    }

    /// A new credential has those of its maker where nothing else was asked for.
    pub(crate) fn inherit(&self, new: NewCredential) -> NewCredential {
        NewCredential {
            networks: if new.networks.is_empty() { self.networks.clone() } else { new.networks },
            calls_per_minute: new.calls_per_minute.or(self.calls_per_minute),
            expires_at: new.expires_at.or(self.expires_at),
            ..new
        }
    }

    /// Refuses others that go further in anything.
    ///
    /// # Errors
    ///
    /// [`Problem`] 403 that points at the first of them.
    pub(crate) fn check(&self, others: &Self) -> Result<(), Problem> {
        let lasts = |own: Timestamp| others.expires_at.is_none_or(|it| own < it);
        if self.expires_at.is_some_and(lasts) {
            return Err(beyond(
                "/expiresAt",
                "It ends no later than the credential that this call was made with.",
            ));
        }
        let is_within = |it: &Network| self.networks.iter().any(|own| own.covers(it));
        if !self.networks.is_empty() && (others.networks.is_empty() || !others.networks.iter().all(is_within))
        {
            return Err(beyond(
                "/sourceRanges",
                "They lie within those of the credential that this call was made with.",
            ));
        }
        let exceeds = |own: u32| others.calls_per_minute.is_none_or(|it| own < it);
        if self.calls_per_minute.is_some_and(exceeds) {
            let detail = "It is no more than that of the credential that this call was made with.";
            return Err(beyond("/callsPerMinute", detail));
        }
        Ok(())
    }
}

fn beyond(pointer: &str, detail: &str) -> Problem {
    Problem::new(403, "bounds_not_held", "Nobody gives, or changes, more than they have.")
        .with_error(pointer, detail)
}
