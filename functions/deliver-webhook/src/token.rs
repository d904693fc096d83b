//! Tokens of endpoints that want one (RFC 6749 section 4.4), kept while they are good.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use domain::value::WebhookId;
use serde::Deserialize;
use shared::outbound::Outbound;
use tokio::sync::Mutex;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

/// Tokens that were had, by subscription and its version.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<WebhookId, Kept>>);

struct Kept {
    version: u64,
    token: Zeroizing<String>,
    until: Timestamp,
}

/// Where a token is had, and by whom.
pub(crate) struct Client<'a> {
    pub(crate) token_url: &'a str,
    pub(crate) id: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) scope: Option<&'a str>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: Option<Seconds>,
}

/// A number, or the text of one, as some servers write it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl Seconds {
    fn term(&self) -> Option<Duration> {
        match self {
            Self::Number(seconds) => Some(Duration::from_secs(*seconds)),
            Self::Text(text) => text.parse().ok().map(Duration::from_secs),
        }
    }
}

impl Tokens {
    /// A token that is good at `now`: a kept one, or a new one.
    ///
    /// # Errors
    ///
    /// A few words about the authorization server.
    pub(crate) async fn token(
        &self,
        (id, version): (&WebhookId, u64),
        client: &Client<'_>,
        outbound: &Outbound,
        now: Timestamp,
    ) -> Result<Zeroizing<String>, &'static str> {
        if let Some(kept) = self.0.lock().await.get(id)
            && kept.version == version
            && now < kept.until
        {
            return Ok(kept.token.clone());
        }
        let (token, term) = ask(client, outbound).await?;
        let until = now.plus(term.saturating_sub(EARLY));
        let mut kept = self.0.lock().await;
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(id.clone(), Kept { version, token: token.clone(), until });
        Ok(token)
    }

    /// Forgets a token that was refused.
    pub(crate) async fn forget(&self, id: &WebhookId) {
        self.0.lock().await.remove(id);
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(***)")
    }
}

async fn ask(
    client: &Client<'_>,
    outbound: &Outbound,
) -> Result<(Zeroizing<String>, Duration), &'static str> {
    // Both are form-encoded before they are joined (RFC 6749 section 2.3.1).
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client.id), encoded(client.secret));
    let basic = format!("Basic {}", STANDARD.encode(pair));
    let headers = BTreeMap::from([
        ("accept".to_owned(), "application/json".to_owned()),
        ("authorization".to_owned(), basic),
    ]);
    let body = ("application/x-www-form-urlencoded", form(client.scope).into());
    let answer = outbound
        .ask_as(client.token_url, &headers, body, MAX_ANSWER_BYTES)
        .await
        .map_err(|_| "the authorization server gave no token")?;
    let answer: TokenAnswer =
        serde_json::from_slice(&answer).map_err(|_| "the authorization server's answer is no token")?;
    let term = answer.expires_in.and_then(|it| it.term()).unwrap_or(USUAL_TERM);
    Ok((Zeroizing::new(answer.access_token), term))
}

fn form(scope: Option<&str>) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if let Some(scope) = scope {
        form.append_pair("scope", scope);
    }
    form.finish()
}

/// A token is not used in its last minute: it could be refused by the time it arrives.
const EARLY: Duration = Duration::from_mins(1);
/// Of a token whose server does not say.
const USUAL_TERM: Duration = Duration::from_mins(5);
const MAX_ANSWER_BYTES: usize = 64 * 1024;
const MOST_KEPT: usize = 1000;
