//! The shapes of what an integrator chose.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::EmailAddress;
use domain::otp::CodeLength;
use domain::request::{Appearance, Callback, CallbackForm, Mode, QuietHours, Reminders, SigningOptions};
use domain::value::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Unreadable, json};

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct OptionsItem {
    modes: Vec<String>,
    editable: BTreeMap<String, bool>,
    must_read: bool,
    /// Digits of a code; six where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_digits: Option<u8>,
    timezone: String,
    /// JSON text: numbers and empty values keep their form.
    ui: String,
    consent_text: String,
    autocomplete: bool,
    delegation: bool,
    reminders: Option<RemindersItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sender: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct RemindersItem {
    first_after_seconds: u64,
    every_seconds: u64,
    count: u8,
    quiet_from_minute: u16,
    quiet_to_minute: u16,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct CallbackItem {
    url: String,
    field: Option<String>,
    retry: u8,
    headers: BTreeMap<String, String>,
    /// JSON text.
    custom: String,
}

impl From<&SigningOptions> for OptionsItem {
    fn from(options: &SigningOptions) -> Self {
        Self {
            modes: options.modes.iter().map(|it| it.as_str().to_owned()).collect(),
            editable: options.editable.clone(),
            must_read: options.must_read,
            code_digits: Some(options.code_length.digits()),
            timezone: options.timezone.clone(),
            ui: Value::Object(options.ui.members()).to_string(),
            consent_text: options.consent_text.as_str().to_owned(),
            autocomplete: options.autocomplete,
            delegation: options.delegation,
            reminders: options.reminders.map(Into::into),
            sender: options.sender.as_ref().map(|it| it.expose().to_owned()),
            brand: options.brand.clone(),
        }
    }
}

impl OptionsItem {
    pub(super) fn read(self) -> Result<SigningOptions, Unreadable> {
        let sender = self.sender.as_deref().map(EmailAddress::parse).transpose().map_err(|_| "sender")?;
        let code_length =
            self.code_digits.map_or(Some(CodeLength::Six), CodeLength::of).ok_or("code_digits")?;
        let modes = self.modes.iter().map(|it| Mode::parse(it).ok_or("mode"));
        Ok(SigningOptions {
            modes: modes.collect::<Result<_, _>>()?,
            editable: self.editable,
            must_read: self.must_read,
            code_length,
            timezone: self.timezone,
            ui: Box::new(Appearance::restore(&json(&self.ui)?)),
            consent_text: Text::restore(self.consent_text),
            autocomplete: self.autocomplete,
            delegation: self.delegation,
            reminders: self.reminders.map(Into::into),
            sender,
            brand: self.brand,
        })
    }
}

impl From<&Callback> for CallbackItem {
    fn from(callback: &Callback) -> Self {
        let field = match &callback.form {
            CallbackForm::Field(name) => Some(name.clone()),
            CallbackForm::Json => None,
        };
        Self {
            url: callback.url.clone(),
            field,
            retry: callback.retry,
            headers: callback.headers.clone(),
            custom: callback.custom.to_string(),
        }
    }
}

impl CallbackItem {
    pub(super) fn read(self) -> Result<Callback, Unreadable> {
        Ok(Callback {
            url: self.url,
            form: self.field.map_or(CallbackForm::Json, CallbackForm::Field),
            retry: self.retry,
            headers: self.headers,
            custom: json(&self.custom)?,
        })
    }
}

impl From<Reminders> for RemindersItem {
    fn from(it: Reminders) -> Self {
        Self {
            first_after_seconds: it.first_after.as_secs(),
            every_seconds: it.every.as_secs(),
            count: it.count,
            quiet_from_minute: it.quiet.from_minute,
            quiet_to_minute: it.quiet.to_minute,
        }
    }
}

impl From<RemindersItem> for Reminders {
    fn from(it: RemindersItem) -> Self {
        Self {
            first_after: Duration::from_secs(it.first_after_seconds),
            every: Duration::from_secs(it.every_seconds),
            count: it.count,
            quiet: QuietHours { from_minute: it.quiet_from_minute, to_minute: it.quiet_to_minute },
        }
    }
}
