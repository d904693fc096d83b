//! What must not be found anywhere: codes, links, what only a signatory knows; addresses, phones and names where
//! nobody needs them. A whole story is told, and everything that the service wrote meanwhile is searched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod people;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use http::Method;
use serde_json::{Value, json};
use tests::{CONTRACT, Ceremony, Door, Person, body};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What was written to the log, or told to the integrator.
#[derive(Clone, Debug, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn text(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Heard {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Listens to our own words down to the last, and to those of others as in operation; once for all stories.
fn listen_to_the_log() -> Heard {
    static LOG: OnceLock<Heard> = OnceLock::new();
    LOG.get_or_init(listen).clone()
}

fn listen() -> Heard {
    let log = Heard::default();
    let ours = "info,shared=trace,local=trace,capture_signature=trace,issue_otp=trace,present_document=trace";
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new(ours))
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    log
}

async fn listen_as_integrator() -> (Heard, String) {
    async fn take(State(mut heard): State<Heard>, headers: HeaderMap, body: Bytes) {
        writeln!(heard, "{headers:?}").unwrap();
        heard.write_all(&body).unwrap();
    }
    let heard = Heard::default();
    let app = Router::new().route("/hook", post(take)).with_state(heard.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (heard, url)
}

/// Everything on the disk of the stage, but what must hold secrets: the outbox with the mails, and the vault.
fn stored(data: &Path) -> Vec<(String, Vec<u8>)> {
    let mut folders = vec![data.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(data).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !(name.starts_with("outbox") || name.starts_with("secrets")) {
                files.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    files
}

fn contains(text: &[u8], needle: &str) -> bool {
    places(text, needle).next().is_some()
}

/// Whether it stands there as a word: six digits may be part of a digest, an instant or a number by chance.
fn contains_word(text: &[u8], word: &str) -> bool {
    let is_part = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    places(text, word).any(|at| !is_part(at.checked_sub(1)) && !is_part(Some(at + word.len())))
}

fn places(text: &[u8], needle: &str) -> impl Iterator<Item = usize> {
    let windows = text.windows(needle.len()).enumerate();
    windows.filter(|(_, window)| window.eq_ignore_ascii_case(needle.as_bytes())).map(|(at, _)| at)
}

/// Fails, naming the place and never the secret itself.
fn assert_absent(
    places: &[(String, Vec<u8>)],
    secrets: &[(&str, String)],
    is_in: impl Fn(&[u8], &str) -> bool,
) {
    for (place, text) in places {
        for (what, secret) in secrets {
            assert!(!secret.is_empty(), "{what} is unknown");
            assert!(!is_in(text, secret), "{what} stands in {place}");
        }
    }
}

const KITTY: Person = Person { name: "Katherine", surname: "Goble", email: "kitty.canary@example.org" };

/// A signatory who must tell an access code, gets codes both ways, mistypes one, and signs.
async fn story(door: &Door, callback: &str) -> (Ceremony, Vec<(&'static str, String)>) {
    let mut wanted = body(CONTRACT, &[KITTY]);
    wanted["signers"][0]["authentication"] = json!(["email", "sms"]);
    wanted["signers"][0]["mobile"] = json!("+39 333 112 2333");
    wanted["signers"][0]["accessCode"] = json!("parrot-parrot");
    wanted["callback"] = json!({ "url": callback, "headers": { "x-secret": "hush-hush-callback" } });
    let answer = door.post("/EU-SES", &wanted).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[KITTY]);
    let tell = json!({ "answers": ["parrot-parrot"] });
    let _told = ceremony.as_signatory(KITTY, Method::POST, "/sign/access", Some(&tell)).await.expect(200);
    let sha256 = ceremony.read(KITTY).await;
    let _sent = ceremony.ask(KITTY, &sha256).await.expect(202);
    let texts = door.mails_to("+393331122333");
    let texted = texts[0].text.rsplit_once('#').unwrap().1.trim().to_owned();
    let mailed = ceremony.code(KITTY);
    let sign = |email: &str| {
        json!({
            "documentSha256": sha256,
            "codes": { "email": email, "sms": texted },
            "mark": { "mode": "typed", "name": "Katherine Goble" },
        })
    };
    let path = "/sign/signature";
    let mistyped = sign(if mailed == "111111" { "222222" } else { "111111" });
    let _refused = ceremony.as_signatory(KITTY, Method::POST, path, Some(&mistyped)).await.expect(422);
    let right = sign(&mailed);
    let _signed = ceremony.as_signatory(KITTY, Method::POST, path, Some(&right)).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    let link = ceremony.token(KITTY);
    let secret_part = link.rsplit('.').next().unwrap().to_owned();
    let secrets = vec![
        ("the mailed code", mailed),
        ("the texted code", texted),
        ("the link", link),
        ("the secret of the link", secret_part),
        ("the access code", "parrot-parrot".to_owned()),
        ("the API key", door.cloud.api_key().unwrap()),
    ];
    (ceremony, secrets)
}

/// Every item of both tables, as text.
async fn items(door: &Door) -> Vec<(String, Vec<u8>)> {
    let client = door.cloud.aws().dynamodb();
    let mut all = Vec::new();
    for table in &door.cloud.template().tables {
        let found = client.scan().table_name(&table.name).send().await.unwrap();
        assert!(found.last_evaluated_key.is_none(), "the table fits into one page");
        for item in found.items.unwrap_or_default() {
            all.push((format!("{} {:?}", table.name, item["sk"]), format!("{item:?}").into_bytes()));
        }
    }
    all
}

/// Copies for ten years hold nobody in the clear; once everyone is erased, neither tables nor buckets do.
async fn nobody_is_left_after_erasure(door: &Door, ceremony: &Ceremony, person: &[(&str, String)]) {
    door.advance(std::time::Duration::from_mins(11)).await;
    let copies = |files: Vec<(String, Vec<u8>)>| -> Vec<(String, Vec<u8>)> {
        files.into_iter().filter(|(name, _)| name.contains("paraphe-evidence")).collect()
    };
    let kept = copies(stored(door.cloud.data()));
    assert!(kept.iter().any(|(name, _)| name.contains(&ceremony.id)), "there is a copy");
    assert_absent(&kept, person, contains);
    let before = items(door).await;
    assert!(
        before.iter().any(|(_, text)| contains(text, KITTY.email)),
        "what is stored can be found by this search"
    );
    // The request knows its people; nothing else in the tables does, whatever lies beside it.
    let is_request = |name: &str| name.ends_with("S(\"REQUEST\")");
    let told: Vec<(&str, &str)> = before
        .iter()
        .filter(|(name, _)| !is_request(name))
        .flat_map(|(name, text)| {
            person.iter().filter(|(_, it)| contains(text, it)).map(|(what, _)| (name.as_str(), *what))
        })
        .collect();
    assert_eq!(told, []);
    let _erased = door.post(&format!("/signatures/{}/erase", ceremony.id), &json!({})).await.expect(200);
    door.advance(std::time::Duration::from_mins(11)).await;
    let mut everywhere = items(door).await;
    everywhere.extend(stored(door.cloud.data()).into_iter().filter(|(name, _)| name.starts_with("objects")));
    assert_absent(&everywhere, person, contains);
}

#[tokio::test]
async fn what_nobody_may_read_is_written_nowhere() {
    let log = listen_to_the_log();
    let (told, callback) = listen_as_integrator().await;
    let door = Door::open().await;
    let (ceremony, mut secrets) = story(&door, &callback).await;
    let files = stored(door.cloud.data());
    let table = files.iter().find(|(name, _)| name.starts_with("tables.sqlite")).unwrap();
    assert!(contains(&table.1, "Services agreement"), "what is stored can be found by this search");
    assert!(contains(&told.text(), "RequestClosed"), "the integrator was told");
    assert!(contains(&log.text(), "POST /sign/signature"), "there is a log");
    assert!(contains_word(&told.text(), "RequestClosed") && !contains_word(&told.text(), "RequestClose"));
    // It is told to the callback, and stands nowhere else.
    let headers = [("a header of the callback", "hush-hush-callback".to_owned())];
    let mut ours = files.clone();
    ours.push(("the log".to_owned(), log.text()));
    assert!(contains(&told.text(), "hush-hush-callback"), "the callback has its header");
    assert_absent(&ours, &headers, contains);
    let codes: Vec<_> = secrets.drain(..2).collect();
    let mut everywhere = files.clone();
    everywhere.push(("the log".to_owned(), log.text()));
    everywhere.push(("what the integrator was told".to_owned(), told.text()));
    assert_absent(&everywhere, &codes, contains_word);
    assert_absent(&everywhere, &secrets, contains);

    let person = [
        ("the address", KITTY.email.to_owned()),
        ("the phone", "3331122333".to_owned()),
        ("the surname", "Goble".to_owned()),
        ("the given name", "Katherine".to_owned()),
    ];
    let outside: Vec<_> = everywhere
        .iter()
        // The request knows its signatories, the journal holds what a stream of it tells, the document shows
        // who signed it, and the integrator is told of signers as Openapi's callers expect it.
        .filter(|(name, _)| !name.starts_with("tables.sqlite") && !name.starts_with("journal"))
        .filter(|(name, _)| !name.starts_with("objects") && name != "what the integrator was told")
        .cloned()
        .collect();
    assert!(outside.iter().any(|(name, _)| name == "the log") && outside.len() > 1);
    assert_absent(&outside, &person, contains);
    let errors: Value = door.post("/EU-SES", &json!({ "signers": [{ "email": KITTY.email }] })).await.json();
    assert!(!errors.to_string().contains("kitty"), "{errors}");
    nobody_is_left_after_erasure(&door, &ceremony, &person).await;
}
