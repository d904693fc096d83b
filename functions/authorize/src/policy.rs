//! The policy that a caller's scopes come to.
//!
//! A policy of the gateway knows patterns, in which `*` stands for any text, slashes included: the pattern of
//! `GET /signatures/{id}` reaches `GET /signatures/{id}/audit` too. So what a pattern reaches beyond the caller's
//! operations is denied beside it. Where the two cannot be told apart by patterns, the functions themselves refuse:
//! they know which operation was found for the path.

use domain::access::{OPERATIONS, Operation, Scopes};

/// Patterns of what is allowed and of what is not, each as `METHOD/path`.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Patterns {
    pub(crate) allowed: Vec<String>,
    pub(crate) denied: Vec<String>,
}

impl Patterns {
    /// The patterns of some scopes.
    pub(crate) fn of(scopes: &Scopes) -> Self {
        let (granted, others): (Vec<&Operation>, Vec<&Operation>) =
            OPERATIONS.iter().partition(|it| scopes.allow(it));
        if others.is_empty() {
            return Self { allowed: vec!["*".to_owned()], denied: Vec::new() };
        }
        // A path on which everything is allowed; what its pattern reaches elsewhere is denied below.
        let allowed = widest(patterns(&granted, |any| !others.iter().any(|it| any == any_method(it))));
        let is_reached = |it: &&Operation| allowed.iter().any(|pattern| reaches(pattern, &exact(it)));
        let is_harmless = |pattern: &str| !granted.iter().any(|it| reaches(pattern, &exact(it)));
        let denied: Vec<&Operation> =
            others.iter().copied().filter(is_reached).filter(|it| is_harmless(&exact(it))).collect();
        let denied = widest(patterns(&denied, is_harmless));
        Self { allowed, denied }
    }
}

/// The patterns of operations: one for all those of a path, whatever their method, where it may stand for them.
fn patterns(operations: &[&Operation], may_stand: impl Fn(&str) -> bool) -> Vec<String> {
    let pattern = |it: &&Operation| {
        let any = any_method(it);
        let has_more = operations.iter().filter(|other| any_method(other) == any).count() > 1;
        if has_more && may_stand(&any) { any } else { exact(it) }
    };
    operations.iter().map(pattern).collect()
}

/// `GET /signatures/{id}/audit` is `GET/signatures/*/audit`.
fn exact(operation: &Operation) -> String {
    format!("{}{}", operation.method, path(operation))
}

/// `GET /signatures/{id}/audit`, and whatever else is done with that path, is `*/signatures/*/audit`.
fn any_method(operation: &Operation) -> String {
    format!("*{}", path(operation))
}

fn path(operation: &Operation) -> String {
    let parts = operation.path.split('/').map(|part| if part.starts_with('{') { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Leaves out what another pattern reaches anyway: a policy has 8 KB.
fn widest(mut patterns: Vec<String>) -> Vec<String> {
    patterns.sort();
    patterns.dedup();
    let all = patterns.clone();
    patterns.retain(|it| !all.iter().any(|other| other != it && reaches(other, it)));
    patterns
}

/// Whether a pattern matches everything that another one matches: the other's stars count as text.
fn reaches(pattern: &str, other: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = other.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(between) = last.replace(part) {
            let Some((_, after)) = rest.split_once(between) else { return false };
            rest = after;
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use domain::access::Scope;

    use super::*;

    fn of(text: &str) -> Patterns {
        Patterns::of(&Scopes::parse_list(text).unwrap())
    }

    #[test]
    fn patterns_reach_as_the_gateway_matches() {
        assert!(
            reaches("*", "GET/a/*") && reaches("GET/a/*", "GET/a/*/b") && reaches("GET/a/*/b", "GET/a/*/b")
        );
        assert!(reaches("GET/*/x/*", "GET/*/x/*/y") && reaches("GET/a", "GET/a"));
        assert!(
            !reaches("GET/a", "GET/a/b") && !reaches("GET/a/*/b", "GET/a/*") && !reaches("GET/a/*", "GET/a")
        );
        assert!(!reaches("POST/a/*", "GET/a/*") && !reaches("GET/*/x/*", "GET/*/y/*"));
    }

    #[test]
    fn what_a_pattern_reaches_beyond_the_scopes_is_denied() {
        let read = of("signatures:read");
        assert_eq!(read.allowed, ["GET/signature", "GET/signature/*", "GET/signatures", "GET/signatures/*"]);
        assert!(read.denied.contains(&"GET/signatures/*/audit".to_owned()), "{read:?}");
        assert!(read.denied.contains(&"GET/signatures/*/signers/*/attachments/*".to_owned()), "{read:?}");
        let audit = of("audit:read");
        assert_eq!(
            audit.allowed,
            [
                "GET/signature/*/audit",
                "GET/signature/*/evidence",
                "GET/signatures/*/audit",
                "GET/signatures/*/evidence"
            ]
        );
        assert!(audit.denied.is_empty(), "{audit:?}");
        assert_eq!(of(""), Patterns::default());
        assert_eq!(of("*").allowed, ["*"]);
    }

    #[test]
    fn every_scope_reaches_its_own_operations_and_none_is_denied_to_it() {
        for scope in Scope::ALL {
            let scopes = Scopes::of(scope);
            let patterns = Patterns::of(&scopes);
            for operation in OPERATIONS.iter().filter(|it| scopes.allow(it)) {
                let own = exact(operation);
                assert!(patterns.allowed.iter().any(|it| reaches(it, &own)), "{operation:?}");
                assert!(!patterns.denied.iter().any(|it| reaches(it, &own)), "{operation:?}");
            }
        }
    }

    #[test]
    fn a_policy_of_any_scopes_fits_into_eight_kilobytes() {
        let arn = "arn:aws:execute-api:ap-southeast-2:000000000000:a1b2c3d4e5/v1/".len() + 3;
        for left_out in Scope::ALL {
            let texts = Scope::ALL.iter().filter(|it| **it != left_out).map(|it| it.as_str());
            let patterns = Patterns::of(&Scopes::parse(texts).unwrap());
            let resources = patterns.allowed.iter().chain(&patterns.denied);
            let bytes: usize = resources.map(|it| it.len() + arn).sum();
            assert!(bytes + 300 < 8192, "without {}: {bytes} bytes", left_out.as_str());
        }
    }
}
