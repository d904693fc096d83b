//! Events come twice, late and out of order; processes stop between any two steps.

use local::{Extent, Fault, Options};
use serde_json::json;
use tests::{CONTRACT, Ceremony, Door, ada, grace, judge_signed};

/// What a story leaves behind, in an order that does not depend on chance.
async fn outcome(door: &Door, ceremony: &Ceremony) -> (String, Vec<String>, usize) {
    let mut evidence = ceremony.evidence().await;
    evidence.sort();
    let signed = ceremony.document("signedDocument").await.expect(200).body;
    judge_signed(&door.cloud, CONTRACT, &signed, 3).await;
    (ceremony.state().await, evidence, door.cloud.outbox().len())
}

#[tokio::test]
async fn repeated_and_reordered_events_change_nothing() {
    let mut outcomes = Vec::new();
    for (duplicate, shuffle) in [(1, None), (2, None), (5, None), (1, Some(1)), (2, Some(2)), (5, Some(3))] {
        let door = Door::open_with(Options { duplicate, shuffle, ..Options::default() }).await;
        let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
        ceremony.sign_all().await;
        door.advance(std::time::Duration::from_mins(5)).await;
        outcomes.push(outcome(&door, &ceremony).await);
    }
    for other in &outcomes[1..] {
        assert_eq!(other, &outcomes[0]);
    }
    assert_eq!(outcomes[0].2, 6, "two invitations, two codes, two completions");
}

#[tokio::test]
async fn a_schedule_that_fires_more_than_once_expires_a_request_once() {
    for (duplicate, shuffle) in [(1, None), (2, Some(4)), (5, Some(5))] {
        let door = Door::open_with(Options { duplicate, shuffle, ..Options::default() }).await;
        let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
        let _signed = ceremony.sign(ada()).await.expect(200);
        door.advance(std::time::Duration::from_hours(31 * 24)).await;
        assert_eq!(ceremony.state().await, "EXPIRED");
        let evidence = ceremony.evidence().await;
        assert_eq!(evidence.iter().filter(|it| *it == "RequestExpired").count(), 1, "{evidence:?}");
        assert_eq!(evidence.iter().filter(|it| *it == "RevisionSealed").count(), 1, "{evidence:?}");
        assert_eq!(door.cloud.outbox().len(), 5, "two invitations, a code, two words of the end");
    }
}

#[tokio::test]
async fn a_restart_between_any_two_steps_changes_nothing() {
    const STEPS: usize = 12;
    let mut outcomes = Vec::new();
    for restart_before in 0..=STEPS {
        let mut door = Door::open().await;
        let people = [ada(), grace()];
        let mut ceremony: Option<Ceremony> = None;
        let mut shown = String::new();
        for step in 0..STEPS {
            if step == restart_before {
                let here = ceremony.take();
                let id = here.as_ref().map(|it| it.id.clone());
                drop(here);
                door = door.restart().await;
                ceremony = id.map(|id| Ceremony::new(door.clone(), id, &people));
            }
            let person = if step < 6 { ada() } else { grace() };
            match (step, &ceremony) {
                (0, None) => {
                    let answer = door.post("/EU-SES", &tests::body(CONTRACT, &people)).await.expect(200);
                    ceremony = Some(Ceremony::new(door.clone(), answer.text("/data/id"), &people));
                }
                (1 | 5 | 6 | 10 | 11, _) => door.settle().await,
                (2 | 7, Some(it)) => shown = it.read(person).await,
                (3 | 8, Some(it)) => {
                    let _sent = it.ask(person, &shown).await.expect(202);
                }
                (4 | 9, Some(it)) => {
                    let _signed = it.answer(person, &shown, &it.code(person)).await.expect(200);
                }
                other => panic!("no such step: {other:?}"),
            }
        }
        let ceremony = ceremony.unwrap();
        outcomes.push(outcome(&door, &ceremony).await);
    }
    for (restart_before, other) in outcomes.iter().enumerate() {
        assert_eq!(other, outcomes.last().unwrap(), "restart before step {restart_before}");
    }
}

#[tokio::test]
async fn a_settled_message_stays_settled() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let sent = door.cloud.outbox().len();
    door.advance(std::time::Duration::from_mins(10)).await;
    assert_eq!(door.cloud.outbox().len(), sent);
    let evidence = ceremony.evidence().await;
    assert_eq!(evidence.iter().filter(|it| *it == "MessageSent").count(), 1);
    assert!(!evidence.contains(&"MessageAmbiguous".to_owned()));
}

#[tokio::test]
async fn a_code_of_which_nobody_knows_whether_it_was_sent_is_recorded_so_and_never_sent_again() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    let shown = ceremony.read(grace()).await;
    door.cloud.note_calls();
    let _sent = ceremony.ask(grace(), &shown).await.expect(202);
    let calls = door.cloud.noted_calls();
    let send = calls.iter().position(|it| it.contains("SendEmail")).unwrap();
    // The same calls again; the provider takes the mail, and its answer comes too late.
    let sha256 = ceremony.read(ada()).await;
    let before = ceremony.evidence().await.len();
    door.cloud.fail_at(u64::try_from(send).unwrap() + 1, Fault::Timeout, Extent::Outage);
    let _asked = ceremony.ask(ada(), &sha256).await;
    let failed = door.cloud.failures_made();
    assert!(failed.first().is_some_and(|it| it.contains("SendEmail")), "{failed:?}");
    let mails = door.mails_to(ada().email).len();
    door.cloud.mend();
    door.advance(std::time::Duration::from_mins(10)).await;
    assert_eq!(door.mails_to(ada().email).len(), mails, "nothing is sent again by itself");
    let evidence = ceremony.evidence().await;
    let since = evidence.get(before..).unwrap();
    assert_eq!(since.iter().filter(|it| *it == "MessageAmbiguous").count(), 1, "{since:?}");
}

#[tokio::test]
async fn an_invitation_of_which_nobody_knows_whether_it_was_sent_is_told_and_made_up_for_at_once() {
    let door = Door::open().await;
    // What is read once was read.
    let _first = door.request(CONTRACT, &[ada()]).await;
    door.cloud.note_calls();
    let _other = door.request(CONTRACT, &[ada()]).await;
    let send = door.cloud.noted_calls().iter().position(|it| it.contains("SendEmail")).unwrap();
    door.cloud.fail_at(u64::try_from(send).unwrap() + 1, Fault::Timeout, Extent::Outage);
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let failed = door.cloud.failures_made();
    assert!(failed.first().is_some_and(|it| it.contains("SendEmail")), "{failed:?}");
    door.cloud.mend();
    door.advance(std::time::Duration::from_mins(10)).await;
    assert_eq!(ceremony.detail().await.text("/data/signers/0/delivery/state"), "unknown");
    let mails = door.mails_to(ada().email).len();
    let remind = format!("/signatures/{}/remind", ceremony.id);
    let _reminded = door.post(&remind, &json!({})).await.expect(200);
    door.settle().await;
    assert_eq!(door.mails_to(ada().email).len(), mails + 1);
    let early = door.post(&remind, &json!({})).await;
    assert_eq!(early.status, 429, "that one left");
}
