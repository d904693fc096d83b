//! What a request costs on AWS: calls, capacity units and bytes of whole stories, counted, times list prices.
//!
//! `prices.json` holds the prices with their date, and what is assumed where nothing can be counted; `baselines.json`
//! what each story cost when it was last looked at. Without the month's fixed costs, and without storage.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use http::Method;
use local::Usage;
use serde_json::{Value, json};
use tests::{Ceremony, Door, Person, ada, alan, body, grace, large_pdf};

/// A document of common size.
const COMMON_BYTES: usize = 300_000;
/// At most this for one signatory by mail, and a document of common size.
const MOST_USD: f64 = 0.0015;
/// More than a baseline by this much is looked at before it is taken.
const MORE: f64 = 1.1;

#[tokio::test]
async fn one_signatory_costs_at_most_what_was_promised() {
    let usd = play("one signatory", COMMON_BYTES, &[ada()], |_| {}).await;
    assert!(usd <= MOST_USD, "USD {usd}");
}

#[tokio::test]
async fn three_signatories() {
    play("three signatories", COMMON_BYTES, &[ada(), grace(), alan()], |_| {}).await;
}

#[tokio::test]
async fn a_document_of_four_megabytes() {
    play("a document of 4 MB", 4_000_000, &[ada()], |_| {}).await;
}

#[tokio::test]
async fn a_code_by_text_message() {
    let by_text = |body: &mut Value| {
        body["signers"][0]["authentication"] = json!(["sms"]);
        body["signers"][0]["mobile"] = json!("+39 333 112 2333");
    };
    play("a code by text message", COMMON_BYTES, &[ada()], by_text).await;
}

/// Plays a request from its creation to the signed document in the integrator's hands, and gives its cost in USD.
async fn play(name: &str, bytes: usize, people: &[Person], change: impl Fn(&mut Value)) -> f64 {
    let door = Door::open().await;
    let document = large_pdf(bytes);
    // Once before it counts: the functions are warm then, as they are where there is load.
    sign(&door, &document, people, &change).await;
    door.cloud.start_meter();
    sign(&door, &document, people, &change).await;
    let cost = Cost::of(&door);
    cost.tell(name);
    let usd = cost.total();
    let baselines: Value = serde_json::from_str(include_str!("baselines.json")).unwrap();
    let baseline = baselines[name].as_f64().unwrap();
    assert!(usd <= baseline * MORE, "{name} costs USD {usd:.6}, and did cost USD {baseline:.6}");
    assert!(
        usd * MORE >= baseline,
        "{name} costs USD {usd:.6}: note it in baselines.json, for USD {baseline:.6}"
    );
    usd
}

async fn sign(door: &Door, document: &[u8], people: &[Person], change: &impl Fn(&mut Value)) {
    let mut wanted = body(document, people);
    change(&mut wanted);
    let id = door.post("/EU-SES", &wanted).await.expect(200).text("/data/id");
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), id, people);
    for person in people {
        // What the room loads, and what it asks.
        for path in ["/sign", "/sign/assets/room.js", "/sign/assets/room.css"] {
            let _page = door.browse(Method::GET, path, None, None).await.expect(200);
        }
        let view = ceremony.view(*person).await;
        let sha256 = view["document"]["sha256"].as_str().unwrap();
        let path = format!("/sign/document?sha256={sha256}");
        let shown = ceremony.as_signatory(*person, Method::GET, &path, None).await;
        assert!(matches!(shown.status, 200 | 303));
        let read = json!({ "documentSha256": sha256 });
        let _read =
            ceremony.as_signatory(*person, Method::POST, "/sign/presented", Some(&read)).await.expect(204);
        let asked = json!({ "documentSha256": sha256, "consentSha256": view["consent"]["sha256"] });
        let _sent = ceremony.as_signatory(*person, Method::POST, "/sign/otp", Some(&asked)).await.expect(202);
        let code = newest_code(door);
        let _signed = ceremony.answer(*person, sha256, &code).await.expect(200);
        door.settle().await;
    }
    assert_eq!(ceremony.state().await, "DONE");
    let _signed = ceremony.document("signedDocument").await.expect(200);
}

/// The newest code, by mail or text message.
fn newest_code(door: &Door) -> String {
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let outbox = door.cloud.outbox();
    let found = outbox.iter().rev().find_map(|sent| sent.text.split_whitespace().find(is_code));
    found.expect("a code was sent").to_owned()
}

/// What was used, by function, and what it costs.
struct Cost {
    usage: Usage,
    prices: Value,
}

impl Cost {
    fn of(door: &Door) -> Self {
        let prices: Value = serde_json::from_str(include_str!("prices.json")).unwrap();
        let mut usage = door.cloud.usage();
        let memory: BTreeMap<&str, u64> = door
            .cloud
            .template()
            .functions
            .iter()
            .map(|it| (it.logical_id.as_str(), it.memory_mib))
            .collect();
        let assumed = &prices["assumed"];
        for (who, used) in &mut usage {
            let Some(memory) = memory.get(who.as_str()) else { continue };
            let invocations = used.get("invocations").copied().unwrap_or_default();
            let work = assumed["work ms"].get(who).unwrap_or(&assumed["work ms"]["others"]).as_f64().unwrap();
            let waits =
                used.iter().filter_map(|(what, count)| Some(assumed["call ms"].get(what)?.as_f64()? * count));
            let ms = waits.sum::<f64>() + work * invocations;
            used.insert("gigabyte seconds".to_owned(), ms / 1000.0 * *memory as f64 / 1024.0);
            used.insert("log bytes".to_owned(), assumed["log bytes"].as_f64().unwrap() * invocations);
        }
        Self { usage, prices }
    }

    /// What is not in the prices is free, but has to be named there: `dynamodb calls` are counted by their units.
    fn usd(&self, what: &str, amount: f64) -> f64 {
        if let Some(price) = self.prices["usd"].get(what) {
            price.as_f64().unwrap() * amount
        } else {
            assert_eq!(what, "dynamodb calls", "there is no price of {what}");
            0.0
        }
    }

    fn total(&self) -> f64 {
        self.usage.values().flatten().map(|(what, amount)| self.usd(what, *amount)).sum()
    }

    fn tell(&self, name: &str) {
        let mut whats: BTreeMap<&str, f64> = BTreeMap::new();
        for (what, amount) in self.usage.values().flatten() {
            *whats.entry(what).or_default() += amount;
        }
        let mut table = format!("\n{name}: USD {:.6}\n", self.total());
        let mut rows: Vec<_> =
            whats.iter().map(|(what, amount)| (*what, *amount, self.usd(what, *amount))).collect();
        rows.sort_by(|a, b| b.2.total_cmp(&a.2));
        for (what, amount, usd) in rows {
            writeln!(table, "  {what:<18}{amount:>14.3}{:>14.2} millionths of a USD", usd * 1e6).unwrap();
        }
        for (who, used) in &self.usage {
            let usd: f64 = used.iter().map(|(what, amount)| self.usd(what, *amount)).sum();
            writeln!(table, "  {who:<32}{:>14.2}", usd * 1e6).unwrap();
        }
        eprintln!("{table}");
    }
}
