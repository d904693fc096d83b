//! Validations that are worked off later: what is to be done, and what became of it.
//!
//! An item is written once and worked off from the table's stream, which delivers it at least once. It is
//! its tenant's, and is over after [`KEPT_FOR`].
//!
//! **Invariant:** a password is stored encrypted, and not longer than the work waits.

mod password;

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::value::{DocumentId, ValidationId};
use domain::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_dynamo::from_item;
use zeroize::Zeroizing;

pub use password::PasswordKey;

use super::error::StoreError;
use super::keys;
use super::table::{Table, UPDATE, held};

/// Validations in the table.
#[derive(Debug)]
pub struct Validations {
    table: Table,
    key: PasswordKey,
}

/// A validation to be worked off.
pub struct NewValidation {
    /// Its name.
    pub id: ValidationId,
    /// Who asked for it.
    pub tenant: TenantId,
    /// The file, as an upload.
    pub document: DocumentId,
    /// The content of a detached signature, as an upload.
    pub detached: Option<DocumentId>,
    /// Opens the file.
    pub password: Option<Zeroizing<String>>,
    /// Whether signed files inside are looked at as well.
    pub is_recursive: bool,
    /// The instant to judge at, if not the one of the work.
    pub at: Option<Timestamp>,
}

/// A validation that was asked for.
pub struct Validation {
    /// What is to be done. The password is there only for whoever took it.
    pub task: NewValidation,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What became of it.
    pub progress: Progress,
    /// How often it was taken up.
    pub attempts: u32,
}

/// What became of a validation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Progress {
    /// The report is in S3.
    Done,
    /// There will be no report.
    Failed {
        /// The number that callers look at.
        number: u16,
        /// Why, in a sentence.
        detail: String,
    },
    /// It was not worked off yet.
    Waiting,
}

#[derive(Deserialize, Serialize)]
struct ValidationItem {
    pk: String,
    sk: String,
    id: String,
    tenant: String,
    document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detached: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    is_recursive: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    judged_at: Option<i64>,
    created_at: i64,
    progress: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    attempts: u32,
    purge_at: i64,
}

impl Validations {
    /// The validations in `table`; `key` encrypts their passwords.
    #[must_use]
    pub fn new(client: Client, table: String, key: PasswordKey) -> Self {
        Self { table: Table::new(client, table), key }
    }

    /// Asks for a validation; one of this name that was asked for before is the same, and stays.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn add(&self, task: &NewValidation, now: Timestamp) -> Result<(), StoreError> {
        let pk = keys::validation_pk(&task.tenant, &task.id);
        let item = ValidationItem {
            sk: keys::ONLY.to_owned(),
            id: task.id.to_string(),
            tenant: task.tenant.to_string(),
            document: task.document.to_string(),
            detached: task.detached.as_ref().map(ToString::to_string),
            password: task.password.as_ref().map(|it| self.key.seal(it, &pk)).transpose()?,
            is_recursive: task.is_recursive,
            judged_at: task.at.map(Timestamp::unix_ms),
            created_at: now.unix_ms(),
            progress: WAITING.to_owned(),
            number: None,
            detail: None,
            attempts: 0,
            purge_at: now.plus(KEPT_FOR).unix_seconds(),
            pk,
        };
        let _is_new = self.table.put_new(&item).await?;
        Ok(())
    }

    /// A tenant's validation, without its password.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], also when it is over; [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn load(
        &self,
        tenant: &TenantId,
        id: &ValidationId,
        now: Timestamp,
    ) -> Result<Validation, StoreError> {
        let pk = keys::validation_pk(tenant, id);
        let item: ValidationItem = self.table.get(&pk, keys::ONLY).await?.ok_or(StoreError::NotFound)?;
        let validation = item.read(None)?;
        if now < validation.created_at.plus(KEPT_FOR) { Ok(validation) } else { Err(StoreError::NotFound) }
    }

    /// Takes up a validation that waits, with its password, and counts that; none when it does not wait.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn take(&self, tenant: &TenantId, id: &ValidationId) -> Result<Option<Validation>, StoreError> {
        let pk = keys::validation_pk(tenant, id);
        let sent = self
            .table
            .update(&pk, keys::ONLY)
            .update_expression("SET attempts = attempts + :one")
            .condition_expression("progress = :waiting")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":waiting", AttributeValue::S(WAITING.to_owned()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        let Some(answer) = held(sent, UPDATE)? else { return Ok(None) };
        let item = answer.attributes.ok_or_else(|| StoreError::corrupt(&pk, "no attributes"))?;
        let item: ValidationItem = from_item(item).map_err(|error| StoreError::corrupt(&pk, error))?;
        let password = item.password.as_ref().map(|it| self.key.open(it, &pk)).transpose()?;
        item.read(password).map(Some)
    }

    /// Records what became of a validation that waits, and forgets its password. One that does not wait any
    /// more stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn finish(
        &self,
        tenant: &TenantId,
        id: &ValidationId,
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let mut update = self
            .table
            .update(keys::validation_pk(tenant, id), keys::ONLY)
            .condition_expression("progress = :waiting")
            .expression_attribute_values(":waiting", AttributeValue::S(WAITING.to_owned()));
        update = match progress {
            Progress::Waiting => return Ok(()),
            Progress::Done => update
                .update_expression("SET progress = :progress REMOVE password")
                .expression_attribute_values(":progress", AttributeValue::S(DONE.to_owned())),
            Progress::Failed { number, detail } => update
                .update_expression(
                    "SET progress = :progress, #number = :number, detail = :detail REMOVE password",
                )
                .expression_attribute_names("#number", "number")
                .expression_attribute_values(":progress", AttributeValue::S(FAILED.to_owned()))
                .expression_attribute_values(":number", AttributeValue::N(number.to_string()))
                .expression_attribute_values(":detail", AttributeValue::S(detail.clone())),
        };
        held(update.send().await, UPDATE).map(drop)
    }
}

impl ValidationItem {
    fn read(self, password: Option<Zeroizing<String>>) -> Result<Validation, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt(&self.pk, what);
        let document = |text: &String| DocumentId::parse(text).map_err(|_| corrupt("document"));
        let progress = match self.progress.as_str() {
            WAITING => Progress::Waiting,
            DONE => Progress::Done,
            FAILED => Progress::Failed {
                number: self.number.ok_or_else(|| corrupt("number"))?,
                detail: self.detail.clone().unwrap_or_default(),
            },
            _ => return Err(corrupt("progress")),
        };
        Ok(Validation {
            task: NewValidation {
                id: ValidationId::parse(&self.id).map_err(|_| corrupt("id"))?,
                tenant: TenantId::parse(&self.tenant).map_err(|_| corrupt("tenant"))?,
                document: document(&self.document)?,
                detached: self.detached.as_ref().map(document).transpose()?,
                password,
                is_recursive: self.is_recursive,
                at: self.judged_at.map(Timestamp::from_unix_ms),
            },
            created_at: Timestamp::from_unix_ms(self.created_at),
            progress,
            attempts: self.attempts,
        })
    }
}

/// How long a validation and its report can be read. The bucket's lifecycle, which counts in days, ends the
/// report itself.
const KEPT_FOR: Duration = Duration::from_hours(24);

const WAITING: &str = "waiting";
const DONE: &str = "done";
const FAILED: &str = "failed";
