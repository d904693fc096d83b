//! Signing keys that never leave AWS KMS.
//!
//! **Invariant:** sends digests, never documents.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use pades::{Digest, SealAlgorithm};

use crate::BoxError;

/// The key pairs of AWS KMS.
#[derive(Clone, Debug)]
pub struct SigningKeys {
    client: Client,
}

impl SigningKeys {
    /// The keys of the client's account and region.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Signs a digest with a key, named by its id, its alias or its ARN.
    ///
    /// ECDSA signatures are the DER `Ecdsa-Sig-Value` that CMS carries.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unsupported`] for an algorithm that KMS does not have; [`KeyError::Unavailable`] when
    /// KMS gave no signature, for whichever reason.
    pub async fn sign_digest(
        &self,
        key_id: &str,
        algorithm: SealAlgorithm,
        digest: &Digest,
    ) -> Result<Vec<u8>, KeyError> {
        let spec = spec_of(algorithm).ok_or(KeyError::Unsupported(algorithm))?;
        let answer = self
            .client
            .sign()
            .key_id(key_id)
            .message_type(MessageType::Digest)
            .message(Blob::new(digest.as_bytes()))
            .signing_algorithm(spec)
            .send()
            .await
            .map_err(|error| KeyError::Unavailable(Box::new(error)))?;
        let signature = answer.signature.map(Blob::into_inner);
        signature.ok_or_else(|| KeyError::Unavailable("the answer holds no signature".into()))
    }
}

/// Why a key of KMS did not sign.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// KMS gave no signature: the key is not there, not enabled, of another kind or not allowed, or KMS is
    /// away. Retryable.
    #[error("KMS gave no signature")]
    Unavailable(#[source] BoxError),
    /// KMS does not sign by this algorithm. Choose another.
    #[error("KMS does not sign by {0}")]
    Unsupported(SealAlgorithm),
}

fn spec_of(algorithm: SealAlgorithm) -> Option<SigningAlgorithmSpec> {
    match algorithm {
        SealAlgorithm::EcdsaP256Sha256 => Some(SigningAlgorithmSpec::EcdsaSha256),
        SealAlgorithm::EcdsaP384Sha384 => Some(SigningAlgorithmSpec::EcdsaSha384),
        SealAlgorithm::RsaPkcs1Sha256 => Some(SigningAlgorithmSpec::RsassaPkcs1V15Sha256),
        SealAlgorithm::RsaPssSha256 => Some(SigningAlgorithmSpec::RsassaPssSha256),
        // The enumeration may grow; KMS learns of it here.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use serde_json::{Value, json};

    use super::*;
    use crate::outbound::stranger::{Server, aws_answer, aws_config};

    async fn sign(answer: String) -> (Result<Vec<u8>, KeyError>, Server) {
        let server = Server::of(answer).await;
        let keys = SigningKeys::new(Client::new(&aws_config(&format!("http://{}", server.address()))));
        let digest = Digest::Sha256([7; 32]);
        (keys.sign_digest("alias/seal", SealAlgorithm::EcdsaP256Sha256, &digest).await, server)
    }

    #[tokio::test]
    async fn kms_is_asked_for_a_signature_over_the_digest() {
        let (signature, server) = sign(aws_answer(200, None, r#"{"Signature":"AQID"}"#)).await;
        assert_eq!(signature.unwrap(), [1, 2, 3]);
        let asked: Value = serde_json::from_str(&server.bodies()[0]).unwrap();
        let expected = json!({
            "KeyId": "alias/seal",
            "Message": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
            "MessageType": "DIGEST",
            "SigningAlgorithm": "ECDSA_SHA_256",
        });
        assert_eq!(asked, expected);
    }

    #[tokio::test]
    async fn an_answer_without_a_signature_is_none() {
        let (refused, _server) = sign(aws_answer(400, Some("DisabledException"), "{}")).await;
        assert!(matches!(refused, Err(KeyError::Unavailable(_))));
        let (empty, _server) = sign(aws_answer(200, None, "{}")).await;
        assert!(matches!(empty, Err(KeyError::Unavailable(_))));
    }
}
