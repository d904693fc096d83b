//! Persons from a directory: who is in the group that is asked for, what the directory says of each, who is gone.

use std::collections::{HashMap, HashSet};

use domain::EmailAddress;
use email_signature::connector::{Kind, Missing};
use email_signature::directory::{Directory, Entry, differences, member_address};
use email_signature::person::{Groups, Outcome, PersonPatch};
use email_signature::report::{Action, ReportLine};
use http::Method;
use serde_json::Value;
use shared::BoxError;
use shared::store::{Author, Grouped, KeptPerson, MOST_PEOPLE_WRITTEN, People, Phase, Run, RunState, Step};

use crate::Work;
use crate::api::{Trouble, encoded};
use crate::turn::{End, Turn};

/// Reads the next members of the group that is asked for.
pub(crate) async fn scope(work: &Work<'_>, run: &Run) -> Result<Turn, BoxError> {
    let group = encoded(work.connector.group.as_ref().map_or("", |it| it.as_str()));
    let path = format!(
        "/admin/directory/v1/groups/{group}/members?maxResults={MOST_PEOPLE_WRITTEN}&includeDerivedMembership=true{}",
        page_token(run)
    );
    let page = match page(work, run, &path, "members").await {
        Ok(page) => page,
        Err(Trouble::Missing("not_found")) => return Ok(Turn::over(run, "no_such_group")),
        Err(trouble) => return Ok(Turn::of(run, trouble)),
    };
    let members = page.entries.iter().filter_map(member_address);
    let step = Step { scope: members.map(|it| People::digest(&it)).collect(), ..Step::default() };
    Ok(match page.next {
        Some(next) => Turn::on(step, Phase::Scope, Some(next)),
        None => Turn::on(step, Phase::People, None),
    })
}

/// Reads the next entries of the directory, and makes persons of them.
pub(crate) async fn people(work: &Work<'_>, run: &Run) -> Result<Turn, BoxError> {
    let kind = work.connector.kind();
    let (path, list) = match kind {
        Kind::GoogleDirectory => (
            format!(
                "/admin/directory/v1/users?customer=my_customer&maxResults={MOST_PEOPLE_WRITTEN}&orderBy=email\
                 &projection=full{}",
                page_token(run)
            ),
            "users",
        ),
        _ => (graph_path(work, run), "value"),
    };
    let page = match page(work, run, &path, list).await {
        Ok(page) => page,
        Err(Trouble::Missing("not_found")) => return Ok(Turn::over(run, "no_such_group")),
        Err(trouble) => return Ok(Turn::of(run, trouble)),
    };
    let scope = if kind == Kind::GoogleDirectory && work.connector.group.is_some() {
        Some(work.deps.connectors.scope(&work.task.tenant, kind, run).await?)
    } else {
        None
    };
    let step = match taken_in(work, run, &page.entries, scope.as_ref()).await? {
        Ok(step) => step,
        Err(end) => {
            return Ok(Turn { step: Step::default(), phase: run.phase, place: run.place.clone(), end });
        }
    };
    if let Some(next) = page.next {
        return Ok(Turn::on(step, Phase::People, Some(next)));
    }
    let seen = run.seen.saturating_add(step.seen.len() as u64);
    let end = if is_plausible(work, run, seen).await? { End::On } else { End::Over("directory_shrank") };
    Ok(Turn { step, phase: Phase::Missing, place: None, end })
}

/// Looks for persons who came from this directory and are there no more.
pub(crate) async fn missing(work: &Work<'_>, run: &Run) -> Result<Turn, BoxError> {
    let (tenant, kind) = (&work.task.tenant, work.connector.kind());
    let seen = work.deps.connectors.seen(tenant, kind, run).await?;
    let (people, next) = work.deps.people.page(tenant, run.place.as_deref(), MOST_PEOPLE_WRITTEN).await?;
    let (now, mut step) = (work.deps.clock.now(), Step::default());
    for kept in people {
        let email = kept.person.email().clone();
        let is_there = seen.contains(&Step::spelled(&People::digest(&email)));
        if kept.source.as_deref() != Some(kind.as_str()) || is_there || kept.person.is_gone(now) {
            continue;
        }
        let (mut person, was) = (kept.person.clone(), kept.person.clone());
        let action = match work.connector.missing {
            Missing::Delete => {
                person.delete(now);
                Action::Deleted
            }
            Missing::Disable => {
                let mut patch = PersonPatch::new(email.clone());
                patch.set_enabled(false);
                person = patch.apply(Some(person), &mut Groups::default()).0;
                Action::Disabled
            }
            Missing::Keep => Action::Unchanged,
        };
        let action = if person == was { Action::Unchanged } else { action };
        step.report.add(ReportLine::new(email.expose(), action).because("not_in_directory"));
        if person != was && !run.is_dry {
            step.people.push(KeptPerson { person, ..kept });
        }
    }
    Ok(match next {
        Some(next) => Turn::on(step, Phase::Missing, Some(next)),
        None => Turn { step, phase: Phase::Missing, place: run.place.clone(), end: End::Done },
    })
}

/// A page of a list, and where the next one is.
struct Page {
    entries: Vec<Value>,
    next: Option<String>,
}

async fn page(work: &Work<'_>, run: &Run, path: &str, list: &str) -> Result<Page, Trouble> {
    let subject = work.connector.subject.as_ref().map_or("", |it| it.expose());
    let mut answer = match work.api.call(subject, (Method::GET, path), None).await {
        // A token for an administrator who is not there.
        Err(Trouble::Missing("no_such_mailbox")) => return Err(Trouble::Over("no_such_administrator")),
        other => other?,
    };
    let entries = match answer.get_mut(list).map(Value::take) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(Trouble::Over("unexpected_answer")),
    };
    if entries.len() > MOST_PEOPLE_WRITTEN || run.parts > MOST_PARTS {
        return Err(Trouble::Over("too_many_entries"));
    }
    let next = ["nextPageToken", "@odata.nextLink"].into_iter().find_map(|it| answer.get(it)?.as_str());
    let next = next.filter(|it| !it.is_empty()).map(str::to_owned);
    if let Some(next) = &next {
        let is_elsewhere = list == "value" && graph_rest(work, next).is_none();
        if next.len() > MAX_NEXT_CHARS || is_elsewhere || run.place.as_ref() == Some(next) {
            return Err(Trouble::Over("unexpected_paging"));
        }
    }
    Ok(Page { entries, next })
}

fn page_token(run: &Run) -> String {
    run.place.as_ref().map(|it| format!("&pageToken={}", encoded(it))).unwrap_or_default()
}

/// <https://learn.microsoft.com/en-us/graph/api/user-list>, and a group's members who are users.
fn graph_path(work: &Work<'_>, run: &Run) -> String {
    if let Some(rest) = run.place.as_deref().and_then(|it| graph_rest(work, it)) {
        return rest.to_owned();
    }
    let selected = work.connector.mapping.as_ref().map(|it| it.selected(Directory::Microsoft));
    let selected: Vec<&str> = std::iter::once("id").chain(selected.into_iter().flatten()).collect();
    let query = format!("$select={}&$top={MOST_PEOPLE_WRITTEN}", selected.join(","));
    match &work.connector.group {
        Some(group) => {
            let group = encoded(group.as_str());
            format!("/v1.0/groups/{group}/members/microsoft.graph.user?$count=true&{query}")
        }
        None => format!("/v1.0/users?{query}"),
    }
}

/// What stands behind the base address: a link that leads elsewhere is not followed, since a token goes with it.
fn graph_rest<'a>(work: &Work<'_>, link: &'a str) -> Option<&'a str> {
    link.strip_prefix(work.api.base_url()).filter(|it| it.starts_with('/'))
}

/// Makes persons of entries; how the run goes on instead, if it cannot.
async fn taken_in(
    work: &Work<'_>,
    run: &Run,
    entries: &[Value],
    scope: Option<&HashSet<String>>,
) -> Result<Result<Step, End>, BoxError> {
    let kind = work.connector.kind();
    let (Some(directory), Some(mapping)) = (kind.directory(), &work.connector.mapping) else {
        return Ok(Err(End::Over("connector_changed")));
    };
    let (mut step, mut read, mut named) = (Step::default(), Vec::new(), HashSet::new());
    for entry in entries {
        let left_out = |why| ReportLine::new(&who(entry), Action::LeftOut).because(why);
        match mapping.read(directory, entry) {
            Err(why) => step.report.add(left_out(why.as_str())),
            Ok(entry) => {
                let digest = People::digest(entry.patch.email());
                let is_asked_for = scope.is_none_or(|it| it.contains(&Step::spelled(&digest)));
                if !is_asked_for {
                    step.report.add(left_out("out_of_scope"));
                } else if named.insert(entry.patch.email().clone()) {
                    step.seen.push(digest);
                    read.push(entry);
                } else {
                    step.report.add(left_out("named_twice"));
                }
            }
        }
    }
    let emails: Vec<&EmailAddress> = read.iter().map(|it| it.patch.email()).collect();
    let mut there = if emails.is_empty() {
        HashMap::new()
    } else {
        work.deps.people.get_many(&work.task.tenant, &emails).await?
    };
    let mut groups = Groups::default();
    for entry in read {
        let kept = there.remove(entry.patch.email());
        let (line, person) = updated(work, entry, kept, &mut groups);
        step.report.add(line);
        step.people.extend(person);
    }
    if run.is_dry {
        step.people.clear();
        return Ok(Ok(step));
    }
    let wanted: Vec<_> = groups.iter().map(|it| it.name.clone()).collect();
    let author = Author { by: run.by.clone(), at: work.deps.clock.now() };
    Ok(match work.deps.store.ensure_groups(&work.task.tenant, &wanted, &author).await? {
        Grouped::Busy => Err(End::Later(None, "groups_busy")),
        Grouped::There => Ok(step),
        Grouped::TooMany => Err(End::Over("too_many_groups")),
    })
}

/// The person with what the directory says, unless all was so already.
fn updated(
    work: &Work<'_>,
    entry: Entry,
    kept: Option<KeptPerson>,
    groups: &mut Groups,
) -> (ReportLine, Option<KeptPerson>) {
    let now = work.deps.clock.now();
    let version = kept.as_ref().map_or(0, |it| it.version);
    // Whoever is deleted by now begins anew.
    let kept = kept.filter(|it| !it.person.is_gone(now));
    let before = kept.as_ref().map(|it| it.person.clone());
    let (person, outcome) = entry.patch.apply(before.clone(), groups);
    let source = work.connector.kind().as_str();
    let is_claimed = kept.as_ref().is_none_or(|it| it.source.as_deref() != Some(source));
    let action = match outcome {
        Outcome::Created => Action::Created,
        Outcome::Changed => Action::Changed,
        Outcome::Unchanged if is_claimed => Action::Changed,
        Outcome::Unchanged => Action::Unchanged,
    };
    let mut fields = differences(before.as_ref(), &person);
    fields.retain(|it| it != "email");
    if is_claimed && before.is_some() {
        fields.push("source".to_owned());
    }
    let line = ReportLine { fields, unfit: entry.unfit, ..ReportLine::new(person.email().expose(), action) };
    let next = KeptPerson {
        version,
        source: Some(source.to_owned()),
        ..match kept {
            Some(kept) => KeptPerson { person, ..kept },
            None => KeptPerson::new(person, now),
        }
    };
    (line, (action != Action::Unchanged).then_some(next))
}

/// Whether the directory still has most of whom it had: a wrong group or a lost right looks like a house without people.
async fn is_plausible(work: &Work<'_>, run: &Run, seen: u64) -> Result<bool, BoxError> {
    if run.is_forced || work.connector.missing == Missing::Keep {
        return Ok(true);
    }
    let runs = work.deps.connectors.runs(&work.task.tenant, work.connector.kind(), RUNS_LOOKED_AT).await?;
    let earlier = runs.iter().find(|it| it.state == RunState::Done && !it.is_dry);
    Ok(earlier.is_none_or(|it| it.seen == 0 || seen > 0 && seen.saturating_mul(2) >= it.seen))
}

/// What a directory calls an entry that is nobody here.
fn who(entry: &Value) -> String {
    let names = ["primaryEmail", "mail", "userPrincipalName", "id"];
    names.into_iter().find_map(|it| entry.get(it)?.as_str()).unwrap_or_default().to_owned()
}

const MAX_NEXT_CHARS: usize = 1900;
/// Three kinds of parts for each page: some 600,000 persons.
const MOST_PARTS: u32 = 20_000;
const RUNS_LOOKED_AT: i32 = 20;
