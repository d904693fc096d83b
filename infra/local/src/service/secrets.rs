//! Secrets Manager: named values with a current version, in one file that only its owner reads.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Fault;
use super::json::{only, text};
use crate::chance;
use crate::disk::{DataDir, DiskError};
use crate::template::{Secret, secret_arn};

/// All secrets.
pub(crate) struct Secrets {
    data: DataDir,
    secrets: Mutex<BTreeMap<String, Stored>>,
}

/// One secret; without a version until a value was put.
#[derive(Clone, Default, Deserialize, Serialize)]
struct Stored {
    created_ms: i64,
    version: Option<Version>,
    previous_version_id: Option<String>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Version {
    id: String,
    created_ms: i64,
    value: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// Opens the file and creates the secrets that are missing, with the values the template asks for.
    pub(crate) fn open(declared: &[Secret], data: DataDir, now_ms: i64) -> Result<Self, DiskError> {
        let mut secrets: BTreeMap<String, Stored> = data.load(FILE)?.unwrap_or_default();
        for secret in declared {
            secrets.entry(secret.name.clone()).or_insert_with(|| {
                let version = secret.generate.map(|generate| {
                    let alphabet =
                        if generate.exclude_punctuation { ALPHANUMERIC.to_vec() } else { printable() };
                    Version {
                        id: chance::uuid(),
                        created_ms: now_ms,
                        value: chance::text(generate.length, &alphabet),
                    }
                });
                Stored { created_ms: now_ms, version, previous_version_id: None }
            });
        }
        data.store(FILE, &secrets)?;
        Ok(Self { data, secrets: Mutex::new(secrets) })
    }

    /// The current value of a secret.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.lock().get(name)?.version.as_ref().map(|version| version.value.clone())
    }

    /// Creates a secret, or gives it a new current value.
    pub(crate) fn put(&self, name: &str, value: String, now_ms: i64) -> Result<(), DiskError> {
        let mut secrets = self.lock();
        let stored = secrets.entry(name.to_owned()).or_default();
        stored.created_ms = now_ms;
        stored.version = Some(Version { id: chance::uuid(), created_ms: now_ms, value });
        self.data.store(FILE, &*secrets)
    }

    /// One call of the API.
    pub(super) fn call(&self, operation: &str, input: &Value, now_ms: i64) -> Result<Value, Fault> {
        match operation {
            "DescribeSecret" => {
                only(input, &["SecretId"])?;
                self.describe(text(input, "SecretId")?)
            }
            "GetSecretValue" => {
                only(input, &["SecretId", "VersionStage"])?;
                if input.get("VersionStage").is_some_and(|stage| stage != "AWSCURRENT") {
                    return Err(Fault::not_implemented("a stage other than AWSCURRENT"));
                }
                self.get(text(input, "SecretId")?)
            }
            "PutSecretValue" => {
                only(input, &["SecretId", "SecretString", "ClientRequestToken"])?;
                let id = text(input, "SecretId")?;
                self.put_value(id, text(input, "SecretString")?, input.get("ClientRequestToken"), now_ms)
            }
            other => Err(Fault::unknown_operation("secretsmanager", other)),
        }
    }

    fn get(&self, id: &str) -> Result<Value, Fault> {
        let secrets = self.lock();
        let (name, stored) = find(&secrets, id)?;
        let version = stored.version.as_ref().ok_or_else(|| {
            Fault::new("ResourceNotFoundException", "the secret has no value with the label AWSCURRENT")
        })?;
        Ok(json!({
            "ARN": secret_arn(name),
            "Name": name,
            "VersionId": version.id,
            "VersionStages": ["AWSCURRENT"],
            "SecretString": version.value,
            "CreatedDate": seconds(version.created_ms),
        }))
    }

    fn describe(&self, id: &str) -> Result<Value, Fault> {
        let secrets = self.lock();
        let (name, stored) = find(&secrets, id)?;
        let mut stages = serde_json::Map::new();
        stages.extend(stored.version.as_ref().map(|version| (version.id.clone(), json!(["AWSCURRENT"]))));
        stages.extend(stored.previous_version_id.clone().map(|id| (id, json!(["AWSPREVIOUS"]))));
        Ok(json!({
            "ARN": secret_arn(name),
            "Name": name,
            "CreatedDate": seconds(stored.created_ms),
            "VersionIdsToStages": stages,
        }))
    }

    fn put_value(&self, id: &str, value: &str, token: Option<&Value>, now_ms: i64) -> Result<Value, Fault> {
        let mut secrets = self.lock();
        let name = find(&secrets, id)?.0.to_owned();
        let stored = secrets.entry(name.clone()).or_default();
        let id = token.and_then(Value::as_str).map_or_else(chance::uuid, str::to_owned);
        match &stored.version {
            Some(current) if current.id == id && current.value != value => {
                return Err(Fault::new("ResourceExistsException", "this version has another value"));
            }
            Some(current) if current.id == id => {}
            current => {
                stored.previous_version_id = current.as_ref().map(|version| version.id.clone());
                stored.version =
                    Some(Version { id: id.clone(), created_ms: now_ms, value: value.to_owned() });
                self.data.store(FILE, &*secrets)?;
            }
        }
        Ok(json!({
            "ARN": secret_arn(&name), "Name": name, "VersionId": id, "VersionStages": ["AWSCURRENT"],
        }))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Stored>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A secret by its name, its ARN, or its ARN without the last six characters.
fn find<'a>(secrets: &'a BTreeMap<String, Stored>, id: &str) -> Result<(&'a str, &'a Stored), Fault> {
    let matches = |name: &str| {
        let arn = secret_arn(name);
        id == name || id == arn || arn.rsplit_once('-').is_some_and(|(short, _)| short == id)
    };
    secrets.iter().find(|(name, _)| matches(name)).map(|(name, stored)| (name.as_str(), stored)).ok_or_else(
        || Fault::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    )
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit in 53 bits for 285,000 years")]
fn seconds(at_ms: i64) -> f64 {
    at_ms as f64 / 1000.0
}

fn printable() -> Vec<u8> {
    (b'!'..=b'~').collect()
}

const FILE: &str = "secrets.json";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::template::GenerateString;

    #[test]
    fn a_secret_is_made_once_and_found_by_name_and_arn() {
        let data = DataDir::temporary().unwrap();
        let generate = Some(GenerateString { length: 40, exclude_punctuation: true });
        let declared = [Secret { name: "Pepper".to_owned(), generate }];
        let secrets = Secrets::open(&declared, data.clone(), 0).unwrap();
        let first = secrets.call("GetSecretValue", &json!({ "SecretId": "Pepper" }), 0).unwrap();
        assert_eq!(first["SecretString"].as_str().unwrap().len(), 40);
        let secrets = Secrets::open(&declared, data, 0).unwrap();
        let by_arn = json!({ "SecretId": first["ARN"] });
        assert_eq!(
            secrets.call("GetSecretValue", &by_arn, 0).unwrap()["SecretString"],
            first["SecretString"]
        );

        let put = json!({ "SecretId": "Pepper", "SecretString": "new" });
        let version = secrets.call("PutSecretValue", &put, 5).unwrap()["VersionId"].clone();
        let described = secrets.call("DescribeSecret", &by_arn, 5).unwrap();
        assert_eq!(described["VersionIdsToStages"][version.as_str().unwrap()][0], "AWSCURRENT");
        assert_eq!(secrets.value("Pepper").as_deref(), Some("new"));
        let unknown = secrets.call("GetSecretValue", &json!({ "SecretId": "Salt" }), 0).unwrap_err();
        assert_eq!(unknown.code, "ResourceNotFoundException");
        assert_eq!(
            secrets.call("RotateSecret", &json!({}), 0).unwrap_err().code,
            "UnknownOperationException"
        );
    }
}
