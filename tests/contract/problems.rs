//! Problems and OpenAPI document: every code and every number that can be answered is described, and no other is.

use std::collections::BTreeSet;

use contract::Node;
use local::template::TEMPLATE;

use crate::openapi::document;
use crate::repository::{read, sources};
use crate::source::Source;

/// The constants of a schema that is a choice of constants.
fn constants(name: &str) -> BTreeSet<String> {
    let document = document();
    let choices = document.at(&["components", "schemas", name, "oneOf"]).unwrap().items().to_vec();
    let word = |choice: &Node| match choice.get("const") {
        Some(Node::Text(text)) => Some(text.clone()),
        Some(Node::Number(number)) => Some(number.clone()),
        _ => None,
    };
    choices.iter().filter_map(word).collect()
}

/// What stands in a text behind each `before`, as far as `is_part` goes.
fn behind(text: &str, before: &str, is_part: fn(char) -> bool) -> Vec<String> {
    let found = text.split(before).skip(1);
    found.map(|it| it.chars().take_while(|it| is_part(*it)).collect()).collect()
}

/// The code that is shipped, without line breaks between arguments.
fn shipped() -> Vec<String> {
    let ours = |path: &str| path.starts_with("functions/") || path.starts_with("shared/");
    let all = sources();
    let code = all.iter().filter(|it| ours(&it.path)).map(Source::shipped_with_literals);
    code.map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(")).collect()
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
}

#[test]
fn every_code_is_described() {
    let mut codes = BTreeSet::new();
    for code in shipped() {
        for before in ["bad_request(\"", "Self::fault(\"", "CODE_REFUSED: &str = \""] {
            codes.extend(behind(&code, before, is_word));
        }
        for call in ["Problem::new(", "Self::new("] {
            let arguments = code.split(call).skip(1);
            let named = arguments.filter_map(|it| it.split_once(", \""));
            let named = named.filter(|(status, _)| status.len() == 3 && status.parse::<u16>().is_ok());
            codes.extend(
                named.map(|(_, rest)| rest.chars().take_while(|it| is_word(*it)).collect::<String>()),
            );
        }
    }
    let refusals = read("shared/domain/src/refusal.rs");
    let refusals = refusals.split_once("fn code(&self)").unwrap().1.split_once("\n    }\n").unwrap().0;
    // A code that is wrong or expired is told by one word, so that nobody learns which.
    let refusals = behind(refusals, "=> \"", is_word);
    codes.extend(refusals.into_iter().filter(|it| !matches!(it.as_str(), "code_wrong" | "code_expired")));
    codes.extend(behind(TEMPLATE, "\"code\":\"", is_word));
    codes.retain(|it| !it.is_empty());
    assert_eq!(codes, constants("ProblemCode"), "left: in the code, right: described");
}

#[test]
fn every_number_is_described() {
    let mut numbers = BTreeSet::new();
    let is_digit = |it: char| it.is_ascii_digit();
    for code in shipped() {
        for before in ["numbered(", "number: ", ": u16 = ", "=> 8", "failure("] {
            let digits = behind(&code, before, is_digit);
            let prefix = if before == "=> 8" { "8" } else { "" };
            numbers.extend(digits.into_iter().map(|it| format!("{prefix}{it}")));
        }
    }
    numbers.retain(|it| it.parse().is_ok_and(|it: u16| (200..900).contains(&it)));
    // Statuses that endpoints of others answer.
    numbers.retain(|it| !["401", "410"].contains(&it.as_str()));
    assert_eq!(numbers, constants("ErrorNumber"), "left: in the code, right: described");
}
