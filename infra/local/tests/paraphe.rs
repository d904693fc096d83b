//! The program itself, with the real template and the real functions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use http::Request;
use local::{Cloud, Options};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paraphe"));
    command.env_remove("PARAPHE_API_KEY");
    command
}

async fn list(cloud: &Cloud, key: Option<&str>) -> u16 {
    let mut request = Request::builder().uri("/signatures").header("host", "127.0.0.1:3000");
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    cloud.invoke_http(request.body(Bytes::new()).unwrap()).await.status().as_u16()
}

#[tokio::test]
async fn the_demo_tenant_keeps_its_key_and_its_seal_over_a_restart() {
    let cloud = Cloud::boot(Options::default()).await.unwrap();
    let key = cloud.api_key().unwrap();
    assert_eq!(list(&cloud, Some(&key)).await, 200);
    assert_eq!(list(&cloud, None).await, 401);
    assert_eq!(list(&cloud, Some("paraphe_demo_0000000000000000000000000")).await, 401);
    let ca = std::fs::read(cloud.data().join("ca.pem")).unwrap();

    let cloud = cloud.restart().await.unwrap();
    assert_eq!(cloud.api_key().unwrap(), key);
    assert_eq!(std::fs::read(cloud.data().join("ca.pem")).unwrap(), ca);
    assert_eq!(list(&cloud, Some(&key)).await, 200);
}

#[tokio::test]
async fn the_demo_key_can_be_chosen() {
    let key = "a-key-that-somebody-chose-for-the-demo".to_owned();
    let cloud = Cloud::boot(Options { api_key: Some(key.clone()), ..Options::default() }).await.unwrap();
    assert_eq!(cloud.api_key().as_ref(), Some(&key));
    assert_eq!(list(&cloud, Some(&key)).await, 200);
}

#[test]
fn the_demo_leaves_a_signed_document_that_begins_with_the_original() {
    let parent = tempfile::tempdir().unwrap();
    let output = program()
        .args(["demo", "--data"])
        .arg(parent.path().join("data"))
        .arg("--out")
        .arg(parent.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("the request is DONE"), "{told}");
    let original = include_bytes!("../../../tests/fixtures/contract.pdf");
    let signed = std::fs::read(parent.path().join("contract.signed.pdf")).unwrap();
    assert!(signed.len() > original.len() && signed.starts_with(original));
    let audit = std::fs::read(parent.path().join("contract.audit.json")).unwrap();
    serde_json::from_slice::<serde_json::Value>(&audit).unwrap();
    let ca = std::fs::read_to_string(parent.path().join("contract.ca.pem")).unwrap();
    assert!(ca.starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn the_service_starts_says_how_to_begin_and_stops_when_asked() {
    let parent = tempfile::tempdir().unwrap();
    let mut child = program()
        .args(["--port", "0", "--data"])
        .arg(parent.path().join("data"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut told = String::new();
    while !told.contains("Ctrl-C") {
        assert_ne!(lines.read_line(&mut told).unwrap(), 0, "{told}");
    }
    for part in ["Paraphe is ready after", "API key    pk_live_", "/_local/outbox", "curl -H", "/EU-SES"] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }
    assert!(parent.path().join("data/demo-request.json").exists());
    let stopped = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert!(child.wait().unwrap().success());
    lines.read_to_string(&mut told).unwrap();
    assert!(told.contains("Stopped."), "{told}");
}

#[test]
fn other_peoples_files_are_never_deleted() {
    let parent = tempfile::tempdir().unwrap();
    std::fs::write(parent.path().join("thesis.txt"), "years of work").unwrap();
    let output = program().args(["--reset", "--port", "0", "--data"]).arg(parent.path()).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no Paraphe data"));
    assert!(Path::new(&parent.path().join("thesis.txt")).exists());
}
