//! Signatures to Gmail: the `sendAs` entry of each person's own address.

use std::time::Duration;

use domain::value::Language;
use email_signature::report::{Action, ReportLine};
use email_signature::rule::Mail;
use http::Method;
use serde_json::{Value, json};
use shared::BoxError;
use shared::closing::{Closings, Unclosed, Wanted};
use shared::store::{Book, KeptPerson, People, Phase, Run, Step};

use crate::Work;
use crate::api::{Trouble, encoded};
use crate::turn::{End, Turn};

/// Pushes the signatures of the next persons. A dry run looks whether their mailboxes are there.
pub(crate) async fn push(work: &Work<'_>, run: &Run) -> Result<Turn, BoxError> {
    let (people, next) =
        work.deps.people.page(&work.task.tenant, run.place.as_deref(), PEOPLE_A_STEP).await?;
    let book = work.deps.store.book(&work.task.tenant).await?;
    let (mut step, mut place) = (Step::default(), run.place.clone());
    for (index, kept) in people.into_iter().enumerate() {
        if index > 0 && !work.has(A_PERSON) {
            return Ok(Turn::on(step, Phase::People, place));
        }
        let here = People::place(kept.person.email());
        match one(work, run, kept, &book).await? {
            Ok(line) => step.report.add(line),
            Err(trouble) => {
                let end = match trouble {
                    Trouble::Later(after, reason) => End::Later(after, reason),
                    Trouble::Missing(reason) | Trouble::Over(reason) => End::Over(reason),
                };
                return Ok(Turn { step, phase: Phase::People, place, end });
            }
        }
        place = Some(here);
    }
    Ok(match next {
        Some(next) => Turn::on(step, Phase::People, Some(next)),
        None => Turn { step, phase: Phase::People, place, end: End::Done },
    })
}

/// What becomes of a person; an error where the run cannot go on now.
async fn one(
    work: &Work<'_>,
    run: &Run,
    kept: KeptPerson,
    book: &Book,
) -> Result<Result<ReportLine, Trouble>, BoxError> {
    let email = kept.person.email().clone();
    let line = |action| ReportLine::new(email.expose(), action);
    let group = kept.person.group().and_then(|it| book.groups.find(it));
    let places = &work.connector.places;
    if !places.is_empty() && !places.iter().any(|it| it.holds(group)) {
        return Ok(Ok(line(Action::LeftOut).because("out_of_scope")));
    }
    let now = work.deps.clock.now();
    let wanted = Wanted {
        tenant: &work.task.tenant,
        sender: &email,
        brand: None,
        campaign: None,
        recipient: None,
        mail: Mail::Elsewhere,
        language: Language::default(),
        variant: work.connector.variant,
        public_url: &run.public_url,
        now,
    };
    let sender = match Closings::sender_of(kept, book.clone(), None, now) {
        Ok(sender) => sender,
        Err(Unclosed::Refused(_)) => return Ok(Ok(line(Action::LeftOut).because("switched_off"))),
        Err(Unclosed::Store(error)) => return Err(error.into()),
    };
    let html = match work.deps.closings.closing_of(&sender, &wanted).await {
        Ok(closing) => closing.rendered.html,
        Err(Unclosed::Refused(_)) => return Ok(Ok(line(Action::Failed).because("not_rendered"))),
        Err(Unclosed::Store(error)) => return Err(error.into()),
    };
    let told = if run.is_dry {
        look(work, email.expose(), &html).await
    } else {
        send(work, email.expose(), &html).await
    };
    Ok(match told {
        Ok(action) => Ok(line(action)),
        Err(Trouble::Missing("not_found")) => Ok(line(Action::Failed).because("no_such_address")),
        Err(Trouble::Missing(reason)) => Ok(line(Action::Failed).because(reason)),
        Err(trouble) => Err(trouble),
    })
}

async fn send(work: &Work<'_>, email: &str, html: &str) -> Result<Action, Trouble> {
    let body = json!({ "signature": html });
    work.api.call(email, (Method::PATCH, &path(email)), Some(&body)).await.map(|_| Action::Pushed)
}

/// What a push would do. Gmail keeps signatures in its own words, so that one that was pushed may look another.
async fn look(work: &Work<'_>, email: &str, html: &str) -> Result<Action, Trouble> {
    let there = work.api.call(email, (Method::GET, &path(email)), None).await?;
    let is_same = there.get("signature").and_then(Value::as_str) == Some(html);
    Ok(if is_same { Action::Unchanged } else { Action::Changed })
}

/// <https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.sendAs/patch>
fn path(email: &str) -> String {
    let email = encoded(email);
    format!("/gmail/v1/users/{email}/settings/sendAs/{email}")
}

const PEOPLE_A_STEP: usize = 25;
/// A token and a call, both twice if the token is refused.
const A_PERSON: Duration = Duration::from_secs(90);
