//! Mails and text messages that the functions sent, kept for people and programs to read.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::disk::{DiskError, Log};

/// A message that left the house.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Sent {
    /// The provider's name for it.
    #[serde(default)]
    pub id: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// `email` or `sms`.
    pub channel: String,
    /// The address or phone number; several are separated by commas.
    pub to: String,
    /// The subject; empty for a text message.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML, empty when there is none.
    pub html: String,
    /// What a text message may cost, and in whose name it goes: the attributes of the call.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

/// All messages, on disk.
#[derive(Debug)]
pub(crate) struct Outbox {
    state: Mutex<(Log, Vec<Sent>)>,
}

impl Outbox {
    pub(crate) fn open(path: PathBuf) -> Result<Self, DiskError> {
        let (log, lines) = Log::open(path.clone())?;
        let sent = lines
            .into_iter()
            .map(serde_json::from_value)
            .collect::<Result<_, _>>()
            .map_err(|error| DiskError::Damaged { path, what: error.to_string() })?;
        Ok(Self { state: Mutex::new((log, sent)) })
    }

    pub(crate) fn add(&self, sent: Sent) -> Result<(), DiskError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.append(&serde_json::json!(sent))?;
        state.1.push(sent);
        Ok(())
    }

    /// Every message, in the order they were sent.
    pub(crate) fn all(&self) -> Vec<Sent> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}
