//! The demo's view of the service: its API and its outbox, over HTTP.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::BoxError;

use crate::outbox::Sent;

/// A caller with an API key.
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

/// An answer that is no refusal.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) bytes: Vec<u8>,
}

/// A mail from the outbox.
pub(super) struct Mail(Sent);

impl Client {
    pub(super) fn new(url: String, key: String) -> Result<Self, BoxError> {
        let http =
            reqwest::Client::builder().user_agent("paraphe-demo").no_proxy().timeout(TIMEOUT).build()?;
        Ok(Self { http, url, key })
    }

    /// Reads, as the signatory with this link token or as the holder of the key.
    pub(super) async fn get(&self, path: &str, token: Option<&str>) -> Result<Answer, BoxError> {
        let request = self.http.get(format!("{}{path}", self.url));
        finish(path, request.bearer_auth(token.unwrap_or(&self.key))).await
    }

    /// Sends JSON as the holder of the key.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Answer, BoxError> {
        self.post_as(&self.key, path, body).await
    }

    /// Sends JSON as the holder of a token.
    pub(super) async fn post_as(&self, token: &str, path: &str, body: &Value) -> Result<Answer, BoxError> {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(token);
        finish(path, request.header("content-type", "application/json").body(body.to_string())).await
    }

    /// Uploads a large document; returns the entry by which a request names it.
    pub(super) async fn upload(&self, pdf: &[u8]) -> Result<Value, BoxError> {
        let asked = json!({ "sizeBytes": pdf.len(), "sha256": sha256_hex(pdf) });
        let offered = self.post("/uploads", &asked).await?.json()?;
        let offered = offered.get("data").ok_or("the answer has no data")?;
        let url = offered.get("url").and_then(Value::as_str).ok_or("the answer has no url")?;
        let entry = offered.get("inputDocument").ok_or("the answer has no inputDocument")?.clone();
        let mut request = self.http.put(url).body(pdf.to_vec());
        for (name, value) in offered.get("headers").and_then(Value::as_object).into_iter().flatten() {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        finish("the upload", request).await?;
        Ok(entry)
    }

    /// Everything in the outbox.
    pub(super) async fn mails(&self) -> Result<Vec<Sent>, BoxError> {
        let answer = self.get("/_local/outbox.json", None).await?;
        Ok(serde_json::from_slice(&answer.bytes)?)
    }

    /// The newest mail to an address that holds `part`, among those after the first `skip`; waits for it.
    pub(super) async fn mail(&self, address: &str, part: &str, skip: usize) -> Result<Mail, BoxError> {
        let started = Instant::now();
        loop {
            let mails = self.mails().await?;
            let fits = |mail: &&Sent| mail.to.contains(address) && mail.text.contains(part);
            if let Some(mail) = mails.iter().skip(skip).rfind(fits) {
                return Ok(Mail(mail.clone()));
            }
            pause(started, "a mail").await?;
        }
    }

    /// The signing room's state, once the document can be signed.
    pub(super) async fn ready_to_sign(&self, token: &str) -> Result<Value, BoxError> {
        let started = Instant::now();
        loop {
            let state = self.get("/sign/request", Some(token)).await?.json()?;
            match state.pointer("/request/state").and_then(Value::as_str) {
                Some("WAIT_SIGNER") => return Ok(state),
                Some("WAIT_VALIDATION") => pause(started, "the document to be accepted").await?,
                other => {
                    let other = other.unwrap_or("unknown");
                    return Err(format!("the request cannot be signed: its state is {other}").into());
                }
            }
        }
    }

    /// Waits for a state of the request.
    pub(super) async fn until_state(&self, id: &str, wanted: &str) -> Result<(), BoxError> {
        let started = Instant::now();
        loop {
            let request = self.get(&format!("/signatures/{id}"), None).await?.json()?;
            let state = request.pointer("/data/state").and_then(Value::as_str).unwrap_or("unknown");
            if state == wanted {
                return Ok(());
            }
            if matches!(state, "CANCELLED" | "DECLINED" | "ERROR" | "EXPIRED") {
                let why = request.pointer("/data/errorMessage").and_then(Value::as_str).unwrap_or_default();
                return Err(format!("the request ended as {state}: {why}").into());
            }
            pause(started, wanted).await?;
        }
    }
}

impl Answer {
    pub(super) fn json(&self) -> Result<Value, BoxError> {
        Ok(serde_json::from_slice(&self.bytes)?)
    }
}

impl Mail {
    /// What follows a mark, up to the next space.
    pub(super) fn after(&self, mark: &str) -> Option<&str> {
        self.0.text.split_once(mark)?.1.split_whitespace().next()
    }

    /// The first number of six digits that stands alone.
    pub(super) fn code(&self) -> Option<&str> {
        self.0
            .text
            .split(|it: char| !it.is_ascii_alphanumeric())
            .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

async fn finish(what: &str, request: reqwest::RequestBuilder) -> Result<Answer, BoxError> {
    let response = request.send().await?;
    let status = response.status();
    let bytes = response.bytes().await?.to_vec();
    if !status.is_success() {
        let said = String::from_utf8_lossy(bytes.get(..400).unwrap_or(&bytes)).into_owned();
        return Err(format!("{what} answered {status}: {said}").into());
    }
    Ok(Answer { status: status.as_u16(), bytes })
}

/// Waits a little, for at most [`PATIENCE`] in all.
async fn pause(started: Instant, what: &str) -> Result<(), BoxError> {
    if started.elapsed() > PATIENCE {
        return Err(format!("waited {} s for {what} in vain", PATIENCE.as_secs()).into());
    }
    tokio::time::sleep(LOOK_AGAIN).await;
    Ok(())
}

const TIMEOUT: Duration = Duration::from_mins(1);
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_codes_are_found_in_mails() {
        let mail = Mail(Sent {
            at: String::new(),
            channel: "email".to_owned(),
            to: "ada@example.com".to_owned(),
            subject: String::new(),
            text: "Open http://127.0.0.1:3000/sign#token-1\n\nRequest 123456789, code:\n\n654321\n"
                .to_owned(),
            ..Sent::default()
        });
        assert_eq!(mail.after("/sign#"), Some("token-1"));
        assert_eq!(mail.code(), Some("654321"));
    }
}
