//! Evaluation of intrinsic functions: parameters, pseudo parameters, references and attributes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::TemplateError;
use super::value::Node;

/// The account that everything local belongs to.
pub const ACCOUNT: &str = "000000000000";
/// The region that everything local stands in.
pub const REGION: &str = "eu-west-1";
/// The stage's name of the REST API when it is referred to.
pub const API_ID: &str = "local";

/// What names mean while a template is evaluated.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    parameters: BTreeMap<String, String>,
    conditions: BTreeMap<String, bool>,
    resources: BTreeMap<String, Named>,
}

/// A resource as references see it.
#[derive(Debug)]
struct Named {
    kind: String,
    name: String,
}

impl Scope {
    /// A scope with parameters only.
    pub(crate) fn new(parameters: BTreeMap<String, String>) -> Self {
        Self { parameters, ..Self::default() }
    }

    /// Makes a condition known, by what it says of the parameters.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] unless it is made of `!Equals` and `!Not`.
    pub(crate) fn decide(&mut self, name: &str, condition: &Node) -> Result<(), TemplateError> {
        let holds = self.holds(condition)?;
        self.conditions.insert(name.to_owned(), holds);
        Ok(())
    }

    /// Whether a resource or an output is there: it names no condition, or one that holds.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] when the condition is not declared.
    pub(crate) fn exists(&self, node: &Node) -> Result<bool, TemplateError> {
        let Some(condition) = node.get("Condition") else { return Ok(true) };
        let name = condition.text().ok_or_else(|| malformed("Condition"))?;
        self.condition(name)
    }

    /// Makes a resource known under its logical id.
    pub(crate) fn declare(&mut self, logical_id: &str, kind: &str, name: String) {
        self.resources.insert(logical_id.to_owned(), Named { kind: kind.to_owned(), name });
    }

    /// The values of all parameters.
    pub(crate) fn parameters(&self) -> &BTreeMap<String, String> {
        &self.parameters
    }

    /// Evaluates a node and everything below it.
    ///
    /// # Errors
    ///
    /// Names the intrinsic, reference or attribute that is not known.
    pub(crate) fn evaluate(&self, node: &Node) -> Result<Value, TemplateError> {
        match self.chosen(node)? {
            None => Ok(Value::Null),
            Some(Node::Scalar(value)) => Ok(value.clone()),
            Some(Node::List(items)) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    if self.chosen(item)?.is_some() {
                        values.push(self.evaluate(item)?);
                    }
                }
                Ok(Value::Array(values))
            }
            Some(Node::Map(entries)) => {
                let mut values = Map::new();
                for (key, node) in entries {
                    if self.chosen(node)?.is_some() {
                        values.insert(key.clone(), self.evaluate(node)?);
                    }
                }
                Ok(Value::Object(values))
            }
            Some(Node::Intrinsic { name, argument }) => self.apply(name, argument),
        }
    }

    /// The node that stands for this one: of an `!If` the branch that counts, of `AWS::NoValue` none.
    fn chosen<'a>(&self, node: &'a Node) -> Result<Option<&'a Node>, TemplateError> {
        match node {
            Node::Intrinsic { name, argument }
                if name == "Ref" && argument.text() == Some("AWS::NoValue") =>
            {
                Ok(None)
            }
            Node::Intrinsic { name, argument } if name == "If" => {
                let Node::List(parts) = argument.as_ref() else { return Err(malformed("If")) };
                let [condition, met, unmet] = parts.as_slice() else { return Err(malformed("If")) };
                let condition = condition.text().ok_or_else(|| malformed("If"))?;
                self.chosen(if self.condition(condition)? { met } else { unmet })
            }
            other => Ok(Some(other)),
        }
    }

    fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        let holds = self.conditions.get(name).copied();
        holds.ok_or_else(|| TemplateError::UnknownReference { name: name.to_owned() })
    }

    fn holds(&self, condition: &Node) -> Result<bool, TemplateError> {
        let Node::Intrinsic { name, argument } = condition else { return Err(malformed("Not")) };
        match (name.as_str(), argument.as_ref()) {
            ("Equals", Node::List(sides)) => match sides.as_slice() {
                [one, other] => Ok(self.evaluate(one)? == self.evaluate(other)?),
                _ => Err(malformed("Equals")),
            },
            ("Not", Node::List(inner)) => match inner.as_slice() {
                [inner] => self.holds(inner).map(|holds| !holds),
                _ => Err(malformed("Not")),
            },
            _ => Err(TemplateError::UnknownIntrinsic { name: name.clone() }),
        }
    }

    fn apply(&self, name: &str, argument: &Node) -> Result<Value, TemplateError> {
        match (name, argument.text()) {
            ("Ref", Some(target)) => self.reference(target).map(Value::from),
            ("GetAtt", Some(target)) => {
                let (resource, attribute) = target.split_once('.').ok_or_else(|| malformed("GetAtt"))?;
                self.attribute(resource, attribute).map(Value::from)
            }
            ("Sub", Some(text)) => self.substitute(text).map(Value::from),
            ("GetAtt", None) => {
                let Node::List(parts) = argument else { return Err(malformed("GetAtt")) };
                match parts.as_slice() {
                    [resource, attribute] => self
                        .attribute(
                            resource.text().ok_or_else(|| malformed("GetAtt"))?,
                            attribute.text().ok_or_else(|| malformed("GetAtt"))?,
                        )
                        .map(Value::from),
                    _ => Err(malformed("GetAtt")),
                }
            }
            ("Ref" | "Sub", None) => Err(malformed(name)),
            _ => Err(TemplateError::UnknownIntrinsic { name: name.to_owned() }),
        }
    }

    fn reference(&self, target: &str) -> Result<String, TemplateError> {
        if let Some(pseudo) = pseudo_parameter(target) {
            return Ok(pseudo.to_owned());
        }
        if let Some(value) = self.parameters.get(target) {
            return Ok(value.clone());
        }
        let Some(Named { kind, name }) = self.resources.get(target) else {
            return Err(TemplateError::UnknownReference { name: target.to_owned() });
        };
        Ok(match kind.as_str() {
            "AWS::SQS::Queue" => queue_url(name),
            "AWS::SNS::Topic" => topic_arn(name),
            "AWS::SecretsManager::Secret" => secret_arn(name),
            "AWS::Serverless::Api" => API_ID.to_owned(),
            _ => name.clone(),
        })
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<String, TemplateError> {
        let Some(Named { kind, name }) = self.resources.get(resource) else {
            return Err(TemplateError::UnknownReference { name: resource.to_owned() });
        };
        match (kind.as_str(), attribute) {
            ("AWS::DynamoDB::Table", "Arn") => Ok(table_arn(name)),
            ("AWS::DynamoDB::Table", "StreamArn") => Ok(stream_arn(name)),
            ("AWS::IAM::Role", "Arn") => Ok(format!("arn:aws:iam::{ACCOUNT}:role/{name}")),
            ("AWS::Logs::LogGroup", "Arn") => {
                Ok(format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*"))
            }
            ("AWS::S3::Bucket", "Arn") => Ok(bucket_arn(name)),
            ("AWS::SNS::Topic", "TopicArn") => Ok(topic_arn(name)),
            ("AWS::SQS::Queue", "Arn") => Ok(queue_arn(name)),
            ("AWS::SQS::Queue", "QueueName") => Ok(name.clone()),
            ("AWS::SQS::Queue", "QueueUrl") => Ok(queue_url(name)),
            ("AWS::SecretsManager::Secret", "Id") => Ok(secret_arn(name)),
            ("AWS::Serverless::Function", "Arn") => Ok(function_arn(name)),
            _ => Err(TemplateError::UnknownAttribute {
                resource: resource.to_owned(),
                attribute: attribute.to_owned(),
            }),
        }
    }

    /// `${Name}`, `${Name.Attribute}` and `${!Literal}`.
    fn substitute(&self, text: &str) -> Result<String, TemplateError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after.split_once('}').ok_or_else(|| malformed("Sub"))?;
            out.push_str(before);
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str("${");
                out.push_str(literal);
                out.push('}');
            } else if let Some((resource, attribute)) = name.split_once('.') {
                out.push_str(&self.attribute(resource, attribute)?);
            } else {
                out.push_str(&self.reference(name)?);
            }
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// The ARN of a table.
pub(crate) fn table_arn(name: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}")
}

/// The ARN of a table's stream.
pub(crate) fn stream_arn(name: &str) -> String {
    format!("{}/stream/2026-01-01T00:00:00.000", table_arn(name))
}

/// The ARN of a bucket.
pub(crate) fn bucket_arn(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

/// The ARN of a queue.
pub(crate) fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// The ARN of a topic.
pub(crate) fn topic_arn(name: &str) -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}")
}

/// The URL of a queue.
pub(crate) fn queue_url(name: &str) -> String {
    format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}")
}

/// The ARN of a secret. AWS appends six characters of its own; here they are fixed.
pub(crate) fn secret_arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-local0")
}

/// The ARN of a function.
pub(crate) fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

fn pseudo_parameter(name: &str) -> Option<&'static str> {
    match name {
        "AWS::AccountId" => Some(ACCOUNT),
        "AWS::Partition" => Some("aws"),
        "AWS::Region" => Some(REGION),
        "AWS::StackName" => Some("paraphe"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        _ => None,
    }
}

fn malformed(name: &str) -> TemplateError {
    TemplateError::Malformed { at: format!("!{name}"), expected: "a name, or a resource and its attribute" }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn scope() -> Scope {
        let mut scope = Scope::new([("Sender".to_owned(), "a@example.com".to_owned())].into());
        scope.declare("Requests", "AWS::DynamoDB::Table", "Requests".to_owned());
        scope.declare("Jobs", "AWS::SQS::Queue", "Jobs".to_owned());
        scope.declare("Pepper", "AWS::SecretsManager::Secret", "Pepper".to_owned());
        scope
    }

    fn evaluate(text: &str) -> Result<Value, TemplateError> {
        scope().evaluate(&Node::parse(text)?)
    }

    #[test]
    fn references_become_names_urls_and_arns() {
        assert_eq!(evaluate("!Ref Sender").unwrap(), "a@example.com");
        assert_eq!(evaluate("!Ref Requests").unwrap(), "Requests");
        assert_eq!(evaluate("!Ref Jobs").unwrap(), "https://sqs.eu-west-1.amazonaws.com/000000000000/Jobs");
        assert_eq!(evaluate("!GetAtt Pepper.Id").unwrap(), evaluate("Ref: Pepper").unwrap());
        assert_eq!(
            evaluate("!Sub \"${Requests.Arn}/index/due ${!kept} ${AWS::Region}\"").unwrap(),
            "arn:aws:dynamodb:eu-west-1:000000000000:table/Requests/index/due ${kept} eu-west-1"
        );
        assert_eq!(evaluate("{ 'Fn::GetAtt': [Jobs, QueueName] }").unwrap(), "Jobs");
    }

    #[test]
    fn a_condition_chooses_a_branch_and_no_value_leaves_nothing() {
        let mut scope = scope();
        let sent = Node::parse("!Not [!Equals [!Ref Sender, '']]").unwrap();
        scope.decide("Sent", &sent).unwrap();
        scope.decide("Unsent", &Node::parse("!Equals [!Ref Sender, '']").unwrap()).unwrap();
        let text = "{ a: [!If [Sent, 1, 2], !If [Unsent, 3, !Ref 'AWS::NoValue']], b: !Ref 'AWS::NoValue' }";
        assert_eq!(scope.evaluate(&Node::parse(text).unwrap()).unwrap(), serde_json::json!({ "a": [1] }));
        let unknown = scope.decide("Else", &Node::parse("!And [true, true]").unwrap());
        assert!(matches!(unknown, Err(TemplateError::UnknownIntrinsic { name }) if name == "And"));
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert!(
            matches!(evaluate("!Ref Nobody"), Err(TemplateError::UnknownReference { name }) if name == "Nobody")
        );
        assert!(
            matches!(evaluate("a: [!Cidr [x, y]]"), Err(TemplateError::UnknownIntrinsic { name }) if name == "Cidr")
        );
        assert!(
            matches!(evaluate("!If [Nobody, x, y]"), Err(TemplateError::UnknownReference { name }) if name == "Nobody")
        );
        assert!(matches!(evaluate("!If [x, y]"), Err(TemplateError::Malformed { .. })));
        assert!(
            matches!(evaluate("!GetAtt Jobs.Colour"), Err(TemplateError::UnknownAttribute { attribute, .. }) if attribute == "Colour")
        );
        assert!(matches!(evaluate("!Sub \"${open\""), Err(TemplateError::Malformed { .. })));
    }
}
