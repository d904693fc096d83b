//! An authority that answers whether its certificate is revoked: OpenSSL's, behind HTTP.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use pades::demo_ca::DemoCa;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SerialNumber, date_time_ymd,
};

use super::Desk;
use super::desk::{has_openssl, run};

/// An authority, its OCSP responder, and a signer whose certificate names it.
#[derive(Clone, Debug)]
pub(crate) struct Responder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: tempfile::TempDir,
    desk: Desk,
    asked: AtomicUsize,
    /// OpenSSL reads and writes files of its own.
    answering: Mutex<()>,
}

impl Responder {
    /// Listens on this machine; none, said aloud, where there is no OpenSSL.
    pub(crate) async fn listen() -> Option<Self> {
        if !has_openssl() {
            return None;
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/ocsp", listener.local_addr().unwrap());
        let directory = tempfile::tempdir().unwrap();
        let authority = issue(&url);
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("root.pem", &authority.ca_certificate_pem);
        write("root.key", &authority.ca_key_pem);
        write("index.txt", GOOD);
        let inner = Inner {
            directory,
            desk: Desk::of(authority),
            asked: AtomicUsize::new(0),
            answering: Mutex::default(),
        };
        let responder = Self(Arc::new(inner));
        let app = Router::new().route("/ocsp", post(answer)).with_state(responder.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Some(responder)
    }

    /// The signer.
    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Revokes the signer's certificate.
    pub(crate) fn revoke(&self) {
        std::fs::write(self.0.directory.path().join("index.txt"), REVOKED).unwrap();
    }

    fn reply(&self, query: &[u8]) -> Vec<u8> {
        let _one = self.0.answering.lock().unwrap();
        let directory: &Path = self.0.directory.path();
        std::fs::write(directory.join("query"), query).unwrap();
        run(
            directory,
            "ocsp -index index.txt -CA root.pem -rsigner root.pem -rkey root.key -ndays 1 -reqin query \
             -respout reply",
        );
        std::fs::read(directory.join("reply")).unwrap()
    }
}

async fn answer(State(responder): State<Responder>, query: Bytes) -> Response {
    responder.0.asked.fetch_add(1, Ordering::SeqCst);
    let reply = tokio::task::spawn_blocking(move || responder.reply(&query)).await.unwrap();
    ([(header::CONTENT_TYPE, "application/ocsp-response")], reply).into_response()
}

/// A root, and a certificate that says where its status is asked for.
fn issue(url: &str) -> DemoCa {
    let params = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2049, 12, 31);
        params
    };
    let mut ca = params("Responding Examples");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate().unwrap();
    let root = ca.self_signed(&ca_key).unwrap();
    let mut signer = params("Ada Lovelace");
    signer.serial_number = Some(SerialNumber::from(0x1001));
    signer.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    signer.use_authority_key_identifier_extension = true;
    signer.custom_extensions.push(access(url));
    let key = KeyPair::generate().unwrap();
    let certificate = signer.signed_by(&key, &Issuer::from_params(&ca, &ca_key)).unwrap();
    DemoCa {
        ca_certificate_pem: root.pem(),
        ca_key_pem: ca_key.serialize_pem(),
        seal_certificate_pem: certificate.pem(),
        seal_key_pem: key.serialize_pem(),
    }
}

/// Authority information access with one OCSP address (RFC 5280 section 4.2.2.1).
fn access(url: &str) -> CustomExtension {
    let element =
        |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()][..], content].concat();
    let method = element(6, &[0x2b, 6, 1, 5, 5, 7, 0x30, 1]);
    let description = element(0x30, &[method, element(0x86, url.as_bytes())].concat());
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], element(0x30, &description))
}

/// OpenSSL's index: standing, end, revocation, serial number, file, subject.
const GOOD: &str = "V\t491231000000Z\t\t1001\tunknown\t/CN=Ada Lovelace\n";
const REVOKED: &str = "R\t491231000000Z\t260101000000Z,keyCompromise\t1001\tunknown\t/CN=Ada Lovelace\n";
