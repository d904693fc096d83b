//! `GET /signatures/{email}/html`, `/json` and `/text`: the managed signature of a person, in Signitic's shape; and
//! `/vcard` and `/qr`, the person's card and the code that leads to it.
//!
//! **Invariant:** what is rendered is the tenant's own, and counts by campaign, variant and sender alone.

use domain::EmailAddress;
use domain::value::Language;
use email_signature::qr::Qr;
use email_signature::rule::Mail;
use email_signature::value::{BrandId, CampaignId, Link};
use email_signature::vcard::{Version, vcard};
use email_signature::{Reason, Refusal, Variant, signitic};
use serde_json::{Value, json};
use shared::closing::{Aim, Closing, Closings, Mark, Wanted, images};
use shared::edge::email_signature::mailbox;
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::store::{Counted, Counts, People};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    closings: Closings,
    counts: Counts,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or a secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let (store, people) = supply.email_signatures()?;
    let (keys, _) = supply.email_signature_keys().await?;
    let deps =
        Deps { closings: Closings::new(store, people, keys), counts: supply.email_signature_counts()? };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Renders the signature of a person.
///
/// # Errors
///
/// [`Problem`] with Signitic's numbers: 404 for a person who is unknown, 422 for one who is switched off, and for a
/// variant, brand, campaign or language that cannot be had.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let email = mailbox(&http, "id")?;
    match http.route() {
        "/signatures/{id}/vcard" => card(deps, &http, &email, cx).await,
        "/signatures/{id}/qr" => code(deps, &http, &email, cx).await,
        "/signatures/{id}/html" => {
            let closing = closing(deps, &http, &email, cx).await?;
            Ok(Reply::text(200, "text/html; charset=utf-8", closing.rendered.html))
        }
        "/signatures/{id}/text" => {
            let closing = closing(deps, &http, &email, cx).await?;
            Ok(Reply::text(200, "text/plain; charset=utf-8", closing.rendered.text))
        }
        _ => Ok(Reply::json(200, &whole(&closing(deps, &http, &email, cx).await?))),
    }
}

/// Signitic's members, and ours beside them.
fn whole(closing: &Closing) -> Value {
    let mut answer = signitic::signature(&closing.rendered.html);
    let warnings = closing.rendered.warnings.iter().map(|it| {
        let code = it.code();
        json!({ "client": it.client().as_str(), "code": code.as_str(), "detail": it.sentence() })
    });
    if let Some(members) = answer.as_object_mut() {
        members.insert("text".to_owned(), json!(closing.rendered.text));
        members.insert("variant".to_owned(), json!(closing.mark.variant.as_str()));
        members.insert("campaign".to_owned(), json!(closing.campaign.as_ref().map(CampaignId::as_str)));
        members.insert("warnings".to_owned(), warnings.collect());
    }
    answer
}

async fn closing(
    deps: &Deps,
    http: &HttpRequest,
    email: &EmailAddress,
    cx: &Invocation,
) -> Result<Closing, Problem> {
    let tenant = http.tenant()?;
    let (campaign, brand) =
        (named(http, "campaign", CampaignId::parse)?, named(http, "brand", BrandId::parse)?);
    let recipient = named(http, "recipient", |it| EmailAddress::parse(it).map_err(|_| Reason::Email))?;
    let wanted = Wanted {
        tenant: &tenant,
        sender: email,
        brand: brand.as_ref(),
        campaign: campaign.as_ref(),
        recipient: recipient.as_ref(),
        mail: Mail::Elsewhere,
        language: named(http, "language", |it| Language::parse(it).ok_or(Reason::Language))?
            .unwrap_or_default(),
        variant: named(http, "variant", Variant::parse)?.unwrap_or_default(),
        public_url: &http.api_url(),
        now: cx.now,
    };
    let closing = deps.closings.closing(&wanted).await?;
    deps.counts.count(&closing.mark, Counted::Shown, cx.now).await?;
    Ok(closing)
}

/// A value of the query.
fn named<T>(
    http: &HttpRequest,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, Reason>,
) -> Result<Option<T>, Refusal> {
    http.query(name).map(parse).transpose().map_err(|reason| Refusal::at(format!("/{name}"), reason))
}

/// The person's vCard.
async fn card(
    deps: &Deps,
    http: &HttpRequest,
    email: &EmailAddress,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let version = named(http, "version", Version::parse)?.unwrap_or_default();
    let brand = named(http, "brand", BrandId::parse)?;
    let sender = deps.closings.sender(&http.tenant()?, email, brand.as_ref(), cx.now).await?;
    let person = &sender.kept.person;
    let picture = person.picture().map(|it| format!("{}/{}", images_at(deps, http), it.id.as_str()));
    let picture = picture.and_then(|it| Link::parse(&it).ok());
    let text = vcard(person, &sender.brand, picture.as_ref(), version);
    Ok(Reply::text(200, "text/vcard; charset=utf-8", text)
        .header("content-disposition", "attachment; filename=\"contact.vcf\""))
}

/// A QR code that leads to the person's vCard, for whoever scans it.
async fn code(
    deps: &Deps,
    http: &HttpRequest,
    email: &EmailAddress,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    let _sender = deps.closings.sender(&tenant, email, None, cx.now).await?;
    let mark = Mark { tenant, person: People::digest(email), campaign: None, variant: Variant::Normal };
    let address = deps.closings.address(&http.api_url(), &mark, Aim::Scan);
    let at = |reason| Refusal::at("", reason);
    let qr = Link::parse(&address).and_then(|it| Qr::of(&it)).map_err(at)?;
    if http.preferred(&["image/png", "image/svg+xml"]) == "image/svg+xml" {
        return Ok(Reply::text(200, "image/svg+xml", qr.svg()));
    }
    Ok(Reply::bytes("image/png", qr.png(MODULE_PIXELS).map_err(Problem::unavailable)?))
}

fn images_at(deps: &Deps, http: &HttpRequest) -> String {
    images(deps.closings.keys().base(&http.api_url())).map(|it| it.as_str().to_owned()).unwrap_or_default()
}

/// A code of version 10 has 65 modules with its margin: 520 pixels.
const MODULE_PIXELS: usize = 8;
