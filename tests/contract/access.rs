//! Template and scopes: every route that asks for a key asks for a scope.

use std::collections::BTreeSet;

use domain::access::{OPERATIONS, Operation};

use crate::openapi::{document, operations};
use crate::repository::template;

#[test]
fn every_route_behind_the_authorizer_has_a_scope_and_every_operation_has_a_route() {
    let routes: BTreeSet<(String, String)> =
        template().api.routes.into_iter().filter(|it| it.authorized).map(|it| (it.method, it.path)).collect();
    let named: BTreeSet<(String, String)> =
        OPERATIONS.iter().map(|it| (it.method.to_owned(), it.path.to_owned())).collect();
    assert_eq!(routes, named, "left: routes of the template, right: the table of operations");
}

#[test]
fn the_contract_of_the_api_names_the_scope_that_is_asked_for() {
    let document = document();
    let mut described = 0;
    for (method, path, operation) in operations(&document) {
        let keyed = operation.get("security").unwrap().items().iter().filter_map(|it| it.get("apiKey"));
        let scopes: Vec<&str> =
            keyed.flat_map(contract::Node::items).filter_map(contract::Node::text).collect();
        let asked = Operation::of(&method, &path).map(|it| it.scope.as_str());
        assert_eq!(scopes, asked.into_iter().collect::<Vec<_>>(), "{method} {path}");
        described += scopes.len();
    }
    assert_eq!(described, OPERATIONS.len());
}

#[test]
fn what_the_gateway_answers_itself_insists_on_tls() {
    for (kind, response) in template().api.responses {
        let told = response.headers.iter().find(|(name, _)| name == "strict-transport-security");
        assert!(told.is_some_and(|(_, value)| value.contains("max-age=31536000")), "{kind}");
    }
}
