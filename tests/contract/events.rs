//! Template and `events/`: every trigger has an event, and every event runs.

use std::collections::BTreeMap;
use std::fs;

use local::template::{Function, Source, Template};
use local::{Cloud, Options};
use serde_json::Value;

use crate::repository::{crate_of, root, template};

/// Every event by its name, `<function>[.<case>]`.
fn events() -> BTreeMap<String, Value> {
    fs::read_dir(root().join("events"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let name = name.strip_suffix(".json").unwrap_or_else(|| panic!("{name} is no JSON"));
            let event = serde_json::from_slice(&fs::read(&path).unwrap());
            (name.to_owned(), event.unwrap_or_else(|error| panic!("{name}: {error}")))
        })
        .collect()
}

/// The function that an event's name names.
fn function_of<'a>(template: &'a Template, event: &str) -> &'a Function {
    let name = event.split('.').next().unwrap();
    let function = template.functions.iter().find(|it| crate_of(&it.logical_id) == name);
    function.unwrap_or_else(|| panic!("events/{event}.json names no function"))
}

/// The triggers of a function that would send it this event.
fn triggers(template: &Template, function: &Function, event: &Value) -> Vec<String> {
    let id = &function.logical_id;
    let routes = template.api.routes.iter().filter(|it| {
        it.function == *id
            && event["resource"] == it.path.as_str()
            && (event["httpMethod"] == it.method.as_str()
                || (it.method == "ANY" && !has_method(template, &it.path, &event["httpMethod"])))
    });
    let routes = routes.map(|it| format!("{} {}", it.method, it.path));
    let sources = function.sources.iter().filter(|it| sends(it, event)).map(name_of);
    let asks =
        template.api.authorizer.as_ref().is_some_and(|it| it.function == *id) && event["type"] == "REQUEST";
    routes.chain(sources).chain(asks.then(|| "authorizer".to_owned())).collect()
}

/// Whether a path has a route of its own for a method.
fn has_method(template: &Template, path: &str, method: &Value) -> bool {
    template.api.routes.iter().any(|it| it.path == path && *method == it.method.as_str())
}

fn name_of(source: &Source) -> String {
    match source {
        Source::Bucket { bucket, prefix, .. } => format!("bucket {bucket} {prefix}"),
        Source::Queue { queue, .. } => format!("queue {queue}"),
        Source::Schedule { name, .. } => format!("schedule {name}"),
        Source::Stream { table, .. } => format!("stream {table}"),
        Source::Topic { topic } => format!("topic {topic}"),
    }
}

/// Whether every record of an event could have come from this source.
fn sends(source: &Source, event: &Value) -> bool {
    let text = |record: &Value, pointer: &str| {
        record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let arn = |record: &Value| text(record, "/eventSourceARN");
    let every = |fits: &dyn Fn(&Value) -> bool| {
        event["Records"].as_array().is_some_and(|it| !it.is_empty() && it.iter().all(fits))
    };
    match source {
        Source::Bucket { bucket, prefix, suffix } => every(&|record| {
            let key = text(record, "/s3/object/key");
            text(record, "/s3/bucket/name") == *bucket && key.starts_with(prefix) && key.ends_with(suffix)
        }),
        Source::Queue { queue, .. } => {
            every(&|it| text(it, "/eventSource") == "aws:sqs" && arn(it).ends_with(&format!(":{queue}")))
        }
        Source::Schedule { .. } => event["source"] == "aws.scheduler",
        Source::Topic { topic } => every(&|it| {
            text(it, "/EventSource") == "aws:sns" && text(it, "/Sns/TopicArn").ends_with(&format!(":{topic}"))
        }),
        Source::Stream { table, filters, .. } => every(&|record| {
            arn(record).contains(&format!(":table/{table}/stream/"))
                && (filters.is_empty() || filters.iter().any(|it| it.matches(record)))
        }),
    }
}

#[test]
fn every_event_is_one_that_its_function_is_sent() {
    let template = template();
    for (name, event) in events() {
        let function = function_of(&template, &name);
        // What S3 sends when a notification is set up comes from the bucket, and from no object in it.
        if event["Event"] == "s3:TestEvent" {
            assert!(function.sources.iter().any(|it| matches!(it, Source::Bucket { .. })), "{name}");
            continue;
        }
        assert_eq!(triggers(&template, function, &event).len(), 1, "triggers that send {name}");
    }
}

#[test]
fn every_trigger_of_the_template_has_an_event() {
    let template = template();
    let events = events();
    for function in &template.functions {
        let own =
            events.iter().filter(|(name, _)| function_of(&template, name).logical_id == function.logical_id);
        let sent: Vec<String> = own.flat_map(|(_, event)| triggers(&template, function, event)).collect();
        // What refuses the methods that a path does not have refuses them all in the same place.
        let routes = template.api.routes.iter();
        let routes = routes.filter(|it| it.function == function.logical_id && it.method != "ANY");
        let routes = routes.map(|it| format!("{} {}", it.method, it.path));
        for trigger in routes.chain(function.sources.iter().map(name_of)) {
            assert!(sent.contains(&trigger), "{} has no event of {trigger}", function.logical_id);
        }
        let asks = template.api.authorizer.as_ref().is_some_and(|it| it.function == function.logical_id);
        assert!(!asks || sent.contains(&"authorizer".to_owned()), "the authorizer has no event");
    }
}

#[tokio::test]
async fn every_event_is_answered_by_its_function() {
    let options = Options { api_key: Some(API_KEY.to_owned()), ..Options::default() };
    let cloud = Cloud::boot(options).await.unwrap();
    let template = template();
    let mut expected: BTreeMap<&str, &str> = ANSWERS.into();
    let mut wrong = Vec::new();
    for (name, event) in events() {
        let reply = cloud.invoke(&function_of(&template, &name).logical_id, event).await;
        let answer = reply.map_or_else(|error| format!("failed: {error}"), |reply| outcome(&reply));
        let wanted = expected.remove(name.as_str()).unwrap_or("to be listed here");
        if answer != wanted {
            wrong.push(format!("{name}: {answer}, not {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(expected.is_empty(), "events that are gone: {expected:?}");
}

/// What an answer says, in a word or two.
fn outcome(reply: &Value) -> String {
    if let Some(failures) = reply["batchItemFailures"].as_array() {
        return format!("{} to be delivered again", failures.len());
    }
    if let Some(effect) = reply.pointer("/policyDocument/Statement/0/Effect").and_then(Value::as_str) {
        return effect.to_owned();
    }
    match &reply["statusCode"] {
        Value::Null => reply.to_string(),
        status => status.to_string(),
    }
}

/// The key in the events, one that somebody chose.
const API_KEY: &str = "paraphe_example_4f9c2b7d1e8a6053";

/// What each event comes to on a stage where there is no request yet.
const ANSWERS: [(&str, &str); 210] = [
    ("archive-evidence", "null"),
    ("authorize", "Allow"),
    ("authorize.unknown-key", "failed: the function failed: Unauthorized"),
    ("capture-signature", "404"),
    ("capture-signature.approval", "404"),
    ("capture-signature.attachment", "404"),
    ("capture-signature.decline", "404"),
    ("capture-signature.delegation", "404"),
    ("capture-signature.details", "404"),
    ("capture-signature.drawn", "404"),
    ("capture-signature.form-approval", "303"),
    ("capture-signature.form-decline", "303"),
    ("capture-signature.form-read", "303"),
    ("capture-signature.form-signature", "303"),
    ("capture-signature.read", "404"),
    ("create-request", "200"),
    ("create-request.inline", "200"),
    ("create-request.no-signers", "422"),
    ("create-request.upload", "200"),
    ("deliver-webhook", "0 to be delivered again"),
    ("deliver-webhook.closed", "0 to be delivered again"),
    ("deliver-webhook.delivery", "0 to be delivered again"),
    ("deliver-webhook.endpoint", "0 to be delivered again"),
    ("describe-api", "200"),
    ("describe-api.docs", "200"),
    ("describe-api.docs-file", "200"),
    ("describe-api.other-method", "405"),
    ("expire-requests", "null"),
    ("export-audit", "404"),
    ("export-audit.evidence", "404"),
    ("export-audit.evidence-singular", "404"),
    ("export-audit.singular", "404"),
    ("fetch-document", "0 to be delivered again"),
    ("follow-mark", "404"),
    ("follow-mark.image", "404"),
    ("ingest-document", "null"),
    ("ingest-document.copied", "null"),
    ("ingest-document.not-fetched", "null"),
    ("ingest-document.test-event", "null"),
    ("issue-otp", "404"),
    ("issue-otp.form", "303"),
    ("issue-token", "401"),
    ("issue-token.one-span", "401"),
    ("issue-token.openapi", "200"),
    ("load-trusted-lists", "null"),
    ("manage-access", "200"),
    ("manage-access.app", "404"),
    ("manage-access.apps", "200"),
    ("manage-access.change", "404"),
    ("manage-access.change-app", "404"),
    ("manage-access.create", "201"),
    ("manage-access.create-app", "201"),
    ("manage-access.create-unknown-scope", "422"),
    ("manage-access.one", "404"),
    ("manage-access.revoke", "404"),
    ("manage-access.revoke-app", "404"),
    ("manage-access.rotate", "404"),
    ("manage-connectors", "200"),
    ("manage-connectors.begin", "404"),
    ("manage-connectors.delete", "404"),
    ("manage-connectors.one", "404"),
    ("manage-connectors.run", "404"),
    ("manage-connectors.runs", "404"),
    ("manage-connectors.save", "200"),
    ("manage-connectors.script", "200"),
    ("manage-email-signatures", "200"),
    ("manage-email-signatures.brand", "404"),
    ("manage-email-signatures.brands", "200"),
    ("manage-email-signatures.campaign", "404"),
    ("manage-email-signatures.campaigns", "200"),
    ("manage-email-signatures.changes", "200"),
    ("manage-email-signatures.create-image", "422"),
    ("manage-email-signatures.delete-brand", "404"),
    ("manage-email-signatures.delete-campaign", "404"),
    ("manage-email-signatures.delete-image", "404"),
    ("manage-email-signatures.delete-template", "404"),
    ("manage-email-signatures.images", "200"),
    ("manage-email-signatures.preview", "200"),
    ("manage-email-signatures.rules", "200"),
    ("manage-email-signatures.save-brand", "200"),
    ("manage-email-signatures.save-campaign", "422"),
    ("manage-email-signatures.save-rules", "422"),
    ("manage-email-signatures.save-settings", "200"),
    ("manage-email-signatures.save-template", "200"),
    ("manage-email-signatures.settings", "200"),
    ("manage-email-signatures.statistics", "200"),
    ("manage-email-signatures.template", "404"),
    ("manage-email-signatures.templates", "200"),
    ("manage-email-signatures.version", "404"),
    ("manage-email-signatures.versions", "404"),
    ("manage-people", "200"),
    ("manage-people.approve", "404"),
    ("manage-people.approve-all", "404"),
    ("manage-people.delete", "404"),
    ("manage-people.delete-many", "200"),
    ("manage-people.groups", "200"),
    ("manage-people.import", "200"),
    ("manage-people.one", "404"),
    ("manage-people.picture", "404"),
    ("manage-people.proposals", "200"),
    ("manage-people.proposals-of", "404"),
    ("manage-people.propose", "404"),
    ("manage-people.reject", "404"),
    ("manage-people.reject-all", "404"),
    ("manage-people.save-groups", "200"),
    ("manage-people.upsert", "200"),
    ("manage-request", "404"),
    ("manage-request.attachment", "404"),
    ("manage-request.attachment-singular", "404"),
    ("manage-request.correct", "404"),
    ("manage-request.correct-singular", "404"),
    ("manage-request.extend", "404"),
    ("manage-request.extend-singular", "404"),
    ("manage-request.reject", "404"),
    ("manage-request.reject-singular", "404"),
    ("manage-request.singular", "404"),
    ("manage-request.unlock", "404"),
    ("manage-request.unlock-singular", "404"),
    ("manage-themes", "200"),
    ("manage-themes.delete", "404"),
    ("manage-themes.one", "404"),
    ("manage-themes.put", "200"),
    ("manage-themes.put-unreadable", "422"),
    ("manage-themes.result-keys", "200"),
    ("manage-trust", "200"),
    ("manage-trust.put", "200"),
    ("manage-trust.put-malformed", "422"),
    ("manage-trust.retention", "200"),
    ("manage-trust.retention-put", "200"),
    ("manage-trust.retention-refused", "422"),
    ("manage-trust.text-messages", "200"),
    ("manage-trust.text-messages-put", "200"),
    ("manage-trust.text-messages-refused", "422"),
    ("manage-webhooks", "200"),
    ("manage-webhooks.callback", "200"),
    ("manage-webhooks.callback-again", "404"),
    ("manage-webhooks.callback-one", "404"),
    ("manage-webhooks.callback-register", "200"),
    ("manage-webhooks.callbacks", "200"),
    ("manage-webhooks.change", "404"),
    ("manage-webhooks.connector", "200"),
    ("manage-webhooks.connector-register", "200"),
    ("manage-webhooks.create", "201"),
    ("manage-webhooks.create-refused", "422"),
    ("manage-webhooks.delete", "404"),
    ("manage-webhooks.deliveries", "404"),
    ("manage-webhooks.event", "200"),
    ("manage-webhooks.events", "200"),
    ("manage-webhooks.one", "404"),
    ("manage-webhooks.redeliver", "404"),
    ("manage-webhooks.rotate", "404"),
    ("manage-webhooks.signing", "200"),
    ("manage-webhooks.signing-end", "404"),
    ("manage-webhooks.signing-rotate", "200"),
    ("manage-webhooks.test", "404"),
    ("present-document", "200"),
    ("present-document.access", "404"),
    ("present-document.asset", "200"),
    ("present-document.document", "404"),
    ("present-document.form-access", "303"),
    ("present-document.form-presented", "303"),
    ("present-document.form-session", "303"),
    ("present-document.framed", "200"),
    ("present-document.home", "200"),
    ("present-document.no-session", "401"),
    ("present-document.presented", "404"),
    ("present-document.session", "404"),
    ("present-document.state", "404"),
    ("present-document.step", "200"),
    ("preview-request", "200"),
    ("preview-request.no-page", "422"),
    ("preview-request.refused", "200"),
    ("read-request.action", "404"),
    ("read-request.action-singular", "404"),
    ("read-request.list", "404"),
    ("read-request.list-singular", "404"),
    ("read-request.one", "404"),
    ("read-request.one-singular", "404"),
    ("read-request.signed", "404"),
    ("read-request.signed-singular", "404"),
    ("read-request.validated", "404"),
    ("read-request.validated-singular", "404"),
    ("read-sandbox", "404"),
    ("record-bounce", "null"),
    ("record-bounce.complaint", "null"),
    ("record-bounce.delivery", "null"),
    ("record-bounce.delivery-delay", "null"),
    ("record-bounce.reject", "null"),
    ("render-email-signature", "404"),
    ("render-email-signature.json", "404"),
    ("render-email-signature.qr", "404"),
    ("render-email-signature.text", "404"),
    ("render-email-signature.vcard", "404"),
    ("render-page", "404"),
    ("render-page.logo", "404"),
    ("render-page.picture", "404"),
    ("render-page.text", "404"),
    ("run-connector", "0 to be delivered again"),
    ("seal-document", "0 to be delivered again"),
    ("seal-document.declined", "0 to be delivered again"),
    ("seal-document.retry", "0 to be delivered again"),
    ("verify-document", "200"),
    ("verify-document.check", "200"),
    ("verify-document.check-asset", "200"),
    ("verify-document.check-digest", "404"),
    ("verify-document.check-file", "200"),
    ("verify-document.poll", "404"),
    ("verify-document.report", "200"),
    ("verify-document.upload-unknown", "422"),
    ("verify-document.waiting", "0 to be delivered again"),
];
