//! `GET /signatures/{id}/audit` and `GET /signatures/{id}/evidence`: the evidence of a request, derived again
//! before it is shown, as JSON, text, page or sealed PDF, and as a bundle that stands on its own.

mod load;
mod pack;
mod print;
mod view;

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
    let (name, media_type, bytes) = match form {
        "application/json" => {
            let view = view::audit(&request, &loaded, &sheet, &mut wording).map_err(Problem::unavailable)?;
            ("audit.json", form, serde_json::to_vec(&view).map_err(Problem::unavailable)?)
        }
        "text/plain" => ("audit.txt", "text/plain; charset=utf-8", sheet::text(&sheet).into_bytes()),
        "text/html" => {
            let page = sheet::html(&sheet, wording.language().as_str()).map_err(Problem::unavailable)?;
            ("audit.html", "text/html; charset=utf-8", page.into_bytes())
        }
        _ => {
            let audit = print::pdf(deps, facts, &loaded, (&sheet, &mut wording), cx).await?;
            if is_bundle {
                ("evidence.zip", form, pack::bundle(deps, &request, &loaded, audit, cx).await?)
            } else {
                ("audit.pdf", form, audit)
            }
        }
    };
    let file_name = format!("{}-{name}", facts.id);
    if u64::try_from(bytes.len()).is_ok_and(|it| it > MAX_INLINE_BYTES) {
        let key = DocumentKeys::new(&facts.tenant, &facts.id).export(&DocumentId::new(&mut system_rng()));
        deps.documents.put_once(&key, media_type, bytes).await?;
        let address = deps.documents.presign_get_as(media_type, &key, &file_name, cx.now).await?;
        return Ok(Reply::see_other(address));
    }
    answer(form, media_type, &file_name, bytes)
}

/// What is small enough for an answer: shown where it is text, and else a file.
fn answer(form: &str, media_type: &str, file_name: &str, bytes: Vec<u8>) -> Result<Reply, Problem> {
    let text = |bytes| String::from_utf8(bytes).map_err(Problem::unavailable);
    Ok(match form {
        "application/json" | "text/plain" => Reply::text(200, media_type, text(bytes)?),
        "text/html" => Reply::text(200, media_type, text(bytes)?)
            .header("content-security-policy", sheet::policy())
            .header("x-robots-tag", "noindex"),
        _ => {
            let disposition = format!("attachment; filename=\"{file_name}\"");
            Reply::bytes(media_type, bytes).header("content-disposition", disposition)
        }
    })
}

/// The form that the caller likes best.
fn offered(http: &HttpRequest) -> &'static str {
    http.preferred(&FORMS)
}

/// The forms of the audit trail, the usual one first.
const FORMS: [&str; 4] = ["application/json", "text/plain", "text/html", "application/pdf"];
