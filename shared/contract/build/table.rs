//! The paths as a table of Rust.

use std::fmt::Write as _;

use crate::Node;
use crate::complete::is_method;

/// The source of the table.
pub(crate) fn of(document: &Node) -> Result<String, Box<dyn std::error::Error>> {
    let mut paths: Vec<_> = document.get("paths").map(Node::members).unwrap_or_default().iter().collect();
    paths.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut out = "static PATHS: &[(&str, &[Operation])] = &[\n".to_owned();
    for (path, item) in paths {
        writeln!(out, "({path:?}, &[")?;
        for (method, operation) in item.members().iter().filter(|(name, _)| is_method(name)) {
            let body = operation.get("requestBody").and_then(|it| it.resolve(document));
            let consumes = body.map(media_types).unwrap_or_default();
            let produces = produced(operation, document);
            let method = method.to_uppercase();
            writeln!(
                out,
                "Operation {{ method: {method:?}, consumes: &{consumes:?}, produces: &{produces:?} }},"
            )?;
        }
        writeln!(out, "]),")?;
    }
    out.push_str("];\n");
    Ok(out)
}

/// The media types of the answers of an operation when all is well.
pub(crate) fn produced(operation: &Node, root: &Node) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (status, response) in operation.get("responses").map(Node::members).unwrap_or_default() {
        let Some(response) = response.resolve(root).filter(|_| status.starts_with('2')) else { continue };
        found.extend(media_types(response));
    }
    let mut once = Vec::new();
    for media_type in found {
        if !once.contains(&media_type) {
            once.push(media_type);
        }
    }
    once
}

fn media_types(node: &Node) -> Vec<String> {
    node.get("content").map(Node::members).unwrap_or_default().iter().map(|(name, _)| name.clone()).collect()
}
