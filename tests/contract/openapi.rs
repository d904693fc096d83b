//! Template and OpenAPI document: the same routes, the same guards.

use std::collections::BTreeSet;

use contract::Node;
use local::template::Route;

use crate::repository::template;

/// The document.
pub(crate) fn document() -> Node {
    contract::tree().unwrap()
}

/// Every operation: method, path, and what the document says of it.
pub(crate) fn operations(document: &Node) -> Vec<(String, String, &Node)> {
    let paths = document.get("paths").unwrap().members();
    let methods = ["get", "put", "post", "delete", "patch"];
    paths
        .iter()
        .flat_map(|(path, item)| {
            let operations = item.members().iter().filter(|(name, _)| methods.contains(&name.as_str()));
            operations.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
        })
        .collect()
}

/// The routes of the template that a caller can call.
fn routes() -> Vec<Route> {
    template().api.routes.into_iter().filter(|it| it.method != "ANY").collect()
}

#[test]
fn every_route_is_in_the_document_and_the_document_has_no_other() {
    let document = document();
    let described: BTreeSet<String> =
        operations(&document).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let routed: BTreeSet<String> =
        routes().into_iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    assert_eq!(described, routed, "left: described, right: routed");
}

#[test]
fn every_path_answers_for_the_methods_that_it_does_not_have() {
    let all = template().api.routes;
    let any: BTreeSet<&str> = all.iter().filter(|it| it.method == "ANY").map(|it| it.path.as_str()).collect();
    let paths: BTreeSet<&str> = all.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(any, paths, "left: paths with a route of method ANY, right: all");
    let open = all.iter().filter(|it| it.method == "ANY" && it.authorized);
    assert_eq!(open.map(|it| &it.path).collect::<Vec<_>>(), Vec::<&String>::new(), "they refuse everyone");
}

#[test]
fn a_route_behind_the_authorizer_names_its_scopes_and_no_other_asks_for_a_key() {
    let document = document();
    let operations = operations(&document);
    for route in routes() {
        let (_, _, operation) = operations
            .iter()
            .find(|(method, path, _)| *method == route.method && *path == route.path)
            .unwrap();
        let keyed: Vec<&Node> =
            operation.get("security").unwrap().items().iter().filter_map(|it| it.get("apiKey")).collect();
        let at = format!("{} {}", route.method, route.path);
        assert_eq!(!keyed.is_empty(), route.authorized, "{at}");
        for scope in keyed.iter().flat_map(|it| it.items()) {
            let scope = scope.text().unwrap();
            assert!(SCOPES.contains(&scope), "{at}: {scope}");
        }
        assert!(keyed.iter().all(|it| !it.items().is_empty()), "{at} names no scope");
    }
}

#[test]
fn every_body_has_an_example_and_every_answer_a_description() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let body = operation.at(&["requestBody", "content", "application/json"]);
        if let Some(body) = body {
            let examples = body.get("examples").map(Node::members).unwrap_or_default();
            assert!(!examples.is_empty(), "{method} {path} has no example");
        }
        for (status, response) in operation.get("responses").unwrap().members() {
            let response = response.resolve(&document).unwrap();
            assert!(!response.word("description").is_empty(), "{method} {path} {status}");
        }
    }
}

#[test]
fn what_is_counted_says_so_and_every_post_by_key_may_have_a_name() {
    let document = document();
    let is_keyed = |method: &str, path: &str| {
        routes().iter().any(|it| it.authorized && it.method == method && it.path == path)
    };
    for (method, path, operation) in operations(&document) {
        let at = format!("{method} {path}");
        let keyed = is_keyed(&method, &path);
        let parameters = operation.get("parameters").map(Node::items).unwrap_or_default();
        let is_named =
            parameters.iter().any(|it| it.word("$ref") == "#/components/parameters/IdempotencyKey");
        assert_eq!(is_named, keyed && method == "POST", "{at}");
        let responses = operation.get("responses").unwrap().members();
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with('2')) {
            let headers = response.resolve(&document).unwrap().get("headers");
            let has = |name: &str| headers.is_some_and(|it| it.get(name).is_some());
            assert_eq!((has("RateLimit"), has("RateLimit-Policy")), (keyed, keyed), "{at} {status}");
            assert_eq!(has("Idempotency-Replayed"), keyed && method == "POST", "{at} {status}");
        }
    }
}

/// What a key may be allowed.
const SCOPES: [&str; 17] = [
    "access:manage",
    "audit:read",
    "connectors:manage",
    "connectors:read",
    "documents:read",
    "email-signatures:manage",
    "email-signatures:read",
    "events:read",
    "people:manage",
    "people:read",
    "sandbox:read",
    "signatures:read",
    "signatures:write",
    "themes:manage",
    "trust:manage",
    "verify",
    "webhooks:manage",
];
