//! What a warm process keeps between two calls is never another tenant's.

use domain::access::Scope;
use http::Method;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use tests::{CONTRACT, Door, ada, body};
use tokio::task::JoinSet;

/// Who calls, and what only they may read.
struct Tenant {
    name: &'static str,
    key: String,
    paths: Vec<String>,
}

impl Tenant {
    /// A tenant with one of each thing, which all bear its name.
    async fn new(door: &Door, name: &'static str) -> Self {
        let first = door.another_tenant(name).await;
        let wanted =
            json!({ "name": name, "scopes": Scope::ALL.map(Scope::as_str), "callsPerMinute": 60_000 });
        let made = door.call_as(&first, Method::POST, "/access/keys", Some(&wanted)).await.expect(201);
        let key = made.text("/data/key");
        let mut request = body(CONTRACT, &[ada()]);
        request["title"] = json!(format!("The lease of {name}"));
        let request = door.call_as(&key, Method::POST, "/EU-SES", Some(&request)).await.expect(200);
        let webhook = json!({ "url": format!("https://{name}.example/hook") });
        let webhook = door.call_as(&key, Method::POST, "/webhooks", Some(&webhook)).await.expect(201);
        let brand = json!({ "name": name, "colors": { "primary": "#1f4fb4" } });
        let _brand = door.call_as(&key, Method::PUT, "/brands/house", Some(&brand)).await.expect(200);
        door.settle().await;
        let of_request = ["", "/detail"].map(|it| format!("/signatures/{}{it}", request.text("/data/id")));
        let lists = ["/signatures", "/webhooks", "/brands", "/access/keys"].map(str::to_owned);
        let webhook = format!("/webhooks/{}", webhook.text("/data/id"));
        Self { name, key, paths: of_request.into_iter().chain(lists).chain([webhook]).collect() }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_two_tenants_in_one_process_never_mix() {
    let door = Door::open().await;
    let tenants: &'static [Tenant] =
        Box::leak(Box::new([Tenant::new(&door, "amber").await, Tenant::new(&door, "cobalt").await]));
    let most = if std::env::var_os("PARAPHE_FULL").is_some() { 10_000 } else { 1_000 };
    let mut callers = JoinSet::new();
    for caller in 0..AT_ONCE {
        let door = door.clone();
        callers.spawn(async move {
            let mut chance = StdRng::seed_from_u64(caller);
            let mut told = 0;
            for _ in 0..most / AT_ONCE {
                let (mine, other) = if chance.random() { (0, 1) } else { (1, 0) };
                let (mine, other) = (&tenants[mine], &tenants[other]);
                let path = mine.paths.choose(&mut chance).unwrap();
                let answer = door.call_as(&mine.key, Method::GET, path, None).await.expect(200);
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                assert!(!text.contains(other.name), "{path} of {} tells of {}", mine.name, other.name);
                told += usize::from(text.contains(mine.name));
                // A call that is refused leaves nothing behind for the next, either.
                let stolen = other.paths.first().unwrap();
                let _unknown = door.call_as(&mine.key, Method::GET, stolen, None).await.expect(404);
            }
            told
        });
    }
    let told: usize = callers.join_all().await.into_iter().sum();
    assert!(told > usize::try_from(most).unwrap() / 2, "what is read bears the name of its tenant: {told}");
}

/// Calls at one time.
const AT_ONCE: u64 = 4;
