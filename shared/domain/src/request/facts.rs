//! What is known of a request in any state.

use std::collections::BTreeMap;

use serde_json::Value;

use super::appearance::Appearance;
use super::filing::Filing;
use super::progress::{Mode, Progress};
use super::remind::Reminders;
use super::retention::Retention;
use super::signatory::Signatory;
use crate::evidence::{ChainHead, Owner};
use crate::otp::CodeLength;
use crate::value::{DocumentId, Text};
use crate::{Digest, EmailAddress, Refusal, RequestId, SignatoryId, TenantId, Timestamp};

/// What is known of a request in any state. Plain data behind a request: whoever holds a
/// [`Request`](super::Request) can read it, only moves change it.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Names the request.
    pub id: RequestId,
    /// Whose request it is.
    pub tenant: TenantId,
    /// How often it was stored; zero before the first time.
    pub version: u64,
    /// The end of its evidence chain.
    pub chain: ChainHead,
    /// The end of its custody chain.
    pub custody: ChainHead,
    /// How many notifications integrators were told of it.
    pub notifications: u64,
    /// How many readings of its evidence were recorded: they change nothing that is shown.
    pub readings: u64,
    /// When a copy of its evidence last fell due, or will.
    pub copy_due_at: Option<Timestamp>,
    /// How long its documents and its evidence are kept.
    pub retention: Retention,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// From this instant on nobody can sign.
    pub expires_at: Timestamp,
    /// When it reached a state that it does not leave.
    pub closed_at: Option<Timestamp>,
    /// When its documents were deleted on demand.
    pub deleted_at: Option<Timestamp>,
    /// When everyone's personal values were erased.
    pub erased_at: Option<Timestamp>,
    /// Since when nothing of it may be erased or deleted.
    pub held_at: Option<Timestamp>,
    /// When everyone had acted, where the integrator completes the request.
    pub ready_at: Option<Timestamp>,
    /// Whether nobody can act until the integrator activates it.
    pub draft: bool,
    /// Where the integrator keeps it.
    pub filing: Filing,
    /// What signing links start with, without a final slash.
    pub public_url: String,
    /// Who asks, as signatories read it.
    pub requester: Text,
    /// The title of the document, as signatories read it.
    pub title: Option<Text>,
    /// More words about it.
    pub description: Option<Text>,
    /// The documents as they were sent.
    pub inputs: Vec<InputDocument>,
    /// Who is to sign.
    pub signatories: Vec<Signatory>,
    /// How they sign.
    pub options: SigningOptions,
    /// Where the integrator wants to be told.
    pub callback: Option<Callback>,
    /// Salt of the integrator's data key; without it the integrator's disclosures cannot be read.
    pub integrator_key_salt: Option<[u8; 32]>,
}

impl Facts {
    /// The signatory of this name.
    #[must_use]
    pub fn signatory(&self, id: &SignatoryId) -> Option<&Signatory> {
        self.signatories.iter().find(|it| it.id == *id)
    }

    /// The salt of an owner's data key; none once it was destroyed.
    #[must_use]
    pub fn key_salt(&self, owner: &Owner) -> Option<&[u8; 32]> {
        match owner {
            Owner::Integrator => self.integrator_key_salt.as_ref(),
            Owner::Signatory(id) => self.signatory(id).and_then(|it| it.key_salt.as_ref()),
        }
    }

    /// How many signatories have signed.
    #[must_use]
    pub fn signed_count(&self) -> usize {
        self.signatories.iter().filter(|it| matches!(it.progress, Progress::Signed(_))).count()
    }

    pub(super) fn before_deadline(&self, now: Timestamp) -> Result<(), Refusal> {
        if now >= self.expires_at {
            Err(Refusal::RequestExpired { expired_at: self.expires_at })
        } else {
            Ok(())
        }
    }

    pub(super) fn signatory_mut(&mut self, id: &SignatoryId) -> Result<&mut Signatory, Refusal> {
        self.signatories.iter_mut().find(|it| it.id == *id).ok_or(Refusal::SignatoryNotPending)
    }
}

/// A document as it was sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InputDocument {
    /// Names it.
    pub id: DocumentId,
    /// How it came.
    pub source: InputSource,
    /// The file, once it has arrived.
    pub file: Option<FileFacts>,
    /// Whether the file was broken and had to be repaired before anyone could sign it.
    pub repaired: bool,
}

/// How a document came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InputSource {
    /// In the request, as base64.
    Base64,
    /// From an address that we fetch.
    Remote,
    /// From an earlier presigned upload.
    Upload,
}

impl InputSource {
    /// Its word on the wire and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Remote => "remote",
            Self::Upload => "upload",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Base64, Self::Remote, Self::Upload].into_iter().find(|it| it.as_str() == text)
    }
}

/// What is known of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileFacts {
    /// Names it.
    pub id: DocumentId,
    /// When it was made or arrived.
    pub created_at: Timestamp,
    /// Its length.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: Digest,
    /// Its MD5, in hexadecimal: a dialect shows it; nothing relies on it.
    pub md5: String,
    /// Where the computation of its SHA-256 stopped, as hexadecimal of whoever computes it: what is appended
    /// goes on from there. Kept with large files only; it counts only if it leads to `sha256`.
    pub midstate: Option<String>,
}

/// One seal upon the document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revision {
    /// From 1, in the order of the file.
    pub number: u32,
    /// Whose act it seals.
    pub signatory: SignatoryId,
    /// The whole file up to and with this revision.
    pub file: FileFacts,
}

/// How signatories sign.
#[derive(Clone, Debug, PartialEq)]
pub struct SigningOptions {
    /// The ways of making a mark that were named; at least one.
    pub modes: Vec<Mode>,
    /// Whether a signatory may correct name, mobile number, address.
    pub editable: BTreeMap<String, bool>,
    /// Whether the whole document must be scrolled through before signing.
    pub must_read: bool,
    /// How many digits the codes have.
    pub code_length: CodeLength,
    /// IANA name of the zone that dates on the document are written in.
    pub timezone: String,
    /// How the signing page looks, and where it leads back to.
    pub ui: Box<Appearance>,
    /// What signatories agree to before they get a code.
    pub consent_text: Text,
    /// Whether the request completes by itself once everyone has acted.
    pub autocomplete: bool,
    /// Whether a signatory may pass the task on to another.
    pub delegation: bool,
    /// When signatories who have not acted are reminded, if they are.
    pub reminders: Option<Reminders>,
    /// Whose managed signature closes the mails, if anybody's.
    pub sender: Option<EmailAddress>,
    /// The brand in whose name the sender writes, where the request names one.
    pub brand: Option<String>,
}

impl SigningOptions {
    /// Whether a mark may be made in this way.
    ///
    /// Where nothing but drawing was named a picture may be brought as well: not everyone can draw, and there must
    /// be a way without a pointer ([WCAG 2.2], success criteria 2.1.1 and 2.5.7). A request that names another mode
    /// has such a way, and decides about pictures itself.
    ///
    /// [WCAG 2.2]: https://www.w3.org/TR/WCAG22/
    #[must_use]
    pub fn allows(&self, mode: Mode) -> bool {
        self.modes.contains(&mode)
            || (mode == Mode::Uploaded && self.modes.iter().all(|named| *named == Mode::Drawn))
    }

    /// SHA-256 of the consent text.
    #[must_use]
    pub fn consent_digest(&self) -> Digest {
        Digest::of(self.consent_text.as_str().as_bytes())
    }
}

/// Where the integrator wants to be told.
#[derive(Clone, PartialEq)]
pub struct Callback {
    /// The address.
    pub url: String,
    /// How the body is written.
    pub form: CallbackForm,
    /// How often a temporary failure is tried again, 0 to 5.
    pub retry: u8,
    /// Sent along. They hold secrets: the store of callbacks encrypts each value, and opens it for the call.
    pub headers: BTreeMap<String, String>,
    /// Echoed back.
    pub custom: Value,
}

impl std::fmt::Debug for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callback")
            .field("form", &self.form)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// How a callback's body is written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CallbackForm {
    /// The JSON in one field of a form.
    Field(String),
    /// JSON.
    Json,
}

/// Signatories of one request: a transaction that opens a request stores one message for each, and has
/// room for 100 actions.
pub const MAX_SIGNATORIES: usize = 50;
/// The same, with those to whom others delegated.
pub const MAX_PEOPLE: usize = 60;
