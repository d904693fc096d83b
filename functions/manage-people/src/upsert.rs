//! Persons, written and deleted: by Signitic's batch, and from a spreadsheet.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::{EmailAddress, TenantId};
use email_signature::person::{Groups, Outcome, PersonPatch, parse_batch};
use email_signature::signitic::{self, Denial};
use email_signature::value::{Image, ImageId, Line};
use email_signature::{Reason, Refusal, roster};
use serde_json::{Value, json};
use shared::edge::email_signature::{author, etag, mailbox, only_member};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, json as strict};
use shared::store::{
    Author, ChangeAction, KeptPerson, MOST_PEOPLE_AT_ONCE, People, Piece, Rounds, StoreError,
};
use tokio::task::JoinSet;

use crate::list::with;
use crate::{Deps, changed, found, group};

/// `POST /users`: what came of each person, in the order of the request.
pub(crate) async fn batch(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    if http.body_len() > email_signature::person::MAX_BATCH_BYTES {
        let max_bytes = email_signature::person::MAX_BATCH_BYTES;
        return Err(Refusal::at("", Reason::TooLarge { max_bytes }).into());
    }
    // What could be read in two ways is refused before.
    let _value = strict::parse(http.body())?;
    let read = parse_batch(http.body())?;
    let outcomes = write_all(deps, tenant, read, &author(http, cx)?).await?;
    Ok(Reply::json(200, &signitic::upserted(&outcomes)))
}

/// `POST /users/import`: the same from CSV, with the lines that could not be read.
pub(crate) async fn import(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let roster = roster::parse(http.body(), &BTreeMap::new())?;
    let patches = roster.people.into_iter().map(Ok).collect();
    let outcomes = write_all(deps, tenant, patches, &author(http, cx)?).await?;
    let faults = roster.faults.iter().map(|it| {
        let denial = Denial::of(&it.refusal).body;
        with(denial, &[("line", it.line.into())])
    });
    let faults: Vec<Value> = faults.collect();
    let answer = with(signitic::upserted(&outcomes), &[("ignoredColumns", json!(roster.ignored))]);
    let answer = if faults.is_empty() {
        answer
    } else {
        with(answer, &[("success", false.into()), ("errors", json!(faults))])
    };
    Ok(Reply::json(200, &answer))
}

/// `DELETE /users/{email}`: takes effect a month later, as at Signitic.
pub(crate) async fn delete(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let (email, author) = (mailbox(http, "email")?, author(http, cx)?);
    http.check_if_match(&etag(found(deps, tenant, &email, cx.now).await?.version))?;
    let gone = leave(deps, tenant, &email, &author).await?;
    Ok(Reply::json(200, &json!({ "success": true, "gone_at": gone })))
}

/// `DELETE /users`: the same of several, named by a list of addresses.
pub(crate) async fn delete_many(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: Value = http.json()?;
    let list = body.get("users").unwrap_or(&body);
    let expected = Reason::Shape { expected: "a list of addresses, or an object with it as users" };
    let list = list.as_array().ok_or_else(|| Refusal::at("", expected))?;
    if list.len() > MOST_PEOPLE_AT_ONCE {
        return Err(Refusal::at("", Reason::TooMany { max: MOST_PEOPLE_AT_ONCE, what: "persons" }).into());
    }
    let address =
        |it: &Value| it.as_str().or_else(|| it.get("email").and_then(Value::as_str)).map(str::to_owned);
    let (author, mut deleted, mut errors) = (author(http, cx)?, 0, Vec::new());
    for (index, item) in list.iter().enumerate() {
        let at = |reason| Refusal::at(format!("/{index}"), reason);
        let email = address(item).and_then(|it| EmailAddress::parse(&it).ok());
        let Some(email) = email else {
            errors.push(Denial::of(&at(Reason::Email)).body);
            continue;
        };
        match deps.people.get(tenant, &email).await? {
            Some(kept) if !kept.person.is_gone(cx.now) => {
                leave(deps, tenant, &email, &author).await?;
                deleted += 1;
            }
            _ => errors.push(Denial::of(&at(Reason::UnknownPerson)).body),
        }
    }
    let answer = json!({ "success": errors.is_empty(), "deleted": deleted, "errors": errors });
    Ok(Reply::json(200, &answer))
}

/// `PUT /users/{email}/picture`: the portrait, one of the pictures that were taken in, or none.
pub(crate) async fn picture(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let (email, author) = (mailbox(http, "email")?, author(http, cx)?);
    let unknown = || Problem::invalid("/id", "There is no such picture.");
    let picture = match only_member(http, "id")? {
        Some(Value::Null) => None,
        Some(Value::String(id)) => {
            let id = ImageId::parse(&id).map_err(|_| unknown())?;
            let kept = deps.store.get(tenant, Piece::Image(id.as_str())).await?.ok_or_else(unknown)?;
            let side = |name: &str| {
                kept.body.get(name).and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok())
            };
            let (width, height) = side("width").zip(side("height")).ok_or_else(unknown)?;
            Some(Image { id, width, height })
        }
        _ => return Err(Problem::invalid("/id", "The name of a picture, or null.")),
    };
    let kept = changed(deps, (tenant, &email), &author, |kept| {
        kept.person.set_picture(picture.clone());
        Ok(())
    });
    let kept = kept.await?;
    let what = ("person", Some(email.expose()), ChangeAction::Saved);
    deps.store.note(tenant, what, &author).await?;
    let id = kept.person.picture().map(|it| it.id.as_str().to_owned());
    Ok(Reply::json(200, &json!({ "success": true, "picture": id })))
}

/// Has a person leave; when that takes effect.
async fn leave(
    deps: &Deps,
    tenant: &TenantId,
    email: &EmailAddress,
    author: &Author,
) -> Result<Option<String>, Problem> {
    let now = author.at;
    let kept = changed(deps, (tenant, email), author, |kept| {
        kept.person.delete(now);
        Ok(())
    });
    let kept = kept.await?;
    let what = ("person", Some(email.expose()), ChangeAction::Deleted);
    deps.store.note(tenant, what, author).await?;
    Ok(kept.person.gone_at().map(domain::Timestamp::to_rfc3339))
}

type Read = Result<PersonPatch, Refusal>;
type Told = Result<Outcome, Refusal>;

/// Writes persons, each upon what there is of them, and tells what came of each.
async fn write_all(
    deps: &Deps,
    tenant: &TenantId,
    read: Vec<Read>,
    author: &Author,
) -> Result<Vec<Told>, Problem> {
    let mut told: Vec<Option<Told>> = Vec::with_capacity(read.len());
    // Who is named twice is written once, with all that is said in its order.
    let mut places: HashMap<EmailAddress, usize> = HashMap::new();
    let mut wanted: Vec<Wanted> = Vec::new();
    for (index, patch) in read.into_iter().enumerate() {
        let patch = match patch {
            Ok(patch) => patch,
            Err(refusal) => {
                told.push(Some(Err(refusal)));
                continue;
            }
        };
        told.push(None);
        let place = *places.entry(patch.email().clone()).or_insert(wanted.len());
        match wanted.get_mut(place) {
            Some(person) => person.patches.push((index, patch)),
            None => wanted.push(Wanted { email: patch.email().clone(), patches: vec![(index, patch)] }),
        }
    }
    group::ensure(deps, tenant, &groups_of(&wanted), author).await?;
    let (mut changed, mut named) = (0_usize, None);
    let mut rest = wanted.into_iter().peekable();
    while rest.peek().is_some() {
        let chunk: Vec<Wanted> = rest.by_ref().take(MOST_PEOPLE_AT_ONCE).collect();
        for (email, outcomes) in write_chunk(&deps.people, tenant, chunk, author).await? {
            if outcomes.iter().any(|(_, it)| *it != Outcome::Unchanged) {
                changed += 1;
                named = Some(email);
            }
            for (index, outcome) in outcomes {
                if let Some(told) = told.get_mut(index) {
                    *told = Some(Ok(outcome));
                }
            }
        }
    }
    let name = named.as_ref().filter(|_| changed == 1).map(EmailAddress::expose);
    if changed > 0 {
        let action = if changed == 1 { ChangeAction::Saved } else { ChangeAction::Imported };
        deps.store
            .note(tenant, (if changed == 1 { "person" } else { "people" }, name, action), author)
            .await?;
    }
    Ok(told.into_iter().flatten().collect())
}

/// A person, and all that is said of them.
#[derive(Clone)]
struct Wanted {
    email: EmailAddress,
    patches: Vec<(usize, PersonPatch)>,
}

/// The groups that persons shall be in.
fn groups_of(wanted: &[Wanted]) -> Vec<Line> {
    let mut groups = Groups::default();
    for (_, patch) in wanted.iter().flat_map(|it| &it.patches) {
        let _tried = patch.apply(None, &mut groups);
    }
    groups.iter().map(|it| it.name.clone()).collect()
}

type Written = (EmailAddress, Vec<(usize, Outcome)>);

/// Reads a hundred persons at once, and writes those who change side by side.
async fn write_chunk(
    people: &People,
    tenant: &TenantId,
    chunk: Vec<Wanted>,
    author: &Author,
) -> Result<Vec<Written>, StoreError> {
    let emails: Vec<&EmailAddress> = chunk.iter().map(|it| &it.email).collect();
    let mut there = people.get_many(tenant, &emails).await?;
    let shared = Arc::new((people.clone(), tenant.clone(), author.clone()));
    let (mut tasks, mut written) = (JoinSet::new(), Vec::with_capacity(chunk.len()));
    for wanted in chunk {
        let (kept, shared) = (there.remove(&wanted.email), Arc::clone(&shared));
        tasks.spawn(async move { write_one(&shared.0, &shared.1, kept, wanted, &shared.2).await });
    }
    while let Some(done) = tasks.join_next().await {
        let done =
            done.map_err(|source| StoreError::Unavailable { operation: "join", source: source.into() })?;
        written.push(done?);
    }
    Ok(written)
}

/// Writes a person; looks again when somebody else was faster.
async fn write_one(
    people: &People,
    tenant: &TenantId,
    mut kept: Option<KeptPerson>,
    wanted: Wanted,
    author: &Author,
) -> Result<Written, StoreError> {
    let mut rounds = Rounds::default();
    loop {
        let version = kept.as_ref().map_or(0, |it| it.version);
        // Whoever is deleted by now begins anew.
        let mut next = kept.filter(|it| !it.person.is_gone(author.at));
        let mut outcomes = Vec::with_capacity(wanted.patches.len());
        for (index, patch) in &wanted.patches {
            let before = next.as_ref().map(|it| it.person.clone());
            let (person, outcome) = patch.apply(before, &mut Groups::default());
            outcomes.push((*index, outcome));
            next = Some(match next {
                Some(kept) => KeptPerson { person, ..kept },
                None => KeptPerson::new(person, author.at),
            });
        }
        let is_same = outcomes.iter().all(|(_, it)| *it == Outcome::Unchanged);
        let Some(next) = next.filter(|_| !is_same) else { return Ok((wanted.email, outcomes)) };
        if people.put(tenant, &KeptPerson { version, ..next }, author).await? {
            return Ok((wanted.email, outcomes));
        }
        if !rounds.again().await {
            let source = "others write this person without a pause".into();
            return Err(StoreError::Unavailable { operation: "PutItem", source });
        }
        kept = people.get(tenant, &wanted.email).await?;
    }
}
