//! One-time passwords.

use std::fmt;

use aws_lc_rs::hmac;
use rand::{CryptoRng, RngExt as _};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::policy::{CODE_DIGITS, OtpPolicy};
use crate::value::Digest;
use crate::{Refusal, RequestId, SignatoryId, Timestamp};

pub mod short_message;
mod traffic;

pub use short_message::{ShortMessage, TextUnfit};
pub use traffic::Traffic;

/// The key without which stored challenges cannot be searched for their codes.
pub struct Pepper(hmac::Key);

impl Pepper {
    /// Makes the key from secret material of any length.
    #[must_use]
    pub fn new(material: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, material))
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(***)")
    }
}

/// A six-digit code. `Debug` hides it, and it is wiped when dropped.
pub struct OneTimeCode(Zeroizing<String>);

impl OneTimeCode {
    /// A fresh one, uniform over all codes.
    pub fn new(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self(Zeroizing::new((0..CODE_DIGITS).map(|_| char::from(rng.random_range(b'0'..=b'9'))).collect()))
    }

    /// Reads what a person typed; spaces and hyphens between digits are forgiven.
    ///
    /// # Errors
    ///
    /// [`Refusal::TextMalformed`] unless six digits remain.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let digits: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect());
        if digits.len() == CODE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(Refusal::TextMalformed { field: "code", max_chars: CODE_DIGITS })
        }
    }

    /// The digits: for the message to the signatory, and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(***)")
    }
}

/// What a code is bound to: change any of it and the right code fails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binding {
    /// The request.
    pub request: RequestId,
    /// The signatory.
    pub signatory: SignatoryId,
    /// SHA-256 of the bytes that were shown.
    pub document: Digest,
    /// SHA-256 of the consent text that was agreed to.
    pub consent: Digest,
    /// Channel and destination, as one digest: an address does not belong into a challenge.
    pub destination: Digest,
}

impl Binding {
    fn digest(&self) -> Digest {
        Digest::of_parts(&[
            self.request.as_str().as_bytes(),
            self.signatory.as_str().as_bytes(),
            self.document.as_bytes(),
            self.consent.as_bytes(),
            self.destination.as_bytes(),
        ])
    }
}

/// One code sent to a signatory, not yet answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// Keeps equal codes from looking equal.
    pub salt: [u8; 32],
    /// HMAC of pepper, salt, binding and code.
    pub mac: Digest,
    /// SHA-256 of the document bytes that were shown.
    pub document: Digest,
    /// SHA-256 of the consent text.
    pub consent: Digest,
    /// When the code was made.
    pub issued_at: Timestamp,
    /// From this instant on it is refused.
    pub expires_at: Timestamp,
    /// Wrong answers so far.
    pub attempts: u8,
}

impl Challenge {
    /// Makes a challenge for a fresh code.
    pub(crate) fn issue(
        binding: &Binding,
        pepper: &Pepper,
        policy: &OtpPolicy,
        now: Timestamp,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> (Self, OneTimeCode) {
        let code = OneTimeCode::new(rng);
        let salt: [u8; 32] = rng.random();
        let challenge = Self {
            salt,
            mac: mac(pepper, &salt, binding, &code),
            document: binding.document,
            consent: binding.consent,
            issued_at: now,
            expires_at: now.plus(policy.ttl),
            attempts: 0,
        };
        (challenge, code)
    }

    /// Answers the challenge. Takes as long for a wrong code as for a right one.
    ///
    /// # Errors
    ///
    /// [`Refusal::CodeExpired`] when it is too old or its tries are used up, without looking at the
    /// code; [`Refusal::CodeWrong`] otherwise, with the tries that are left after this one.
    pub(crate) fn answer(
        &self,
        code: &OneTimeCode,
        binding: &Binding,
        pepper: &Pepper,
        policy: &OtpPolicy,
        now: Timestamp,
    ) -> Result<OtpProof, Refusal> {
        if now >= self.expires_at || self.attempts >= policy.max_attempts {
            return Err(Refusal::CodeExpired);
        }
        let given = mac(pepper, &self.salt, binding, code);
        if bool::from(given.as_bytes().ct_eq(self.mac.as_bytes())) {
            Ok(OtpProof { document: self.document, consent: self.consent, answered_at: now })
        } else {
            let attempts_left = policy.max_attempts.saturating_sub(self.attempts).saturating_sub(1);
            Err(Refusal::CodeWrong { attempts_left })
        }
    }
}

/// Proof that a signatory answered with the right one-time password.
///
/// Only answering a [`Challenge`] makes one, so a signature without an OTP does not compile.
#[derive(Debug)]
pub struct OtpProof {
    document: Digest,
    consent: Digest,
    answered_at: Timestamp,
}

impl OtpProof {
    /// SHA-256 of the bytes the signatory was shown.
    #[must_use]
    pub fn document(&self) -> Digest {
        self.document
    }

    /// SHA-256 of the consent text the signatory agreed to.
    #[must_use]
    pub fn consent(&self) -> Digest {
        self.consent
    }

    /// When the answer came.
    #[must_use]
    pub fn answered_at(&self) -> Timestamp {
        self.answered_at
    }
}

fn mac(pepper: &Pepper, salt: &[u8; 32], binding: &Binding, code: &OneTimeCode) -> Digest {
    let mut context = hmac::Context::with_key(&pepper.0);
    context.update(b"paraphe/otp/v1\0");
    context.update(salt);
    context.update(binding.digest().as_bytes());
    context.update(code.expose().as_bytes());
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    Digest::from_bytes(bytes)
}

#[cfg(test)]
mod tests;
