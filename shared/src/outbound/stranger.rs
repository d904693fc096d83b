//! A server on this machine, for tests of clients.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Reads each request, then answers as its maker wants.
pub(super) struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Server {
    /// A server that does `answer` on every connection once it has read a request.
    pub(super) async fn start<F>(answer: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = io::Result<()>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (counter, kept, answer) = (Arc::clone(&connections), Arc::clone(&requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                tokio::spawn(async move {
                    let Ok(request) = read(&mut stream).await else { return };
                    kept.lock().unwrap().push(request);
                    // The client may be gone before the answer is complete.
                    let _ = answer(stream).await;
                });
            }
        });
        Self { address, connections, requests }
    }

    /// A server that always answers with these bytes and then closes.
    pub(super) async fn of(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::start(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                stream.write_all(&answer).await?;
                stream.shutdown().await
            }
        })
        .await
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address on it, with a secret in its query.
    pub(super) fn url(&self) -> String {
        format!("http://{}/contract.pdf?token=hush", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn heads(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|(head, _)| head.clone()).collect()
    }

    pub(super) fn bodies(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }
}

/// An answer as AWS writes it.
pub(super) fn aws_answer(status: u16, error: Option<&str>, body: &str) -> String {
    let error = error.map(|code| format!("x-amzn-errortype: {code}\r\n")).unwrap_or_default();
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\n{error}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// What a client of AWS on this machine is configured with.
pub(super) fn aws_config(endpoint: &str) -> aws_types::SdkConfig {
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_sesv2::config::{Credentials, SharedCredentialsProvider};
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .build()
}

/// Head and body of one request.
async fn read(stream: &mut TcpStream) -> io::Result<(String, String)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    Ok((head, String::from_utf8_lossy(&body).into_owned()))
}
