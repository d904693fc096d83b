//! Calls of the APIs of Google and Microsoft, with the tokens that open them.
//!
//! **Invariant:** a token goes to the connector's own base address and nowhere else.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use email_signature::Connector;
use email_signature::connector::Kind;
use http::Method;
use serde_json::Value;
use shared::outbound::{Exchanged, FetchError, RetryAfter, ServiceAccount};
use tokio::sync::Mutex;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use crate::Deps;

/// An API of a connector.
pub(crate) struct Api<'a> {
    deps: &'a Deps,
    base_url: String,
    token_url: String,
    key: Key,
    scope: &'static str,
    /// Tokens that were had, by whom they speak for.
    tokens: Mutex<HashMap<String, Zeroizing<String>>>,
}

enum Key {
    Account(ServiceAccount),
    Client { id: String, secret: Zeroizing<String> },
}

/// Why a call came to nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// It may succeed later.
    Later(Option<RetryAfter>, &'static str),
    /// What it is about is not there: a mailbox, a group.
    Missing(&'static str),
    /// It will not succeed.
    Over(&'static str),
}

impl<'a> Api<'a> {
    /// The API of a connector, by what opens it.
    ///
    /// # Errors
    ///
    /// [`Trouble::Over`], when that is of another kind.
    pub(crate) fn new(deps: &'a Deps, connector: &Connector, credential: &Value) -> Result<Self, Trouble> {
        let unfit = Trouble::Over("credential_unfit");
        let key = match connector.kind() {
            Kind::Exchange => return Err(unfit),
            Kind::Gmail | Kind::GoogleDirectory => {
                Key::Account(ServiceAccount::parse(credential).map_err(|_| unfit)?)
            }
            Kind::MicrosoftGraph => {
                let secret = credential.as_str().ok_or(unfit)?.to_owned();
                let id = connector.client.as_ref().ok_or(unfit)?.as_str().to_owned();
                Key::Client { id, secret: Zeroizing::new(secret) }
            }
        };
        let scope = match (connector.kind(), &connector.group) {
            (Kind::Gmail, _) => "https://www.googleapis.com/auth/gmail.settings.basic",
            (Kind::GoogleDirectory, None) => "https://www.googleapis.com/auth/admin.directory.user.readonly",
            (Kind::GoogleDirectory, Some(_)) => {
                "https://www.googleapis.com/auth/admin.directory.user.readonly \
                 https://www.googleapis.com/auth/admin.directory.group.member.readonly"
            }
            (Kind::Exchange | Kind::MicrosoftGraph, _) => "https://graph.microsoft.com/.default",
        };
        Ok(Self {
            deps,
            base_url: connector.base_url().to_owned(),
            token_url: connector.token_url(),
            key,
            scope,
            tokens: Mutex::default(),
        })
    }

    /// Where the API is.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Calls a path below the base address in the name of `subject`, and gives the JSON of its answer.
    ///
    /// # Errors
    ///
    /// [`Trouble`].
    pub(crate) async fn call(
        &self,
        subject: &str,
        (method, path): (Method, &str),
        body: Option<&Value>,
    ) -> Result<Value, Trouble> {
        let mut answer = self.try_call(subject, (method.clone(), path), body).await?;
        if answer.status == 401 {
            // It may have been taken back, or be over by that server's clock.
            self.tokens.lock().await.remove(subject);
            answer = self.try_call(subject, (method, path), body).await?;
        }
        read(&answer)
    }

    async fn try_call(
        &self,
        subject: &str,
        (method, path): (Method, &str),
        body: Option<&Value>,
    ) -> Result<Exchanged, Trouble> {
        let token = self.token(subject).await?;
        let headers = BTreeMap::from([
            ("accept".to_owned(), "application/json".to_owned()),
            ("authorization".to_owned(), format!("Bearer {}", token.as_str())),
            // What Microsoft asks for where a group's members are narrowed to users; others do not know it.
            ("consistencylevel".to_owned(), "eventual".to_owned()),
        ]);
        let body = body.map(|it| ("application/json", it.to_string().into()));
        let url = format!("{}{path}", self.base_url);
        self.deps
            .outbound
            .exchange((method, &url), &headers, body, MAX_ANSWER_BYTES)
            .await
            .map_err(|error| unanswered(&error))
    }

    async fn token(&self, subject: &str) -> Result<Zeroizing<String>, Trouble> {
        if let Some(token) = self.tokens.lock().await.get(subject) {
            return Ok(token.clone());
        }
        let body = Some(("application/x-www-form-urlencoded", self.form(subject)?.into()));
        let headers = BTreeMap::from([("accept".to_owned(), "application/json".to_owned())]);
        let call = (Method::POST, self.token_url.as_str());
        let answer = self.deps.outbound.exchange(call, &headers, body, MAX_TOKEN_BYTES).await;
        let answer = answer.map_err(|error| unanswered(&error))?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status != 200 {
            return Err(no_token(&answer, said.get("error").and_then(Value::as_str).unwrap_or_default()));
        }
        let token = said.get("access_token").and_then(Value::as_str);
        // What cannot stand in a header is no token.
        let token = token.filter(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_graphic()));
        let token = Zeroizing::new(token.ok_or(Trouble::Over("unexpected_answer"))?.to_owned());
        self.tokens.lock().await.insert(subject.to_owned(), token.clone());
        Ok(token)
    }

    /// What a token is asked for with.
    fn form(&self, subject: &str) -> Result<String, Trouble> {
        let mut form = Serializer::new(String::new());
        match &self.key {
            Key::Account(account) => {
                let assertion = account
                    .assertion((subject, self.scope), &self.token_url, self.deps.clock.now())
                    .map_err(|_| Trouble::Over("credential_unfit"))?;
                form.append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
                form.append_pair("assertion", &assertion);
            }
            Key::Client { id, secret } => {
                form.append_pair("grant_type", "client_credentials");
                form.append_pair("client_id", id).append_pair("client_secret", secret);
                form.append_pair("scope", self.scope);
            }
        }
        Ok(form.finish())
    }
}

impl fmt::Debug for Api<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Api(***)")
    }
}

/// A text as a part of a path or of a query.
pub(crate) fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// What an authorization server means that gives no token (RFC 6749 section 5.2).
fn no_token(answer: &Exchanged, error: &str) -> Trouble {
    match (answer.status, error) {
        (408 | 425 | 429 | 500..=599, _) => Trouble::Later(answer.retry_after, "authorization_server_away"),
        // Google says so of a mailbox that is not there, or is not of this house.
        (_, "invalid_grant") => Trouble::Missing("no_such_mailbox"),
        (_, "unauthorized_client" | "access_denied") => Trouble::Over("not_delegated"),
        _ => Trouble::Over("credential_refused"),
    }
}

fn unanswered(error: &FetchError) -> Trouble {
    if error.is_temporary() { Trouble::Later(None, "away") } else { Trouble::Over("unexpected_answer") }
}

fn read(answer: &Exchanged) -> Result<Value, Trouble> {
    let said = || serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    match answer.status {
        200 => serde_json::from_slice(&answer.body).map_err(|_| Trouble::Over("unexpected_answer")),
        401 => Err(Trouble::Over("credential_refused")),
        403 if is_limit(&said()) => Err(Trouble::Later(answer.retry_after, "rate_limited")),
        403 => Err(Trouble::Over("not_allowed")),
        404 => Err(Trouble::Missing("not_found")),
        429 => Err(Trouble::Later(answer.retry_after, "rate_limited")),
        408 | 425 | 500..=599 => Err(Trouble::Later(answer.retry_after, "away")),
        _ => Err(Trouble::Over("unexpected_answer")),
    }
}

/// Google says with 403 that it was asked too often, too.
fn is_limit(said: &Value) -> bool {
    let errors = said.pointer("/error/errors").and_then(Value::as_array);
    let reasons = errors.into_iter().flatten().filter_map(|it| it.get("reason")?.as_str());
    reasons
        .into_iter()
        .any(|it| matches!(it, "rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded"))
}

/// Ninety persons with all that Google knows of them.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
const MAX_TOKEN_BYTES: usize = 64 * 1024;
