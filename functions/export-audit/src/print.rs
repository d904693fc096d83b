//! The audit trail on paper: a sealed PDF/A-3 that carries the evidence.

use std::sync::Arc;

use domain::Timestamp;
use domain::request::Facts;
use pades::{DigestAlgorithm, SignedAttributes, TIMESTAMP_RESERVE_BYTES};
use pdf::{Act, Document, FieldPlan, Limits, ReadAt, SealRequest, SignedAt};
use shared::BoxError;
use shared::edge::{Invocation, Problem};
use shared::outbound::SealKey;
use shared::wording::Wording;
use sheet::{Archived, Attachment, Code, Date, Print, Sheet};

use crate::Deps;
use crate::load::Loaded;

/// The PDF of a sheet, sealed.
///
/// # Errors
///
/// [`Problem`] 503 when the seal key is away.
pub(crate) async fn pdf(
    deps: &Deps,
    facts: &Facts,
    loaded: &Loaded,
    (sheet, wording): (&Sheet, &mut Wording),
    cx: &Invocation,
) -> Result<Vec<u8>, Problem> {
    let printed = print(facts, loaded, sheet, wording, cx.now).map_err(Problem::unavailable)?;
    let key = deps.seal.load().await.map_err(Problem::unavailable)?;
    seal(deps, facts, loaded, printed, (&key, cx)).await.map_err(Problem::unavailable)
}

fn print(
    facts: &Facts,
    loaded: &Loaded,
    sheet: &Sheet,
    wording: &mut Wording,
    now: Timestamp,
) -> Result<Vec<u8>, BoxError> {
    let url = check_url(facts);
    wording.set("page", "{page}");
    wording.set("pages", "{pages}");
    wording.set("url", url.clone());
    let said = |key: &str| wording.say(key).map(|it| it.text());
    let (footer, alternative, description) =
        (said("audit-page")?, said("audit-code")?, said("audit-attachment")?);
    let evidence = serde_json::to_vec(&loaded.evidence)?;
    let attachment = Attachment {
        name: "evidence.json",
        media_type: "application/json",
        description: &description,
        bytes: &evidence,
    };
    let print = Print {
        code: Some(Code { text: &url, alternative: &alternative }),
        archived: Some(Archived { made: date(now), attachment }),
        ..Print::new(wording.language().as_str(), &footer)
    };
    Ok(sheet::pdf(sheet, &print)?)
}

/// Where documents of this service are checked.
pub(crate) fn check_url(facts: &Facts) -> String {
    format!("{}/check", facts.public_url)
}

/// Seals the sheet: at level B-T where there is a time-stamp authority that answers, else at B-B.
async fn seal(
    deps: &Deps,
    facts: &Facts,
    loaded: &Loaded,
    printed: Vec<u8>,
    (key, cx): (&SealKey, &Invocation),
) -> Result<Vec<u8>, BoxError> {
    key.certificate.check_valid_at(cx.now.unix_seconds())?;
    let algorithm = key.algorithm();
    let reserve = if deps.authority.is_some() { TIMESTAMP_RESERVE_BYTES } else { 0 };
    let contents_bytes = pades::contents_bytes(&key.certificate, algorithm, reserve)?;
    let source: Arc<dyn ReadAt> = Arc::new(printed.clone());
    let head = loaded.heads.events.hash;
    let plan = FieldPlan { signatories: Vec::new(), closing_field: format!("Paraphe-{}-audit", facts.id) };
    let reason = format!("Audit trail, request {}", facts.id);
    let request = SealRequest {
        plan: &plan,
        act: Act::Closing,
        signed_at: SignedAt {
            unix_ms: cx.now.unix_ms(),
            offset_minutes: cx.now.offset_minutes(&facts.options.timezone),
        },
        signer_name: facts.requester.as_str(),
        reason: Some(&reason),
        location: None,
        evidence_head: Some(head.as_bytes()),
        contents_bytes,
    };
    let document = Document::open(Arc::clone(&source), None, &Limits::default())?;
    let prepared = pdf::prepare(&document, &request)?;
    let algorithm_of_digest: DigestAlgorithm = algorithm.digest_algorithm();
    let digest = pades::document_digest(&prepared, source.as_ref(), None, algorithm_of_digest)?;
    let attributes = SignedAttributes::new(digest, &key.certificate, algorithm)?;
    let signature = key.sign(&attributes.digest()).await?;
    let token = match &deps.authority {
        Some(authority) => match authority.stamp_signature(&signature).await {
            Ok(token) => Some(token),
            Err(reason) => {
                tracing::warn!(reason, "an audit trail is sealed without a time-stamp");
                None
            }
        },
        None => None,
    };
    let cms = pades::assemble(&attributes, &signature, &key.certificate, token.as_ref())?;
    let mut sealed = printed;
    sealed.extend_from_slice(&prepared.finish(&cms)?);
    Ok(sealed)
}

/// The parts of an instant, UTC: `2026-11-21T18:36:05.120Z` is written with fixed places.
fn date(at: Timestamp) -> Date {
    let text = at.to_rfc3339();
    let number =
        |from: usize, to: usize| text.get(from..to).and_then(|it| it.parse::<u16>().ok()).unwrap_or(1);
    let small = |from: usize, to: usize| u8::try_from(number(from, to)).unwrap_or(1);
    Date {
        year: number(0, 4),
        month: small(5, 7),
        day: small(8, 10),
        hour: small(11, 13),
        minute: small(14, 16),
        second: small(17, 19),
    }
}
