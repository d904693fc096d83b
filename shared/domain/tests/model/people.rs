//! People, files and limits of the model.

use domain::otp::{Pepper, Peppers};
use domain::policy::OtpPolicy;
use domain::request::{FileFacts, NewSignatory, Place, Role, SealFacts, SealLevel, SealedBy};
use domain::value::DocumentId;
use domain::{Channels, Digest, EmailAddress, PersonName};

use super::world::{NOON, TICK};

/// Where each signature stands.
pub(crate) const PLACE: Place =
    Place { page: 1, x_points: 50.0, y_points: 50.0, width_points: None, height_points: None, field: None };

pub(crate) fn sealed(evidence_head: Digest) -> SealFacts {
    let level = SealLevel { reached: "B-B".to_owned(), lowered: None };
    let certificate = SealedBy { sha256: Digest::of(b"certificate"), serial: "01".to_owned() };
    SealFacts { file: file(b"revision"), evidence_head, certificate, level }
}

pub(crate) fn file(bytes: &[u8]) -> FileFacts {
    FileFacts {
        id: DocumentId::parse("0123456789abcdef01234567").unwrap(),
        created_at: NOON,
        size_bytes: 5,
        sha256: Digest::of(bytes),
        md5: "0".repeat(32),
        midstate: None,
    }
}

pub(crate) fn person(index: usize) -> NewSignatory {
    NewSignatory {
        role: Role::Signatory,
        stage: 1,
        group: None,
        given_name: PersonName::parse("Ada").unwrap(),
        family_name: PersonName::parse("Lovelace").unwrap(),
        email: Some(EmailAddress::parse(&format!("ada{index}@example.com")).unwrap()),
        mobile: None,
        channels: Channels::Email,
        questions: Vec::new(),
        identity: None,
        attachments: Vec::new(),
        language: None,
        timezone: None,
        otp_text: None,
        places: Vec::new(),
        anchors: Vec::new(),
    }
}

/// Fewer codes and tries than are in force, so that every way to use them up is short.
pub(crate) fn policy() -> OtpPolicy {
    OtpPolicy { ttl: TICK * 2, resend_pause: TICK, max_attempts: 2, max_codes: 2, max_guesses: 4 }
}

pub(crate) fn peppers() -> Peppers {
    Peppers::new(Pepper::new(1, b"pepper"), Vec::new())
}
