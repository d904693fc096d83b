//! `/callbacks/signing`.

use domain::TenantId;
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{CallbackSigning, Rounds, SigningKey};

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
    let etag = view::etag_of(&wire::signing(before.as_ref()));
    let mut signing =
        before.unwrap_or_else(|| CallbackSigning { keys: Vec::new(), rotated_at: cx.now, version: 0 });
    let has_ed25519 = signing.keys.first().is_some_and(|it| it.seed().is_some());
    let key = SigningKey::new(ed25519(body.ed25519.unwrap_or(has_ed25519)), &mut cx.rng("secret"));
    // An earlier attempt at the same call may have died after it stored this very secret.
    if !key.is_first_of(&signing.keys) {
        http.check_if_match(Some(&etag))?;
        key.clone().take_over(&mut signing.keys, cx.now);
        signing.rotated_at = cx.now;
        if !deps.webhooks.put_callback_signing(tenant, &signing).await? {
            return Err(changed_meanwhile(http, "what signs callbacks"));
        }
    }
    let mut shown = wire::signing(Some(&signing));
    let etag = view::etag_of(&shown);
    wire::show_secret(&mut shown, &key);
    Ok(Reply::json(200, &view::envelope("Rotated", &shown)).header("etag", etag))
}

pub(crate) async fn end(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let mut rounds = Rounds::default();
    loop {
        let now = deps.webhooks.callback_signing(tenant).await?;
        http.check_if_match(Some(&view::etag_of(&wire::signing(now.as_ref()))))?;
        let now = now.ok_or_else(Problem::not_found)?;
        if deps.webhooks.end_callback_signing(tenant, &now).await? {
            let shown = wire::signing(None);
            let reply = Reply::json(200, &view::envelope("Ended", &shown));
            return Ok(reply.header("etag", view::etag_of(&shown)));
        }
        if !rounds.again().await {
            return Err(changed_meanwhile(http, "what signs callbacks"));
        }
    }
}
