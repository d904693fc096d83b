//! What a path costs: NIST's own RSA path, and one whose CA has revoked a great many certificates.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "benches")]

use std::{fs, hint::black_box, path::Path};

use criterion::{Criterion, criterion_group, criterion_main};
use pades::{
    policy::CryptoPolicy,
    trust::{Material, PathQuery, PolicyConstraints, Purpose, TrustAnchors, check_path},
    validate::AnchorSource,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyIdMethod,
    KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};

/// 2022-05-01, when NIST's lists are fresh.
const AT: i64 = 1_651_363_200;

struct Case {
    anchors: TrustAnchors,
    leaf: Vec<u8>,
    material: Material,
    policy: CryptoPolicy,
}

impl Case {
    fn new(root: Vec<u8>, leaf: Vec<u8>, material: Material) -> Self {
        let mut anchors = TrustAnchors::new();
        anchors.add_certificate(root, AnchorSource::Tenant).unwrap();
        let case = Self { anchors, leaf, material, policy: CryptoPolicy::default() };
        assert!(case.passes());
        case
    }

    fn passes(&self) -> bool {
        let query = PathQuery {
            leaf: &self.leaf,
            purpose: Purpose::Signature,
            at: AT,
            now: AT,
            material: &self.material,
            anchors: &self.anchors,
            policy: &self.policy,
            policies: &PolicyConstraints::default(),
            fetcher: None,
        };
        check_path(black_box(&query)).verdict.is_passed()
    }
}

/// PKITS 4.1.1: three certificates and two lists, all RSA of 2048 bits.
fn nist() -> Case {
    let packed = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pkits/pkits.bin")).unwrap();
    let file = |wanted: &str| {
        let number = |at: usize| u32::from_be_bytes(packed[at..at + 4].try_into().unwrap()) as usize;
        let mut at = 0;
        loop {
            let (name, content) = (number(at), number(at + 4));
            let start = at + 8 + name;
            if &packed[at + 8..start] == wanted.as_bytes() {
                return packed[start..start + content].to_vec();
            }
            at = start + content;
        }
    };
    let mut material = Material::default();
    material.add_certificate(file("GoodCACert.crt"), None);
    material.add_crl(file("TrustAnchorRootCRL.crl"), None);
    material.add_crl(file("GoodCACRL.crl"), None);
    Case::new(file("TrustAnchorRootCertificate.crt"), file("ValidCertificatePathTest1EE.crt"), material)
}

/// A certificate below a root that revoked many others: P-256, and a list of megabytes.
fn long_list(revoked: u64) -> (Case, usize) {
    let params = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2030, 1, 1);
        params
    };
    let mut root = params("root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().unwrap();
    let root_der = root.self_signed(&key).unwrap().der().to_vec();
    let issuer = Issuer::from_params(&root, &key);
    let mut leaf = params("Ada Lovelace");
    leaf.serial_number = Some(SerialNumber::from(1));
    let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().der().to_vec();
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2022, 4, 30),
        next_update: date_time_ymd(2022, 5, 2),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: (0..revoked)
            .map(|number| RevokedCertParams {
                serial_number: SerialNumber::from(number + (1 << 40)),
                revocation_time: date_time_ymd(2022, 1, 1),
                reason_code: None,
                invalidity_date: None,
            })
            .collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&issuer).unwrap().der().to_vec();
    let mut material = Material::default();
    let size = list.len();
    material.add_crl(list, None);
    (Case::new(root_der, leaf, material), size)
}

fn paths(criterion: &mut Criterion) {
    let nist = nist();
    criterion.bench_function("RSA, three certificates, two lists", |bench| bench.iter(|| nist.passes()));
    let (long, size) = long_list(300_000);
    let mut group = criterion.benchmark_group("slow");
    group.sample_size(10);
    let name = format!("a list of 300,000 revocations, {size} bytes");
    group.bench_function(name, |bench| bench.iter(|| long.passes()));
    group.finish();
}

criterion_group!(benches, paths);
criterion_main!(benches);
