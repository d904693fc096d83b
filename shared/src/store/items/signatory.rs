//! The shapes of signatories and what they have done.

use domain::request::{Act, Ceremony, Channel, Mark, Presented, Progress, Signatory};
use domain::{EmailAddress, PersonName, SignatoryId, Timestamp};
use serde::{Deserialize, Serialize};

use super::notice::NoticeItem;
use super::place::{AnchorItem, PlaceItem};
use super::{Unreadable, digest, salt, text};

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct SignatoryItem {
    id: String,
    given_name: String,
    family_name: String,
    email: String,
    mobile: Option<String>,
    channel: String,
    language: Option<String>,
    otp_text: Option<String>,
    places: Vec<PlaceItem>,
    #[serde(default)]
    anchors: Vec<AnchorItem>,
    link_generation: u32,
    link_digest: String,
    key_salt: Option<String>,
    #[serde(default)]
    notices: Vec<NoticeItem>,
    progress: ProgressItem,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum ProgressItem {
    Pending {
        presented_document: Option<String>,
        presented_at: Option<i64>,
        codes: u8,
        last_code_at: Option<i64>,
        locked: bool,
    },
    Signed {
        order: u32,
        signed_at: i64,
        typed: Option<String>,
        drawn: Option<String>,
        document: String,
        consent: String,
        sealed_as: Option<u32>,
    },
    Declined {
        at: i64,
        reason: Option<String>,
    },
}

impl From<&Signatory> for SignatoryItem {
    fn from(it: &Signatory) -> Self {
        Self {
            id: it.id.to_string(),
            given_name: it.given_name.expose().to_owned(),
            family_name: it.family_name.expose().to_owned(),
            email: it.email.expose().to_owned(),
            mobile: it.mobile.as_ref().map(|it| it.expose().to_owned()),
            channel: it.channel.as_str().to_owned(),
            language: it.language.clone(),
            otp_text: it.otp_text.as_ref().map(|it| it.as_str().to_owned()),
            places: it.places.iter().map(Into::into).collect(),
            anchors: it.anchors.iter().map(Into::into).collect(),
            link_generation: it.link_generation,
            link_digest: it.link_digest.to_hex(),
            key_salt: it.key_salt.map(hex::encode),
            notices: it.notices.iter().map(Into::into).collect(),
            progress: (&it.progress).into(),
        }
    }
}

impl SignatoryItem {
    pub(super) fn read(self) -> Result<Signatory, Unreadable> {
        if self.channel != Channel::Email.as_str() {
            return Err("channel");
        }
        Ok(Signatory {
            id: SignatoryId::parse(&self.id).map_err(|_| "signatory id")?,
            given_name: PersonName::parse(&self.given_name).map_err(|_| "given_name")?,
            family_name: PersonName::parse(&self.family_name).map_err(|_| "family_name")?,
            email: EmailAddress::parse(&self.email).map_err(|_| "email")?,
            mobile: self.mobile.map(|it| PersonName::parse(&it)).transpose().map_err(|_| "mobile")?,
            channel: Channel::Email,
            language: self.language,
            otp_text: self.otp_text.map(|it| text(&it, "otp_text")).transpose()?,
            places: self.places.into_iter().map(PlaceItem::read).collect(),
            anchors: self.anchors.into_iter().map(AnchorItem::read).collect(),
            link_generation: self.link_generation,
            link_digest: digest(&self.link_digest)?,
            key_salt: self.key_salt.map(|it| salt(&it)).transpose()?,
            notices: self.notices.into_iter().map(NoticeItem::read).collect::<Result<_, _>>()?,
            progress: self.progress.read()?,
        })
    }
}

impl From<&Progress> for ProgressItem {
    fn from(progress: &Progress) -> Self {
        match progress {
            Progress::Pending(it) => Self::Pending {
                presented_document: it.presented.as_ref().map(|it| it.document.to_hex()),
                presented_at: it.presented.as_ref().map(|it| it.at.unix_ms()),
                codes: it.codes,
                last_code_at: it.last_code_at.map(Timestamp::unix_ms),
                locked: it.locked,
            },
            Progress::Signed(act) => {
                let (typed, drawn) = match &act.mark {
                    Mark::Drawn(digest) => (None, Some(digest.to_hex())),
                    Mark::Typed(name) => (Some(name.expose().to_owned()), None),
                };
                Self::Signed {
                    order: act.order,
                    signed_at: act.signed_at.unix_ms(),
                    typed,
                    drawn,
                    document: act.document.to_hex(),
                    consent: act.consent.to_hex(),
                    sealed_as: act.sealed_as,
                }
            }
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
            Self::Pending { presented_document, presented_at, codes, last_code_at, locked } => {
                let presented = match (presented_document, presented_at) {
                    (Some(document), Some(at)) => {
                        Some(Presented { document: digest(&document)?, at: Timestamp::from_unix_ms(at) })
                    }
                    _ => None,
                };
                let last_code_at = last_code_at.map(Timestamp::from_unix_ms);
                Progress::Pending(Ceremony { presented, codes, last_code_at, locked })
            }
            Self::Signed { order, signed_at, typed, drawn, document, consent, sealed_as } => {
                let mark = match (typed, drawn) {
                    (Some(name), None) => Mark::Typed(PersonName::parse(&name).map_err(|_| "mark")?),
                    (None, Some(strokes)) => Mark::Drawn(digest(&strokes)?),
                    _ => return Err("mark"),
                };
                Progress::Signed(Act {
                    order,
                    signed_at: Timestamp::from_unix_ms(signed_at),
                    mark,
                    document: digest(&document)?,
                    consent: digest(&consent)?,
                    sealed_as,
                })
            }
            Self::Declined { at, reason } => Progress::Declined {
                at: Timestamp::from_unix_ms(at),
                reason: reason.map(|it| text(&it, "reason")).transpose()?,
            },
        })
    }
}
