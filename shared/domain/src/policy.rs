//! Limits, each with its reason. A deployment may tighten some of them.

use std::time::Duration;

/// How one-time passwords are made, kept and counted.
#[derive(Clone, Debug)]
pub struct OtpPolicy {
    /// How long a challenge lives.
    pub ttl: Duration,
    /// The shortest time between two codes to one signatory.
    pub resend_pause: Duration,
    /// Wrong answers after which a challenge is dead.
    pub max_attempts: u8,
    /// Times that a signatory may be sent codes for one request.
    pub max_codes: u8,
    /// Wrong answers of a signatory to one request in all.
    pub max_guesses: u8,
}

impl Default for OtpPolicy {
    fn default() -> Self {
        Self {
            ttl: DEFAULT_OTP_TTL,
            resend_pause: RESEND_PAUSE,
            max_attempts: MAX_ATTEMPTS,
            max_codes: MAX_CODES,
            max_guesses: MAX_GUESSES,
        }
    }
}

/// Wrong answers after which a challenge is dead: five tries leave a guess one chance in 200,000.
pub const MAX_ATTEMPTS: u8 = 5;
/// Codes for one signatory and request: with five tries each, 25 guesses in a million at most.
pub const MAX_CODES: u8 = 5;
/// Wrong answers in all, however they spread over the codes.
pub const MAX_GUESSES: u8 = 25;
/// Wrong answers to what only a signatory knows: an integrator's code is often short.
pub const MAX_KNOWLEDGE_TRIES: u8 = 5;
/// What was told opens the document for as long as a session lives; afterwards it is asked again.
pub const KNOWLEDGE_TTL: Duration = Duration::from_mins(30);
/// Long enough for a slow mail, short enough that a forgotten mailbox does not matter.
pub const DEFAULT_OTP_TTL: Duration = Duration::from_mins(5);
/// Moves that a link alone allows a signatory in one request: opening the document in another view or revision,
/// correcting details, attaching files. Each leaves evidence, which has to end somewhere.
pub const MAX_FREE_MOVES: u8 = 200;
/// A second code before the first one can have arrived only confuses.
pub const RESEND_PAUSE: Duration = Duration::from_mins(1);

/// The deadline of a request that names none.
pub const DEFAULT_REQUEST_TTL: Duration = Duration::from_hours(30 * 24);
/// The shortest deadline.
pub const MIN_REQUEST_TTL: Duration = Duration::from_mins(1);
/// No request is open for longer than this many calendar years, extensions included: the evidence of all
/// its events is purged at one instant, which counts from creation.
pub const MAX_REQUEST_YEARS: i16 = 1;
/// The files of the transparency log are locked for so many calendar years; no lifecycle ever ends them.
pub const LOG_YEARS: i16 = 11;
/// Evidence is purged a month later than it must be kept, so that no clock or backlog purges too early.
pub const EVIDENCE_EXTRA: Duration = Duration::from_hours(31 * 24);
/// A document that has not arrived by then is not coming.
pub const INTAKE_TTL: Duration = Duration::from_hours(1);
/// The pause after a request has closed before its chain is copied and logged: its last seal is settled by then.
pub const ARCHIVE_PAUSE: Duration = Duration::from_mins(1);
/// A second reading of the same evidence in the same form by the same caller within this time is the same access.
pub const READING: Duration = Duration::from_mins(10);
/// Readings alone make no copy of the evidence sooner than this: who polls would fill a bucket that nobody can empty.
pub const READING_ARCHIVE_PAUSE: Duration = Duration::from_hours(24);
/// So long after a copy fell due it may still be under way.
pub const ARCHIVE_LAG: Duration = Duration::from_mins(10);
/// A message or a seal that nobody finished by then is looked at again.
pub const RECOVERY_PAUSE: Duration = Duration::from_mins(2);
/// The shortest lock of a copy: long enough that no clock takes its end for the past.
pub const SHORTEST_LOCK: Duration = Duration::from_hours(24);
/// The pause before documents follow a hold: whoever was bringing them to their place has seen it by then.
pub const HOLD_PAUSE: Duration = Duration::from_mins(3);
/// The shortest time between an invitation, or a reminder, and a reminder at the integrator's wish.
pub const REMINDER_PAUSE: Duration = Duration::from_hours(1);
/// An expired request can be brought back for this long; its documents move to their last place after it.
pub const REACTIVATION_GRACE: Duration = Duration::from_hours(30 * 24);
