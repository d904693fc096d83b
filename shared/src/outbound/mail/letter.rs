//! What mails say.

use std::fmt;

use askama::Template;
use domain::otp::OneTimeCode;
use domain::request::{Facts, Signatory};
use domain::{Digest, Timestamp};
use url::Url;
use zeroize::Zeroizing;

/// A mail without its envelope. `Debug` hides it: it holds names, a link or a code.
pub struct Letter {
    subject: String,
    text: Zeroizing<String>,
    html: Zeroizing<String>,
}

impl Letter {
    /// Asks a signatory to read and sign. `link` opens the signing room.
    ///
    /// # Errors
    ///
    /// [`LetterError`] when a template cannot be filled in.
    pub fn invitation(facts: &Facts, signatory: &Signatory, link: &str) -> Result<Self, LetterError> {
        let about = About::of(facts, signatory);
        let description = facts.description.as_ref().map(|text| plain(text.as_str(), MAX_WORDS_CHARS));
        let description = description.as_deref().unwrap_or_default();
        let expires_at = &facts.expires_at.in_zone(&facts.options.timezone);
        let subject = format!("{} asks you to sign {}", about.requester, about.title_or("a document"));
        let (about, link) = (&about, link);
        Self::of(
            &subject,
            &InvitationText { about, description, link, expires_at },
            &InvitationHtml { about, description, link, expires_at },
        )
    }

    /// Carries a one-time password, for `document` as it was shown. Its last line of text binds the code
    /// to the host of the signing page ([origin-bound one-time codes]).
    ///
    /// # Errors
    ///
    /// [`LetterError`] when a template cannot be filled in.
    ///
    /// [origin-bound one-time codes]: https://wicg.github.io/sms-one-time-codes/
    pub fn otp(
        facts: &Facts,
        signatory: &Signatory,
        code: &OneTimeCode,
        document: Digest,
        expires_at: Timestamp,
    ) -> Result<Self, LetterError> {
        let about = About::of(facts, signatory);
        let code = code.expose();
        let words = signatory.otp_text.as_ref().map(|text| otp_words(text.as_str(), code));
        let words = words.as_ref().map_or("", |words| words.as_str());
        let document = document.to_hex();
        let fingerprint = document.get(..FINGERPRINT_CHARS).unwrap_or(&document);
        let expires_at = &expires_at.in_zone(&facts.options.timezone);
        let subject = format!("Your code to sign {}", about.title_or("a document"));
        let about = &about;
        Self::of(
            &subject,
            &OtpText { about, code, words, fingerprint, expires_at },
            &OtpHtml { about, code, words, fingerprint, expires_at },
        )
    }

    /// Tells that everyone has signed. `link` leads to the document, whose SHA-256 is `sealed`.
    ///
    /// # Errors
    ///
    /// [`LetterError`] when a template cannot be filled in.
    pub fn completion(
        facts: &Facts,
        signatory: &Signatory,
        link: &str,
        sealed: Digest,
    ) -> Result<Self, LetterError> {
        let about = About::of(facts, signatory);
        let sealed = &sealed.to_hex();
        let subject = format!("Signed by everyone: {}", about.title_or("your document"));
        let about = &about;
        Self::of(&subject, &CompletionText { about, link, sealed }, &CompletionHtml { about, link, sealed })
    }

    /// One line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The mail as plain text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The mail as HTML: no scripts, no images, nothing from elsewhere.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }

    fn of(subject: &str, text: &impl Template, html: &impl Template) -> Result<Self, LetterError> {
        Ok(Self {
            subject: plain(subject, MAX_SUBJECT_CHARS),
            text: Zeroizing::new(text.render()?),
            html: Zeroizing::new(html.render()?),
        })
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(***)")
    }
}

/// Why a letter could not be written: a fault of its template.
#[derive(Debug, thiserror::Error)]
#[error("the letter could not be written")]
pub struct LetterError(#[from] askama::Error);

/// What every mail names.
struct About {
    name: String,
    requester: String,
    title: Option<String>,
    request: String,
    host: String,
}

impl About {
    fn of(facts: &Facts, signatory: &Signatory) -> Self {
        let request: String = facts.id.as_str().chars().take(SHORT_ID_CHARS).collect();
        Self {
            name: plain(&signatory.full_name(), MAX_LINE_CHARS),
            requester: plain(facts.requester.as_str(), MAX_LINE_CHARS),
            title: facts.title.as_ref().map(|title| plain(title.as_str(), MAX_LINE_CHARS)),
            request,
            host: host(&facts.public_url),
        }
    }

    fn title_or(&self, otherwise: &str) -> String {
        self.title.as_ref().map_or_else(|| otherwise.to_owned(), |title| format!("“{title}”"))
    }
}

macro_rules! template {
    ($name:ident, $path:literal, { $($field:ident: $type:ty),* }) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            about: &'a About,
            $($field: &'a $type),*
        }
    };
}

template!(InvitationText, "mail/invitation.txt", { description: str, link: str, expires_at: str });
template!(InvitationHtml, "mail/invitation.html", { description: str, link: str, expires_at: str });
template!(OtpText, "mail/otp.txt", { code: str, words: str, fingerprint: str, expires_at: str });
template!(OtpHtml, "mail/otp.html", { code: str, words: str, fingerprint: str, expires_at: str });
template!(CompletionText, "mail/completion.txt", { link: str, sealed: str });
template!(CompletionHtml, "mail/completion.html", { link: str, sealed: str });

/// The integrator's words around a code: in place of `{OTP}`, or at the end.
fn otp_words(words: &str, code: &str) -> Zeroizing<String> {
    let filled = Zeroizing::new(if words.contains(PLACEHOLDER) {
        words.replace(PLACEHOLDER, code)
    } else {
        format!("{words} {code}")
    });
    Zeroizing::new(plain(&filled, MAX_WORDS_CHARS))
}

/// Text from outside as one line that a mail program shows and does nothing else with.
fn plain(text: &str, max_chars: usize) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let visible = word.chars().filter(|c| !is_invisible(*c));
        if word.chars().any(|c| !is_invisible(c)) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.extend(visible);
        }
    }
    if line.chars().count() > max_chars {
        line = line.chars().take(max_chars.saturating_sub(1)).collect();
        line.push('…');
    }
    unlinked(&line)
}

/// Mail programs make links of what looks like an address, in text and in HTML alike. Look-alikes of
/// the dot, the colon and the at sign keep the words readable and make them no link.
fn unlinked(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut before = ' ';
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next().unwrap_or(' ');
        let is_inside = before != ' ' && after != ' ';
        safe.push(match c {
            '.' if is_inside && !after.is_ascii_digit() => ONE_DOT_LEADER,
            '\u{3002}' | '\u{ff0e}' | '\u{ff61}' if is_inside && after.is_ascii_alphanumeric() => {
                ONE_DOT_LEADER
            }
            '@' if after != ' ' => FULL_WIDTH_AT,
            ':' if is_inside && !after.is_ascii_digit() => RATIO,
            _ => c,
        });
        before = c;
    }
    safe
}

/// Characters that take no room, or turn the direction of others.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The host that signing links point to.
fn host(public_url: &str) -> String {
    Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

const PLACEHOLDER: &str = "{OTP}";
const ONE_DOT_LEADER: char = '\u{2024}';
const FULL_WIDTH_AT: char = '\u{ff20}';
const RATIO: char = '\u{2236}';
/// What phones show of a subject, and more.
const MAX_SUBJECT_CHARS: usize = 150;
const MAX_LINE_CHARS: usize = 120;
const MAX_WORDS_CHARS: usize = 600;
/// Enough to compare by eye.
const FINGERPRINT_CHARS: usize = 8;
const SHORT_ID_CHARS: usize = 8;

#[cfg(test)]
pub(super) mod tests;
