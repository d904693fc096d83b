//! A time-stamp authority on this machine: OpenSSL's, behind HTTP.

mod changing;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rcgen::{CertificateParams, CustomExtension, DnType, KeyPair, KeyUsagePurpose, date_time_ymd};

pub use changing::ChangingAuthority;

/// A time-stamp authority with a self-signed certificate, and a place for files.
#[derive(Clone, Debug)]
pub struct Authority(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: tempfile::TempDir,
    answers: Mutex<Answers>,
    asked: AtomicUsize,
    crl: Mutex<Vec<u8>>,
    address: String,
}

/// How an authority answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answers {
    /// With 503.
    Away,
    /// With a time-stamp over another digest.
    Falsely,
    /// With 503 to every second question, the first one included.
    Haltingly,
    /// As it should.
    Well,
}

impl Authority {
    /// Listens on this machine; none, said aloud, where there is no OpenSSL.
    pub async fn listen() -> Option<Self> {
        if openssl_is_missing() {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        issue(directory.path());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answers = Mutex::new(Answers::Well);
        let (asked, crl_body) = (AtomicUsize::new(0), Mutex::default());
        let authority = Self(Arc::new(Inner { directory, answers, asked, crl: crl_body, address }));
        let app = Router::new().route("/tsa", post(stamp)).route("/crl", get(crl));
        let app = app.with_state(authority.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Some(authority)
    }

    /// Its certificate.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        std::fs::read_to_string(self.0.directory.path().join("tsa.pem")).unwrap()
    }

    /// Where time-stamps are asked for.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/tsa", self.0.address)
    }

    /// Where the list of revoked certificates stands.
    #[must_use]
    pub fn crl_url(&self) -> String {
        format!("{}/crl", self.0.address)
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Changes how it answers.
    pub fn answer(&self, answers: Answers) {
        *self.0.answers.lock().unwrap() = answers;
    }

    /// Publishes a list of revoked certificates.
    pub fn publish(&self, crl: Vec<u8>) {
        *self.0.crl.lock().unwrap() = crl;
    }
}

async fn crl(State(authority): State<Authority>) -> Vec<u8> {
    authority.0.crl.lock().unwrap().clone()
}

async fn stamp(State(authority): State<Authority>, query: Bytes) -> Response {
    let answers = *authority.0.answers.lock().unwrap();
    let asked = authority.0.asked.fetch_add(1, Ordering::SeqCst);
    if answers == Answers::Away || (answers == Answers::Haltingly && asked % 2 == 0) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut query = query.to_vec();
    if answers == Answers::Falsely {
        // The digest stands behind the head of 25 bytes: version, algorithm and length.
        query[30] ^= 1;
    }
    let reply = tokio::task::spawn_blocking(move || reply(authority.0.directory.path(), &query)).await;
    ([(header::CONTENT_TYPE, "application/timestamp-reply")], reply.unwrap()).into_response()
}

fn reply(directory: &Path, query: &[u8]) -> Vec<u8> {
    let work = tempfile::tempdir_in(directory).unwrap();
    std::fs::write(work.path().join("query"), query).unwrap();
    std::fs::write(work.path().join("tsa.cnf"), CONFIGURATION).unwrap();
    let arguments =
        "ts -reply -config tsa.cnf -queryfile query -signer ../tsa.pem -inkey ../tsa.key -out reply";
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(work.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(work.path().join("reply")).unwrap()
}

/// Whether there is no OpenSSL to make time-stamps with, which is said aloud.
fn openssl_is_missing() -> bool {
    let ran = Command::new("openssl").arg("version").output();
    if let Err(error) = &ran {
        eprintln!("skipped: openssl cannot be run: {error}");
    }
    ran.is_err()
}

/// A certificate for time-stamps alone, critically (RFC 3161 section 2.3), from the beginning of one year to that of
/// another.
fn params((from, to): (i32, i32)) -> CertificateParams {
    let mut usage = CustomExtension::from_oid_content(
        &[2, 5, 29, 37],
        vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08],
    );
    usage.set_criticality(true);
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Time-stamps of Examples");
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.custom_extensions = vec![usage];
    params
}

/// A certificate of its own, with its key.
fn issue(directory: &Path) {
    let key = KeyPair::generate().unwrap();
    std::fs::write(directory.join("tsa.pem"), params((2000, 2050)).self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(directory.join("tsa.key"), key.serialize_pem()).unwrap();
}

const CONFIGURATION: &str = "
[tsa]
default_tsa = demo
[demo]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
";
