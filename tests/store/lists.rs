//! Lists of which little is wanted.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::TenantId;
use domain::request::AnyRequest;
use tests::{CONTRACT, Door, ada};

use super::{id, requests};

/// As many requests beside the one that there is: the same, under other names.
async fn copies(door: &Door, request: &str, count: u32) {
    let (client, table) = (door.cloud.aws().dynamodb(), "Requests");
    let text = |text: String| AttributeValue::S(text);
    let found = client
        .get_item()
        .table_name(table)
        .key("pk", text(format!("REQUEST#{request}")))
        .key("sk", text("REQUEST".to_owned()))
        .send();
    let item: HashMap<String, AttributeValue> = found.await.unwrap().item.unwrap();
    let place = item["tenant_sk"].as_s().unwrap().clone();
    for number in 0..count {
        let name = format!("{number:024x}");
        let mut copy = item.clone();
        copy.insert("pk".to_owned(), text(format!("REQUEST#{name}")));
        copy.insert("id".to_owned(), text(name.clone()));
        copy.insert("tenant_sk".to_owned(), text(place.replace(request, &name)));
        let _put = client.put_item().table_name(table).set_item(Some(copy)).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_list_of_which_little_is_wanted_ends_and_tells_where_it_goes_on() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    // Names that sort before any that chance makes stand behind it in a list of the same instant.
    copies(&door, &ceremony.id, 5100).await;
    let (requests, tenant) = (requests(&door).await, TenantId::parse("demo").unwrap());
    let last = id(&format!("{:024x}", 0));
    let is_last = |it: &AnyRequest| it.facts().id == last;
    let first = requests.list(&tenant, is_last, None, (0, 10)).await.unwrap();
    assert_eq!((first.requests.len(), first.next.is_some(), first.is_cut), (0, true, false));
    let next = requests.list(&tenant, is_last, first.next.as_deref(), (0, 10)).await.unwrap();
    assert_eq!((next.requests.len(), next.next), (1, None));
    let skipped = requests.list(&tenant, is_last, None, (1, 10)).await.unwrap();
    assert!(skipped.is_cut, "what is to be skipped was not all seen");
    let all = requests.list(&tenant, |_| true, None, (5050, 100)).await.unwrap();
    assert_eq!((all.requests.len(), all.next), (51, None), "what all fits is skipped as far as one likes");
}
