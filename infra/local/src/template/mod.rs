//! The template of the service, read and evaluated: the only source of routes, names and settings.
//!
//! **Invariant:** nothing is skipped in silence. An intrinsic function, a resource type or a property that is
//! not known here is an error that names it.

mod api;
mod evaluate;
mod function;
mod resource;
mod store;
mod value;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::evaluate::{ACCOUNT, API_ID, REGION};
pub(crate) use self::evaluate::{
    bucket_arn, function_arn, queue_arn, queue_url, secret_arn, stream_arn, table_arn, topic_arn,
};
pub use self::resource::{
    Api, Authorizer, Bucket, Function, GatewayResponse, GenerateString, Queue, Route, Secret, Source,
    StreamView, Table,
};

use self::evaluate::Scope;
use self::value::Node;

/// The template this program was built with.
pub const TEMPLATE: &str = include_str!("../../../template.yaml");

/// A template, evaluated with its parameters.
#[derive(Clone, Debug)]
pub struct Template {
    /// The value of every parameter.
    pub parameters: BTreeMap<String, String>,
    /// The API.
    pub api: Api,
    /// The buckets.
    pub buckets: Vec<Bucket>,
    /// The functions.
    pub functions: Vec<Function>,
    /// The queues.
    pub queues: Vec<Queue>,
    /// The secrets.
    pub secrets: Vec<Secret>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The names of the topics.
    pub topics: Vec<String>,
}

impl Template {
    /// Reads a template; `overrides` replace the defaults of its parameters.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], which names what cannot be read, is not known, or does not fit.
    pub fn parse(text: &str, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let root = Node::read(text)?;
        for (section, _) in root.entries() {
            if !SECTIONS.contains(&section.as_str()) {
                return Err(TemplateError::UnknownSection { name: section.clone() });
            }
        }
        let mut scope = Scope::new(parameters(&root, overrides)?);
        for (name, condition) in root.get("Conditions").map(Node::entries).unwrap_or_default() {
            scope.decide(name, condition)?;
        }
        let resources = declare(&root, &mut scope)?;
        let defaults = evaluate_section(&root, "Globals", &scope)?;
        for (_, output) in root.get("Outputs").map(Node::entries).unwrap_or_default() {
            if scope.exists(output)? {
                scope.evaluate(output)?;
            }
        }

        let mut template = Self {
            parameters: scope.parameters().clone(),
            api: Api {
                stage: String::new(),
                authorizer: None,
                other_authorizers: BTreeMap::new(),
                responses: BTreeMap::new(),
                routes: Vec::new(),
            },
            buckets: Vec::new(),
            functions: Vec::new(),
            queues: Vec::new(),
            secrets: Vec::new(),
            tables: Vec::new(),
            topics: Vec::new(),
        };
        for resource in &resources {
            let properties = match resource.node.get("Properties") {
                Some(node) => scope.evaluate(node)?,
                None => Value::Object(serde_json::Map::new()),
            };
            template.add(resource, properties, &defaults)?;
        }
        template.check()?;
        Ok(template)
    }

    /// The function with this logical id.
    #[must_use]
    pub fn function(&self, logical_id: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.logical_id == logical_id)
    }

    /// The table with this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    fn add(&mut self, resource: &Declared, properties: Value, defaults: &Value) -> Result<(), TemplateError> {
        let id = resource.logical_id.as_str();
        let name = resource.name.clone();
        match resource.kind.as_str() {
            "AWS::DynamoDB::Table" => self.tables.push(store::table(id, name, properties)?),
            "AWS::S3::Bucket" => self.buckets.push(store::bucket(id, name, properties)?),
            "AWS::SQS::Queue" => self.queues.push(store::queue(id, name, properties)?),
            "AWS::SecretsManager::Secret" => self.secrets.push(store::secret(id, name, properties)?),
            "AWS::SNS::Topic" => {
                store::topic(id, properties)?;
                self.topics.push(name);
            }
            "AWS::Serverless::Api" => {
                let routes = std::mem::take(&mut self.api.routes);
                self.api = Api { routes, ..api::api(id, properties)? };
            }
            "AWS::Serverless::Function" => {
                let (function, routes) = function::function(id, properties, defaults)?;
                self.functions.push(function);
                self.api.routes.extend(routes);
            }
            // The others were declared as inert.
            _ => {}
        }
        Ok(())
    }

    /// What one resource says about another must be true.
    fn check(&mut self) -> Result<(), TemplateError> {
        let missing = |name: &str| Err(TemplateError::UnknownReference { name: name.to_owned() });
        if let Some(authorizer) = &self.api.authorizer
            && self.function(&authorizer.function).is_none()
        {
            return missing(&authorizer.function);
        }
        for authorizer in self.api.other_authorizers.values() {
            if self.function(&authorizer.function).is_none() {
                return missing(&authorizer.function);
            }
        }
        for name in self.api.routes.iter().filter_map(|it| it.authorizer.as_ref()) {
            if !self.api.other_authorizers.contains_key(name) {
                return missing(name);
            }
        }
        if self.api.authorizer.is_none() {
            for route in &mut self.api.routes {
                route.authorized = false;
            }
        }
        for source in self.functions.iter().flat_map(|function| &function.sources) {
            let known = match source {
                Source::Bucket { bucket, .. } => self.buckets.iter().any(|it| it.name == *bucket),
                Source::Queue { queue, .. } => self.queues.iter().any(|it| it.name == *queue),
                Source::Schedule { .. } => true,
                Source::Topic { topic } => self.topics.contains(topic),
                Source::Stream { table, on_failure, .. } => {
                    self.tables.iter().any(|it| it.name == *table && it.stream.is_some())
                        && on_failure
                            .as_ref()
                            .is_none_or(|name| self.queues.iter().any(|it| it.name == *name))
                }
            };
            if !known {
                return missing(&format!("{source:?}"));
            }
        }
        for queue in &self.queues {
            if let Some((name, _)) = &queue.redrive
                && !self.queues.iter().any(|it| it.name == *name)
            {
                return missing(name);
            }
        }
        Ok(())
    }
}

/// A resource before its properties are evaluated.
struct Declared {
    logical_id: String,
    kind: String,
    name: String,
    node: Node,
}

/// Gives every resource its physical name, so that references to it can be evaluated.
fn declare(root: &Node, scope: &mut Scope) -> Result<Vec<Declared>, TemplateError> {
    let mut declared = Vec::new();
    for (logical_id, node) in root.get("Resources").map(Node::entries).unwrap_or_default() {
        for (attribute, _) in node.entries() {
            if !ATTRIBUTES.contains(&attribute.as_str()) {
                return Err(TemplateError::UnknownAttribute {
                    resource: logical_id.clone(),
                    attribute: attribute.clone(),
                });
            }
        }
        let kind = node.get("Type").and_then(Node::text).ok_or_else(|| TemplateError::Malformed {
            at: logical_id.clone(),
            expected: "a resource with a Type",
        })?;
        if !KNOWN.contains(&kind) && !INERT.contains(&kind) {
            return Err(TemplateError::UnknownResourceType {
                resource: logical_id.clone(),
                kind: kind.to_owned(),
            });
        }
        if !scope.exists(node)? {
            continue;
        }
        let name = match NAMES.iter().find(|(of, _)| *of == kind) {
            Some((_, property)) => match node.get("Properties").and_then(|it| it.get(property)) {
                Some(given) => text_of(logical_id, &scope.evaluate(given)?)?,
                None => logical_id.clone(),
            },
            None => logical_id.clone(),
        };
        let name = if kind == "AWS::S3::Bucket" { name.to_lowercase() } else { name };
        declared.push(Declared {
            logical_id: logical_id.clone(),
            kind: kind.to_owned(),
            name,
            node: node.clone(),
        });
    }
    for resource in &declared {
        scope.declare(&resource.logical_id, &resource.kind, resource.name.clone());
    }
    Ok(declared)
}

fn parameters(
    root: &Node,
    overrides: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let declared = root.get("Parameters").map(Node::entries).unwrap_or_default();
    if let Some(unknown) = overrides.keys().find(|name| !declared.iter().any(|(it, _)| it == *name)) {
        return Err(TemplateError::UnknownReference { name: unknown.clone() });
    }
    let plain = Scope::default();
    declared
        .iter()
        .map(|(name, node)| {
            let definition: store::Parameter = typed(name, plain.evaluate(node)?)?;
            let value = definition.value(name, overrides.get(name))?;
            Ok((name.clone(), value))
        })
        .collect()
}

fn evaluate_section(root: &Node, name: &str, scope: &Scope) -> Result<Value, TemplateError> {
    root.get(name).map_or(Ok(Value::Null), |node| scope.evaluate(node))
}

/// Reads properties into their type, naming the place of what does not fit.
fn typed<T: DeserializeOwned>(at: &str, value: Value) -> Result<T, TemplateError> {
    serde_path_to_error::deserialize(value).map_err(|error| TemplateError::Property {
        at: format!("{at}.{}", error.path()),
        why: error.into_inner().to_string(),
    })
}

fn text_of(at: &str, value: &Value) -> Result<String, TemplateError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(TemplateError::Malformed { at: at.to_owned(), expected: "a text, a number or a flag" }),
    }
}

/// The last part of an ARN of a queue, a table or a function.
fn name_in_arn<'a>(at: &str, arn: &'a str) -> Result<&'a str, TemplateError> {
    arn.strip_prefix("arn:").and_then(|rest| rest.rsplit(':').next()).ok_or_else(|| {
        TemplateError::Malformed { at: at.to_owned(), expected: "the ARN of a resource of this template" }
    })
}

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Outputs",
    "Parameters",
    "Resources",
    "Transform",
];

/// Attributes of a resource that have a meaning here or none on one machine.
const ATTRIBUTES: &[&str] =
    &["Condition", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdateReplacePolicy"];

/// The property that names a resource of a type.
const NAMES: &[(&str, &str)] = &[
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SecretsManager::Secret", "Name"),
];

/// Types that are created here.
const KNOWN: &[&str] = &[
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
];

/// Types that change nothing on one machine: logs go to the terminal, nobody watches alarms, nobody but this
/// process reaches a bucket, and it has the address that it was started with.
const INERT: &[&str] = &[
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::DomainName",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
];

/// Why a template cannot be used here.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A value does not have the form that its place asks for.
    #[error("template: {at} is not {expected}")]
    Malformed {
        /// Where.
        at: String,
        /// What stands there in a good template.
        expected: &'static str,
    },
    /// A parameter's value breaks the parameter's own rules.
    #[error("template: parameter {name} {why}")]
    Parameter {
        /// The parameter.
        name: String,
        /// The rule.
        why: String,
    },
    /// A property is missing, not known here, or of another type.
    #[error("template: {at}: {why}")]
    Property {
        /// Where.
        at: String,
        /// What is wrong.
        why: String,
    },
    /// The file is not one YAML document.
    #[error("template: {0}")]
    Syntax(String),
    /// A resource has no such attribute, or this stage does not know it.
    #[error("template: attribute {attribute} of {resource} is not known")]
    UnknownAttribute {
        /// The logical id.
        resource: String,
        /// The attribute.
        attribute: String,
    },
    /// An intrinsic function that this stage does not know.
    #[error("template: intrinsic function !{name} is not known")]
    UnknownIntrinsic {
        /// The function.
        name: String,
    },
    /// Something refers to what the template does not declare.
    #[error("template: {name} is not declared")]
    UnknownReference {
        /// The name.
        name: String,
    },
    /// A resource type that this stage does not know.
    #[error("template: type {kind} of {resource} is not known")]
    UnknownResourceType {
        /// The logical id.
        resource: String,
        /// The type.
        kind: String,
    },
    /// A section that this stage does not know.
    #[error("template: section {name} is not known")]
    UnknownSection {
        /// The section.
        name: String,
    },
}

#[cfg(test)]
mod tests;
