//! The script for Exchange Online.

use domain::TenantId;
use domain::value::Language;
use email_signature::connector::Kind;
use email_signature::exchange::Script;
use email_signature::rule::Mail;
use shared::closing::{Closings, Unclosed, Wanted};
use shared::edge::{HttpRequest, Invocation, Problem, Reply};
use shared::store::{Book, KeptPerson};

use crate::{Deps, found};

/// `GET /connectors/exchange/script`: a part with the mailboxes that fit; another link leads to the next part.
pub(crate) async fn write(
    deps: &Deps,
    http: &HttpRequest,
    (tenant, kind): (&TenantId, Kind),
    cx: &Invocation,
) -> Result<Reply, Problem> {
    if kind != Kind::Exchange {
        return Err(Problem::not_found());
    }
    let (_, connector) = found(deps, tenant, kind).await?;
    let mut place = match http.query("cursor") {
        None => None,
        Some(cursor) => {
            let read = deps.cursors.read(tenant, FILTER, cursor);
            Some(read.ok_or_else(|| {
                Problem::bad_request("cursor_invalid", "The cursor was not made by this list.")
            })?)
        }
    };
    let (book, url) = (deps.store.book(tenant).await?, http.api_url());
    let look = (connector.variant, Language::default());
    let disclaimer = deps.closings.disclaimer((tenant, &book), look, &url).await?;
    let mut script = Script::new(connector.rule.as_ref(), disclaimer.as_ref());
    for _ in 0..MOST_PAGES {
        let (people, next) = deps.people.page(tenant, place.as_deref(), PEOPLE_A_PAGE).await?;
        for kept in people {
            let group = kept.person.group().and_then(|it| book.groups.find(it));
            let is_meant = connector.places.is_empty() || connector.places.iter().any(|it| it.holds(group));
            if !is_meant || kept.person.active(cx.now).is_err() {
                continue;
            }
            let wanted = (tenant, connector.variant, url.as_str(), cx);
            mailbox(deps, &mut script, wanted, kept, &book).await?;
        }
        place = next;
        if place.is_none() || script.len() > FULL_BYTES {
            break;
        }
    }
    let reply = Reply::text(200, "text/plain; charset=utf-8", script.finish())
        .header("content-disposition", "attachment; filename=\"signatures.ps1\"")
        .header("cache-control", "no-store");
    let Some(place) = place else { return Ok(reply) };
    let cursor = deps.cursors.write(tenant, FILTER, &place);
    Ok(reply.header("link", format!("<{url}/connectors/exchange/script?cursor={cursor}>; rel=\"next\"")))
}

async fn mailbox(
    deps: &Deps,
    script: &mut Script,
    (tenant, variant, public_url, cx): (&TenantId, email_signature::Variant, &str, &Invocation),
    kept: KeptPerson,
    book: &Book,
) -> Result<(), Problem> {
    let email = kept.person.email().clone();
    let wanted = Wanted {
        tenant,
        sender: &email,
        brand: None,
        campaign: None,
        recipient: None,
        mail: Mail::Elsewhere,
        language: Language::default(),
        variant,
        public_url,
        now: cx.now,
    };
    let sender = Closings::sender_of(kept, book.clone(), None, cx.now)?;
    match deps.closings.closing_of(&sender, &wanted).await {
        Ok(closing) => script.mailbox(&email, &closing.rendered),
        // Whoever has no signature at present keeps the mailbox as it is.
        Err(Unclosed::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

const FILTER: &str = "/connectors/exchange/script";
const PEOPLE_A_PAGE: usize = 50;
/// With its last page, a part stays below the 4.4 MB that an answer may have: 50 signatures of 10 KB, twice.
const FULL_BYTES: usize = 2 * 1024 * 1024;
/// So that a part is written within the gateway's time.
const MOST_PAGES: usize = 20;
