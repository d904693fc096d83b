//! The audit trail as JSON: Openapi's two members, and beside them the report and the evidence, to be checked by
//! others.

use domain::request::AnyRequest;
use domain::transition::ChainName;
use serde_json::{Value, json};
use shared::edge::view::{envelope, request as request_view};
use shared::wording::{MissingText, Wording};
use sheet::Sheet;

use crate::load::Loaded;

/// Everything there is to show about a request.
pub(crate) fn audit(
    request: &AnyRequest,
    loaded: &Loaded,
    sheet: &Sheet,
    wording: &mut Wording,
) -> Result<Value, MissingText> {
    let mut lines = Vec::with_capacity(loaded.trail.steps.len());
    for step in &loaded.trail.steps {
        let chain = match step.chain {
            ChainName::Custody => "custody",
            ChainName::Event => "event",
        };
        lines.push(json!({
            "id": format!("{}-{chain}-{}", request.facts().id, step.seq),
            "createdAt": step.at.to_openapi(),
            "log": loaded.trail.line(step, wording)?,
        }));
    }
    let data = json!({
        "SignatureData": request_view(request, None),
        "AuditData": lines,
        "report": sheet,
        "evidence": loaded.evidence,
    });
    Ok(envelope("", &data))
}
