//! The REST API: its stage, its authorizer and the answers it gives itself.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Api, Authorizer, GatewayResponse};
use super::{TemplateError, name_in_arn, typed};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ApiProperties {
    stage_name: String,
    auth: Option<Auth>,
    #[serde(default)]
    gateway_responses: BTreeMap<String, Response>,
    #[serde(default)]
    binary_media_types: Vec<String>,
    #[serde(rename = "AccessLogSetting")]
    _access_log: Option<Value>,
    #[serde(rename = "EndpointConfiguration")]
    _endpoint: Option<Value>,
    /// One machine has no neighbours to protect.
    #[serde(rename = "MethodSettings")]
    _method_settings: Option<Value>,
    #[serde(rename = "Name")]
    _name: Option<String>,
    #[serde(rename = "OpenApiVersion")]
    _open_api: Option<Value>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
    #[serde(rename = "TracingEnabled")]
    _tracing: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Auth {
    default_authorizer: String,
    authorizers: BTreeMap<String, LambdaAuthorizer>,
    #[serde(rename = "AddDefaultAuthorizerToCorsPreflight")]
    _preflight: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct LambdaAuthorizer {
    function_arn: String,
    function_payload_type: String,
    identity: Identity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Identity {
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    context: Vec<String>,
    #[serde(default = "five_minutes")]
    reauthorize_every: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Response {
    status_code: Option<u16>,
    #[serde(default, rename = "ResponseParameters")]
    parameters: ResponseParameters,
    #[serde(default, rename = "ResponseTemplates")]
    templates: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ResponseParameters {
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

pub(super) fn api(id: &str, properties: Value) -> Result<Api, TemplateError> {
    let properties: ApiProperties = typed(id, properties)?;
    if properties.binary_media_types.iter().any(|it| it != "*~1*" && it != "*/*") {
        return Err(TemplateError::Malformed {
            at: format!("{id}.BinaryMediaTypes"),
            expected: "*~1*, the only setting the gateway here follows",
        });
    }
    let (authorizer, other_authorizers) = match properties.auth {
        Some(auth) => {
            let (chosen, others) = authorizers(id, auth)?;
            (Some(chosen), others)
        }
        None => (None, BTreeMap::new()),
    };
    let responses = properties
        .gateway_responses
        .into_iter()
        .map(|(kind, response)| Ok((kind.clone(), gateway_response(&format!("{id}.{kind}"), response)?)))
        .collect::<Result<_, TemplateError>>()?;
    Ok(Api { stage: properties.stage_name, authorizer, other_authorizers, responses, routes: Vec::new() })
}

/// The authorizer of routes that name none, and those that routes name.
fn authorizers(id: &str, auth: Auth) -> Result<(Authorizer, BTreeMap<String, Authorizer>), TemplateError> {
    let mut all = BTreeMap::new();
    for (name, declared) in auth.authorizers {
        all.insert(name.clone(), authorizer(&format!("{id}.Auth.{name}"), &declared)?);
    }
    let Some(chosen) = all.remove(&auth.default_authorizer) else {
        return Err(TemplateError::UnknownReference { name: auth.default_authorizer });
    };
    Ok((chosen, all))
}

fn authorizer(at: &str, declared: &LambdaAuthorizer) -> Result<Authorizer, TemplateError> {
    let malformed = |expected| TemplateError::Malformed { at: at.to_owned(), expected };
    if declared.function_payload_type != "REQUEST" {
        return Err(malformed("an authorizer of payload type REQUEST"));
    }
    let identity = &declared.identity;
    if identity.context.iter().any(|it| it != SOURCE_IP) {
        return Err(malformed("no context but identity.sourceIp"));
    }
    // One call's answer would be another's.
    if identity.headers.is_empty() && identity.reauthorize_every > 0 {
        return Err(malformed("a header, where answers are kept"));
    }
    Ok(Authorizer {
        function: name_in_arn(at, &declared.function_arn)?.to_owned(),
        headers: identity.headers.iter().map(|name| name.to_lowercase()).collect(),
        by_source: !identity.context.is_empty(),
        keep: Duration::from_secs(identity.reauthorize_every),
    })
}

fn gateway_response(at: &str, response: Response) -> Result<GatewayResponse, TemplateError> {
    let headers = response
        .parameters
        .headers
        .into_iter()
        .map(|(name, value)| match value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(text) => Ok((name.to_lowercase(), text.to_owned())),
            None => Err(TemplateError::Malformed {
                at: format!("{at}.{name}"),
                expected: "a constant between single quotes",
            }),
        })
        .collect::<Result<_, TemplateError>>()?;
    let mut templates = response.templates;
    let body = templates.remove("application/json").unwrap_or_default();
    if let Some(other) = templates.keys().next() {
        return Err(TemplateError::Malformed {
            at: format!("{at}.{other}"),
            expected: "application/json, the only template the gateway here renders",
        });
    }
    Ok(GatewayResponse { status: response.status_code, headers, body })
}

const SOURCE_IP: &str = "identity.sourceIp";

/// What API Gateway does when nothing is said.
const fn five_minutes() -> u64 {
    300
}
