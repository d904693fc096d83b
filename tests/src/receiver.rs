//! The integrator's endpoint, which outlives every death of the service.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::task::JoinHandle;

/// What was told, by the id of the event: to the callbacks of requests, and to a subscription.
#[derive(Clone, Debug, Default)]
pub struct Receiver {
    called_back: Arc<Mutex<BTreeMap<String, CalledBack>>>,
    subscribed: Arc<Mutex<BTreeMap<String, Value>>>,
}

#[derive(Clone, Debug)]
struct CalledBack {
    request: String,
    event: String,
}

impl Receiver {
    /// Listens on this machine, until the task ends: at `/hook` for callbacks, at `/events` for a subscription.
    pub async fn listen() -> (Self, String, JoinHandle<()>) {
        let receiver = Self::default();
        let app = Router::new()
            .route("/hook", post(take))
            .route("/events", post(hear))
            .with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (receiver, url, task)
    }

    /// The events of a request that its callback was told, in alphabetical order, each counted once however often it
    /// came.
    #[must_use]
    pub fn called_back(&self, request: &str) -> Vec<String> {
        let called = self.called_back.lock().unwrap();
        let mut events: Vec<String> =
            called.values().filter(|it| it.request == request).map(|it| it.event.clone()).collect();
        events.sort();
        events
    }

    /// The events of a request that the subscription was told, each once however often it came.
    #[must_use]
    pub fn told(&self, request: &str) -> Vec<Value> {
        let events = self.subscribed.lock().unwrap();
        events.values().filter(|it| it["data"]["request"]["id"] == request).cloned().collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, Json(body): Json<Value>) -> StatusCode {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let request = body["data"]["id"].as_str().unwrap().to_owned();
    let called = CalledBack { request, event: text("webhook-event") };
    receiver.called_back.lock().unwrap().insert(text("webhook-id"), called);
    StatusCode::NO_CONTENT
}

/// An event told twice has to say the same.
async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, Json(event): Json<Value>) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let before = receiver.subscribed.lock().unwrap().insert(id, event.clone());
    assert!(before.is_none_or(|it| it == event), "{event}");
    StatusCode::NO_CONTENT
}
