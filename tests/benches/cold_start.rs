//! How each function starts: from its process to its first question for work, and its first answers beside later ones.
//!
//! `cargo build --release --workspace --bins && cargo bench -p tests --bench cold_start [FUNCTION...]`. Lambda's runtime
//! and the services of AWS are stubs in this process, over plain HTTP: what is measured is our own work. Of several
//! starts the best counts, since a machine with other load only adds. Fails where a start takes longer than it may.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program that prints figures"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request, Response, StatusCode};
use axum::routing::{get, post};
use local::template::Function;
use local::{Cloud, Options};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

/// The longest start.
const MOST_INIT_MS: f64 = 15.0;
/// Starts of each function.
const STARTS: usize = 5;
/// Answers of each start: the first, the third and the best of the rest are told.
const ANSWERS: usize = 12;
/// The third answer takes at most so many times what a warm one takes, and this much more.
const MOST_OF_WARM: f64 = 2.0;
const NOISE_MS: f64 = 1.0;

/// Lambda's runtime, and AWS, for one process.
#[derive(Clone)]
struct Stub {
    cloud: Cloud,
    function: Arc<str>,
    began: Arc<Mutex<Option<Beginning>>>,
    work: Arc<tokio::sync::Mutex<mpsc::Receiver<Bytes>>>,
    answers: mpsc::Sender<Instant>,
}

/// Says when the process asks for work for the first time, or what kept it from that.
type Beginning = oneshot::Sender<Result<Instant, String>>;

/// What one start came to, in milliseconds.
#[derive(Clone, Debug)]
struct Start {
    init: f64,
    answers: Vec<f64>,
    peak_mib: f64,
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let slow = runtime.block_on(measure_all(&wanted));
    assert!(slow.is_empty(), "too slow: {slow:?}");
}

async fn measure_all(wanted: &[String]) -> Vec<String> {
    let cloud = Cloud::boot(Options::default()).await.unwrap();
    println!(
        "{:<28}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
        "", "size MiB", "init ms", "peak MiB", "1st ms", "3rd ms", "warm ms"
    );
    let mut slow = Vec::new();
    for function in cloud.template().functions.clone() {
        let name = kebab(function.logical_id.strip_suffix("Function").unwrap());
        if !wanted.is_empty() && !wanted.contains(&name) {
            continue;
        }
        let binary = bins().join(&name);
        let size = std::fs::metadata(&binary).unwrap_or_else(|_| panic!("build {} first", binary.display()));
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            starts.push(start(&cloud, &function, &name, &binary).await);
        }
        let best = |of: &dyn Fn(&Start) -> f64| starts.iter().map(of).fold(f64::INFINITY, f64::min);
        let init = best(&|it| it.init);
        let (first, third) = (best(&|it| it.answers[0]), best(&|it| it.answers[2]));
        let warm = best(&|it| it.answers[3..].iter().copied().fold(f64::INFINITY, f64::min));
        let peak = starts.iter().map(|it| it.peak_mib).fold(0.0, f64::max);
        #[expect(clippy::cast_precision_loss, reason = "sizes of files")]
        let size = size.len() as f64 / 1_048_576.0;
        println!("{name:<28}{size:>9.1}{init:>9.1}{peak:>9.1}{first:>9.1}{third:>9.1}{warm:>9.1}");
        if init > MOST_INIT_MS || third > warm * MOST_OF_WARM + NOISE_MS {
            slow.push(name);
        }
    }
    slow
}

/// Starts a function once, and gives it the same work again and again.
async fn start(cloud: &Cloud, function: &Function, name: &str, binary: &Path) -> Start {
    let (began, has_begun) = oneshot::channel();
    let (work, queue) = mpsc::channel(1);
    let (answers, mut answered) = mpsc::channel(1);
    let stub = Stub {
        cloud: cloud.clone(),
        function: function.logical_id.as_str().into(),
        began: Arc::new(Mutex::new(Some(began))),
        work: Arc::new(tokio::sync::Mutex::new(queue)),
        answers,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let app = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(answer))
        .route("/2018-06-01/runtime/init/error", post(failed))
        .fallback(aws)
        .with_state(stub);
    let served = tokio::spawn(async move { axum::serve(listener, app).await });
    let event = Bytes::from(event_of(name).to_string());

    let spawned = Instant::now();
    let mut process = spawn(function, binary, &address);
    let asked_at = tokio::time::timeout(Duration::from_secs(30), has_begun).await;
    let asked_at = asked_at.unwrap_or_else(|_| panic!("{name} does not ask for work")).unwrap();
    let init = millis(asked_at.unwrap_or_else(|why| panic!("{name} does not start: {why}")) - spawned);
    let mut taken = Vec::new();
    for _ in 0..ANSWERS {
        let sent = Instant::now();
        work.send(event.clone()).await.unwrap();
        taken.push(millis(answered.recv().await.unwrap() - sent));
    }
    let peak_mib = peak_mib(&process);
    process.kill().unwrap();
    process.wait().unwrap();
    served.abort();
    Start { init, answers: taken, peak_mib }
}

/// The process as Lambda starts it.
fn spawn(function: &Function, binary: &Path, address: &str) -> Child {
    let url = format!("http://{address}");
    Command::new(binary)
        .env_clear()
        .envs(&function.environment)
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", &function.logical_id)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mib.to_string())
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
        .env("AWS_REGION", local::template::REGION)
        .env("AWS_ACCESS_KEY_ID", local::ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", local::SECRET_KEY)
        .env("AWS_ENDPOINT_URL", url)
        .env("PATH", "/usr/bin:/bin")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn next(State(stub): State<Stub>) -> Response<Body> {
    if let Some(began) = stub.began.lock().unwrap().take() {
        let _nobody_waits = began.send(Ok(Instant::now()));
    }
    let Some(event) = stub.work.lock().await.recv().await else {
        return Response::builder().status(StatusCode::GONE).body(Body::empty()).unwrap();
    };
    let deadline = stub.cloud.clock().now().plus(Duration::from_secs(20)).unix_ms();
    let function = &stub.function;
    Response::builder()
        .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        .header("lambda-runtime-deadline-ms", deadline)
        .header(
            "lambda-runtime-invoked-function-arn",
            format!(
                "arn:aws:lambda:{}:{}:function:{function}",
                local::template::REGION,
                local::template::ACCOUNT
            ),
        )
        .header("content-type", "application/json")
        .body(Body::from(event))
        .unwrap()
}

/// An answer, or the refusal of an event that speaks of something that is not there: both are the work of a function.
async fn answer(State(stub): State<Stub>, _body: Bytes) -> StatusCode {
    stub.answers.send(Instant::now()).await.unwrap();
    StatusCode::ACCEPTED
}

async fn failed(State(stub): State<Stub>, why: Bytes) -> StatusCode {
    if let Some(began) = stub.began.lock().unwrap().take() {
        let _nobody_waits = began.send(Err(String::from_utf8_lossy(&why).into_owned()));
    }
    StatusCode::ACCEPTED
}

async fn aws(State(stub): State<Stub>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    stub.cloud.answer_aws(&stub.function, Request::from_parts(head, body)).await.map(Body::from)
}

/// The first event that there is of a function.
fn event_of(name: &str) -> Value {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let mut found: Vec<PathBuf> = std::fs::read_dir(&events)
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.file_name().unwrap().to_str().unwrap().split('.').next() == Some(name))
        .collect();
    found.sort_by_key(|it| it.as_os_str().len());
    let first = found.first().unwrap_or_else(|| panic!("there is no event of {name}"));
    serde_json::from_slice(&std::fs::read(first).unwrap()).unwrap()
}

/// Beside this program's folder.
fn bins() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.parent().and_then(Path::parent).unwrap().to_owned()
}

fn kebab(logical_id: &str) -> String {
    let mut name = String::new();
    for letter in logical_id.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// The most memory that a process held.
fn peak_mib(process: &Child) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap();
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().unwrap();
    kib / 1024.0
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
