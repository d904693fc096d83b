//! Until when an algorithm with a size of key was strong enough.
//!
//! The dates are data, in [`CryptoPolicy::rules`]. Those of ETSI TS 119 312 are its machine-readable form
//! (TS 119 322); what that standard had withdrawn before has the dates that the European Commission's
//! reference implementation carries on from its earlier editions and from TS 102 176-1.
//!
//! **Invariant:** what no rule names was never acceptable.

use std::{fmt, time::Duration};

use crate::{
    hash::HashAlgorithm,
    verify::{Scheme, SignatureAlgorithm},
};

/// What a rule is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mechanism {
    /// ECDSA, with the size of the curve's field.
    Ecdsa,
    /// Ed25519.
    Ed25519,
    /// A digest. Its size of key is 0.
    Hash(HashAlgorithm),
    /// RSASSA-PKCS1-v1_5, with the size of the modulus.
    RsaPkcs1,
    /// RSASSA-PSS, with the size of the modulus.
    RsaPss,
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa => f.write_str("ECDSA"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Hash(hash) => hash.fmt(f),
            Self::RsaPkcs1 => f.write_str("RSA"),
            Self::RsaPss => f.write_str("RSA-PSS"),
        }
    }
}

/// Until when a mechanism is acceptable with keys of a size and up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// What it is about.
    pub mechanism: Mechanism,
    /// The least size of key it speaks of, bits. Of several rules the one with the greatest size that a key
    /// reaches counts.
    pub min_bits: u32,
    /// The first second from which it is not acceptable any more, Unix seconds; `None` if no end is known.
    pub until: Option<i64>,
}

/// Which algorithms are acceptable, and until when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CryptoPolicy {
    name: String,
    rules: Vec<Rule>,
}

/// Why an algorithm is not acceptable at an instant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unacceptable {
    /// The mechanism that fails, with the size of key where that decides: `SHA1`, `RSA with 1024 bits`.
    pub what: String,
    /// Since when, Unix seconds; `None` if it never was acceptable.
    pub since: Option<i64>,
}

impl fmt::Display for Unacceptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.since.and_then(date) {
            Some(date) => write!(f, "{} is not acceptable since {date}", self.what),
            None => write!(f, "{} is not acceptable", self.what),
        }
    }
}

impl CryptoPolicy {
    /// A policy of one's own.
    #[must_use]
    pub fn new(name: impl Into<String>, rules: Vec<Rule>) -> Self {
        Self { name: name.into(), rules }
    }

    /// ETSI TS 119 312 V1.5.1, machine-readable form of 2024-10-13. It does not name Ed25519, which the
    /// next edition recommends and which therefore is acceptable here as well.
    #[must_use]
    pub fn ts_119_312_v1_5_1() -> Self {
        let mut rules = HISTORICAL.to_vec();
        rules.extend([
            until(Mechanism::RsaPkcs1, 1900, Y2029),
            until(Mechanism::RsaPss, 1900, Y2029),
            endless(Mechanism::RsaPss, 3000),
        ]);
        Self::new("ETSI TS 119 312 V1.5.1", rules)
    }

    /// ETSI TS 119 312 V2.1.1, machine-readable form of 2026-02-01: RSA below 3000 bits ended on 2026-04-01.
    #[must_use]
    pub fn ts_119_312_v2_1_1() -> Self {
        let mut rules = HISTORICAL.to_vec();
        rules.extend([
            until(Mechanism::RsaPkcs1, 1900, APRIL_2026),
            until(Mechanism::RsaPkcs1, 3000, Y2034),
            until(Mechanism::RsaPss, 1900, APRIL_2026),
            endless(Mechanism::RsaPss, 3000),
        ]);
        Self::new("ETSI TS 119 312 V2.1.1", rules)
    }

    /// What it is called in reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rules.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether a signature made so is acceptable at an instant, Unix seconds.
    #[must_use]
    pub fn accepts(&self, algorithm: &SignatureAlgorithm, at: i64) -> bool {
        self.check(algorithm, at).is_ok()
    }

    /// Checks a signature algorithm with its digest and key at an instant, Unix seconds.
    ///
    /// # Errors
    ///
    /// [`Unacceptable`] naming the part that ended first.
    pub fn check(&self, algorithm: &SignatureAlgorithm, at: i64) -> Result<(), Unacceptable> {
        let parts = parts(algorithm).map(|(mechanism, bits)| self.ending(mechanism, bits));
        let first = parts.into_iter().flatten().min_by_key(|ending| ending.since.unwrap_or(i64::MIN));
        passed(first, at)
    }

    /// Checks a digest by itself, such as that of a signed attribute, at an instant, Unix seconds.
    ///
    /// # Errors
    ///
    /// [`Unacceptable`] once it ended.
    pub fn check_hash(&self, hash: HashAlgorithm, at: i64) -> Result<(), Unacceptable> {
        passed(self.ending(Mechanism::Hash(hash), 0), at)
    }

    /// The first second at which a signature algorithm with its digest and key is not acceptable any more:
    /// `None` if no end is known, `i64::MIN` if it never was acceptable.
    #[must_use]
    pub fn expires_at(&self, algorithm: &SignatureAlgorithm) -> Option<i64> {
        let parts = parts(algorithm).map(|(mechanism, bits)| self.ending(mechanism, bits));
        parts.into_iter().flatten().map(|ending| ending.since.unwrap_or(i64::MIN)).min()
    }

    /// The same for a digest by itself.
    #[must_use]
    pub fn hash_expires_at(&self, hash: HashAlgorithm) -> Option<i64> {
        self.ending(Mechanism::Hash(hash), 0).map(|ending| ending.since.unwrap_or(i64::MIN))
    }

    /// How a mechanism ends; `None` if no end is known.
    fn ending(&self, mechanism: Mechanism, bits: u32) -> Option<Unacceptable> {
        let rules = self.rules.iter().filter(|rule| rule.mechanism == mechanism && rule.min_bits <= bits);
        let since = match rules.max_by_key(|rule| rule.min_bits) {
            Some(rule) => Some(rule.until?),
            None => None,
        };
        let what = if bits == 0 { mechanism.to_string() } else { format!("{mechanism} with {bits} bits") };
        Some(Unacceptable { what, since })
    }
}

impl Default for CryptoPolicy {
    fn default() -> Self {
        Self::ts_119_312_v1_5_1()
    }
}

/// What a signature algorithm rests on, each with its size of key.
fn parts(algorithm: &SignatureAlgorithm) -> [(Mechanism, u32); 2] {
    let key = match algorithm.scheme {
        Scheme::Ecdsa { .. } => Mechanism::Ecdsa,
        Scheme::Ed25519 => Mechanism::Ed25519,
        Scheme::RsaPkcs1 => Mechanism::RsaPkcs1,
        // The mask needs no collision resistance, so its digest may be one that signatures must not use.
        Scheme::RsaPss { .. } => Mechanism::RsaPss,
    };
    [(Mechanism::Hash(algorithm.hash), 0), (key, algorithm.key_bits)]
}

fn passed(ending: Option<Unacceptable>, at: i64) -> Result<(), Unacceptable> {
    match ending {
        Some(ending) if ending.since.is_none_or(|since| since <= at) => Err(ending),
        _ => Ok(()),
    }
}

/// An instant's UTC date, `YYYY-MM-DD`.
fn date(unix_seconds: i64) -> Option<String> {
    let since_epoch = Duration::from_secs(u64::try_from(unix_seconds).ok()?);
    let instant = der::DateTime::from_unix_duration(since_epoch).ok()?;
    Some(format!("{:04}-{:02}-{:02}", instant.year(), instant.month(), instant.day()))
}

const fn until(mechanism: Mechanism, min_bits: u32, until: i64) -> Rule {
    Rule { mechanism, min_bits, until: Some(until) }
}

const fn endless(mechanism: Mechanism, min_bits: u32) -> Rule {
    Rule { mechanism, min_bits, until: None }
}

/// What every edition has in common.
const HISTORICAL: &[Rule] = &[
    until(Mechanism::Hash(HashAlgorithm::Md5), 0, 1_091_318_400), // 2004-08-01
    until(Mechanism::Hash(HashAlgorithm::Sha1), 0, AUGUST_2012),
    until(Mechanism::Hash(HashAlgorithm::Sha224), 0, Y2029),
    endless(Mechanism::Hash(HashAlgorithm::Sha256), 0),
    endless(Mechanism::Hash(HashAlgorithm::Sha384), 0),
    endless(Mechanism::Hash(HashAlgorithm::Sha512), 0),
    endless(Mechanism::Hash(HashAlgorithm::Sha3_256), 0),
    endless(Mechanism::Hash(HashAlgorithm::Sha3_384), 0),
    endless(Mechanism::Hash(HashAlgorithm::Sha3_512), 0),
    until(Mechanism::RsaPkcs1, 786, AUGUST_2010),
    until(Mechanism::RsaPkcs1, 1024, OCTOBER_2019),
    until(Mechanism::RsaPss, 786, AUGUST_2010),
    until(Mechanism::RsaPss, 1024, OCTOBER_2019),
    until(Mechanism::Ecdsa, 160, AUGUST_2012),
    until(Mechanism::Ecdsa, 224, 1_633_046_400), // 2021-10-01
    endless(Mechanism::Ecdsa, 256),
    endless(Mechanism::Ed25519, 0),
];

const AUGUST_2010: i64 = 1_280_620_800; // 2010-08-01
const AUGUST_2012: i64 = 1_343_779_200; // 2012-08-01
const OCTOBER_2019: i64 = 1_569_888_000; // 2019-10-01
const APRIL_2026: i64 = 1_775_001_600; // 2026-04-01
const Y2029: i64 = 1_861_920_000; // 2029-01-01
const Y2034: i64 = 2_019_686_400; // 2034-01-01

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Curve;

    const fn pkcs1(hash: HashAlgorithm, key_bits: u32) -> SignatureAlgorithm {
        SignatureAlgorithm { hash, key_bits, scheme: Scheme::RsaPkcs1 }
    }

    #[test]
    fn the_dates_are_those_of_the_comments() {
        let policy = CryptoPolicy::ts_119_312_v2_1_1();
        let mut dates: Vec<_> = policy.rules().iter().filter_map(|rule| date(rule.until?)).collect();
        dates.sort();
        dates.dedup();
        let expected = [
            "2004-08-01",
            "2010-08-01",
            "2012-08-01",
            "2019-10-01",
            "2021-10-01",
            "2026-04-01",
            "2029-01-01",
            "2034-01-01",
        ];
        assert_eq!(dates, expected);
    }

    #[test]
    fn the_part_that_ended_first_is_named() {
        let policy = CryptoPolicy::default();
        let cases = [
            (pkcs1(HashAlgorithm::Sha1, 2048), "SHA1 is not acceptable since 2012-08-01"),
            (pkcs1(HashAlgorithm::Sha256, 1024), "RSA with 1024 bits is not acceptable since 2019-10-01"),
            (pkcs1(HashAlgorithm::Sha1, 1000), "RSA with 1000 bits is not acceptable since 2010-08-01"),
            (pkcs1(HashAlgorithm::Sha256, 512), "RSA with 512 bits is not acceptable"),
        ];
        for (algorithm, expected) in cases {
            let found = policy.check(&algorithm, OCTOBER_2019).map_err(|ending| ending.to_string());
            assert_eq!(found, Err(expected.to_owned()));
        }
    }

    #[test]
    fn a_day_ends_at_its_first_second() {
        let policy = CryptoPolicy::default();
        let algorithm = pkcs1(HashAlgorithm::Sha1, 2048);
        assert!(policy.accepts(&algorithm, AUGUST_2012 - 1));
        assert!(!policy.accepts(&algorithm, AUGUST_2012));
        assert_eq!(policy.expires_at(&algorithm), Some(AUGUST_2012));
        assert!(policy.check_hash(HashAlgorithm::Sha1, AUGUST_2012).is_err());
    }

    #[test]
    fn what_is_recommended_has_no_end() {
        let policy = CryptoPolicy::default();
        let hash = HashAlgorithm::Sha256;
        let scheme = Scheme::RsaPss { mask_hash: hash, salt_bytes: 32 };
        assert_eq!(policy.expires_at(&SignatureAlgorithm { hash, key_bits: 3072, scheme }), None);
        let scheme = Scheme::Ecdsa { curve: Curve::P256, plain: false };
        assert_eq!(policy.expires_at(&SignatureAlgorithm { hash, key_bits: 256, scheme }), None);
        let ed25519 =
            SignatureAlgorithm { hash: HashAlgorithm::Sha512, key_bits: 256, scheme: Scheme::Ed25519 };
        assert_eq!(policy.expires_at(&ed25519), None);
    }

    #[test]
    fn the_newer_edition_ends_short_rsa_keys_earlier() {
        let algorithm = pkcs1(HashAlgorithm::Sha256, 2048);
        assert_eq!(CryptoPolicy::ts_119_312_v1_5_1().expires_at(&algorithm), Some(Y2029));
        assert_eq!(CryptoPolicy::ts_119_312_v2_1_1().expires_at(&algorithm), Some(APRIL_2026));
    }

    #[test]
    fn what_no_rule_names_was_never_acceptable() {
        let policy = CryptoPolicy::new("nothing", vec![]);
        let algorithm = pkcs1(HashAlgorithm::Sha512, 4096);
        assert!(!policy.accepts(&algorithm, 0));
        assert_eq!(policy.expires_at(&algorithm), Some(i64::MIN));
    }
}
