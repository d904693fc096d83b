//! Stream of the requests' table: fetches a document from the address that its integrator gave, and
//! puts it where documents arrive.
//!
//! **Invariant:** reads no table and no object; it may only write below `incoming/`.

use std::time::Duration;

use serde_json::json;
use shared::BoxError;
use shared::edge::stream::{self, BatchResponse, StreamEvent, StreamRecord};
use shared::edge::{Aws, ConfigError, Env, Handler, Invocation, Supply};
use shared::outbound::{FetchError, Outbound};
use shared::store::{Documents, FAILED_SUFFIX, StoreError, request_of_pk};

/// What this function may touch. Its policy in `infra/template.yaml` allows exactly this.
#[derive(Debug)]
pub struct Deps {
    documents: Documents,
    outbound: Outbound,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or the system's certificates cannot be read.
#[expect(clippy::unused_async, reason = "every function is loaded in the same way")]
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { documents: supply.documents()?, outbound: supply.outbound()? };
    Ok(Handler::of_events(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Fetches what the records ask for. An address that cannot be read is an answer, not a failure: only
/// records whose answer could not be stored are delivered again.
///
/// # Errors
///
/// None: failures stand in the answer.
pub async fn handle(deps: &Deps, event: StreamEvent, _cx: &Invocation) -> Result<BatchResponse, BoxError> {
    let mut failed = Vec::new();
    for record in &event.records {
        if let Err(error) = fetch(deps, record).await {
            let request = request_of(record);
            tracing::error!(
                request.id = request,
                error = &error as &dyn std::error::Error,
                "fetched, not stored"
            );
            failed.push(stream::sequence_number(record));
        }
    }
    Ok(BatchResponse::of(failed))
}

async fn fetch(deps: &Deps, record: &StreamRecord) -> Result<(), StoreError> {
    let request = request_of(record);
    let (Some(url), Some(object)) = (stream::text(record, "url"), stream::text(record, "object")) else {
        // No delivery will ever have more; the request's own deadline ends it.
        tracing::error!(request.id = request, "a record names no address or no object");
        return Ok(());
    };
    match fetch_patiently(&deps.outbound, url).await {
        Ok(file) => {
            tracing::info!(request.id = request, size_bytes = file.len(), "fetched");
            deps.documents.put_once(object, "application/pdf", file).await?;
        }
        Err(error) => {
            tracing::warn!(request.id = request, error = &error as &dyn std::error::Error, "not fetched");
            let sentence = format!("The document's address cannot be read: {error}.");
            let failure = json!({ "number": UNREADABLE_ADDRESS, "sentence": sentence }).to_string();
            let object = format!("{object}{FAILED_SUFFIX}");
            deps.documents.put_once(&object, "application/json", failure.into_bytes()).await?;
        }
    }
    Ok(())
}

/// Tries again after a pause as long as the failure may pass.
async fn fetch_patiently(outbound: &Outbound, url: &str) -> Result<Vec<u8>, FetchError> {
    for pause in PAUSES {
        match outbound.fetch(url, MAX_DOCUMENT_BYTES).await {
            Err(error) if error.is_temporary() => tokio::time::sleep(pause).await,
            settled => return settled.map(Vec::from),
        }
    }
    outbound.fetch(url, MAX_DOCUMENT_BYTES).await.map(Vec::from)
}

fn request_of(record: &StreamRecord) -> String {
    let request = stream::text(record, "pk").and_then(request_of_pk);
    request.map_or_else(|| "unknown".to_owned(), |id| id.to_string())
}

/// What one document may have when it comes from an address. Larger ones come by presigned upload.
pub const MAX_DOCUMENT_BYTES: usize = 25 * 1024 * 1024;
/// Between tries: three of 20 s each and these fit the function's time-out of 90 s.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];
/// The number of this failure in answers, as Openapi counts them.
const UNREADABLE_ADDRESS: u16 = 225;

#[cfg(test)]
mod tests;
