//! `GET /sign/step`: the signing room without scripts.

use domain::Timestamp;
use domain::request::{AnyRequest, Attachment, Mode, Progress, Role, Signatory};
use domain::value::Language;
use shared::edge::form::chosen_language;
use shared::edge::page::language;
use shared::edge::session::{Credential, word_of};
use shared::edge::{HttpRequest, Invocation, Problem, Reply};

use crate::room::form::{self, Held, Refused};
use crate::{Deps, page, room};

/// Which page is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Where the link is pasted.
    Link,
    Access,
    Read,
    Agree,
    Act,
    Acknowledge,
    /// What the signatory did, by the name of a text.
    Done(&'static str),
    Complete,
    /// A file is asked for from who has acted; no form here can send one.
    Owed,
    /// Why there is nothing to do, by the name of a text.
    Ended(&'static str),
}

/// The page of the step that comes next. Like every GET it changes nothing.
///
/// # Errors
///
/// [`Problem`] 503 when the store is away or a text is missing.
pub(crate) async fn step(deps: &Deps, http: &HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let refused = http.query("problem").map(|code| Refused {
        code,
        field: http.query("field"),
        attempts_left: http.query("left").and_then(|it| it.parse().ok()),
    });
    let chosen = chosen_language(http);
    let stranger = |refused: Option<&Refused<'_>>| {
        let texts = room::texts(language(http));
        let markup = form::page(&texts, Step::Link, None, refused, chosen);
        page::written(texts, markup, &[])
    };
    let Some(word) = word_of(http, &deps.sessions.read().await?, cx.now) else {
        // The session was opened just now, and this browser does not know it.
        let forgotten = Refused { code: "cookies", field: None, attempts_left: None };
        return stranger(refused.as_ref().or_else(|| http.query("opened").map(|_| &forgotten)));
    };
    let credential = Credential::of(http, &deps.sessions.read().await?, cx.now)?;
    let Ok((request, signatory)) = credential.load(&deps.requests, http).await else {
        return stranger(refused.as_ref());
    };
    let person = request.facts().signatory(&signatory).ok_or_else(Problem::not_found)?;
    let own = person.language.as_deref().and_then(Language::parse).filter(|_| chosen.is_none());
    let texts = room::texts(own.unwrap_or_else(|| language(http)));
    let step = next(&request, person, http.query("at") == Some("agree"), cx.now);
    let facts = request.facts();
    let keys = &deps.result_keys;
    let back = keys.after_act(facts, person).or_else(|| keys.without_act(facts, person, cx.now));
    let is_over = facts.documents_are_over(cx.now);
    let held = Held { request: &request, person, word: &word, back, is_over, chosen };
    let markup = form::page(&texts, step, Some(&held), refused.as_ref(), chosen);
    page::written(texts, markup, &[])
}

/// Where the signatory stands.
fn next(request: &AnyRequest, person: &Signatory, wants_codes: bool, now: Timestamp) -> Step {
    let is_done = matches!(request, AnyRequest::Done(_));
    let ceremony = match &person.progress {
        Progress::Pending(ceremony) => ceremony,
        Progress::Declined { .. } => return Step::Ended("state-declined"),
        // The signed document is for them as well.
        Progress::NotNeeded { .. } if is_done => return Step::Complete,
        Progress::NotNeeded { .. } => return Step::Ended("state-not-needed"),
        Progress::Following if !is_done => return Step::Ended("error-copy"),
        _ if is_done => return Step::Complete,
        Progress::Approved(_) | Progress::Read { .. } | Progress::Signed(_)
            if owes_file(request, person, now) =>
        {
            return Step::Owed;
        }
        Progress::Approved(_) => return Step::Done("approved"),
        Progress::Delegated { .. } => return Step::Done("delegated"),
        Progress::Read { .. } => return Step::Done("read"),
        Progress::Following | Progress::Signed(_) => return Step::Done("signed"),
    };
    match request {
        AnyRequest::Received(_) => return Step::Ended("error-preparing"),
        AnyRequest::Open(_) if now >= request.facts().expires_at => return Step::Ended("error-expired"),
        AnyRequest::Open(_) => {}
        AnyRequest::Expired(_) => return Step::Ended("error-expired"),
        AnyRequest::Cancelled(_) => return Step::Ended("error-cancelled"),
        AnyRequest::Declined(_) => return Step::Ended("error-declined"),
        AnyRequest::Rejected(_) => return Step::Ended("error-failed"),
        AnyRequest::Draft(_) | AnyRequest::Signed(_) | AnyRequest::Done(_) => {
            return Step::Ended("error-turn");
        }
    }
    if ceremony.locked {
        return Step::Ended("error-locked");
    }
    if person.invited_at.is_none() {
        return Step::Ended("error-turn");
    }
    if person.may_read(now).is_err() {
        return Step::Access;
    }
    let shown = request.document().map(|it| it.current().sha256);
    let presented = ceremony.presented.as_ref().filter(|it| Some(it.document) == shown);
    let must_read = request.facts().options.must_read;
    if presented.is_none_or(|it| must_read && it.read_at.is_none()) {
        return Step::Read;
    }
    if needs_scripts(request, person) {
        return Step::Ended("error-scripts");
    }
    match person.role {
        Role::Viewer | Role::Copy => Step::Acknowledge,
        Role::Approver | Role::Signatory if form::has_codes(ceremony.last_code_at, now) && !wants_codes => {
            Step::Act
        }
        Role::Approver | Role::Signatory => Step::Agree,
    }
}

/// Whether something is asked that no form here can give: a drawing, or a file that must be attached.
fn needs_scripts(request: &AnyRequest, person: &Signatory) -> bool {
    match person.role {
        Role::Signatory if !request.facts().options.allows(Mode::Typed) => return true,
        Role::Approver | Role::Copy | Role::Signatory | Role::Viewer => {}
    }
    person.attachments.iter().any(Attachment::is_missing)
}

/// Whether the request waits for a file of who has acted: one that the sender did not accept, or that never came.
///
/// What they need not send is no reason to hide from them that their act is done.
fn owes_file(request: &AnyRequest, person: &Signatory, now: Timestamp) -> bool {
    let is_open = matches!(request, AnyRequest::Open(_)) && now < request.facts().expires_at;
    is_open && person.attachments.iter().any(Attachment::is_missing)
}
