//! Persons, listed and shown.

use domain::TenantId;
use email_signature::Person;
use email_signature::signitic::{self, Places};
use email_signature::value::Link;
use serde_json::{Value, json};
use shared::closing::images;
use shared::edge::email_signature::{etag, mailbox};
use shared::edge::{HttpRequest, Invocation, Problem, Reply};
use shared::store::{Book, KeptPerson};

use crate::{Deps, found};

/// A page of persons, as they come from the table.
pub(crate) struct Page {
    pub(crate) people: Vec<KeptPerson>,
    pub(crate) next: Option<String>,
}

/// The persons whom the query asks for; those who are deleted by now are left out.
pub(crate) async fn page(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Page, Problem> {
    let malformed = |detail: String| Problem::bad_request("query_malformed", detail);
    let limit = match http.query("limit").map(str::parse) {
        None => MOST_LISTED,
        Some(Ok(limit)) if (1..=MOST_LISTED).contains(&limit) => limit,
        Some(_) => return Err(malformed(format!("limit is from 1 to {MOST_LISTED}."))),
    };
    let after = http.query("cursor").map(|it| {
        let place = deps.cursors.read(tenant, http.route(), it);
        place.ok_or_else(|| Problem::bad_request("cursor_invalid", "The cursor was not made by this list."))
    });
    let (mut people, next) = deps.people.page(tenant, after.transpose()?.as_deref(), limit).await?;
    people.retain(|it| !it.person.is_gone(cx.now));
    let next = next.map(|it| deps.cursors.write(tenant, http.route(), &it));
    Ok(Page { people, next })
}

/// `GET /users`.
pub(crate) async fn users(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let Page { people, next } = page(deps, http, tenant, cx).await?;
    let listed = signitic::users(people.iter().map(|it| &it.person));
    Ok(Reply::json(200, &with(listed, &[("nextCursor", json!(next))])))
}

/// `GET /users/{email}`.
pub(crate) async fn user(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let kept = found(deps, tenant, &mailbox(http, "email")?, cx.now).await?;
    let book = deps.store.book(tenant).await?;
    Ok(Reply::json(200, &shown(&kept, &book, &http.api_url())?).header("etag", etag(kept.version)))
}

fn shown(kept: &KeptPerson, book: &Book, public_url: &str) -> Result<Value, Problem> {
    let group = kept.person.group().and_then(|it| book.groups.find(it));
    let picture = picture(&kept.person, public_url)?;
    let places = Places { picture: picture.as_ref(), vcard: None };
    let mut shown = signitic::user(&kept.person, group, &kept.pending, places);
    if let Some(user) = shown.get_mut("user").and_then(Value::as_object_mut) {
        let gone_at = kept.person.gone_at().map(domain::Timestamp::to_rfc3339);
        user.insert("gone_at".to_owned(), json!(gone_at));
        user.insert("updated_at".to_owned(), json!(kept.updated_at.to_rfc3339()));
        user.insert("updated_by".to_owned(), json!(kept.updated_by));
    }
    Ok(shown)
}

fn picture(person: &Person, public_url: &str) -> Result<Option<Link>, Problem> {
    let Some(picture) = person.picture() else { return Ok(None) };
    let address = format!("{}/{}", images(public_url)?.as_str(), picture.id.as_str());
    Ok(Link::parse(&address).ok())
}

/// An answer with more members.
pub(crate) fn with(mut answer: Value, members: &[(&str, Value)]) -> Value {
    if let Some(object) = answer.as_object_mut() {
        object.extend(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    answer
}

/// Signitic's callers ask for all persons at once, and few houses have more than this.
const MOST_LISTED: usize = 1000;
