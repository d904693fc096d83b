//! A walk along the links of the contract, for a shell with `curl` and `jq`.

use crate::curl::{curl, variable};
use crate::{Node, find_operation, parameters_of};

/// The script: what makes something is called, and then whatever its answer leads to.
#[must_use]
pub fn walk(document: &Node) -> String {
    let mut script = HEAD.to_owned();
    for id in STARTS {
        let Some((method, path, item, operation)) = find_operation(document, id) else { continue };
        say(&mut script, operation);
        set_parameters(&mut script, document, item, operation, &[]);
        script.extend([format!(
            "{} -o answer.json\ncat answer.json; echo\n",
            curl(document, &method, path, operation)
        )]);
        let answer = ["200", "201"]
            .into_iter()
            .find_map(|it| operation.at(&["responses", it]))
            .and_then(|it| it.resolve(document));
        for (_, link) in answer.and_then(|it| it.get("links")).map(Node::members).unwrap_or_default() {
            let Some((method, path, item, operation)) = find_operation(document, link.word("operationId"))
            else {
                continue;
            };
            say(&mut script, operation);
            let given = link.get("parameters").map(Node::members).unwrap_or_default();
            for (name, expression) in given {
                let name = name.rsplit('.').next().unwrap_or(name);
                let pointer = expression.text().unwrap_or_default().trim_start_matches("$response.body#");
                script.extend([format!("{}=$(jq -r '{}' answer.json)\n", variable(name), jq(pointer))]);
            }
            let names: Vec<&str> =
                given.iter().map(|(name, _)| name.rsplit('.').next().unwrap_or(name)).collect();
            set_parameters(&mut script, document, item, operation, &names);
            script.extend([format!("{}\necho\n", curl(document, &method, path, operation))]);
        }
    }
    script
}

fn say(script: &mut String, operation: &Node) {
    script.extend([format!(
        "\n# {}\necho '--- {}'\n",
        operation.word("summary"),
        operation.word("operationId")
    )]);
}

/// Sets the variables of the path that no answer has set, to their examples.
fn set_parameters(script: &mut String, document: &Node, item: &Node, operation: &Node, set: &[&str]) {
    for parameter in parameters_of(document, item, operation) {
        let name = parameter.word("name");
        if parameter.word("in") == "path" && !set.contains(&name) {
            script.extend([format!("{}={}\n", variable(name), parameter.word("example"))]);
        }
    }
}

/// A JSON Pointer as a path of `jq`.
fn jq(pointer: &str) -> String {
    let part = |part: &str| {
        if part.bytes().all(|it| it.is_ascii_digit()) { format!("[{part}]") } else { format!(".{part}") }
    };
    pointer.split('/').filter(|it| !it.is_empty()).map(part).collect()
}

const STARTS: [&str; 4] = ["createRequest", "saveTheme", "createWebhook", "createClientApp"];
const HEAD: &str = "#!/usr/bin/env bash
# A walk through the API: a request is created, and every link of its answer is followed. Needs curl and jq.
# Made from the contract (GET /openapi.json). Set URL and KEY before.
set -euo pipefail
: \"${URL:=http://127.0.0.1:3000}\" \"${KEY:?the API key}\"
cd \"$(mktemp -d)\"
";
