//! What only a signatory knows: an access code, or answers to questions.

use rand::RngExt as _;
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use super::roster::LockedBy;
use super::{Open, Request, append};
use crate::evidence::{Draft, EventKind, Owner};
use crate::otp::{Pepper, Peppers};
use crate::policy::MAX_KNOWLEDGE_TRIES;
use crate::transition::{Changes, Transition};
use crate::value::Text;
use crate::{Cause, Digest, Refusal, SignatoryId};

/// What only a signatory knows, as it is kept. It is asked for before the document is shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Knowledge {
    /// Version of the pepper it was made under.
    pub pepper: u32,
    /// Keeps equal answers from looking equal.
    pub salt: [u8; 32],
    /// In the order they are asked; at least one.
    pub questions: Vec<Question>,
}

/// One thing that is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    /// The question; none for an access code.
    pub text: Option<Text>,
    /// HMAC of the salt, the place of the question and the answer under the pepper.
    pub mac: Digest,
}

/// A question with its answer, as the integrator asks for it.
#[derive(Clone, Debug)]
pub struct NewQuestion {
    /// The question; none for an access code.
    pub text: Option<Text>,
    /// The answer.
    pub answer: Answer,
}

/// What someone answers. `Debug` hides it, and it is wiped when dropped.
///
/// Compared without regard to case, to spaces at the ends and to how many there are between words.
#[derive(Clone)]
pub struct Answer(Zeroizing<String>);

impl Answer {
    /// Reads an answer of 1 to [`MAX_ANSWER_CHARS`] characters.
    ///
    /// # Errors
    ///
    /// [`Refusal::TextMalformed`] when it is empty or too long.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let plain = Zeroizing::new(words.join(" ").to_lowercase());
        if plain.is_empty() || plain.chars().count() > MAX_ANSWER_CHARS {
            return Err(Refusal::TextMalformed { field: "answer", max_chars: MAX_ANSWER_CHARS });
        }
        Ok(Self(plain))
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer(***)")
    }
}

impl Knowledge {
    /// Keeps the answers so that they can be compared and not read. None without a question.
    #[must_use]
    pub(super) fn keep(new: Vec<NewQuestion>, peppers: &Peppers, cause: &mut Cause<'_>) -> Option<Self> {
        if new.is_empty() {
            return None;
        }
        let (pepper, salt) = (peppers.current(), cause.rng.random());
        let keep = |(place, it): (usize, NewQuestion)| Question {
            mac: mac(pepper, &salt, place, &it.answer),
            text: it.text,
        };
        Some(Self {
            pepper: pepper.version(),
            salt,
            questions: new.into_iter().enumerate().map(keep).collect(),
        })
    }

    /// Whether these are the answers, each to its question. Looks at all of them in any case.
    fn matches(&self, answers: &[Answer], pepper: &Pepper) -> bool {
        let equal = |(place, (question, answer)): (usize, (&Question, &Answer))| {
            mac(pepper, &self.salt, place, answer).as_bytes().ct_eq(question.mac.as_bytes())
        };
        let all = self.questions.iter().zip(answers).enumerate().map(equal);
        let right = all.fold(Choice::from(1), |right, it| right & it);
        answers.len() == self.questions.len() && bool::from(right)
    }
}

/// What telling leads to. Wrong answers are remembered, so they are an outcome and not an error.
#[derive(Debug)]
pub enum AfterTelling {
    /// They were right: the document may be shown, for a while.
    Told(Request<Open>),
    /// They were wrong; the refusal says how many tries are left.
    Refused(Request<Open>, Refusal),
}

impl Request<Open> {
    /// Compares what a signatory tells with what only they know. None when it is right and holds from before: whoever
    /// tells it again, for the answer got lost, changes nothing.
    ///
    /// # Errors
    ///
    /// Nothing was compared: [`Refusal::RequestExpired`], [`Refusal::SignatoryNotPending`],
    /// [`Refusal::NotYourTurn`], [`Refusal::SignatoryLocked`], and [`Refusal::StepMissing`] when nothing is
    /// asked of this signatory or the pepper it was kept under is gone.
    pub fn tell(
        self,
        signatory: &SignatoryId,
        answers: &[Answer],
        peppers: &Peppers,
        cause: &mut Cause<'_>,
    ) -> Result<Option<Transition<AfterTelling>>, Refusal> {
        let Self { mut facts, state } = self;
        facts.before_deadline(cause.now)?;
        let person = facts.signatory_mut(signatory)?;
        person.acting()?;
        let asked = Refusal::StepMissing { missing: "a question" };
        let knowledge = person.knowledge.clone().ok_or(asked.clone())?;
        let pepper = peppers.find(knowledge.pepper).ok_or(asked)?;
        let right = knowledge.matches(answers, pepper);
        let owner = Owner::Signatory(signatory.clone());
        let mut changes = Changes::default();
        let ceremony = person.acting()?;
        if right && ceremony.has_told(cause.now) {
            return Ok(None);
        }
        if right {
            ceremony.knowledge_at = Some(cause.now);
            let draft = Draft::new(EventKind::KnowledgeConfirmed)
                .fact("signatory", signatory.as_str())
                .fact("questions", knowledge.questions.len());
            append(&mut facts, &mut changes, draft, &owner, cause);
            return Ok(Some(Transition::new(AfterTelling::Told(Self { facts, state }), changes)));
        }
        ceremony.knowledge_tries = ceremony.knowledge_tries.saturating_add(1);
        let attempts_left = MAX_KNOWLEDGE_TRIES.saturating_sub(ceremony.knowledge_tries);
        ceremony.locked = attempts_left == 0;
        let locked = ceremony.locked;
        let draft = Draft::new(EventKind::KnowledgeRejected)
            .fact("signatory", signatory.as_str())
            .fact("attempts_left", attempts_left);
        append(&mut facts, &mut changes, draft, &owner, cause);
        if locked {
            facts.lock_event(signatory, LockedBy::Knowledge, &mut changes, cause);
        }
        let refusal = Refusal::AnswerWrong { attempts_left };
        Ok(Some(Transition::new(AfterTelling::Refused(Self { facts, state }, refusal), changes)))
    }
}

fn mac(pepper: &Pepper, salt: &[u8; 32], place: usize, answer: &Answer) -> Digest {
    let place = u64::try_from(place).unwrap_or(u64::MAX).to_be_bytes();
    pepper.mac(b"paraphe/knowledge/v1\0", salt, &[&place, answer.0.as_bytes()])
}

/// Longest answer, in characters.
pub const MAX_ANSWER_CHARS: usize = 100;
/// Questions to one signatory.
pub const MAX_QUESTIONS: usize = 3;
