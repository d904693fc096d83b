//! `POST /signatures/preview`: what a request would look like, and everything that is wrong with it.
//!
//! **Invariant:** a dry run. Nothing is stored, nobody is told, and no stranger is called.

mod draw;
mod frame;
mod mark;
mod query;
mod wire;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::access::Mode;
use domain::otp::{Pepper, Peppers};
use domain::policy::DEFAULT_REQUEST_TTL;
use domain::request::{Facts, Failure, NewRequest, Received, Request};
use domain::value::DocumentId;
use domain::{LinkKey, Refusal, RequestId, TenantId};
use rand::RngExt as _;
use shared::acceptance::{self, Judged, Refused, Subject};
use shared::edge::http::MAX_INLINE_BYTES;
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, system_rng, view,
};
use shared::intake::{self, Asked, Content, CreateBody, Input, Saved, Terms};
use shared::outbound::Reach;
use shared::store::{DocumentKeys, Documents};
use tokio::sync::Semaphore;

use draw::Undrawn;
use mark::Marks;
use query::Wanted;
use wire::{Preview, ProblemView};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    documents: Documents,
    saved: Saved,
    /// `PUBLIC_URL`: what signing links would start with; the API's own address if unset.
    public_url: Option<String>,
    reach: Reach,
    /// The documents that may be looked at, and drawn, at the same time.
    workers: Arc<Semaphore>,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps {
        documents: supply.documents()?,
        saved: supply.saved()?,
        public_url: env.optional("PUBLIC_URL"),
        reach: supply.reach(),
        workers: Arc::new(Semaphore::new(MAX_WORKERS)),
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Shows the request that a body asks for.
///
/// # Errors
///
/// [`Problem`] 400 and 422 for a body or a query that cannot be read at all, 503 when a store is away. What is
/// wrong with the request is part of the answer.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let started = Instant::now();
    let wanted = Wanted::of(&http)?;
    let body: CreateBody = http.json()?;
    let terms = Terms::of(&http, deps.public_url.as_deref(), deps.reach, cx)?;
    let Asked { new, inputs, has_all_inputs, refusals } =
        Asked::read(body, &deps.saved, &terms, &mut system_rng()).await?;
    let mut problems: Vec<ProblemView> = refusals.iter().flat_map(ProblemView::all_of).collect();
    let facts = match new {
        Some(new) => facts_of(new, &http, cx, &mut problems)?,
        None => None,
    };
    let sent = inputs.len();
    let files = bring(deps, &terms.tenant, inputs, &mut problems).await?;
    let is_whole = has_all_inputs && files.bytes.len() == sent;
    // Where signatures stand is said of all documents together.
    let facts = facts.filter(|_| is_whole).map(Arc::new);

    let turn = Arc::clone(&deps.workers).acquire_owned().await.map_err(Problem::unavailable)?;
    let (mode, asked) = (terms.tenant.mode(), facts.clone());
    let bytes = files.bytes;
    let judging = blocking(started + JUDGING_TIME, move || {
        let _turn = turn;
        judge(bytes, mode, asked.as_deref())
    });
    let Some((judged, marks)) = judging.await? else {
        problems.push(ProblemView::new(DOCUMENTS, Some(TOO_MUCH), SLOW));
        return answer(&http, &Preview::without_document(problems));
    };
    problems.extend(judged.refused.iter().map(|it| told(it, &files.pointers)));
    let Judged { made: Some(whole), repaired, found, .. } = judged else {
        return answer(&http, &Preview::without_document(problems));
    };
    if !is_whole {
        return answer(&http, &Preview::without_document(problems));
    }
    let pages = wanted.pages(&marks, &whole.inspection);
    let mut preview = Preview::new(problems, (&whole, repaired), (&marks, found.as_ref()), &pages);
    let drawing = {
        let turn = Arc::clone(&deps.workers).acquire_owned().await.map_err(Problem::unavailable)?;
        let deadline = started + DRAWING_TIME;
        let placed = found.map(|it| it.placed).unwrap_or_default();
        let (bytes, width, pages) = (whole.bytes, wanted.width, pages.clone());
        blocking(started + ANSWER_TIME, move || {
            let _turn = turn;
            let bytes = match &facts {
                Some(facts) => draw::stamped(bytes, facts, &placed, deadline),
                None => bytes,
            };
            draw::pages(&bytes, &pages, &marks, width, deadline)
        })
    };
    match drawing.await? {
        Some(pictures) => preview.show(pictures, MAX_INLINE_BYTES),
        None => preview.show(pages.iter().map(|_| Err(Undrawn::SLOW)), MAX_INLINE_BYTES),
    }
    answer(&http, &preview)
}

/// The documents that could be brought, and where they stand in the body.
#[derive(Default)]
struct Files {
    bytes: Vec<Vec<u8>>,
    pointers: Vec<String>,
}

/// Reads the documents that are at hand.
async fn bring(
    deps: &Deps,
    tenant: &TenantId,
    inputs: Vec<Input>,
    problems: &mut Vec<ProblemView>,
) -> Result<Files, Problem> {
    let mut files = Files::default();
    let mut left = MAX_BYTES;
    for Input { pointer, content, .. } in inputs {
        let bytes = match content {
            Content::Inline(bytes) => Ok(bytes),
            Content::Remote(_) => Err((Some(NOT_READ), NOT_FETCHED)),
            Content::Upload(upload) => uploaded(deps, tenant, &upload, left).await?,
        };
        match bytes {
            Ok(bytes) => {
                left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                files.bytes.push(bytes);
                files.pointers.push(pointer);
            }
            Err((number, detail)) => problems.push(ProblemView::new(&pointer, number, detail)),
        }
    }
    Ok(files)
}

/// The bytes of an upload of at most this size, or why there are none.
async fn uploaded(
    deps: &Deps,
    tenant: &TenantId,
    upload: &DocumentId,
    most: u64,
) -> Result<Result<Vec<u8>, (Option<u16>, &'static str)>, Problem> {
    let key = DocumentKeys::upload(tenant, upload);
    Ok(match deps.documents.head(&key).await? {
        None => Err((Some(NO_DOCUMENT), NO_UPLOAD)),
        Some(found) if found.size_bytes > most => Err((Some(NO_DOCUMENT), TOO_LARGE)),
        Some(found) => Ok(deps.documents.get(&key, found.size_bytes).await?),
    })
}

/// The facts of the request as it would be. Its links and answers are made under keys of no other use.
fn facts_of(
    new: NewRequest,
    http: &HttpRequest,
    cx: &Invocation,
    problems: &mut Vec<ProblemView>,
) -> Result<Option<Facts>, Problem> {
    let mut rng = system_rng();
    let material: [u8; 32] = rng.random();
    let (links, peppers) = (LinkKey::new(&material), Peppers::new(Pepper::new(1, &material), Vec::new()));
    let id = RequestId::new(&mut rng);
    let mut cause = http.integrator_cause(cx, &mut rng)?;
    let usual = NewRequest { ttl: DEFAULT_REQUEST_TTL, ..new.clone() };
    for new in [new, usual] {
        match Request::<Received>::create(id.clone(), new, (&links, &peppers), &mut cause) {
            Ok(transition) => return Ok(Some(transition.would_be().facts().clone())),
            Err(refusal) => {
                problems.extend(ProblemView::all_of(&intake::refused(&refusal)));
                if refusal != Refusal::DeadlineOutOfBounds {
                    return Ok(None);
                }
            }
        }
    }
    Ok(None)
}

/// What is wrong with the files, and where the signatures stand in them.
fn judge(files: Vec<Vec<u8>>, mode: Mode, facts: Option<&Facts>) -> (Judged, Marks) {
    let judged = acceptance::judge(files, mode, facts);
    let marks = match (facts, &judged.found, &judged.made) {
        (Some(facts), Some(found), Some(whole)) => Marks::of(facts, found, &whole.inspection),
        _ => Marks::default(),
    };
    (judged, marks)
}

/// A refusal with a pointer to what it is of.
fn told(refused: &Refused, pointers: &[String]) -> ProblemView {
    let pointer = match (refused.subject, pointers) {
        (Subject::File(index), _) => pointers.get(index).map_or(DOCUMENTS, String::as_str).to_owned(),
        (Subject::Document, [only]) => only.clone(),
        (Subject::Document, _) => DOCUMENTS.to_owned(),
        (Subject::Signatories, _) => "/signers".to_owned(),
        (Subject::Signatory(index), _) => format!("/signers/{index}/signatures"),
    };
    let Failure { number, sentence } = &refused.failure;
    ProblemView::new(&pointer, Some(*number), sentence)
}

/// Runs what takes a while on a thread that may; nothing when it is not done in time.
async fn blocking<T: Send + 'static>(
    deadline: Instant,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Problem> {
    let work = tokio::task::spawn_blocking(work);
    match tokio::time::timeout_at(deadline.into(), work).await {
        Ok(done) => done.map(Some).map_err(Problem::unavailable),
        Err(_) => Ok(None),
    }
}

/// The preview as JSON, or as the picture of its first page, if that is what the caller likes best.
fn answer(http: &HttpRequest, preview: &Preview) -> Result<Reply, Problem> {
    if http.preferred(&["application/json", "image/png"]) == "image/png" {
        let picture = preview.picture().ok_or_else(|| {
            Problem::new(
                422,
                "page_not_rendered",
                "There is no picture; ask for application/json to see why.",
            )
        });
        return picture.map(|it| Reply::bytes("image/png", it));
    }
    let data = serde_json::to_value(preview).unwrap_or_default();
    Ok(Reply::json(200, &view::envelope("Previewed", &data)))
}

const DOCUMENTS: &str = "/inputDocuments";
const NOT_READ: u16 = 225;
const NO_DOCUMENT: u16 = 610;
const TOO_MUCH: u16 = 808;
const NOT_FETCHED: &str = "A preview fetches nothing: send the document along, or upload it.";
const NO_UPLOAD: &str = "There is no such upload: PUT the document to its address first.";
const TOO_LARGE: &str = "A preview looks at documents of at most 128 MiB together.";
const SLOW: &str = "The documents take too long to be looked at.";
/// The function's memory holds them several times over.
const MAX_BYTES: u64 = 128 << 20;
/// Each takes a processor of its own.
const MAX_WORKERS: usize = 2;
/// From the beginning on. The gateway waits for 29 s.
const JUDGING_TIME: Duration = Duration::from_secs(12);
const DRAWING_TIME: Duration = Duration::from_secs(20);
const ANSWER_TIME: Duration = Duration::from_secs(23);
