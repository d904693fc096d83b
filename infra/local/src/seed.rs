//! The demo tenant: its API key, and a seal key with a small CA.

use domain::TenantId;
use domain::value::Text;
use pades::demo_ca;
use serde_json::json;
use shared::BoxError;
use shared::edge::serve::BoxFuture;
use shared::store::{Access, ApiKey, Tenant};

use crate::chance;
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
    let held = seeding.secrets.value(API_KEY_SECRET);
    let chosen = seeding.options.api_key.clone();
    if held.is_some() && (chosen.is_none() || chosen == held) {
        return Ok(());
    }
    let text = chosen.unwrap_or_else(|| format!("paraphe_demo_{}", hex::encode(chance::bytes::<24>())));
    let key = ApiKey::parse(&text).ok_or("the API key is too short, too long or has spaces")?;
    let tenant = Tenant {
        id: TenantId::parse("demo").map_err(|_| "the demo tenant's name is refused")?,
        display_name: Text::parse("Demo", "display_name", 100)
            .map_err(|_| "the demo tenant's name is refused")?,
    };
    let table = seeding.template.table("Requests").ok_or("the template has no table Requests")?.name.clone();
    let now = seeding.options.clock.now();
    Access::new(seeding.aws.dynamodb(), table).grant(&key, &tenant, now).await?;
    seeding.secrets.put(API_KEY_SECRET, text, now.unix_ms())?;
    Ok(())
}

const ORGANIZATION: &str = "Paraphe";
/// Longer than any trial; documents sealed in it stay valid while it lasts.
const VALID_DAYS: u32 = 3653;
