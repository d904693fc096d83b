//! The forms of an answer, and how a large one is handed out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::TenantId;
use domain::value::ValidationId;
use serde_json::json;
use shared::edge::http::MAX_INLINE_BYTES;
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{DocumentKeys, Documents};
use sheet::{Print, Unwritten};

use crate::answer::Answer;
use crate::fault::{Fault, Kind};
use crate::report;

/// The forms that are offered, the usual one first.
pub(crate) const FORMS: [&str; 3] = ["application/json", "text/html", "application/pdf"];

/// What was signed, as far as it can be handed out.
pub(crate) enum Plain {
    None,
    Here(Vec<u8>),
    /// At a key in S3.
    Stored(String),
}

/// Answers in the form that the caller likes best.
///
/// # Errors
///
/// [`Problem`] when the store is away.
pub(crate) async fn of(
    documents: &Documents,
    http: &HttpRequest,
    mut answer: Answer,
    plain: Plain,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let form = http.preferred(&FORMS);
    if form == "application/json" {
        if !fits(0, &answer) {
            return Err(too_long());
        }
        match plain {
            Plain::None => {}
            Plain::Here(bytes) => answer.plain_document = Some(STANDARD.encode(bytes)),
            Plain::Stored(key) => {
                let url = documents
                    .presign_get_as("application/octet-stream", &key, "signed-content", cx.now)
                    .await?;
                answer.plain_document_url = Some(url);
            }
        }
        return Ok(Reply::json(200, &view::envelope("", &json!(answer))));
    }
    written(form, &answer)
}

/// An answer as a page or a PDF.
///
/// # Errors
///
/// [`Problem`] 422 for a report that is longer than an answer can be.
pub(crate) fn written(form: &str, answer: &Answer) -> Result<Reply, Problem> {
    let sheet = report::sheet(answer);
    if form == "application/pdf" {
        let disposition = "inline; filename=\"validation-report.pdf\"";
        let pdf = sheet::pdf(&sheet, &Print::new("en", "page {page} of {pages}"))
            .map_err(|what| unwritten(&what))?;
        if u64::try_from(pdf.len()).is_ok_and(|it| it > MAX_INLINE_BYTES) {
            return Err(too_long());
        }
        return Ok(Reply::bytes("application/pdf", pdf).header("content-disposition", disposition));
    }
    let page = sheet::html(&sheet, "en").map_err(|what| unwritten(&what))?;
    if page.len() > MAX_ANSWER_BYTES / 2 {
        return Err(too_long());
    }
    Ok(Reply::text(200, "text/html; charset=utf-8", page)
        .header("content-security-policy", sheet::policy())
        .header("x-robots-tag", "noindex"))
}

/// Keeps what was signed out of the answer when it would not fit in.
///
/// # Errors
///
/// [`Problem`] when the store is away.
pub(crate) async fn plain(
    documents: &Documents,
    tenant: &TenantId,
    id: &ValidationId,
    content: Option<Vec<u8>>,
    answer: &Answer,
) -> Result<Plain, Problem> {
    let Some(bytes) = content else { return Ok(Plain::None) };
    if fits(bytes.len(), answer) {
        return Ok(Plain::Here(bytes));
    }
    let key = DocumentKeys::validation_content(tenant, id);
    documents.put_once(&key, "application/octet-stream", bytes).await?;
    Ok(Plain::Stored(key))
}

/// Whether an answer is small enough with so many bytes of content in it. JSON is written twice over: as the
/// answer, and as a text in the event that carries it, where each of its quotation marks is escaped.
pub(crate) fn fits(content_bytes: usize, answer: &Answer) -> bool {
    let report = serde_json::to_string(answer).map_or(usize::MAX, |it| it.len());
    let content = content_bytes.div_ceil(3).saturating_mul(4);
    let inline = u64::try_from(content_bytes).is_ok_and(|it| it <= MAX_INLINE_BYTES);
    inline && content.saturating_add(report.saturating_mul(2)) < MAX_ANSWER_BYTES
}

/// Files within files within files can have more to tell than an answer can hold.
fn too_long() -> Problem {
    Fault::new(Kind::Limit, "There is more to report than one answer can hold.").into()
}

fn unwritten(what: &Unwritten) -> Problem {
    tracing::error!(error = what as &dyn std::error::Error, "a report could not be written");
    Problem::new(500, "internal", "Something is wrong on our side.")
}

/// Lambda's answers end at 6 MiB; headers and the event around the body take the rest.
const MAX_ANSWER_BYTES: usize = 6_200_000;
