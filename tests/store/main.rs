//! Store operations against the emulated table, conflict included.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use domain::request::AnyRequest;
use domain::value::PhoneNumber;
use domain::{Actor, Cause, RequestId, TenantId, Timestamp};
use shared::edge::{Env, Supply, system_rng};
use shared::store::{DocumentKeys, Quota, Quotas, Requests, StoreError, WriteOnce};
use tests::{CONTRACT, Door, ada};

mod feed;
mod lists;
mod locks;
mod queues;

/// The stores as a function of the template sees them.
fn environment(door: &Door, function: &str) -> Env {
    let function = door.cloud.template().function(function).expect("the template has it");
    Env::from_pairs(function.environment.clone())
}

async fn requests(door: &Door) -> Requests {
    let (env, aws) = (environment(door, "SealDocumentFunction"), door.cloud.aws());
    Supply::new(&env, &aws).committing_requests().await.unwrap()
}

fn id(text: &str) -> RequestId {
    RequestId::parse(text).unwrap()
}

#[tokio::test]
async fn of_two_who_decide_upon_the_same_state_one_commits_and_one_conflicts() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let requests = requests(&door).await;
    let (first, second) =
        (requests.load(&id(&ceremony.id)).await.unwrap(), requests.load(&id(&ceremony.id)).await.unwrap());
    let mut rng = system_rng();
    let mut cause =
        Cause { now: door.cloud.clock().now(), rng: &mut rng, actor: Actor::System, origin: None };
    let winner = first.cancel(None, &mut cause).unwrap();
    let loser = second.cancel(None, &mut cause).unwrap();
    assert!(matches!(requests.commit(winner).await, Ok(AnyRequest::Cancelled(_))));
    assert!(matches!(requests.commit(loser).await, Err(StoreError::Conflict(_))));
    let cancelled = ceremony.evidence().await.iter().filter(|it| *it == "RequestCancelled").count();
    assert_eq!(cancelled, 1, "the loser left nothing behind");
}

#[tokio::test]
async fn what_is_stored_is_what_is_loaded() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    let requests = requests(&door).await;
    let loaded = requests.load(&id(&ceremony.id)).await.unwrap();
    let again = requests.load_for(&TenantId::parse("demo").unwrap(), &id(&ceremony.id)).await.unwrap();
    assert_eq!(loaded.record(), again.record());
    assert!(matches!(loaded, AnyRequest::Done(_)));
    let stranger = TenantId::parse("stranger").unwrap();
    assert!(matches!(requests.load_for(&stranger, &id(&ceremony.id)).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn an_object_is_written_once_by_one_of_sixteen() {
    let door = Door::open().await;
    let (env, aws) = (environment(&door, "SealDocumentFunction"), door.cloud.aws());
    let documents = Supply::new(&env, &aws).documents().unwrap();
    let key = DocumentKeys::new(&TenantId::parse("demo").unwrap(), &id(&"0".repeat(24))).revision(1);
    let writers: Vec<_> = (0_u8..16)
        .map(|writer| {
            let (documents, key) = (documents.clone(), key.clone());
            tokio::spawn(async move { documents.put_once(&key, "application/pdf", vec![writer; 100]).await })
        })
        .collect();
    let mut written = 0;
    for writer in writers {
        written += u32::from(writer.await.unwrap().unwrap() == WriteOnce::Written);
    }
    assert_eq!(written, 1);
    let bytes = documents.get(&key, 100).await.unwrap();
    assert!(bytes.iter().all(|byte| Some(byte) == bytes.first()), "one writer's bytes, whole");
    assert!(documents.get(&key, 99).await.is_err(), "a limit on what is read");
    documents.delete(&key).await.unwrap();
    assert!(matches!(documents.get(&key, 100).await, Err(StoreError::NotFound)));
}

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_day_s_text_messages_are_taken_one_by_one_and_no_more() {
    let door = Door::open().await;
    let (quotas, tenant) = (quotas(&door), TenantId::parse("demo").unwrap());
    let now = Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").unwrap();
    let takes = (0..32).map(|_| {
        let (quotas, tenant) = (Arc::clone(&quotas), tenant.clone());
        tokio::spawn(async move { quotas.take(&Quotas::text_messages(&tenant), 10, DAY, now).await.unwrap() })
    });
    let mut left = 0;
    for take in takes.collect::<Vec<_>>() {
        left += u32::from(take.await.unwrap() == Quota::Left);
    }
    assert_eq!(left, 10, "of thirty-two at the same moment");
    let spent = quotas.take(&Quotas::text_messages(&tenant), 10, DAY, now).await.unwrap();
    assert_eq!(spent, Quota::Spent { retry_after: Duration::from_hours(14) });
    let other = TenantId::parse("other").unwrap();
    assert_eq!(quotas.take(&Quotas::text_messages(&other), 10, DAY, now).await.unwrap(), Quota::Left);
    let tomorrow = now.plus(Duration::from_hours(14));
    assert_eq!(quotas.take(&Quotas::text_messages(&tenant), 10, DAY, tomorrow).await.unwrap(), Quota::Left);
    assert!(matches!(
        quotas.take(&Quotas::text_messages(&other), 0, DAY, now).await.unwrap(),
        Quota::Spent { .. }
    ));
}

#[tokio::test]
async fn text_messages_that_nobody_answers_stop_for_a_tenant_and_a_block_of_numbers() {
    let door = Door::open().await;
    let (quotas, tenant) = (quotas(&door), TenantId::parse("demo").unwrap());
    let now = Timestamp::parse_rfc3339("2026-11-21T10:05:00Z").unwrap();
    let number = |text: &str| PhoneNumber::parse(text).unwrap();
    let (pumped, honest) = (number("+393123456789"), number("+33612345678"));
    for count in 0..50 {
        assert!(!quotas.is_text_traffic_suspicious(&tenant, &pumped, now).await.unwrap(), "{count}");
        quotas.count_text_sent(&tenant, &pumped, now).await.unwrap();
        quotas.count_text_sent(&tenant, &honest, now).await.unwrap();
        if count % 3 == 0 {
            quotas.count_text_verified(&tenant, &honest, now).await.unwrap();
        }
    }
    let stopped = |tenant: TenantId, number: PhoneNumber, now: Timestamp| {
        let quotas = Arc::clone(&quotas);
        async move { quotas.is_text_traffic_suspicious(&tenant, &number, now).await.unwrap() }
    };
    assert!(stopped(tenant.clone(), pumped.clone(), now).await);
    assert!(stopped(tenant.clone(), number("+393123456700"), now).await, "the whole block");
    assert!(!stopped(tenant.clone(), honest, now).await);
    assert!(!stopped(tenant.clone(), number("+393113456789"), now).await, "another block");
    assert!(!stopped(TenantId::parse("other").unwrap(), pumped.clone(), now).await, "another tenant");
    assert!(stopped(tenant.clone(), pumped.clone(), now.plus(Duration::from_hours(1))).await);
    assert!(!stopped(tenant, pumped, now.plus(Duration::from_hours(2))).await);
}

/// The counters as a function that has a secret for them sees them.
fn quotas(door: &Door) -> Arc<Quotas> {
    let (env, aws) = (environment(door, "VerifyDocumentFunction"), door.cloud.aws());
    Arc::new(Quotas::new(aws.dynamodb(), env.required("REQUESTS_TABLE").unwrap(), b"key"))
}
