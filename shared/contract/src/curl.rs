//! A line for the shell that makes a call.

use crate::Node;

/// The `curl` line of an operation, with the variables `URL`, `KEY` and `TOKEN`, and one for each parameter of the path.
#[must_use]
pub fn curl(document: &Node, method: &str, path: &str, operation: &Node) -> String {
    let mut line = "curl -sS".to_owned();
    if method != "GET" && !(method == "POST" && body(operation, document).is_some()) {
        line.extend([format!(" -X {method}")]);
    }
    line.extend([format!(" \"$URL{}\"", variables(path))]);
    if let Some(variable) = credential(operation) {
        line.extend([format!(" \\\n  -H \"Authorization: Bearer ${variable}\"")]);
    }
    match body(operation, document) {
        Some((media_type, Some(example))) => {
            let text = example.to_json().replace('\'', "'\\''");
            line.extend([format!(" \\\n  -H 'Content-Type: {media_type}' \\\n  --data '{text}'")]);
        }
        Some((media_type, None)) => {
            line.extend([format!(" \\\n  -H 'Content-Type: {media_type}' \\\n  --data-binary @file")]);
        }
        None => {}
    }
    line
}

/// The path with a variable of the shell for each parameter.
fn variables(path: &str) -> String {
    let part = |part: &str| match part.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
        Some(name) => format!("${}", variable(name)),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// `actionType` is `ACTION_TYPE`.
pub(crate) fn variable(name: &str) -> String {
    let mut variable = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !variable.is_empty() {
            variable.push('_');
        }
        variable.push(letter.to_ascii_uppercase());
    }
    variable
}

/// The variable that holds what the operation asks for.
fn credential(operation: &Node) -> Option<&'static str> {
    let security = operation.get("security").map(Node::items).unwrap_or_default();
    let asks = |scheme: &str| security.iter().any(|it| it.get(scheme).is_some());
    if asks("apiKey") {
        Some("KEY")
    } else if asks("signingLink") {
        Some("TOKEN")
    } else {
        None
    }
}

/// The first media type of a body that has to be sent, with its first example.
fn body<'a>(operation: &'a Node, document: &'a Node) -> Option<(&'a str, Option<&'a Node>)> {
    let body = operation.get("requestBody")?.resolve(document)?;
    let content = body.get("content").filter(|_| body.get("required") == Some(&Node::Bool(true)))?;
    let (media_type, described) = content.members().first()?;
    let example =
        described.get("examples").and_then(|it| it.members().first()).and_then(|(_, it)| it.get("value"));
    Some((media_type, example))
}
