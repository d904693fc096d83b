//! Values that are checked once, where they come in.

mod color;
mod digest;
mod email;
mod id;
mod language;
mod link;
mod phone;
mod text;
mod time;
mod web;

pub use color::{Color, MIN_CONTRAST};
pub use digest::Digest;
pub use email::EmailAddress;
pub use id::{
    CredentialId, DocumentId, MessageId, RequestId, SignatoryId, TenantId, ThemeName, ValidationId, WebhookId,
};
pub use language::Language;
pub use link::{LinkKey, LinkToken};
pub use phone::{Country, Line, PhoneNumber, SmsPolicy, SmsRefusal};
pub use text::{MAX_NAME_CHARS, PersonName, Text};
pub use time::Timestamp;
pub use web::{MAX_WEB_ADDRESS_CHARS, WebAddress, WebFault, WebOrigin};
