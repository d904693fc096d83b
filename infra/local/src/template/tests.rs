#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

fn real() -> Template {
    Template::parse(TEMPLATE, &BTreeMap::new()).unwrap()
}

fn edited(from: &str, to: &str) -> Result<Template, TemplateError> {
    assert!(TEMPLATE.contains(from), "the template no longer holds {from}");
    Template::parse(&TEMPLATE.replacen(from, to, 1), &BTreeMap::new())
}

#[test]
fn every_route_leads_to_a_function() {
    let template = real();
    assert!(template.api.routes.len() > 20);
    for route in &template.api.routes {
        assert!(template.function(&route.function).is_some(), "{route:?}");
        assert!(route.path.starts_with('/'), "{route:?}");
    }
    let create = template.api.routes.iter().find(|route| route.path == "/EU-SES").unwrap();
    assert_eq!((create.method.as_str(), create.authorized), ("POST", true));
    let page = template.api.routes.iter().find(|route| route.path == "/sign").unwrap();
    assert_eq!((page.method.as_str(), page.authorized), ("GET", false));
}

#[test]
fn every_variable_resolves_to_something_that_is_declared() {
    let template = real();
    for function in &template.functions {
        for (name, value) in &function.environment {
            assert!(!value.contains("${") && !value.contains("AWS::"), "{name}={value}");
            let known = match name.rsplit('_').next().unwrap() {
                "TABLE" => template.tables.iter().any(|it| it.name == *value),
                "BUCKET" => template.buckets.iter().any(|it| it.name == *value),
                _ if name.ends_with("QUEUE_URL") => {
                    template.queues.iter().any(|it| queue_url(&it.name) == *value)
                }
                _ => true,
            };
            assert!(known, "{}: {name}={value}", function.logical_id);
        }
    }
}

#[test]
fn parameters_override_defaults_and_keep_their_bounds() {
    let parse =
        |name: &str, value: &str| Template::parse(TEMPLATE, &[(name.to_owned(), value.to_owned())].into());
    let template = parse("PublicUrl", "http://127.0.0.1:3000").unwrap();
    let create = template.function("CreateRequestFunction").unwrap();
    assert_eq!(create.environment["PUBLIC_URL"], "http://127.0.0.1:3000");
    assert!(matches!(parse("OtpTtlSeconds", "601"), Err(TemplateError::Parameter { .. })));
    assert!(matches!(parse("Architecture", "mips"), Err(TemplateError::Parameter { .. })));
    assert!(matches!(parse("Colour", "red"), Err(TemplateError::UnknownReference { .. })));
}

#[test]
fn tables_keep_their_indexes_and_streams() {
    let template = real();
    let requests = template.table("Requests").unwrap();
    assert_eq!((requests.hash_key.as_str(), requests.range_key.as_deref()), ("pk", Some("sk")));
    assert_eq!(requests.stream, Some(StreamView::NewImage));
    assert!(
        requests.create["GlobalSecondaryIndexes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["IndexName"] == "due")
    );
}

#[test]
fn what_has_a_condition_is_there_only_while_it_holds() {
    let domain = |name: &str| Template::parse(TEMPLATE, &[("DomainName".to_owned(), name.to_owned())].into());
    assert!(domain("").is_ok());
    // Then what has it is evaluated, and this stage knows no addresses of API Gateway.
    let error = domain("sign.example.com").unwrap_err();
    assert!(error.to_string().contains("ApiDomain"), "{error}");
    let error = edited("Condition: OwnsKey", "Condition: OwnsHouse").unwrap_err();
    assert!(error.to_string().contains("OwnsHouse"), "{error}");
}

#[test]
fn what_is_not_known_is_an_error_that_names_it() {
    let error = edited("Type: AWS::Logs::LogGroup", "Type: AWS::Logs::Nonsense").unwrap_err();
    assert!(error.to_string().contains("AWS::Logs::Nonsense"), "{error}");
    let error = edited("VisibilityTimeout:", "VisibilityTimeOut:").unwrap_err();
    assert!(error.to_string().contains("VisibilityTimeOut"), "{error}");
    let error = edited("!GetAtt DeadLetters.Arn", "!ImportValue DeadLetters").unwrap_err();
    assert!(error.to_string().contains("ImportValue"), "{error}");
    let error = edited("rate(1 minute)", "cron(0 * * * ? *)").unwrap_err();
    assert!(error.to_string().contains("ScheduleExpression"), "{error}");
    let error = edited("{\"prefix\":\"", "{\"wildcard\":\"").unwrap_err();
    assert!(error.to_string().contains("wildcard"), "{error}");
}
