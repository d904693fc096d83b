//! The contract as a page for people: operations by tag, schemas, codes and numbers.

mod schema;
mod words;

use contract::Node;
use maud::{DOCTYPE, Markup, html};

use words::words;

/// The page.
pub(crate) fn page(document: &Node) -> String {
    let info = |name: &str| document.at(&["info", name]).and_then(Node::text).unwrap_or_default();
    let tags = document.get("tags").map(Node::items).unwrap_or_default();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (info("title")) " API" }
                link rel="stylesheet" href="docs/docs.css";
            }
            body {
                a class="skip" href="#content" { "Skip to the contents" }
                header class="head" {
                    h1 { (info("title")) " API" }
                    p { (info("summary")) }
                    p class="files" {
                        a href="openapi.json" { "OpenAPI 3.1" } " "
                        a href="docs/postman.json" { "Postman collection" } " "
                        a href="docs/walk.sh" { "A walk with curl" }
                    }
                }
                div class="columns" {
                    nav aria-label="Contents" {
                        ul {
                            @for tag in tags {
                                li {
                                    a href={ "#" (anchor(tag.word("name"))) } { (tag.word("name")) }
                                    ul { @for it in of_tag(document, tag.word("name")) { li { a href={ "#" (it.id()) } { (it.operation.word("summary")) } } } }
                                }
                            }
                            li { a href="#schemas" { "Schemas" } }
                            li { a href="#codes" { "Codes" } }
                            li { a href="#numbers" { "Numbers" } }
                        }
                    }
                    main id="content" {
                        section { (words(info("description"))) }
                        @for tag in tags { (section(document, tag)) }
                        (schema::all(document))
                        (schema::constants(document, "ProblemCode", "codes", "Codes"))
                        (schema::constants(document, "ErrorNumber", "numbers", "Numbers"))
                    }
                }
            }
        }
    };
    page.into_string()
}

/// A method of a path, with what is said of both.
struct Call<'a> {
    method: String,
    path: &'a str,
    item: &'a Node,
    operation: &'a Node,
}

impl Call<'_> {
    fn id(&self) -> &str {
        self.operation.word("operationId")
    }
}

/// The operations of a tag.
fn of_tag<'a>(document: &'a Node, tag: &str) -> Vec<Call<'a>> {
    let call = |(method, path, item, operation)| Call { method, path, item, operation };
    contract::operations_of(document, tag).into_iter().map(call).collect()
}

fn section(document: &Node, tag: &Node) -> Markup {
    let name = tag.word("name");
    html! {
        section id=(anchor(name)) {
            h2 { (name) }
            (words(tag.word("description")))
            @for call in of_tag(document, name) { (operation(document, &call)) }
        }
    }
}

fn operation(document: &Node, call: &Call<'_>) -> Markup {
    let parameters = contract::parameters_of(document, call.item, call.operation);
    let body = call.operation.get("requestBody").and_then(|it| it.resolve(document));
    let responses = call.operation.get("responses").map(Node::members).unwrap_or_default();
    html! {
        article id=(call.id()) {
            h3 {
                span class={ "method " (call.method.to_lowercase()) } { (call.method) } " "
                code { (call.path) }
            }
            p class="summary" { (call.operation.word("summary")) }
            (words(call.operation.word("description")))
            (security(call.operation))
            @if !parameters.is_empty() {
                h4 { "Parameters" }
                dl { @for it in parameters { (parameter(it)) } }
            }
            @if let Some(body) = body { (request_body(body)) }
            h4 { "Answers" }
            dl {
                @for (status, response) in responses {
                    @if let Some(response) = response.resolve(document) { (answer(status, response)) }
                }
            }
            h4 { "With curl" }
            pre tabindex="0" { code { (contract::curl(document, &call.method, call.path, call.operation)) } }
        }
    }
}

/// Who may call.
fn security(operation: &Node) -> Markup {
    let ways = operation.get("security").map(Node::items).unwrap_or_default();
    let names: Vec<&(String, Node)> = ways.iter().flat_map(Node::members).collect();
    html! {
        p class="who" {
            @if names.is_empty() { "For anyone." }
            @for (name, scopes) in names {
                span {
                    @match name.as_str() {
                        "apiKey" => "An API key with ",
                        "signingLink" => "The token of a signing link. ",
                        _ => "The session of a browser. ",
                    }
                    @for scope in scopes.items().iter().filter_map(Node::text) { code { (scope) } " " }
                }
            }
        }
    }
}

fn parameter(parameter: &Node) -> Markup {
    let is_required = parameter.get("required") == Some(&Node::Bool(true));
    html! {
        dt { code { (parameter.word("name")) } " " small { (parameter.word("in")) @if is_required { ", required" } } }
        dd {
            @if let Some(it) = parameter.get("schema") { p { (schema::kind(it)) } }
            (words(parameter.word("description")))
        }
    }
}

fn request_body(body: &Node) -> Markup {
    let contents = body.get("content").map(Node::members).unwrap_or_default();
    html! {
        h4 { "Body" }
        @for (media_type, content) in contents {
            p { code { (media_type) } @if let Some(it) = content.get("schema") { ": " (schema::kind(it)) } }
            @for (name, example) in content.get("examples").map(Node::members).unwrap_or_default() {
                @let summary = example.word("summary");
                details {
                    summary { "Example: " (if summary.is_empty() { name } else { summary }) }
                    @if let Some(value) = example.get("value") { pre tabindex="0" { code { (value.to_pretty_json()) } } }
                }
            }
        }
    }
}

fn answer(status: &str, response: &Node) -> Markup {
    let contents = response.get("content").map(Node::members).unwrap_or_default();
    let headers = response.get("headers").map(Node::members).unwrap_or_default();
    html! {
        dt { code { (status) } }
        dd {
            (words(response.word("description")))
            @for (media_type, content) in contents.iter().filter(|(it, _)| it != "application/problem+json") {
                p { code { (media_type) } @if let Some(it) = content.get("schema") { ": " (schema::kind(it)) } }
            }
            @for (name, header) in headers { p { "Header " code { (name) } " " (words(header.word("description"))) } }
        }
    }
}

/// The place of a tag on the page.
fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}
