//! The integrator's endpoint, which outlives every death of the service.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::task::JoinHandle;

/// What was told, by the id of the event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receiver(Arc<Mutex<BTreeMap<String, String>>>);

impl Receiver {
    /// Listens on this machine, until the task ends.
    pub(crate) async fn listen() -> (Self, String, JoinHandle<()>) {
        let receiver = Self::default();
        let app = Router::new().route("/hook", post(take)).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (receiver, url, task)
    }

    /// The names of the events, each counted once however often it came.
    pub(crate) fn events(&self) -> Vec<String> {
        let mut events: Vec<String> = self.0.lock().unwrap().values().cloned().collect();
        events.sort();
        events
    }
}

async fn take(State(Receiver(events)): State<Receiver>, headers: HeaderMap) -> StatusCode {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    events.lock().unwrap().insert(text("webhook-id"), text("webhook-event"));
    StatusCode::NO_CONTENT
}
