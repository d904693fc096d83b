//! The pages of a document for the signing page: their sizes, their pictures, their words; and the logo.
//!
//! A picture is made once and kept for a day beside the document, in a child process with limits upon its time
//! and memory. What has no picture that can be trusted is told, and the page then shows the browser's viewer.
//!
//! **Invariant:** a picture is of the bytes whose digest was asked for, and a GET changes nothing but what is
//! kept for the next one.

mod file;
mod logo;
pub mod picture;
mod place;
mod wire;

use std::sync::Arc;

use domain::Digest;
use pdf::{Document, Limits, ReadAt};
use render::{Reason, Undrawn};
use shared::edge::session::{Credential, SessionKeys};
use shared::edge::shown::{self, Shown, Wanted};
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::outbound::Outbound;
use shared::store::{DocumentKeys, Documents, Requests, StoreError};
use tokio::sync::Semaphore;

use file::{Files, MAX_HELD_BYTES};
use wire::{Note, PageView, PagesView, PlaceView, TextView};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    documents: Documents,
    sessions: SessionKeys,
    outbound: Outbound,
    files: Files,
    /// The children that may draw at the same time.
    workers: Semaphore,
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
        sessions: supply.session_keys().await?,
        outbound: supply.outbound()?,
        files: Files::default(),
        workers: Semaphore::new(MAX_WORKERS),
    };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Serves the pages of the document that a signatory may read.
///
/// # Errors
///
/// [`Problem`] 401 without a session or link; 404 for an unknown document or page; 409, 410 and 423 as for the
/// document itself; 422 for a page that has no picture, and for a query that is not understood.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let credential = Credential::of(&http, &deps.sessions.read().await?, cx.now)?;
    let (request, signatory) = credential.load(&deps.requests, &http).await?;
    let keys = DocumentKeys::new(&request.facts().tenant, &request.facts().id);
    if http.route() == "/sign/logo" {
        return logo::logo(deps, &request, &keys).await;
    }
    let sha256 = http.query("sha256").unwrap_or_default();
    let sha256 = Digest::parse(sha256).map_err(|_| {
        Problem::new(422, "invalid", "sha256 names the document: 64 hexadecimal digits in the query.")
    })?;
    let shown = shown::find(&request, &signatory, Wanted::Revision(sha256), cx.now)?;
    if shown.sha256 != sha256 {
        return Err(Problem::not_found());
    }
    match http.route() {
        "/sign/pages/{number}" => one_picture(deps, &http, &shown, &keys).await,
        "/sign/pages/{number}/text" => text(deps, &http, &shown).await,
        _ => {
            let facts = request.facts();
            let places = facts.signatory(&signatory).map(|it| place::asked(facts, it)).unwrap_or_default();
            list(deps, &shown, &keys, places).await
        }
    }
}

/// The sizes of all pages, how they are to be shown, and where the signatory's mark will stand.
async fn list(
    deps: &Deps,
    shown: &Shown,
    keys: &DocumentKeys,
    asked: Vec<pdf::Place>,
) -> Result<Reply, Problem> {
    let source = deps.files.source(&deps.documents, shown).await?;
    let pages = blocking(move || {
        let document = Document::open(source, None, &Limits::default())?;
        let pages = pdf::pages(&document)?;
        let places = place::found(&document, &pages, &asked)?;
        Ok((pages, places))
    });
    let sha256 = shown.sha256.to_hex();
    let (pages, places, unreadable): (Vec<_>, Vec<_>, _) = match told(pages.await?)? {
        Some((pages, places)) => (
            pages.iter().zip(1..).map(PageView::of).collect(),
            places.iter().filter_map(|it| PlaceView::of(it, &pages)).collect(),
            None,
        ),
        None => (Vec::new(), Vec::new(), Some(Note::of_document(Reason::Unreadable))),
    };
    let too_large = (shown.size_bytes > MAX_HELD_BYTES).then(|| Note::of_document(Reason::TooLarge));
    let note = match unreadable.or(too_large) {
        Some(note) => Some(note),
        None => note_of(deps, shown, keys).await?,
    };
    Ok(Reply::json(200, &PagesView::new(sha256, (pages, places), note.as_ref())))
}

/// The picture of a page: the one that is kept, or a new one that is kept from now on.
async fn one_picture(
    deps: &Deps,
    http: &HttpRequest,
    shown: &Shown,
    keys: &DocumentKeys,
) -> Result<Reply, Problem> {
    let number = page_number(http)?;
    let width = width(http)?;
    let key = keys.page(&shown.sha256, number, width);
    match deps.documents.get(&key, MAX_KEPT_BYTES).await {
        Ok(png) => return Ok(Reply::bytes("image/png", png)),
        Err(StoreError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    if shown.size_bytes > MAX_HELD_BYTES {
        return Err(not_rendered(Reason::TooLarge));
    }
    if let Some(note) = note_of(deps, shown, keys).await? {
        return Err(not_rendered(note.reason));
    }
    let source = deps.files.source(&deps.documents, shown).await?;
    let drawn = {
        let _turn = deps.workers.acquire().await.map_err(Problem::unavailable)?;
        blocking(move || picture::draw(&source, number, width)).await?
    };
    match drawn {
        Ok(png) => {
            deps.documents.put_once(&key, "image/png", png.clone()).await?;
            Ok(Reply::bytes("image/png", png))
        }
        Err(Undrawn::NoPage) => Err(Problem::not_found()),
        Err(Undrawn::Broken(source)) => Err(Problem::unavailable(source)),
        Err(Undrawn::NotRendered(reason)) => {
            let note = Note { page: Some(number), reason };
            tracing::warn!(page = number, reason = reason.code(), "a page has no picture");
            deps.documents
                .put_once(&keys.page_fault(&shown.sha256), "application/json", note.to_json())
                .await?;
            Err(not_rendered(reason))
        }
    }
}

/// The words of a page.
async fn text(deps: &Deps, http: &HttpRequest, shown: &Shown) -> Result<Reply, Problem> {
    let number = page_number(http)?;
    let source = deps.files.source(&deps.documents, shown).await?;
    let index = usize::try_from(number - 1).map_err(|_| Problem::not_found())?;
    let words = blocking(move || {
        let document = Document::open(source, None, &Limits::default())?;
        pdf::page_words(&document, index)
    });
    let view = match told(words.await?)? {
        Some(Some(words)) => TextView::of(number, &words),
        Some(None) => return Err(Problem::not_found()),
        // A page that is too complex to be searched has no words here; it can still be seen.
        None => TextView::unread(number),
    };
    Ok(Reply::json(200, &view))
}

/// What is noted of a document that was found not to be drawn.
async fn note_of(deps: &Deps, shown: &Shown, keys: &DocumentKeys) -> Result<Option<Note>, Problem> {
    match deps.documents.get(&keys.page_fault(&shown.sha256), MAX_NOTE_BYTES).await {
        Ok(bytes) => Ok(Note::from_json(&bytes)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Tells a file that cannot be read from a world that cannot.
fn told<T>(read: Result<T, pdf::PdfError>) -> Result<Option<T>, Problem> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(pdf::PdfError::Io(error)) => Err(Problem::unavailable(error)),
        Err(_) => Ok(None),
    }
}

/// Runs what takes a while, or waits, on a thread that may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::unavailable)
}

fn page_number(http: &HttpRequest) -> Result<u32, Problem> {
    let number = http.path_parameter("number")?.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(Problem::not_found)
}

/// The width asked for, as one of those that pictures are made in.
fn width(http: &HttpRequest) -> Result<u32, Problem> {
    let Some(text) = http.query("width") else { return Ok(picture::USUAL_WIDTH) };
    let asked: u32 = text.parse().ok().filter(|width| *width > 0).ok_or_else(|| {
        Problem::new(422, "invalid", "width is a number of pixels; the next larger picture is answered.")
    })?;
    Ok(picture::snapped(asked))
}

fn not_rendered(reason: Reason) -> Problem {
    let detail = format!("{} Show the document in the browser's own viewer.", reason.sentence());
    Problem::new(422, "page_not_rendered", detail)
}

/// Sources that several threads read.
pub type Source = Arc<dyn ReadAt>;

/// Each takes a processor of its own.
const MAX_WORKERS: usize = 2;
/// Pictures are made no larger than answers can carry.
const MAX_KEPT_BYTES: u64 = 8 << 20;
const MAX_NOTE_BYTES: u64 = 1 << 10;
