#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::*;
use crate::outbound::stranger::Server;

const SHORT: Limits = Limits {
    connect: Duration::from_millis(400),
    deliver: Duration::from_millis(400),
    fetch: Duration::from_millis(400),
    post: Duration::from_millis(400),
};

fn local() -> Outbound {
    resolving(Reach::AllowLoopback, |_| Vec::new())
}

/// A client whose names resolve to what `answers` says at the nth look-up.
fn resolving(reach: Reach, answers: impl Fn(usize) -> Vec<SocketAddr> + Send + Sync + 'static) -> Outbound {
    let count = AtomicUsize::new(0);
    let lookup: Lookup = Arc::new(move |_| {
        let found = answers(count.fetch_add(1, Ordering::SeqCst));
        Box::pin(async move { Ok(found) })
    });
    Outbound::build(reach, Transport::Secure, SHORT, &lookup).unwrap()
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn post(outbound: &Outbound, url: &str, headers: &[(&str, &str)]) -> Result<u16, CallError> {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    outbound.post(url, &headers, "application/json", "{}").await
}

#[tokio::test]
async fn a_file_arrives_as_it_was_sent() {
    let server = Server::of(ok("%PDF-1.7 exactly")).await;
    let file = local().fetch(&server.url(), 16).await.unwrap();
    assert_eq!(file.as_ref(), b"%PDF-1.7 exactly");
    let head = server.heads()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /contract.pdf?token=hush http/1.1\r\n"), "{head}");
    assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
    for absent in ["cookie", "authorization", "referer"] {
        assert!(!head.contains(absent), "{head}");
    }
}

#[tokio::test]
async fn a_file_that_is_too_long_is_refused_before_it_is_read() {
    let server = Server::of(ok("%PDF-1.7 exactly!")).await;
    assert!(matches!(local().fetch(&server.url(), 16).await, Err(FetchError::TooLarge { max_bytes: 16 })));
    let promise = "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n%PDF-";
    let server = Server::of(promise).await;
    assert!(matches!(local().fetch(&server.url(), 16).await, Err(FetchError::TooLarge { .. })));
}

#[tokio::test]
async fn an_endless_file_is_cut_off() {
    let server = Server::start(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await?;
        loop {
            stream.write_all(format!("1000\r\n{}\r\n", "x".repeat(0x1000)).as_bytes()).await?;
        }
    })
    .await;
    let error = local().fetch(&server.url(), 100_000).await.unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { .. }), "{error:?}");
    assert!(!error.is_temporary());
}

#[tokio::test]
async fn a_server_that_drips_runs_out_of_time() {
    let head = Server::start(|mut stream| async move {
        for byte in "HTTP/1.1 200 OK\r\nX-Slow: yes\r\n".bytes().cycle() {
            stream.write_all(&[byte]).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    })
    .await;
    let body = Server::start(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").await?;
        loop {
            stream.write_all(b"x").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    for server in [head, body] {
        let error = local().fetch(&server.url(), 100_000).await.unwrap_err();
        assert!(matches!(error, FetchError::Call(CallError::TimedOut)), "{error:?}");
        assert!(error.is_temporary());
    }
}

#[tokio::test]
async fn a_file_shorter_than_promised_is_no_file() {
    let server = Server::of("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n%PDF-1.7").await;
    let error = local().fetch(&server.url(), 1000).await.unwrap_err();
    assert!(matches!(error, FetchError::Call(CallError::Broken { .. })), "{error:?}");
    assert!(error.is_temporary());
}

#[tokio::test]
async fn what_is_not_http_is_no_file() {
    for answer in
        ["SSH-2.0-OpenSSH_9.9\r\n", "", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"]
    {
        let server = Server::of(answer).await;
        let error = local().fetch(&server.url(), 1000).await.unwrap_err();
        assert!(matches!(error, FetchError::Call(CallError::Broken { .. })), "{answer:?} {error:?}");
    }
}

#[tokio::test]
async fn a_compressed_file_is_not_unpacked() {
    for encoding in ["gzip", "br", "identity, gzip"] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: 4\r\n\r\n");
        let server = Server::of([head.as_bytes(), b"\x1f\x8b\x08\x00"].concat()).await;
        assert!(matches!(local().fetch(&server.url(), 1000).await, Err(FetchError::Encoded)), "{encoding}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let inside = Server::of(ok("inside")).await;
    for status in [301, 302, 303, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} Moved\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", inside.url());
        let server = Server::of(answer).await;
        let error = local().fetch(&server.url(), 1000).await.unwrap_err();
        assert!(matches!(error, FetchError::Status(found) if found == status), "{error:?}");
        assert!(!error.is_temporary());
        assert_eq!(post(&local(), &server.url(), &[]).await.unwrap(), status);
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_status_says_whether_to_try_again() {
    for (status, is_temporary) in
        [(204, false), (206, false), (403, false), (404, false), (429, true), (503, true)]
    {
        let server = Server::of(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n")).await;
        let error = local().fetch(&server.url(), 1000).await.unwrap_err();
        assert!(matches!(error, FetchError::Status(found) if found == status), "{error:?}");
        assert_eq!(error.is_temporary(), is_temporary, "{status}");
    }
}

#[tokio::test]
async fn errors_repeat_nothing_of_the_address() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let broken = Server::of("nonsense\r\n\r\n").await;
    let url = format!("http://{closed}/contract.pdf?token=hush");
    let error = local().fetch(&url, 1000).await.unwrap_err();
    assert!(matches!(error, FetchError::Call(CallError::NoConnection { .. })), "{error:?}");
    for error in [error, local().fetch(&broken.url(), 1000).await.unwrap_err()] {
        let mut texts = vec![format!("{error:?}"), error.to_string()];
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            texts.push(error.to_string());
            source = error.source();
        }
        for text in texts {
            assert!(!text.contains("hush") && !text.contains("contract"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_name_that_turns_inward_is_not_called() {
    let sentinel = Server::of(ok("inside")).await;
    let inside = sentinel.address();
    let private: SocketAddr = "10.0.0.1:443".parse().unwrap();
    let public: SocketAddr = "1.1.1.1:443".parse().unwrap();
    let inward =
        [vec![inside], vec![public, inside], vec![inside, public], vec![private], vec![public, private]];
    for answers in inward {
        let outbound = resolving(Reach::PublicOnly, move |_| answers.clone());
        let error = outbound.fetch("https://rebind.example/", 1000).await.unwrap_err();
        let is_refused = matches!(error, FetchError::Call(CallError::Refused(AddressRefusal::NotPublic)));
        assert!(is_refused && !error.is_temporary(), "{error:?}");
        let error = post(&outbound, "https://rebind.example/", &[]).await.unwrap_err();
        assert!(matches!(error, CallError::Refused(AddressRefusal::NotPublic)), "{error:?}");
    }
    assert_eq!(sentinel.connections(), 0);
    // The same answers do lead to the sentinel where loopback is allowed; it speaks no TLS.
    let outbound = resolving(Reach::AllowLoopback, move |_| vec![inside]);
    assert!(outbound.fetch("https://rebind.example/", 1000).await.is_err());
    assert_eq!(sentinel.connections(), 1);
}

#[tokio::test]
async fn a_name_is_checked_again_at_every_call() {
    let server = Server::of(ok("mine")).await;
    let inside = server.address();
    let outbound = resolving(Reach::AllowLoopback, move |count| match count {
        0 => vec![inside],
        _ => vec![inside, "10.0.0.1:80".parse().unwrap()],
    });
    assert_eq!(outbound.fetch("http://localhost/", 1000).await.unwrap().as_ref(), b"mine");
    let error = outbound.fetch("http://localhost/", 1000).await.unwrap_err();
    assert!(matches!(error, FetchError::Call(CallError::Refused(AddressRefusal::NotPublic))), "{error:?}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_name_that_flips_inward_between_calls_is_not_called() {
    let sentinel = Server::of(ok("inside")).await;
    let inside = sentinel.address();
    // Whether the first call meets anybody does not matter: it is not refused, and those after it are.
    let outbound = resolving(Reach::AllowLoopback, move |count| match count {
        0 => vec!["1.1.1.1:1".parse().unwrap()],
        _ => vec!["10.0.0.1:1".parse().unwrap(), inside],
    });
    let port = inside.port();
    for call in 0..3 {
        let url = format!("https://rebind.example:{port}/");
        let error = post(&outbound, &url, &[]).await.unwrap_err();
        let is_refused = matches!(error, CallError::Refused(AddressRefusal::NotPublic));
        assert_eq!(is_refused, call > 0, "{error:?}");
    }
    let outbound = resolving(Reach::PublicOnly, move |count| match count {
        0 => vec!["1.1.1.1:1".parse().unwrap()],
        _ => vec![inside],
    });
    for call in 0..3 {
        let error = outbound.deliver("https://rebind.example/", &BTreeMap::new(), "text/plain", "x").await;
        let is_refused = matches!(error, Err(CallError::Refused(AddressRefusal::NotPublic)));
        assert_eq!(is_refused, call > 0, "{error:?}");
    }
    assert_eq!(sentinel.connections(), 0);
}

#[tokio::test]
async fn a_server_says_when_it_wants_to_be_asked_again() {
    let at = Timestamp::parse_rfc3339("2026-11-22T09:00:00Z").unwrap();
    for (value, expected) in [
        ("120", Some(RetryAfter::In(Duration::from_mins(2)))),
        ("99999999999999999999", Some(RetryAfter::In(Duration::from_secs(u64::from(u32::MAX))))),
        ("Sun, 22 Nov 2026 09:00:00 GMT", Some(RetryAfter::At(at))),
        ("soon", None),
        ("-1", None),
        ("", None),
    ] {
        let server =
            Server::of(format!("HTTP/1.1 503 X\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n")).await;
        let answered = local().deliver(&server.url(), &BTreeMap::new(), "text/plain", "x").await.unwrap();
        assert_eq!((answered.status, answered.retry_after), (503, expected), "{value}");
    }
}

#[tokio::test]
async fn plain_http_stays_on_this_machine_whatever_a_name_says() {
    let outbound = resolving(Reach::AllowLoopback, |_| vec!["1.1.1.1:80".parse().unwrap()]);
    let error = outbound.fetch("http://localhost/", 1000).await.unwrap_err();
    assert!(matches!(error, FetchError::Call(CallError::Refused(AddressRefusal::NotPublic))), "{error:?}");
}

#[tokio::test]
async fn an_address_in_the_url_is_checked_without_a_resolver() {
    let sentinel = Server::of(ok("inside")).await;
    let port = sentinel.address().port();
    let outbound = Outbound::new(Reach::PublicOnly).unwrap();
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]", "0"] {
        for scheme in ["http", "https"] {
            let error = outbound.fetch(&format!("{scheme}://{host}:{port}/"), 1000).await.unwrap_err();
            assert!(matches!(error, FetchError::Call(CallError::Refused(_))), "{error:?}");
        }
    }
    assert_eq!(sentinel.connections(), 0);
}

#[tokio::test]
async fn a_post_carries_its_headers_and_gives_the_status() {
    let server = Server::of("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno").await;
    let status =
        post(&local(), &server.url(), &[("X-Webhook-Secret", "s3cret"), ("content-type", "text/x")]).await;
    assert_eq!(status.unwrap(), 500);
    let head = server.heads()[0].to_ascii_lowercase();
    assert!(head.starts_with("post /contract.pdf?token=hush http/1.1\r\n"), "{head}");
    for line in ["x-webhook-secret: s3cret", "content-type: application/json", "content-length: 2"] {
        assert!(head.contains(&format!("{line}\r\n")), "{head}");
    }
    assert!(!head.contains("text/x"), "{head}");
}

#[tokio::test]
async fn a_header_that_would_change_the_message_is_refused() {
    let server = Server::of(ok("")).await;
    for (name, value) in [
        ("Host", "example.com"),
        ("content-length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "keep-alive"),
        ("X-A\r\nX-B", "c"),
        ("X-A", "b\r\nX-C: d"),
        ("X-A", "b\u{0}"),
        ("", "b"),
    ] {
        let error = post(&local(), &server.url(), &[(name, value)]).await.unwrap_err();
        assert!(matches!(error, CallError::HeaderRefused), "{name:?}");
        assert!(!error.is_temporary());
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_body_of_an_answer_does_not_hold_a_post_up() {
    let server = Server::start(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n").await?;
        loop {
            stream.write_all(format!("1000\r\n{}\r\n", "x".repeat(0x1000)).as_bytes()).await?;
        }
    })
    .await;
    assert_eq!(post(&local(), &server.url(), &[]).await.unwrap(), 202);
    let silent = Server::start(|stream| async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop(stream);
        Ok(())
    })
    .await;
    assert!(matches!(post(&local(), &silent.url(), &[]).await, Err(CallError::TimedOut)));
}

#[tokio::test]
async fn a_signed_answer_may_come_by_http_but_from_no_private_host() {
    let server = Server::of(ok("signed")).await;
    let outbound = Outbound::for_signed_answers(Reach::AllowLoopback).unwrap();
    let answer = outbound.ask(&server.url(), "application/timestamp-query", "question", 16).await.unwrap();
    assert_eq!(answer.as_ref(), b"signed");
    assert_eq!(server.bodies(), ["question"]);
    assert!(server.heads()[0].to_ascii_lowercase().contains("content-type: application/timestamp-query\r\n"));

    let lookup: Lookup = Arc::new(|_| Box::pin(async { Ok(vec![SocketAddr::from(([10, 0, 0, 1], 80))]) }));
    let outbound = Outbound::build(Reach::PublicOnly, Transport::Any, SHORT, &lookup).unwrap();
    for url in ["http://tsa.example.com/", "https://tsa.example.com/", "http://10.0.0.1/", &server.url()] {
        let refused = outbound.ask(url, "application/timestamp-query", "question", 16).await;
        assert!(
            matches!(refused, Err(FetchError::Call(CallError::Refused(AddressRefusal::NotPublic)))),
            "{refused:?}"
        );
    }
    let elsewhere = outbound.ask("http://tsa.example.com:8080/", "text/plain", "question", 16).await;
    assert!(matches!(elsewhere, Err(FetchError::Call(CallError::Refused(AddressRefusal::Port)))));
}
