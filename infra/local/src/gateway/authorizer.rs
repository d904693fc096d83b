//! The Lambda authorizer: asked once per key and time, its policy applied to every request.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::proxy::Incoming;
use super::response::Rejection;
use crate::invoke::{Functions, InvokeError};
use crate::template::{ACCOUNT, API_ID, Authorizer, REGION, Route};

/// Answers of the authorizer, kept as long as the template says.
#[derive(Default)]
pub(super) struct Authorizers {
    kept: Mutex<HashMap<Vec<String>, (i64, Value)>>,
}

/// What the authorizer decided.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The request may pass; the function sees this context.
    Allowed(Value),
    /// It may not.
    Denied,
}

impl std::fmt::Debug for Authorizers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The keys are API keys.
        f.write_str("Authorizers")
    }
}

impl Authorizers {
    pub(super) async fn ask(
        &self,
        authorizer: &Authorizer,
        stage: &str,
        incoming: &Incoming,
        route: &Route,
        parameters: &BTreeMap<String, String>,
        functions: &Functions,
    ) -> Result<Verdict, Rejection> {
        let identity: Option<Vec<String>> = authorizer
            .headers
            .iter()
            .map(|name| incoming.header(name).filter(|value| !value.is_empty()).map(str::to_owned))
            .collect();
        let Some(mut identity) = identity else { return Err(Rejection::Unauthorized) };
        if authorizer.by_source {
            identity.push(incoming.source_ip.clone());
        }
        let arn = method_arn(stage, &incoming.method, &incoming.path);
        let kept = self.kept(&identity, incoming.at_ms);
        let answer = if let Some(answer) = kept {
            answer
        } else {
            let mut event = incoming.frame(route, parameters, stage, None);
            if let Some(event) = event.as_object_mut() {
                event.insert("type".to_owned(), "REQUEST".into());
                event.insert("methodArn".to_owned(), arn.clone().into());
            }
            let answer =
                functions.invoke(&authorizer.function, event).await.map_err(|error| match error {
                    InvokeError::Failed(error) if error.to_string() == "Unauthorized" => {
                        Rejection::Unauthorized
                    }
                    _ => Rejection::AuthorizerFailure,
                })?;
            let until_ms =
                incoming.at_ms.saturating_add(i64::try_from(authorizer.keep.as_millis()).unwrap_or(0));
            self.lock().insert(identity, (until_ms, answer.clone()));
            answer
        };
        decide(&answer, &arn)
    }

    fn kept(&self, identity: &[String], now_ms: i64) -> Option<Value> {
        let mut kept = self.lock();
        kept.retain(|_, (until_ms, _)| *until_ms > now_ms);
        kept.get(identity).map(|(_, answer)| answer.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<String>, (i64, Value)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Applies the policy: one statement that denies is enough, and without one that allows nobody passes.
fn decide(answer: &Value, arn: &str) -> Result<Verdict, Rejection> {
    let statements = answer
        .pointer("/policyDocument/Statement")
        .and_then(Value::as_array)
        .ok_or(Rejection::AuthorizerFailure)?;
    let principal = answer.get("principalId").and_then(Value::as_str).ok_or(Rejection::AuthorizerFailure)?;
    let mut allowed = false;
    for statement in statements {
        let invokes = texts(statement.get("Action"))
            .iter()
            .any(|it| matches!(it.to_lowercase().as_str(), "execute-api:invoke" | "execute-api:*" | "*"));
        let applies = texts(statement.get("Resource")).iter().any(|pattern| matches(pattern, arn));
        if !(invokes && applies) {
            continue;
        }
        match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => allowed = true,
            Some("Deny") => return Ok(Verdict::Denied),
            _ => return Err(Rejection::AuthorizerFailure),
        }
    }
    if !allowed {
        return Ok(Verdict::Denied);
    }
    let mut context = Map::new();
    for (name, value) in answer.get("context").and_then(Value::as_object).into_iter().flatten() {
        // A REST API hands every value on as text, and refuses lists and objects.
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Array(_) | Value::Object(_) => return Err(Rejection::AuthorizerFailure),
            other => other.to_string(),
        };
        context.insert(name.clone(), text.into());
    }
    context.insert("principalId".to_owned(), principal.into());
    context.insert("integrationLatency".to_owned(), json!(0));
    Ok(Verdict::Allowed(context.into()))
}

fn method_arn(stage: &str, method: &str, path: &str) -> String {
    let path = path.trim_start_matches('/');
    format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/{stage}/{method}/{path}")
}

/// One text or a list of them.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether a text matches a pattern in which `*` stands for any text and `?` for any character.
fn matches(pattern: &str, text: &str) -> bool {
    // The positions of the text that the pattern so far can end at.
    let text: Vec<char> = text.chars().collect();
    let mut ends = vec![false; text.len() + 1];
    if let Some(start) = ends.first_mut() {
        *start = true;
    }
    for symbol in pattern.chars() {
        let mut next = vec![false; ends.len()];
        for (position, reached) in next.iter_mut().enumerate() {
            let here = |at: usize| ends.get(at).copied().unwrap_or_default();
            *reached = match symbol {
                '*' => ends.iter().take(position + 1).any(|end| *end),
                _ => {
                    position > 0
                        && here(position - 1)
                        && (symbol == '?' || text.get(position - 1) == Some(&symbol))
                }
            };
        }
        ends = next;
    }
    ends.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    const ARN: &str = "arn:aws:execute-api:eu-west-1:000000000000:local/v1/GET/signatures/1";

    fn verdict(statements: &Value) -> Result<Verdict, Rejection> {
        let answer = json!({
            "principalId": "key-1",
            "policyDocument": { "Version": "2012-10-17", "Statement": statements },
            "context": { "tenant": "demo", "limit": 5 },
        });
        decide(&answer, ARN)
    }

    #[test]
    fn a_policy_allows_by_pattern_and_hands_its_context_on() {
        let allow = json!([{ "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*:*:local/v1/*" }]);
        let verdict = verdict(&allow).unwrap();
        let Verdict::Allowed(context) = verdict else { panic!("denied") };
        assert_eq!(
            context,
            json!({ "tenant": "demo", "limit": "5", "principalId": "key-1", "integrationLatency": 0 })
        );
    }

    #[test]
    fn a_denial_beats_everything_and_silence_denies() {
        let both = json!([
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Effect": "Deny", "Action": "execute-api:Invoke", "Resource": ["x", "*/GET/signatures/?"] },
        ]);
        assert!(matches!(verdict(&both), Ok(Verdict::Denied)));
        let elsewhere =
            json!([{ "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*/POST/*" }]);
        assert!(matches!(verdict(&elsewhere), Ok(Verdict::Denied)));
        assert!(matches!(verdict(&json!("none")), Err(Rejection::AuthorizerFailure)));
    }

    #[test]
    fn patterns_match_as_in_policies() {
        assert!(matches("*", "") && matches("a*c", "abbc") && matches("a?c", "abc") && matches("a*", "a"));
        assert!(!matches("a?c", "ac") && !matches("a", "ab") && !matches("", "a"));
    }
}
