//! What the domain declines to do, and why.

use std::time::Duration;

use crate::Timestamp;

/// Why the domain declined. Each variant says what the caller can do.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The answer to what only the signatory knows is wrong.
    #[error("the answer is wrong")]
    AnswerWrong {
        /// Tries that are left.
        attempts_left: u8,
    },
    /// The attachment was settled before: it was accepted, or no file waits for a verdict.
    #[error("the attachment is settled")]
    AttachmentSettled,
    /// No such attachment is asked from the signatory.
    #[error("no such attachment is asked for")]
    AttachmentUnknown,
    /// The delegate has a task in this request already.
    #[error("the delegate has to act on this request already")]
    DelegateKnown,
    /// The task may not be passed on.
    #[error("the task cannot be passed on")]
    DelegationForbidden,
    /// The people of a group would not all do the same.
    #[error("everyone of a group has the same role")]
    GroupMixed {
        /// The first whose role is another than that of the others, from 0.
        position: usize,
    },
    /// Nobody of the request is asked to sign.
    #[error("at least one role is to sign")]
    NobodySigns,
    /// Only the integrator may change this value.
    #[error("only the sender can change {field}")]
    NotEditable {
        /// Which.
        field: &'static str,
    },
    /// Others have to act first; an invitation follows.
    #[error("others have to act first")]
    NotYourTurn,
    /// The text is no range of network addresses.
    #[error("a range of addresses is an address, or an address and a prefix such as 192.0.2.0/24")]
    NetworkMalformed,
    /// The scope names no operation.
    #[error("there is no such scope")]
    ScopeUnknown {
        /// Its position among those that were given, from 0.
        position: usize,
    },
    /// The role does not allow the act.
    #[error("the role {role} does not allow this")]
    RoleCannot {
        /// The role.
        role: &'static str,
    },
    /// The signatory is not locked.
    #[error("the signatory is not locked")]
    SignatoryNotLocked,
    /// The one-time password is wrong. Read the newest message and try again.
    #[error("the code is wrong")]
    CodeWrong {
        /// Tries that are left for this code.
        attempts_left: u8,
    },
    /// There is no live one-time password: none was asked for, it was used, replaced or has expired.
    /// Ask for a new one.
    #[error("there is no valid code; ask for a new one")]
    CodeExpired,
    /// The document shown is not a revision of this request. Load it again.
    #[error("the document shown is not the document of this request")]
    DocumentUnknown,
    /// A digest is not 64 hexadecimal digits.
    #[error("a SHA-256 digest is 64 hexadecimal digits")]
    DigestMalformed,
    /// The address is not one a mail can be sent to.
    #[error("not an e-mail address")]
    EmailMalformed,
    /// A name of a thing does not have its form.
    #[error("not a {what} id")]
    IdMalformed {
        /// What the id would name.
        what: &'static str,
    },
    /// The link is not known, or no longer valid.
    #[error("the link is not valid")]
    LinkUnknown,
    /// The name is empty, too long, or has characters that hide or reorder others.
    #[error("a name has 1 to 100 visible characters on one line")]
    NameMalformed,
    /// The phone number is not one of its country's plan.
    #[error("not a phone number with its country code, such as +39 312 345 6789")]
    PhoneMalformed,
    /// A legal hold keeps everything as it is. Release it first.
    #[error("a legal hold keeps this request as it is")]
    LegalHold,
    /// The request has passed its deadline.
    #[error("the request expired")]
    RequestExpired {
        /// The deadline that passed.
        expired_at: Timestamp,
    },
    /// The request is in a state that does not allow the move.
    #[error("the request is {state}")]
    RequestNot {
        /// The state it is in, in the words of the wire.
        state: &'static str,
    },
    /// The deadline asked for is not within bounds.
    #[error("the deadline lies between one minute and one year after creation")]
    DeadlineOutOfBounds,
    /// What is asked of retention is not within legal bounds.
    #[error("documents are kept for 1 to 3 months, evidence for 10 to 30 years")]
    RetentionOutOfBounds {
        /// The member that is out of bounds.
        member: &'static str,
    },
    /// A code was sent too short a time ago. Wait.
    #[error("wait before asking for another code")]
    ResendTooSoon {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The signatory has changed their mind too often. What stands, stands.
    #[error("this was changed too often")]
    TooManyMoves,
    /// Too many wrong answers or codes: the integrator can unlock.
    #[error("the signatory is locked after too many attempts")]
    SignatoryLocked,
    /// The signatory has signed or declined already, or is not of this request.
    #[error("the signatory has nothing left to sign")]
    SignatoryNotPending,
    /// The integrator's text for a code does not fit one text message.
    #[error("the text of a text message {why}")]
    SmsTextUnfit {
        /// What to change.
        why: crate::otp::TextUnfit,
    },
    /// No text message goes to this number. Use another number, or e-mail.
    #[error("no text message can be sent to this number: {why}")]
    SmsNotAllowed {
        /// Why not.
        why: crate::value::SmsRefusal,
    },
    /// The steps come in order: presented, consent, code, signature.
    #[error("a step is missing before this one: {missing}")]
    StepMissing {
        /// The step that must come first.
        missing: &'static str,
    },
    /// The signature was made in a mode that the request does not allow.
    #[error("this way of signing is not allowed for the request")]
    ModeNotAllowed,
    /// A text of one line is empty, too long, has more lines, or has characters that hide or reorder others.
    #[error("{field} is one line of 1 to {max_chars} visible characters")]
    LineMalformed {
        /// Which text.
        field: &'static str,
        /// Its longest form.
        max_chars: usize,
    },
    /// A text is empty, too long, or has characters that hide or reorder others.
    #[error("{field} has 1 to {max_chars} visible characters")]
    TextMalformed {
        /// Which text.
        field: &'static str,
        /// Its longest form.
        max_chars: usize,
    },
    /// A stored request does not fit the rules it was stored under.
    #[error("the stored request is inconsistent: {what}")]
    Inconsistent {
        /// What does not fit.
        what: &'static str,
    },
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AnswerWrong { .. } => "answer_wrong",
            Self::AttachmentSettled => "attachment_settled",
            Self::AttachmentUnknown => "attachment_unknown",
            Self::CodeExpired => "code_expired",
            Self::CodeWrong { .. } => "code_wrong",
            Self::DeadlineOutOfBounds => "deadline_out_of_bounds",
            Self::DelegateKnown => "delegate_known",
            Self::DelegationForbidden => "delegation_forbidden",
            Self::DigestMalformed => "digest_malformed",
            Self::DocumentUnknown => "document_unknown",
            Self::EmailMalformed => "email_malformed",
            Self::GroupMixed { .. } => "group_mixed",
            Self::IdMalformed { .. } => "id_malformed",
            Self::Inconsistent { .. } => "inconsistent",
            Self::LegalHold => "legal_hold",
            Self::LinkUnknown => "link_unknown",
            Self::ModeNotAllowed => "mode_not_allowed",
            Self::NameMalformed => "name_malformed",
            Self::NetworkMalformed => "network_malformed",
            Self::NobodySigns => "nobody_signs",
            Self::NotEditable { .. } => "not_editable",
            Self::NotYourTurn => "not_your_turn",
            Self::PhoneMalformed => "phone_malformed",
            Self::RequestExpired { .. } => "request_expired",
            Self::RequestNot { .. } => "request_state",
            Self::ResendTooSoon { .. } => "resend_too_soon",
            Self::RetentionOutOfBounds { .. } => "retention_out_of_bounds",
            Self::RoleCannot { .. } => "role_cannot",
            Self::ScopeUnknown { .. } => "scope_unknown",
            Self::SignatoryLocked => "signatory_locked",
            Self::SignatoryNotLocked => "signatory_not_locked",
            Self::SignatoryNotPending => "signatory_not_pending",
            Self::SmsNotAllowed { .. } => "sms_not_allowed",
            Self::SmsTextUnfit { .. } => "sms_text_unfit",
            Self::StepMissing { .. } => "step_missing",
            Self::LineMalformed { .. } | Self::TextMalformed { .. } => "text_malformed",
            Self::TooManyMoves => "too_many_moves",
        }
    }
}
