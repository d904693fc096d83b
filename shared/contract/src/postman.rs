//! The contract as a Postman collection (format 2.1).

use crate::{Node, operations_of, parameters_of};

/// The collection, indented. Its variables are `url`, `key` and `token`.
#[must_use]
pub fn postman(document: &Node) -> String {
    let title = document.at(&["info", "title"]).and_then(Node::text).unwrap_or_default();
    let tags = document.get("tags").map(Node::items).unwrap_or_default();
    let folders = tags.iter().map(|tag| {
        let name = tag.word("name");
        let items = operations_of(document, name)
            .into_iter()
            .map(|(method, path, item, operation)| request(document, (&method, path), item, operation));
        map(vec![("name", text(name)), ("item", Node::List(items.collect()))])
    });
    let variable = |key: &str, value: &str| map(vec![("key", text(key)), ("value", text(value))]);
    let collection = map(vec![
        ("info", map(vec![("name", text(title)), ("schema", text(FORMAT))])),
        (
            "variable",
            Node::List(vec![
                variable("url", "http://127.0.0.1:3000"),
                variable("key", ""),
                variable("token", ""),
            ]),
        ),
        ("item", Node::List(folders.collect())),
    ]);
    collection.to_pretty_json() + "\n"
}

fn request(document: &Node, (method, path): (&str, &str), item: &Node, operation: &Node) -> Node {
    let parameters = parameters_of(document, item, operation);
    let of = |place: &'static str| parameters.iter().filter(move |it| it.word("in") == place);
    let value = |parameter: &Node| match parameter.get("example") {
        Some(Node::Text(example)) => text(example),
        Some(other) => text(&other.to_json()),
        None => text(""),
    };
    let named = |it: &&Node| map(vec![("key", text(it.word("name"))), ("value", value(it))]);
    let optional = |it: &&Node| {
        map(vec![("key", text(it.word("name"))), ("value", value(it)), ("disabled", Node::Bool(true))])
    };
    let parts = path.split('/').skip(1).map(|it| match it.strip_prefix('{') {
        Some(name) => text(&format!(":{}", name.trim_end_matches('}'))),
        None => text(it),
    });
    let parts: Vec<Node> = parts.collect();
    let raw: Vec<&str> = parts.iter().filter_map(Node::text).collect();
    let raw = raw.join("/");
    let url = map(vec![
        ("raw", text(&format!("{{{{url}}}}/{raw}"))),
        ("host", Node::List(vec![text("{{url}}")])),
        ("path", Node::List(parts)),
        ("variable", Node::List(of("path").map(named).collect())),
        ("query", Node::List(of("query").map(optional).collect())),
    ]);
    let mut request = vec![("method", text(method)), ("auth", auth(operation)), ("url", url)];
    let content =
        operation.get("requestBody").and_then(|it| it.resolve(document)).and_then(|it| it.get("content"));
    if let Some((media_type, described)) = content.and_then(|it| it.members().first()) {
        let header = map(vec![("key", text("Content-Type")), ("value", text(media_type))]);
        request.push(("header", Node::List(vec![header])));
        let example = described.get("examples").and_then(|it| it.members().first());
        if let Some(example) = example.and_then(|(_, it)| it.get("value")) {
            request
                .push(("body", map(vec![("mode", text("raw")), ("raw", text(&example.to_pretty_json()))])));
        }
    }
    request.push(("description", text(operation.word("description"))));
    map(vec![("name", text(operation.word("summary"))), ("request", map(request))])
}

fn auth(operation: &Node) -> Node {
    let ways = operation.get("security").map(Node::items).unwrap_or_default();
    let asks = |scheme: &str| ways.iter().any(|it| it.get(scheme).is_some());
    let variable = match (asks("apiKey"), asks("signingLink")) {
        (true, _) => "{{key}}",
        (false, true) => "{{token}}",
        (false, false) => return map(vec![("type", text("noauth"))]),
    };
    let token = map(vec![("key", text("token")), ("value", text(variable)), ("type", text("string"))]);
    map(vec![("type", text("bearer")), ("bearer", Node::List(vec![token]))])
}

fn map(members: Vec<(&str, Node)>) -> Node {
    Node::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

const FORMAT: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
