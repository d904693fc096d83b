//! NIST's Public Key Interoperability Test Suite: names, constraints, policies, lists, indirect lists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::{collections::BTreeMap, fs, path::Path};

use pades::{
    policy::CryptoPolicy,
    trust::{Material, PathOutcome, PathQuery, PolicyConstraints, Purpose, TrustAnchors, check_path},
    validate::AnchorSource,
};
use serde_json::Value;

/// The moment pyHanko judges them at, when every list is fresh: 2022-05-01.
const AT: i64 = 1_651_363_200;

/// Tests whose outcome differs from the suite's, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("40104", "DSA is not supported: nobody signs documents with it"),
    ("40105", "DSA is not supported: nobody signs documents with it"),
    ("40203", "a validity that begins before 1970 is not read"),
    ("41430", "the signer of an indirect list is vouched for by that list alone"),
];

struct Suite {
    cases: Vec<Value>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Suite {
    fn load() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pkits");
        let packed = fs::read(folder.join("pkits.bin")).unwrap();
        let number = |at: usize| u32::from_be_bytes(packed[at..at + 4].try_into().unwrap()) as usize;
        let mut files = BTreeMap::new();
        let mut at = 0;
        while at < packed.len() {
            let (name, content) = (number(at), number(at + 4));
            let start = at + 8;
            let text = String::from_utf8(packed[start..start + name].to_vec()).unwrap();
            at = start + name + content;
            files.insert(text, packed[start + name..at].to_vec());
        }
        let cases = serde_json::from_slice(&fs::read(folder.join("pkits.json")).unwrap()).unwrap();
        Self { cases, files }
    }

    fn file(&self, name: &Value) -> Vec<u8> {
        self.files[name.as_str().unwrap()].clone()
    }

    fn run(&self, case: &Value) -> PathOutcome {
        let mut material = Material::default();
        for certificate in case["certificates"].as_array().unwrap() {
            material.add_certificate(self.file(certificate), None);
        }
        material.add_crl(self.files["TrustAnchorRootCRL.crl"].clone(), None);
        for list in case["lists"].as_array().unwrap() {
            material.add_crl(self.file(list), None);
        }
        let mut anchors = TrustAnchors::new();
        anchors
            .add_certificate(self.files["TrustAnchorRootCertificate.crt"].clone(), AnchorSource::Tenant)
            .unwrap();
        let leaf = self.file(&case["cert"]);
        check_path(&PathQuery {
            leaf: &leaf,
            purpose: Purpose::Signature,
            at: AT,
            now: AT,
            material: &material,
            anchors: &anchors,
            policy: &CryptoPolicy::default(),
            policies: &policies(&case["params"]),
            fetcher: None,
        })
    }
}

fn policies(params: &Value) -> PolicyConstraints {
    let flag = |name: &str| params[name].as_bool().unwrap_or_default();
    let wanted = params["user_initial_policy_set"].as_array().cloned().unwrap_or_default();
    let dotted = |policy: &Value| match policy.as_str().unwrap() {
        "any_policy" => "2.5.29.32.0".to_owned(),
        dotted => dotted.to_owned(),
    };
    PolicyConstraints {
        initial_policies: wanted.iter().map(|policy| dotted(policy).parse().unwrap()).collect(),
        explicit_policy: flag("initial_explicit_policy"),
        inhibit_mapping: flag("initial_policy_mapping_inhibit"),
        inhibit_any_policy: flag("initial_any_policy_inhibit"),
    }
}

#[test]
fn every_path_is_judged_as_the_suite_says_or_differs_for_a_known_reason() {
    let suite = Suite::load();
    let mut differing = Vec::new();
    for case in &suite.cases {
        let outcome = suite.run(case);
        let expected = case["valid"].as_bool().unwrap();
        if outcome.verdict.is_passed() != expected {
            let id = case["id"].as_str().unwrap().to_owned();
            differing.push((id, format!("{}: {:?}", case["name"], outcome.verdict)));
        }
    }
    let known: Vec<&str> = DIFFERENCES.iter().map(|(id, _)| *id).collect();
    let found: Vec<&str> = differing.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(found, known, "{differing:#?}");
    assert!(suite.cases.len() > 240);
}
