//! What functions build at start, from the names in their environment.
//!
//! A function asks for what it needs and thereby reads exactly the variables that its place in the
//! template has to set.

mod cursors;
mod email_signatures;

use std::time::Duration;

use domain::LinkKey;
use domain::policy::OtpPolicy;
use tlog::Signer;

use super::admission::Admission;
use super::aws::Aws;
use super::config::{ConfigError, Env, SmsConfig, SmsDestinations};
use super::pepper::PepperKeys;
use super::result::ResultKeys;
use super::session::SessionKeys;
use super::token::TokenKeys;
use super::webhook_queue::WebhookQueue;
use crate::closing::Closings;
use crate::courier::Courier;
use crate::intake::Saved;
use crate::outbound::{
    Mail, Outbound, OutboundError, Reach, SealKeys, SecretError, Secrets, SigningKeys, SimSwap, Sms,
};
use crate::store::{
    Access, Archive, CredentialKey, Deliveries, DisclosureKey, Documents, Evidence, Executions, Feed, Health,
    Lock, Log, PasswordKey, Quotas, Replays, Requests, Retentions, SealedFiles, TenantTextLimits, Themes,
    Trust, TrustedLists, Validations, Webhooks,
};
use crate::texts::Texts;

/// Builds what functions need, once per process.
#[derive(Debug)]
pub struct Supply<'a> {
    env: &'a Env,
    aws: &'a Aws,
    secrets: Secrets,
}

impl<'a> Supply<'a> {
    /// From this environment, in this cloud.
    #[must_use]
    pub fn new(env: &'a Env, aws: &'a Aws) -> Self {
        let secrets = Secrets::new(aws.secrets_manager());
        Self { env, aws, secrets }
    }

    /// The cloud itself.
    #[must_use]
    pub fn aws(&self) -> &Aws {
        self.aws
    }

    /// The environment itself.
    #[must_use]
    pub fn env(&self) -> &Env {
        self.env
    }

    /// Secrets, for what is read again while the process lives.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        self.secrets.clone()
    }

    /// The key pairs of KMS.
    #[must_use]
    pub fn signing_keys(&self) -> SigningKeys {
        SigningKeys::new(self.aws.kms())
    }

    /// The key that seals. `SEAL_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn seal_keys(&self) -> Result<SealKeys, ConfigError> {
        Ok(SealKeys::new(self.secrets(), self.signing_keys(), self.env.required("SEAL_SECRET")?))
    }

    /// Copies of evidence, and the files of the log. `EVIDENCE_BUCKET`, `EVIDENCE_LOCK`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing, or the lock is neither OFF, GOVERNANCE nor COMPLIANCE.
    pub fn archive(&self) -> Result<Archive, ConfigError> {
        let lock = Lock::parse(&self.env.required("EVIDENCE_LOCK")?).ok_or(ConfigError::Malformed {
            name: "EVIDENCE_LOCK",
            expected: "OFF, GOVERNANCE or COMPLIANCE",
        })?;
        let bucket = self.env.required("EVIDENCE_BUCKET")?;
        Ok(Archive::new(self.aws.bucket(&bucket), bucket, lock))
    }

    /// The transparency log, in an archive. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn log(&self, archive: &Archive) -> Result<Log, ConfigError> {
        Ok(Log::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?, archive.clone()))
    }

    /// The key that signs the log's checkpoints. `LOG_SECRET`, `LOG_ORIGIN`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing, or the secret cannot be read.
    pub async fn log_signer(&self) -> Result<Signer, ConfigError> {
        let keyring = self.secrets.keyring(&self.env.required("LOG_SECRET")?).await.map_err(startup)?;
        let seed = domain::Digest::of_parts(&[b"paraphe/log/v1\0", keyring.current().1]);
        Signer::from_seed(&self.env.required("LOG_ORIGIN")?, seed.as_bytes()).map_err(|_| {
            ConfigError::Malformed { name: "LOG_ORIGIN", expected: "a name without spaces and plus signs" }
        })
    }

    /// API keys and client apps. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn access(&self) -> Result<Access, ConfigError> {
        Ok(Access::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?))
    }

    /// What stands before the handlers of the integrator's API. `REQUESTS_TABLE`, `ADMISSION_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing or the secret cannot be read.
    pub async fn admission(&self) -> Result<Admission, ConfigError> {
        let table = self.env.required("REQUESTS_TABLE")?;
        let keyring = self.secrets.keyring(&self.env.required("ADMISSION_SECRET")?).await.map_err(startup)?;
        // A counter lasts a minute, so that its name may change with the key.
        let quotas = Quotas::new(self.aws.dynamodb(), table.clone(), keyring.current().1);
        Ok(Admission::new(quotas, Replays::new(self.aws.dynamodb(), table, keyring.versions())))
    }

    /// The keys of access tokens, read again while the process lives. `TOKEN_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn token_keys(&self) -> Result<TokenKeys, ConfigError> {
        Ok(TokenKeys::new(self.secrets(), self.env.required("TOKEN_SECRET")?))
    }

    /// Requests, for reading. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn requests(&self) -> Result<Requests, ConfigError> {
        Ok(Requests::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?))
    }

    /// Requests, for reading and committing. `REQUESTS_TABLE`, `EVIDENCE_TABLE`, `DISCLOSURE_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing or the secret cannot be read.
    pub async fn committing_requests(&self) -> Result<Requests, ConfigError> {
        let table = self.env.required("EVIDENCE_TABLE")?;
        Ok(self.requests()?.with_evidence(table, self.disclosure_key().await?))
    }

    /// Evidence, for reading. `EVIDENCE_TABLE`, `REQUESTS_TABLE`, `DISCLOSURE_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing or the secret cannot be read.
    pub async fn evidence(&self) -> Result<Evidence, ConfigError> {
        let (evidence, requests) =
            (self.env.required("EVIDENCE_TABLE")?, self.env.required("REQUESTS_TABLE")?);
        Ok(Evidence::new(self.aws.dynamodb(), evidence, requests, self.disclosure_key().await?))
    }

    /// Documents. `DOCUMENTS_BUCKET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn documents(&self) -> Result<Documents, ConfigError> {
        let bucket = self.env.required("DOCUMENTS_BUCKET")?;
        Ok(Documents::new(self.aws.bucket(&bucket), bucket))
    }

    /// Trusted lists, in the bucket of documents. `DOCUMENTS_BUCKET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn trusted_lists(&self) -> Result<TrustedLists, ConfigError> {
        Ok(TrustedLists::new(self.documents()?))
    }

    /// The key of signing links. `LINK_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name is missing or the secret cannot be read.
    pub async fn links(&self) -> Result<LinkKey, ConfigError> {
        let keyring = self.secrets.keyring(&self.env.required("LINK_SECRET")?).await.map_err(startup)?;
        Ok(LinkKey::new(keyring.current().1))
    }

    /// The peppers of one-time passwords, read again while the process lives. `PEPPER_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name is missing or the secret cannot be read.
    pub async fn pepper_keys(&self) -> Result<PepperKeys, ConfigError> {
        let keys = PepperKeys::new(self.secrets(), self.env.required("PEPPER_SECRET")?);
        // Now, and not while somebody waits for a code.
        let _peppers = keys.read().await.map_err(startup)?;
        Ok(keys)
    }

    /// The keys that authenticate the sessions of signatories. `PEPPER_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name is missing or the secret cannot be read.
    pub async fn session_keys(&self) -> Result<SessionKeys, ConfigError> {
        let (secrets, name) = (self.secrets(), self.env.required("PEPPER_SECRET")?);
        // What cannot be read at all is told at the start.
        let _keyring = secrets.keyring(&name).await.map_err(startup)?;
        Ok(SessionKeys::new(secrets, name))
    }

    /// The keys that authenticate how signatories came back. `RESULT_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name is missing or the secret cannot be read.
    pub async fn result_keys(&self) -> Result<ResultKeys, ConfigError> {
        let keyring = self.secrets.keyring(&self.env.required("RESULT_SECRET")?).await.map_err(startup)?;
        Ok(ResultKeys::new(keyring.current().1, keyring.earlier().map(|(_, material)| material)))
    }

    /// How one-time passwords are made. `OTP_TTL_SECONDS`, 300 if unset, 60 to 600.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`].
    pub fn otp_policy(&self) -> Result<OtpPolicy, ConfigError> {
        let ttl = Duration::from_secs(self.env.number("OTP_TTL_SECONDS", 300, 60..=600)?);
        Ok(OtpPolicy { ttl, ..OtpPolicy::default() })
    }

    /// Files that were sealed here. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn sealed_files(&self) -> Result<SealedFiles, ConfigError> {
        Ok(SealedFiles::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?))
    }

    /// Whom validations may trust. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn trust(&self) -> Result<Trust, ConfigError> {
        Ok(Trust::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?))
    }

    /// How long tenants want things to be kept. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn retentions(&self) -> Result<Retentions, ConfigError> {
        Ok(Retentions::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?))
    }

    /// Where text messages may go. `REQUESTS_TABLE`, `SMS_ENABLED`, `SMS_COUNTRIES`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`].
    pub fn texts(&self) -> Result<Texts, ConfigError> {
        Ok(Texts::new(SmsDestinations::from_env(self.env)?, self.text_limits()?))
    }

    /// What tenants allow of text messages. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn text_limits(&self) -> Result<TenantTextLimits, ConfigError> {
        Ok(TenantTextLimits::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?))
    }

    /// Saved looks of the signing page. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn themes(&self) -> Result<Themes, ConfigError> {
        Ok(Themes::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?))
    }

    /// What a request may name because it was saved before, and where text messages may go. `REQUESTS_TABLE`,
    /// `SMS_ENABLED`, `SMS_COUNTRIES`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`].
    pub fn saved(&self) -> Result<Saved, ConfigError> {
        let (signatures, people) = self.email_signatures()?;
        Ok(Saved { themes: self.themes()?, signatures, people, texts: self.texts()? })
    }

    /// Subscriptions to events. `REQUESTS_TABLE`, `WEBHOOK_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing or the secret cannot be read.
    pub async fn webhooks(&self) -> Result<Webhooks, ConfigError> {
        let table = self.env.required("REQUESTS_TABLE")?;
        let keyring = self.secrets.keyring(&self.env.required("WEBHOOK_SECRET")?).await.map_err(startup)?;
        Ok(Webhooks::new(self.aws.dynamodb(), table, CredentialKey::new(keyring.versions())))
    }

    /// What is delivered to endpoints, and how they are. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn deliveries(&self) -> Result<(Deliveries, Health), ConfigError> {
        let table = self.env.required("REQUESTS_TABLE")?;
        Ok((Deliveries::new(self.aws.dynamodb(), table.clone()), Health::new(self.aws.dynamodb(), table)))
    }

    /// The feed of events, and the history of callbacks. `REQUESTS_TABLE`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn feed(&self) -> Result<(Feed, Executions), ConfigError> {
        let table = self.env.required("REQUESTS_TABLE")?;
        Ok((Feed::new(self.aws.dynamodb(), table.clone()), Executions::new(self.aws.dynamodb(), table)))
    }

    /// The queue of deliveries. `WEBHOOK_QUEUE_URL`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`].
    pub fn webhook_queue(&self) -> Result<WebhookQueue, ConfigError> {
        Ok(WebhookQueue::new(self.aws.sqs(), self.env.required("WEBHOOK_QUEUE_URL")?))
    }

    /// Validations that are worked off later, and quotas. `REQUESTS_TABLE`, `VALIDATION_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing or the secret cannot be read.
    pub async fn validations(&self) -> Result<(Validations, Quotas), ConfigError> {
        let table = self.env.required("REQUESTS_TABLE")?;
        let secret = self.env.required("VALIDATION_SECRET")?;
        let keyring = self.secrets.keyring(&secret).await.map_err(startup)?;
        let (_, key) = keyring.current();
        let validations = Validations::new(self.aws.dynamodb(), table.clone(), PasswordKey::new(key));
        Ok((validations, Quotas::new(self.aws.dynamodb(), table, key)))
    }

    /// Quotas of what signatories cause, counted under a key of the peppers' secret. `REQUESTS_TABLE`,
    /// `PEPPER_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing or the secret cannot be read.
    pub async fn quotas(&self) -> Result<Quotas, ConfigError> {
        let keyring = self.secrets.keyring(&self.env.required("PEPPER_SECRET")?).await.map_err(startup)?;
        Ok(Quotas::new(self.aws.dynamodb(), self.env.required("REQUESTS_TABLE")?, keyring.current().1))
    }

    /// Text messages, if any are sent. `SMS_ENABLED`, `SMS_COUNTRIES`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`].
    pub fn sms(&self, config: &SmsConfig) -> Result<Option<Sms>, ConfigError> {
        let client = || self.aws.sns();
        let texts = || Sms::new(client(), config.sender_id.clone(), config.max_price_millis);
        Ok(SmsDestinations::from_env(self.env)?.is_enabled.then(texts))
    }

    /// Whether numbers moved to another SIM card, where somebody can be asked. `SIM_SWAP_URL`, nobody if unset;
    /// `SIM_SWAP_SECRET`, the secret that holds the token.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name of the secret is missing or nothing can be called.
    pub fn sim_swap(&self) -> Result<Option<SimSwap>, ConfigError> {
        let (url, secret) = (self.env.optional("SIM_SWAP_URL"), self.env.optional("SIM_SWAP_SECRET"));
        let reach = self.reach();
        let Some(url) = url else { return Ok(None) };
        let secret = secret.ok_or(ConfigError::Missing { name: "SIM_SWAP_SECRET" })?;
        let outbound = Outbound::new(reach).map_err(uncallable)?;
        Ok(Some(SimSwap::new(outbound, &url, (self.secrets(), secret))))
    }

    /// Mail. `MAIL_SENDER`, no-reply at the host of the signing links if unset; `MAIL_CONFIGURATION_SET`, none
    /// if unset.
    #[must_use]
    pub fn mail(&self) -> Mail {
        let (sender, set) = (self.env.optional("MAIL_SENDER"), self.env.optional("MAIL_CONFIGURATION_SET"));
        Mail::new(self.aws.ses(), sender, set)
    }

    /// The courier, for messages that carry no link. `MAIL_SENDER`, `MAIL_CONFIGURATION_SET`, `REQUESTS_TABLE`,
    /// `EMAIL_SIGNATURE_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a name is missing or the secret cannot be read.
    pub async fn courier(&self, requests: &Requests) -> Result<Courier, ConfigError> {
        self.courier_of(requests, None).await
    }

    async fn courier_of(&self, requests: &Requests, links: Option<LinkKey>) -> Result<Courier, ConfigError> {
        let (store, people) = self.email_signatures()?;
        let (keys, _) = self.email_signature_keys().await?;
        let courier = Courier::new(requests.clone(), self.mail(), links, self.aws.clock.clone());
        Ok(courier.with_closings(Closings::new(store, people, keys), self.email_signature_counts()?))
    }

    /// The courier, for every message. `MAIL_SENDER`, `MAIL_CONFIGURATION_SET`, `REQUESTS_TABLE`,
    /// `EMAIL_SIGNATURE_SECRET`, `LINK_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the name is missing or the secret cannot be read.
    pub async fn courier_with_links(&self, requests: &Requests) -> Result<Courier, ConfigError> {
        let links = Some(self.links().await?);
        self.courier_of(requests, links).await
    }

    /// Calls to strangers. `ALLOW_LOOPBACK`, `true` only where strangers live on this machine.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Startup`].
    pub fn outbound(&self) -> Result<Outbound, ConfigError> {
        Outbound::new(self.reach()).map_err(uncallable)
    }

    /// Calls to strangers whose answers are signed. `ALLOW_LOOPBACK`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Startup`].
    pub fn outbound_for_signed_answers(&self) -> Result<Outbound, ConfigError> {
        Outbound::for_signed_answers(self.reach()).map_err(uncallable)
    }

    /// Which strangers may be called. `ALLOW_LOOPBACK`.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self.env.optional("ALLOW_LOOPBACK").as_deref() {
            Some("true") => Reach::AllowLoopback,
            _ => Reach::PublicOnly,
        }
    }

    async fn disclosure_key(&self) -> Result<DisclosureKey, ConfigError> {
        let keyring =
            self.secrets.keyring(&self.env.required("DISCLOSURE_SECRET")?).await.map_err(startup)?;
        let (current, key) = keyring.current();
        let previous =
            (1..current).rev().filter_map(|version| Some((version, keyring.of_version(version)?.to_vec())));
        Ok(DisclosureKey::new(std::iter::once((current, key.to_vec())).chain(previous)))
    }
}

fn uncallable(source: OutboundError) -> ConfigError {
    ConfigError::Startup { what: "the outbound client", source: Box::new(source) }
}

fn startup(source: SecretError) -> ConfigError {
    ConfigError::Startup { what: "a secret", source: Box::new(source) }
}
