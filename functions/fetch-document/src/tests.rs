#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use serde_json::Value;
use shared::edge::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const OBJECT: &str = "incoming/demo/6564a1b2c3d4e5f607182930/0102030405060708090a0b0c";

/// A request as a server on this machine read it: its first line, and its body.
type Received = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A server that gives one of these statuses after the other, the last for ever, and keeps what it read.
async fn server(statuses: &'static [u16], body: &'static [u8]) -> (SocketAddr, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, received) = (listener.local_addr().unwrap(), Received::default());
    let kept = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let Ok(request) = read(&mut stream).await else { continue };
            let count = kept.lock().unwrap().len();
            kept.lock().unwrap().push(request);
            let status = statuses[count.min(statuses.len() - 1)];
            let head =
                format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
        }
    });
    (address, received)
}

async fn read(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let headers: HashMap<String, &str> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    if headers.contains_key("expect") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let once = headers.get("if-none-match").unwrap_or(&"");
    Ok((format!("{} {once}", head.lines().next().unwrap()), body))
}

async fn invoke(bucket: SocketAddr, url: &str) -> Value {
    let aws = aws(bucket);
    let env = Env::from_pairs([("DOCUMENTS_BUCKET", "documents"), ("ALLOW_LOOPBACK", "true")]);
    let invocation = Invocation {
        now: aws.clock.now(),
        begun_at: aws.clock.now(),
        deadline: aws.clock.now(),
        request_id: "1".to_owned(),
        seed: None,
    };
    function(&env, &aws).await.unwrap().invoke(event(url), invocation).await.unwrap()
}

fn aws(bucket: SocketAddr) -> Aws {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Aws::new(sdk, Some(format!("http://{bucket}")), Clock::system())
}

fn event(url: &str) -> Value {
    json!({"Records": [{
        "eventID": "1",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_286_165,
            "Keys": {
                "pk": {"S": "REQUEST#6564a1b2c3d4e5f607182930"},
                "sk": {"S": "FETCH#0102030405060708090a0b0c"}
            },
            "NewImage": {
                "pk": {"S": "REQUEST#6564a1b2c3d4e5f607182930"},
                "sk": {"S": "FETCH#0102030405060708090a0b0c"},
                "tenant": {"S": "demo"},
                "url": {"S": url},
                "object": {"S": OBJECT}
            },
            "SequenceNumber": "111",
            "SizeBytes": 300,
            "StreamViewType": "NEW_AND_OLD_IMAGES"
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:000000000000:table/requests/stream/1"
    }]})
}

fn failure_in(stored: &Received) -> Value {
    let stored = stored.lock().unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].0, format!("PUT /documents/{OBJECT}.failed?x-id=PutObject HTTP/1.1 *"));
    serde_json::from_slice(&stored[0].1).unwrap()
}

#[tokio::test]
async fn a_document_is_put_once_where_documents_arrive() {
    let (origin, _) = server(&[200], b"%PDF-1.7").await;
    let (bucket, stored) = server(&[200], b"").await;
    let reply = invoke(bucket, &format!("http://{origin}/contract.pdf")).await;
    assert_eq!(reply, json!({"batchItemFailures": []}));
    let stored = stored.lock().unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].0, format!("PUT /documents/{OBJECT}?x-id=PutObject HTTP/1.1 *"));
    assert_eq!(stored[0].1, b"%PDF-1.7");
}

#[tokio::test]
async fn a_second_delivery_writes_nothing_and_succeeds() {
    let (origin, _) = server(&[200], b"%PDF-1.7").await;
    let exists = b"<Error><Code>PreconditionFailed</Code></Error>";
    let (bucket, stored) = server(&[412], exists).await;
    let reply = invoke(bucket, &format!("http://{origin}/contract.pdf")).await;
    assert_eq!(reply, json!({"batchItemFailures": []}));
    assert_eq!(stored.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_passing_failure_is_waited_for() {
    let (origin, asked) = server(&[503, 200], b"%PDF-1.7").await;
    let (bucket, stored) = server(&[200], b"").await;
    invoke(bucket, &format!("http://{origin}/contract.pdf")).await;
    assert_eq!(asked.lock().unwrap().len(), 2);
    assert_eq!(stored.lock().unwrap()[0].1, b"%PDF-1.7");
}

#[tokio::test]
async fn a_lasting_failure_is_stored_as_the_answer() {
    let (origin, asked) = server(&[503], b"").await;
    let (bucket, stored) = server(&[200], b"").await;
    let reply = invoke(bucket, &format!("http://{origin}/contract.pdf?token=hush")).await;
    assert_eq!(reply, json!({"batchItemFailures": []}));
    assert_eq!(asked.lock().unwrap().len(), 3);
    let sentence = "The document's address cannot be read: the server answered with status 503.";
    assert_eq!(failure_in(&stored), json!({"number": 225, "sentence": sentence}));
}

#[tokio::test]
async fn an_address_of_the_inside_is_not_asked() {
    for url in ["https://169.254.169.254/latest/", "http://example.com/contract.pdf", "nonsense"] {
        let (bucket, stored) = server(&[200], b"").await;
        invoke(bucket, url).await;
        let failure = failure_in(&stored);
        assert_eq!(failure["number"], 225);
        let sentence = failure["sentence"].as_str().unwrap();
        assert!(
            sentence.starts_with("The document's address cannot be read: the address is refused: "),
            "{sentence}"
        );
    }
}

#[tokio::test]
async fn a_bucket_that_is_away_has_the_record_delivered_again() {
    let (origin, _) = server(&[200], b"%PDF-1.7").await;
    let (bucket, _) = server(&[403], b"<Error><Code>AccessDenied</Code></Error>").await;
    let reply = invoke(bucket, &format!("http://{origin}/contract.pdf")).await;
    assert_eq!(reply, json!({"batchItemFailures": [{"itemIdentifier": "111"}]}));
}

#[tokio::test]
async fn a_missing_bucket_is_noticed_at_start() {
    let aws = aws(SocketAddr::from(([127, 0, 0, 1], 9)));
    let missing = function(&Env::from_pairs([("ALLOW_LOOPBACK", "false")]), &aws).await;
    assert!(matches!(missing, Err(ConfigError::Missing { name: "DOCUMENTS_BUCKET" })));
}

#[tokio::test]
async fn this_machine_is_fetched_from_only_where_that_is_allowed() {
    let (origin, asked) = server(&[200], b"%PDF-1.7").await;
    let (bucket, stored) = server(&[200], b"").await;
    let aws = aws(bucket);
    let env = Env::from_pairs([("DOCUMENTS_BUCKET", "documents"), ("ALLOW_LOOPBACK", "false")]);
    let invocation = Invocation {
        now: aws.clock.now(),
        begun_at: aws.clock.now(),
        deadline: aws.clock.now(),
        request_id: "1".to_owned(),
        seed: None,
    };
    let function = function(&env, &aws).await.unwrap();
    function.invoke(event(&format!("http://{origin}/contract.pdf")), invocation).await.unwrap();
    let sentence =
        "The document's address cannot be read: the address is refused: the host is not a public one.";
    assert_eq!(failure_in(&stored)["sentence"], sentence);
    assert!(asked.lock().unwrap().is_empty());
}
