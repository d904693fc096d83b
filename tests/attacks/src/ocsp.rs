//! OCSP responses (RFC 6960), right ones and wrong ones.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rcgen::SigningKey as _;

use crate::{
    authority::{NOW, Signer},
    cms::{ECDSA_SHA256, generalized_time},
    der::{self, OCTETS},
};

/// What a response says, and who signs it.
pub struct Answer<'a> {
    /// Whose status it is.
    pub about: &'a Signer,
    /// Who signs.
    pub by: &'a Signer,
    /// Whether the responder's certificate is inside.
    pub carried: bool,
    /// The status.
    pub status: Status,
    /// When it was made, relative to [`NOW`], in seconds.
    pub made: i64,
    /// Until when it is to be used, in the same way.
    pub until: i64,
    /// What its signature is over, where that is not the response.
    pub signed: Option<&'a [u8]>,
}

/// Status of a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// Not revoked.
    Good,
    /// Revoked a day before [`NOW`].
    Revoked,
    /// The responder does not know it.
    Unknown,
}

impl<'a> Answer<'a> {
    /// The right answer of a responder.
    #[must_use]
    pub fn good(about: &'a Signer, by: &'a Signer) -> Self {
        Self { about, by, carried: true, status: Status::Good, made: 60, until: 86_400, signed: None }
    }

    /// The response.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let time = |offset: i64| der::element(0x18, generalized_time(NOW + offset).as_bytes());
        let status = match self.status {
            Status::Good => der::element(0x80, &[]),
            Status::Revoked => der::element(0xa1, &time(-86_400)),
            Status::Unknown => der::element(0x82, &[]),
        };
        let until = der::element(0xa0, &time(self.until));
        let single = der::sequence(&[&self.certificate_id(), &status, &time(self.made), &until]);
        let responder = der::element(0xa1, &subject(&self.by.der));
        let data = der::sequence(&[&responder, &time(self.made), &der::sequence(&[&single])]);
        let signature = self.by.key.sign(self.signed.unwrap_or(&data)).unwrap();
        let carried =
            if self.carried { der::element(0xa0, &der::sequence(&[&self.by.der])) } else { Vec::new() };
        let signature = der::element(0x03, &[&[0], signature.as_slice()].concat());
        let basic = der::sequence(&[&data, &der::algorithm(ECDSA_SHA256), &signature, &carried]);
        let kind = der::oid(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 1]);
        let bytes = der::sequence(&[&kind, &der::element(OCTETS, &basic)]);
        der::sequence(&[&der::element(0x0a, &[0]), &der::element(0xa0, &bytes)])
    }

    fn certificate_id(&self) -> Vec<u8> {
        let (serial, issuer) = self.about.serial_and_issuer();
        let hashed = |bytes: &[u8]| der::element(OCTETS, digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
        let algorithm = der::sequence(&[&der::oid(&[1, 3, 14, 3, 2, 26]), &[5, 0]]);
        der::sequence(&[&algorithm, &hashed(&issuer), &hashed(&public_key(&self.about.root)), &serial])
    }
}

/// The subject of a certificate, DER.
fn subject(certificate: &[u8]) -> Vec<u8> {
    part(certificate, 5)
}

/// The bits of a certificate's public key.
fn public_key(certificate: &[u8]) -> Vec<u8> {
    let information = part(certificate, 6);
    let inside = der::read(&information).unwrap();
    der::children(inside.content).unwrap()[1].content[1..].to_vec()
}

/// A member of a certificate's body; the version counts.
fn part(certificate: &[u8], index: usize) -> Vec<u8> {
    let whole = der::read(certificate).unwrap();
    let body = der::read(whole.content).unwrap();
    der::children(body.content).unwrap()[index].whole.to_vec()
}
