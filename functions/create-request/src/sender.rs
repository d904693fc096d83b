//! Who sends a request, as signatories see it: whose managed signature closes the mails, and whose colours the signing
//! page has where nothing else was said of it.

use domain::{EmailAddress, TenantId, Timestamp};
use email_signature::Brand;
use email_signature::value::BrandId;
use serde_json::{Map, Value};
use shared::closing::images;
use shared::edge::Problem;

use crate::{Deps, wire};

/// The sender and the brand that a request names.
#[derive(Debug, Default)]
pub(crate) struct SenderNamed {
    pub(crate) email: Option<EmailAddress>,
    pub(crate) named: Option<String>,
    brand: Option<Brand>,
    images: String,
}

/// Finds whom the options name.
///
/// # Errors
///
/// 422 with Openapi's number 625 and a pointer to one who has no signature now, or a brand that there is not.
pub(crate) async fn named(
    deps: &Deps,
    (tenant, public_url): (&TenantId, &str),
    options: &wire::Options,
    now: Timestamp,
) -> Result<SenderNamed, Problem> {
    if options.sender.is_none() && options.brand.is_none() {
        return Ok(SenderNamed::default());
    }
    let invalid = |pointer: &str, detail: &str| Problem::invalid(pointer, detail).numbered(625);
    let unknown = || invalid("/options/sender", "Nobody with a signature has this address now.");
    let book = deps.store.book(tenant).await?;
    let (mut email, mut group) = (None, None);
    if let Some(text) = &options.sender {
        let address = EmailAddress::parse(text).map_err(|_| unknown())?;
        let kept = deps.people.get(tenant, &address).await?.ok_or_else(unknown)?;
        kept.person.active(now).map_err(|_| unknown())?;
        group = kept.person.group().and_then(|it| book.groups.find(it));
        email = Some(address);
    }
    let brand = match &options.brand {
        Some(name) => {
            let found = BrandId::parse(name).ok().and_then(|id| book.brand(&id));
            Some(found.ok_or_else(|| invalid("/options/brand", "There is no such brand."))?)
        }
        None => book.brand_of(group),
    };
    let images = images(public_url).map(|it| it.as_str().to_owned()).unwrap_or_default();
    Ok(SenderNamed { email, named: options.brand.clone(), brand: brand.cloned(), images })
}

impl SenderNamed {
    /// Adds the brand's colours and logo, each where nothing else was said. The other half of a pair of colours is
    /// chosen by whoever reads them.
    pub(crate) fn dress(&self, members: &mut Map<String, Value>) {
        let Some(brand) = &self.brand else { return };
        let colors = brand.colors();
        for (part, color) in
            [("header", &colors.primary), ("button", &colors.primary), ("signButton", &colors.accent)]
        {
            // A colour of text that was chosen for another ground might not be read on this one.
            let is_said = members.iter().any(|(name, value)| {
                let rest = name.strip_prefix(part);
                !value.is_null() && rest.is_some_and(|it| it.ends_with("Color") || it.ends_with("ColorHover"))
            });
            if !is_said {
                members.insert(format!("{part}BackgroundColor"), color.as_str().into());
            }
        }
        if let (Some(logo), true) = (brand.logo(), !members.contains_key(LOGO)) {
            members.insert(LOGO.to_owned(), format!("{}/{}", self.images, logo.id.as_str()).into());
        }
    }
}

const LOGO: &str = "sidebarLogo";
