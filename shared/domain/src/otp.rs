//! One-time passwords.

use std::fmt;

use aws_lc_rs::hmac;
use rand::{CryptoRng, RngExt as _};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::channel::Channel;
use crate::policy::OtpPolicy;
use crate::value::Digest;
use crate::{Refusal, RequestId, SignatoryId, Timestamp};

pub mod short_message;
mod traffic;

pub use short_message::{ShortMessage, TextUnfit};
pub use traffic::Traffic;

/// A key without which stored challenges cannot be searched for their codes.
pub struct Pepper {
    version: u32,
    key: hmac::Key,
}

impl Pepper {
    /// Makes the key of this version from secret material of any length.
    #[must_use]
    pub fn new(version: u32, material: &[u8]) -> Self {
        Self { version, key: hmac::Key::new(hmac::HMAC_SHA256, material) }
    }

    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// HMAC over a domain of its own, the salt and the parts.
    pub(crate) fn mac(&self, domain: &[u8], salt: &[u8; 32], parts: &[&[u8]]) -> Digest {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(domain);
        context.update(salt);
        for part in parts {
            context.update(part);
        }
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        Digest::from_bytes(bytes)
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(***)")
    }
}

/// The pepper in use, and those that were: what was made under an earlier one still verifies.
#[derive(Debug)]
pub struct Peppers {
    current: Pepper,
    earlier: Vec<Pepper>,
}

impl Peppers {
    /// Makes new challenges under `current`.
    #[must_use]
    pub fn new(current: Pepper, earlier: Vec<Pepper>) -> Self {
        Self { current, earlier }
    }

    pub(crate) fn current(&self) -> &Pepper {
        &self.current
    }

    pub(crate) fn find(&self, version: u32) -> Option<&Pepper> {
        std::iter::once(&self.current).chain(&self.earlier).find(|it| it.version == version)
    }
}

/// How many digits the codes of a request have.
///
/// Six hold about 20 bits, so that all tries of a signatory together guess with one chance in 40,000; eight, about
/// 27 bits, make that one in 4,000,000.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CodeLength {
    /// Six digits, which a person keeps in mind from one window to the next.
    #[default]
    Six,
    /// Eight digits.
    Eight,
}

impl CodeLength {
    /// The length of so many digits, if there is one.
    #[must_use]
    pub const fn of(digits: u8) -> Option<Self> {
        match digits {
            6 => Some(Self::Six),
            8 => Some(Self::Eight),
            _ => None,
        }
    }

    /// Its digits.
    #[must_use]
    pub const fn digits(self) -> u8 {
        match self {
            Self::Six => 6,
            Self::Eight => 8,
        }
    }
}

/// A code of some digits. `Debug` hides it, and it is wiped when dropped.
pub struct OneTimeCode(Zeroizing<String>);

impl OneTimeCode {
    /// A fresh one, uniform over all codes of this length.
    pub fn new(length: CodeLength, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let digits = (0..length.digits()).map(|_| char::from(rng.random_range(b'0'..=b'9')));
        Self(Zeroizing::new(digits.collect()))
    }

    /// Reads what a person typed; spaces and hyphens between digits are forgiven.
    ///
    /// # Errors
    ///
    /// [`Refusal::TextMalformed`] unless as many digits remain as codes of this length have.
    pub fn parse(text: &str, length: CodeLength) -> Result<Self, Refusal> {
        let wanted = usize::from(length.digits());
        let digits: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect());
        if digits.len() == wanted && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(Refusal::TextMalformed { field: "code", max_chars: wanted })
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
    /// For each channel the destination, as a digest: an address does not belong into a challenge.
    pub destinations: Vec<(Channel, Digest)>,
}

impl Binding {
    fn digest(&self, channel: Channel, destination: Digest) -> Digest {
        Digest::of_parts(&[
            self.request.as_str().as_bytes(),
            self.signatory.as_str().as_bytes(),
            self.document.as_bytes(),
            self.consent.as_bytes(),
            channel.as_str().as_bytes(),
            b"\0",
            destination.as_bytes(),
        ])
    }
}

/// What was sent to a signatory and not yet answered: one code for each channel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// Version of the pepper it was made under.
    pub pepper: u32,
    /// One for each channel; at least one.
    pub codes: Vec<SentCode>,
    /// SHA-256 of the document bytes that were shown.
    pub document: Digest,
    /// SHA-256 of the consent text.
    pub consent: Digest,
    /// When the codes were made.
    pub issued_at: Timestamp,
    /// From this instant on they are refused.
    pub expires_at: Timestamp,
    /// Wrong answers so far.
    pub attempts: u8,
}

/// What is kept of one code.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SentCode {
    /// How it was sent.
    pub channel: Channel,
    /// Keeps equal codes from looking equal.
    pub salt: [u8; 32],
    /// HMAC of salt, binding and code under the pepper.
    pub mac: Digest,
}

/// The codes of one challenge, by channel.
pub type Codes = Vec<(Channel, OneTimeCode)>;

impl Challenge {
    /// Makes a challenge with a fresh code for each channel of the binding.
    pub(crate) fn issue(
        binding: &Binding,
        (length, pepper, policy): (CodeLength, &Pepper, &OtpPolicy),
        now: Timestamp,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> (Self, Codes) {
        let mut codes = Codes::new();
        let mut sent = Vec::new();
        for (channel, destination) in &binding.destinations {
            let code = OneTimeCode::new(length, rng);
            let salt: [u8; 32] = rng.random();
            let mac = mac(pepper, &salt, binding.digest(*channel, *destination), &code);
            sent.push(SentCode { channel: *channel, salt, mac });
            codes.push((*channel, code));
        }
        let challenge = Self {
            pepper: pepper.version(),
            codes: sent,
            document: binding.document,
            consent: binding.consent,
            issued_at: now,
            expires_at: now.plus(policy.ttl),
            attempts: 0,
        };
        (challenge, codes)
    }

    /// Answers the challenge with the codes of all its channels. Takes as long for wrong codes as for
    /// right ones.
    ///
    /// # Errors
    ///
    /// Without looking at the codes: [`Refusal::CodeExpired`] when it is too old or its tries are used up,
    /// [`Refusal::StepMissing`] when a channel's code is not among them. [`Refusal::CodeWrong`] otherwise,
    /// with the tries that are left after this one.
    pub(crate) fn answer(
        &self,
        codes: &[(Channel, OneTimeCode)],
        binding: &Binding,
        peppers: &Peppers,
        policy: &OtpPolicy,
        now: Timestamp,
    ) -> Result<OtpProof, Refusal> {
        if now >= self.expires_at || self.attempts >= policy.max_attempts {
            return Err(Refusal::CodeExpired);
        }
        let pepper = peppers.find(self.pepper).ok_or(Refusal::CodeExpired)?;
        let mut given = Vec::with_capacity(self.codes.len());
        for sent in &self.codes {
            let code = codes.iter().find(|(channel, _)| *channel == sent.channel);
            let destination = binding.destinations.iter().find(|(channel, _)| *channel == sent.channel);
            // A channel that the signatory does not have any more cannot be proven.
            let (_, destination) = destination.ok_or(Refusal::CodeExpired)?;
            let (_, code) = code.ok_or(Refusal::StepMissing { missing: "the code of every channel" })?;
            given.push((sent, destination, code));
        }
        // A signatory who must prove more than was asked for then has to be asked again.
        if given.is_empty() || given.len() != binding.destinations.len() {
            return Err(Refusal::CodeExpired);
        }
        let right = given.into_iter().fold(Choice::from(1), |right, (sent, destination, code)| {
            let mac = mac(pepper, &sent.salt, binding.digest(sent.channel, *destination), code);
            right & mac.as_bytes().ct_eq(sent.mac.as_bytes())
        });
        if bool::from(right) {
            let channels = self.codes.iter().map(|it| it.channel).collect();
            Ok(OtpProof { document: self.document, consent: self.consent, channels, answered_at: now })
        } else {
            let attempts_left = policy.max_attempts.saturating_sub(self.attempts).saturating_sub(1);
            Err(Refusal::CodeWrong { attempts_left })
        }
    }
}

/// Proof that a signatory answered with the right one-time passwords.
///
/// Only answering a [`Challenge`] makes one, so a signature without an OTP does not compile.
#[derive(Debug)]
pub struct OtpProof {
    document: Digest,
    consent: Digest,
    channels: Vec<Channel>,
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

    /// The channels whose control was proven.
    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// When the answer came.
    #[must_use]
    pub fn answered_at(&self) -> Timestamp {
        self.answered_at
    }
}

fn mac(pepper: &Pepper, salt: &[u8; 32], binding: Digest, code: &OneTimeCode) -> Digest {
    pepper.mac(b"paraphe/otp/v1\0", salt, &[binding.as_bytes(), code.expose().as_bytes()])
}

#[cfg(test)]
mod tests;
