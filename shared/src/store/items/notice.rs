//! The shape of what providers told of messages.

use domain::Timestamp;
use domain::request::{Notice, Noticed};
use domain::value::MessageId;
use serde::{Deserialize, Serialize};

use super::Unreadable;

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct NoticeItem {
    message: String,
    #[serde(default)]
    decided_at: i64,
    notice: String,
    at: i64,
}

impl From<&Noticed> for NoticeItem {
    fn from(it: &Noticed) -> Self {
        let (message, notice) = (it.message.to_string(), it.notice.as_str().to_owned());
        Self { message, decided_at: it.decided_at.unix_ms(), notice, at: it.at.unix_ms() }
    }
}

impl NoticeItem {
    pub(super) fn read(self) -> Result<Noticed, Unreadable> {
        Ok(Noticed {
            message: MessageId::parse(&self.message).map_err(|_| "notice")?,
            decided_at: Timestamp::from_unix_ms(self.decided_at),
            notice: Notice::parse(&self.notice).ok_or("notice")?,
            at: Timestamp::from_unix_ms(self.at),
        })
    }
}
