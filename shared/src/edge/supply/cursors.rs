//! What lists need that are read page by page.

use super::{Supply, startup};
use crate::edge::config::ConfigError;
use crate::edge::cursor::CursorKey;
use crate::outbound::Keyring;

impl Supply<'_> {
    /// The key of cursors, derived from that of signing links. `LINK_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name is missing or the secret cannot be read.
    pub async fn cursors(&self) -> Result<CursorKey, ConfigError> {
        let keyring = self.secrets.keyring(&self.env.required("LINK_SECRET")?).await.map_err(startup)?;
        Ok(cursor_key(&keyring))
    }

    /// The key of cursors of what was told, derived from that of subscriptions. `WEBHOOK_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name is missing or the secret cannot be read.
    pub async fn webhook_cursors(&self) -> Result<CursorKey, ConfigError> {
        let keyring = self.secrets.keyring(&self.env.required("WEBHOOK_SECRET")?).await.map_err(startup)?;
        Ok(cursor_key(&keyring))
    }
}

/// The key of cursors that is derived from a keyring.
pub(super) fn cursor_key(keyring: &Keyring) -> CursorKey {
    CursorKey::new(keyring.current().1).and_earlier(keyring.earlier().map(|(_, material)| material))
}
