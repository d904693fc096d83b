//! What the fuzz targets share.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use pades::{
    policy::CryptoPolicy,
    trust::{Material, PathQuery, PolicyConstraints, Purpose, TrustAnchors, check_path},
    validate::AnchorSource,
};
use pdf::{Document, Limits};
use rustix::time::{ClockId, clock_gettime};

/// An instant at which the certificates of [`assert_status_unknown`] are valid, Unix seconds.
pub const NOW: i64 = 1_800_000_000;

/// Opens a document within limits that keep each run short. They are wide enough for every path.
#[must_use]
pub fn open(bytes: &[u8]) -> Option<Document> {
    let limits = Limits { expanded_bytes: 4 << 20, work_bytes: 16 << 20, ..Limits::default() };
    Document::open(Arc::new(bytes.to_vec()), None, &limits).ok()
}

/// Does some work.
///
/// # Panics
///
/// When it takes the processor longer than any input may. The clock on the wall says nothing of that on a machine
/// that does other things as well.
pub fn bounded<T>(work: impl FnOnce() -> T) -> T {
    let before = processor_time();
    let done = work();
    let took = processor_time().saturating_sub(before);
    assert!(took < MAX_PROCESSOR_TIME, "it took the processor {took:?}");
    done
}

fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("time since the process began")
}

/// Asks whether a certificate is good whose authority publishes lists, given what a stranger says about it.
///
/// # Panics
///
/// When the stranger is believed.
pub fn assert_status_unknown(material: &Material) {
    static TRUSTED: LazyLock<TrustAnchors> = LazyLock::new(|| {
        let mut anchors = TrustAnchors::new();
        anchors.add_certificate(ROOT.to_vec(), AnchorSource::Tenant).expect("a certificate");
        // The authority itself is believed, or the targets would show nothing.
        let mut good = Material::default();
        good.add_crl(GOOD_LIST.to_vec(), None);
        assert!(is_good(&anchors, &good), "the authority is not believed");
        anchors
    });
    assert!(!is_good(&TRUSTED, material), "the status of a certificate is known from a stranger");
}

fn is_good(anchors: &TrustAnchors, material: &Material) -> bool {
    let query = PathQuery {
        leaf: LEAF,
        purpose: Purpose::Signature,
        at: NOW,
        now: NOW,
        material,
        anchors,
        policy: &CryptoPolicy::default(),
        policies: &PolicyConstraints::default(),
        fetcher: None,
    };
    bounded(|| check_path(&query)).verdict.is_passed()
}

const ROOT: &[u8] = include_bytes!("../seeds/authority/root.der");
const LEAF: &[u8] = include_bytes!("../seeds/authority/leaf.der");
const GOOD_LIST: &[u8] = include_bytes!("../seeds/authority/good.crl");

/// What a run of a validation may take on any input.
const MAX_PROCESSOR_TIME: Duration = Duration::from_secs(2);
