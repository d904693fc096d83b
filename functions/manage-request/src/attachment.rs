//! Documents that signatories attached: shown, accepted, rejected.

use domain::request::{AnyRequest, AttachmentVerdict};
use domain::transition::Transition;
use domain::value::{DocumentId, Text};
use domain::{Cause, Refusal, SignatoryId, Timestamp};
use shared::edge::{HttpRequest, Invocation, Problem, Reply};
use shared::store::{DocumentKeys, StoreError};

use crate::signer::signer;
use crate::wire::ReasonBody;
use crate::{Deps, MAX_REASON_CHARS, act, any};

/// `GET /signatures/{id}/signers/{signer}/attachments/{attachment}`: the file.
///
/// # Errors
///
/// [`Problem`] 404 when nothing is attached, 410 once it is no longer kept.
pub(crate) async fn show(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let (signer, attachment) = (signer(http)?, attachment(http)?);
    let request = deps.requests.load_for(&http.tenant()?, &http.request_id()?).await?;
    let facts = request.facts();
    let asked = request.attachment(&signer, &attachment).ok_or(Refusal::AttachmentUnknown)?;
    let attached = asked.file().ok_or_else(Problem::not_found)?;
    let gone = || Problem::gone("The document is no longer kept.");
    // What a person attached goes with everything else that is personal to them.
    let erased = facts.signatory(&signer).is_none_or(|it| it.erased_at.is_some());
    if erased || facts.documents_are_over(cx.now) {
        return Err(gone());
    }
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    // The document of a request that has ended moves; while it does, it is in either place.
    let closed = keys.closed_attachment(&attachment, facts.shelf(cx.now));
    for key in [keys.attachment(&attachment, &attached.file.sha256), closed] {
        match deps.documents.get(&key, attached.file.size_bytes).await {
            Ok(bytes) => {
                let disposition = format!("attachment; filename=\"{attachment}\"");
                return Ok(
                    Reply::bytes(&attached.content_type, bytes).header("content-disposition", disposition)
                );
            }
            Err(StoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(gone())
}

/// `POST /signatures/{id}/signers/{signer}/attachments/{attachment}/accept` and `/reject`.
///
/// # Errors
///
/// As [`crate::handle`].
pub(crate) async fn judge(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let (signer, attachment) = (signer(http)?, attachment(http)?);
    let verdict = match http.path_parameter("verdict")? {
        "accept" => {
            let _unused = crate::reason(http)?;
            AttachmentVerdict::Accept
        }
        "reject" => AttachmentVerdict::Reject(reason(http)?),
        _ => return Err(Problem::not_found()),
    };
    let now = cx.now;
    act(deps, http, cx, |it, cause| judged(it, (&signer, &attachment), &verdict, (now, cause))).await
}

/// Why another document is needed: the signatory has to know.
fn reason(http: &HttpRequest) -> Result<Text, Problem> {
    let body: ReasonBody = http.json()?;
    Text::parse(&body.reason.unwrap_or_default(), "reason", MAX_REASON_CHARS)
        .map_err(|refusal| Problem::refused("/reason", &refusal))
}

fn judged(
    request: AnyRequest,
    (signer, attachment): (&SignatoryId, &DocumentId),
    verdict: &AttachmentVerdict,
    (now, cause): (Timestamp, &mut Cause<'_>),
) -> Result<Transition<AnyRequest>, Refusal> {
    Ok(request.open(now)?.judge_attachment(signer, attachment, verdict.clone(), cause)?.map(any))
}

fn attachment(http: &HttpRequest) -> Result<DocumentId, Problem> {
    DocumentId::parse(http.path_parameter("attachment")?).map_err(|_| Problem::not_found())
}
