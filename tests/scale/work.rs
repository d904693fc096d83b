//! What one request makes, counted.

use serde_json::Value;
use tests::{CONTRACT, Door, ada};

/// The work of one request with one signatory by mail, and one subscription.
#[derive(Debug)]
pub(crate) struct Work {
    /// Events that its tenant's feed is told.
    pub(crate) told: usize,
    /// Events of its evidence: how many shards the stream of those has.
    pub(crate) evidence: usize,
    /// How often a seal is made; the seconds that calls take, and the work beside them, together.
    pub(crate) seals: usize,
    pub(crate) seal_waits: f64,
    pub(crate) seal_works: f64,
    /// Seconds of a call of DynamoDB, and of a queue.
    pub(crate) table_call: f64,
    pub(crate) queue_call: f64,
}

impl Work {
    /// Plays one, and counts.
    pub(crate) async fn of_one_request() -> Self {
        let assumed: Value = serde_json::from_str(include_str!("../cost/prices.json")).unwrap();
        let assumed = &assumed["assumed"];
        let seconds = |what: &str| assumed["call ms"][what].as_f64().unwrap() / 1000.0;
        let door = Door::open().await;
        // Once before it counts: the functions are warm then.
        let _first = door.request(CONTRACT, &[ada()]).await.sign_all().await;
        let before = told(&door).await;
        door.cloud.start_meter();
        let ceremony = door.request(CONTRACT, &[ada()]).await;
        ceremony.sign_all().await;
        let usage = door.cloud.usage();
        let seal = |what: &str| usage["SealDocumentFunction"].get(what).copied().unwrap_or_default();
        let calls = [
            "dynamodb calls",
            "kms calls",
            "queue calls",
            "s3 deletes",
            "s3 reads",
            "s3 writes",
            "secret calls",
        ];
        let waits: f64 = calls.iter().map(|it| seal(it) * seconds(it)).sum();
        let works = assumed["work ms"]["SealDocumentFunction"].as_f64().unwrap() / 1000.0;
        Self {
            told: told(&door).await - before,
            evidence: ceremony.evidence().await.len(),
            seals: SEALS,
            seal_waits: waits,
            seal_works: works * count(SEALS),
            table_call: seconds("dynamodb calls"),
            queue_call: seconds("queue calls"),
        }
    }

    /// Shards of the stream of evidence at so many requests a second: a partition takes 1,000 units, an event in a
    /// transaction is two, and a new table has four.
    pub(crate) fn shards(&self, rate: f64) -> usize {
        let units = count(self.evidence) * 2.0 * rate;
        (4..1000).find(|it| count(*it) * 1000.0 >= units).unwrap_or(1000)
    }
}

async fn told(door: &Door) -> usize {
    door.get("/events?limit=100").await.expect(200).json()["data"].as_array().unwrap().len()
}

/// As a number to reckon with.
pub(crate) fn count(of: usize) -> f64 {
    u32::try_from(of).map_or(f64::MAX, f64::from)
}

/// A first one after the document was accepted, and one for the signature.
const SEALS: usize = 2;
