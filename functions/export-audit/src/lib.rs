//! `GET /signatures/{id}/audit` and `GET /signatures/{id}/evidence`: the evidence of a request, derived again
//! before it is shown, as JSON, text, page or sealed PDF, and as a bundle that stands on its own.

mod load;
mod pack;
mod print;
mod view;

use domain::request::AnyRequest;
use domain::value::DocumentId;
use shared::edge::http::MAX_INLINE_BYTES;
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, page::language,
    system_rng,
};
use shared::outbound::{SealKeys, TimestampAuthority};
use shared::store::{DocumentKeys, Documents, Evidence, Log, Requests, Trust};
use shared::wording::Wording;
use trail::About;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    requests: Requests,
    evidence: Evidence,
    documents: Documents,
    trust: Trust,
    log: Log,
    seal: SealKeys,
    authority: Option<TimestampAuthority>,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let outbound = supply.outbound_for_signed_answers()?;
    let deps = Deps {
        requests: supply.committing_requests().await?,
        evidence: supply.evidence().await?,
        documents: supply.documents()?,
        trust: supply.trust()?,
        log: supply.log(&supply.archive()?)?,
        seal: supply.seal_keys()?,
        authority: env.optional("TSA_URL").map(|url| TimestampAuthority::new(url, outbound)),
    };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Notes the reading, loads the chains, derives them again, and shows them with what can be disclosed.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown request, 500 when a stored chain does not hold, 503 when the seal key is away.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let is_bundle = http.route().ends_with("/evidence");
    let form = if is_bundle { "application/zip" } else { offered(&http) };
    let request = load::note_reading(deps, &http, form, cx).await?;
    let facts = request.facts();
    let loaded = load::load(deps, &request).await?;
    let mut wording = Wording::new(language(&http));
    let about = About { check_url: &print::check_url(facts), heads: loaded.heads };
    let sheet = loaded.trail.sheet(&about, &mut wording).map_err(Problem::unavailable)?;
    match form {
        "application/json" => {
            let view = view::audit(&request, &loaded, &sheet, &mut wording).map_err(Problem::unavailable)?;
            let bytes = serde_json::to_vec(&view).map_err(Problem::unavailable)?;
            if is_large(&bytes) {
                return file(deps, &request, ("audit.json", form), bytes, cx).await;
            }
            Ok(Reply::json(200, &view))
        }
        "text/plain" => {
            let (text, media_type) = (sheet::text(&sheet), "text/plain; charset=utf-8");
            if is_large(text.as_bytes()) {
                return file(deps, &request, ("audit.txt", media_type), text.into_bytes(), cx).await;
            }
            Ok(Reply::text(200, media_type, text))
        }
        "text/html" => {
            let page = sheet::html(&sheet, wording.language().as_str()).map_err(Problem::unavailable)?;
            let media_type = "text/html; charset=utf-8";
            if is_large(page.as_bytes()) {
                return file(deps, &request, ("audit.html", media_type), page.into_bytes(), cx).await;
            }
            let reply = Reply::text(200, media_type, page);
            Ok(reply.header("content-security-policy", sheet::policy()).header("x-robots-tag", "noindex"))
        }
        _ => {
            let audit = print::pdf(deps, facts, &loaded, (&sheet, &mut wording), cx).await?;
            if !is_bundle {
                return file(deps, &request, ("audit.pdf", form), audit, cx).await;
            }
            let bundle = pack::bundle(deps, &request, &loaded, audit, cx).await?;
            file(deps, &request, ("evidence.zip", form), bundle, cx).await
        }
    }
}

/// The form that the caller likes best.
fn offered(http: &HttpRequest) -> &'static str {
    http.preferred(&FORMS)
}

/// A file: at once, or, when it is too large for an answer, from an address that is valid for a while.
async fn file(
    deps: &Deps,
    request: &AnyRequest,
    (name, media_type): (&str, &str),
    bytes: Vec<u8>,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let facts = request.facts();
    let file_name = format!("{}-{name}", facts.id);
    if !is_large(&bytes) {
        let disposition = format!("attachment; filename=\"{file_name}\"");
        return Ok(Reply::bytes(media_type, bytes).header("content-disposition", disposition));
    }
    let key = DocumentKeys::new(&facts.tenant, &facts.id).export(&DocumentId::new(&mut system_rng()));
    deps.documents.put_once(&key, media_type, bytes).await?;
    Ok(Reply::see_other(deps.documents.presign_get_as(media_type, &key, &file_name, cx.now).await?))
}

/// Whether this is too much for one answer.
fn is_large(bytes: &[u8]) -> bool {
    u64::try_from(bytes.len()).is_ok_and(|it| it > MAX_INLINE_BYTES)
}

/// The forms of the audit trail, the usual one first.
const FORMS: [&str; 4] = ["application/json", "text/plain", "text/html", "application/pdf"];
