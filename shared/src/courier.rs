//! The courier sends the messages that committed moves have decided.
//!
//! A message is claimed before it is sent, and how it ended is recorded with evidence afterwards. Whoever
//! dies in between leaves a claimed message behind, of which nobody knows whether it was sent: it is
//! recorded as ambiguous, and never sent again by itself.
//!
//! Messages of test requests go to nobody: they are kept for whoever tests.
//!
//! **Invariant:** one intent, at most one message.

use domain::access::Mode;
use domain::message::{Delivery, Message, MessageKind};
use domain::otp::{OneTimeCode, ShortMessage, short_message};
use domain::request::{AnyRequest, AttachmentState, Progress, Role, Signatory, Stored};
use domain::transition::Transition;
use domain::value::{Language, MessageId, Text};
use domain::{Actor, Cause, Channel, Digest, LinkKey, LinkToken, RequestId, Timestamp};

use email_signature::Variant;
use email_signature::value::BrandId;
use zeroize::Zeroizing;

use crate::chance::system_rng;
use crate::clock::Clock;
use crate::closing::{Closings, Wanted};
use crate::outbound::{Addressee, Letter, Mail, Outcome, Sms};
use crate::store::{Claim, Counted, Counts, Requests, Rounds, SandboxMessage, StoreError};

/// Sends messages and records how that ended.
#[derive(Debug)]
pub struct Courier {
    requests: Requests,
    mail: Mail,
    sms: Option<Sms>,
    links: Option<LinkKey>,
    closings: Option<(Closings, Counts)>,
    clock: Clock,
}

impl Courier {
    /// A courier between these, who notes the instant at which each message was sent. Without `links`, it
    /// can send only what carries none.
    #[must_use]
    pub fn new(requests: Requests, mail: Mail, links: Option<LinkKey>, clock: Clock) -> Self {
        Self { requests, mail, sms: None, links, closings: None, clock }
    }

    /// The same, who also sends codes as text messages.
    #[must_use]
    pub fn with_sms(self, sms: Sms) -> Self {
        Self { sms: Some(sms), ..self }
    }

    /// The same, who closes mails by the managed signature of the sender that a request names.
    #[must_use]
    pub fn with_closings(self, closings: Closings, counts: Counts) -> Self {
        Self { closings: Some((closings, counts)), ..self }
    }

    /// Commits a move and sends what it decided. What cannot be sent now is taken up by the next sweep, so
    /// nothing that a caller waits for depends on it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when the request changed since it was loaded: nothing was stored, and
    /// nothing sent.
    pub async fn commit<T: Stored>(&self, transition: Transition<T>) -> Result<T, StoreError> {
        let messages: Vec<MessageId> = transition.messages().map(|it| it.id.clone()).collect();
        let next = Box::pin(self.requests.commit(transition)).await?;
        if let Err(error) = Box::pin(self.send_all(&next.facts().id, &messages)).await {
            tracing::warn!(
                request.id = next.facts().id.as_str(),
                error = &error as &dyn std::error::Error,
                "messages wait for the next sweep"
            );
        }
        Ok(next)
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
            let delivery = Delivery::Refused { reason: "not needed any more".to_owned() };
            return self.record(request, &message, (&delivery, None)).await;
        };
        let letter = self.closed(&loaded, signatory, message.kind, letter).await;
        let outcome = self.mail_letter(&loaded, signatory, (&message.id, &letter)).await;
        self.settle(request, &message, (outcome, signatory)).await
    }

    /// Records a message that was claimed and never settled: nobody knows whether it was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table is away.
    pub async fn give_up(&self, request: &RequestId, message: &Message) -> Result<(), StoreError> {
        self.record(request, message, (&Delivery::Ambiguous, None)).await
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
        code: (&OneTimeCode, Digest, Timestamp),
    ) -> Result<Delivery, StoreError> {
        let signatory = request.facts().signatory(&message.to).ok_or(StoreError::NotFound)?;
        let outcome = match message.channel {
            Channel::Email => self.mail_code(request, signatory, &message.id, code).await,
            Channel::Sms => self.text_code(request, signatory, &message.id, code).await,
        };
        let delivery = match outcome {
            Outcome::Settled(delivery) => delivery,
            // The code cannot be sent later: it exists only here. The signatory asks for another.
            Outcome::NotSent { reason } => Delivery::Refused { reason },
        };
        let destination = signatory.destination(message.channel);
        self.record(&request.facts().id, message, (&delivery, destination)).await?;
        Ok(delivery)
    }

    /// A letter with the signature of the sender, if the request names one. No mail waits for a signature that cannot
    /// be made.
    async fn closed(
        &self,
        request: &AnyRequest,
        signatory: &Signatory,
        kind: MessageKind,
        letter: Letter,
    ) -> Letter {
        let facts = request.facts();
        let (Some((closings, counts)), Some(sender)) = (&self.closings, &facts.options.sender) else {
            return letter;
        };
        let brand = facts.options.brand.as_deref().and_then(|it| BrandId::parse(it).ok());
        let now = self.clock.now();
        let wanted = Wanted {
            tenant: &facts.tenant,
            sender,
            brand: brand.as_ref(),
            campaign: None,
            recipient: signatory.email.as_ref(),
            mail: email_signature::rule::Mail::Message(kind),
            language: language_of(signatory),
            variant: if kind == MessageKind::Invitation { Variant::Normal } else { Variant::Reply },
            public_url: &facts.public_url,
            now,
        };
        match closings.closing(&wanted).await {
            Ok(closing) => {
                if let Err(error) = counts.count(&closing.mark, Counted::Shown, now).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a signature was not counted");
                }
                letter.closed((&closing.rendered.html, &closing.rendered.text))
            }
            Err(error) => {
                tracing::warn!(
                    request.id = facts.id.as_str(),
                    error = &error as &dyn std::error::Error,
                    "a mail goes out without its signature"
                );
                letter
            }
        }
    }

    /// Sends a letter; one of a test is kept for its sender instead.
    async fn mail_letter(
        &self,
        request: &AnyRequest,
        signatory: &Signatory,
        (id, letter): (&MessageId, &Letter),
    ) -> Outcome {
        let Some(address) = &signatory.email else { return Outcome::not_sent("there is no mailbox") };
        match request.facts().tenant.mode() {
            Mode::Live => self.mail.send(address, letter, host_of(request)).await,
            Mode::Test => {
                let message = SandboxMessage {
                    id: id.clone(),
                    channel: Channel::Email,
                    signatory: signatory.id.clone(),
                    to: Zeroizing::new(address.expose().to_owned()),
                    subject: letter.subject().to_owned(),
                    text: Zeroizing::new(letter.text().to_owned()),
                    at: self.clock.now(),
                };
                self.keep(request, message).await
            }
        }
    }

    async fn keep(&self, request: &AnyRequest, message: SandboxMessage) -> Outcome {
        match self.requests.keep_sandbox_message(&request.facts().id, &message).await {
            Ok(()) => Outcome::Settled(Delivery::Accepted { provider_id: format!("sandbox-{}", message.id) }),
            Err(_) => Outcome::not_sent("the sandbox is away"),
        }
    }

    async fn mail_code(
        &self,
        request: &AnyRequest,
        signatory: &Signatory,
        id: &MessageId,
        (code, document, expires_at): (&OneTimeCode, Digest, Timestamp),
    ) -> Outcome {
        let language = language_of(signatory);
        match Letter::otp(request.facts(), signatory, code, (document, expires_at), language) {
            Ok(letter) => {
                let letter = self.closed(request, signatory, MessageKind::Otp, letter).await;
                self.mail_letter(request, signatory, (id, &letter)).await
            }
            Err(_) => Outcome::not_sent("template"),
        }
    }

    async fn text_code(
        &self,
        request: &AnyRequest,
        signatory: &Signatory,
        id: &MessageId,
        (code, document, expires_at): (&OneTimeCode, Digest, Timestamp),
    ) -> Outcome {
        let Some(number) = &signatory.mobile else { return Outcome::not_sent("no phone") };
        let facts = request.facts();
        let text = if let Some(words) = &signatory.otp_text {
            ShortMessage::of_words(words.as_str(), code, host_of(request))
        } else {
            let about = short_message::About {
                requester: facts.requester.as_str(),
                title: facts.title.as_ref().map(Text::as_str),
                document,
                expires_at,
                timezone: signatory.timezone.as_deref().unwrap_or(&facts.options.timezone),
                host: host_of(request),
                approves: signatory.role == Role::Approver,
            };
            ShortMessage::new(&about, code, language_of(signatory))
        };
        let Ok(text) = text else { return Outcome::not_sent("the words do not fit a text message") };
        match (facts.tenant.mode(), &self.sms) {
            (Mode::Live, Some(sms)) => sms.send(number, &text).await,
            (Mode::Live, None) => Outcome::not_sent("no text messages here"),
            (Mode::Test, _) => {
                let message = SandboxMessage {
                    id: id.clone(),
                    channel: Channel::Sms,
                    signatory: signatory.id.clone(),
                    to: Zeroizing::new(number.expose().to_owned()),
                    subject: String::new(),
                    text: Zeroizing::new(text.expose().to_owned()),
                    at: self.clock.now(),
                };
                self.keep(request, message).await
            }
        }
    }

    /// What a message says; none when what it would tell of is not so any more.
    fn letter(&self, request: &AnyRequest, signatory: &Signatory, kind: MessageKind) -> Option<Letter> {
        let facts = request.facts();
        let token =
            LinkToken::derive(self.links.as_ref()?, &facts.id, &signatory.id, signatory.link_generation);
        let link = &format!("{}/sign#{}", facts.public_url, token.expose());
        let (language, to) = (language_of(signatory), Addressee::Signatory(signatory));
        let asks = matches!(
            kind,
            MessageKind::AddressCorrected
                | MessageKind::Delegation
                | MessageKind::Invitation
                | MessageKind::Reminder
                | MessageKind::Unlocked
        );
        if asks && (facts.closed_at.is_some() || !signatory.is_pending()) {
            return None;
        }
        let letter = match kind {
            MessageKind::AddressCorrected => Letter::address_corrected(facts, signatory, link, language),
            MessageKind::AttachmentRejected => {
                let rejected = signatory.attachments.iter().filter_map(|it| match &it.state {
                    AttachmentState::Rejected { at, reason } => Some((at, &it.name, reason)),
                    _ => None,
                });
                let (_, name, reason) = rejected.max_by_key(|(at, ..)| **at)?;
                Letter::attachment_rejected(facts, signatory, (name, Some(reason)), link, language)
            }
            MessageKind::Cancelled => Letter::cancelled(facts, to, language),
            MessageKind::Completion => {
                Letter::completion(facts, signatory, link, request.sealed()?.sha256, language)
            }
            MessageKind::Copy => Letter::copy(facts, signatory, link, request.sealed()?.sha256, language),
            MessageKind::Declined => {
                let declined = facts.signatories.iter().filter_map(|it| match &it.progress {
                    Progress::Declined { at, reason } => Some((at, it, reason.as_ref())),
                    _ => None,
                });
                let (_, by, reason) = declined.max_by_key(|(at, ..)| **at)?;
                Letter::declined(facts, to, by, reason, language)
            }
            MessageKind::Delegated => {
                let Progress::Delegated { to, .. } = &signatory.progress else { return None };
                Letter::delegated(facts, signatory, facts.signatory(to)?, language)
            }
            MessageKind::Delegation => {
                let passed_on = |it: &&Signatory| matches!(&it.progress, Progress::Delegated { to, .. } if *to == signatory.id);
                let by = facts.signatories.iter().find(passed_on)?;
                Letter::delegation(facts, signatory, by, link, language)
            }
            MessageKind::Expired => Letter::expired(facts, to, language),
            MessageKind::Invitation => Letter::invitation(facts, signatory, link, language),
            MessageKind::Reminder => Letter::reminder(facts, signatory, link, language),
            MessageKind::Unlocked => Letter::unlocked(facts, signatory, link, language),
            // The invitation tells what is to be attached, the integrator hears of bounces by callback, and a
            // code is gone with the process that made it.
            MessageKind::AttachmentAsked | MessageKind::Bounced | MessageKind::Otp => return None,
        };
        letter.ok()
    }

    async fn settle(
        &self,
        request: &RequestId,
        message: &Message,
        (outcome, signatory): (Outcome, &Signatory),
    ) -> Result<(), StoreError> {
        match outcome {
            Outcome::Settled(delivery) => {
                let destination = signatory.destination(message.channel);
                self.record(request, message, (&delivery, destination)).await
            }
            Outcome::NotSent { reason } => {
                // Nobody may send by this role, the provider is away, and the like: the operator has to know.
                tracing::warn!(request.id = request.as_str(), reason, "a message was not sent");
                self.requests.unclaim(request, &message.id, self.clock.now()).await.map(|_| ())
            }
        }
    }

    async fn record(
        &self,
        request: &RequestId,
        message: &Message,
        delivery: (&Delivery, Option<&str>),
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
