//! The document as linters of OpenAPI look at it: nothing unused, nothing undeclared, nothing without words.

use std::collections::BTreeSet;

use contract::Node;

use crate::openapi::{document, operations};

/// Every reference that stands below a node.
fn references(node: &Node, found: &mut BTreeSet<String>) {
    found.extend(node.get("$ref").and_then(Node::text).map(str::to_owned));
    node.members().iter().for_each(|(_, it)| references(it, found));
    node.items().iter().for_each(|it| references(it, found));
}

#[test]
fn every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    references(&document, &mut used);
    let mut schemes = BTreeSet::new();
    for (_, _, operation) in operations(&document) {
        let wanted = operation.get("security").map(Node::items).unwrap_or_default();
        schemes.extend(wanted.iter().flat_map(Node::members).map(|(name, _)| name.clone()));
    }
    let mut unused = Vec::new();
    for (kind, components) in document.get("components").unwrap().members() {
        for (name, _) in components.members() {
            let is_used = match kind.as_str() {
                "securitySchemes" => schemes.contains(name),
                _ => used.contains(&format!("#/components/{kind}/{name}")),
            };
            if !is_used {
                unused.push(format!("{kind}/{name}"));
            }
        }
    }
    assert_eq!(unused, [""; 0]);
}

#[test]
fn every_tag_is_declared_with_words_and_used() {
    let document = document();
    let tags = document.get("tags").unwrap().items();
    assert!(tags.iter().all(|it| !it.word("description").is_empty()));
    let declared: Vec<&str> = tags.iter().map(|it| it.word("name")).collect();
    let used: BTreeSet<&str> = operations(&document)
        .iter()
        .flat_map(|(_, _, operation)| operation.get("tags").unwrap().items())
        .filter_map(Node::text)
        .collect();
    assert_eq!(declared.iter().copied().collect::<BTreeSet<_>>(), used, "left: declared, right: used");
    assert_eq!(declared.len(), used.len(), "each once");
}

#[test]
fn every_operation_has_a_line_and_every_parameter_a_description() {
    let document = document();
    let mut wrong = Vec::new();
    for (method, path, operation) in operations(&document) {
        let summary = operation.word("summary");
        if summary.is_empty() || summary.len() > 80 || summary.ends_with('.') {
            wrong.push(format!("{method} {path}: summary {summary:?}"));
        }
        let item = document.at(&["paths", &path]).unwrap();
        let parameters = contract::parameters_of(&document, item, operation);
        for parameter in &parameters {
            if parameter.word("description").is_empty() {
                wrong.push(format!("{method} {path}: {} has no description", parameter.word("name")));
            }
        }
        let of_path = |it: &&&Node| it.word("in") == "path";
        let declared: BTreeSet<&str> = parameters.iter().filter(of_path).map(|it| it.word("name")).collect();
        let named: BTreeSet<&str> =
            path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).collect();
        if declared != named {
            wrong.push(format!("{method} {path}: parameters {declared:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn paths_are_written_in_one_way_and_no_two_are_the_same() {
    let document = document();
    let mut shapes = BTreeSet::new();
    for (path, _) in document.get("paths").unwrap().members() {
        assert!(path == "/" || !path.ends_with('/'), "{path}");
        assert!(!path.contains(['?', '#', ' ']) && !path.contains("//"), "{path}");
        let parts = path.split('/').map(|it| if it.starts_with('{') { "{}" } else { it });
        assert!(
            shapes.insert(parts.collect::<Vec<_>>().join("/")),
            "{path} is another spelling of one before"
        );
    }
}
