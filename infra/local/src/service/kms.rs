//! KMS: real keys in one file that only its owner reads; P-256 and RSA sign digests, AES-256-GCM encrypts.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Fault;
use super::json::{only, text};
use crate::chance;
use crate::disk::{DataDir, DiskError};
use crate::template::{ACCOUNT, REGION};

/// All keys.
pub(crate) struct Keys {
    data: DataDir,
    keys: Mutex<BTreeMap<String, Stored>>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Stored {
    spec: Spec,
    created_ms: i64,
    /// PKCS#8 for a key pair, the key itself for a symmetric one; Base64.
    material: String,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
enum Spec {
    #[serde(rename = "ECC_NIST_P256")]
    EccNistP256,
    #[serde(rename = "RSA_2048")]
    Rsa2048,
    #[serde(rename = "RSA_3072")]
    Rsa3072,
    #[serde(rename = "SYMMETRIC_DEFAULT")]
    SymmetricDefault,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    pub(crate) fn open(data: DataDir) -> Result<Self, DiskError> {
        let keys = data.load(FILE)?.unwrap_or_default();
        Ok(Self { data, keys: Mutex::new(keys) })
    }

    /// One call of the API.
    pub(super) fn call(&self, operation: &str, input: &Value, now_ms: i64) -> Result<Value, Fault> {
        match operation {
            "CreateKey" => {
                only(input, &["Description", "KeySpec", "KeyUsage"])?;
                self.create(input, now_ms)
            }
            "Decrypt" => {
                only(input, &["CiphertextBlob", "EncryptionContext", "KeyId"])?;
                self.decrypt(input)
            }
            "Encrypt" => {
                only(input, &["EncryptionContext", "KeyId", "Plaintext"])?;
                let (id, stored) = self.find(text(input, "KeyId")?)?;
                let sealed = encrypt(&id, &stored, &bytes(input, "Plaintext")?, input)?;
                Ok(json!({ "CiphertextBlob": STANDARD.encode(sealed), "KeyId": arn(&id) }))
            }
            "GenerateDataKey" => {
                only(input, &["EncryptionContext", "KeyId", "KeySpec"])?;
                if input.get("KeySpec").is_some_and(|spec| spec != "AES_256") {
                    return Err(Fault::not_implemented("a data key other than AES_256"));
                }
                let (id, stored) = self.find(text(input, "KeyId")?)?;
                let plain = chance::bytes::<32>();
                let sealed = encrypt(&id, &stored, &plain, input)?;
                Ok(json!({
                    "CiphertextBlob": STANDARD.encode(sealed),
                    "Plaintext": STANDARD.encode(plain),
                    "KeyId": arn(&id),
                }))
            }
            "GetPublicKey" => {
                only(input, &["KeyId"])?;
                let (id, stored) = self.find(text(input, "KeyId")?)?;
                public_key(&id, &stored)
            }
            "Sign" => {
                only(input, &["KeyId", "Message", "MessageType", "SigningAlgorithm"])?;
                self.sign(input)
            }
            other => Err(Fault::unknown_operation("kms", other)),
        }
    }

    fn create(&self, input: &Value, now_ms: i64) -> Result<Value, Fault> {
        let named = input.get("KeySpec").cloned().unwrap_or_else(|| json!("SYMMETRIC_DEFAULT"));
        let spec: Spec =
            serde_json::from_value(named.clone()).map_err(|_| Fault::not_implemented(&named.to_string()))?;
        let usage = if spec == Spec::SymmetricDefault { "ENCRYPT_DECRYPT" } else { "SIGN_VERIFY" };
        if input.get("KeyUsage").is_some_and(|given| given != usage) {
            return Err(Fault::new("ValidationException", format!("a key of this spec is for {usage}")));
        }
        let material = match spec {
            Spec::EccNistP256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)
                .and_then(|key| key.to_pkcs8v1())
                .map(|der| der.as_ref().to_vec()),
            Spec::Rsa2048 => generate_rsa(KeySize::Rsa2048),
            Spec::Rsa3072 => generate_rsa(KeySize::Rsa3072),
            Spec::SymmetricDefault => Ok(chance::bytes::<32>().to_vec()),
        }
        .map_err(|_| broken())?;
        let id = chance::uuid();
        let mut keys = self.lock();
        keys.insert(id.clone(), Stored { spec, created_ms: now_ms, material: STANDARD.encode(material) });
        self.data.store(FILE, &*keys)?;
        Ok(json!({ "KeyMetadata": {
            "AWSAccountId": ACCOUNT, "Arn": arn(&id), "KeyId": id, "Enabled": true, "KeyState": "Enabled",
            "KeyUsage": usage, "KeySpec": named, "CreationDate": now_ms / 1000,
        } }))
    }

    fn sign(&self, input: &Value) -> Result<Value, Fault> {
        let (id, stored) = self.find(text(input, "KeyId")?)?;
        if input.get("MessageType").is_none_or(|kind| kind != "DIGEST") {
            return Err(Fault::not_implemented("signing anything but a DIGEST"));
        }
        let digest = Digest::import_less_safe(&bytes(input, "Message")?, &SHA256)
            .map_err(|_| Fault::new("ValidationException", "the digest is not 32 bytes long"))?;
        let algorithm = text(input, "SigningAlgorithm")?;
        let der = material(&stored)?;
        let signature = match (stored.spec, algorithm) {
            (Spec::EccNistP256, "ECDSA_SHA_256") => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der)
                    .map_err(|_| broken())?
                    .sign_digest(&digest)
                    .map(|signature| signature.as_ref().to_vec())
            }
            (Spec::Rsa2048 | Spec::Rsa3072, "RSASSA_PKCS1_V1_5_SHA_256" | "RSASSA_PSS_SHA_256") => {
                let key = RsaKeyPair::from_pkcs8(&der).map_err(|_| broken())?;
                let mut signature = vec![0; key.public_modulus_len()];
                let signed = if algorithm == "RSASSA_PSS_SHA_256" {
                    key.sign_digest(&RSA_PSS_SHA256, &digest, &mut signature)
                } else {
                    key.sign_digest(&RSA_PKCS1_SHA256, &digest, &mut signature)
                };
                signed.map(|()| signature)
            }
            _ => {
                return Err(Fault::new(
                    "InvalidKeyUsageException",
                    "the key does not sign by this algorithm",
                ));
            }
        }
        .map_err(|_| broken())?;
        Ok(
            json!({ "KeyId": arn(&id), "Signature": STANDARD.encode(signature), "SigningAlgorithm": algorithm }),
        )
    }

    fn decrypt(&self, input: &Value) -> Result<Value, Fault> {
        let blob = bytes(input, "CiphertextBlob")?;
        let invalid = || Fault::new("InvalidCiphertextException", "the ciphertext cannot be decrypted");
        let (head, sealed) = blob.split_at_checked(ID_BYTES + NONCE_BYTES).ok_or_else(invalid)?;
        let (id, nonce) = head.split_at_checked(ID_BYTES).ok_or_else(invalid)?;
        let id = String::from_utf8(id.to_vec()).map_err(|_| invalid())?;
        let (id, stored) = self.find(&id).map_err(|_| invalid())?;
        if input.get("KeyId").and_then(Value::as_str).is_some_and(|given| !given.ends_with(&id)) {
            return Err(Fault::new("IncorrectKeyException", "the ciphertext is of another key"));
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| invalid())?;
        let mut sealed = sealed.to_vec();
        let plain = symmetric(&stored)?
            .open_in_place(nonce, Aad::from(context(input)), &mut sealed)
            .map_err(|_| invalid())?;
        Ok(json!({ "KeyId": arn(&id), "Plaintext": STANDARD.encode(plain) }))
    }

    fn find(&self, key_id: &str) -> Result<(String, Stored), Fault> {
        let id = key_id.rsplit('/').next().unwrap_or_default();
        let found = self.lock().get(id).cloned();
        found
            .map(|stored| (id.to_owned(), stored))
            .ok_or_else(|| Fault::new("NotFoundException", "the key does not exist"))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Stored>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn public_key(id: &str, stored: &Stored) -> Result<Value, Fault> {
    let der = material(stored)?;
    let (public, algorithms) = match stored.spec {
        Spec::EccNistP256 => {
            let key =
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der).map_err(|_| broken())?;
            let public: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(|_| broken())?;
            (public.as_ref().to_vec(), json!(["ECDSA_SHA_256"]))
        }
        Spec::Rsa2048 | Spec::Rsa3072 => {
            let key = RsaKeyPair::from_pkcs8(&der).map_err(|_| broken())?;
            let public: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(|_| broken())?;
            (public.as_ref().to_vec(), json!(["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PSS_SHA_256"]))
        }
        Spec::SymmetricDefault => {
            return Err(Fault::new("UnsupportedOperationException", "a symmetric key has no public half"));
        }
    };
    Ok(json!({
        "KeyId": arn(id),
        "KeySpec": stored.spec,
        "KeyUsage": "SIGN_VERIFY",
        "PublicKey": STANDARD.encode(public),
        "SigningAlgorithms": algorithms,
    }))
}

/// A ciphertext names its key: the id, the nonce, then what AES-256-GCM made.
fn encrypt(id: &str, stored: &Stored, plain: &[u8], input: &Value) -> Result<Vec<u8>, Fault> {
    let nonce = chance::bytes::<NONCE_BYTES>();
    let mut sealed = plain.to_vec();
    symmetric(stored)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context(input)), &mut sealed)
        .map_err(|_| broken())?;
    Ok([id.as_bytes(), &nonce, &sealed].concat())
}

fn symmetric(stored: &Stored) -> Result<LessSafeKey, Fault> {
    if stored.spec != Spec::SymmetricDefault {
        return Err(Fault::new("InvalidKeyUsageException", "the key does not encrypt"));
    }
    UnboundKey::new(&AES_256_GCM, &material(stored)?).map(LessSafeKey::new).map_err(|_| broken())
}

/// The encryption context binds a ciphertext to its use; maps of JSON are sorted by key here.
fn context(input: &Value) -> Vec<u8> {
    input.get("EncryptionContext").map(|context| context.to_string().into_bytes()).unwrap_or_default()
}

fn generate_rsa(size: KeySize) -> Result<Vec<u8>, aws_lc_rs::error::Unspecified> {
    let der: Pkcs8V1Der<'_> = RsaKeyPair::generate(size)?.as_der()?;
    Ok(der.as_ref().to_vec())
}

fn material(stored: &Stored) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(&stored.material).map_err(|_| broken())
}

fn bytes(input: &Value, name: &str) -> Result<Vec<u8>, Fault> {
    STANDARD
        .decode(text(input, name)?)
        .map_err(|_| Fault::new("SerializationException", format!("{name} is not Base64")))
}

fn arn(id: &str) -> String {
    format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{id}")
}

fn broken() -> Fault {
    Fault::new("KMSInternalException", "the key cannot be used")
        .with_status(http::StatusCode::INTERNAL_SERVER_ERROR)
}

const FILE: &str = "keys.json";
const ID_BYTES: usize = 36;
const NONCE_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    fn keys() -> Keys {
        Keys::open(DataDir::temporary().unwrap()).unwrap()
    }

    fn create(keys: &Keys, spec: &str) -> Value {
        keys.call("CreateKey", &json!({ "KeySpec": spec }), 0).unwrap()["KeyMetadata"]["Arn"].clone()
    }

    #[test]
    fn signatures_of_digests_verify_over_the_message() {
        let keys = keys();
        let digest = STANDARD.encode(aws_lc_rs::digest::digest(&SHA256, b"message"));
        for (spec, algorithm) in
            [("ECC_NIST_P256", "ECDSA_SHA_256"), ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256")]
        {
            let id = create(&keys, spec);
            let sign = |algorithm: &str| {
                let input = json!({
                    "KeyId": id, "Message": digest, "MessageType": "DIGEST", "SigningAlgorithm": algorithm,
                });
                keys.call("Sign", &input, 0)
            };
            let signature = STANDARD.decode(sign(algorithm).unwrap()["Signature"].as_str().unwrap()).unwrap();
            let public = keys.call("GetPublicKey", &json!({ "KeyId": id }), 0).unwrap();
            let der = STANDARD.decode(public["PublicKey"].as_str().unwrap()).unwrap();
            let verified = if spec == "RSA_2048" {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der).verify(b"message", &signature)
            } else {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &der).verify(b"message", &signature)
            };
            assert!(verified.is_ok(), "{spec}");
            assert_eq!(sign("SM2DSA").unwrap_err().code, "InvalidKeyUsageException");
        }
    }

    #[test]
    fn a_data_key_comes_back_with_its_context_only() {
        let keys = keys();
        let id = create(&keys, "SYMMETRIC_DEFAULT");
        let context = json!({ "request": "1" });
        let made = keys
            .call(
                "GenerateDataKey",
                &json!({ "KeyId": id, "KeySpec": "AES_256", "EncryptionContext": context }),
                0,
            )
            .unwrap();
        let open = |context: &Value| {
            let input = json!({ "CiphertextBlob": made["CiphertextBlob"], "EncryptionContext": context });
            keys.call("Decrypt", &input, 0)
        };
        assert_eq!(open(&context).unwrap()["Plaintext"], made["Plaintext"]);
        assert_eq!(open(&json!({ "request": "2" })).unwrap_err().code, "InvalidCiphertextException");
    }
}
