//! `/check`: the page on which anyone who holds a file sees what its signatures are worth.
//!
//! A file that was sealed here is known by its digest, which the browser computes: the file stays where it
//! is. Any other file is sent only after a click, and nothing of it is kept.
//!
//! **Invariant:** nobody is asked who they are, and nothing is answered that the file's holder does not hold.

mod page;

use domain::Digest;
use serde_json::json;
use shared::edge::http::MAX_INLINE_BYTES;
use shared::edge::network::network;
use shared::edge::view;
use shared::store::Quota;

use super::{
    Arc, Deps, Duration, Fault, HttpRequest, Invocation, Kind, Limits, Problem, Reply, Work, engine, input,
    problem, reply, trust,
};

/// Serves the page, its assets, and what it asks.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown asset or digest, 422 for what cannot be validated, 429 for too many calls.
pub(crate) async fn handle(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    match http.route() {
        "/check" if http.method() == "POST" => check(deps, http, cx).await,
        "/check" => page::page(http),
        "/check/assets/{name}" => page::asset(http.path_parameter("name")?),
        _ => lookup(deps, http).await,
    }
}

/// `GET /check/{sha256}`: whether a file was sealed here.
async fn lookup(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    let sha256 = Digest::parse(http.path_parameter("sha256")?).map_err(|_| Problem::not_found())?;
    let Some(found) = deps.sealed.find(&sha256).await? else {
        return Err(Problem::new(404, "not_found", "No file of this digest was sealed here."));
    };
    let data = json!({
        "sha256": sha256.to_hex(),
        "sealedAt": found.sealed_at.to_openapi(),
        "isComplete": found.is_complete,
    });
    Ok(Reply::json(200, &view::envelope("", &data)))
}

/// `POST /check`: validates the body, for a caller without a key.
async fn check(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let content_type = http.header("content-type").unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // A type that a page of another origin cannot send without asking first.
    if !TYPES.contains(&essence.as_str()) {
        let detail = "Send the file itself, as application/pdf or application/octet-stream.";
        return Err(
            Problem::new(415, "unsupported_media_type", detail).header("accept-post", TYPES.join(", "))
        );
    }
    if http.body().is_empty() {
        return Err(Fault::new(Kind::Document, "The file is empty.").into());
    }
    if u64::try_from(http.body_len()).unwrap_or(u64::MAX) > MAX_INLINE_BYTES {
        return Err(input::too_large());
    }
    take(deps, http, cx).await?;
    let (anchors, _) = trust::anchors(deps, None, cx.now).await?;
    let work = Work {
        document: Arc::new(http.body().to_vec()),
        detached: None,
        password: None,
        is_recursive: false,
        at: None,
        now: cx.now,
        anchors,
        outbound: None,
        limits: PUBLIC,
    };
    let found = match tokio::time::timeout(PATIENCE, engine::run(work)).await {
        Ok(found) => found.map_err(problem)?,
        Err(_) => return Err(Fault::new(Kind::Limit, "The file takes too long to be validated here.").into()),
    };
    let answer = found.answer.without_claims();
    match http.preferred(&reply::FORMS) {
        "application/json" => Ok(Reply::json(200, &view::envelope("", &json!(answer)))),
        form => reply::written(form, &answer),
    }
}

/// Takes one call of those that an address, and everybody together, may make.
async fn take(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<(), Problem> {
    let source = format!("check {}", network(&http.origin().ip_address));
    for (what, most, window) in
        [(source.as_str(), PER_ADDRESS, Duration::from_hours(1)), ("check", TOGETHER, Duration::from_mins(1))]
    {
        if let Quota::Spent { retry_after } = deps.quotas.take(what, most, window, cx.now).await? {
            let detail = "Too many files were sent from here. Try again later, or use an API key.";
            return Err(Problem::new(429, "too_many_requests", detail)
                .header("retry-after", retry_after.as_secs().to_string()));
        }
    }
    Ok(())
}

const TYPES: [&str; 4] =
    ["application/pdf", "application/octet-stream", "application/pkcs7-mime", "application/pkcs7-signature"];

/// Files that an address may send in an hour.
const PER_ADDRESS: u32 = 30;
/// Files that everybody together may send in a minute: what that costs is bounded.
const TOGETHER: u32 = 120;
const PATIENCE: Duration = Duration::from_secs(20);
const PUBLIC: Limits = Limits { rendering: Duration::from_secs(8), asking: Duration::ZERO };
