//! A seal's private key, held in memory.

use std::fmt;

use aws_lc_rs::{
    digest,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
    },
};
use der::{AnyRef, Decode, pem};
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use crate::{
    Digest, DigestAlgorithm, KeyKind, SealAlgorithm, SealCertificate, SealError, asn1::members,
    certificate::pem_blocks, oid,
};

/// A private key read from unencrypted PKCS#8, for RSA 2048 to 4096, P-256 and P-384.
///
/// Signing is done by AWS-LC, whose private-key operations take constant time. `Debug` shows the
/// kind of key and nothing else.
pub struct Pkcs8Key {
    algorithm: SealAlgorithm,
    kind: KeyKind,
    pair: Pair,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Pkcs8Key {
    /// Reads a `PrivateKeyInfo` (RFC 5208 section 5), DER.
    ///
    /// # Errors
    ///
    /// [`SealError::KeyUnreadable`] for anything else, [`SealError::KeyUnsupported`] for another kind
    /// or size of key.
    pub fn from_der(pkcs8: &[u8]) -> Result<Self, SealError> {
        let algorithm = algorithm_of(pkcs8)
            .map_err(|_| SealError::KeyUnreadable { what: "not a PKCS#8 PrivateKeyInfo" })?;
        let rejected = |_| SealError::KeyUnreadable { what: "its numbers do not form a key" };
        match algorithm.oid {
            oid::RSA_ENCRYPTION => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(rejected)?;
                let bits = crate::algorithm::rsa_bits(pair.public_key().as_ref()).unwrap_or(0);
                Ok(Self::of(KeyKind::rsa(bits)?, Pair::Rsa(pair)))
            }
            oid::ID_EC_PUBLIC_KEY => {
                let (kind, signing) = match algorithm.parameters_oid() {
                    Ok(oid::SECP256R1) => (KeyKind::EcdsaP256, &ECDSA_P256_SHA256_ASN1_SIGNING),
                    Ok(oid::SECP384R1) => (KeyKind::EcdsaP384, &ECDSA_P384_SHA384_ASN1_SIGNING),
                    Ok(curve) => {
                        return Err(SealError::KeyUnsupported { found: format!("elliptic curve {curve}") });
                    }
                    Err(_) => {
                        return Err(SealError::KeyUnsupported {
                            found: "elliptic curve without a name".to_owned(),
                        });
                    }
                };
                let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8).map_err(rejected)?;
                Ok(Self::of(kind, Pair::Ecdsa(pair)))
            }
            other => Err(SealError::KeyUnsupported { found: format!("algorithm {other}") }),
        }
    }

    /// Reads the `PRIVATE KEY` block of PEM text.
    ///
    /// # Errors
    ///
    /// As [`Pkcs8Key::from_der`]; encrypted and pre-PKCS#8 blocks are named in the error.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        let Some(block) = pem_blocks(text, "PRIVATE KEY").next() else {
            let what = if text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
                "it is encrypted; decrypt it with `openssl pkcs8`"
            } else if text.contains("BEGIN RSA PRIVATE KEY") || text.contains("BEGIN EC PRIVATE KEY") {
                "it is in the older form; convert it with `openssl pkcs8 -topk8 -nocrypt`"
            } else {
                "the text holds no PEM block of a private key"
            };
            return Err(SealError::KeyUnreadable { what });
        };
        let (_, der) = pem::decode_vec(block.as_bytes())
            .map_err(|_| SealError::KeyUnreadable { what: "its PEM block is damaged" })?;
        Self::from_der(&Zeroizing::new(der))
    }

    /// Seals with this algorithm instead of the one [`SealAlgorithm::for_key`] chooses.
    ///
    /// # Errors
    ///
    /// [`SealError::AlgorithmMismatch`] when it is for another kind of key.
    pub fn with_algorithm(mut self, algorithm: SealAlgorithm) -> Result<Self, SealError> {
        algorithm.require(self.kind)?;
        self.algorithm = algorithm;
        Ok(self)
    }

    /// The algorithm it seals with.
    #[must_use]
    pub fn algorithm(&self) -> SealAlgorithm {
        self.algorithm
    }

    /// Checks that this is the private key of a certificate.
    ///
    /// # Errors
    ///
    /// [`SealError::KeyMismatch`] if it is not.
    pub fn check_belongs_to(&self, certificate: &SealCertificate) -> Result<(), SealError> {
        let public_key = match &self.pair {
            Pair::Ecdsa(pair) => pair.public_key().as_ref(),
            Pair::Rsa(pair) => pair.public_key().as_ref(),
        };
        if public_key == certificate.public_key() {
            return Ok(());
        }
        Err(SealError::KeyMismatch)
    }

    /// Signs a message.
    ///
    /// ECDSA signatures are the DER `Ecdsa-Sig-Value` that CMS carries.
    ///
    /// # Errors
    ///
    /// [`SealError::AlgorithmMismatch`] when the algorithm is for another kind of key,
    /// [`SealError::SigningFailed`] when the library fails.
    pub fn sign(&self, algorithm: SealAlgorithm, message: &[u8]) -> Result<Vec<u8>, SealError> {
        self.sign_digest(algorithm, &Digest::of(algorithm.digest_algorithm(), message))
    }

    /// Signs a message whose digest is known.
    ///
    /// # Errors
    ///
    /// As [`Pkcs8Key::sign`]; [`SealError::DigestLength`] for a digest of another algorithm.
    pub fn sign_digest(&self, algorithm: SealAlgorithm, digest: &Digest) -> Result<Vec<u8>, SealError> {
        algorithm.require(self.kind)?;
        let hash = match algorithm.digest_algorithm() {
            DigestAlgorithm::Sha256 => &digest::SHA256,
            DigestAlgorithm::Sha384 => &digest::SHA384,
        };
        let imported = digest::Digest::import_less_safe(digest.as_bytes(), hash).map_err(|_| {
            SealError::DigestLength {
                algorithm,
                expected: algorithm.digest_algorithm().output_bytes(),
                found: digest.as_bytes().len(),
            }
        })?;
        match &self.pair {
            Pair::Ecdsa(pair) => pair.sign_digest(&imported).map(|signed| signed.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let padding = if algorithm == SealAlgorithm::RsaPssSha256 {
                    &RSA_PSS_SHA256
                } else {
                    &RSA_PKCS1_SHA256
                };
                let mut signed = vec![0; pair.public_modulus_len()];
                pair.sign_digest(padding, &imported, &mut signed).map(|()| signed)
            }
        }
        .map_err(|_| SealError::SigningFailed)
    }

    /// The kind of this key.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    fn of(kind: KeyKind, pair: Pair) -> Self {
        Self { algorithm: SealAlgorithm::for_key(kind), kind, pair }
    }
}

impl fmt::Debug for Pkcs8Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs8Key").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// `PrivateKeyInfo.privateKeyAlgorithm`, the second member.
fn algorithm_of(pkcs8: &[u8]) -> der::Result<AlgorithmIdentifierRef<'_>> {
    let fields = members(AnyRef::from_der(pkcs8)?.value())?;
    AlgorithmIdentifierRef::from_der(fields.get(1).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use rcgen::{KeyPair, PKCS_ECDSA_P521_SHA512, PKCS_ED25519};

    use super::*;
    use crate::testing::{P256, RSA_2048, TSA, openssl};

    fn refusal(text: &str) -> String {
        Pkcs8Key::from_pem(text).unwrap_err().to_string()
    }

    #[test]
    fn the_kind_decides_the_algorithm() {
        assert_eq!(P256.key.algorithm(), SealAlgorithm::EcdsaP256Sha256);
        assert_eq!(RSA_2048.key.kind(), KeyKind::Rsa { bits: 2048 });
        assert_eq!(RSA_2048.key.algorithm(), SealAlgorithm::RsaPkcs1Sha256);
        let key = Pkcs8Key::from_pem(&RSA_2048.key_pem).unwrap();
        let key = key.with_algorithm(SealAlgorithm::RsaPssSha256).unwrap();
        assert_eq!(key.algorithm(), SealAlgorithm::RsaPssSha256);
        assert!(matches!(
            key.with_algorithm(SealAlgorithm::EcdsaP256Sha256),
            Err(SealError::AlgorithmMismatch { .. })
        ));
    }

    #[test]
    fn a_key_knows_its_certificate() {
        P256.key.check_belongs_to(&P256.certificate).unwrap();
        for other in [&TSA.certificate, &RSA_2048.certificate] {
            assert!(matches!(P256.key.check_belongs_to(other), Err(SealError::KeyMismatch)));
        }
    }

    #[test]
    fn a_digest_of_another_length_is_not_signed() {
        assert!(matches!(
            P256.key.sign_digest(SealAlgorithm::EcdsaP256Sha256, &Digest::Sha384([0; 48])),
            Err(SealError::DigestLength { expected: 32, found: 48, .. })
        ));
    }

    #[test]
    fn other_forms_of_key_are_named() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("key.pem"), &RSA_2048.key_pem).unwrap();
        let forms = [
            ("rsa -traditional -in key.pem", "openssl pkcs8 -topk8"),
            ("pkcs8 -topk8 -in key.pem -passout pass:secret", "it is encrypted"),
        ];
        for (command, expected) in forms {
            let arguments: Vec<&str> = command.split(' ').collect();
            let Some((made, text)) = openssl(directory.path(), &arguments) else { return };
            assert!(made, "{text}");
            assert!(refusal(&text).contains(expected), "{}", refusal(&text));
        }
        assert!(refusal("").contains("no PEM block"));
    }

    #[test]
    fn keys_of_other_kinds_are_refused() {
        for algorithm in [&PKCS_ECDSA_P521_SHA512, &PKCS_ED25519] {
            let pem = KeyPair::generate_for(algorithm).unwrap().serialize_pem();
            assert!(matches!(Pkcs8Key::from_pem(&pem), Err(SealError::KeyUnsupported { .. })));
        }
    }

    #[test]
    fn a_short_rsa_key_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let arguments = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"];
        let Some((made, text)) = openssl(directory.path(), &arguments) else { return };
        assert!(made, "{text}");
        assert!(Pkcs8Key::from_pem(&text).is_err());
    }

    #[test]
    fn damaged_numbers_are_refused() {
        let mut der = pem::decode_vec(P256.key_pem.as_bytes()).unwrap().1;
        let middle = der.len() / 2;
        der.truncate(middle);
        assert!(matches!(Pkcs8Key::from_der(&der), Err(SealError::KeyUnreadable { .. })));
    }

    #[test]
    fn debug_shows_the_kind_only() {
        assert_eq!(format!("{:?}", P256.key), "Pkcs8Key { kind: EcdsaP256, .. }");
    }
}
