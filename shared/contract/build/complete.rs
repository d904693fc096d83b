//! What holds for whole classes of operations is said once, here; and nothing may point into the void.

use std::collections::BTreeSet;

use crate::Node;

/// Repeats the paths below one prefix under another: the same operations by another name.
pub(crate) fn alias(document: &mut Node, from: &str, to: &str) -> Result<(), String> {
    let Some(Node::Map(paths)) = member(document, "paths") else { return Err("no paths".to_owned()) };
    let below = |path: &str| {
        let rest = path.strip_prefix(from)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
    };
    let mut aliases = Vec::new();
    for (path, item) in paths.iter() {
        let Some(alias) = below(path) else { continue };
        // The word itself has no singular of its own, and neither have Signitic's paths.
        if path == "/signatures/preview" || SIGNITIC.iter().any(|it| path.ends_with(it)) {
            continue;
        }
        let mut item = item.clone();
        for operation in operations_mut(&mut item) {
            let id = operation.word("operationId").to_owned();
            set(operation, "operationId", Node::Text(format!("{id}Singular")));
            set(operation, "x-alias-of", Node::Text(path.clone()));
        }
        aliases.push((alias, item));
    }
    paths.extend(aliases);
    Ok(())
}

/// Adds the answers that every operation of a class may give.
pub(crate) fn classes(document: &mut Node) -> Result<(), String> {
    let root = document.clone();
    let mut copied = BTreeSet::new();
    let Some(Node::Map(paths)) = member(document, "paths") else { return Err("no paths".to_owned()) };
    for (path, item) in paths.iter_mut() {
        let has_parameters = path.contains('{');
        for (method, operation) in methods_mut(item) {
            let mut statuses = vec![("429", "TooManyRequests"), ("5XX", "Unavailable")];
            let security = operation.get("security").or_else(|| root.get("security")).map(Node::items);
            let is_secured =
                security.is_some_and(|it| !it.is_empty() && it.iter().all(|it| !it.members().is_empty()));
            if is_secured {
                statuses.extend([("401", "Unauthorized"), ("403", "Forbidden")]);
            }
            if has_parameters {
                statuses.push(("404", "NotFound"));
            }
            if operation.get("requestBody").is_some() {
                statuses.extend([
                    ("400", "BadRequest"),
                    ("413", "TooLarge"),
                    ("415", "UnsupportedMediaType"),
                    ("422", "Unprocessable"),
                ]);
            }
            if !crate::table::produced(operation, &root).is_empty() {
                statuses.push(("406", "NotAcceptable"));
            }
            // Whoever calls by key or token is counted, and may repeat a POST.
            let is_keyed = security.is_some_and(|it| it.iter().any(|it| it.get("apiKey").is_some()));
            let is_repeatable = is_keyed && method == "post";
            if is_repeatable {
                statuses.extend([("400", "BadRequest"), ("409", "Conflict"), ("422", "Unprocessable")]);
                push(operation, "parameters", reference("parameters/IdempotencyKey"));
            }
            let Some(Node::Map(responses)) = member(operation, "responses") else {
                return Err(format!("{path}: an operation without responses"));
            };
            for (status, name) in statuses {
                if responses.iter().all(|(it, _)| it != status) {
                    responses.push((status.to_owned(), reference(&format!("responses/{name}"))));
                }
            }
            if is_keyed {
                let headers = if is_repeatable { COUNTED_AND_REPEATED.as_slice() } else { &COUNTED };
                for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
                    copied.insert(response.word("$ref").to_owned());
                    add_headers(response, &root, headers)?;
                }
            }
            responses.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
    }
    drop_copied(document, &copied);
    Ok(())
}

/// Takes away the responses that every operation has a copy of its own of.
fn drop_copied(document: &mut Node, copied: &BTreeSet<String>) {
    let mut used = BTreeSet::new();
    collect_references(document, &mut used);
    let responses = member(document, "components").and_then(|it| member(it, "responses"));
    if let Some(Node::Map(responses)) = responses {
        responses.retain(|(name, _)| {
            let at = format!("#/components/responses/{name}");
            used.contains(&at) || !copied.contains(&at)
        });
    }
}

fn collect_references(node: &Node, found: &mut BTreeSet<String>) {
    found.extend(node.get("$ref").and_then(Node::text).map(str::to_owned));
    node.members().iter().for_each(|(_, it)| collect_references(it, found));
    node.items().iter().for_each(|it| collect_references(it, found));
}

/// Says of a response that it has these headers.
fn add_headers(response: &mut Node, root: &Node, names: &[(&str, &str)]) -> Result<(), String> {
    let mut own = response.resolve(root).ok_or("a response leads nowhere")?.clone();
    if own.get("headers").is_none() {
        set(&mut own, "headers", Node::Map(Vec::new()));
    }
    let headers = member(&mut own, "headers").ok_or("no headers")?;
    for (name, component) in names {
        set(headers, name, reference(&format!("headers/{component}")));
    }
    *response = own;
    Ok(())
}

fn reference(component: &str) -> Node {
    Node::Map(vec![("$ref".to_owned(), Node::Text(format!("#/components/{component}")))])
}

/// Adds an item to a list of a node.
fn push(node: &mut Node, name: &str, item: Node) {
    if let Some(Node::List(items)) = member(node, name) {
        items.push(item);
    } else {
        set(node, name, Node::List(vec![item]));
    }
}

/// Checks that every reference leads somewhere, and every operation has a name of its own, a tag and a summary.
pub(crate) fn check(document: &Node) -> Result<(), String> {
    references(document, document, "")?;
    let declared = document.get("tags").map(Node::items).unwrap_or_default();
    let declared: BTreeSet<&str> = declared.iter().map(|it| it.word("name")).collect();
    let mut ids = BTreeSet::new();
    let mut linked = Vec::new();
    for (path, item) in document.get("paths").map(Node::members).unwrap_or_default() {
        for (method, operation) in item.members().iter().filter(|(name, _)| is_method(name)) {
            let at = format!("{method} {path}");
            if !ids.insert(operation.word("operationId").to_owned()) {
                return Err(format!("{at}: its operationId is missing or taken"));
            }
            let tags = operation.get("tags").map(Node::items).unwrap_or_default();
            if !tags.iter().filter_map(Node::text).any(|it| declared.contains(it)) {
                return Err(format!("{at}: no tag that is declared"));
            }
            if operation.word("summary").is_empty() || operation.get("security").is_none() {
                return Err(format!("{at}: needs a summary, and to say its security"));
            }
        }
    }
    links(document, &mut linked);
    match linked.into_iter().find(|it| !ids.contains(it)) {
        Some(lost) => Err(format!("a link leads to {lost}, which is no operation")),
        None => Ok(()),
    }
}

fn references(node: &Node, root: &Node, at: &str) -> Result<(), String> {
    if node.get("$ref").is_some() && node.resolve(root).is_none() {
        return Err(format!("{at}: {} leads nowhere", node.word("$ref")));
    }
    for (name, value) in node.members() {
        references(value, root, &format!("{at}/{name}"))?;
    }
    for (index, item) in node.items().iter().enumerate() {
        references(item, root, &format!("{at}/{index}"))?;
    }
    Ok(())
}

fn links(node: &Node, found: &mut Vec<String>) {
    for (name, value) in node.members() {
        if name == "links" {
            found.extend(value.members().iter().map(|(_, it)| it.word("operationId").to_owned()));
        }
        links(value, found);
    }
    node.items().iter().for_each(|it| links(it, found));
}

/// Whether a member of a path item is an operation.
pub(crate) fn is_method(name: &str) -> bool {
    ["get", "put", "post", "delete", "patch"].contains(&name)
}

fn operations_mut(item: &mut Node) -> impl Iterator<Item = &mut Node> {
    methods_mut(item).map(|(_, it)| it)
}

fn methods_mut(item: &mut Node) -> impl Iterator<Item = (&str, &mut Node)> {
    let members = match item {
        Node::Map(members) => members.as_mut_slice(),
        _ => &mut [],
    };
    members.iter_mut().filter(|(name, _)| is_method(name)).map(|(name, it)| (name.as_str(), it))
}

fn member<'a>(node: &'a mut Node, name: &str) -> Option<&'a mut Node> {
    let Node::Map(members) = node else { return None };
    members.iter_mut().find(|(it, _)| it == name).map(|(_, it)| it)
}

fn set(node: &mut Node, name: &str, value: Node) {
    if let Some(there) = member(node, name) {
        *there = value;
    } else if let Node::Map(members) = node {
        members.push((name.to_owned(), value));
    }
}

/// The ends of paths that Signitic's callers know.
const SIGNITIC: [&str; 5] = ["/{id}/html", "/{id}/json", "/{id}/qr", "/{id}/text", "/{id}/vcard"];

/// The headers of what is counted, and of what may be repeated, with the components that describe them.
const COUNTED: [(&str, &str); 2] = [("RateLimit", "RateLimit"), ("RateLimit-Policy", "RateLimitPolicy")];
const COUNTED_AND_REPEATED: [(&str, &str); 3] =
    [COUNTED[0], COUNTED[1], ("Idempotency-Replayed", "IdempotencyReplayed")];
