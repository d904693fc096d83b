//! Values that are checked once, where they come in.

mod digest;
mod email;
mod id;
mod language;
mod link;
mod phone;
mod text;
mod time;

pub use digest::Digest;
pub use email::EmailAddress;
pub use id::{DocumentId, MessageId, RequestId, SignatoryId, TenantId, ValidationId};
pub use language::Language;
pub use link::{LinkKey, LinkToken};
pub use phone::{Country, Line, PhoneNumber, SmsPolicy, SmsRefusal};
pub use text::{MAX_NAME_CHARS, PersonName, Text};
pub use time::Timestamp;
