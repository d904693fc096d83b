//! Documents that a signatory attaches.

use domain::request::AttachedFile;
use domain::value::DocumentId;
use serde_json::json;
use shared::edge::session::Credential;
use shared::edge::{HttpRequest, Invocation, Problem, Reply, encoded, system_rng};
use shared::store::{DocumentKeys, Documents, Rounds, StoreError};

use crate::Deps;
use crate::wire::AttachBody;

/// `POST /sign/attachments/{attachment}`.
///
/// # Errors
///
/// [`Problem`] 404 when nothing of this name is asked for, 409 when it was accepted before, 413 over the
/// limit, 422 for what is none of the formats taken.
pub(crate) async fn attach(
    deps: &Deps,
    http: &HttpRequest,
    credential: &Credential,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let id = DocumentId::parse(http.path_parameter("attachment")?).map_err(|_| Problem::not_found())?;
    let body: AttachBody = http.json()?;
    let bytes = encoded::decode(&body.payload).ok_or_else(|| Problem::invalid("/payload", "Not base64."))?;
    if bytes.len() > MAX_BYTES {
        let detail = format!("A document of at most {} MB.", MAX_BYTES / 1_000_000);
        return Err(Problem::new(413, "attachment_too_large", detail));
    }
    let content_type = content_type(&bytes)
        .ok_or_else(|| Problem::invalid("/payload", "A PDF, a JPEG or a PNG is taken."))?;
    let mut rng = system_rng();
    let mut rounds = Rounds::default();
    loop {
        let (request, signatory) = credential.load(&deps.requests, http).await?;
        let place = DocumentKeys::new(&request.facts().tenant, &request.facts().id);
        let file = Documents::facts_of(&bytes, DocumentId::new(&mut rng), cx.now);
        let key = place.attachment(&id, &file.sha256);
        let attached = AttachedFile { file, content_type: content_type.to_owned() };
        let mut cause = http.signatory_cause(&signatory, cx, &mut rng);
        let provided = request.open(cx.now)?.attach(&signatory, &id, attached, &mut cause)?;
        let reply = Reply::json(200, &json!({ "state": "PROVIDED" }));
        let Some(provided) = provided else { return Ok(reply) };
        // Kept before the move that names its digest, and for no other.
        deps.documents.put_once(&key, content_type, bytes.clone()).await?;
        match deps.courier.commit(provided).await {
            Err(StoreError::Conflict(_)) if rounds.again().await => {}
            other => return other.map(|_| reply).map_err(Into::into),
        }
    }
}

/// What the first bytes show; a name or a header could say anything.
fn content_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        _ => None,
    }
}

/// Fits into a body with room to spare, once it is written as base64.
const MAX_BYTES: usize = 3_000_000;
