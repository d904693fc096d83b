//! Whether a phone number was moved to another SIM card lately, as its network says: `POST /check` of CAMARA's SIM Swap
//! API, version 1.
//!
//! **Invariant:** a network that does not answer stops nothing; only its word that the number moved does.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::value::PhoneNumber;
use serde::Deserialize;
use serde_json::json;

use super::{Outbound, Secrets};

/// Asks the network.
#[derive(Clone, Debug)]
pub struct SimSwap {
    outbound: Outbound,
    url: String,
    secrets: Secrets,
    token: String,
}

#[derive(Deserialize)]
struct Answer {
    swapped: bool,
}

impl SimSwap {
    /// Asks the API at `url`, such as `https://api.example.com/sim-swap/v1`, with the bearer token that the secret of
    /// that name holds.
    #[must_use]
    pub fn new(outbound: Outbound, url: &str, (secrets, token): (Secrets, String)) -> Self {
        Self { outbound, url: format!("{}/check", url.trim_end_matches('/')), secrets, token }
    }

    /// Whether a number got another SIM card in the last ten days. False where nobody knows.
    pub async fn has_moved(&self, number: &PhoneNumber) -> bool {
        match tokio::time::timeout(PATIENCE, self.ask(number)).await {
            Ok(Ok(answer)) => answer.swapped,
            Ok(Err(why)) => {
                tracing::warn!(why, "nobody knows whether a number moved");
                false
            }
            Err(_) => {
                tracing::warn!(why = "no answer in time", "nobody knows whether a number moved");
                false
            }
        }
    }

    async fn ask(&self, number: &PhoneNumber) -> Result<Answer, &'static str> {
        let token = self.secrets.text(&self.token).await.map_err(|_| "the token cannot be read")?;
        let headers = BTreeMap::from([
            ("accept".to_owned(), "application/json".to_owned()),
            ("authorization".to_owned(), format!("Bearer {}", token.trim())),
        ]);
        let asked = json!({ "phoneNumber": number.expose(), "maxAge": LATELY_HOURS });
        let body = ("application/json", asked.to_string().into());
        let answer = self.outbound.ask_as(&self.url, &headers, body, MAX_ANSWER_BYTES).await;
        let answer = answer.map_err(|_| "the network's API did not answer")?;
        serde_json::from_slice(&answer).map_err(|_| "the network's answer is none of the API's")
    }
}

/// The age of a change that the API takes where none is named.
const LATELY_HOURS: u32 = 240;
/// Somebody waits for a code meanwhile.
const PATIENCE: Duration = Duration::from_secs(3);
const MAX_ANSWER_BYTES: usize = 4 * 1024;
