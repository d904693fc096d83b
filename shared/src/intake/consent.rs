//! What people agree to where the sender names no text of their own.

use domain::request::{NewSignatory, Role};
use domain::value::Language;

use crate::edge::Problem;
use crate::wording::Wording;

/// The words of consent that hold for everyone who acts: for who signs, and for who approves or passes the task on.
///
/// One text is for all of a request: its digest stands in the evidence of each, so what may not be theirs to do is said
/// as a condition. In the language of those who act if they have one in common, and in English otherwise.
///
/// # Errors
///
/// [`Problem`] 503 when a text is missing.
pub(super) fn usual(signatories: &[NewSignatory], delegates: bool) -> Result<String, Problem> {
    let acting = || signatories.iter().filter(|it| matches!(it.role, Role::Approver | Role::Signatory));
    let approves = acting().any(|it| it.role == Role::Approver);
    let parts: &[(&str, bool)] = if approves || delegates {
        &[
            ("consent-act", true),
            ("consent-if-signed", true),
            ("consent-if-approved", approves),
            ("consent-if-passed-on", delegates),
        ]
    } else {
        &[("consent-sign", true)]
    };
    let wording = Wording::new(language(acting()));
    let said = parts.iter().filter(|(_, holds)| *holds);
    let said = said.map(|(name, _)| wording.say(name).map(|it| it.text()));
    Ok(said.collect::<Result<Vec<_>, _>>().map_err(Problem::unavailable)?.join(" "))
}

/// The language that all of these have.
fn language<'a>(mut people: impl Iterator<Item = &'a NewSignatory>) -> Language {
    let of = |it: &NewSignatory| it.language.as_deref().and_then(Language::parse);
    let first = people.next().and_then(of);
    first.filter(|first| people.all(|it| of(it) == Some(*first))).unwrap_or_default()
}
