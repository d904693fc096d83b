//! Filter patterns of event sources: the operators in use, and a refusal for every other.

use serde_json::{Map, Value};

/// One pattern: every field named in it must match.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<(String, Rule)>);

/// What a field must satisfy.
#[derive(Clone, Debug)]
enum Rule {
    /// One of these must match the field's value, or one of its values when it is a list.
    Any(Vec<Test>),
    /// The field is an object that matches.
    Nested(Pattern),
}

#[derive(Clone, Debug)]
enum Test {
    AnythingBut(Vec<Value>),
    Equal(Value),
    Exists(bool),
    Prefix(String),
    Suffix(String),
}

/// Why a pattern cannot be evaluated here.
#[derive(Debug, thiserror::Error)]
#[error("filter pattern: {0}")]
pub struct PatternError(String);

impl Pattern {
    /// Reads a pattern from its JSON.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for what is not a pattern, and for operators that are not evaluated here.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Self::of_fields(&fields),
            Ok(_) => Err(PatternError("it is not a JSON object".to_owned())),
            Err(error) => Err(PatternError(error.to_string())),
        }
    }

    /// Whether an event matches.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.0.iter().all(|(field, rule)| {
            let value = event.get(field);
            match rule {
                Rule::Any(tests) => tests.iter().any(|test| test.accepts(value)),
                Rule::Nested(pattern) => pattern.matches(value.unwrap_or(&Value::Null)),
            }
        })
    }

    fn of_fields(fields: &Map<String, Value>) -> Result<Self, PatternError> {
        fields
            .iter()
            .map(|(field, value)| match value {
                Value::Object(inner) => Ok((field.clone(), Rule::Nested(Self::of_fields(inner)?))),
                Value::Array(tests) if !tests.is_empty() => {
                    let tests = tests.iter().map(Test::parse).collect::<Result<_, _>>()?;
                    Ok((field.clone(), Rule::Any(tests)))
                }
                _ => Err(PatternError(format!("{field} is neither an object nor a list of values"))),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Test {
    fn parse(value: &Value) -> Result<Self, PatternError> {
        let Value::Object(operator) = value else { return Ok(Self::Equal(value.clone())) };
        let mut operators = operator.iter();
        match (operators.next(), operators.next()) {
            (Some((name, argument)), None) => match (name.as_str(), argument) {
                ("prefix", Value::String(text)) => Ok(Self::Prefix(text.clone())),
                ("suffix", Value::String(text)) => Ok(Self::Suffix(text.clone())),
                ("exists", Value::Bool(wanted)) => Ok(Self::Exists(*wanted)),
                ("anything-but", Value::Array(values)) if values.iter().all(|it| !it.is_object()) => {
                    Ok(Self::AnythingBut(values.clone()))
                }
                ("anything-but", Value::String(_) | Value::Number(_)) => {
                    Ok(Self::AnythingBut(vec![argument.clone()]))
                }
                _ => Err(PatternError(format!("the operator {name} is not evaluated here"))),
            },
            _ => Err(PatternError("an operator has exactly one name".to_owned())),
        }
    }

    fn accepts(&self, value: Option<&Value>) -> bool {
        if let Self::Exists(wanted) = self {
            return value.is_some() == *wanted;
        }
        match value {
            None => false,
            Some(Value::Array(values)) => values.iter().any(|value| self.accepts_one(value)),
            Some(value) => self.accepts_one(value),
        }
    }

    fn accepts_one(&self, value: &Value) -> bool {
        match self {
            Self::AnythingBut(values) => !values.contains(value),
            Self::Equal(wanted) => wanted == value,
            Self::Exists(wanted) => *wanted,
            Self::Prefix(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => value.as_str().is_some_and(|text| text.ends_with(suffix)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn matches(pattern: &str, event: &Value) -> bool {
        Pattern::parse(pattern).unwrap().matches(event)
    }

    #[test]
    fn values_prefixes_and_nesting_decide() {
        let event = json!({ "eventName": "INSERT", "dynamodb": { "Keys": { "sk": { "S": "FETCH#1" } } } });
        let of = |name: &str, prefix: &str| {
            format!(
                r#"{{"eventName":["{name}"],"dynamodb":{{"Keys":{{"sk":{{"S":[{{"prefix":"{prefix}"}}]}}}}}}}}"#
            )
        };
        assert!(matches(&of("INSERT", "FETCH#"), &event));
        assert!(!matches(&of("MODIFY", "FETCH#"), &event));
        assert!(!matches(&of("INSERT", "META"), &event));
        assert!(!matches(r#"{"dynamodb":{"NewImage":{"kind":{"S":["x"]}}}}"#, &event));
        assert!(matches(r#"{"eventName":["MODIFY","INSERT"]}"#, &event));
    }

    #[test]
    fn existence_negation_and_lists_decide() {
        let event = json!({ "kind": "sealed", "tags": ["a", "b"], "count": 2 });
        assert!(matches(r#"{"kind":[{"anything-but":["opened"]}],"count":[2]}"#, &event));
        assert!(!matches(r#"{"kind":[{"anything-but":"sealed"}]}"#, &event));
        assert!(matches(r#"{"tags":["b"],"gone":[{"exists":false}],"kind":[{"suffix":"led"}]}"#, &event));
        assert!(!matches(r#"{"kind":[{"exists":false}]}"#, &event));
    }

    #[test]
    fn an_operator_that_is_not_known_is_refused_by_name() {
        let error = Pattern::parse(r#"{"n":[{"numeric":[">",1]}]}"#).unwrap_err();
        assert!(error.to_string().contains("numeric"));
        assert!(Pattern::parse(r#"{"n":"x"}"#).is_err());
        assert!(Pattern::parse("[]").is_err());
    }
}
