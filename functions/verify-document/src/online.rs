//! Fetches certificates and revocation data for a validation, through the guard of outbound calls.

use std::time::{Duration, Instant};

use pades::{Fetch, OCSP_REQUEST};
use shared::outbound::{FetchError, Outbound};
use tokio::runtime::Handle;

/// Asks online for a thread that may wait, within one budget of time.
pub(crate) struct Online {
    outbound: Outbound,
    runtime: Handle,
    deadline: Instant,
}

impl Online {
    pub(crate) fn new(outbound: Outbound, runtime: Handle, budget: Duration) -> Self {
        Self { outbound, runtime, deadline: Instant::now() + budget }
    }

    async fn ask(&self, fetch: &Fetch) -> Result<Vec<u8>, FetchError> {
        let answer = match fetch {
            Fetch::Ocsp { url, request } => {
                self.outbound.ask(url, OCSP_REQUEST, request.clone(), MAX_OCSP_BYTES).await?
            }
            Fetch::Certificate { url } | Fetch::Crl { url } => {
                self.outbound.fetch(url, MAX_CRL_BYTES).await?
            }
        };
        Ok(answer.into())
    }
}

impl pades::trust::Fetcher for Online {
    fn fetch(&self, fetch: &Fetch) -> Option<Vec<u8>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        match self.runtime.block_on(tokio::time::timeout(left, self.ask(fetch))) {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                tracing::info!(
                    error = &error as &dyn std::error::Error,
                    "revocation data could not be fetched"
                );
                None
            }
            Err(_) => None,
        }
    }
}

const MAX_OCSP_BYTES: usize = 64 * 1024;
/// The lists of large public CAs have some megabytes.
const MAX_CRL_BYTES: usize = 8 << 20;
