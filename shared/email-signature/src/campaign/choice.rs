//! Which of several campaigns a recipient sees.

use std::fmt;

use domain::value::Language;
use domain::{EmailAddress, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Campaign;
use crate::person::Group;

/// The key by which recipients are spread over campaigns. Without it nobody can tell who sees what.
#[derive(Clone)]
pub struct StickyKey(Hmac<Sha256>);

impl StickyKey {
    /// Makes the key from secret material of any length.
    #[must_use]
    pub fn new(material: &[u8]) -> Self {
        // HMAC takes keys of every length (RFC 2104 section 2): the other arm is never taken.
        let keyed = Hmac::<Sha256>::new_from_slice(material);
        Self(keyed.unwrap_or_else(|_| Hmac::new(&[0; 64].into())))
    }

    /// A number between 0 and 1, both excluded, that is always the same for a recipient and a campaign.
    fn uniform(&self, recipient: &EmailAddress, experiment: &str, campaign: &Campaign) -> f64 {
        let mut keyed = self.0.clone();
        for part in [DOMAIN, recipient.expose(), experiment, campaign.id().as_str()] {
            keyed.update(part.as_bytes());
            keyed.update(&[0]);
        }
        let digest = keyed.finalize().into_bytes();
        let bits = digest.iter().take(4).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        (f64::from(bits) + 0.5) / (f64::from(u32::MAX) + 1.0)
    }
}

impl fmt::Debug for StickyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StickyKey(***)")
    }
}

/// The campaign for a mail: of those that run, those of the highest priority, and among them one by weight.
///
/// The same recipient sees the same one as long as it runs: an A/B test is two campaigns of one priority. The
/// choice is a weighted rendezvous, so that a campaign that starts or ends moves only those who see it or saw
/// it, and a paused one comes back to those it had. `experiment` names what is tried (the brand, or a name of
/// its own): another one spreads the same recipients anew.
#[must_use]
pub fn choose<'a>(
    campaigns: impl IntoIterator<Item = &'a Campaign>,
    recipient: &EmailAddress,
    place: (Option<&Group>, Language),
    experiment: &str,
    now: Timestamp,
    key: &StickyKey,
) -> Option<&'a Campaign> {
    let (group, language) = place;
    let running: Vec<&Campaign> = campaigns.into_iter().filter(|it| it.runs(group, language, now)).collect();
    let priority = running.iter().map(|it| it.priority()).max()?;
    let rivals = running.into_iter().filter(|it| it.priority() == priority);
    // The least -ln(u)/w belongs to campaign i with probability w(i) / sum of w: exponential clocks.
    let scored = rivals.map(|it| {
        let wait = -key.uniform(recipient, experiment, it).ln() / f64::from(it.weight());
        (it, wait)
    });
    let first = |one: &(&Campaign, f64), other: &(&Campaign, f64)| {
        one.1.total_cmp(&other.1).then_with(|| one.0.id().cmp(other.0.id()))
    };
    scored.min_by(first).map(|(campaign, _)| campaign)
}

const DOMAIN: &str = "paraphe/campaign/v1";
