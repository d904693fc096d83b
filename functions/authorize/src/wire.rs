//! What the gateway asks an authorizer of type REQUEST, and the policy it expects.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// The gateway's question, as far as the answer depends on it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    method_arn: String,
    #[serde(default)]
    headers: HashMap<String, String>,
}

/// The answer: a policy, and words for the function behind.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    principal_id: String,
    policy_document: Policy,
    context: HashMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: String,
}

impl Question {
    /// The token after `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        let header = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?.1;
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Every method of the API and stage that was called:
    /// `arn:aws:execute-api:region:account:api/stage/GET/path` becomes `.../stage/*`.
    #[must_use]
    pub fn whole_api(&self) -> String {
        let stage_end = self.method_arn.match_indices('/').nth(1).map_or(self.method_arn.len(), |(at, _)| at);
        format!("{}/*", self.method_arn.get(..stage_end).unwrap_or_default())
    }
}

impl Decision {
    /// The tenant may call everything.
    #[must_use]
    pub fn allow(resource: String, tenant: &str, display_name: &str) -> Self {
        let context =
            HashMap::from([("tenant", tenant.to_owned()), ("display_name", display_name.to_owned())]);
        Self { context, ..Self::of("Allow", resource, tenant) }
    }

    /// Nobody may call anything.
    #[must_use]
    pub fn deny(resource: String) -> Self {
        Self::of("Deny", resource, "unknown")
    }

    fn of(effect: &'static str, resource: String, principal: &str) -> Self {
        let statement = Statement { action: "execute-api:Invoke", effect, resource };
        Self {
            principal_id: principal.to_owned(),
            policy_document: Policy { version: "2012-10-17", statement: [statement] },
            context: HashMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Question;

    #[test]
    fn a_decision_is_about_the_whole_stage() {
        let question = Question {
            method_arn: "arn:aws:execute-api:eu-west-1:000000000000:api/v1/GET/signatures/1".to_owned(),
            headers: [("authorization".to_owned(), "bearer  key".to_owned())].into(),
        };
        assert_eq!(question.whole_api(), "arn:aws:execute-api:eu-west-1:000000000000:api/v1/*");
        assert_eq!(question.bearer(), Some("key"));
    }
}
