//! The level that seals are to have, and how far one of them has come.

use domain::request::{Lowered, SealLevel};
use pades::Level;
use shared::edge::{ConfigError, Env};
use shared::outbound::{Outbound, TimestampAuthority};

use crate::SealFault;

/// What the operator wants of every seal.
#[derive(Debug)]
pub(crate) struct Levels {
    wanted: Level,
    when_missed: WhenMissed,
    pub(crate) authority: TimestampAuthority,
    pub(crate) outbound: Outbound,
}

/// What becomes of a seal that cannot have its level.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum WhenMissed {
    /// It is made with the level it can have, and the evidence says why.
    Lower,
    /// It is not made now, and tried again later.
    Refuse,
}

impl Levels {
    /// `SEAL_LEVEL`, B-B if unset; `SEAL_LEVEL_POLICY`, `lower` if unset; `TSA_URL`, which every level but
    /// B-B needs.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when one of them has another value.
    pub(crate) fn from_env(env: &Env, outbound: Outbound) -> Result<Self, ConfigError> {
        let wanted = match env.optional("SEAL_LEVEL") {
            None => Level::BB,
            Some(text) => text.parse().map_err(|_| ConfigError::Malformed {
                name: "SEAL_LEVEL",
                expected: "one of B-B, B-T, B-LT and B-LTA",
            })?,
        };
        let when_missed = match env.optional("SEAL_LEVEL_POLICY").as_deref() {
            None | Some("lower") => WhenMissed::Lower,
            Some("refuse") => WhenMissed::Refuse,
            Some(_) => {
                return Err(ConfigError::Malformed {
                    name: "SEAL_LEVEL_POLICY",
                    expected: "lower or refuse",
                });
            }
        };
        let url = env.optional("TSA_URL");
        if wanted > Level::BB && url.is_none() {
            return Err(ConfigError::Missing { name: "TSA_URL" });
        }
        let authority = TimestampAuthority::new(url.unwrap_or_default(), outbound.clone());
        Ok(Self { wanted, when_missed, authority, outbound })
    }

    /// The way of a signatory's seal. Validation data and document time-stamps come with the closing seal,
    /// for all of them.
    pub(crate) fn of_act(&self) -> Climb {
        self.climb(self.wanted.min(Level::BT))
    }

    /// The way of a closing seal.
    pub(crate) fn of_closing(&self) -> Climb {
        self.climb(self.wanted)
    }

    fn climb(&self, wanted: Level) -> Climb {
        Climb { wanted, reached: Level::BB, when_missed: self.when_missed, reason: None }
    }
}

/// One seal's way from B-B to the level it is to have.
#[derive(Debug)]
pub(crate) struct Climb {
    wanted: Level,
    reached: Level,
    when_missed: WhenMissed,
    reason: Option<String>,
}

impl Climb {
    /// Whether this level is wanted and nothing has stood in the way so far.
    pub(crate) fn goes_to(&self, level: Level) -> bool {
        self.reason.is_none() && level <= self.wanted
    }

    /// The seal has this level now.
    pub(crate) fn reach(&mut self, level: Level) {
        self.reached = level;
    }

    /// The next level cannot be had.
    ///
    /// # Errors
    ///
    /// [`SealFault::Level`] when the seal is then not to be made at all.
    pub(crate) fn miss(&mut self, reason: String) -> Result<(), SealFault> {
        match self.when_missed {
            WhenMissed::Lower => {
                tracing::warn!(wanted = %self.wanted, reached = %self.reached, reason, "a seal's level is lowered");
                self.reason = Some(reason);
                Ok(())
            }
            WhenMissed::Refuse => Err(SealFault::Level(reason)),
        }
    }

    /// What the seal has.
    pub(crate) fn end(self) -> SealLevel {
        let wanted = self.wanted.standard_name().to_owned();
        SealLevel {
            reached: self.reached.standard_name().to_owned(),
            lowered: self.reason.map(|reason| Lowered { wanted, reason }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use shared::outbound::Reach;

    use super::*;

    fn levels(pairs: &[(&str, &str)]) -> Result<Levels, ConfigError> {
        let outbound = Outbound::for_signed_answers(Reach::PublicOnly).unwrap();
        Levels::from_env(&Env::from_pairs(pairs.iter().copied()), outbound)
    }

    #[test]
    fn what_cannot_be_meant_is_refused_at_start() {
        assert_eq!(levels(&[]).unwrap().of_closing().end().reached, "B-B");
        for pairs in [
            [("SEAL_LEVEL", "B-X"), ("TSA_URL", "https://tsa.example.com")],
            [("SEAL_LEVEL_POLICY", "never"), ("TSA_URL", "https://tsa.example.com")],
        ] {
            assert!(matches!(levels(&pairs), Err(ConfigError::Malformed { .. })));
        }
        assert!(matches!(levels(&[("SEAL_LEVEL", "B-T")]), Err(ConfigError::Missing { name: "TSA_URL" })));
    }

    #[test]
    fn a_climb_stops_where_it_misses_a_step_or_ends_the_seal() {
        let of = |policy| {
            let pairs = [
                ("SEAL_LEVEL", "B-LTA"),
                ("SEAL_LEVEL_POLICY", policy),
                ("TSA_URL", "https://tsa.example.com"),
            ];
            levels(&pairs).unwrap()
        };
        let mut climb = of("lower").of_closing();
        climb.reach(Level::BT);
        climb.miss("no CRL".to_owned()).unwrap();
        assert!(!climb.goes_to(Level::BLT));
        let lowered = Lowered { wanted: "B-LTA".to_owned(), reason: "no CRL".to_owned() };
        assert_eq!(climb.end(), SealLevel { reached: "B-T".to_owned(), lowered: Some(lowered) });
        assert!(matches!(of("refuse").of_closing().miss(String::new()), Err(SealFault::Level(_))));
        assert!(of("lower").of_act().goes_to(Level::BT) && !of("lower").of_act().goes_to(Level::BLT));
    }
}
