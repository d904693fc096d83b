//! Reads how a signing page is to look, from a request or a theme.

use domain::request::Appearance;
use serde_json::{Map, Value};

use super::problem::{Problem, pointer_token, sentence};

/// Reads `options.ui`, whose members stand behind `pointer`.
///
/// # Errors
///
/// 422 with Openapi's number 625 and a pointer to what cannot be had.
pub fn parse(members: &Map<String, Value>, pointer: &str) -> Result<Appearance, Problem> {
    let size: usize = members.iter().map(|(name, value)| name.len() + value.to_string().len()).sum();
    if size > MAX_BYTES {
        return Err(Problem::invalid(pointer, "At most 8 kB.").numbered(INVALID_OPTIONS));
    }
    Appearance::read(members).map_err(|misfit| {
        let member = pointer_token(&misfit.member);
        let place = misfit.index.map(|index| format!("/{index}")).unwrap_or_default();
        Problem::invalid(format!("{pointer}/{member}{place}"), sentence(&misfit.to_string()))
            .numbered(INVALID_OPTIONS)
    })
}

/// A policy that lists the origins has to fit what gateways take as headers.
const MAX_BYTES: usize = 8192;
/// Openapi's "invalid options property".
const INVALID_OPTIONS: u16 = 625;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn refusal(ui: &Value) -> Value {
        let event = parse(ui.as_object().unwrap(), "/options/ui").unwrap_err().into_reply("1").into_event();
        serde_json::from_str(event["body"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn what_cannot_be_had_is_refused_where_it_stands() {
        for (ui, pointer, detail) in [
            (json!({ "a/b~": 1 }), "/options/ui/a~1b~0", "There is no such key."),
            (
                json!({ "iframeAncestors": ["https://a.example", "x"] }),
                "/options/ui/iframeAncestors/1",
                "The address is not used: not an absolute URL; other characters than those of URLs are to be \
                 percent-encoded.",
            ),
            (
                json!({ "headerTitleColor": "#777777", "headerBackgroundColor": "#ffffff" }),
                "/options/ui/headerTitleColor",
                "The contrast with headerBackgroundColor is 4.47:1; text needs 4.5:1 at least.",
            ),
            (json!({ "sidebarLogo": "x".repeat(9000) }), "/options/ui", "At most 8 kB."),
        ] {
            let body = refusal(&ui);
            assert_eq!((&body["error"], &body["status"]), (&json!(625), &json!(422)));
            assert_eq!(body["errors"][0], json!({ "pointer": pointer, "detail": detail }));
        }
    }
}
