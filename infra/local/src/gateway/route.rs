//! Which route a path belongs to: literal parts beat parameters, from left to right.

use std::collections::BTreeMap;

use crate::template::Route;

/// The routes of an API.
#[derive(Debug)]
pub(super) struct Routes(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    parts: Vec<Part>,
    route: Route,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Parameter(String),
}

impl Routes {
    pub(super) fn new(routes: &[Route]) -> Self {
        let entries = routes
            .iter()
            .map(|route| Entry { parts: split(&route.path).map(part).collect(), route: route.clone() });
        Self(entries.collect())
    }

    /// The route of a request and its path parameters, percent-decoded.
    ///
    /// The path chooses the resource first and the method second, as in API Gateway: a method that the best
    /// resource does not have is not looked for in a weaker one. `ANY` is what has no method of its own.
    pub(super) fn find(&self, method: &str, path: &str) -> Option<(&Route, BTreeMap<String, String>)> {
        let given: Vec<&str> = split(path).collect();
        let best = self.0.iter().filter(|entry| entry.matches(&given)).map(Entry::rank).max()?;
        let of = |method: &str| {
            self.0.iter().find(|it| it.matches(&given) && it.rank() == best && it.route.method == method)
        };
        let entry = of(method).or_else(|| of(ANY))?;
        let parameters = entry
            .parts
            .iter()
            .zip(&given)
            .filter_map(|(part, value)| match part {
                Part::Parameter(name) => Some((name.clone(), decode(value))),
                Part::Literal(_) => None,
            })
            .collect();
        Some((&entry.route, parameters))
    }
}

impl Entry {
    fn matches(&self, given: &[&str]) -> bool {
        self.parts.len() == given.len()
            && self.parts.iter().zip(given).all(|(part, value)| match part {
                Part::Literal(text) => text == value,
                Part::Parameter(_) => !value.is_empty(),
            })
    }

    /// Larger for a literal further left.
    fn rank(&self) -> Vec<bool> {
        self.parts.iter().map(|part| matches!(part, Part::Literal(_))).collect()
    }
}

fn split(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
    path.split('/').skip(1)
}

fn part(text: &str) -> Part {
    match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => Part::Parameter(name.to_owned()),
        None => Part::Literal(text.to_owned()),
    }
}

/// Percent-decodes; unlike in a form, `+` stays.
fn decode(value: &str) -> String {
    let escaped = value.replace('+', "%2B");
    url::form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default()
}

/// The method of a route that takes every other one.
const ANY: &str = "ANY";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn routes() -> Routes {
        let route = |method: &str, path: &str| Route {
            method: method.to_owned(),
            path: path.to_owned(),
            function: format!("{method} {path}"),
            authorized: true,
            authorizer: None,
        };
        Routes::new(&[
            route("GET", "/signatures/{id}/{actionType}"),
            route("GET", "/signatures/{id}"),
            route("DELETE", "/signatures/{id}"),
            route("GET", "/signatures/{id}/audit"),
            route("GET", "/sign"),
            route("ANY", "/signatures/{id}"),
            route("GET", "/sign/assets/{name}"),
        ])
    }

    fn found(method: &str, path: &str) -> Option<String> {
        routes().find(method, path).map(|(route, _)| route.function.clone())
    }

    #[test]
    fn literal_parts_beat_parameters() {
        assert_eq!(found("GET", "/signatures/1/audit").unwrap(), "GET /signatures/{id}/audit");
        assert_eq!(found("GET", "/signatures/1/detail").unwrap(), "GET /signatures/{id}/{actionType}");
        assert_eq!(found("DELETE", "/signatures/1").unwrap(), "DELETE /signatures/{id}");
        assert_eq!(found("GET", "/sign/").unwrap(), "GET /sign");
        assert_eq!(found("PATCH", "/signatures/1").unwrap(), "ANY /signatures/{id}");
    }

    #[test]
    fn parameters_are_decoded_and_never_empty() {
        let routes = routes();
        let (_, parameters) = routes.find("GET", "/sign/assets/a%20b+c%2Fd.js").unwrap();
        assert_eq!(parameters["name"], "a b+c/d.js");
        assert_eq!(found("GET", "/signatures//detail"), None);
        assert_eq!(found("POST", "/sign"), None);
        assert_eq!(found("GET", "/"), None);
    }
}
