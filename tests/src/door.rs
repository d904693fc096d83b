//! The HTTP front door of a stage.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request};
use local::{Cloud, Options, Sent};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::Person;
use crate::ceremony::Ceremony;
use crate::document::CONTRACT;

/// A stage, and the key of its demo tenant.
#[derive(Clone, Debug)]
pub struct Door {
    /// The stage.
    pub cloud: Cloud,
}

/// An answer, with its whole body.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| {
            panic!("{} with no JSON: {:?}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// What stands at a JSON Pointer, as text; empty when it is no string.
    #[must_use]
    pub fn text(&self, pointer: &str) -> String {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Fails unless the status is this one, showing the body.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

impl Door {
    /// A fresh stage with usual options.
    pub async fn open() -> Self {
        Self::open_with(Options::default()).await
    }

    /// A stage whose clock stands at this instant and moves only when it is moved.
    pub async fn open_at(instant: &str) -> Self {
        let at = domain::Timestamp::parse_rfc3339(instant).expect("an instant");
        let clock = shared::edge::Clock::standing(at);
        Self::open_with(Options { clock, ..Options::default() }).await
    }

    /// A stage with these options. Documents and callbacks may live on this machine, and text messages go out.
    pub async fn open_with(mut options: Options) -> Self {
        for name in ["AllowLoopback", "SmsEnabled"] {
            options.parameters.entry(name.to_owned()).or_insert_with(|| "true".to_owned());
        }
        // What the stories use of the roles is looked at by `tests/policies`.
        let used = std::env::var_os("PARAPHE_USED_GRANTS").map(std::path::PathBuf::from);
        options.used_grants = options.used_grants.or(used);
        Self { cloud: Cloud::boot(options).await.expect("the stage boots") }
    }

    /// Stops the stage and starts it again upon the same state.
    pub async fn restart(self) -> Self {
        Self { cloud: self.cloud.restart().await.expect("the stage boots again") }
    }

    /// Calls as the demo tenant's integrator.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let key = self.cloud.api_key().expect("the demo tenant has a key");
        self.call_as(&key, method, path, body).await
    }

    /// Calls with a bearer: an API key, or a link's token.
    pub async fn call_as(&self, bearer: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.call_with(Some(bearer), method, path, &[], body).await
    }

    /// Calls with headers of its own. What is sent is JSON unless they say otherwise.
    pub async fn call_with(
        &self,
        bearer: Option<&str>,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:3000");
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// The first key of another tenant, as an operator makes it.
    pub async fn another_tenant(&self, tenant: &str) -> String {
        let asked = json!({ "tenant": tenant, "displayName": tenant });
        let first = self.cloud.invoke("ManageAccessFunction", asked).await.expect("a first key");
        first["key"].as_str().expect("a key").to_owned()
    }

    /// A key with these scopes, made by the demo tenant, with other members of the body.
    pub async fn key(&self, scopes: &[&str], others: &Value) -> String {
        let mut body = json!({ "name": "A key", "scopes": scopes });
        for (name, value) in others.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.post("/access/keys", &body).await.expect(201).text("/data/key")
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Bytes>) -> Answer {
        let (head, body) = self.cloud.invoke_http(request).await.into_parts();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// Calls as the signing page does: with a cookie and the page's own headers.
    pub async fn browse(
        &self,
        method: Method,
        path: &str,
        cookie: Option<&str>,
        body: Option<&Value>,
    ) -> Answer {
        self.browser(method, path, cookie, body, "http://127.0.0.1:3000").await
    }

    /// POSTs as a page of another origin would, with our cookie.
    pub async fn browse_from(&self, origin: &str, path: &str, cookie: &str, body: &Value) -> Answer {
        self.browser(Method::POST, path, Some(cookie), Some(body), origin).await
    }

    async fn browser(
        &self,
        method: Method,
        path: &str,
        cookie: Option<&str>,
        body: Option<&Value>,
        origin: &str,
    ) -> Answer {
        let mut headers = vec![("origin", origin), ("x-paraphe", "1")];
        headers.extend(cookie.map(|it| ("cookie", it)));
        let body = body.map(Value::to_string).unwrap_or_default();
        self.call_with(None, method, path, &headers, body).await
    }

    /// Uploads a document to a presigned address, and gives the entry of `inputDocuments` that names it.
    pub async fn upload(&self, document: &[u8]) -> Value {
        let sha256 = hex::encode(Sha256::digest(document));
        let asked = self.post("/uploads", &json!({ "sizeBytes": document.len(), "sha256": sha256 })).await;
        let asked = asked.expect(200).json();
        let put = self.put_presigned(&asked["data"], document).await;
        assert_eq!(put.status, 200, "{}", String::from_utf8_lossy(&put.body));
        asked["data"]["inputDocument"].clone()
    }

    /// Puts a document where an answer of `POST /uploads` says.
    pub async fn put_presigned(&self, upload: &Value, document: &[u8]) -> Answer {
        let url = upload["url"].as_str().unwrap();
        let path = &url[url.find("://").unwrap() + 3..];
        let path = &path[path.find('/').unwrap()..];
        let mut request = Request::builder().method(Method::PUT).uri(path).header("host", "127.0.0.1:3000");
        for (name, value) in upload["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        self.send(request.body(Bytes::copy_from_slice(document)).unwrap()).await
    }

    /// GET as the demo tenant's integrator.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// POST as the demo tenant's integrator.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Runs what is pending.
    pub async fn settle(&self) {
        self.cloud.settle().await.expect("the stage settles");
    }

    /// Lets time pass.
    pub async fn advance(&self, time: std::time::Duration) {
        self.cloud.advance(time).await.expect("the stage settles");
    }

    /// Messages to this address, oldest first.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<Sent> {
        self.cloud.outbox().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// Creates a request for a document, one signature field a person on page 1, and settles.
    pub async fn request(&self, document: &[u8], people: &[Person]) -> Ceremony {
        self.create(&body(document, people), people).await
    }

    /// Creates a request for the usual document with a body that is changed, and settles.
    pub async fn request_with(&self, people: &[Person], change: impl FnOnce(&mut Value)) -> Ceremony {
        let mut body = body(CONTRACT, people);
        change(&mut body);
        self.create(&body, people).await
    }

    async fn create(&self, body: &Value, people: &[Person]) -> Ceremony {
        let answer = self.post("/EU-SES", body).await.expect(200);
        self.settle().await;
        Ceremony::new(self.clone(), answer.text("/data/id"), people)
    }
}

/// The body of a request for a document sent along.
#[must_use]
pub fn body(document: &[u8], people: &[Person]) -> Value {
    json!({
        "title": "Services agreement",
        "inputDocuments": [{ "sourceType": "base64", "payload": STANDARD.encode(document) }],
        "signers": signers(people),
        "options": { "timezone": "Europe/Paris" },
    })
}

/// The signers of a request.
#[must_use]
pub fn signers(people: &[Person]) -> Value {
    let signer = |(index, person): (usize, &Person)| {
        json!({
            "name": person.name,
            "surname": person.surname,
            "email": person.email,
            "authentication": ["email"],
            "signatures": [{ "page": 1, "x": "50", "y": (100 + 60 * index).to_string() }],
        })
    };
    people.iter().enumerate().map(signer).collect()
}
