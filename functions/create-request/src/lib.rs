//! `POST /EU-SES`: takes a request in and answers at once. `POST /uploads`: where a large document goes.

use domain::request::{AnyRequest, Failure, Received, Request};
use domain::value::DocumentId;
use domain::{Digest, LinkKey, RequestId, TenantId};
use serde_json::json;
use shared::edge::pepper::PepperKeys;
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng, view,
};
use shared::intake::{self, Asked, Content, CreateBody, Input, Saved, Terms, UploadBody};
use shared::outbound::Reach;
use shared::store::{
    DocumentKeys, Documents, Fetch, PRESIGNED_TTL, Requests, Retentions, StoreError, Webhooks,
};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
    webhooks: Webhooks,
    saved: Saved,
    retentions: Retentions,
    links: LinkKey,
    peppers: PepperKeys,
    /// `PUBLIC_URL`: what signing links start with; the API's own address if unset.
    public_url: Option<String>,
    /// `MAX_UPLOAD_MEBIBYTES`, 128 if unset, 5 to 1024.
    max_upload_bytes: u64,
    reach: Reach,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps {
        requests: supply.committing_requests().await?,
        documents: supply.documents()?,
        webhooks: supply.webhooks().await?,
        saved: supply.saved()?,
        retentions: supply.retentions()?,
        links: supply.links().await?,
        peppers: supply.pepper_keys().await?,
        public_url: env.optional("PUBLIC_URL"),
        max_upload_bytes: env.number("MAX_UPLOAD_MEBIBYTES", 128, 5..=1024)? << 20,
        reach: supply.reach(),
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Serves both routes.
///
/// # Errors
///
/// [`Problem`] 422 with a pointer for what cannot be accepted, 413 for documents that are too large.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    match http.route() {
        "/uploads" => upload(deps, &http, cx).await,
        _ => create(deps, &http, http.resource(), cx).await,
    }
}

/// Creates a request, under this name if the call may be repeated.
async fn create(
    deps: &Deps,
    http: &HttpRequest,
    named: Option<RequestId>,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let mut rng = system_rng();
    let body: CreateBody = http.json()?;
    let terms = Terms::of(http, deps.public_url.as_deref(), deps.reach, cx)?;
    let (mut new, inputs) = Asked::read(body, &deps.saved, &terms, &mut rng).await?.accept()?;
    let tenant = terms.tenant;
    new.retention = deps.retentions.of(&tenant).await?;
    for (index, input) in inputs.iter().enumerate() {
        check_upload(deps, &tenant, input, index).await?;
    }
    let id = named.clone().unwrap_or_else(|| RequestId::new(&mut rng));
    if let Some(callback) = &mut new.callback {
        let headers = std::mem::take(&mut callback.headers);
        callback.headers = deps.webhooks.seal_headers(headers, (&tenant, &id))?;
    }
    let mut cause = http.integrator_cause(cx, &mut rng)?;
    let peppers = deps.peppers.read().await.map_err(Problem::unavailable)?;
    let received = Request::<Received>::create(id.clone(), new, (&deps.links, &peppers), &mut cause)
        .map_err(|refusal| intake::refused(&refusal))?;
    let keys = DocumentKeys::new(&tenant, &id);
    let stored = match deps.requests.commit_with(received, &fetches(&inputs, &keys), &[]).await {
        Err(conflict @ StoreError::Conflict(_)) if named.is_some() => {
            return match go_on(deps, &tenant, &id, inputs).await? {
                Before::Alive(request) => Ok(created(deps, &request)),
                // It takes another name, the same for every later attempt at this call.
                Before::GivenUp => {
                    let instead = RequestId::new(&mut cx.rng(id.as_str()));
                    Box::pin(create(deps, http, Some(instead), cx)).await
                }
                // It is the table that is busy.
                Before::Nobody => Err(Problem::unavailable(conflict)),
            };
        }
        // Nobody else knows this id: it is the table that is busy, and nothing was stored.
        Err(busy @ StoreError::Conflict(_)) => return Err(Problem::unavailable(busy)),
        other => other?,
    };
    if let Err(problem) = bring_in(deps, &tenant, inputs, &keys).await {
        give_up(deps, stored, cx).await?;
        return Err(problem);
    }
    Ok(created(deps, &AnyRequest::Received(stored)))
}

fn created(deps: &Deps, request: &AnyRequest) -> Reply {
    let data = view::request(request, Some(&deps.links));
    Reply::json(200, &view::envelope("Created", &data)).header("etag", view::etag(request))
}

/// What an earlier attempt at the same call left.
enum Before {
    Alive(Box<AnyRequest>),
    /// Its documents never came, and it ended.
    GivenUp,
    Nobody,
}

/// Goes on where an earlier attempt at the same call died: its request is there, its documents may not be.
async fn go_on(
    deps: &Deps,
    tenant: &TenantId,
    id: &RequestId,
    inputs: Vec<Input>,
) -> Result<Before, Problem> {
    let request = match deps.requests.load_for(tenant, id).await {
        Err(StoreError::NotFound) => return Ok(Before::Nobody),
        other => other?,
    };
    if request.failure().is_some_and(|it| [intake::NOT_STORED, intake::NEVER_ARRIVED].contains(&it.number)) {
        return Ok(Before::GivenUp);
    }
    if let AnyRequest::Received(received) = &request {
        let ids = received.facts().inputs.iter().map(|it| it.id.clone());
        let inputs = ids.zip(inputs).map(|(id, input)| Input { id, ..input }).collect();
        bring_in(deps, tenant, inputs, &DocumentKeys::new(tenant, id)).await?;
    }
    Ok(Before::Alive(Box::new(request)))
}

async fn upload(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let body: UploadBody = http.json()?;
    if !(1..=deps.max_upload_bytes).contains(&body.size_bytes) {
        let detail = format!("1 to {} bytes.", deps.max_upload_bytes);
        return Err(Problem::invalid("/sizeBytes", detail));
    }
    let sha256 = Digest::parse(&body.sha256).map_err(|refusal| Problem::refused("/sha256", &refusal))?;
    let id = DocumentId::new(&mut cx.rng("upload"));
    let key = DocumentKeys::upload(&tenant, &id);
    let presigned = deps.documents.presign_put(&key, body.size_bytes, &sha256, cx.now).await?;
    let headers: serde_json::Map<_, _> =
        presigned.headers.into_iter().map(|(name, value)| (name, json!(value))).collect();
    let data = json!({
        "id": id.as_str(),
        "inputDocument": { "sourceType": "upload", "upload": id.as_str() },
        "method": "PUT",
        "url": presigned.url,
        "headers": headers,
        "expiresAt": cx.now.plus(PRESIGNED_TTL).to_rfc3339(),
    });
    Ok(Reply::json(200, &view::envelope("Created", &data)))
}

async fn check_upload(deps: &Deps, tenant: &TenantId, input: &Input, index: usize) -> Result<(), Problem> {
    let Content::Upload(upload) = &input.content else { return Ok(()) };
    match deps.documents.head(&DocumentKeys::upload(tenant, upload)).await? {
        Some(found) if found.size_bytes <= deps.max_upload_bytes => Ok(()),
        Some(_) => Err(intake::too_large()),
        None => {
            let detail = "There is no such upload: PUT the document to its address first.";
            Err(Problem::invalid(format!("/inputDocuments/{index}"), detail).numbered(610))
        }
    }
}

fn fetches(inputs: &[Input], keys: &DocumentKeys) -> Vec<Fetch> {
    inputs
        .iter()
        .filter_map(|input| match &input.content {
            Content::Remote(url) => {
                Some(Fetch { document: input.id.clone(), url: url.clone(), object: keys.incoming(&input.id) })
            }
            Content::Inline(_) | Content::Upload(_) => None,
        })
        .collect()
}

/// Puts what is here where `ingest-document` finds it.
async fn bring_in(
    deps: &Deps,
    tenant: &TenantId,
    inputs: Vec<Input>,
    keys: &DocumentKeys,
) -> Result<(), Problem> {
    for input in inputs {
        let key = keys.incoming(&input.id);
        match input.content {
            Content::Inline(bytes) => {
                deps.documents.put_once(&key, "application/pdf", bytes).await?;
            }
            Content::Upload(upload) => {
                if !deps.documents.copy(&DocumentKeys::upload(tenant, &upload), &key).await? {
                    return Err(Problem::gone("The upload has expired. Upload the document again."));
                }
            }
            Content::Remote(_) => {}
        }
    }
    Ok(())
}

/// Nothing is left half done: a request whose document could not be stored ends at once.
async fn give_up(deps: &Deps, request: Request<Received>, cx: &Invocation) -> Result<(), Problem> {
    let sentence = "The document could not be stored. Send it again.".to_owned();
    let failure = Failure { number: intake::NOT_STORED, sentence };
    let mut rng = system_rng();
    let mut cause = domain::Cause { now: cx.now, rng: &mut rng, actor: domain::Actor::System, origin: None };
    deps.requests.commit(request.reject(failure, &mut cause)).await?;
    Ok(())
}
