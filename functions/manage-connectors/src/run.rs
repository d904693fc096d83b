//! Runs: begun, listed, shown.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::TenantId;
use email_signature::connector::Kind;
use serde_json::{Value, json};
use shared::edge::connector_queue::RunTask;
use shared::edge::email_signature::author;
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{Phase, Run, RunState};

use crate::{Deps, found};

/// `POST /connectors/{kind}/runs`: begins a run, which goes on by itself.
pub(crate) async fn begin(
    deps: &Deps,
    http: &HttpRequest,
    (tenant, kind): (&TenantId, Kind),
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let (is_dry, is_forced) = (truth(http, "dryRun")?, truth(http, "force")?);
    let (kept, connector) = found(deps, tenant, kind).await?;
    if kind.credential().is_none() {
        let detail = "An administrator runs the script: GET /connectors/exchange/script.";
        return Err(Problem::new(409, "connector_without_runs", detail));
    }
    let (call, by) = (http.resource().map(|it| it.to_string()), author(http, cx)?.by);
    if let Some(call) = &call
        && let Some(run) = deps.connectors.run_of_call(tenant, kind, call).await?
    {
        // An earlier attempt at the same call began it, and died after that.
        return match run.state_at(cx.now) {
            RunState::Running => go(deps, tenant, kind, &run, cx).await,
            RunState::Done | RunState::Failed => Ok(begun(&run, cx)),
        };
    }
    let latest = deps.connectors.runs(tenant, kind, 1).await?.into_iter().next();
    if let Some(run) = latest.as_ref().filter(|it| it.state_at(cx.now) == RunState::Running) {
        // The same caller may have died before the queue had it; a step that is asked for twice is done once.
        let is_same = (run.is_dry, run.is_forced, &run.by) == (is_dry, is_forced, &by);
        return if is_same && run.is_untouched() {
            go(deps, tenant, kind, run, cx).await
        } else {
            Err(under_way())
        };
    }
    let run = Run {
        number: latest.map_or(1, |it| it.number.saturating_add(1)),
        is_dry,
        is_forced,
        by,
        call,
        public_url: http.api_url(),
        connector_version: kept.version,
        state: RunState::Running,
        phase: if kind == Kind::GoogleDirectory && connector.group.is_some() {
            Phase::Scope
        } else {
            Phase::People
        },
        place: None,
        counts: BTreeMap::new(),
        problem: None,
        failures: 0,
        seen: 0,
        parts: 0,
        started_at: cx.now.unix_ms(),
        updated_at: cx.now.unix_ms(),
    };
    if !deps.connectors.begin(tenant, kind, &run).await? {
        return Err(under_way());
    }
    go(deps, tenant, kind, &run, cx).await
}

/// Has a run go on.
async fn go(
    deps: &Deps,
    tenant: &TenantId,
    kind: Kind,
    run: &Run,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let task = RunTask { tenant: tenant.clone(), kind, number: run.number };
    deps.queue.send(&task, Duration::ZERO).await.map_err(Problem::unavailable)?;
    Ok(begun(run, cx))
}

fn begun(run: &Run, cx: &Invocation) -> Reply {
    Reply::json(202, &view::envelope("Begun", &shown(run, cx)))
}

/// `GET /connectors/{kind}/runs`: the latest first.
pub(crate) async fn list(
    deps: &Deps,
    (tenant, kind): (&TenantId, Kind),
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let _there = found(deps, tenant, kind).await?;
    let runs = deps.connectors.runs(tenant, kind, MOST_LISTED).await?;
    let runs: Vec<Value> = runs.iter().map(|it| shown(it, cx)).collect();
    Ok(Reply::json(200, &view::envelope("", &json!(runs))))
}

/// `GET /connectors/{kind}/runs/{number}`: how far it came, and a page of its report.
pub(crate) async fn read(
    deps: &Deps,
    http: &HttpRequest,
    (tenant, kind): (&TenantId, Kind),
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let number = http.path_parameter("number")?.parse().map_err(|_| Problem::not_found())?;
    let run = deps.connectors.run(tenant, kind, number).await?.ok_or_else(Problem::not_found)?;
    let filter = format!("{}/{number}", kind.as_str());
    let after = http.query("cursor").map(|it| {
        let place = deps.cursors.read(tenant, &filter, it);
        place.ok_or_else(|| Problem::bad_request("cursor_invalid", "The cursor was not made by this list."))
    });
    let (lines, next) = deps.connectors.report(tenant, (kind, number), after.transpose()?.as_deref()).await?;
    let mut shown = shown(&run, cx);
    if let Some(members) = shown.as_object_mut() {
        members.insert("lines".to_owned(), Value::Array(lines));
        let next = next.map(|it| deps.cursors.write(tenant, &filter, &it));
        members.insert("nextCursor".to_owned(), json!(next));
    }
    Ok(Reply::json(200, &view::envelope("", &shown)))
}

fn shown(run: &Run, cx: &Invocation) -> Value {
    let state = run.state_at(cx.now);
    let is_forgotten = state != run.state;
    json!({
        "number": run.number,
        "dryRun": run.is_dry,
        "forced": run.is_forced,
        "state": state.as_str(),
        "problem": if is_forgotten { Some("forgotten") } else { run.problem.as_deref() },
        "counts": run.counts,
        "startedAt": run.started_at().to_openapi(),
        "updatedAt": run.updated_at().to_openapi(),
        "startedBy": run.by,
    })
}

fn truth(http: &HttpRequest, name: &'static str) -> Result<bool, Problem> {
    match http.query(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::bad_request("query_malformed", format!("{name} is true or false."))),
    }
}

fn under_way() -> Problem {
    Problem::new(409, "run_under_way", "A run of this connector is under way. Wait for its end.")
}

const MOST_LISTED: i32 = 50;
