//! Persons, written and deleted: by Signitic's batch, and from a spreadsheet.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::{EmailAddress, TenantId};
use email_signature::person::{Groups, Outcome, PersonPatch, parse_batch};
use email_signature::signitic::{self, Denial};
use email_signature::value::{Image, ImageId, Line};
use email_signature::{Reason, Refusal, roster};
use serde_json::{Value, json};
use shared::edge::email_signature::{author, changed_meanwhile, etag, mailbox, only_member};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, json as strict};
use shared::store::{
    Author, ChangeAction, KeptPerson, MOST_PEOPLE_AT_ONCE, MOST_PEOPLE_WRITTEN, People, Piece, Rounds,
    StoreError,
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
    http.check_if_match(Some(&etag(found(deps, tenant, &email, cx.now).await?.version)))?;
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
    let mut rounds = Rounds::default();
    let kept = loop {
        let mut kept = found(deps, tenant, &email, cx.now).await?;
        let before = kept.person.picture().map(|it| it.id.as_str().to_owned());
        kept.person.set_picture(picture.clone());
        if deps.people.put_portrait(tenant, (before.as_deref(), &kept), &author).await? {
            break kept;
        }
        if !rounds.again().await {
            return Err(changed_meanwhile());
        }
    };
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
    let kept = changed(deps, (tenant, email), (ChangeAction::Deleted, author), |kept| {
        kept.person.delete(now);
        Ok(())
    });
    let kept = kept.await?;
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
    let shared = Arc::new((deps.people.clone(), tenant.clone(), author.clone()));
    let (mut tasks, mut rest) = (JoinSet::new(), wanted.into_iter().peekable());
    while rest.peek().is_some() || !tasks.is_empty() {
        while tasks.len() < CHUNKS_AT_ONCE && rest.peek().is_some() {
            let chunk: Vec<Wanted> = rest.by_ref().take(MOST_PEOPLE_WRITTEN).collect();
            let shared = Arc::clone(&shared);
            tasks.spawn(async move { write_chunk(&shared.0, &shared.1, chunk, &shared.2).await });
        }
        let Some(done) = tasks.join_next().await else { break };
        let done =
            done.map_err(|source| StoreError::Unavailable { operation: "join", source: source.into() })?;
        for (index, outcome) in done? {
            if let Some(told) = told.get_mut(index) {
                *told = Some(Ok(outcome));
            }
        }
    }
    Ok(told.into_iter().flatten().collect())
}

/// A person, and all that is said of them.
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

/// What came of what was said, by its place in the list.
type Outcomes = Vec<(usize, Outcome)>;

/// Writes persons in one transaction with the note of it; one by one, if somebody else was faster with one of them.
async fn write_chunk(
    people: &People,
    tenant: &TenantId,
    chunk: Vec<Wanted>,
    author: &Author,
) -> Result<Outcomes, StoreError> {
    let emails: Vec<&EmailAddress> = chunk.iter().map(|it| &it.email).collect();
    let mut there = people.get_many(tenant, &emails).await?;
    let (mut next, mut told) = (Vec::new(), Vec::new());
    for wanted in &chunk {
        let (person, outcomes) = applied(there.remove(&wanted.email), wanted, author);
        next.extend(person);
        told.extend(outcomes);
    }
    let is_written = match next.as_slice() {
        [] => true,
        [one] => people.put(tenant, one, ChangeAction::Saved, author).await?,
        several => people.put_many(tenant, several, author).await?,
    };
    if is_written {
        return Ok(told);
    }
    let mut told = Vec::new();
    for wanted in &chunk {
        told.extend(write_one(people, tenant, wanted, author).await?);
    }
    Ok(told)
}

/// Writes a person; looks again when somebody else was faster.
async fn write_one(
    people: &People,
    tenant: &TenantId,
    wanted: &Wanted,
    author: &Author,
) -> Result<Outcomes, StoreError> {
    let mut rounds = Rounds::default();
    loop {
        let (next, outcomes) = applied(people.get(tenant, &wanted.email).await?, wanted, author);
        let Some(next) = next else { return Ok(outcomes) };
        if people.put(tenant, &next, ChangeAction::Saved, author).await? {
            return Ok(outcomes);
        }
        if !rounds.again().await {
            let source = "others write this person without a pause".into();
            return Err(StoreError::Unavailable { operation: "TransactWriteItems", source });
        }
    }
}

/// The person with all that is said of them, unless all was so already.
fn applied(kept: Option<KeptPerson>, wanted: &Wanted, author: &Author) -> (Option<KeptPerson>, Outcomes) {
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
    (next.filter(|_| !is_same).map(|it| KeptPerson { version, ..it }), outcomes)
}

/// Transactions side by side: a partition takes 1,000 write units a second, and a person in a transaction is two.
const CHUNKS_AT_ONCE: usize = 4;
