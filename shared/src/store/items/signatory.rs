//! The shapes of signatories and what is asked of them.

use domain::request::{
    AssertedIdentity, AttachedFile, Attachment, AttachmentState, DestinationFrom, Knowledge, Question, Role,
    Signatory,
};
use domain::value::{DocumentId, PhoneNumber, Text};
use domain::{Channels, EmailAddress, PersonName, SignatoryId, Timestamp};
use serde::{Deserialize, Serialize};

use super::document::FileItem;
use super::notice::NoticeItem;
use super::place::{AnchorItem, PlaceItem};
use super::progress::{ProgressItem, read_channels, words};
use super::{Unreadable, digest, salt};

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct SignatoryItem {
    id: String,
    role: String,
    stage: u16,
    group: Option<String>,
    slot: String,
    given_name: String,
    family_name: String,
    email: Option<String>,
    mobile: Option<String>,
    channels: Vec<String>,
    destination_from: String,
    knowledge: Option<KnowledgeItem>,
    identity: Option<IdentityItem>,
    attachments: Vec<AttachmentItem>,
    language: Option<String>,
    timezone: Option<String>,
    otp_text: Option<String>,
    places: Vec<PlaceItem>,
    anchors: Vec<AnchorItem>,
    invited_at: Option<i64>,
    link_generation: u32,
    link_digest: String,
    key_salt: Option<String>,
    erased_at: Option<i64>,
    #[serde(default)]
    notices: Vec<NoticeItem>,
    #[serde(default)]
    free_moves: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_since: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mobile_since: Option<i64>,
    progress: ProgressItem,
}

#[derive(Debug, Deserialize, Serialize)]
struct KnowledgeItem {
    pepper: u32,
    salt: String,
    questions: Vec<QuestionItem>,
}

#[derive(Debug, Deserialize, Serialize)]
struct QuestionItem {
    text: Option<String>,
    mac: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct IdentityItem {
    provider: String,
    reference: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct AttachmentItem {
    id: String,
    name: String,
    description: Option<String>,
    required: bool,
    state: String,
    file: Option<FileItem>,
    content_type: Option<String>,
    rejected_at: Option<i64>,
    reason: Option<String>,
}

impl From<&Signatory> for SignatoryItem {
    fn from(it: &Signatory) -> Self {
        Self {
            id: it.id.to_string(),
            role: it.role.as_str().to_owned(),
            stage: it.stage,
            group: it.group.as_ref().map(|it| it.as_str().to_owned()),
            slot: it.slot.to_string(),
            given_name: it.given_name.expose().to_owned(),
            family_name: it.family_name.expose().to_owned(),
            email: it.email.as_ref().map(|it| it.expose().to_owned()),
            mobile: it.mobile.as_ref().map(|it| it.expose().to_owned()),
            channels: words(it.channels.each()),
            destination_from: it.destination_from.as_str().to_owned(),
            knowledge: it.knowledge.as_ref().map(Into::into),
            identity: it.identity.as_ref().map(|it| IdentityItem {
                provider: it.provider.as_str().to_owned(),
                reference: it.reference.as_str().to_owned(),
            }),
            attachments: it.attachments.iter().map(Into::into).collect(),
            language: it.language.clone(),
            timezone: it.timezone.clone(),
            otp_text: it.otp_text.as_ref().map(|it| it.as_str().to_owned()),
            places: it.places.iter().map(Into::into).collect(),
            anchors: it.anchors.iter().map(Into::into).collect(),
            invited_at: it.invited_at.map(Timestamp::unix_ms),
            link_generation: it.link_generation,
            link_digest: it.link_digest.to_hex(),
            key_salt: it.key_salt.map(hex::encode),
            erased_at: it.erased_at.map(Timestamp::unix_ms),
            notices: it.notices.iter().map(Into::into).collect(),
            free_moves: it.free_moves,
            email_since: it.email_since.map(Timestamp::unix_ms),
            mobile_since: it.mobile_since.map(Timestamp::unix_ms),
            progress: (&it.progress).into(),
        }
    }
}

impl SignatoryItem {
    pub(super) fn read(self) -> Result<Signatory, Unreadable> {
        let channels = Channels::of(&read_channels(&self.channels)?).ok_or("channels")?;
        Ok(Signatory {
            id: SignatoryId::parse(&self.id).map_err(|_| "signatory id")?,
            role: Role::parse(&self.role).ok_or("role")?,
            stage: self.stage,
            group: self.group.map(Text::restore),
            slot: SignatoryId::parse(&self.slot).map_err(|_| "slot")?,
            given_name: PersonName::restore(self.given_name),
            family_name: PersonName::restore(self.family_name),
            email: self.email.map(|it| EmailAddress::parse(&it)).transpose().map_err(|_| "email")?,
            mobile: self.mobile.map(|it| PhoneNumber::parse(&it)).transpose().map_err(|_| "mobile")?,
            channels,
            destination_from: DestinationFrom::parse(&self.destination_from).ok_or("destination_from")?,
            knowledge: self.knowledge.map(KnowledgeItem::read).transpose()?,
            identity: self.identity.map(IdentityItem::read),
            attachments: self.attachments.into_iter().map(AttachmentItem::read).collect::<Result<_, _>>()?,
            language: self.language,
            timezone: self.timezone,
            otp_text: self.otp_text.map(Text::restore),
            places: self.places.into_iter().map(PlaceItem::read).collect(),
            anchors: self.anchors.into_iter().map(AnchorItem::read).collect(),
            invited_at: self.invited_at.map(Timestamp::from_unix_ms),
            link_generation: self.link_generation,
            link_digest: digest(&self.link_digest)?,
            key_salt: self.key_salt.map(|it| salt(&it)).transpose()?,
            erased_at: self.erased_at.map(Timestamp::from_unix_ms),
            notices: self.notices.into_iter().map(NoticeItem::read).collect::<Result<_, _>>()?,
            free_moves: self.free_moves,
            email_since: self.email_since.map(Timestamp::from_unix_ms),
            mobile_since: self.mobile_since.map(Timestamp::from_unix_ms),
            progress: self.progress.read()?,
        })
    }
}

impl From<&Knowledge> for KnowledgeItem {
    fn from(it: &Knowledge) -> Self {
        let questions = it.questions.iter().map(|it| QuestionItem {
            text: it.text.as_ref().map(|it| it.as_str().to_owned()),
            mac: it.mac.to_hex(),
        });
        Self { pepper: it.pepper, salt: hex::encode(it.salt), questions: questions.collect() }
    }
}

impl KnowledgeItem {
    fn read(self) -> Result<Knowledge, Unreadable> {
        let questions = self.questions.into_iter().map(|it| {
            let text = it.text.map(Text::restore);
            Ok(Question { text, mac: digest(&it.mac)? })
        });
        Ok(Knowledge {
            pepper: self.pepper,
            salt: salt(&self.salt)?,
            questions: questions.collect::<Result<_, Unreadable>>()?,
        })
    }
}

impl IdentityItem {
    fn read(self) -> AssertedIdentity {
        let (provider, reference) = (Text::restore(self.provider), Text::restore(self.reference));
        AssertedIdentity { provider, reference }
    }
}

impl From<&Attachment> for AttachmentItem {
    fn from(it: &Attachment) -> Self {
        let rejected = match &it.state {
            AttachmentState::Rejected { at, reason } => Some((at.unix_ms(), reason.as_str().to_owned())),
            AttachmentState::Awaited | AttachmentState::Provided(_) | AttachmentState::Accepted(_) => None,
        };
        Self {
            id: it.id.to_string(),
            name: it.name.as_str().to_owned(),
            description: it.description.as_ref().map(|it| it.as_str().to_owned()),
            required: it.required,
            state: it.state.as_str().to_owned(),
            file: it.file().map(|it| (&it.file).into()),
            content_type: it.file().map(|it| it.content_type.clone()),
            rejected_at: rejected.as_ref().map(|(at, _)| *at),
            reason: rejected.map(|(_, reason)| reason),
        }
    }
}

impl AttachmentItem {
    fn read(self) -> Result<Attachment, Unreadable> {
        let file = |file: Option<FileItem>, content_type: Option<String>| {
            let file = file.ok_or("attachment file")?.read()?;
            Ok::<_, Unreadable>(AttachedFile { file, content_type: content_type.ok_or("content_type")? })
        };
        let state = match self.state.as_str() {
            "AWAITED" => AttachmentState::Awaited,
            "PROVIDED" => AttachmentState::Provided(file(self.file, self.content_type)?),
            "ACCEPTED" => AttachmentState::Accepted(file(self.file, self.content_type)?),
            "REJECTED" => AttachmentState::Rejected {
                at: self.rejected_at.map(Timestamp::from_unix_ms).ok_or("rejected_at")?,
                reason: Text::restore(self.reason.ok_or("reason")?),
            },
            _ => return Err("attachment state"),
        };
        Ok(Attachment {
            id: DocumentId::parse(&self.id).map_err(|_| "attachment id")?,
            name: Text::restore(self.name),
            description: self.description.map(Text::restore),
            required: self.required,
            state,
        })
    }
}
