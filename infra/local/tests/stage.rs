//! The stage itself, with small functions of its own: what is delivered, how often, in which order, and what
//! survives a restart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod support;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use local::{Cloud, Options};
use serde_json::{Value, json};
use support::{TEMPLATE, World};

#[tokio::test]
async fn one_of_sixteen_parallel_writers_creates_an_object() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    let s3 = cloud.aws().s3();
    let writers: Vec<_> = (0..16u8)
        .map(|number| {
            let s3 = s3.clone();
            tokio::spawn(async move {
                let body = vec![number; 20_000];
                s3.put_object().bucket("docs").key("race").if_none_match("*").body(body.into()).send().await
            })
        })
        .collect();
    let mut winners = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(_) => winners += 1,
            Err(error) => {
                assert_eq!(error.raw_response().unwrap().status().as_u16(), 412);
            }
        }
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn what_s3_does_not_do_here_is_refused() {
    use aws_sdk_s3::types::{ObjectLockMode, ServerSideEncryption};
    let world = World::new();
    let s3 = world.boot(Options::default()).await.aws().s3();
    let put = || s3.put_object().bucket("docs").key("k").body(b"x".to_vec().into());
    for refused in [
        put().tagging("a=b").send().await,
        put().object_lock_mode(ObjectLockMode::Compliance).send().await,
        put().server_side_encryption(ServerSideEncryption::AwsKms).send().await,
    ] {
        assert_eq!(refused.unwrap_err().raw_response().unwrap().status().as_u16(), 501);
    }
    assert!(s3.get_object().bucket("docs").key("k").version_id("1").send().await.is_err());
    assert!(
        s3.put_object()
            .bucket("docs")
            .key("k")
            .checksum_sha256("AAAA")
            .body(b"x".to_vec().into())
            .send()
            .await
            .is_err()
    );
    let head = s3.head_object().bucket("docs").key("k").send().await;
    let head = head.unwrap_err().into_service_error();
    assert!(head.is_not_found(), "{head:?}");
}

#[tokio::test]
async fn an_object_under_the_prefix_is_told_to_its_function() {
    let world = World::new();
    let cloud = world.boot(Options { duplicate: 3, shuffle: Some(7), ..Options::default() }).await;
    let s3 = cloud.aws().s3();
    for key in ["incoming/a b.pdf", "elsewhere/c"] {
        s3.put_object().bucket("docs").key(key).body(b"hello".to_vec().into()).send().await.unwrap();
    }
    assert!(world.events("ObjectsFunction").is_empty());
    cloud.settle().await.unwrap();
    let events = world.events("ObjectsFunction");
    assert_eq!(events.len(), 3);
    let record = &events[0]["Records"][0];
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["s3"]["object"]["key"], "incoming/a+b.pdf");
    assert_eq!(record["s3"]["object"]["size"], 5);
    assert_eq!(record["s3"]["object"]["eTag"], "5d41402abc4b2a76b9719d911017c592");
}

#[tokio::test]
async fn records_of_a_key_keep_their_order_and_pass_the_filter() {
    let world = World::new();
    let cloud = world.boot(Options { shuffle: Some(3), ..Options::default() }).await;
    for number in 0..12 {
        world.put(&cloud, &format!("k{}", number % 3), &format!("JOB#{number:02}")).await;
        world.put(&cloud, "k0", &format!("OTHER#{number:02}")).await;
    }
    cloud.settle().await.unwrap();
    let seen = world.records("RecordsFunction");
    assert_eq!(seen.len(), 12, "{seen:?}");
    for key in ["k0", "k1", "k2"] {
        let of_key: Vec<&String> = seen.iter().filter(|it| it.starts_with(key)).collect();
        assert!(of_key.is_sorted(), "{of_key:?}");
        assert_eq!(of_key.len(), 4);
    }
    let record = &world.events("RecordsFunction")[0]["Records"][0];
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["dynamodb"]["StreamViewType"], "NEW_IMAGE");
    assert_eq!(record["dynamodb"]["Keys"]["sk"]["S"], record["dynamodb"]["NewImage"]["sk"]["S"]);
}

#[tokio::test]
async fn a_write_that_changes_nothing_or_fails_makes_no_record() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    world.put(&cloud, "k", "JOB#1").await;
    world.put(&cloud, "k", "JOB#1").await;
    let refused = cloud
        .aws()
        .dynamodb()
        .put_item()
        .table_name("Jobs")
        .item("pk", AttributeValue::S("k".into()))
        .item("sk", AttributeValue::S("JOB#2".into()))
        .condition_expression("attribute_exists(pk)")
        .send()
        .await;
    assert!(refused.unwrap_err().into_service_error().is_conditional_check_failed_exception());
    cloud.settle().await.unwrap();
    assert_eq!(world.records("RecordsFunction"), ["k/JOB#1"]);
}

#[tokio::test]
async fn a_record_that_keeps_failing_ends_in_the_dead_letters_and_the_others_do_not() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    world.fail("JOB#bad", usize::MAX);
    world.fail("JOB#flaky", 2);
    for sort in ["JOB#1", "JOB#bad", "JOB#flaky", "JOB#9"] {
        world.put(&cloud, "k", sort).await;
    }
    cloud.settle().await.unwrap();
    assert_eq!(world.records("RecordsFunction"), ["k/JOB#1", "k/JOB#flaky", "k/JOB#9"]);
    let dead = cloud.messages("DeadLetters");
    assert_eq!(dead.len(), 1);
    let dead: Value = serde_json::from_str(&dead[0]).unwrap();
    assert_eq!(dead["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(dead["DDBStreamBatchInfo"]["batchSize"], 1);
}

#[tokio::test]
async fn a_restart_loses_no_event_and_repeats_none_that_was_concluded() {
    let world = World::new();
    let data = tempfile::tempdir().unwrap();
    let options = Options { data: Some(data.path().join("data")), ..Options::default() };
    let cloud = world.boot(options).await;
    world.put(&cloud, "k", "JOB#1").await;
    cloud.settle().await.unwrap();
    world.put(&cloud, "k", "JOB#2").await;
    let s3 = cloud.aws().s3();
    s3.put_object().bucket("docs").key("incoming/x").body(b"x".to_vec().into()).send().await.unwrap();
    drop(s3);

    let cloud = cloud.restart().await.unwrap();
    cloud.settle().await.unwrap();
    assert_eq!(world.records("RecordsFunction"), ["k/JOB#1", "k/JOB#2"]);
    assert_eq!(world.events("ObjectsFunction").len(), 1);
    let cloud = cloud.restart().await.unwrap();
    cloud.settle().await.unwrap();
    assert_eq!(world.records("RecordsFunction").len(), 2);
}

#[tokio::test]
async fn an_interrupted_write_is_delivered_if_it_happened_and_forgotten_if_not() {
    let world = World::new();
    let data = tempfile::tempdir().unwrap();
    let options = Options { data: Some(data.path().join("data")), ..Options::default() };
    let cloud = world.boot(options).await;
    world.put(&cloud, "k", "JOB#happened").await;
    let s3 = cloud.aws().s3();
    s3.put_object().bucket("docs").key("incoming/happened").body(b"x".to_vec().into()).send().await.unwrap();
    drop(s3);
    cloud.settle().await.unwrap();
    assert_eq!(world.records("RecordsFunction").len(), 1);

    // The journal as a process leaves it that ends between the announcement and the end of a write.
    let path = cloud.data().join("journal.jsonl");
    let mut journal = std::fs::OpenOptions::new().append(true).open(path).unwrap();
    for (ticket, name) in [(1_000, "happened"), (2_000, "not")] {
        let key = json!({ "pk": { "S": "k" }, "sk": { "S": format!("JOB#{name}") } });
        let line = json!({ "Announced": { "ticket": ticket, "writes": [
            { "Item": { "table": "Jobs", "key": key, "before": null } },
            { "Object": { "bucket": "docs", "key": format!("incoming/{name}"), "before": null } },
        ] } });
        writeln!(journal, "{line}").unwrap();
    }
    let cloud = cloud.restart().await.unwrap();
    cloud.settle().await.unwrap();
    assert_eq!(world.records("RecordsFunction"), ["k/JOB#happened", "k/JOB#happened"]);
    let events = world.events("ObjectsFunction");
    assert_eq!(events.len(), 2);
    assert_eq!(events[1]["Records"][0]["s3"]["object"]["key"], "incoming/happened");
}

#[tokio::test]
async fn a_message_waits_is_retried_and_dies() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    let sqs = aws_sdk_sqs::Client::new(&cloud.aws().sdk);
    let url = "https://sqs.eu-west-1.amazonaws.com/000000000000/Work";
    let send =
        |body: &str, delay| sqs.send_message().queue_url(url).message_body(body).delay_seconds(delay).send();
    world.fail("doomed", usize::MAX);
    world.fail("flaky", 1);
    send("plain", 0).await.unwrap();
    send("late", 120).await.unwrap();
    send("flaky", 0).await.unwrap();
    send("doomed", 0).await.unwrap();
    cloud.settle().await.unwrap();
    assert_eq!(world.bodies("WorkFunction"), ["plain"]);
    cloud.advance(Duration::from_secs(61)).await.unwrap();
    assert_eq!(world.bodies("WorkFunction"), ["plain", "flaky"]);
    cloud.advance(Duration::from_mins(1)).await.unwrap();
    assert_eq!(world.bodies("WorkFunction"), ["plain", "flaky", "late"]);
    cloud.advance(Duration::from_mins(5)).await.unwrap();
    assert_eq!(cloud.messages("DeadLetters"), ["doomed"]);
    assert!(cloud.messages("Work").is_empty());
    let wrong = sqs.send_message().queue_url(format!("{url}2")).message_body("x").send().await;
    let wrong = wrong.unwrap_err().into_service_error();
    assert!(wrong.is_queue_does_not_exist(), "{wrong:?}");
}

#[tokio::test]
async fn schedules_fire_as_time_passes() {
    let world = World::new();
    let cloud = world.boot(Options { duplicate: 2, ..Options::default() }).await;
    cloud.settle().await.unwrap();
    assert!(world.events("SweepFunction").is_empty());
    cloud.advance(Duration::from_mins(5)).await.unwrap();
    let events = world.events("SweepFunction");
    assert_eq!(events.len(), 10);
    assert_eq!(events[0]["source"], "aws.scheduler");
    assert_eq!(events[0]["detail-type"], "Scheduled Event");
    let times: BTreeSet<&str> = events.iter().filter_map(|it| it["time"].as_str()).collect();
    assert_eq!(times.len(), 5);
}

#[tokio::test]
async fn calls_are_counted_by_function_action_and_resource() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    cloud.clear_calls();
    world.put(&cloud, "k", "JOB#1").await;
    world.put(&cloud, "k", "JOB#2").await;
    cloud.settle().await.unwrap();
    let calls = cloud.calls();
    let of = |function: Option<&str>, action: &str| {
        calls.iter().find(|(call, _)| call.function.as_deref() == function && call.action == action)
    };
    let (call, count) = of(None, "PutItem").unwrap();
    assert_eq!((call.resource.as_str(), *count), ("Jobs", 2));
    let (call, _) = of(Some("RecordsFunction"), "PutObject").unwrap();
    assert_eq!((call.service, call.resource.as_str()), ("s3", "docs/seen/*"));
}

#[tokio::test]
async fn what_a_role_does_not_allow_is_denied() {
    let world = World::new();
    let event = json!({ "Records": [] });
    let allowed = world.boot(Options::default()).await.invoke("RecordsFunction", event.clone()).await;
    assert!(allowed.is_ok(), "{allowed:?}");
    for (statement, other) in [("[s3:PutObject]", "[s3:GetObject]"), ("/seen/*", "/unseen/*")] {
        assert!(TEMPLATE.contains(statement));
        let template = TEMPLATE.replace(statement, other);
        let cloud = Cloud::boot_with(Options::default(), &template, world.load()).await.unwrap();
        let denied = cloud.invoke("RecordsFunction", event.clone()).await.unwrap_err();
        assert!(denied.contains("AccessDenied"), "{denied}");
    }
}

#[tokio::test]
async fn mails_and_text_messages_land_in_the_outbox() {
    use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    let aws = cloud.aws();
    let content = |text: &str| Content::builder().data(text).build().unwrap();
    let message =
        Message::builder().subject(content("Hi")).body(Body::builder().text(content("t")).build()).build();
    let sent = aws_sdk_sesv2::Client::new(&aws.sdk)
        .send_email()
        .from_email_address("no-reply@example.com")
        .destination(Destination::builder().to_addresses("ada@example.com").build())
        .content(EmailContent::builder().simple(message).build())
        .send()
        .await
        .unwrap();
    assert!(sent.message_id().is_some());
    let sns = aws_sdk_sns::Client::new(&aws.sdk);
    sns.publish().phone_number("+390550000000").message("code").send().await.unwrap();
    assert!(sns.publish().topic_arn("arn:aws:sns:eu-west-1:0:t").message("x").send().await.is_err());
    let outbox = cloud.restart().await.unwrap().outbox();
    assert_eq!(outbox.len(), 2);
    assert_eq!((outbox[0].channel.as_str(), outbox[0].to.as_str()), ("email", "ada@example.com"));
    assert_eq!((outbox[1].channel.as_str(), outbox[1].text.as_str()), ("sms", "code"));
}

#[tokio::test]
async fn another_process_or_another_template_cannot_open_the_same_data() {
    let world = World::new();
    let data = tempfile::tempdir().unwrap();
    let options = Options { data: Some(data.path().join("data")), ..Options::default() };
    let cloud = world.boot(options.clone()).await;
    let twice = Cloud::boot_with(options.clone(), TEMPLATE, world.load()).await.unwrap_err();
    assert!(twice.to_string().contains("in use"), "{twice}");
    drop(cloud);
    let changed = TEMPLATE.replace("AttributeName: sk", "AttributeName: sort");
    let changed = Cloud::boot_with(options, &changed, world.load()).await.unwrap_err();
    assert!(changed.to_string().contains("--reset"), "{changed}");
}
