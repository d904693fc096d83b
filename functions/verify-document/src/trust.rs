//! Whom a validation trusts.

use domain::{TenantId, Timestamp};
use pades::trust::{Anchor, Purpose, TrustAnchors};
use pades::validate::AnchorSource;
use shared::store::{SealedWith, StoreError, TrustSettings};

use crate::Deps;

/// The anchors for a caller, and whether revocation may be asked for online.
///
/// Everybody trusts what this system has sealed, and the trusted lists that its operator named; a tenant may
/// do without the lists, and add roots of its own.
///
/// # Errors
///
/// [`StoreError`].
pub(crate) async fn anchors(
    deps: &Deps,
    tenant: Option<&TenantId>,
    now: Timestamp,
) -> Result<(TrustAnchors, bool), StoreError> {
    let settings = match tenant {
        Some(tenant) => deps.trust.settings(tenant).await?,
        None => TrustSettings::default(),
    };
    let mut anchors = if settings.trusted_lists {
        deps.trusted_lists.anchors(now).await?.as_ref().clone()
    } else {
        TrustAnchors::new()
    };
    for authority in deps.trust.seal_authorities().await? {
        let purpose = match authority.of {
            SealedWith::Seal => None,
            SealedWith::Timestamp => Some(Purpose::Timestamp),
        };
        add(&mut anchors, authority.der, AnchorSource::SealAuthority, purpose);
    }
    for root in settings.roots {
        add(&mut anchors, root, AnchorSource::Tenant, None);
    }
    Ok((anchors, settings.online))
}

/// A certificate that cannot be read is trusted by nobody, and stops nobody from being trusted.
fn add(anchors: &mut TrustAnchors, der: Vec<u8>, source: AnchorSource, purpose: Option<Purpose>) {
    if anchors.add(Anchor { der, source, from: None, until: None, purpose }).is_err() {
        tracing::warn!("a certificate that was to be trusted cannot be read");
    }
}
