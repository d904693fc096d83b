//! Until when a time-stamp is relied on by itself.

use crate::{
    hash::HashAlgorithm, one_signer::OneSigner, policy::CryptoPolicy, verify::SignatureAlgorithm, x509::X509,
};

use super::{TimestampToken, signer_of};

impl TimestampToken {
    /// The first second after it was made at which a certificate in the token or an algorithm of it ends, Unix seconds:
    /// from then on it needs a later time-stamp over it. None when no end is known.
    ///
    /// What had ended when it was made is left out: no later time-stamp makes that good.
    #[must_use]
    pub fn ends_at(&self, policy: &CryptoPolicy) -> Option<i64> {
        let end = |der: &Vec<u8>| {
            let after = X509::read(der).ok()?.tbs.validity.not_after;
            Some(i64::try_from(after.to_unix_duration().as_secs()).ok()?.saturating_add(1))
        };
        let certificates = self.certificates.iter().filter_map(end);
        let ends = certificates.chain(self.algorithm_ends_at(policy)).chain(self.imprint_ends_at(policy));
        ends.filter(|end| end.saturating_mul(1000) > self.generated_at).min()
    }

    fn algorithm_ends_at(&self, policy: &CryptoPolicy) -> Option<i64> {
        let cms = OneSigner::read(&self.der).ok()?;
        let signer = signer_of(&cms).ok()?;
        let hash = HashAlgorithm::from_oid(cms.signer.digest_algorithm.oid);
        let key = &signer.tbs.subject_public_key_info;
        let algorithm = SignatureAlgorithm::read(key, &cms.signer.signature_algorithm, hash).ok()?;
        policy.expires_at(&algorithm)
    }

    fn imprint_ends_at(&self, policy: &CryptoPolicy) -> Option<i64> {
        policy.hash_expires_at(HashAlgorithm::from_oid(self.imprint_algorithm)?)
    }
}
