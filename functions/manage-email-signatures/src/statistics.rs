//! How often signatures were made, opened and clicked, and which of several campaigns does better.

use std::collections::BTreeMap;

use domain::{Digest, TenantId, Timestamp};
use email_signature::statistics::{Comparison, Share, Tally, compare, difference};
use serde_json::{Value, json};
use shared::edge::email_signature::{author, changed_meanwhile, etag, only_member, reply};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{CountKey, Piece};

use crate::Deps;

/// What was counted in a time, by one of day, campaign, variant and person.
pub(crate) async fn read(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let (from, to) = (day(http, "from", cx.now, USUAL_DAYS)?, day(http, "to", cx.now, 0)?);
    let by = http.query("by").unwrap_or("campaign");
    let part: fn(&CountKey) -> &str = match by {
        "campaign" => |it| &it.campaign,
        "day" => |it| &it.day,
        "person" => |it| &it.person,
        "variant" => |it| &it.variant,
        _ => return Err(malformed("by is day, campaign, variant or person.")),
    };
    let (counted, is_cut) = deps.counts.between(tenant, (&from, &to)).await?;
    let mut rows: BTreeMap<String, Tally> = BTreeMap::new();
    for (key, tally) in &counted {
        *rows.entry(part(key).to_owned()).or_default() += *tally;
    }
    let mut total = Tally::default();
    let mut shown = Vec::with_capacity(rows.len());
    for (key, tally) in &rows {
        total += *tally;
        let name = if by == "person" { person(deps, tenant, key, cx.now).await? } else { json!(key) };
        shown.push(row(&name, tally));
    }
    let comparisons = if by == "campaign" { comparisons(&rows) } else { Vec::new() };
    let data = json!({
        "from": from, "to": to, "by": by, "rows": shown, "total": row(&Value::Null, &total),
        "comparisons": comparisons, "isCut": is_cut,
    });
    Ok(Reply::json(200, &view::envelope("", &data)))
}

/// Whether opens are counted.
pub(crate) async fn settings(deps: &Deps, tenant: &TenantId) -> Result<Reply, Problem> {
    if let Some(kept) = deps.store.get(tenant, Piece::Statistics).await? {
        return Ok(reply("", &kept));
    }
    let none = json!({ "opens": false, "version": 0, "updatedAt": null, "updatedBy": null });
    Ok(Reply::json(200, &view::envelope("", &none)).header("etag", etag(0)))
}

/// Switches the counting of opens on or off.
pub(crate) async fn save_settings(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let opens = only_member(http, "opens")?.filter(Value::is_boolean);
    let opens = opens.ok_or_else(|| Problem::invalid("/opens", "True or false."))?;
    let before = deps.store.get(tenant, Piece::Statistics).await?.map_or(0, |it| it.version);
    http.check_if_match(Some(&etag(before)))?;
    let body = json!({ "opens": opens });
    let saved = deps.store.put(tenant, Piece::Statistics, (before, &body), &author(http, cx)?).await?;
    Ok(reply("Saved", &saved.ok_or_else(changed_meanwhile)?))
}

/// The address of a sender; null for one who is gone.
async fn person(deps: &Deps, tenant: &TenantId, key: &str, now: Timestamp) -> Result<Value, Problem> {
    let Ok(digest) = Digest::parse(key) else { return Ok(Value::Null) };
    let kept = deps.people.by_digest(tenant, &digest).await?.filter(|it| !it.person.is_gone(now));
    Ok(json!(kept.map(|it| it.person.email().expose().to_owned())))
}

fn row(name: &Value, tally: &Tally) -> Value {
    json!({
        "key": name,
        "shown": tally.shown,
        "opens": tally.opens,
        "clicks": tally.clicks,
        "vcards": tally.vcards,
        "scans": tally.scans,
        "clickRate": tally.click_rate().map(share),
    })
}

/// Which of two campaigns is clicked more, with 95 % confidence.
fn comparisons(rows: &BTreeMap<String, Tally>) -> Vec<Value> {
    let rows: Vec<_> = rows.iter().filter(|(name, _)| !name.is_empty()).take(MOST_COMPARED).collect();
    let pairs =
        rows.iter().enumerate().flat_map(|(at, one)| rows.iter().skip(at + 1).map(move |it| (one, it)));
    let compared = pairs.map(|((first, one), (second, other))| {
        let better = match compare(one, other) {
            Comparison::First => Some(first),
            Comparison::Second => Some(second),
            Comparison::Undecided => None,
        };
        let by = one.click_rate().zip(other.click_rate()).map(|(one, other)| share(difference(one, other)));
        json!({ "first": first, "second": second, "better": better, "difference": by })
    });
    compared.collect()
}

fn share(share: Share) -> Value {
    json!({ "observed": share.observed, "low": share.low, "high": share.high })
}

/// A day of the query, in UTC.
fn day(http: &HttpRequest, name: &str, now: Timestamp, days_ago: u64) -> Result<String, Problem> {
    let Some(text) = http.query(name) else {
        let at = now.unix_ms() - i64::try_from(days_ago * DAY_MS).unwrap_or_default();
        return Ok(Timestamp::from_unix_ms(at).to_rfc3339().chars().take(DAY_CHARS).collect());
    };
    let is_day = text.len() == DAY_CHARS && Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).is_some();
    if is_day { Ok(text.to_owned()) } else { Err(malformed("from and to are days such as 2026-11-22.")) }
}

fn malformed(detail: &str) -> Problem {
    Problem::bad_request("query_malformed", detail)
}

const USUAL_DAYS: u64 = 30;
const DAY_MS: u64 = 86_400_000;
const DAY_CHARS: usize = 10;
const MOST_COMPARED: usize = 10;
