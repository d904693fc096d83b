//! Parameters, tables, buckets, queues and secrets, from their properties.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::resource::{Bucket, GenerateString, Queue, Secret, StreamView, Table};
use super::{TemplateError, name_in_arn, text_of, typed};

/// A parameter's definition.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Parameter {
    r#type: String,
    default: Option<Value>,
    #[serde(default)]
    allowed_values: Vec<Value>,
    min_value: Option<f64>,
    max_value: Option<f64>,
    #[serde(rename = "Description")]
    _description: Option<String>,
}

impl Parameter {
    /// The given value, or the default, checked against the definition.
    pub(super) fn value(&self, name: &str, given: Option<&String>) -> Result<String, TemplateError> {
        let refuse = |why: &str| TemplateError::Parameter { name: name.to_owned(), why: why.to_owned() };
        let value = match (given, &self.default) {
            (Some(value), _) => value.clone(),
            (None, Some(default)) => text_of(name, default)?,
            (None, None) => return Err(refuse("has no value and no default")),
        };
        match self.r#type.as_str() {
            "String" => {}
            "Number" => {
                let number: f64 = value.parse().map_err(|_| refuse("is not a number"))?;
                let low = self.min_value.is_some_and(|least| number < least);
                let high = self.max_value.is_some_and(|most| number > most);
                if low || high {
                    return Err(refuse("is outside its bounds"));
                }
            }
            other => return Err(refuse(&format!("has the type {other}, which is not known"))),
        }
        if !self.allowed_values.is_empty() {
            let mut allowed = self.allowed_values.iter().map(|it| text_of(name, it));
            if !allowed.any(|it| it.is_ok_and(|it| it == value)) {
                return Err(refuse("is not one of its allowed values"));
            }
        }
        Ok(value)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct TopicProperties {
    #[serde(rename = "DisplayName")]
    _display: Option<String>,
    #[serde(rename = "KmsMasterKeyId")]
    _key: Option<Value>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
    #[serde(rename = "TopicName")]
    _name: Option<String>,
}

/// `_`-named fields are settings that are read so that a misspelling is noticed, and mean nothing on one machine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct TableProperties {
    attribute_definitions: Value,
    key_schema: Vec<KeyElement>,
    #[serde(default)]
    global_secondary_indexes: Option<Value>,
    #[serde(default)]
    local_secondary_indexes: Option<Value>,
    stream_specification: Option<StreamSpecification>,
    time_to_live_specification: Option<TimeToLive>,
    #[serde(rename = "BillingMode")]
    _billing_mode: Option<String>,
    #[serde(rename = "DeletionProtectionEnabled")]
    _deletion_protection: Option<Value>,
    #[serde(rename = "PointInTimeRecoverySpecification")]
    _point_in_time_recovery: Option<Value>,
    #[serde(rename = "SSESpecification")]
    _encryption: Option<Value>,
    #[serde(rename = "TableName")]
    _table_name: Option<String>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct KeyElement {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct StreamSpecification {
    stream_view_type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct TimeToLive {
    attribute_name: String,
    enabled: Value,
}

pub(super) fn table(id: &str, name: String, properties: Value) -> Result<Table, TemplateError> {
    let properties: TableProperties = typed(id, properties)?;
    let key = |kind: &str| properties.key_schema.iter().find(|it| it.key_type == kind);
    let hash_key = key("HASH").ok_or_else(|| missing(id, "KeySchema"))?.attribute_name.clone();
    let range_key = key("RANGE").map(|it| it.attribute_name.clone());
    let stream = match &properties.stream_specification {
        None => None,
        Some(stream) => Some(match stream.stream_view_type.as_str() {
            "KEYS_ONLY" => StreamView::KeysOnly,
            "NEW_IMAGE" => StreamView::NewImage,
            _ => {
                return Err(TemplateError::Malformed {
                    at: format!("{id}.StreamSpecification"),
                    expected: "KEYS_ONLY or NEW_IMAGE, the views that are derived here",
                });
            }
        }),
    };
    let ttl_attribute =
        properties.time_to_live_specification.filter(|it| flag(&it.enabled)).map(|it| it.attribute_name);
    let schema: Vec<Value> = properties
        .key_schema
        .iter()
        .map(|it| json!({ "AttributeName": it.attribute_name, "KeyType": it.key_type }))
        .collect();
    let mut create = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": properties.attribute_definitions,
        "KeySchema": schema,
    });
    if let Some(request) = create.as_object_mut() {
        let indexes = [
            ("GlobalSecondaryIndexes", properties.global_secondary_indexes),
            ("LocalSecondaryIndexes", properties.local_secondary_indexes),
        ];
        for (key, value) in indexes {
            value.map(|value| request.insert(key.to_owned(), value));
        }
    }
    Ok(Table { name, create, hash_key, range_key, stream, ttl_attribute })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct BucketProperties {
    #[serde(rename = "BucketEncryption")]
    _encryption: Option<Value>,
    #[serde(rename = "BucketName")]
    _name: Option<String>,
    /// Nothing expires here: three months are longer than a trial.
    #[serde(rename = "LifecycleConfiguration")]
    _lifecycle: Option<Value>,
    /// Objects that are to be locked are refused here: a lock that can be broken by deleting a file is none.
    #[serde(rename = "ObjectLockEnabled")]
    _object_lock: Option<Value>,
    #[serde(rename = "OwnershipControls")]
    _ownership: Option<Value>,
    #[serde(rename = "PublicAccessBlockConfiguration")]
    _public_access: Option<Value>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
    /// The only versions kept here are the current ones; asking for another is refused.
    #[serde(rename = "VersioningConfiguration")]
    _versioning: Option<Value>,
}

pub(super) fn bucket(id: &str, name: String, properties: Value) -> Result<Bucket, TemplateError> {
    let _known: BucketProperties = typed(id, properties)?;
    Ok(Bucket { name })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct QueueProperties {
    visibility_timeout: Option<u64>,
    delay_seconds: Option<u64>,
    redrive_policy: Option<RedrivePolicy>,
    #[serde(rename = "KmsMasterKeyId")]
    _key: Option<Value>,
    /// Messages are kept here until they are consumed.
    #[serde(rename = "MessageRetentionPeriod")]
    _retention: Option<Value>,
    #[serde(rename = "QueueName")]
    _name: Option<String>,
    #[serde(rename = "SqsManagedSseEnabled")]
    _encryption: Option<Value>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    max_receive_count: u32,
}

/// A topic has nothing that means anything here but its name; a setting that would is not known.
pub(super) fn topic(id: &str, properties: Value) -> Result<(), TemplateError> {
    typed::<TopicProperties>(id, properties).map(drop)
}

pub(super) fn queue(id: &str, name: String, properties: Value) -> Result<Queue, TemplateError> {
    let properties: QueueProperties = typed(id, properties)?;
    let redrive = match properties.redrive_policy {
        None => None,
        Some(policy) => {
            Some((name_in_arn(id, &policy.dead_letter_target_arn)?.to_owned(), policy.max_receive_count))
        }
    };
    Ok(Queue {
        name,
        visibility_timeout: Duration::from_secs(properties.visibility_timeout.unwrap_or(30)),
        delay: Duration::from_secs(properties.delay_seconds.unwrap_or(0)),
        redrive,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct SecretProperties {
    generate_secret_string: Option<GenerateSecretString>,
    #[serde(rename = "Description")]
    _description: Option<String>,
    #[serde(rename = "KmsKeyId")]
    _key: Option<Value>,
    #[serde(rename = "Name")]
    _name: Option<String>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct GenerateSecretString {
    password_length: Option<usize>,
    exclude_punctuation: Option<bool>,
}

pub(super) fn secret(id: &str, name: String, properties: Value) -> Result<Secret, TemplateError> {
    let properties: SecretProperties = typed(id, properties)?;
    let generate = properties.generate_secret_string.map(|it| GenerateString {
        length: it.password_length.unwrap_or(32),
        exclude_punctuation: it.exclude_punctuation.unwrap_or(false),
    });
    Ok(Secret { name, generate })
}

/// `true`, also when a parameter spells it as text.
pub(super) fn flag(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str() == Some("true")
}

fn missing(id: &str, property: &str) -> TemplateError {
    TemplateError::Property { at: id.to_owned(), why: format!("{property} is missing") }
}
