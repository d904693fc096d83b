//! An integrator's endpoint on this machine, which answers as a story wants.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// An endpoint; clones are the same one.
#[derive(Clone, Debug)]
pub struct Endpoint {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Received>>>,
    released: watch::Sender<bool>,
    under_way: Arc<Mutex<(usize, usize)>>,
}

/// One request that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

/// How an endpoint answers.
#[derive(Clone, Debug)]
pub enum Manner {
    /// With a status, headers and a body.
    Answer(u16, &'static str, String),
    /// Not before it is released, and then by 200.
    Hang,
    /// After a while, by 204.
    Late(Duration),
    /// By closing the connection.
    Reset,
    /// By 200 and a part of the body, and then by closing the connection.
    Torn,
}

impl Manner {
    /// A status, and nothing else.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Answer(status, "", String::new())
    }
}

impl Received {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The type of the event it tells.
    #[must_use]
    pub fn event_type(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

impl Endpoint {
    /// Listens; `manner` says how to answer the nth request, from 0.
    pub async fn listen(manner: impl Fn(usize, &Received) -> Manner + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Self {
            address: listener.local_addr().unwrap(),
            got: Arc::default(),
            released: watch::Sender::new(false),
            under_way: Arc::default(),
        };
        let (serving, manner) = (endpoint.clone(), Arc::new(manner));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (serving, manner) = (serving.clone(), Arc::clone(&manner));
                // Whoever calls may be gone before the answer is complete.
                tokio::spawn(async move { serving.serve(stream, manner.as_ref()).await });
            }
        });
        endpoint
    }

    /// Takes everything.
    pub async fn willing() -> Self {
        Self::listen(|_, _| Manner::status(204)).await
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Scheme, host and port of it.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came so far.
    #[must_use]
    pub fn got(&self) -> Vec<Received> {
        self.got.lock().unwrap().clone()
    }

    /// How many requests waited for an answer at one time, at most.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.under_way.lock().unwrap().1
    }

    /// Answers what hangs.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    async fn serve(
        &self,
        mut stream: TcpStream,
        manner: &(dyn Fn(usize, &Received) -> Manner + Send + Sync),
    ) -> std::io::Result<()> {
        let received = read(&mut stream).await?;
        let answer = {
            let mut got = self.got.lock().unwrap();
            let answer = manner(got.len(), &received);
            got.push(received);
            answer
        };
        {
            let (now, most) = &mut *self.under_way.lock().unwrap();
            *now += 1;
            *most = (*most).max(*now);
        }
        let ended = self.answer(&mut stream, answer).await;
        self.under_way.lock().unwrap().0 -= 1;
        ended
    }

    async fn answer(&self, stream: &mut TcpStream, manner: Manner) -> std::io::Result<()> {
        match manner {
            Manner::Answer(status, headers, body) => {
                let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n", body.len());
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(body.as_bytes()).await?;
            }
            Manner::Hang => {
                let mut released = self.released.subscribe();
                // Until it is released, or the caller has gone.
                tokio::select! {
                    it = released.wait_for(|it| *it) => drop(it),
                    _gone = stream.read_u8() => {}
                }
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
            }
            Manner::Late(pause) => {
                tokio::time::sleep(pause).await;
                stream.write_all(b"HTTP/1.1 204 X\r\ncontent-length: 0\r\n\r\n").await?;
            }
            Manner::Reset => {}
            Manner::Torn => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{").await?,
        }
        stream.shutdown().await
    }
}

/// Head and body of one request.
async fn read(stream: &mut TcpStream) -> std::io::Result<Received> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let method = head.split(' ').next().unwrap_or_default().to_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let headers: BTreeMap<String, String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |it| it.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Received { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
