//! `paraphe admin`, beside the service that runs and on its data while it does not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "tests"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use pades::demo_ca;
use serde_json::Value;

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paraphe"));
    command.env_remove("PARAPHE_API_KEY").arg("--data").arg(data);
    command
}

/// The service, until it is dropped, and what it says.
struct Running {
    child: Child,
    _told: BufReader<ChildStdout>,
}

impl Running {
    fn start(data: &Path) -> (Self, String) {
        let mut child = program(data).args(["--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut told = String::new();
        while !told.contains("Ctrl-C") {
            assert_ne!(lines.read_line(&mut told).unwrap(), 0, "{told}");
        }
        let line = told.lines().find(|it| it.contains("Address")).unwrap();
        let address = line.split_whitespace().last().unwrap().to_owned();
        (Self { child, _told: lines }, address)
    }

    fn stop(mut self) {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.child.kill();
    }
}

/// What a command tells as JSON, or the sentence it ends with.
fn admin(data: &Path, arguments: &[&str]) -> Result<Value, String> {
    let output = program(data)
        .arg("admin")
        .args(arguments)
        .arg("--json")
        .env("PARAPHE_P12_PASSWORD", "correct horse")
        .output()
        .unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The status that the API answers the holder of a key with.
fn status(address: &str, key: &str) -> String {
    let output = Command::new("curl")
        .args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", &format!("Authorization: Bearer {key}")])
        .arg(format!("{address}/signatures"))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn keys_are_made_listed_and_revoked_beside_the_service_and_without_it() {
    let parent = tempfile::tempdir().unwrap();
    let data = &parent.path().join("data");
    assert!(admin(data, &["tenants"]).unwrap_err().contains("holds no Paraphe data"));
    let (service, address) = Running::start(data);
    let create = ["keys", "create", "--tenant", "acme", "--name", "Reports", "--scopes", "signatures:read"];
    assert!(admin(data, &create).unwrap_err().contains("--display-name"), "a new tenant needs a name");
    let made = admin(data, &[&create[..], &["--display-name", "Acme Ltd"]].concat()).unwrap();
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert_eq!(status(&address, key), "200");
    let app = admin(data, &["client-apps", "create", "--tenant", "acme", "--name", "CRM", "--test"]).unwrap();
    assert_eq!(app["displayName"], "Acme Ltd", "as the tenant's others");
    let tenants = admin(data, &["tenants"]).unwrap();
    let acme = tenants.as_array().unwrap().iter().find(|it| it["tenant"] == "acme").unwrap();
    assert_eq!((&acme["keys"], &acme["clientApps"]), (&Value::from(1), &Value::from(1)));
    service.stop();

    let listed = admin(data, &["keys", "list", "--tenant", "acme"]).unwrap();
    assert_eq!(listed[0]["id"], id);
    assert!(listed[0].get("key").is_none() && !listed.to_string().contains(key), "a secret is shown once");
    admin(data, &["keys", "revoke", id]).unwrap();
    assert!(admin(data, &["keys", "revoke", id]).unwrap_err().contains("no key has the id"));
    let (service, address) = Running::start(data);
    assert_eq!(status(&address, key), "401");
    service.stop();
}

#[test]
fn nobody_without_the_token_comes_through_the_door() {
    let parent = tempfile::tempdir().unwrap();
    let data = &parent.path().join("data");
    let (service, address) = Running::start(data);
    let door: Value = serde_json::from_slice(&std::fs::read(data.join("door.json")).unwrap()).unwrap();
    let knock = |token: &str, target: &str| {
        let output = Command::new("curl")
            .args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-d", "{}"])
            .args(["-H", &format!("x-paraphe-door: {token}"), "-H", &format!("x-amz-target: {target}")])
            .arg(format!("{address}/_local/cloud"))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let token = door["token"].as_str().unwrap();
    assert_eq!(knock(token, "DynamoDB_20120810.ListTables"), "200");
    assert_eq!(knock("", "DynamoDB_20120810.ListTables"), "403");
    assert_eq!(knock(&token.replace(&token[..1], "-"), "DynamoDB_20120810.ListTables"), "403");
    assert_eq!(knock(token, "TrentService.Sign"), "403", "only tables and secrets");
    service.stop();
    assert!(!data.join("door.json").exists());
}

#[test]
fn a_seal_key_is_imported_and_replaced_only_when_that_is_said() {
    let parent = tempfile::tempdir().unwrap();
    let data = &parent.path().join("data");
    Running::start(data).0.stop();
    let before = admin(data, &["seal-key", "show"]).unwrap();
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let ca = demo_ca::create("Acme", now, 30).unwrap();
    let path = |name: &str| parent.path().join(name).display().to_string();
    let (pem, key) = (path("chain.pem"), path("key.pem"));
    // The seal's own certificate is found by its key, wherever it stands.
    std::fs::write(&pem, format!("{}{}", ca.ca_certificate_pem, ca.seal_certificate_pem)).unwrap();
    std::fs::write(&key, ca.seal_key_pem.as_bytes()).unwrap();
    let import = ["seal-key", "import", &pem, "--key", &key];
    assert!(admin(data, &["seal-key", "import", &pem]).unwrap_err().contains("no PRIVATE KEY"));
    assert!(admin(data, &import).unwrap_err().contains("--replace"));
    let told = admin(data, &[&import[..], &["--replace"]].concat()).unwrap();
    assert_eq!(told["certificates"], 2);
    assert!((29..=30).contains(&told["daysLeft"].as_i64().unwrap()), "{told}");
    let shown = admin(data, &["seal-key", "show"]).unwrap();
    assert_eq!(shown["sha256"], told["sha256"]);
    assert_ne!(shown["sha256"], before["sha256"]);
    assert!(!shown.to_string().contains("PRIVATE"));

    let ended = demo_ca::create("Acme", now - 90 * 24 * 60 * 60, 30).unwrap();
    std::fs::write(&pem, format!("{}{}", ended.seal_certificate_pem, ended.seal_key_pem.as_str())).unwrap();
    let _refused = admin(data, &["seal-key", "import", &pem, "--replace"]).unwrap_err();
    assert_eq!(admin(data, &["seal-key", "show"]).unwrap()["sha256"], told["sha256"]);
}

#[test]
fn a_request_for_a_certificate_names_its_subject_and_a_pkcs12_file_brings_it_back() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: there is no openssl");
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    let data = &parent.path().join("data");
    Running::start(data).0.stop();
    let path = |name: &str| parent.path().join(name).display().to_string();
    let (key, csr, certificate, p12) =
        (path("key.pem"), path("seal.csr"), path("seal.pem"), path("seal.p12"));
    let names = ["C=IT", "O=Acme Ltd", "organizationIdentifier=VATIT-01234567890", "CN=Acme seal"];
    let asked = [&["seal-key", "csr", "--key-out", &key][..], &names].concat();
    let told = admin(data, &asked).unwrap();
    assert!(admin(data, &asked).is_err(), "a key is not overwritten");
    assert!(
        admin(data, &["seal-key", "csr", "--key-out", &path("other.pem"), "X=1"])
            .unwrap_err()
            .contains("X is not")
    );
    std::fs::write(&csr, told["csrPem"].as_str().unwrap()).unwrap();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let subject = openssl(&["req", "-in", &csr, "-noout", "-subject", "-verify"]);
    for name in ["IT", "Acme Ltd", "VATIT-01234567890", "Acme seal"] {
        assert!(subject.contains(name), "{subject}");
    }
    openssl(&["x509", "-req", "-in", &csr, "-signkey", &key, "-days", "90", "-out", &certificate]);
    let pass = "pass:correct horse";
    openssl(&["pkcs12", "-export", "-inkey", &key, "-in", &certificate, "-out", &p12, "-passout", pass]);
    let imported = admin(data, &["seal-key", "import", &p12, "--replace"]).unwrap();
    assert!(imported["subject"].as_str().unwrap().contains("CN=Acme seal"), "{imported}");
}

#[test]
fn stats_count_what_the_demo_leaves() {
    let parent = tempfile::tempdir().unwrap();
    let data = &parent.path().join("data");
    let demo = program(data).arg("demo").arg("--out").arg(parent.path()).output().unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    let stats = admin(data, &["stats"]).unwrap();
    assert_eq!(
        stats["requests"]["demo"].as_object().unwrap().values().map(|it| it.as_u64().unwrap()).sum::<u64>(),
        1
    );
    assert_eq!(stats["seals"]["closed"], 1);
    assert!(stats["messages"]["sent"].as_u64().unwrap() >= 4, "{stats}");
    assert_eq!(stats["messages"]["waiting"], 0);
    assert!(stats["due"]["archive"]["all"].as_u64().is_some(), "the chain waits to be copied: {stats}");
}
