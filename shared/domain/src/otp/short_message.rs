//! Text messages that carry a code: one segment, in the alphabet every phone knows.
//!
//! **Invariant:** a message is never longer than one segment, and its code and its last line, which
//! binds the code to the host of the signing page, are never shortened.

mod gsm7;

use std::fmt;

use zeroize::Zeroizing;

use super::{CodeLength, OneTimeCode};
use crate::value::{Digest, Language};
use crate::{Refusal, Timestamp};

pub use gsm7::septets;

/// A text message with a code. `Debug` hides it.
pub struct ShortMessage(Zeroizing<String>);

/// What a message tells beside the code.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Who asks for the signature.
    pub requester: &'a str,
    /// The title of the document.
    pub title: Option<&'a str>,
    /// SHA-256 of the document as it was shown.
    pub document: Digest,
    /// From when on the code is dead.
    pub expires_at: Timestamp,
    /// The zone in which that is told.
    pub timezone: &'a str,
    /// The host of the signing page.
    pub host: &'a str,
    /// Whether the code is to approve, and not to sign.
    pub approves: bool,
}

/// Why a text does not fit one message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TextUnfit {
    /// The basic alphabet of text messages does not have this character.
    Character(char),
    /// It is longer than what the code and the last line leave of a segment.
    TooLong {
        /// By how many septets; most characters are one, `€` and brackets are two.
        septets: usize,
    },
}

impl ShortMessage {
    /// A message in our own words.
    ///
    /// What the alphabet does not have is transliterated or left out. The title is shortened first, then
    /// the requester.
    ///
    /// # Errors
    ///
    /// [`Refusal::SmsTextUnfit`] when the host's name alone is too long for a segment.
    pub fn new(about: &About<'_>, code: &OneTimeCode, language: Language) -> Result<Self, Refusal> {
        let (frame, title_frame) = frames(language);
        let document = about.document.to_hex();
        let (to_sign, to_approve) = acts(language);
        let frame = frame
            .replace("{act}", if about.approves { to_approve } else { to_sign })
            .replace("{document}", document.get(..FINGERPRINT_CHARS).unwrap_or(&document))
            .replace("{until}", &gsm7::transliterate(&about.expires_at.clock_in_zone(about.timezone)));
        let mut title = gsm7::transliterate(about.title.unwrap_or_default());
        let mut requester = gsm7::transliterate(about.requester);
        for (at_least_title, at_least_requester) in [(MIN_TITLE, MIN_REQUESTER), (0, MIN_REQUESTER), (0, 0)] {
            let text = fill(&frame, title_frame, (&title, &requester), code, about.host);
            let mut excess = excess(&text)?;
            excess = shorten(&mut title, excess, at_least_title);
            shorten(&mut requester, excess, at_least_requester);
        }
        let text = fill(&frame, title_frame, (&title, &requester), code, about.host);
        fits(text)
    }

    /// A message in the integrator's words: the code stands for each `{OTP}`, or at the end.
    ///
    /// # Errors
    ///
    /// [`Refusal::SmsTextUnfit`] unless [`check_words`] takes the words.
    pub fn of_words(words: &str, code: &OneTimeCode, host: &str) -> Result<Self, Refusal> {
        fits(fill_words(words, code.expose(), host))
    }

    /// The message: for the provider, and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ShortMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShortMessage(***)")
    }
}

impl fmt::Display for TextUnfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(c) => {
                write!(f, "has U+{:04X}, which is not in the GSM 7-bit alphabet", u32::from(*c))
            }
            Self::TooLong { septets } => {
                write!(f, "is too long by {septets} characters, with the code and the last line")
            }
        }
    }
}

/// Checks, before there is a code, that an integrator's words fit one message with any code of this length.
///
/// # Errors
///
/// [`Refusal::SmsTextUnfit`] names the first character that the alphabet lacks, or by how much the words
/// are too long.
pub fn check_words(words: &str, length: CodeLength, host: &str) -> Result<(), Refusal> {
    fits(fill_words(words, &any_code(length), host)).map(|_| ())
}

/// Checks that our own words fit one message with this host and codes of this length, in every language.
///
/// # Errors
///
/// [`Refusal::SmsTextUnfit`] when its name is too long.
pub fn check_host(length: CodeLength, host: &str) -> Result<(), Refusal> {
    let code = OneTimeCode::parse(&any_code(length), length)?;
    let (document, expires_at) = (Digest::of(b""), Timestamp::from_unix_ms(0));
    let fits = |language, approves| {
        let about = About {
            requester: "",
            title: None,
            document,
            expires_at,
            timezone: LONGEST_ZONE,
            host,
            approves,
        };
        ShortMessage::new(&about, &code, language).map(|_| ())
    };
    Language::ALL.into_iter().try_for_each(|it| fits(it, false).and_then(|()| fits(it, true)))
}

/// Digits are one septet each, whichever they are.
fn any_code(length: CodeLength) -> String {
    "0".repeat(usize::from(length.digits()))
}

fn fits(text: Zeroizing<String>) -> Result<ShortMessage, Refusal> {
    match excess(&text)? {
        0 => Ok(ShortMessage(text)),
        septets => Err(Refusal::SmsTextUnfit { why: TextUnfit::TooLong { septets } }),
    }
}

/// Septets by which a text is longer than a segment.
fn excess(text: &str) -> Result<usize, Refusal> {
    let length = septets(text).map_err(|c| Refusal::SmsTextUnfit { why: TextUnfit::Character(c) })?;
    Ok(length.saturating_sub(SEGMENT_SEPTETS))
}

fn fill(
    frame: &str,
    title_frame: &str,
    (title, requester): (&str, &str),
    code: &OneTimeCode,
    host: &str,
) -> Zeroizing<String> {
    let title = if title.is_empty() { String::new() } else { title_frame.replace("{}", title) };
    let requester = if requester.is_empty() { String::new() } else { format!("{requester}: ") };
    let mut text = Zeroizing::new(String::with_capacity(4 * SEGMENT_SEPTETS));
    // Each word of the frame stands at one place, so that no inserted text is read as one.
    let mut rest = frame;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(match name {
            "code" => code.expose(),
            "requester" => &requester,
            _ => &title,
        });
        rest = after;
    }
    text.push_str(rest);
    push_last_line(&mut text, code.expose(), host);
    text
}

fn fill_words(words: &str, code: &str, host: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(words.len() + 2 * host.len() + SEGMENT_SEPTETS));
    let mut rest = words;
    let mut placed = false;
    while let Some((before, after)) = rest.split_once(PLACEHOLDER) {
        text.push_str(before);
        text.push_str(code);
        (rest, placed) = (after, true);
    }
    text.push_str(rest);
    if !placed {
        text.push(' ');
        text.push_str(code);
    }
    push_last_line(&mut text, code, host);
    text
}

/// The line that lets a phone offer the code to the signing page only ([origin-bound one-time codes]).
///
/// [origin-bound one-time codes]: https://wicg.github.io/sms-one-time-codes/
fn push_last_line(text: &mut String, code: &str, host: &str) {
    text.extend(["\n@", host, " #", code]);
}

/// Takes `excess` septets off the end of a text that leaves two dots there, but never below `at_least`
/// unless that is zero, which drops the text. Gives back what is still too long.
fn shorten(text: &mut String, excess: usize, at_least: usize) -> usize {
    let before = septets(text).unwrap_or_default();
    if excess == 0 || before <= at_least {
        return excess;
    }
    let target = before.saturating_sub(excess).max(at_least);
    if target < MIN_SHOWN {
        text.clear();
        return excess.saturating_sub(before);
    }
    while septets(text).unwrap_or_default() + CUT.len() > target {
        text.pop();
    }
    text.truncate(text.trim_end().len());
    text.push_str(CUT);
    excess.saturating_sub(before.saturating_sub(septets(text).unwrap_or_default()))
}

/// The words of a language, and how they name a title. Words of the alphabet stand in for those it
/// cannot spell; Polish does without its accents, as text messages there do.
const fn frames(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::De => (
            "{requester}{code} ist Ihr Code {act}{title} ({document}), gültig bis {until}. Geben Sie ihn nie weiter.",
            " von \"{}\"",
        ),
        Language::En => (
            "{requester}{code} is your code {act}{title} ({document}), valid until {until}. Never share it.",
            " \"{}\"",
        ),
        Language::Es => (
            "{requester}{code} es su clave {act}{title} ({document}), caduca a las {until}. No la comparta nunca.",
            " \"{}\"",
        ),
        Language::Fr => (
            "{requester}{code} est votre code {act}{title} ({document}), valable jusqu'à {until}. Ne le donnez à personne.",
            " \"{}\"",
        ),
        Language::It => (
            "{requester}{code} è il codice {act}{title} ({document}), valido fino alle {until}. Non lo comunichi a nessuno.",
            " \"{}\"",
        ),
        Language::Nl => (
            "{requester}{code} is uw code {act}{title} ({document}), geldig tot {until}. Deel deze nooit.",
            ": \"{}\"",
        ),
        Language::Pl => (
            "{requester}{code} to kod {act}{title} ({document}), wazny do {until}. Prosimy nikomu go nie podawac.",
            " \"{}\"",
        ),
        Language::Pt => (
            "{requester}{code} é a sua chave {act}{title} ({document}). Expira às {until}. Nunca a partilhe.",
            " \"{}\"",
        ),
    }
}

/// What a code is for: to sign, and to approve.
const fn acts(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::De => ("zum Signieren", "zum Genehmigen"),
        Language::En => ("to sign", "to approve"),
        Language::Es => ("para firmar", "para aprobar"),
        Language::Fr => ("pour signer", "pour approuver"),
        Language::It => ("per firmare", "per approvare"),
        Language::Nl => ("om te tekenen", "om goed te keuren"),
        Language::Pl => ("do podpisu", "do zatwierdzenia"),
        Language::Pt => ("para assinar", "para aprovar"),
    }
}

/// Its times are told with five more characters, as those of no zone are with more: `+0545`.
const LONGEST_ZONE: &str = "Asia/Kathmandu";
const PLACEHOLDER: &str = "{OTP}";
/// 140 octets hold 160 septets (3GPP TS 23.040 section 9.2.3.16).
const SEGMENT_SEPTETS: usize = 160;
/// Enough to compare by eye.
const FINGERPRINT_CHARS: usize = 8;
/// What is left of a title before the requester is shortened as well.
const MIN_TITLE: usize = 8;
const MIN_REQUESTER: usize = 12;
/// Less than this says nothing.
const MIN_SHOWN: usize = 5;
/// The alphabet has no ellipsis.
const CUT: &str = "..";

#[cfg(test)]
mod tests;
