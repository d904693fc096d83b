//! Invoked by hand after a loss: writes into the tables what the locked copies hold, and derives every chain again.
//!
//! `{"after": null}` starts; the answer's `after` goes on, until it is null. What is in the tables stays as it is.
//! Streams tell of what is written: turn the consumers of both tables off first, or callbacks are made again.

use domain::transition::ChainName;
use serde::{Deserialize, Serialize};
use shared::BoxError;
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::store::{
    Archive, ArchivedRequest, DocumentKeys, Documents, Evidence, Salts, StoreError, StoredEvent,
    archived_requests,
};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    evidence: Evidence,
    documents: Documents,
    archive: Archive,
}

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
pub struct Order {
    #[serde(default)]
    after: Option<String>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct Done {
    /// Requests whose chains are in the tables and hold.
    restored: u32,
    /// Keys of copies that do not hold.
    broken: Vec<String>,
    /// Where to go on; null at the end.
    after: Option<String>,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps {
        evidence: supply.evidence().await?,
        documents: supply.documents()?,
        archive: supply.archive()?,
    };
    Ok(Handler::of_events(deps, |deps, order: Order, cx| Box::pin(handle(deps, order, cx))))
}

/// Restores the requests of one page of copies: of each, the newest copy counts.
///
/// # Errors
///
/// [`BoxError`] when a store is away; a copy that does not hold is named in the answer.
pub async fn handle(deps: &Deps, order: Order, _cx: &Invocation) -> Result<Done, BoxError> {
    let listed = deps.archive.list(archived_requests(), order.after.as_deref(), PAGE).await?;
    let mut done = Done { restored: 0, broken: Vec::new(), after: None };
    let page = page(&listed);
    if i32::try_from(listed.len()).is_ok_and(|it| it >= PAGE) {
        done.after = page.last().cloned();
    }
    for (index, key) in page.iter().enumerate() {
        // A newer copy of the same request comes next.
        if page.get(index + 1).is_some_and(|next| folder(next) == folder(key)) {
            continue;
        }
        match restore(deps, key).await {
            Ok(()) => done.restored += 1,
            Err(StoreError::Corrupt { .. }) => done.broken.push(key.clone()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}

/// The copies of whole requests: those of the last one may go on behind a full page.
fn page(listed: &[String]) -> &[String] {
    let is_full = i32::try_from(listed.len()).is_ok_and(|it| it >= PAGE);
    let last = listed.last().map(|it| folder(it));
    let whole = listed.iter().take_while(|it| Some(folder(it)) != last).count();
    // A page of one request alone: all but its newest copies are passed over.
    if is_full && whole > 0 { listed.get(..whole).unwrap_or(listed) } else { listed }
}

fn folder(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(folder, _)| folder)
}

async fn restore(deps: &Deps, key: &str) -> Result<(), StoreError> {
    let bytes = deps.archive.get(key).await?.ok_or(StoreError::NotFound)?;
    let copy: ArchivedRequest =
        serde_json::from_slice(&bytes).map_err(|error| StoreError::corrupt(key, error))?;
    let (tenant, request) = copy.names()?;
    let place = DocumentKeys::new(&tenant, &request).salts();
    let salts = match deps.documents.get(&place, MAX_SALTS_BYTES).await {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| StoreError::corrupt(&place, error))?,
        // Everyone was erased.
        Err(StoreError::NotFound) => Salts::default(),
        Err(error) => return Err(error),
    };
    deps.evidence.restore(&copy, &salts).await?;
    let (events, custody) = copy.verify()?;
    for (name, head) in [(ChainName::Event, events), (ChainName::Custody, custody)] {
        let stored = deps.evidence.chain(&request, name).await?;
        let derived =
            StoredEvent::verify(&request, &stored).map_err(|error| StoreError::corrupt(key, error))?;
        if derived.length < head.length {
            return Err(StoreError::corrupt(key, "the tables hold less than the copy"));
        }
    }
    Ok(())
}

const PAGE: i32 = 100;
const MAX_SALTS_BYTES: u64 = 1 << 20;
