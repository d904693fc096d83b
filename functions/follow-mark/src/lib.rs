//! What readers of a signature reach by its links, without a key: `GET /l/{token}` leads to where a campaign leads, to
//! the sender's vCard or its QR code, and `GET /i/{name}` is a picture.
//!
//! **Invariant:** a link names what is registered here, and leads nowhere else. Nothing is kept of who follows it.

use domain::Timestamp;
use email_signature::Brand;
use email_signature::qr::Qr;
use email_signature::value::{ImageId, Link};
use email_signature::vcard::{Version, vcard};
use shared::closing::{Aim, Closings, Mark, images};
use shared::edge::{Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply};
use shared::store::{Counted, Counts, Documents, EmailSignatures, People, signature_image_key};

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    store: EmailSignatures,
    people: People,
    closings: Closings,
    counts: Counts,
    documents: Documents,
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
    let closings = Closings::new(store.clone(), people.clone(), keys);
    let deps = Deps {
        store,
        people,
        closings,
        counts: supply.email_signature_counts()?,
        documents: supply.documents()?,
    };
    Ok(Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx))))
}

/// Follows a link.
///
/// # Errors
///
/// [`Problem`] 404 for what was not made here, or leads to what is not there any more.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    if http.route() == "/i/{name}" {
        return picture(deps, &http).await;
    }
    let token = http.path_parameter("token")?;
    let (mark, aim) = deps.closings.keys().read(token).ok_or_else(Problem::not_found)?;
    match aim {
        Aim::Campaign => campaign(deps, &mark, cx.now).await,
        Aim::Card => card(deps, &http, &mark, (Counted::Vcard, cx.now)).await,
        Aim::Code => code(deps, &http, &mark),
        Aim::Open => open(deps, &mark, cx.now).await,
        Aim::Scan => card(deps, &http, &mark, (Counted::Scan, cx.now)).await,
    }
}

/// A picture, as it was drawn here. Its name is made of its pixels, so that it never changes.
async fn picture(deps: &Deps, http: &HttpRequest) -> Result<Reply, Problem> {
    let id = ImageId::parse(http.path_parameter("name")?).map_err(|_| Problem::not_found())?;
    let bytes = deps.documents.get(&signature_image_key(id.as_str()), MOST_BYTES).await?;
    let kind = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    Ok(Reply::bytes(kind, bytes).header("cache-control", LONG))
}

/// To where the campaign leads now: it may have been changed since the mail was sent.
async fn campaign(deps: &Deps, mark: &Mark, now: Timestamp) -> Result<Reply, Problem> {
    let book = deps.store.book(&mark.tenant).await?;
    let campaign = mark.campaign.as_ref().and_then(|id| book.campaign(id)).ok_or_else(Problem::not_found)?;
    count(deps, mark, Counted::Click, now).await;
    Ok(Reply::see_other(campaign.destination().as_str().to_owned()))
}

async fn card(
    deps: &Deps,
    http: &HttpRequest,
    mark: &Mark,
    (counted, now): (Counted, Timestamp),
) -> Result<Reply, Problem> {
    let kept = deps.people.by_digest(&mark.tenant, &mark.person).await?.ok_or_else(Problem::not_found)?;
    let sender = deps.closings.sender(&mark.tenant, kept.person.email(), None, now).await;
    let sender = sender.map_err(|error| match error {
        shared::closing::Unclosed::Refused(_) => Problem::not_found(),
        store @ shared::closing::Unclosed::Store(_) => store.into(),
    })?;
    count(deps, mark, counted, now).await;
    let (person, brand): (_, &Brand) = (&sender.kept.person, &sender.brand);
    let at = images(deps.closings.keys().base(&http.api_url())).ok();
    let picture = at.zip(person.picture()).map(|(at, it)| format!("{}/{}", at.as_str(), it.id.as_str()));
    let picture = picture.and_then(|it| Link::parse(&it).ok());
    Ok(Reply::text(200, "text/vcard; charset=utf-8", vcard(person, brand, picture.as_ref(), Version::V4))
        .header("content-disposition", "attachment; filename=\"contact.vcf\""))
}

/// The picture of the code that leads to the vCard. Programs fetch it again and again: it is counted by nobody.
fn code(deps: &Deps, http: &HttpRequest, mark: &Mark) -> Result<Reply, Problem> {
    let address = deps.closings.address(&http.api_url(), mark, Aim::Scan);
    let qr = Link::parse(&address).and_then(|it| Qr::of(&it)).map_err(|_| Problem::not_found())?;
    let png = qr.png(MODULE_PIXELS).map_err(Problem::unavailable)?;
    Ok(Reply::bytes("image/png", png).header("cache-control", LONG))
}

/// A pixel, counted while the tenant wants that.
async fn open(deps: &Deps, mark: &Mark, now: Timestamp) -> Result<Reply, Problem> {
    if deps.store.book(&mark.tenant).await?.counts_opens {
        count(deps, mark, Counted::Open, now).await;
    }
    Ok(Reply::bytes("image/gif", PIXEL.to_vec()))
}

/// Counts, if that can be done now: nobody waits in vain for a link because of it.
async fn count(deps: &Deps, mark: &Mark, counted: Counted, now: Timestamp) {
    if let Err(error) = deps.counts.count(mark, counted, now).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a link was not counted");
    }
}

/// A transparent picture of one pixel (GIF 89a).
const PIXEL: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
/// What it shows never changes.
const LONG: &str = "public, max-age=31536000, immutable";
const MODULE_PIXELS: usize = 4;
/// Twice what is taken in.
const MOST_BYTES: u64 = 2 << 20;
