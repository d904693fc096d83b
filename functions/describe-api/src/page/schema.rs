//! Schemas in words.

use contract::Node;
use maud::{Markup, html};

use super::words::words;

/// Every schema with its members.
pub(crate) fn all(document: &Node) -> Markup {
    let schemas = document.at(&["components", "schemas"]).map(Node::members).unwrap_or_default();
    html! {
        section id="schemas" {
            h2 { "Schemas" }
            @for (name, schema) in schemas.iter().filter(|(name, _)| name != "ProblemCode" && name != "ErrorNumber") {
                article id={ "schema-" (name) } {
                    h3 { code { (name) } }
                    (words(schema.word("description")))
                    (members(schema))
                }
            }
        }
    }
}

/// The members of an object, or what else a schema is.
fn members(schema: &Node) -> Markup {
    let required: Vec<&str> =
        schema.get("required").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
    html! {
        @match schema.get("properties") {
            Some(properties) => dl {
                @for (name, member) in properties.members() {
                    dt { code { (name) } @if required.contains(&name.as_str()) { " " small { "required" } } }
                    dd { p { (kind(member)) } (words(member.word("description"))) }
                }
            },
            None => p { (kind(schema)) },
        }
        @for part in schema.get("allOf").map(Node::items).unwrap_or_default() {
            @if part.get("properties").is_some() { (members(part)) }
        }
    }
}

/// What a value is, in a few words.
pub(crate) fn kind(schema: &Node) -> Markup {
    if let Some(name) = schema.get("$ref").and_then(Node::text).and_then(|it| it.rsplit('/').next()) {
        return match name {
            "ProblemCode" => html! { a href="#codes" { "code" } },
            "ErrorNumber" => html! { a href="#numbers" { "number" } },
            _ => html! { a href={ "#schema-" (name) } { (name) } },
        };
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema.get(choice) {
            return joined(choices.items(), " or ");
        }
    }
    if let Some(parts) = schema.get("allOf") {
        return joined(parts.items(), " with ");
    }
    if let Some(value) = schema.get("const") {
        return html! { code { (plain(value)) } };
    }
    if let Some(values) = schema.get("enum") {
        return html! { @for (index, it) in values.items().iter().enumerate() { @if index > 0 { ", " } code { (plain(it)) } } };
    }
    if let Some(properties) = schema.get("properties") {
        return html! {
            "object of "
            @for (index, (name, it)) in properties.members().iter().enumerate() {
                @if index > 0 { ", " }
                code { (name) } " (" (kind(it)) ")"
            }
        };
    }
    html! {
        (types(schema))
        @if let Some(items) = schema.get("items") { " of " (kind(items)) }
        (bounds(schema))
    }
}

fn joined(schemas: &[Node], between: &str) -> Markup {
    html! { @for (index, it) in schemas.iter().enumerate() { @if index > 0 { (between) } (kind(it)) } }
}

fn types(schema: &Node) -> String {
    let word = |name: &str| if name == "array" { "list" } else { name }.to_owned();
    match schema.get("type") {
        Some(Node::Text(name)) => word(name),
        Some(Node::List(names)) => {
            names.iter().filter_map(Node::text).map(word).collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

/// Lengths, ranges, formats.
fn bounds(schema: &Node) -> String {
    let mut said = String::new();
    for (name, words) in BOUNDS {
        if let Some(Node::Number(value) | Node::Text(value)) = schema.get(name) {
            said.extend([format!(", {words} {value}")]);
        }
    }
    said
}

/// A schema that is a choice of constants, as a list.
pub(crate) fn constants(document: &Node, name: &str, id: &str, title: &str) -> Markup {
    let schema = document.at(&["components", "schemas", name]);
    let choices = schema.and_then(|it| it.get("oneOf")).map(Node::items).unwrap_or_default();
    html! {
        section id=(id) {
            h2 { (title) }
            @if let Some(schema) = schema { (words(schema.word("description"))) }
            dl {
                @for choice in choices {
                    dt { code { (choice.get("const").or_else(|| choice.get("pattern")).map(plain).unwrap_or_default()) } }
                    dd { (words(choice.word("description"))) }
                }
            }
        }
    }
}

fn plain(value: &Node) -> String {
    value.text().map_or_else(|| value.to_json(), str::to_owned)
}

const BOUNDS: [(&str, &str); 8] = [
    ("format", "format"),
    ("minLength", "at least"),
    ("maxLength", "characters at most"),
    ("minimum", "from"),
    ("maximum", "to"),
    ("minItems", "items at least"),
    ("maxItems", "items at most"),
    ("pattern", "pattern"),
];
