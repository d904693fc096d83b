//! Store operations against the emulated table, conflict included.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use domain::request::AnyRequest;
use domain::{Actor, Cause, RequestId, TenantId};
use shared::edge::{Env, Supply, system_rng};
use shared::store::{DocumentKeys, Requests, StoreError, WriteOnce};
use tests::{CONTRACT, Door, ada};

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
    let winner = first.cancel(&mut cause).unwrap();
    let loser = second.cancel(&mut cause).unwrap();
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
