//! How a signatory came back to the integrator: an address with a result that the integrator can check.
//!
//! The parameters `paraphe_request`, `paraphe_signer`, `paraphe_result` and `paraphe_at` (Unix seconds) are
//! authenticated by `paraphe_signature`, which is `v1,` and HMAC-SHA256 in base64url without padding, over
//! their values after `v1`, joined by full stops, under the tenant's key.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::request::{Facts, Progress, RESULT_PREFIX, Signatory};
use domain::value::WebAddress;
use domain::{TenantId, Timestamp};

/// The keys of all tenants: the one that is used, and those it replaced.
#[derive(Clone)]
pub struct ResultKeys {
    current: hmac::Key,
    earlier: Vec<hmac::Key>,
}

impl ResultKeys {
    /// Makes the keys from secret material of any length, the current one first.
    #[must_use]
    pub fn new<'a>(current: &[u8], earlier: impl Iterator<Item = &'a [u8]>) -> Self {
        let key = |material: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, material);
        Self { current: key(current), earlier: earlier.map(key).collect() }
    }

    /// A tenant's keys, as the tenant is shown them: base64url without padding, the current one first.
    #[must_use]
    pub fn of_tenant(&self, tenant: &TenantId) -> Vec<String> {
        let keys = std::iter::once(&self.current).chain(&self.earlier);
        keys.map(|key| URL_SAFE_NO_PAD.encode(tenant_key(key, tenant))).collect()
    }

    /// Where the page leads someone who has acted; none before, and where no address was given.
    #[must_use]
    pub fn after_act(&self, facts: &Facts, person: &Signatory) -> Option<String> {
        let ui = &facts.options.ui;
        let (url, result, at) = match &person.progress {
            Progress::Signed(act) => (ui.complete_url(), "signed", act.signed_at),
            Progress::Approved(approval) => (ui.complete_url(), "approved", approval.at),
            Progress::Read { at, .. } => (ui.complete_url(), "read", *at),
            Progress::Declined { at, .. } => (ui.cancel_url(), "declined", *at),
            Progress::Delegated { .. }
            | Progress::Following
            | Progress::NotNeeded { .. }
            | Progress::Pending(_) => return None,
        };
        Some(self.address(url?, facts, person, result, at))
    }

    /// Where the page leads someone who has not acted and leaves; none where no address was given.
    #[must_use]
    pub fn without_act(&self, facts: &Facts, person: &Signatory, now: Timestamp) -> Option<String> {
        match &person.progress {
            Progress::Delegated { .. }
            | Progress::Following
            | Progress::NotNeeded { .. }
            | Progress::Pending(_) => {
                Some(self.address(facts.options.ui.cancel_url()?, facts, person, "cancelled", now))
            }
            Progress::Approved(_)
            | Progress::Declined { .. }
            | Progress::Read { .. }
            | Progress::Signed(_) => None,
        }
    }

    fn address(
        &self,
        url: &WebAddress,
        facts: &Facts,
        person: &Signatory,
        result: &str,
        at: Timestamp,
    ) -> String {
        let at = at.unix_seconds().to_string();
        let values = [facts.id.as_str(), person.id.as_str(), result, at.as_str()];
        let key = tenant_key(&self.current, &facts.tenant);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signed = format!("v1.{}", values.join("."));
        let signature = format!("v1,{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes())));
        let names = ["request", "signer", "result", "at"].map(|name| format!("{RESULT_PREFIX}{name}"));
        let signature_name = format!("{RESULT_PREFIX}signature");
        let mut parameters: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
        parameters.push((&signature_name, &signature));
        url.with_query(&parameters)
    }
}

impl fmt::Debug for ResultKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResultKeys(***)")
    }
}

/// The key that one tenant is told tells nothing of those of others.
fn tenant_key(root: &hmac::Key, tenant: &TenantId) -> Vec<u8> {
    hmac::sign(root, format!("paraphe/result/v1\0{tenant}").as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn tenants_have_keys_of_their_own_and_keep_the_earlier_ones() {
        let tenant = |name| TenantId::parse(name).unwrap();
        let old = ResultKeys::new(b"one", std::iter::empty());
        let new = ResultKeys::new(b"two", [b"one".as_slice()].into_iter());
        assert_ne!(old.of_tenant(&tenant("demo")), old.of_tenant(&tenant("demo-2")));
        assert_eq!(new.of_tenant(&tenant("demo")).get(1..), Some(old.of_tenant(&tenant("demo")).as_slice()));
        assert_eq!(format!("{new:?}"), "ResultKeys(***)");
    }
}
