//! Validations that are worked off later, from the table's stream, and asked for again by their caller.

use domain::value::ValidationId;
use pdf::ReadAt;
use serde_json::json;
use shared::edge::stream::{sequence_number, text};
use shared::edge::view;
use shared::store::{LARGE_BYTES, Progress, RangedObject, Validation, WriteOnce, validation_of_pk};
use tokio::runtime::Handle;

use super::{
    Arc, Batch, BatchResponse, BoxError, Content, Deps, DocumentId, DocumentKeys, Duration, Fault, Found,
    HttpRequest, Input, Invocation, Kind, LONG, NewValidation, Problem, Reply, StoreError, TenantId, Trouble,
    Work, Zeroizing, engine, reply, trust,
};
use crate::answer::Answer;
use crate::reply::Plain;

/// Puts a validation aside: 202, and where to ask again.
///
/// # Errors
///
/// [`Problem`] 422 for an upload that is not there.
pub(crate) async fn accept(
    deps: &Deps,
    tenant: &TenantId,
    id: ValidationId,
    input: Input,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let document = uploaded(deps, tenant, input.document, DocumentId::new(&mut cx.rng("document"))).await?;
    let detached = match input.detached {
        Some(content) => {
            Some(uploaded(deps, tenant, content, DocumentId::new(&mut cx.rng("content"))).await?)
        }
        None => None,
    };
    let task = NewValidation {
        id,
        tenant: tenant.clone(),
        document,
        detached,
        password: input.password.map(Zeroizing::new),
        is_recursive: input.is_recursive,
        at: input.at,
    };
    deps.validations.add(&task, cx.now).await?;
    Ok(waiting(&task.id))
}

/// The upload with this content; made under the name `id` if it came inline.
async fn uploaded(
    deps: &Deps,
    tenant: &TenantId,
    content: Content,
    id: DocumentId,
) -> Result<DocumentId, Problem> {
    match content {
        Content::Inline(bytes) => {
            let key = DocumentKeys::upload(tenant, &id);
            match deps.documents.put_once(&key, "application/octet-stream", bytes).await? {
                WriteOnce::Written | WriteOnce::Existed => Ok(id),
            }
        }
        Content::Upload(id) => match size(deps, tenant, &id).await? {
            Ok(_) => Ok(id),
            Err(fault) => Err(fault.into()),
        },
    }
}

/// How large an upload is, if it is there and not too large.
async fn size(deps: &Deps, tenant: &TenantId, id: &DocumentId) -> Result<Result<u64, Fault>, StoreError> {
    let found = deps.documents.head(&DocumentKeys::upload(tenant, id)).await?;
    Ok(match found {
        None => Err(Fault::new(Kind::Upload, "There is no such upload: PUT the file to its address first.")),
        Some(found) if found.size_bytes > deps.max_upload_bytes => {
            Err(Fault::new(Kind::Limit, "The file is larger than what is validated."))
        }
        Some(found) => Ok(found.size_bytes),
    })
}

/// `GET /verify/{id}`: the answer, or that it is still to come.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown validation, 422 for one that came to nothing.
pub(crate) async fn poll(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let id = ValidationId::parse(http.path_parameter("id")?).map_err(|_| Problem::not_found())?;
    let validation = deps.validations.load(&tenant, &id, cx.now).await?;
    match validation.progress {
        Progress::Waiting if cx.now.since(validation.created_at) > GIVEN_UP_AFTER => Err(unfinished().into()),
        Progress::Waiting => Ok(waiting(&id)),
        Progress::Failed { number, detail } => Err(Fault::stored(number, detail).into()),
        Progress::Done => {
            let key = DocumentKeys::validation_report(&tenant, &id);
            let stored = deps.documents.get(&key, MAX_REPORT_BYTES).await?;
            let answer: Answer = serde_json::from_slice(&stored)
                .map_err(|error| Problem::unavailable(BoxError::from(error)))?;
            let plain = content(deps, &tenant, &id, &answer).await?;
            reply::of(&deps.documents, http, answer, plain, cx).await
        }
    }
}

/// What was signed, in the answer if it fits.
async fn content(
    deps: &Deps,
    tenant: &TenantId,
    id: &ValidationId,
    answer: &Answer,
) -> Result<Plain, Problem> {
    let key = DocumentKeys::validation_content(tenant, id);
    let Some(found) = deps.documents.head(&key).await? else { return Ok(Plain::None) };
    let fits = usize::try_from(found.size_bytes).is_ok_and(|size| reply::fits(size, answer));
    if fits {
        return Ok(Plain::Here(deps.documents.get(&key, found.size_bytes).await?));
    }
    Ok(Plain::Stored(key))
}

/// Works off the validations of a batch.
///
/// # Errors
///
/// None: records that could not be worked on are named in the answer and delivered again.
pub(crate) async fn work_off(deps: &Deps, batch: Batch, cx: &Invocation) -> Result<BatchResponse, BoxError> {
    let Batch::Stream(event) = batch else { return Ok(BatchResponse::default()) };
    let mut failed = Vec::new();
    for record in &event.records {
        // A record that names no validation never will.
        let Some((tenant, id)) = text(record, "pk").and_then(validation_of_pk) else { continue };
        if let Err(error) = work_on(deps, &tenant, &id, cx).await {
            tracing::error!(validation.id = id.as_str(), error = error.as_ref(), "a validation failed");
            failed.push(sequence_number(record));
        }
    }
    Ok(BatchResponse::of(failed))
}

/// Does what is to be done, once more if an earlier try has left no trace but its count.
async fn work_on(deps: &Deps, tenant: &TenantId, id: &ValidationId, cx: &Invocation) -> Result<(), BoxError> {
    let Some(validation) = deps.validations.take(tenant, id).await? else { return Ok(()) };
    let progress = if validation.attempts > MAX_ATTEMPTS {
        failed(&unfinished())
    } else {
        match find(deps, validation, cx).await {
            Ok(found) => {
                store(deps, tenant, id, found).await?;
                Progress::Done
            }
            Err(Trouble::Fault(fault)) => failed(&fault),
            Err(Trouble::Broken(error)) => return Err(error),
        }
    };
    Ok(deps.validations.finish(tenant, id, &progress).await?)
}

async fn find(deps: &Deps, validation: Validation, cx: &Invocation) -> Result<Found, Trouble> {
    let task = validation.task;
    let document = source(deps, &task.tenant, &task.document).await?;
    let detached = match &task.detached {
        Some(id) => Some(source(deps, &task.tenant, id).await?),
        None => None,
    };
    let (anchors, is_online) = trust::anchors(deps, Some(&task.tenant), cx.now).await.map_err(broken)?;
    engine::run(Work {
        document,
        detached,
        password: task.password,
        is_recursive: task.is_recursive,
        at: task.at,
        now: cx.now,
        anchors,
        outbound: is_online.then(|| deps.outbound.clone()),
        limits: LONG,
    })
    .await
}

/// A small upload in memory, a large one in ranges.
async fn source(deps: &Deps, tenant: &TenantId, id: &DocumentId) -> Result<Arc<dyn ReadAt>, Trouble> {
    let size = size(deps, tenant, id).await.map_err(broken)??;
    let key = DocumentKeys::upload(tenant, id);
    if size > LARGE_BYTES {
        return Ok(Arc::new(RangedObject::new(deps.documents.clone(), key, size, Handle::current())));
    }
    Ok(Arc::new(deps.documents.get(&key, size).await.map_err(broken)?))
}

/// Writes down what was found. What an earlier try has written stands.
async fn store(deps: &Deps, tenant: &TenantId, id: &ValidationId, found: Found) -> Result<(), BoxError> {
    if let Some(content) = found.content {
        let key = DocumentKeys::validation_content(tenant, id);
        deps.documents.put_once(&key, "application/octet-stream", content).await?;
    }
    let report = serde_json::to_vec(&found.answer)?;
    let key = DocumentKeys::validation_report(tenant, id);
    deps.documents.put_once(&key, "application/json", report).await?;
    Ok(())
}

fn waiting(id: &ValidationId) -> Reply {
    let data = json!({ "id": id.as_str(), "state": "WAIT_VALIDATION", "url": format!("/verify/{id}") });
    Reply::json(202, &view::envelope("Accepted", &data))
        .header("location", format!("verify/{id}"))
        .header("retry-after", "2")
}

fn failed(fault: &Fault) -> Progress {
    Progress::Failed { number: fault.number(), detail: fault.detail().to_owned() }
}

fn unfinished() -> Fault {
    Fault::new(Kind::Unfinished, "The validation did not come to an end. Send the file again.")
}

fn broken(error: StoreError) -> Trouble {
    Trouble::Broken(Box::new(error))
}

/// The try that ends a process is not made for ever.
const MAX_ATTEMPTS: u32 = 3;
/// All tries together have ended by then.
const GIVEN_UP_AFTER: Duration = Duration::from_mins(20);
const MAX_REPORT_BYTES: u64 = 16 << 20;
