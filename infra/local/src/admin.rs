//! `paraphe admin`: what an operator does beside the API, on this machine and in an account on AWS alike.
//!
//! **Invariant:** it reads and writes by the stores of the functions, and spells no layout of its own.

mod credentials;
mod door;
mod place;
mod seal_key;
mod stats;

use clap::{Args, Subcommand};
use serde_json::Value;
use shared::BoxError;
use shared::store::CredentialKind;
use std::path::Path;

use self::place::Place;
use crate::cli::say;

/// Where to, and how to tell.
#[derive(Args, Debug)]
pub(crate) struct Admin {
    /// The stack on AWS, by the usual credentials and region. Without it, the service on this machine.
    #[arg(long, value_name = "NAME", global = true)]
    stack: Option<String>,
    /// The table on AWS, where it is not to be found by the name of the stack: its output `RequestsTable`.
    #[arg(long, value_name = "NAME", global = true)]
    table: Option<String>,
    /// The secret with the seal's key: the parameter `SealSecretName`.
    #[arg(long, value_name = "NAME", default_value = "paraphe/seal", global = true)]
    seal_secret: String,
    /// Tells everything as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the tenants: all who have an API key or a client app. Reads the whole table.
    Tenants,
    /// API keys.
    #[command(subcommand)]
    Keys(credentials::Command),
    /// Client apps, which get tokens by their secret.
    #[command(subcommand)]
    ClientApps(credentials::Command),
    /// The key that seals, and its certificate.
    #[command(subcommand)]
    SealKey(seal_key::Command),
    /// Counts requests, messages, seals, and what waits. Reads the whole table.
    Stats,
}

/// What a command found or did: for programs, and in lines for people.
struct Told {
    json: Value,
    lines: Vec<String>,
}

/// Does what is asked.
///
/// # Errors
///
/// One sentence for the person at the terminal.
pub(crate) async fn run(admin: Admin, data: &Path) -> Result<(), BoxError> {
    let told = match admin.what {
        What::SealKey(seal_key::Command::Csr(ref asked)) => seal_key::request(asked)?,
        ref what => {
            let place = Place::open(&admin, data).await?;
            let told = perform(what, &place).await;
            place.close().await?;
            told?
        }
    };
    if admin.json {
        return say(&format!("{}\n", serde_json::to_string_pretty(&told.json)?));
    }
    told.lines.iter().try_for_each(|line| say(&format!("{line}\n")))
}

async fn perform(what: &What, place: &Place) -> Result<Told, BoxError> {
    match what {
        What::Tenants => credentials::tenants(place).await,
        What::Keys(command) => credentials::perform(place, CredentialKind::Key, command).await,
        What::ClientApps(command) => credentials::perform(place, CredentialKind::App, command).await,
        What::SealKey(command) => seal_key::perform(place, command).await,
        What::Stats => stats::take(place).await,
    }
}
