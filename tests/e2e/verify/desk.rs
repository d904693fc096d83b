//! Somebody who signs away from the service, with a certificate of an authority of their own.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use domain::Timestamp;
use pades::demo_ca::{DemoCa, DemoRevocation, create_with};
use pades::{Pkcs8Key, SealCertificate, SignedAttributes, assemble, contents_bytes};
use pdf::{Act, Document, FieldPlan, Limits, ReadAt, SealRequest, SignedAt};
use sha2::{Digest as _, Sha256};
use tests::Door;

/// A signer with their keys and certificates.
#[derive(Debug)]
pub(crate) struct Desk(DemoCa);

impl Desk {
    /// Whose certificate, good for some days from now on, nobody can revoke.
    pub(crate) fn new(door: &Door, organization: &str, days: u32) -> Self {
        Self::since(a_minute_ago(door), organization, days)
    }

    /// The same from an instant on.
    pub(crate) fn since(from: Timestamp, organization: &str, days: u32) -> Self {
        let revocation = DemoRevocation::NoRevAvail;
        Self(create_with(organization, from.unix_seconds(), days, revocation).unwrap())
    }

    /// Whose authority publishes a list.
    pub(crate) fn with_crl(door: &Door, organization: &str, days: u32, url: &str) -> Self {
        let from = a_minute_ago(door).unix_seconds();
        Self(create_with(organization, from, days, DemoRevocation::CrlAt(url)).unwrap())
    }

    /// With what an authority has issued.
    pub(crate) fn of(authority: DemoCa) -> Self {
        Self(authority)
    }

    /// The authority's certificate.
    pub(crate) fn root_pem(&self) -> &str {
        &self.0.ca_certificate_pem
    }

    /// The signer's own key.
    pub(crate) fn key_pem(&self) -> &str {
        &self.0.seal_key_pem
    }

    /// A list on which nothing stands, of this minute.
    pub(crate) fn crl(&self) -> Vec<u8> {
        let certificate = self.certificate();
        self.0.crl(certificate.not_before(), 7, 1).unwrap()
    }

    /// Signs a PDF.
    pub(crate) fn sign(&self, file: &[u8], at: Timestamp) -> Vec<u8> {
        self.seal(file, None, at)
    }

    /// Signs a PDF that needs a password.
    pub(crate) fn sign_with_password(&self, file: &[u8], password: &str, at: Timestamp) -> Vec<u8> {
        self.seal(file, Some(password), at)
    }

    /// Signs content that stays beside the signature.
    pub(crate) fn sign_detached(&self, content: &[u8]) -> Vec<u8> {
        let (certificate, key) = (self.certificate(), self.key());
        let digest: [u8; 32] = Sha256::digest(content).into();
        let attributes = SignedAttributes::new(digest, &certificate, key.algorithm()).unwrap();
        let signature = key.sign_digest(key.algorithm(), &attributes.digest()).unwrap();
        assemble(&attributes, &signature, &certificate, None).unwrap()
    }

    /// Signs content that the signature carries, with OpenSSL, as `DER` or `PEM`.
    pub(crate) fn sign_attached(&self, content: &[u8], form: &str) -> Vec<u8> {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(directory.path().join(name), bytes).unwrap();
        write("content", content);
        write("signer.pem", self.0.seal_certificate_pem.as_bytes());
        write("signer.key", self.0.seal_key_pem.as_bytes());
        write("root.pem", self.0.ca_certificate_pem.as_bytes());
        let arguments = "cms -sign -binary -nodetach -cades -in content -signer signer.pem -inkey signer.key \
            -certfile root.pem -out signed -outform";
        run(directory.path(), &format!("{arguments} {form}"));
        std::fs::read(directory.path().join("signed")).unwrap()
    }

    fn seal(&self, file: &[u8], password: Option<&str>, at: Timestamp) -> Vec<u8> {
        let source: Arc<dyn ReadAt> = Arc::new(file.to_vec());
        let document = Document::open(source, password.map(str::as_bytes), &Limits::default()).unwrap();
        let (certificate, key) = (self.certificate(), self.key());
        let plan = FieldPlan { signatories: Vec::new(), closing_field: "signature".to_owned() };
        let request = SealRequest {
            plan: &plan,
            act: Act::Closing,
            signed_at: SignedAt { unix_ms: at.unix_ms(), offset_minutes: 0 },
            signer_name: "Ada Lovelace",
            reason: None,
            location: None,
            evidence_head: None,
            contents_bytes: contents_bytes(&certificate, key.algorithm(), 0).unwrap(),
        };
        let tail = pades::seal(&document, &file.to_vec(), &request, &key, &certificate).unwrap();
        [file, &tail].concat()
    }

    fn certificate(&self) -> SealCertificate {
        SealCertificate::from_pem(&self.0.seal_certificate_pem).unwrap()
    }

    fn key(&self) -> Pkcs8Key {
        Pkcs8Key::from_pem(&self.0.seal_key_pem).unwrap()
    }
}

/// Runs OpenSSL in a directory.
pub(crate) fn run(directory: &Path, arguments: &str) {
    let words = arguments.split_ascii_whitespace();
    let done = Command::new("openssl").args(words).current_dir(directory).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Whether there is an OpenSSL; said aloud if not.
#[expect(clippy::print_stderr, reason = "a test that is skipped is seen to be")]
pub(crate) fn has_openssl() -> bool {
    let found = Command::new("openssl").arg("version").output();
    if let Err(error) = &found {
        eprintln!("skipped: openssl cannot be run: {error}");
    }
    found.is_ok()
}

fn a_minute_ago(door: &Door) -> Timestamp {
    Timestamp::from_unix_ms(door.cloud.clock().now().unix_ms() - 60_000)
}
