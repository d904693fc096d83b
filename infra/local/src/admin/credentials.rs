//! Tenants, their API keys and client apps.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use domain::access::{ApiKey, ClientSecret, Mode, Scopes};
use domain::value::{CredentialId, Text};
use domain::{Refusal, TenantId, Timestamp};
use serde_json::{Value, json};
use shared::BoxError;
use shared::edge::system_rng;
use shared::store::{Credential, CredentialKind, NewCredential, Rounds};

use super::Told;
use super::place::Place;

/// What is done with keys, or with client apps.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes one, and shows its secret, this once.
    Create(Create),
    /// Lists those of a tenant, the oldest first.
    List {
        /// The tenant's id.
        #[arg(long)]
        tenant: String,
    },
    /// Ends one: it is refused within a minute.
    Revoke {
        /// Its id, as `list` shows it.
        id: String,
    },
}

#[derive(Args, Debug)]
pub(super) struct Create {
    /// The tenant's id: 1 to 32 lower-case letters, digits and hyphens.
    #[arg(long)]
    tenant: String,
    /// What it is called in lists.
    #[arg(long)]
    name: String,
    /// How signatories read who asks them; as the tenant's others, if it has any.
    #[arg(long)]
    display_name: Option<String>,
    /// What its holder may do: words, routes in Openapi's form, or `*`.
    #[arg(long, value_delimiter = ',', default_value = "*")]
    scopes: Vec<String>,
    /// Makes it for tests: nothing is sent, and nothing of it mixes with what is in earnest.
    #[arg(long)]
    test: bool,
    /// When it ends, as RFC 3339 writes it.
    #[arg(long, value_name = "INSTANT")]
    expires_at: Option<String>,
}

/// Lists, makes or ends credentials of a kind.
///
/// # Errors
///
/// A sentence that names the argument, or says that the table is away.
pub(super) async fn perform(
    place: &Place,
    kind: CredentialKind,
    command: &Command,
) -> Result<Told, BoxError> {
    match command {
        Command::Create(asked) => create(place, kind, asked).await,
        Command::List { tenant } => {
            let all = place.access().list(&tenant_of(tenant)?, kind).await?;
            let rows: Vec<Value> = all.iter().map(shown).collect();
            Ok(Told { json: json!(rows), lines: lines(&all, "none") })
        }
        Command::Revoke { id } => {
            let unknown = || format!("no {} has the id {id}", noun(kind));
            let name = CredentialId::parse(id).map_err(|_| unknown())?;
            let mut rounds = Rounds::default();
            loop {
                let found = place.access().get(kind, &name).await?.ok_or_else(unknown)?;
                if place.access().revoke(&found).await? {
                    break;
                }
                if !rounds.again().await {
                    return Err(format!("{id} is being changed: try again").into());
                }
            }
            Ok(Told { json: json!({ "id": id, "revoked": true }), lines: vec![format!("{id} is revoked.")] })
        }
    }
}

async fn create(place: &Place, kind: CredentialKind, asked: &Create) -> Result<Told, BoxError> {
    let (access, tenant, now) = (place.access(), tenant_of(&asked.tenant)?, place.aws.clock.now());
    let requester = if let Some(name) = &asked.display_name {
        text(name, "--display-name")?
    } else {
        let others = [
            access.list(&tenant, CredentialKind::Key).await?,
            access.list(&tenant, CredentialKind::App).await?,
        ];
        let last = others.concat().into_iter().max_by_key(|it| it.created_at);
        last.ok_or("--display-name: the tenant is new; say how signatories read who asks them")?.requester
    };
    let scopes = Scopes::parse(asked.scopes.iter().map(String::as_str)).map_err(|refusal| match refusal {
        Refusal::ScopeUnknown { position } => {
            format!("--scopes: {} is none", asked.scopes.get(position).map_or("", String::as_str))
        }
        other => format!("--scopes: {other}"),
    })?;
    let ends = |text: &String| {
        let at = Timestamp::parse_rfc3339(text).filter(|at| *at > now);
        at.ok_or("--expires-at: an instant to come, such as 2030-01-31T12:00:00Z")
    };
    let new = NewCredential {
        tenant,
        requester,
        name: text(&asked.name, "--name")?,
        mode: if asked.test { Mode::Test } else { Mode::Live },
        scopes,
        networks: Vec::new(),
        calls_per_minute: None,
        expires_at: asked.expires_at.as_ref().map(ends).transpose()?,
    };
    let mut rng = system_rng();
    let (credential, member, secret) = match kind {
        CredentialKind::App => {
            let secret = ClientSecret::new(new.mode, &mut rng);
            (new.of_app(&secret, now, &mut rng), "secret", secret.expose().to_owned())
        }
        CredentialKind::Key => {
            let key = ApiKey::new(new.mode, &mut rng);
            (new.of_key(&key, now), "key", key.expose().to_owned())
        }
    };
    if !access.add(&credential).await? {
        return Err("two credentials have the same name; try again".into());
    }
    let mut json = shown(&credential);
    if let Some(members) = json.as_object_mut() {
        members.insert(member.to_owned(), json!(secret));
    }
    let lines = vec![
        format!("id      {}", credential.id),
        format!("{member:<8}{secret}"),
        "It is not shown again.".to_owned(),
    ];
    Ok(Told { json, lines })
}

/// Lists the tenants with what they have.
///
/// # Errors
///
/// A sentence when the table is away.
pub(super) async fn tenants(place: &Place) -> Result<Told, BoxError> {
    let mut tenants: BTreeMap<TenantId, Vec<Credential>> = BTreeMap::new();
    for credential in place.access().of_all().await? {
        tenants.entry(credential.tenant.clone()).or_default().push(credential);
    }
    let now = place.aws.clock.now();
    let rows = tenants.iter().map(|(tenant, all)| {
        let of = |kind| all.iter().filter(|it| it.kind == kind && it.is_live(now)).count();
        let newest = all.iter().max_by_key(|it| it.created_at).map_or("", |it| it.requester.as_str());
        let used = all.iter().filter_map(|it| it.last_used_at).max().map(Timestamp::to_openapi);
        json!({
            "tenant": tenant.as_str(),
            "displayName": newest,
            "keys": of(CredentialKind::Key),
            "clientApps": of(CredentialKind::App),
            "lastUsedAt": used,
        })
    });
    let rows: Vec<Value> = rows.collect();
    let line = |row: &Value| {
        let word =
            |name: &str| row.get(name).map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
        let [tenant, name, keys, apps, used] = ["tenant", "displayName", "keys", "clientApps", "lastUsedAt"]
            .map(|it| word(it).unwrap_or_default());
        let used = if used == "null" { "never used".to_owned() } else { format!("last used {used}") };
        format!("{tenant:<34}{keys} keys, {apps} client apps that work; {used}; {name}")
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("There are no tenants: paraphe admin keys create makes the first key of one.".to_owned());
    }
    Ok(Told { json: json!(rows), lines })
}

/// A credential as the API shows it, and whose it is.
fn shown(credential: &Credential) -> Value {
    let mut shown = manage_access::shown(credential);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("tenant".to_owned(), json!(credential.tenant.as_str()));
        shown.insert("displayName".to_owned(), json!(credential.requester.as_str()));
    }
    shown
}

fn lines(all: &[Credential], none: &str) -> Vec<String> {
    let line = |it: &Credential| {
        let ends = it.expires_at.map_or_else(String::new, |at| format!(", ends {}", at.to_openapi()));
        let off = if it.is_enabled { "" } else { ", off" };
        format!("{}  {}{off}{ends}  {}  {}", it.id, it.mode.as_str(), it.scopes, it.name.as_str())
    };
    if all.is_empty() { vec![none.to_owned()] } else { all.iter().map(line).collect() }
}

fn tenant_of(text: &str) -> Result<TenantId, String> {
    let tenant = TenantId::parse(text).ok().filter(|it| it.mode() == Mode::Live);
    tenant.ok_or_else(|| "--tenant: 1 to 32 lower-case letters, digits and hyphens".to_owned())
}

fn text(text: &str, argument: &'static str) -> Result<Text, String> {
    Text::line(text, argument, 100).map_err(|_| format!("{argument}: 1 to 100 characters"))
}

const fn noun(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::App => "client app",
        CredentialKind::Key => "key",
    }
}
