//! The demo tenant: its API key, and a seal key with a small CA.

use domain::TenantId;
use domain::access::{ApiKey, Mode, Scopes};
use domain::value::Text;
use pades::demo_ca;
use serde_json::json;
use shared::BoxError;
use shared::edge::serve::BoxFuture;
use shared::edge::system_rng;
use shared::store::{Access, NewCredential};

use crate::cloud::Seeding;

/// The secret that keeps the demo tenant's API key, so that it can be printed at every start.
pub(crate) const API_KEY_SECRET: &str = "paraphe/demo-api-key";
/// The file with the certificate of the demo CA, for other people's validators.
pub(crate) const CA_FILE: &str = "ca.pem";

/// Does what is missing: nothing on a second start with the same key.
pub(crate) fn seed<'a>(seeding: &'a Seeding<'a>) -> BoxFuture<'a, Result<(), BoxError>> {
    Box::pin(async move {
        seal_key(seeding)?;
        api_key(seeding).await
    })
}

/// Creates the demo CA and the seal key under it.
fn seal_key(seeding: &Seeding<'_>) -> Result<(), BoxError> {
    let now = seeding.options.clock.now();
    let name =
        seeding.template.parameters.get("SealSecretName").ok_or("the template names no seal secret")?;
    if seeding.secrets.value(name).is_some() {
        return Ok(());
    }
    let ca = demo_ca::create(ORGANIZATION, now.unix_seconds(), VALID_DAYS)?;
    seeding.data.write(CA_FILE, ca.ca_certificate_pem.as_bytes())?;
    let chain = format!("{}{}", ca.seal_certificate_pem, ca.ca_certificate_pem);
    let secret = json!({ "key_pem": ca.seal_key_pem, "certificate_pem": chain }).to_string();
    seeding.secrets.put(name, secret, now.unix_ms())?;
    Ok(())
}

/// Lets the demo tenant in by the key that was chosen, by the one it has, or by a new one.
async fn api_key(seeding: &Seeding<'_>) -> Result<(), BoxError> {
    let table = seeding.template.table("Requests").ok_or("the template has no table Requests")?.name.clone();
    let access = Access::new(seeding.aws.dynamodb(), table);
    let (mut rng, now) = (system_rng(), seeding.options.clock.now());
    let text = seeding.options.api_key.clone().or_else(|| seeding.secrets.value(API_KEY_SECRET));
    let key = match text {
        Some(text) => ApiKey::parse(&text)
            .ok_or("the API key is too short, too long, has spaces, or a wrong checksum")?,
        None => ApiKey::new(Mode::Live, &mut rng),
    };
    if access.by_key(&key).await?.is_none() {
        let text = |text: &str, field| {
            Text::parse(text, field, 100).map_err(|_| "the demo tenant's name is refused")
        };
        let new = NewCredential {
            tenant: TenantId::parse("demo").map_err(|_| "the demo tenant's name is refused")?,
            requester: text("Demo", "requester")?,
            name: text("Demo key", "name")?,
            mode: Mode::Live,
            scopes: Scopes::everything(),
            networks: Vec::new(),
            calls_per_minute: Some(CALLS_PER_MINUTE),
            expires_at: None,
        };
        access.add(&new.of_key(&key, now)).await?;
    }
    if seeding.secrets.value(API_KEY_SECRET).as_deref() != Some(key.expose()) {
        seeding.secrets.put(API_KEY_SECRET, key.expose().to_owned(), now.unix_ms())?;
    }
    Ok(())
}

/// A trial on one machine is not to meet limits by chance.
const CALLS_PER_MINUTE: u32 = 60_000;
const ORGANIZATION: &str = "Paraphe";
/// Longer than any trial; documents sealed in it stay valid while it lasts.
const VALID_DAYS: u32 = 3653;
