//! What each function's role allows, as the policies of the template say: a call that no statement allows is denied
//! here as it is on AWS.
//!
//! **Invariant:** doubt is denial. A condition that is not understood is refused when the template is read, and a key
//! that is not known matches no pattern.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::template::{Function, TemplateError};

/// One action on one resource that a role allows.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Grant {
    /// The logical id of the function.
    pub function: String,
    /// The service and the action, such as `dynamodb:GetItem`.
    pub action: String,
    /// The ARN, in which `*` stands for anything.
    pub resource: String,
    /// What the partition key of an item has to look like, where the statement says it.
    pub leading_key: Option<String>,
}

/// What a call asks a role for.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) leading_key: Option<String>,
}

/// The roles of all functions, and what was used of them.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    grants: BTreeMap<String, Vec<Grant>>,
    used: Mutex<BTreeSet<Grant>>,
    /// Where what was used is added in the end.
    record: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Statement {
    effect: String,
    action: OneOrMany,
    resource: OneOrMany,
    condition: Option<Condition>,
    #[serde(rename = "Sid")]
    _sid: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<String>),
    One(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    #[serde(rename = "ForAllValues:StringLike")]
    like: LeadingKeys,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeadingKeys {
    #[serde(rename = "dynamodb:LeadingKeys")]
    patterns: OneOrMany,
}

impl Grant {
    /// The grants of a function's policies, one for each action, resource and pattern of keys.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Property`] for a statement that denies, or that has another condition than on leading keys.
    pub fn of(function: &Function) -> Result<Vec<Self>, TemplateError> {
        let id = &function.logical_id;
        let broken = |why: String| TemplateError::Property { at: format!("{id}.Policies"), why };
        let mut grants = Vec::new();
        for statement in &function.statements {
            let statement = Statement::deserialize(statement).map_err(|error| broken(error.to_string()))?;
            if statement.effect != "Allow" {
                return Err(broken(format!("Effect is {}, and not Allow", statement.effect)));
            }
            let patterns = match &statement.condition {
                None => vec![None],
                Some(condition) => condition.like.patterns.each().iter().cloned().map(Some).collect(),
            };
            for action in statement.action.each() {
                for resource in statement.resource.each() {
                    grants.extend(patterns.iter().map(|leading_key| Self {
                        function: id.clone(),
                        action: action.clone(),
                        resource: resource.clone(),
                        leading_key: leading_key.clone(),
                    }));
                }
            }
        }
        Ok(grants)
    }

    fn allows(&self, need: &Need) -> bool {
        let key_fits = match (&self.leading_key, &need.leading_key) {
            (None, _) => true,
            (Some(pattern), Some(key)) => is_like(key, pattern),
            (Some(_), None) => false,
        };
        key_fits && is_like(&need.action, &self.action) && is_like(&need.resource, &self.resource)
    }
}

impl Need {
    /// An action on a resource.
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), leading_key: None }
    }
}

impl OneOrMany {
    fn each(&self) -> &[String] {
        match self {
            Self::Many(all) => all,
            Self::One(one) => std::slice::from_ref(one),
        }
    }
}

impl Roles {
    /// The roles of these functions. What is used of them is added to the file `record` in the end, if there is one.
    pub(crate) fn of(functions: &[Function], record: Option<PathBuf>) -> Result<Self, TemplateError> {
        let grants = functions.iter().map(|it| Ok((it.logical_id.clone(), Grant::of(it)?)));
        Ok(Self { grants: grants.collect::<Result<_, TemplateError>>()?, used: Mutex::default(), record })
    }

    /// The first need of a call that a function's role does not allow; none when it may call.
    pub(crate) fn denied<'a>(&self, function: &str, needs: &'a [Need]) -> Option<&'a Need> {
        let denied = needs.iter().find(|need| !self.allows(function, need));
        if let Some(Need { action, resource, .. }) = denied {
            tracing::error!(function, action, resource, "the function's role does not allow this");
        }
        denied
    }

    fn allows(&self, function: &str, need: &Need) -> bool {
        let grants = self.grants.get(function).map(Vec::as_slice).unwrap_or_default();
        let mut is_allowed = false;
        // Whatever allows it counts as used: one of two statements alone would do.
        for grant in grants.iter().filter(|it| it.allows(need)) {
            is_allowed = true;
            if self.record.is_some() {
                self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(grant.clone());
            }
        }
        is_allowed
    }
}

impl Drop for Roles {
    fn drop(&mut self) {
        let Some(path) = &self.record else { return };
        let used = self.used.get_mut().unwrap_or_else(PoisonError::into_inner);
        let lines: String =
            used.iter().filter_map(|it| serde_json::to_string(it).ok()).map(|it| it + "\n").collect();
        let file = OpenOptions::new().create(true).append(true).open(path);
        if let Err(error) = file.and_then(|mut file| file.write_all(lines.as_bytes())) {
            tracing::error!(%error, "what was used of the roles cannot be written down");
        }
    }
}

/// Whether a text fits a pattern in which `*` stands for any text and `?` for one character.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
    let (mut at, mut in_pattern) = (0, 0);
    // Where to go on when what follows the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(at) {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                star = Some((in_pattern + 1, at));
                in_pattern += 1;
            }
            Some(wanted) if wanted == byte || *wanted == b'?' => {
                at += 1;
                in_pattern += 1;
            }
            _ => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                (in_pattern, at) = (after, from + 1);
            }
        }
    }
    pattern.get(in_pattern..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use serde_json::{Value, json};

    use super::*;
    use crate::template::{TEMPLATE, Template};

    #[test]
    fn a_pattern_fits_what_its_stars_stand_for() {
        for (text, pattern) in [
            ("", ""),
            ("", "*"),
            ("abc", "a*"),
            ("abc", "*c"),
            ("abcbc", "a*bc"),
            ("abc", "a?c"),
            ("a*", "a*"),
        ] {
            assert!(is_like(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [("", "a"), ("abc", "a"), ("abc", "b*"), ("abcb", "a*bc"), ("ac", "a?c")] {
            assert!(!is_like(text, pattern), "{text} {pattern}");
        }
    }

    fn function(statement: Value) -> Function {
        let template = Template::parse(TEMPLATE, &BTreeMap::new()).unwrap();
        Function { statements: vec![statement], ..template.functions[0].clone() }
    }

    #[test]
    fn a_grant_is_made_of_each_action_resource_and_key() {
        let grants = Grant::of(&function(json!({
            "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:t",
            "Condition": { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["A#*", "B#*"] } },
        })));
        let grants = grants.unwrap();
        assert_eq!(grants.len(), 4);
        let need = |key: Option<&str>| Need {
            action: "dynamodb:PutItem".to_owned(),
            resource: "arn:t".to_owned(),
            leading_key: key.map(str::to_owned),
        };
        let allowed = |key| grants.iter().filter(|it| it.allows(&need(key))).count();
        assert_eq!((allowed(Some("B#1")), allowed(Some("C#1")), allowed(None)), (1, 0, 0));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for statement in [
            json!({ "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*" }),
            json!({ "Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*" }),
            json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": { "Bool": {} } }),
        ] {
            assert!(Grant::of(&function(statement.clone())).is_err(), "{statement}");
        }
    }
}
