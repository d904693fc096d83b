//! The kinds of letters.

use domain::otp::OneTimeCode;
use domain::request::{Facts, Role, Signatory};
use domain::value::{Language, Text};
use domain::{Channel, Digest, Timestamp};
use zeroize::Zeroizing;

use super::{Addressee, Draft, Letter, LetterError, MAX_WORDS_CHARS, Part, host, name_of, plain};

/// Every letter names the requester and the document. Those with a `link` open the signing room with it.
///
/// # Errors
///
/// Each: [`LetterError`] when a template or a text is at fault.
#[allow(clippy::missing_errors_doc, reason = "the same for all; said once above")]
impl Letter {
    /// Asks a signatory to read and sign, or for what else their role is.
    pub fn invitation(
        facts: &Facts,
        signatory: &Signatory,
        link: &str,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(signatory);
        let kind = asked("invitation", signatory);
        Draft::new(facts, to, language)
            .until(facts)
            .words(&format!("{kind}-words"))
            .description(facts)
            .button(&asked("read-and-sign", signatory), link)
            .words(&format!("{kind}-until"))
            .words(&asked("read-first", signatory))
            .words("link-private")
            .quiet("unexpected")
            .finish(&kind, to)
    }

    /// Carries a one-time password, for `document` as it was shown. Its last line of text binds the code
    /// to the host of the signing page ([origin-bound one-time codes]).
    ///
    /// [origin-bound one-time codes]: https://wicg.github.io/sms-one-time-codes/
    pub fn otp(
        facts: &Facts,
        signatory: &Signatory,
        code: &OneTimeCode,
        (document, expires_at): (Digest, Timestamp),
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(signatory);
        let (code, document) = (code.expose(), document.to_hex());
        let fingerprint = document.get(..FINGERPRINT_CHARS).unwrap_or(&document).to_owned();
        let zone = signatory.timezone.as_deref().unwrap_or(&facts.options.timezone);
        let mut draft =
            Draft::new(facts, to, language).date("until", expires_at, zone).set("fingerprint", fingerprint);
        if let Some(words) = &signatory.otp_text {
            draft.parts.push(Part::Quote(otp_words(words.as_str(), code)));
        }
        let kind = if signatory.role == Role::Approver { "otp-approve" } else { "otp" };
        draft = draft.words(&format!("{kind}-words"));
        draft.parts.push(Part::Code(Zeroizing::new(code.to_owned())));
        draft = draft.words("otp-once");
        if let (Some(never), Some(nobody)) = (draft.say("otp-never"), draft.say("otp-nobody")) {
            draft.parts.push(Part::Warning(never, nobody));
        }
        draft.last_line = Some(Zeroizing::new(format!("@{} #{code}", host(&facts.public_url))));
        draft.finish(kind, to)
    }

    /// Tells that everyone has signed. `link` leads to the document, whose SHA-256 is `sealed`.
    pub fn completion(
        facts: &Facts,
        signatory: &Signatory,
        link: &str,
        sealed: Digest,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(signatory);
        Draft::new(facts, to, language)
            .words("completion-words")
            .signed_document(facts, link, sealed)
            .finish("completion", to)
    }

    /// Gives the signed document to someone who had nothing to sign. As [`Letter::completion`].
    pub fn copy(
        facts: &Facts,
        recipient: &Signatory,
        link: &str,
        sealed: Digest,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(recipient);
        Draft::new(facts, to, language)
            .words("copy-words")
            .signed_document(facts, link, sealed)
            .finish("copy", to)
    }

    /// Asks once more.
    pub fn reminder(
        facts: &Facts,
        signatory: &Signatory,
        link: &str,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(signatory);
        let kind = asked("reminder", signatory);
        Draft::new(facts, to, language)
            .until(facts)
            .words(&format!("{kind}-words"))
            .button(&asked("read-and-sign", signatory), link)
            .words(&format!("{kind}-until"))
            .words("link-private")
            .quiet("unexpected")
            .finish(&kind, to)
    }

    /// Tells the requester or another signatory that a signatory declined.
    pub fn declined(
        facts: &Facts,
        to: Addressee<'_>,
        by: &Signatory,
        reason: Option<&Text>,
        language: Language,
    ) -> Result<Self, LetterError> {
        let kind = asked("declined", by);
        Draft::new(facts, to, language)
            .set("who", name_of(by))
            .words(&format!("{kind}-words"))
            .because("declined-reason", reason)
            .no_more(to)
            .finish(&kind, to)
    }

    /// Tells that the deadline passed.
    pub fn expired(facts: &Facts, to: Addressee<'_>, language: Language) -> Result<Self, LetterError> {
        Draft::new(facts, to, language).until(facts).words("expired-words").no_more(to).finish("expired", to)
    }

    /// Tells that the requester withdrew the request.
    pub fn cancelled(facts: &Facts, to: Addressee<'_>, language: Language) -> Result<Self, LetterError> {
        Draft::new(facts, to, language).words("cancelled-words").no_more(to).finish("cancelled", to)
    }

    /// Asks the one to whom a signatory passed the task on.
    pub fn delegation(
        facts: &Facts,
        delegate: &Signatory,
        by: &Signatory,
        link: &str,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(delegate);
        let kind = asked("delegation", delegate);
        Draft::new(facts, to, language)
            .until(facts)
            .set("who", name_of(by))
            .words(&format!("{kind}-words"))
            .description(facts)
            .button(&asked("read-and-sign", delegate), link)
            .words(&format!("{}-until", asked("invitation", delegate)))
            .words(&asked("read-first", delegate))
            .words("link-private")
            .quiet("unexpected")
            .finish(&kind, to)
    }

    /// Tells the one who passed the task on that it is done, at an address that cannot have been changed
    /// by whoever did it.
    pub fn delegated(
        facts: &Facts,
        by: &Signatory,
        delegate: &Signatory,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(by);
        let kind = asked("delegated", by);
        Draft::new(facts, to, language)
            .set("who", name_of(delegate))
            .words(&format!("{kind}-words"))
            .words("delegated-unasked")
            .finish(&kind, to)
    }

    /// Gives a signatory whose address was corrected a new link.
    pub fn address_corrected(
        facts: &Facts,
        signatory: &Signatory,
        link: &str,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(signatory);
        Draft::new(facts, to, language)
            .until(facts)
            .words("corrected-words")
            .button(&asked("read-and-sign", signatory), link)
            .words(&format!("{}-until", asked("invitation", signatory)))
            .words("link-private")
            .quiet("unexpected")
            .finish("corrected", to)
    }

    /// Asks a signatory for a file; `what` says which.
    pub fn attachment_asked(
        facts: &Facts,
        signatory: &Signatory,
        what: &Text,
        link: &str,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(signatory);
        Draft::new(facts, to, language)
            .words("attachment-words")
            .quote(what.as_str())
            .button("attachment-button", link)
            .words("link-private")
            .quiet("unexpected")
            .finish("attachment", to)
    }

    /// Asks a signatory for another file than the one that was added.
    pub fn attachment_rejected(
        facts: &Facts,
        signatory: &Signatory,
        (what, reason): (&Text, Option<&Text>),
        link: &str,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(signatory);
        Draft::new(facts, to, language)
            .words("rejected-words")
            .quote(what.as_str())
            .because("rejected-reason", reason)
            .button("attachment-button", link)
            .words("link-private")
            .finish("rejected", to)
    }

    /// Tells a signatory that the requester has lifted a lock.
    pub fn unlocked(
        facts: &Facts,
        signatory: &Signatory,
        link: &str,
        language: Language,
    ) -> Result<Self, LetterError> {
        let to = Addressee::Signatory(signatory);
        Draft::new(facts, to, language)
            .words("unlocked-words")
            .button(&asked("read-and-sign", signatory), link)
            .words("unlocked-unasked")
            .words("link-private")
            .finish("unlocked", to)
    }

    /// Tells the sender of a request that mails to a signatory come back. The address is masked.
    pub fn bounced(facts: &Facts, whom: &Signatory, language: Language) -> Result<Self, LetterError> {
        let to = Addressee::Requester;
        Draft::new(facts, to, language)
            .set("who", name_of(whom))
            .set(
                "address",
                plain(&whom.masked_destination(Channel::Email).unwrap_or_default(), MAX_WORDS_CHARS),
            )
            .words("bounced-words")
            .words("bounced-next")
            .quiet("bounced-sender")
            .finish("bounced", to)
    }
}

impl Draft {
    fn until(self, facts: &Facts) -> Self {
        self.date("until", facts.expires_at, &facts.options.timezone)
    }

    fn description(self, facts: &Facts) -> Self {
        match &facts.description {
            Some(text) => self.words("requester-writes").quote(text.as_str()),
            None => self,
        }
    }

    fn because(self, key: &str, reason: Option<&Text>) -> Self {
        match reason {
            Some(text) => self.words(key).quote(text.as_str()),
            None => self,
        }
    }

    /// The requester may want to do something about it.
    fn no_more(self, to: Addressee<'_>) -> Self {
        match to {
            Addressee::Requester => self,
            Addressee::Signatory(_) => self.words("no-more"),
        }
    }

    fn signed_document(mut self, facts: &Facts, link: &str, sealed: Digest) -> Self {
        let kept = match facts.retention.document_months() {
            1 => "kept-1",
            2 => "kept-2",
            _ => "kept-3",
        };
        self = self.button("download", link).words(kept).words("link-private");
        self.part("fingerprint", |words| Part::Digest(words, sealed.to_hex()))
    }
}

/// The name of a text that says what someone is asked to do, in the words of their role.
fn asked(name: &str, whom: &Signatory) -> String {
    match whom.role {
        Role::Approver => format!("{name}-approve"),
        Role::Copy | Role::Viewer => format!("{name}-read"),
        Role::Signatory => name.to_owned(),
    }
}

/// The integrator's words around a code: in place of `{OTP}`, or at the end.
fn otp_words(words: &str, code: &str) -> Zeroizing<String> {
    let filled = Zeroizing::new(if words.contains(PLACEHOLDER) {
        words.replace(PLACEHOLDER, code)
    } else {
        format!("{words} {code}")
    });
    Zeroizing::new(plain(&filled, MAX_WORDS_CHARS))
}

const PLACEHOLDER: &str = "{OTP}";
/// Enough to compare by eye.
const FINGERPRINT_CHARS: usize = 8;
