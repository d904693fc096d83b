//! `GET /signatures`, `GET /signatures/{id}` and its documents, in plural and singular.

mod list;

use domain::LinkKey;
use domain::request::{AnyRequest, FileFacts};
use shared::edge::cursor::CursorKey;
use shared::edge::http::MAX_INLINE_BYTES;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, view};
use shared::store::{DocumentKeys, Documents, Requests, StoreError};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
    links: LinkKey,
    cursors: CursorKey,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps {
        requests: supply.requests()?,
        documents: supply.documents()?,
        links: supply.links().await?,
        cursors: supply.cursors().await?,
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Serves the list, one request, or one of its documents.
///
/// # Errors
///
/// [`Problem`] 404 for what is not there or not the caller's, 410 for documents whose time is over.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    if matches!(http.route(), "/signatures" | "/signature") {
        return list::list(deps, &http).await;
    }
    let request = deps.requests.load_for(&http.tenant()?, &http.request_id()?).await?;
    // The documents have routes of their own, as they ask for a scope of their own.
    match (http.route().rsplit('/').next(), http.path_parameter("actionType").unwrap_or_default()) {
        (Some("{id}"), _) | (Some("{actionType}"), "detail") => {
            let data = view::request(&request, Some(&deps.links));
            Ok(Reply::json(200, &view::envelope("", &data)).header("etag", view::etag(&request)))
        }
        (Some("signedDocument"), _) => {
            let sealed = request.sealed().cloned();
            document(deps, &http, &request, (sealed.as_ref(), Which::Signed), cx).await
        }
        (Some("validatedDocument"), _) => {
            let accepted = request.document().map(|it| it.accepted.clone());
            document(deps, &http, &request, (accepted.as_ref(), Which::Validated), cx).await
        }
        _ => Err(Problem::not_found()),
    }
}

/// Which document of a request.
#[derive(Clone, Copy)]
enum Which {
    Signed,
    Validated,
}

async fn document(
    deps: &Deps,
    http: &HttpRequest,
    request: &AnyRequest,
    (file, which): (Option<&FileFacts>, Which),
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let facts = request.facts();
    let Some(file) = file else {
        let detail = format!("There is no such document yet: the request is {}.", request.state_name());
        return Err(Problem::new(404, "document_not_ready", detail));
    };
    if facts.documents_are_over(cx.now) {
        return Err(Problem::gone("The document was deleted. The audit trail is still there."));
    }
    let etag = format!("\"{}\"", file.sha256.to_hex());
    if http.has_seen(&etag) {
        return Ok(Reply::not_modified(&etag));
    }
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    let shelf = facts.shelf(cx.now);
    let (name, places) = match which {
        Which::Signed => ("signed", vec![keys.signed(shelf)]),
        // A closed request's document moves; while it does, it is in either place.
        Which::Validated if facts.closed_at.is_some() => {
            ("validated", vec![keys.validated(shelf), keys.revision(0)])
        }
        Which::Validated => ("validated", vec![keys.revision(0)]),
    };
    for key in places {
        let file_name = format!("{}-{name}.pdf", facts.id);
        if file.size_bytes > MAX_INLINE_BYTES {
            if deps.documents.head(&key).await?.is_some() {
                return Ok(Reply::see_other(deps.documents.presign_get(&key, &file_name, cx.now).await?));
            }
            continue;
        }
        match deps.documents.get(&key, file.size_bytes).await {
            Ok(bytes) => {
                let disposition = format!("attachment; filename=\"{file_name}\"");
                let reply = Reply::bytes("application/pdf", bytes).header("etag", etag);
                return Ok(reply.header("content-disposition", disposition));
            }
            Err(StoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::gone("The document was deleted. The audit trail is still there."))
}
