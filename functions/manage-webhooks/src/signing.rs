//! `/callbacks/signing`.

use domain::TenantId;
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{CallbackSigning, SigningKey};

use crate::wire::{self, SigningBody};
use crate::{Deps, changed_meanwhile, subscription::ed25519};

pub(crate) async fn read(deps: &Deps, tenant: &TenantId) -> Result<Reply, Problem> {
    let signing = deps.webhooks.callback_signing(tenant).await?;
    let shown = wire::signing(signing.as_ref());
    Ok(Reply::json(200, &view::envelope("", &shown)).header("etag", view::etag_of(&shown)))
}

/// The first secret, or another; the one before signs beside it for a day.
pub(crate) async fn rotate(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: SigningBody = http.json()?;
    let before = deps.webhooks.callback_signing(tenant).await?;
    http.check_if_match(&view::etag_of(&wire::signing(before.as_ref())))?;
    let mut signing =
        before.unwrap_or_else(|| CallbackSigning { keys: Vec::new(), rotated_at: cx.now, version: 0 });
    let has_ed25519 = signing.keys.first().is_some_and(|it| it.seed().is_some());
    let key = SigningKey::new(ed25519(body.ed25519.unwrap_or(has_ed25519)), &mut cx.rng("secret"));
    key.clone().take_over(&mut signing.keys, cx.now);
    signing.rotated_at = cx.now;
    if !deps.webhooks.put_callback_signing(tenant, &signing).await? {
        return Err(changed_meanwhile());
    }
    let mut shown = wire::signing(Some(&signing));
    let etag = view::etag_of(&shown);
    wire::show_secret(&mut shown, &key);
    Ok(Reply::json(200, &view::envelope("Rotated", &shown)).header("etag", etag))
}

pub(crate) async fn end(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    if http.header("if-match").is_some() {
        let now = deps.webhooks.callback_signing(tenant).await?;
        http.check_if_match(&view::etag_of(&wire::signing(now.as_ref())))?;
    }
    if !deps.webhooks.end_callback_signing(tenant).await? {
        return Err(Problem::not_found());
    }
    let shown = wire::signing(None);
    Ok(Reply::json(200, &view::envelope("Ended", &shown)).header("etag", view::etag_of(&shown)))
}
