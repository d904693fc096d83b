//! What the fuzz targets share.

use std::sync::{Arc, LazyLock};

use pades::{
    certificates_of_pem,
    demo_ca::{DemoRevocation, create_with},
    policy::CryptoPolicy,
    trust::{Material, PathQuery, PolicyConstraints, Purpose, TrustAnchors, check_path},
    validate::AnchorSource,
};
use pdf::{Document, Limits};

/// Opens a document within limits that keep each run short. They are wide enough for every path.
#[must_use]
pub fn open(bytes: &[u8]) -> Option<Document> {
    let limits = Limits { expanded_bytes: 4 << 20, work_bytes: 16 << 20, ..Limits::default() };
    Document::open(Arc::new(bytes.to_vec()), None, &limits).ok()
}

/// An instant at which the certificates of [`assert_status_unknown`] are valid.
const NOW: i64 = 1_795_286_165;

/// Asks whether a certificate is good whose authority publishes lists, given what a stranger says about it.
///
/// # Panics
///
/// When the stranger is believed.
pub fn assert_status_unknown(material: &Material) {
    static TRUSTED: LazyLock<(TrustAnchors, Vec<u8>)> = LazyLock::new(|| {
        let revocation = DemoRevocation::CrlAt("http://localhost/crl");
        let demo = create_with("Analytical Engines", NOW - 60, 365, revocation).expect("a demo authority");
        let anchors = TrustAnchors::from_pem(&demo.ca_certificate_pem, &AnchorSource::Tenant).expect("its root");
        let leaf = certificates_of_pem(&demo.seal_certificate_pem).expect("its certificate");
        (anchors, leaf.into_iter().next().expect("one certificate"))
    });
    let (anchors, leaf) = &*TRUSTED;
    let query = PathQuery {
        leaf,
        purpose: Purpose::Signature,
        at: NOW,
        now: NOW,
        material,
        anchors,
        policy: &CryptoPolicy::default(),
        policies: &PolicyConstraints::default(),
        fetcher: None,
    };
    assert!(!check_path(&query).verdict.is_passed(), "the status of a certificate is known from a stranger");
}
