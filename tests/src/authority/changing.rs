//! A time-stamp authority that goes by the stage's clock, and takes another certificate every two years.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use shared::edge::Clock;

use super::{openssl_is_missing, params};

/// A time-stamp authority whose certificates end one after the other: each is valid for three years, and used in the
/// first two of them.
#[derive(Clone, Debug)]
pub struct ChangingAuthority(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: tempfile::TempDir,
    root: Vec<u8>,
    clock: Clock,
    serial: AtomicUsize,
    address: String,
}

impl ChangingAuthority {
    /// Listens on this machine; none, said aloud, where there is no OpenSSL.
    pub async fn listen(clock: Clock) -> Option<Self> {
        if openssl_is_missing() {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let root = issue(directory.path());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/tsa", listener.local_addr().unwrap());
        let serial = AtomicUsize::new(1);
        let authority = Self(Arc::new(Inner { directory, root, clock, serial, address }));
        let app = Router::new().route("/tsa", post(stamp)).with_state(authority.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Some(authority)
    }

    /// Where time-stamps are asked for.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.address
    }

    /// The certificate of who issued all of its own, DER.
    #[must_use]
    pub fn root(&self) -> Vec<u8> {
        self.0.root.clone()
    }

    /// How many time-stamps it made.
    #[must_use]
    pub fn made(&self) -> usize {
        self.0.serial.load(Ordering::SeqCst) - 1
    }
}

/// Issues all certificates, and gives the one above them.
fn issue(directory: &Path) -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, "Root of Examples");
    ca.not_before = date_time_ymd(2000, 1, 1);
    ca.not_after = date_time_ymd(2060, 1, 1);
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let root = ca.self_signed(&key).unwrap().der().to_vec();
    let issuer = Issuer::from_params(&ca, &key);
    for year in YEARS {
        let own = KeyPair::generate().unwrap();
        let mut params = params((year, year + 3));
        // Nobody tells of revocation (RFC 9608).
        params.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 56], vec![0x05, 0]));
        let certificate = params.signed_by(&own, &issuer).unwrap();
        std::fs::write(directory.join(format!("{year}.pem")), certificate.pem()).unwrap();
        std::fs::write(directory.join(format!("{year}.key")), own.serialize_pem()).unwrap();
    }
    root
}

async fn stamp(State(authority): State<ChangingAuthority>, query: Bytes) -> Response {
    let reply = tokio::task::spawn_blocking(move || {
        let Inner { directory, clock, serial, .. } = &*authority.0;
        let now = clock.now().to_rfc3339();
        let year: i32 = now[..4].parse().unwrap();
        let year = *YEARS.iter().rfind(|it| **it <= year).unwrap();
        let serial = serial.fetch_add(1, Ordering::SeqCst);
        reply(directory.path(), (year, serial), &now, &query)
    });
    ([(header::CONTENT_TYPE, "application/timestamp-reply")], reply.await.unwrap()).into_response()
}

/// OpenSSL's own authority goes by the clock of the machine: what is signed here says another time.
fn reply(directory: &Path, (year, serial): (i32, usize), now: &str, query: &[u8]) -> Vec<u8> {
    // Head and version take 5 bytes, the imprint 51, and after the nonce certificates are asked for in 3.
    let (imprint, nonce) = (&query[5..56], &query[56..query.len() - 3]);
    let time: String = now[..19].chars().filter(char::is_ascii_digit).chain(['Z']).collect();
    let serial = u32::try_from(serial).unwrap().to_be_bytes();
    let info = der(
        0x30,
        &[
            &der(0x02, &[&[1]]),
            // 1.3.6.1.4.1.32473.1
            &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x81, 0xfd, 0x59, 0x01],
            imprint,
            &der(0x02, &[serial.iter().position(|it| *it > 0).map_or(&[0], |it| &serial[it..])]),
            &der(0x18, &[time.as_bytes()]),
            nonce,
        ],
    );
    let work = tempfile::tempdir_in(directory).unwrap();
    std::fs::write(work.path().join("info"), info).unwrap();
    let arguments = format!(
        "cms -sign -binary -nodetach -cades -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in info \
         -signer ../{year}.pem -inkey ../{year}.key -outform DER -out token"
    );
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(work.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let token = std::fs::read(work.path().join("token")).unwrap();
    der(0x30, &[&der(0x30, &[&der(0x02, &[&[0]])]), &token])
}

/// An element of DER with this content.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take(7).take_while(|it| **it == 0).count()..];
    let mut element = vec![tag];
    if content.len() >= 0x80 {
        element.push(0x80 | u8::try_from(length.len()).unwrap());
    }
    [&element[..], length, &content].concat()
}

/// The years in which a certificate is taken into use.
const YEARS: [i32; 7] = [2026, 2028, 2030, 2032, 2034, 2036, 2038];
