//! What TLS clients here trust.

use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::OutboundError;

/// Trusts what the system trusts. A process reads that once; it is over a hundred certificates.
///
/// Speaks HTTP/1.1 only: each call to a stranger has a connection of its own, which ends with it, so that no frame of
/// one call reaches another.
pub(super) fn client() -> Result<ClientConfig, OutboundError> {
    static TLS: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(tls) = TLS.get() {
        return Ok(tls.clone());
    }
    let failed = |source: rustls::Error| OutboundError { source: source.into() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let mut tls = versions.with_platform_verifier().map_err(failed)?.with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TLS.get_or_init(|| tls).clone())
}
