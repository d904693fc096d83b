//! Who sends a request, as signatories see it: whose managed signature closes the mails, and whose colours the signing
//! page has where nothing else was said of it.

use super::{Saved, wire};
use crate::closing::images;
use crate::edge::Problem;
use crate::store::StoreError;
use domain::{EmailAddress, TenantId, Timestamp};
use email_signature::Brand;
use email_signature::value::BrandId;
use serde_json::{Map, Value};

/// The sender and the brand that a request names.
#[derive(Debug, Default)]
pub(crate) struct SenderNamed {
    pub(crate) email: Option<EmailAddress>,
    pub(crate) named: Option<String>,
    brand: Option<Brand>,
    images: String,
}

/// Finds whom the options name; 422 with Openapi's number 625 and a pointer for one who has no signature now, or a
/// brand that there is not.
///
/// # Errors
///
/// [`StoreError`] when what was saved is away.
pub(crate) async fn named(
    saved: &Saved,
    (tenant, public_url): (&TenantId, &str),
    options: &wire::Options,
    now: Timestamp,
) -> Result<Result<SenderNamed, Problem>, StoreError> {
    if options.sender.is_none() && options.brand.is_none() {
        return Ok(Ok(SenderNamed::default()));
    }
    let book = saved.signatures.book(tenant).await?;
    let address = options.sender.as_deref().map(EmailAddress::parse);
    let person = match &address {
        Some(Ok(address)) => saved.people.get(tenant, address).await?.map(|it| it.person),
        Some(Err(_)) | None => None,
    };
    let is_there = person.as_ref().is_some_and(|it| it.active(now).is_ok());
    let invalid = |pointer: &str, detail: &str| Problem::invalid(pointer, detail).numbered(625);
    if address.is_some() && !is_there {
        return Ok(Err(invalid("/options/sender", "Nobody with a signature has this address now.")));
    }
    let brand = match &options.brand {
        Some(name) => match BrandId::parse(name).ok().and_then(|id| book.brand(&id)) {
            Some(found) => Some(found),
            None => return Ok(Err(invalid("/options/brand", "There is no such brand."))),
        },
        None => book.brand_of(person.as_ref().and_then(|it| it.group()).and_then(|it| book.groups.find(it))),
    };
    Ok(Ok(SenderNamed {
        email: address.and_then(Result::ok),
        named: options.brand.clone(),
        brand: brand.cloned(),
        images: images(public_url).map(|it| it.as_str().to_owned()).unwrap_or_default(),
    }))
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
