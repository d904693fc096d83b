//! A Lambda function and what invokes it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Function, Route, Source};
use super::store::flag;
use super::{TemplateError, name_in_arn, text_of, typed};
use crate::event::pattern::Pattern;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct FunctionProperties {
    timeout: Option<u64>,
    memory_size: Option<u64>,
    #[serde(default)]
    environment: Environment,
    #[serde(default)]
    policies: Policies,
    #[serde(default)]
    events: BTreeMap<String, Event>,
    #[serde(rename = "Architectures")]
    _architectures: Option<Value>,
    #[serde(rename = "CodeUri")]
    _code: Option<Value>,
    #[serde(rename = "Description")]
    _description: Option<String>,
    /// Where an event goes that was given up; here it is logged.
    #[serde(rename = "EventInvokeConfig")]
    _given_up: Option<Value>,
    #[serde(rename = "ReservedConcurrentExecutions")]
    _concurrency: Option<Value>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Policies {
    List(Vec<Policy>),
    #[default]
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Policy {
    #[serde(rename = "Version")]
    _version: Option<String>,
    statement: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Event {
    r#type: String,
    properties: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ApiEvent {
    path: String,
    method: String,
    auth: Option<RouteAuth>,
    #[serde(rename = "RestApiId")]
    _api: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RouteAuth {
    authorizer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct BucketEvent {
    bucket: String,
    events: Value,
    #[serde(default)]
    filter: BucketFilter,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct BucketFilter {
    s3_key: KeyRules,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct KeyRules {
    rules: Vec<KeyRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct KeyRule {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct QueueEvent {
    queue: String,
    batch_size: Option<usize>,
    #[serde(default)]
    function_response_types: Vec<String>,
    #[serde(rename = "Enabled")]
    _enabled: Option<Value>,
    #[serde(rename = "MaximumBatchingWindowInSeconds")]
    _window: Option<u64>,
    #[serde(rename = "ScalingConfig")]
    _scaling: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ScheduleEvent {
    schedule_expression: String,
    retry_policy: Option<RetryPolicy>,
    #[serde(rename = "PermissionsBoundary")]
    _boundary: Option<Value>,
    /// Where an event goes that did not reach the function; here it is logged.
    #[serde(rename = "DeadLetterConfig")]
    _dead_letters: Option<Value>,
    #[serde(rename = "Description")]
    _description: Option<String>,
    #[serde(rename = "Name")]
    _name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RetryPolicy {
    maximum_retry_attempts: Option<u32>,
    #[serde(rename = "MaximumEventAgeInSeconds")]
    _age: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct TopicEvent {
    topic: String,
    /// Where a notification goes that did not reach the function; here it is logged.
    #[serde(rename = "RedrivePolicy")]
    _redrive: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct StreamEvent {
    stream: String,
    batch_size: Option<usize>,
    bisect_batch_on_function_error: Option<Value>,
    maximum_retry_attempts: Option<i64>,
    /// Nothing is tried for hours here.
    #[serde(rename = "MaximumRecordAgeInSeconds")]
    _age: Option<u64>,
    #[serde(default)]
    function_response_types: Vec<String>,
    destination_config: Option<DestinationConfig>,
    #[serde(default)]
    filter_criteria: FilterCriteria,
    #[serde(rename = "Enabled")]
    _enabled: Option<Value>,
    #[serde(rename = "MaximumBatchingWindowInSeconds")]
    _window: Option<u64>,
    /// Keys are independent of one another here anyway.
    #[serde(rename = "ParallelizationFactor")]
    _parallelization: Option<u64>,
    /// Every record since the first start is delivered.
    #[serde(rename = "StartingPosition")]
    _start: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct DestinationConfig {
    on_failure: OnFailure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct OnFailure {
    destination: String,
    #[serde(rename = "Type")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct FilterCriteria {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Filter {
    pattern: String,
}

pub(super) fn function(
    id: &str,
    properties: Value,
    globals: &Value,
) -> Result<(Function, Vec<Route>), TemplateError> {
    let properties: FunctionProperties = typed(id, properties)?;
    let timeout = properties.timeout.or_else(|| globals.pointer("/Function/Timeout")?.as_u64());
    let memory = properties.memory_size.or_else(|| globals.pointer("/Function/MemorySize")?.as_u64());
    let environment = properties
        .environment
        .variables
        .iter()
        .map(|(name, value)| Ok((name.clone(), text_of(&format!("{id}.{name}"), value)?)))
        .collect::<Result<_, TemplateError>>()?;
    let statements = match properties.policies {
        Policies::List(policies) => policies.into_iter().flat_map(|policy| policy.statement).collect(),
        Policies::None => Vec::new(),
    };
    let (mut sources, mut routes) = (Vec::new(), Vec::new());
    for (name, event) in properties.events {
        let at = format!("{id}.{name}");
        match event.r#type.as_str() {
            "Api" => routes.push(route(&at, id, event.properties)?),
            "DynamoDB" => sources.push(stream(&at, event.properties)?),
            "S3" => sources.push(bucket(&at, event.properties)?),
            "SNS" => sources.push(topic(&at, event.properties)?),
            "SQS" => sources.push(queue(&at, event.properties)?),
            "ScheduleV2" => sources.push(schedule(&at, &name, event.properties)?),
            kind => return Err(TemplateError::UnknownResourceType { resource: at, kind: kind.to_owned() }),
        }
    }
    let function = Function {
        logical_id: id.to_owned(),
        timeout: Duration::from_secs(timeout.unwrap_or(3)),
        memory_mib: memory.unwrap_or(128),
        environment,
        statements,
        sources,
    };
    Ok((function, routes))
}

fn route(at: &str, id: &str, properties: Value) -> Result<Route, TemplateError> {
    let event: ApiEvent = typed(at, properties)?;
    let authorizer = event.auth.map(|auth| auth.authorizer);
    let is_guarded = authorizer.as_deref() != Some("NONE");
    Ok(Route {
        method: event.method.to_uppercase(),
        path: event.path,
        function: id.to_owned(),
        authorized: is_guarded,
        authorizer: authorizer.filter(|_| is_guarded),
    })
}

fn bucket(at: &str, properties: Value) -> Result<Source, TemplateError> {
    let event: BucketEvent = typed(at, properties)?;
    if event.events != serde_json::json!(["s3:ObjectCreated:*"]) && event.events != "s3:ObjectCreated:*" {
        return Err(TemplateError::Malformed {
            at: format!("{at}.Events"),
            expected: "s3:ObjectCreated:*, the only notification derived here",
        });
    }
    let (mut prefix, mut suffix) = (String::new(), String::new());
    for rule in event.filter.s3_key.rules {
        match rule.name.as_str() {
            "prefix" => prefix = rule.value,
            "suffix" => suffix = rule.value,
            _ => return Err(TemplateError::Malformed { at: at.to_owned(), expected: "prefix or suffix" }),
        }
    }
    Ok(Source::Bucket { bucket: event.bucket, prefix, suffix })
}

fn queue(at: &str, properties: Value) -> Result<Source, TemplateError> {
    let event: QueueEvent = typed(at, properties)?;
    Ok(Source::Queue {
        queue: name_in_arn(at, &event.queue)?.to_owned(),
        batch_size: event.batch_size.unwrap_or(10),
        partial: partial(at, &event.function_response_types)?,
    })
}

fn topic(at: &str, properties: Value) -> Result<Source, TemplateError> {
    let event: TopicEvent = typed(at, properties)?;
    Ok(Source::Topic { topic: name_in_arn(at, &event.topic)?.to_owned() })
}

fn schedule(at: &str, name: &str, properties: Value) -> Result<Source, TemplateError> {
    let event: ScheduleEvent = typed(at, properties)?;
    let every = rate(&event.schedule_expression).ok_or_else(|| TemplateError::Malformed {
        at: format!("{at}.ScheduleExpression"),
        expected: "rate(<number> <minutes, hours or days>)",
    })?;
    // The scheduler of AWS retries 185 times when nothing is said; no local trial waits for that.
    let retries = event.retry_policy.and_then(|policy| policy.maximum_retry_attempts).unwrap_or(2);
    Ok(Source::Schedule { name: name.to_owned(), every, retries })
}

fn rate(expression: &str) -> Option<Duration> {
    let inside = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (number, unit) = inside.split_once(' ')?;
    let seconds = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 60 * 60,
        "day" | "days" => 24 * 60 * 60,
        _ => return None,
    };
    number.parse::<u64>().ok().filter(|number| *number > 0)?.checked_mul(seconds).map(Duration::from_secs)
}

fn stream(at: &str, properties: Value) -> Result<Source, TemplateError> {
    let event: StreamEvent = typed(at, properties)?;
    let table = event
        .stream
        .split_once(":table/")
        .and_then(|(_, rest)| rest.split_once("/stream/"))
        .map(|(table, _)| table.to_owned())
        .ok_or_else(|| TemplateError::Malformed {
            at: format!("{at}.Stream"),
            expected: "the stream of a table of this template",
        })?;
    let on_failure = match event.destination_config {
        None => None,
        Some(config) if config.on_failure.kind == "SQS" => {
            Some(name_in_arn(at, &config.on_failure.destination)?.to_owned())
        }
        Some(_) => {
            return Err(TemplateError::Malformed { at: at.to_owned(), expected: "a queue (type SQS)" });
        }
    };
    let filters = event
        .filter_criteria
        .filters
        .iter()
        .map(|filter| {
            Pattern::parse(&filter.pattern).map_err(|error| TemplateError::Property {
                at: format!("{at}.Pattern"),
                why: error.to_string(),
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Source::Stream {
        table,
        batch_size: event.batch_size.unwrap_or(100),
        bisect: event.bisect_batch_on_function_error.as_ref().is_some_and(flag),
        retries: event.maximum_retry_attempts.and_then(|number| u32::try_from(number).ok()),
        partial: partial(at, &event.function_response_types)?,
        on_failure,
        filters,
    })
}

fn partial(at: &str, types: &[String]) -> Result<bool, TemplateError> {
    match types {
        [] => Ok(false),
        [one] if one == "ReportBatchItemFailures" => Ok(true),
        _ => Err(TemplateError::Malformed { at: at.to_owned(), expected: "ReportBatchItemFailures" }),
    }
}
