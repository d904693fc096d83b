//! What managed e-mail signatures need.

use super::cursors::cursor_key;
use super::{Supply, startup};
use crate::closing::EmailSignatureKeys;
use crate::edge::config::ConfigError;
use crate::edge::connector_queue::ConnectorQueue;
use crate::edge::cursor::CursorKey;
use crate::store::{ConnectorKey, Connectors, Counts, EmailSignatures, People};

impl Supply<'_> {
    /// What e-mail signatures are made of, and whose they are. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn email_signatures(&self) -> Result<(EmailSignatures, People), ConfigError> {
        let table = self.env.required("REQUESTS_TABLE")?;
        let people = People::new(self.aws.dynamodb(), table.clone());
        Ok((EmailSignatures::new(self.aws.dynamodb(), table), people))
    }

    /// How often e-mail signatures were made, opened and clicked. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn email_signature_counts(&self) -> Result<Counts, ConfigError> {
        Ok(Counts::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?))
    }

    /// The keys of what stands in e-mail signatures, and of cursors of lists about them. `EMAIL_SIGNATURE_SECRET`;
    /// `SIGNATURE_LINK_URL`, the address of the API itself if unset.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name is missing or the secret cannot be read.
    pub async fn email_signature_keys(&self) -> Result<(EmailSignatureKeys, CursorKey), ConfigError> {
        let secret = self.env.required("EMAIL_SIGNATURE_SECRET")?;
        let keyring = self.secrets.keyring(&secret).await.map_err(startup)?;
        let (current, earlier) = (keyring.current().1, keyring.earlier().map(|(_, material)| material));
        let keys = EmailSignatureKeys::new(current, earlier).at(self.env.optional("SIGNATURE_LINK_URL"));
        Ok((keys, cursor_key(&keyring)))
    }

    /// Connectors of e-mail signatures, and their runs. `REQUESTS_TABLE`, `CONNECTOR_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing or the secret cannot be read.
    pub async fn connectors(&self) -> Result<Connectors, ConfigError> {
        let table = self.env.required("REQUESTS_TABLE")?;
        let keyring = self.secrets.keyring(&self.env.required("CONNECTOR_SECRET")?).await.map_err(startup)?;
        Ok(Connectors::new(self.aws.dynamodb(), table, ConnectorKey::new(keyring.versions())))
    }

    /// The queue of runs of connectors. `CONNECTOR_QUEUE_URL`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn connector_queue(&self) -> Result<ConnectorQueue, ConfigError> {
        Ok(ConnectorQueue::new(self.aws.sqs(), self.env.required("CONNECTOR_QUEUE_URL")?))
    }
}
