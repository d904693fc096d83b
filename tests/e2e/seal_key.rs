//! The seal key is where the operator wants it to be.

use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use rcgen::{CertificateParams, DnType, Issuer, KeyPair, SubjectPublicKeyInfo, date_time_ymd};
use serde_json::{Value, json};
use tests::{CONTRACT, Door, ada, grace, judge_signed};

/// A stage whose operator lets it seal by keys in KMS.
async fn sealing_by_kms() -> Door {
    let keys = "arn:aws:kms:eu-west-1:000000000000:key/*";
    let parameters = [("SealKmsKeyArn".to_owned(), keys.to_owned())].into();
    Door::open_with(local::Options { parameters, ..local::Options::default() }).await
}

/// A key in KMS, and a certificate for it with that of its issuer.
async fn kms_key(door: &Door, spec: KeySpec) -> (String, String) {
    let kms = aws_sdk_kms::Client::new(&door.cloud.aws().sdk);
    let made = kms.create_key().key_spec(spec).key_usage(KeyUsageType::SignVerify).send().await.unwrap();
    let id = made.key_metadata.unwrap().key_id;
    let public = kms.get_public_key().key_id(&id).send().await.unwrap().public_key.unwrap().into_inner();
    let params = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2049, 12, 31);
        params
    };
    let root_key = KeyPair::generate().unwrap();
    let mut root = params("Root of Examples");
    root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root_pem = root.self_signed(&root_key).unwrap().pem();
    let public = SubjectPublicKeyInfo::from_der(&public).unwrap();
    let seal = params("Seal of Examples").signed_by(&public, &Issuer::from_params(&root, &root_key)).unwrap();
    (id, format!("{}{root_pem}", seal.pem()))
}

async fn is_sealed_by_kms(spec: KeySpec, more: Value) {
    let door = sealing_by_kms().await;
    let (id, chain) = kms_key(&door, spec).await;
    let mut secret = json!({ "kms_key_id": id, "certificate_pem": chain });
    secret.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    tests::use_seal_secret(&door, &secret).await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    door.cloud.clear_calls();
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "DONE");
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    judge_signed(&door.cloud, CONTRACT, &signed, 3).await;
    let calls = door.cloud.calls();
    let signing = calls.iter().find(|(call, _)| call.service == "kms").unwrap();
    assert_eq!((signing.0.function.as_deref(), signing.1), (Some("SealDocumentFunction"), 3));
    assert_eq!((signing.0.action.as_str(), signing.0.resource.as_str()), ("Sign", id.as_str()));
}

#[tokio::test]
async fn a_request_is_sealed_by_a_p256_key_in_kms() {
    is_sealed_by_kms(KeySpec::EccNistP256, json!({})).await;
}

#[tokio::test]
async fn a_request_is_sealed_by_an_rsa_key_in_kms_with_pss() {
    is_sealed_by_kms(KeySpec::Rsa3072, json!({ "rsa_padding": "pss" })).await;
}

#[tokio::test]
async fn a_key_that_is_not_the_certificates_seals_nothing() {
    let door = sealing_by_kms().await;
    let (_, chain) = kms_key(&door, KeySpec::EccNistP256).await;
    let (other, _) = kms_key(&door, KeySpec::EccNistP256).await;
    tests::use_seal_secret(&door, &json!({ "kms_key_id": other, "certificate_pem": chain })).await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    assert_eq!(ceremony.document("signedDocument").await.status, 404);
    assert!(!ceremony.evidence().await.contains(&"RevisionSealed".to_owned()));
}

#[tokio::test]
async fn the_right_to_sign_is_given_only_with_a_key_in_kms() {
    let arn = "arn:aws:kms:eu-west-1:000000000000:key/11111111-2222-3333-4444-555555555555";
    for key in ["", arn] {
        let parameters = [("SealKmsKeyArn".to_owned(), key.to_owned())].into();
        let door = Door::open_with(local::Options { parameters, ..local::Options::default() }).await;
        let statements = &door.cloud.template().function("SealDocumentFunction").unwrap().statements;
        assert!(statements.iter().all(Value::is_object));
        let signs: Vec<&Value> = statements
            .iter()
            .filter(|it| it["Action"] == json!(["kms:Sign"]))
            .map(|it| &it["Resource"])
            .collect();
        let expected = json!(arn);
        assert_eq!(signs, if key.is_empty() { vec![] } else { vec![&expected] });
    }
}
