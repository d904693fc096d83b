//! The digest algorithms that are read, whether or not they may still be used.
//!
//! **Invariant:** knows no policy; [`crate::policy`] judges.

use std::fmt;

use aws_lc_rs::digest;
use const_oid::ObjectIdentifier as Oid;
use md5::Digest as _;

use crate::oid;

/// A digest algorithm that signatures of others may use.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum HashAlgorithm {
    /// MD5 (RFC 1321), 16 bytes. Broken; read so that its use can be told.
    Md5,
    /// SHA-1 (FIPS 180-4), 20 bytes. Broken for collisions since 2017.
    Sha1,
    /// SHA-224 (FIPS 180-4), 28 bytes.
    Sha224,
    /// SHA-256 (FIPS 180-4), 32 bytes.
    Sha256,
    /// SHA-384 (FIPS 180-4), 48 bytes.
    Sha384,
    /// SHA-512 (FIPS 180-4), 64 bytes.
    Sha512,
    /// SHA3-256 (FIPS 202), 32 bytes.
    Sha3_256,
    /// SHA3-384 (FIPS 202), 48 bytes.
    Sha3_384,
    /// SHA3-512 (FIPS 202), 64 bytes.
    Sha3_512,
}

impl HashAlgorithm {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha3_256,
        Self::Sha3_384,
        Self::Sha3_512,
    ];

    /// The algorithm an `AlgorithmIdentifier` names.
    pub(crate) fn from_oid(oid: Oid) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.oid() == oid)
    }

    pub(crate) fn oid(self) -> Oid {
        match self {
            Self::Md5 => oid::ID_MD5,
            Self::Sha1 => oid::ID_SHA1,
            Self::Sha224 => oid::ID_SHA224,
            Self::Sha256 => oid::ID_SHA256,
            Self::Sha384 => oid::ID_SHA384,
            Self::Sha512 => oid::ID_SHA512,
            Self::Sha3_256 => oid::ID_SHA3_256,
            Self::Sha3_384 => oid::ID_SHA3_384,
            Self::Sha3_512 => oid::ID_SHA3_512,
        }
    }

    /// Its name as it stands in the names of signature algorithms, such as `SHA256`.
    #[must_use]
    pub fn standard_name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha224 => "SHA224",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
            Self::Sha3_256 => "SHA3-256",
            Self::Sha3_384 => "SHA3-384",
            Self::Sha3_512 => "SHA3-512",
        }
    }

    /// The length of its digests, bytes.
    #[must_use]
    pub fn output_bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 | Self::Sha3_256 => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha512 | Self::Sha3_512 => 64,
        }
    }

    /// Digests bytes.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }

    fn of_aws_lc(self) -> Option<&'static digest::Algorithm> {
        match self {
            Self::Md5 => None,
            Self::Sha1 => Some(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Self::Sha224 => Some(&digest::SHA224),
            Self::Sha256 => Some(&digest::SHA256),
            Self::Sha384 => Some(&digest::SHA384),
            Self::Sha512 => Some(&digest::SHA512),
            Self::Sha3_256 => Some(&digest::SHA3_256),
            Self::Sha3_384 => Some(&digest::SHA3_384),
            Self::Sha3_512 => Some(&digest::SHA3_512),
        }
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.standard_name())
    }
}

/// A digest in the making.
#[derive(Clone)]
pub struct Hasher(Inner);

#[derive(Clone)]
enum Inner {
    AwsLc(digest::Context),
    Md5(md5::Md5),
}

impl Hasher {
    /// Begins a digest.
    #[must_use]
    pub fn new(algorithm: HashAlgorithm) -> Self {
        Self(algorithm.of_aws_lc().map_or_else(
            || Inner::Md5(md5::Md5::new()),
            |algorithm| Inner::AwsLc(digest::Context::new(algorithm)),
        ))
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Inner::AwsLc(context) => context.update(bytes),
            Inner::Md5(context) => context.update(bytes),
        }
    }

    /// The digest of all bytes taken.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            Inner::AwsLc(context) => context.finish().as_ref().to_vec(),
            Inner::Md5(context) => context.finalize().to_vec(),
        }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_as_long_as_they_say_and_their_names_are_their_own() {
        for algorithm in HashAlgorithm::ALL {
            assert_eq!(algorithm.digest(b"abc").len(), algorithm.output_bytes(), "{algorithm}");
            assert_eq!(HashAlgorithm::from_oid(algorithm.oid()), Some(algorithm));
        }
    }

    #[test]
    fn md5_is_that_of_rfc_1321() {
        let expected =
            [0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0, 0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72];
        assert_eq!(HashAlgorithm::Md5.digest(b"abc"), expected);
    }
}
