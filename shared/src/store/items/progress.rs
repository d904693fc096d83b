//! The shapes of what signatories have done.

use domain::request::{Act, Approval, Ceremony, DocumentView, Mark, Mode, Presented, Progress};
use domain::value::Text;
use domain::{Channel, Digest, PersonName, SignatoryId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Unreadable, digest};

#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum ProgressItem {
    Following,
    Pending(CeremonyItem),
    Signed(ActItem),
    Approved { at: i64, document: String, consent: String, channels: Vec<String> },
    Read { at: i64, document: String },
    Delegated { at: i64, to: String },
    NotNeeded { at: i64 },
    Declined { at: i64, reason: Option<String> },
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct CeremonyItem {
    presented_document: Option<String>,
    presented_at: Option<i64>,
    #[serde(default)]
    presented_views: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read_at: Option<i64>,
    codes: u8,
    guesses: u8,
    last_code_at: Option<i64>,
    knowledge_at: Option<i64>,
    knowledge_tries: u8,
    locked: bool,
    reminders: u8,
    reminded_at: Option<i64>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct ActItem {
    order: u32,
    signed_at: i64,
    typed: Option<String>,
    drawn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uploaded: Option<String>,
    document: String,
    consent: String,
    channels: Vec<String>,
    sealed_as: Option<u32>,
}

impl From<&Progress> for ProgressItem {
    fn from(progress: &Progress) -> Self {
        match progress {
            Progress::Following => Self::Following,
            Progress::Pending(it) => Self::Pending(it.into()),
            Progress::Signed(it) => Self::Signed(it.into()),
            Progress::Approved(it) => Self::Approved {
                at: it.at.unix_ms(),
                document: it.document.to_hex(),
                consent: it.consent.to_hex(),
                channels: words(&it.channels),
            },
            Progress::Read { at, document } => Self::Read { at: at.unix_ms(), document: document.to_hex() },
            Progress::Delegated { at, to } => Self::Delegated { at: at.unix_ms(), to: to.to_string() },
            Progress::NotNeeded { at } => Self::NotNeeded { at: at.unix_ms() },
            Progress::Declined { at, reason } => {
                let reason = reason.as_ref().map(|it| it.as_str().to_owned());
                Self::Declined { at: at.unix_ms(), reason }
            }
        }
    }
}

impl ProgressItem {
    pub(super) fn read(self) -> Result<Progress, Unreadable> {
        Ok(match self {
            Self::Following => Progress::Following,
            Self::Pending(it) => Progress::Pending(it.read()?),
            Self::Signed(it) => Progress::Signed(it.read()?),
            Self::Approved { at, document, consent, channels } => Progress::Approved(Approval {
                at: Timestamp::from_unix_ms(at),
                document: digest(&document)?,
                consent: digest(&consent)?,
                channels: read_channels(&channels)?,
            }),
            Self::Read { at, document } => {
                Progress::Read { at: Timestamp::from_unix_ms(at), document: digest(&document)? }
            }
            Self::Delegated { at, to } => Progress::Delegated {
                at: Timestamp::from_unix_ms(at),
                to: SignatoryId::parse(&to).map_err(|_| "delegate")?,
            },
            Self::NotNeeded { at } => Progress::NotNeeded { at: Timestamp::from_unix_ms(at) },
            Self::Declined { at, reason } => {
                Progress::Declined { at: Timestamp::from_unix_ms(at), reason: reason.map(Text::restore) }
            }
        })
    }
}

impl From<&Ceremony> for CeremonyItem {
    fn from(it: &Ceremony) -> Self {
        Self {
            presented_document: it.presented.as_ref().map(|it| it.document.to_hex()),
            presented_at: it.presented.as_ref().map(|it| it.at.unix_ms()),
            presented_views: it
                .presented
                .as_ref()
                .map_or_else(Vec::new, |it| it.views.iter().map(|view| view.as_str().to_owned()).collect()),
            read_at: it.presented.as_ref().and_then(|it| it.read_at).map(Timestamp::unix_ms),
            codes: it.codes,
            guesses: it.guesses,
            last_code_at: it.last_code_at.map(Timestamp::unix_ms),
            knowledge_at: it.knowledge_at.map(Timestamp::unix_ms),
            knowledge_tries: it.knowledge_tries,
            locked: it.locked,
            reminders: it.reminders,
            reminded_at: it.reminded_at.map(Timestamp::unix_ms),
        }
    }
}

impl CeremonyItem {
    fn read(self) -> Result<Ceremony, Unreadable> {
        let presented = match (self.presented_document, self.presented_at) {
            (Some(document), Some(at)) => {
                let views = self.presented_views.iter().map(|it| DocumentView::parse(it).ok_or("view"));
                Some(Presented {
                    document: digest(&document)?,
                    at: Timestamp::from_unix_ms(at),
                    views: views.collect::<Result<_, _>>()?,
                    read_at: self.read_at.map(Timestamp::from_unix_ms),
                })
            }
            _ => None,
        };
        Ok(Ceremony {
            presented,
            codes: self.codes,
            guesses: self.guesses,
            last_code_at: self.last_code_at.map(Timestamp::from_unix_ms),
            knowledge_at: self.knowledge_at.map(Timestamp::from_unix_ms),
            knowledge_tries: self.knowledge_tries,
            locked: self.locked,
            reminders: self.reminders,
            reminded_at: self.reminded_at.map(Timestamp::from_unix_ms),
        })
    }
}

impl From<&Act> for ActItem {
    fn from(act: &Act) -> Self {
        let digest_of =
            |mode: Mode| act.mark.stored().filter(|_| act.mark.mode() == mode).map(Digest::to_hex);
        let typed = match &act.mark {
            Mark::Typed(name) => Some(name.expose().to_owned()),
            Mark::Drawn(_) | Mark::Uploaded(_) => None,
        };
        Self {
            order: act.order,
            signed_at: act.signed_at.unix_ms(),
            typed,
            drawn: digest_of(Mode::Drawn),
            uploaded: digest_of(Mode::Uploaded),
            document: act.document.to_hex(),
            consent: act.consent.to_hex(),
            channels: words(&act.channels),
            sealed_as: act.sealed_as,
        }
    }
}

impl ActItem {
    fn read(self) -> Result<Act, Unreadable> {
        let mark = match (self.typed, self.drawn, self.uploaded) {
            (Some(name), None, None) => Mark::Typed(PersonName::restore(name)),
            (None, Some(drawn), None) => Mark::Drawn(digest(&drawn)?),
            (None, None, Some(uploaded)) => Mark::Uploaded(digest(&uploaded)?),
            _ => return Err("mark"),
        };
        Ok(Act {
            order: self.order,
            signed_at: Timestamp::from_unix_ms(self.signed_at),
            mark,
            document: digest(&self.document)?,
            consent: digest(&self.consent)?,
            channels: read_channels(&self.channels)?,
            sealed_as: self.sealed_as,
        })
    }
}

pub(super) fn words(channels: &[Channel]) -> Vec<String> {
    channels.iter().map(|it| it.as_str().to_owned()).collect()
}

pub(super) fn read_channels(words: &[String]) -> Result<Vec<Channel>, Unreadable> {
    words.iter().map(|it| Channel::parse(it).ok_or("channel")).collect()
}
