//! Changes that persons propose, and what becomes of them.

use domain::TenantId;
use email_signature::person::ChangeRequest;
use email_signature::{Field, Reason, Refusal, signitic};
use serde_json::{Map, Value, json};
use shared::edge::email_signature::{author, mailbox};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, pointer_token};
use shared::store::{ChangeAction, KeptPerson};

use crate::list::{Page, page, with};
use crate::{Deps, changed, found};

/// `GET /user-change-requests`: all that waits, by person.
pub(crate) async fn list(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let Page { people, next } = page(deps, http, tenant, cx).await?;
    let waiting = people.iter().filter(|it| !it.pending.is_empty());
    let users: Vec<Value> =
        waiting.map(|it| with(shown(it), &[("email", it.person.email().expose().into())])).collect();
    Ok(Reply::json(200, &json!({ "success": true, "users": users, "nextCursor": next })))
}

/// `GET /user-change-requests/{email}`.
pub(crate) async fn of_person(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let kept = found(deps, tenant, &mailbox(http, "email")?, cx.now).await?;
    Ok(Reply::json(200, &shown(&kept)))
}

/// `POST /user-change-requests/{email}`: fields and what they shall be; empty text clears one.
pub(crate) async fn propose(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let (email, author) = (mailbox(http, "email")?, author(http, cx)?);
    let body: Map<String, Value> = http.json()?;
    if body.is_empty() {
        return Err(Refusal::at("", Reason::Missing).into());
    }
    let kept = changed(deps, (tenant, &email), (ChangeAction::Proposed, &author), |kept| {
        for (name, value) in &body {
            let at = |reason| Refusal::at(format!("/{}", pointer_token(name)), reason);
            let field = Field::parse(name).ok_or_else(|| at(Reason::Unknown))?;
            let text = match value {
                Value::Null => "",
                Value::String(text) => text,
                _ => return Err(at(Reason::Shape { expected: "a text" })),
            };
            ChangeRequest::propose(&kept.person, field, text, author.at, &mut kept.pending).map_err(at)?;
        }
        Ok(())
    });
    Ok(Reply::json(200, &shown(&kept.await?)))
}

/// `PATCH` approves and `DELETE` rejects: one field, or all that wait.
pub(crate) async fn decide(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let (email, author) = (mailbox(http, "email")?, author(http, cx)?);
    let field = match http.path_parameter("field") {
        Ok(name) => Some(Field::parse(name).ok_or_else(Problem::not_found)?),
        Err(_) => None,
    };
    let approves = http.method() == "PATCH";
    let action = if approves { ChangeAction::Approved } else { ChangeAction::Rejected };
    let kept = changed(deps, (tenant, &email), (action, &author), |kept| {
        let fields: Vec<Field> = match field {
            Some(field) => vec![field],
            None => kept.pending.iter().map(|it| it.field).collect(),
        };
        if fields.is_empty() {
            return Err(Refusal::at("", Reason::ChangeStale));
        }
        for field in fields {
            let decided = if approves {
                ChangeRequest::approve(&mut kept.person, field, &mut kept.pending)
            } else {
                ChangeRequest::reject(field, &mut kept.pending)
            };
            decided.map_err(|reason| Refusal::at(format!("/{}", field.as_str()), reason))?;
        }
        Ok(())
    });
    Ok(Reply::json(200, &shown(&kept.await?)))
}

fn shown(kept: &KeptPerson) -> Value {
    signitic::change_requests(&kept.pending)
}
