//! The courier sends the messages that committed moves have decided.
//!
//! A message is claimed before it is sent, and how it ended is recorded with evidence afterwards. Whoever
//! dies in between leaves a claimed message behind, of which nobody knows whether it was sent: it is
//! recorded as ambiguous, and never sent again by itself.
//!
//! **Invariant:** one intent, at most one message.

use domain::message::{Delivery, Message, MessageKind};
use domain::otp::OneTimeCode;
use domain::request::{AnyRequest, Signatory};
use domain::value::{Language, MessageId};
use domain::{Actor, Cause, LinkKey, LinkToken, RequestId, Timestamp};

use crate::chance::system_rng;
use crate::clock::Clock;
use crate::outbound::{Addressee, Letter, Mail, Outcome};
use crate::store::{Claim, Requests, Rounds, StoreError};

/// Sends messages and records how that ended.
#[derive(Debug)]
pub struct Courier {
    requests: Requests,
    mail: Mail,
    links: Option<LinkKey>,
    clock: Clock,
}

impl Courier {
    /// A courier between these, who notes the instant at which each message was sent. Without `links`, it
    /// can send only what carries none.
    #[must_use]
    pub fn new(requests: Requests, mail: Mail, links: Option<LinkKey>, clock: Clock) -> Self {
        Self { requests, mail, links, clock }
    }

    /// Sends messages that were just committed. What cannot be sent now is taken up by the next sweep, so
    /// nothing that a caller waits for depends on it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table is away; the sweep takes up what is left.
    pub async fn send_all(&self, request: &RequestId, messages: &[MessageId]) -> Result<(), StoreError> {
        for message in messages {
            self.take_up(request, message).await?;
        }
        Ok(())
    }

    /// Takes up one message: sends it if nobody has claimed it, and leaves it alone otherwise.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table is away.
    pub async fn take_up(&self, request: &RequestId, id: &MessageId) -> Result<(), StoreError> {
        let Some((message, claimed)) = self.requests.message(request, id).await? else { return Ok(()) };
        if claimed {
            return Ok(());
        }
        if let Claim::Taken = self.requests.claim(request, id, self.clock.now()).await? {
            return Ok(());
        }
        let loaded = self.requests.load(request).await?;
        let letter = loaded
            .facts()
            .signatory(&message.to)
            .and_then(|signatory| self.letter(&loaded, signatory, message.kind).map(|it| (signatory, it)));
        let Some((signatory, letter)) = letter else {
            let delivery = Delivery::Refused { reason: "nothing to say".to_owned() };
            return self.record(request, &message, &delivery).await;
        };
        let outcome = self.mail.send(&signatory.email, &letter, host_of(&loaded)).await;
        self.settle(request, &message, outcome).await
    }

    /// Records a message that was claimed and never settled: nobody knows whether it was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table is away.
    pub async fn give_up(&self, request: &RequestId, message: &Message) -> Result<(), StoreError> {
        self.record(request, message, &Delivery::Ambiguous).await
    }

    /// Sends the one message whose text cannot be made again. It was claimed when it was committed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table is away. The outcome says whether the code is on its way.
    pub async fn send_code(
        &self,
        request: &AnyRequest,
        message: &Message,
        code: (&OneTimeCode, domain::Digest, Timestamp),
    ) -> Result<Delivery, StoreError> {
        let (code, document, expires_at) = code;
        let facts = request.facts();
        let Some(signatory) = facts.signatory(&message.to) else { return Err(StoreError::NotFound) };
        let delivery =
            match Letter::otp(facts, signatory, code, (document, expires_at), language_of(signatory)) {
                Ok(letter) => match self.mail.send(&signatory.email, &letter, host_of(request)).await {
                    Outcome::Settled(delivery) => delivery,
                    // The code cannot be sent later: it exists only here. The signatory asks for another.
                    Outcome::NotSent { reason } => Delivery::Refused { reason },
                },
                Err(_) => Delivery::Refused { reason: "template".to_owned() },
            };
        self.record(&facts.id, message, &delivery).await?;
        Ok(delivery)
    }

    fn letter(&self, request: &AnyRequest, signatory: &Signatory, kind: MessageKind) -> Option<Letter> {
        let facts = request.facts();
        let token =
            LinkToken::derive(self.links.as_ref()?, &facts.id, &signatory.id, signatory.link_generation);
        let link = format!("{}/sign#{}", facts.public_url, token.expose());
        let language = language_of(signatory);
        match kind {
            MessageKind::AddressCorrected => {
                Letter::address_corrected(facts, signatory, &link, language).ok()
            }
            MessageKind::Cancelled => {
                Letter::cancelled(facts, Addressee::Signatory(signatory), language).ok()
            }
            MessageKind::Completion => {
                Letter::completion(facts, signatory, &link, request.sealed()?.sha256, language).ok()
            }
            MessageKind::Copy => {
                Letter::copy(facts, signatory, &link, request.sealed()?.sha256, language).ok()
            }
            MessageKind::Expired => Letter::expired(facts, Addressee::Signatory(signatory), language).ok(),
            MessageKind::Invitation => Letter::invitation(facts, signatory, &link, language).ok(),
            MessageKind::Reminder => Letter::reminder(facts, signatory, &link, language).ok(),
            MessageKind::Unlocked => Letter::unlocked(facts, signatory, &link, language).ok(),
            // A code is gone with the process that made it. No move decides the others: what they tell of
            // is not known of a request.
            MessageKind::AttachmentAsked
            | MessageKind::AttachmentRejected
            | MessageKind::Bounced
            | MessageKind::Declined
            | MessageKind::Delegated
            | MessageKind::Delegation
            | MessageKind::Otp => None,
        }
    }

    async fn settle(
        &self,
        request: &RequestId,
        message: &Message,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        match outcome {
            Outcome::Settled(delivery) => self.record(request, message, &delivery).await,
            Outcome::NotSent { .. } => {
                self.requests.unclaim(request, &message.id, self.clock.now()).await.map(|_| ())
            }
        }
    }

    async fn record(
        &self,
        request: &RequestId,
        message: &Message,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        let (mut rng, now) = (system_rng(), self.clock.now());
        let mut rounds = Rounds::default();
        loop {
            // Someone else may have settled it since: a message is settled once.
            if self.requests.message(request, &message.id).await?.is_none() {
                return Ok(());
            }
            let loaded = self.requests.load(request).await?;
            let mut cause = Cause { now, rng: &mut rng, actor: Actor::System, origin: None };
            let transition = loaded.record_delivery(message, delivery, &mut cause);
            match self.requests.commit(transition).await {
                Err(StoreError::Conflict(_)) if rounds.again().await => {}
                other => return other.map(|_| ()),
            }
        }
    }
}

/// The language a signatory is written to in; English stands in for what is not known.
fn language_of(signatory: &Signatory) -> Language {
    signatory.language.as_deref().and_then(Language::parse).unwrap_or_default()
}

fn host_of(request: &AnyRequest) -> &str {
    let url = request.facts().public_url.as_str();
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.split(['/', ':']).next().unwrap_or(host)
}
