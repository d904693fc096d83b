//! The command line: `paraphe` serves, `paraphe demo` plays one request from its creation to its verification, and
//! `paraphe admin` is the operator's.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use shared::BoxError;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::admin::{self, Admin};
use crate::cloud::{Cloud, Options};
use crate::demo;
use crate::disk::DataDir;
use crate::gateway::{DOOR_FILE, DoorKey};
use crate::{contract, serve};

/// Electronic signatures with one-time passwords, on this machine.
#[derive(Debug, Parser)]
#[command(name = "paraphe", version, args_conflicts_with_subcommands = false)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Where links in mails lead, when people reach this machine by another address.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Lets documents and callbacks live on this machine too (http and https on loopback addresses).
    #[arg(long)]
    allow_loopback: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args, Debug)]
struct Common {
    /// The directory of the whole state.
    #[arg(long, value_name = "DIR", default_value = ".paraphe", global = true)]
    data: PathBuf,
    /// Deletes the state first.
    #[arg(long, global = true)]
    reset: bool,
    /// The API key of the demo tenant; better given by the environment.
    #[arg(long, env = "PARAPHE_API_KEY", hide = true, hide_env_values = true, global = true)]
    api_key: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tenants, keys, client apps, the seal's key, statistics: of the service here, or of a stack on AWS.
    Admin(Admin),
    /// Plays a whole request by itself: two people sign, and the files are written.
    Demo {
        /// The PDF to sign; a bundled contract when absent.
        file: Option<PathBuf>,
        /// Where the signed document and its audit trail go; beside the PDF when absent.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// Runs the program.
///
/// # Errors
///
/// One sentence for the person at the terminal.
pub async fn run() -> Result<(), BoxError> {
    let started = Instant::now();
    let arguments = Arguments::parse();
    log();
    let Arguments { common, command, .. } = &arguments;
    if common.reset && matches!(command, Some(Command::Admin(_))) {
        return Err("--reset deletes what admin would look at".into());
    }
    if common.reset {
        DataDir::reset(&common.data)?;
    }
    match arguments.command {
        Some(Command::Admin(admin)) => admin::run(admin, &arguments.common.data).await,
        Some(Command::Demo { file, out }) => {
            let common = arguments.common;
            demo::play(demo::Stage { data: common.data, api_key: common.api_key }, file, out).await
        }
        None => service(arguments, started).await,
    }
}

/// An error with its causes, for the terminal.
#[must_use]
pub fn sentence(error: &(dyn std::error::Error + 'static)) -> String {
    crate::invoke::chain(error)
}

async fn service(arguments: Arguments, started: Instant) -> Result<(), BoxError> {
    let stop = stop_wished()?;
    let listener = listen(arguments.port).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let public_url = match arguments.public_url {
        Some(url) => public_url(&url)?,
        None => address.clone(),
    };
    let options = Options {
        data: Some(arguments.common.data.clone()),
        public_url,
        api_key: arguments.common.api_key,
        parameters: BTreeMap::from([
            ("AllowLoopback".to_owned(), arguments.allow_loopback.to_string()),
            // They go to the outbox and cost nothing.
            ("SmsEnabled".to_owned(), "true".to_owned()),
        ]),
        ..Options::default()
    };
    let cloud = Cloud::boot(options).await?;
    let request = contract::write_request(cloud.data_dir())?;
    let door = DoorKey { url: address.clone(), token: cloud.door().to_owned() };
    cloud.data_dir().store(DOOR_FILE, &door)?;
    let door = cloud.data_dir().path(DOOR_FILE);
    greet(&cloud, &address, &request, started)?;
    serve(cloud, listener, stop).await?;
    // The next start writes another; nothing opens to this one.
    let _removed = std::fs::remove_file(door);
    say("Stopped. Start again with the same --data to go on.\n")
}

fn greet(cloud: &Cloud, address: &str, request: &Path, started: Instant) -> Result<(), BoxError> {
    let key = cloud.api_key().unwrap_or_default();
    let request = request.display();
    say(&format!(
        "Paraphe is ready after {} ms.

  Address    {address}
  API key    {key}
  Outbox     {address}/_local/outbox
  Data       {}
  CA         {}

Create a signature request from the bundled contract:

  curl -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' --data @{request} {address}/EU-SES

Then open the outbox and follow the links. Ctrl-C stops.
",
        started.elapsed().as_millis(),
        cloud.data().display(),
        cloud.data().join(crate::seed::CA_FILE).display(),
    ))
}

/// Listens on a port of this machine.
pub(crate) async fn listen(port: u16) -> Result<TcpListener, BoxError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("port {port} is taken by another program; choose another with --port").into()
        }
        std::io::ErrorKind::PermissionDenied => {
            format!("port {port} needs more rights; choose one over 1023 with --port").into()
        }
        _ => format!("port {port} cannot be opened: {error}").into(),
    })
}

/// Writes to the terminal.
pub(crate) fn say(text: &str) -> Result<(), BoxError> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Listens for the wish to stop from now on; the future completes with it.
fn stop_wished() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Signing links and presigned links stand under this address, so it has no path of its own.
fn public_url(text: &str) -> Result<String, BoxError> {
    let url = url::Url::parse(text).map_err(|error| format!("--public-url: {error}"))?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if plain {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("--public-url must be an http or https address without a path".into())
    }
}

/// Logs for the person at the terminal: what went wrong, on standard error. `RUST_LOG` shows more.
fn log() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,s3s=error,s3s_fs=error"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(std::io::stderr)
        .finish();
    // A subscriber that is already there belongs to whoever runs this process.
    let _already_set = tracing::subscriber::set_global_default(subscriber);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
        let arguments = Arguments::parse_from(["paraphe", "demo", "a.pdf", "--out", "x", "--data", "d"]);
        assert_eq!(arguments.common.data, PathBuf::from("d"));
    }

    #[test]
    fn a_public_address_has_no_path() {
        assert_eq!(public_url("https://sign.example.com/").unwrap(), "https://sign.example.com");
        for bad in ["ftp://a", "https://a/b", "a.example.com", "https://a?b"] {
            assert!(public_url(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_one_clear_sentence() {
        let held = listen(0).await.unwrap();
        let port = held.local_addr().unwrap().port();
        let error = listen(port).await.unwrap_err().to_string();
        assert_eq!(error, format!("port {port} is taken by another program; choose another with --port"));
    }
}
