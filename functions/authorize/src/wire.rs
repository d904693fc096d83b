//! What the gateway asks an authorizer of type REQUEST, and the policy it expects.

use std::collections::HashMap;
use std::net::IpAddr;

use domain::access::Scopes;
use serde::{Deserialize, Serialize};
use shared::store::Credential;

use crate::policy::Patterns;

/// The gateway's question, as far as the answer depends on it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    method_arn: String,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    request_context: RequestContext,
}

#[derive(Debug, Default, Deserialize)]
struct RequestContext {
    #[serde(default)]
    identity: Identity,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    source_ip: Option<String>,
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
    statement: Vec<Statement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: Vec<String>,
}

impl Question {
    /// What the caller shows: `Authorization: Bearer`, a key or token; `Authorization: Basic`, the key itself, as
    /// OneSpan's callers write it; or `x-api-key`, a key.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        let Some(header) = self.header("authorization").filter(|it| !it.is_empty()) else {
            return self.header("x-api-key").map(str::trim);
        };
        let (scheme, secret) = header.split_once(' ')?;
        let is_known = ["bearer", "basic"].iter().any(|it| scheme.eq_ignore_ascii_case(it));
        is_known.then(|| secret.trim())
    }

    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Where the call came from, as the gateway itself saw it: what headers say of that, anybody can write.
    #[must_use]
    pub fn source(&self) -> Option<IpAddr> {
        self.request_context.identity.source_ip.as_ref()?.parse().ok()
    }

    /// The resource of a pattern in the API and stage that was called:
    /// `arn:aws:execute-api:region:account:api/stage/GET/path` becomes `.../stage/PATTERN`.
    fn resource(&self, pattern: &str) -> String {
        let stage_end = self.method_arn.match_indices('/').nth(1).map_or(self.method_arn.len(), |(at, _)| at);
        format!("{}/{pattern}", self.method_arn.get(..stage_end).unwrap_or_default())
    }
}

impl Decision {
    /// The holder of a credential may use what these scopes allow.
    #[must_use]
    pub fn new(question: &Question, credential: &Credential, scopes: &Scopes) -> Self {
        let Patterns { allowed, denied } = Patterns::of(scopes);
        let statement = |effect, patterns: Vec<String>| Statement {
            action: "execute-api:Invoke",
            effect,
            resource: patterns.iter().map(|it| question.resource(it)).collect(),
        };
        let mut statements = Vec::new();
        if allowed.is_empty() {
            statements.push(statement("Deny", vec!["*".to_owned()]));
        } else {
            statements.push(statement("Allow", allowed));
        }
        if !denied.is_empty() {
            statements.push(statement("Deny", denied));
        }
        let mut context = HashMap::from([
            ("tenant", credential.acts_for().to_string()),
            ("display_name", credential.requester.as_str().to_owned()),
            ("credential", format!("{}:{}", credential.kind.as_str(), credential.id)),
            ("scopes", scopes.to_string()),
        ]);
        if let Some(calls) = credential.calls_per_minute {
            context.insert("calls_per_minute", calls.to_string());
        }
        Self {
            principal_id: credential.acts_for().to_string(),
            policy_document: Policy { version: "2012-10-17", statement: statements },
            context,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Question;

    fn question(headers: &[(&str, &str)]) -> Question {
        Question {
            method_arn: "arn:aws:execute-api:eu-west-1:000000000000:api/v1/GET/signatures/1".to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            request_context: super::RequestContext::default(),
        }
    }

    #[test]
    fn a_policy_is_about_the_stage_that_was_called() {
        let question = question(&[]);
        assert_eq!(question.resource("*"), "arn:aws:execute-api:eu-west-1:000000000000:api/v1/*");
        assert_eq!(question.source(), None);
    }

    #[test]
    fn a_secret_comes_by_one_of_three_ways() {
        for (headers, secret) in [
            (vec![("authorization", "bearer  key")], Some("key")),
            (vec![("Authorization", "Basic key")], Some("key")),
            (vec![("X-Api-Key", "key")], Some("key")),
            (vec![("authorization", "Digest key"), ("x-api-key", "other")], None),
            (vec![("authorization", "key")], None),
            (vec![], None),
        ] {
            assert_eq!(question(&headers).secret(), secret, "{headers:?}");
        }
    }
}
