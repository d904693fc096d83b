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
pub(crate) struct Receiver {
    called_back: Arc<Mutex<BTreeMap<String, String>>>,
    subscribed: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl Receiver {
    /// Listens on this machine, until the task ends: at `/hook` for callbacks, at `/events` for a subscription.
    pub(crate) async fn listen() -> (Self, String, JoinHandle<()>) {
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

    /// The names of the events, each counted once however often it came.
    pub(crate) fn events(&self) -> Vec<String> {
        let mut events: Vec<String> = self.called_back.lock().unwrap().values().cloned().collect();
        events.sort();
        events
    }

    /// The events of a request that the subscription was told, each once however often it came.
    pub(crate) fn told(&self, request: &str) -> Vec<Value> {
        let events = self.subscribed.lock().unwrap();
        events.values().filter(|it| it["data"]["request"]["id"] == request).cloned().collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap) -> StatusCode {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    receiver.called_back.lock().unwrap().insert(text("webhook-id"), text("webhook-event"));
    StatusCode::NO_CONTENT
}

/// An event told twice has to say the same.
async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, Json(event): Json<Value>) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let before = receiver.subscribed.lock().unwrap().insert(id, event.clone());
    assert!(before.is_none_or(|it| it == event), "{event}");
    StatusCode::NO_CONTENT
}
