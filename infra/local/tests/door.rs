//! The front door: the authorizer, the limits, presigned links on a socket, and the end of a service.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod support;

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use bytes::Bytes;
use http::{Request, Response};
use local::{Cloud, LARGEST_BODY_BYTES, LARGEST_PAYLOAD_BYTES, Options};
use serde_json::{Value, json};
use support::World;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

async fn send(cloud: &Cloud, method: &str, path: &str, key: Option<&str>, body: Vec<u8>) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:3000");
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    cloud.invoke_http(request.body(body.into()).unwrap()).await
}

fn parsed(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn the_authorizer_opens_and_closes_the_door() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    for (key, status) in
        [(None, 401), (Some("unknown"), 401), (Some("bad"), 403), (Some("odd"), 500), (Some("good"), 200)]
    {
        let response = send(&cloud, "GET", "/closed/1", key, Vec::new()).await;
        assert_eq!(response.status().as_u16(), status, "{key:?}");
    }
    let reply = parsed(&send(&cloud, "GET", "/closed/2", Some("good"), Vec::new()).await);
    assert_eq!(reply["authorizer"]["tenant"], "demo");
    assert_eq!(reply["authorizer"]["principalId"], "key-1");
}

#[tokio::test]
async fn the_authorizer_is_asked_again_when_its_answer_is_old() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    for _ in 0..3 {
        send(&cloud, "GET", "/closed/1", Some("good"), Vec::new()).await;
    }
    assert_eq!(world.events("AuthorizeFunction").len(), 1);
    cloud.advance(Duration::from_secs(61)).await.unwrap();
    send(&cloud, "GET", "/closed/1", Some("good"), Vec::new()).await;
    assert_eq!(world.events("AuthorizeFunction").len(), 2);
}

#[tokio::test]
async fn bodies_over_the_limits_and_unknown_routes_are_answered_by_the_gateway() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    let reply = send(&cloud, "POST", "/open", None, b"hi".to_vec()).await;
    assert_eq!(parsed(&reply)["body"], "hi");
    let reply = send(&cloud, "POST", "/open", None, b"\xff".to_vec()).await;
    assert_eq!(parsed(&reply)["body"], "/w==");
    // Base64 makes four bytes of three, so the payload's limit is reached sooner by what is no text.
    for (byte, size) in
        [(0xff, LARGEST_PAYLOAD_BYTES / 4 * 3), (b'x', LARGEST_PAYLOAD_BYTES), (b'x', LARGEST_BODY_BYTES + 1)]
    {
        let reply = send(&cloud, "POST", "/open", None, vec![byte; size]).await;
        assert_eq!(reply.status().as_u16(), 413, "{size}");
        assert_eq!(parsed(&reply)["title"], "Request Too Long");
    }
    for (byte, size) in [(0xff, 4 << 20), (b'x', 5_800_000)] {
        let large = send(&cloud, "POST", "/open", None, vec![byte; size]).await;
        assert_eq!(large.status().as_u16(), 200, "{size}");
    }
    assert_eq!(send(&cloud, "GET", "/open", None, Vec::new()).await.status().as_u16(), 403);
    assert_eq!(send(&cloud, "GET", "/crash", None, Vec::new()).await.status().as_u16(), 502);
}

/// A service on a free port; what it returns ends it.
async fn serve(world: &World) -> (Cloud, String, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let cloud = world.boot(Options { public_url: url.clone(), ..Options::default() }).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let served = cloud.clone();
    let task = tokio::spawn(async move {
        let stop = async { stopped.await.unwrap_or(()) };
        local::serve(served, listener, stop).await.unwrap();
    });
    (cloud, url, stop, task)
}

fn link_for(cloud: &Cloud, seconds: u64) -> PresigningConfig {
    let now =
        std::time::UNIX_EPOCH + Duration::from_millis(cloud.clock().now().unix_ms().try_into().unwrap());
    PresigningConfig::builder().start_time(now).expires_in(Duration::from_secs(seconds)).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presigned_links_work_on_the_port_until_they_end() {
    let world = World::new();
    let (cloud, url, stop, task) = serve(&world).await;
    let s3 = cloud.aws().s3();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();

    let put = s3.put_object().bucket("docs").key("incoming/ü 1.pdf").content_type("application/pdf");
    let put = put.presigned(link_for(&cloud, 300)).await.unwrap();
    assert!(put.uri().starts_with(&url));
    let upload = |kind: &'static str| client.put(put.uri()).header("content-type", kind).body("%PDF").send();
    assert_eq!(upload("text/html").await.unwrap().status(), 403);
    assert_eq!(upload("application/pdf").await.unwrap().status(), 200);

    let get = s3
        .get_object()
        .bucket("docs")
        .key("incoming/ü 1.pdf")
        .presigned(link_for(&cloud, 300))
        .await
        .unwrap();
    let got = client.get(get.uri()).send().await.unwrap();
    assert_eq!(got.headers()["content-type"], "application/pdf");
    assert_eq!(got.text().await.unwrap(), "%PDF");
    let forged = get.uri().replace("incoming", "outgoing");
    assert_eq!(client.get(forged).send().await.unwrap().status(), 403);

    // The notification is delivered in the background, without anyone settling.
    for _ in 0..200 {
        if !world.events("ObjectsFunction").is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(world.events("ObjectsFunction").len(), 1);

    cloud.clock().shift(301_000);
    let late = client.get(get.uri()).send().await.unwrap();
    assert_eq!(late.status(), 403);
    assert!(late.text().await.unwrap().contains("expired"));
    let fresh =
        s3.get_object().bucket("docs").key("incoming/ü 1.pdf").presigned(link_for(&cloud, 5)).await.unwrap();
    assert_eq!(client.get(fresh.uri()).send().await.unwrap().status(), 200);

    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_and_the_limits_answer_on_the_port() {
    let world = World::new();
    let (cloud, url, stop, task) = serve(&world).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let sns = aws_sdk_sns::Client::new(&cloud.aws().sdk);
    sns.publish().phone_number("+390550000000").message("<code>").send().await.unwrap();
    let outbox: Value = serde_json::from_str(
        &client.get(format!("{url}/_local/outbox.json")).send().await.unwrap().text().await.unwrap(),
    )
    .unwrap();
    assert_eq!(outbox[0]["channel"], "sms");
    assert_eq!(outbox.as_array().unwrap().len(), 1);
    let page = client.get(format!("{url}/_local/outbox")).send().await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.text().await.unwrap().contains("&lt;code&gt;"));
    let echoed = client.post(format!("{url}/open")).body("hi").send().await.unwrap();
    assert_eq!(echoed.status(), 200);
    let reply: Value = serde_json::from_str(&echoed.text().await.unwrap()).unwrap();
    assert_eq!(reply, json!({ "authorizer": null, "body": "hi" }));
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap();
}
