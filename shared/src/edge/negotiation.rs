//! What the contract says of a path, before its function is asked: methods, and media types in both directions.

use super::accept;
use super::http::HttpRequest;
use super::problem::Problem;

/// Refuses a call that its path does not know in this form.
///
/// # Errors
///
/// [`Problem`] 405 with the methods that there are, 406 when none of the accepted types can be had, 415 for a body of
/// a type that is not taken. A path that is not in the contract refuses nothing here.
pub fn check(http: &HttpRequest) -> Result<(), Problem> {
    let Some(operations) = contract::operations(http.route()) else { return Ok(()) };
    let Some(operation) = operations.iter().find(|it| *http.method() == it.method) else {
        let allowed: Vec<&str> = operations.iter().map(|it| it.method).collect();
        return Err(Problem::method_not_allowed(&allowed));
    };
    if http.body_len() > 0 && !takes(operation.consumes, &http.essence()) {
        return Err(Problem::unsupported_media_type(operation.consumes));
    }
    let accepted = http.header("accept").unwrap_or_default();
    if !operation.produces.is_empty() && !accept::accepts(accepted, operation.produces) {
        return Err(Problem::not_acceptable(operation.produces));
    }
    Ok(())
}

/// Whether a body of this type is taken. Where none is asked for, one is left unread.
fn takes(consumes: &[&str], essence: &str) -> bool {
    consumes.is_empty() || consumes.contains(&essence)
}
