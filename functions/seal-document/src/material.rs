//! Gathers the validation data of level B-LT: certificates, OCSP responses and CRLs.

use std::time::Duration;

use pades::{Fetch, MaterialError, MaterialSearch, OCSP_REQUEST, TimestampToken};
use pdf::ValidationData;
use shared::outbound::{FetchError, Outbound, SealKey};

use crate::SealFault;

/// Why there is no validation data.
#[derive(Debug)]
pub(crate) enum NoMaterial {
    /// A certificate is revoked: nothing is to be sealed with it, at whichever level.
    Fault(SealFault),
    /// Something could not be had. The sentence names no address.
    Missing(String),
}

/// Gathers what validates the seal's certificate and those of its time-stamps at a moment in Unix seconds.
///
/// # Errors
///
/// [`NoMaterial`].
pub(crate) async fn gather(
    outbound: &Outbound,
    key: &SealKey,
    tokens: &[TimestampToken],
    now_unix_seconds: i64,
) -> Result<ValidationData, NoMaterial> {
    let tokens: Vec<&TimestampToken> = tokens.iter().collect();
    let mut search =
        MaterialSearch::new(&key.certificate, &tokens, now_unix_seconds).with_certificates(&key.known);
    let searched = tokio::time::timeout(PATIENCE, async {
        while let Some(fetch) = search.next_fetch()? {
            match answer(outbound, &fetch).await {
                Ok(answer) => search.take(&fetch, &answer)?,
                // The search then tries elsewhere, and says at its end what is missing.
                Err(error) => tracing::info!(error = %error, "validation data could not be fetched"),
            }
        }
        Ok(())
    });
    match searched.await {
        Ok(outcome) => outcome.map_err(refused)?,
        Err(_) => return Err(NoMaterial::Missing("the validation data did not come in time".to_owned())),
    }
    search.finish().map_err(refused)
}

async fn answer(outbound: &Outbound, fetch: &Fetch) -> Result<Vec<u8>, FetchError> {
    let answer = match fetch {
        Fetch::Ocsp { url, request } => {
            outbound.ask(url, OCSP_REQUEST, request.clone(), MAX_OCSP_BYTES).await?
        }
        Fetch::Certificate { url } | Fetch::Crl { url } => outbound.fetch(url, MAX_CRL_BYTES).await?,
    };
    Ok(answer.into())
}

fn refused(error: MaterialError) -> NoMaterial {
    match error {
        MaterialError::Revoked { .. } => NoMaterial::Fault(SealFault::other(error)),
        other => NoMaterial::Missing(other.to_string()),
    }
}

/// All questions together: a handful of small answers, each within a second.
const PATIENCE: Duration = Duration::from_secs(15);
const MAX_OCSP_BYTES: usize = 64 * 1024;
/// The lists of large public CAs have some megabytes.
const MAX_CRL_BYTES: usize = 8 << 20;
