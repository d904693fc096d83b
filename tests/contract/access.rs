//! Template and scopes: every route that asks for a key asks for a scope.

use std::collections::BTreeSet;

use domain::access::OPERATIONS;

use crate::repository::template;

#[test]
fn every_route_behind_the_authorizer_has_a_scope_and_every_operation_has_a_route() {
    let routes: BTreeSet<(String, String)> =
        template().api.routes.into_iter().filter(|it| it.authorized).map(|it| (it.method, it.path)).collect();
    let named: BTreeSet<(String, String)> =
        OPERATIONS.iter().map(|it| (it.method.to_owned(), it.path.to_owned())).collect();
    assert_eq!(routes, named, "left: routes of the template, right: the table of operations");
}
