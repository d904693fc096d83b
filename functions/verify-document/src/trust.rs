//! Whom a validation trusts.

use domain::TenantId;
use pades::trust::TrustAnchors;
use pades::validate::AnchorSource;
use shared::store::{StoreError, Trust};

/// The anchors for a caller, and whether revocation may be asked for online.
///
/// Everybody trusts what this system has sealed; a tenant may add roots of its own.
///
/// # Errors
///
/// [`StoreError`].
pub(crate) async fn anchors(
    trust: &Trust,
    tenant: Option<&TenantId>,
) -> Result<(TrustAnchors, bool), StoreError> {
    let mut anchors = TrustAnchors::new();
    for certificate in trust.seal_authorities().await? {
        add(&mut anchors, certificate, AnchorSource::SealAuthority);
    }
    let Some(tenant) = tenant else { return Ok((anchors, false)) };
    let settings = trust.settings(tenant).await?;
    for root in settings.roots {
        add(&mut anchors, root, AnchorSource::Tenant);
    }
    Ok((anchors, settings.online))
}

/// A certificate that cannot be read is trusted by nobody, and stops nobody from being trusted.
fn add(anchors: &mut TrustAnchors, certificate: Vec<u8>, source: AnchorSource) {
    if anchors.add_certificate(certificate, source).is_err() {
        tracing::warn!("a certificate that was to be trusted cannot be read");
    }
}
