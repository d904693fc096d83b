//! Messages that no function can work on.

use std::time::Duration;

use tests::Door;

#[tokio::test]
async fn a_message_that_nobody_can_read_ends_among_the_dead_letters() {
    let door = Door::open().await;
    let (queues, sqs) = (&door.cloud.template().queues, door.cloud.aws().sqs());
    let worked: Vec<_> = queues.iter().filter_map(|it| Some((it, it.redrive.clone()?.0))).collect();
    assert_eq!(worked.len(), 3, "seals, webhooks, connectors");
    for (queue, _) in &worked {
        let url = sqs.get_queue_url().queue_name(&queue.name).send().await.unwrap();
        let url = url.queue_url().map(str::to_owned);
        sqs.send_message().set_queue_url(url).message_body(&queue.name).send().await.unwrap();
    }
    door.advance(Duration::from_hours(3)).await;
    for (queue, dead_letters) in &worked {
        assert!(door.cloud.messages(dead_letters).contains(&queue.name), "{}", queue.name);
        assert!(!door.cloud.messages(&queue.name).contains(&queue.name), "{}", queue.name);
    }
}
