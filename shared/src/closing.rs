//! What closes a mail: the managed signature of whoever it comes from.
//!
//! **Invariant:** what is rendered comes from the sender's own tenant, and what it links to is found again by marks
//! that only this service makes.

mod mark;

use domain::value::Language;
use domain::{EmailAddress, TenantId, Timestamp};
use email_signature::campaign::choose;
use email_signature::exchange::Disclaimer;
use email_signature::render::Subject;
use email_signature::rule::{Mail, Occasion, resolve};
use email_signature::template::gallery::GALLERY;
use email_signature::value::{BrandId, CampaignId, Link, TemplateId};
use email_signature::{Brand, Campaign, Reason, Refusal, Rendered, Template, Urls, Variant, render};
use serde_json::json;

use crate::store::{Book, Counted, Counts, EmailSignatures, Kept, KeptPerson, People, Piece, StoreError};

pub use mark::{Aim, EmailSignatureKeys, Mark};

/// Makes closings.
#[derive(Clone, Debug)]
pub struct Closings {
    store: EmailSignatures,
    people: People,
    keys: EmailSignatureKeys,
}

/// Whose closing is wanted, for what.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// Who writes.
    pub sender: &'a EmailAddress,
    /// In whose name; by the sender's group, if nothing is said.
    pub brand: Option<&'a BrandId>,
    /// The campaign; chosen, if nothing is said.
    pub campaign: Option<&'a CampaignId>,
    /// Who reads; the same reader sees the same of several banners.
    pub recipient: Option<&'a EmailAddress>,
    /// What kind of mail.
    pub mail: Mail,
    /// Its language.
    pub language: Language,
    /// For a first mail, or an answer.
    pub variant: Variant,
    /// Where this service is: scheme and host, and a stage if any.
    pub public_url: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// A closing.
#[derive(Clone, Debug)]
pub struct Closing {
    /// As HTML and as text.
    pub rendered: Rendered,
    /// Whose banner stands in it.
    pub campaign: Option<CampaignId>,
    /// What is counted of it.
    pub mark: Mark,
}

/// A person with all that decides on their signature.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The person.
    pub kept: KeptPerson,
    /// The book of the tenant.
    pub book: Book,
    /// In whose name the person writes.
    pub brand: Brand,
}

/// Why there is no closing.
#[derive(Debug, thiserror::Error)]
pub enum Unclosed {
    /// Something that was asked for cannot be had.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The table is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Closings {
    /// Closings made of these.
    #[must_use]
    pub fn new(store: EmailSignatures, people: People, keys: EmailSignatureKeys) -> Self {
        Self { store, people, keys }
    }

    /// The closing that is wanted.
    ///
    /// # Errors
    ///
    /// [`Unclosed::Refused`] for a sender who is unknown or switched off, and for a brand or campaign that is unknown.
    pub async fn closing(&self, wanted: &Wanted<'_>) -> Result<Closing, Unclosed> {
        let sender = self.sender(wanted.tenant, wanted.sender, wanted.brand, wanted.now).await?;
        self.closing_of(&sender, wanted).await
    }

    /// The closing that is wanted of a sender who was looked up before.
    ///
    /// # Errors
    ///
    /// [`Unclosed::Refused`] for a campaign that is unknown.
    pub async fn closing_of(&self, sender: &Sender, wanted: &Wanted<'_>) -> Result<Closing, Unclosed> {
        let (book, person) = (&sender.book, &sender.kept.person);
        let group = person.group().and_then(|it| book.groups.find(it));
        let occasion =
            Occasion { brand: sender.brand.id(), group, mail: wanted.mail, language: wanted.language };
        let resolved = resolve(&book.rules, &occasion);
        let template = self.template(wanted.tenant, resolved.template).await?;
        let campaign = if let Some(id) = wanted.campaign {
            Some(book.campaign(id).ok_or_else(|| unknown("/campaign"))?)
        } else {
            let listed = resolved.campaigns;
            let eligible = book.campaigns.iter().filter(|it| listed.is_none_or(|ids| ids.contains(it.id())));
            let (reader, place) = (wanted.recipient.unwrap_or(wanted.sender), (group, wanted.language));
            choose(eligible, reader, place, sender.brand.id().as_str(), wanted.now, self.keys.sticky())
        };
        let mark = Mark {
            tenant: wanted.tenant.clone(),
            person: People::digest(wanted.sender),
            campaign: campaign.map(|it| it.id().clone()),
            variant: wanted.variant,
        };
        let urls = self.urls(wanted.public_url, &mark, campaign)?;
        let subject = Subject { brand: &sender.brand, person, group, campaign };
        let mut rendered = render(&template, &subject, &urls, wanted.variant, wanted.language);
        if book.counts_opens {
            let pixel = self.address(wanted.public_url, &mark, Aim::Open);
            for part in ["<img src=\"", &pixel, PIXEL_END] {
                rendered.html.push_str(part);
            }
        }
        let campaign = mark.campaign.clone();
        Ok(Closing { rendered, campaign, mark })
    }

    /// A person who has a signature now, with what decides on it.
    ///
    /// # Errors
    ///
    /// [`Unclosed::Refused`] for one who is unknown or switched off, and for a brand that is unknown.
    pub async fn sender(
        &self,
        tenant: &TenantId,
        email: &EmailAddress,
        brand: Option<&BrandId>,
        now: Timestamp,
    ) -> Result<Sender, Unclosed> {
        let unknown_person = || Refusal::at("/email", Reason::UnknownPerson);
        let kept = self.people.get(tenant, email).await?.ok_or_else(unknown_person)?;
        Self::sender_of(kept, self.store.book(tenant).await?, brand, now)
    }

    /// The same of a person and a book that were read before.
    ///
    /// # Errors
    ///
    /// [`Unclosed::Refused`], as for [`Closings::sender`].
    pub fn sender_of(
        kept: KeptPerson,
        book: Book,
        brand: Option<&BrandId>,
        now: Timestamp,
    ) -> Result<Sender, Unclosed> {
        let email = kept.person.email();
        kept.person.active(now).map_err(|reason| Refusal::at("/email", reason))?;
        let group = kept.person.group().and_then(|it| book.groups.find(it));
        let brand = match brand {
            Some(id) => book.brand(id).cloned().ok_or_else(|| unknown("/brand"))?,
            None => match book.brand_of(group) {
                Some(brand) => brand.clone(),
                None => plain_brand(email)?,
            },
        };
        Ok(Sender { kept, book, brand })
    }

    /// What closes every mail of a house, for a server that puts in the sender's own attributes: by the default brand
    /// and template, counted by nothing.
    ///
    /// # Errors
    ///
    /// [`Unclosed`].
    pub async fn disclaimer(
        &self,
        (tenant, book): (&TenantId, &Book),
        (variant, language): (Variant, Language),
        public_url: &str,
    ) -> Result<Option<Disclaimer>, Unclosed> {
        let Some(brand) = book.brand_of(None) else { return Ok(None) };
        let occasion = Occasion { brand: brand.id(), group: None, mail: Mail::Elsewhere, language };
        let template = self.template(tenant, resolve(&book.rules, &occasion).template).await?;
        let urls = Urls::new(&images(self.keys.base(public_url))?);
        Ok(Disclaimer::render(&template, brand, &urls, variant, language))
    }

    /// Where something about a signature is found.
    #[must_use]
    pub fn address(&self, public_url: &str, mark: &Mark, aim: Aim) -> String {
        format!("{}/l/{}", self.keys.base(public_url), self.keys.write(mark, aim))
    }

    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &EmailSignatureKeys {
        &self.keys
    }

    fn urls(&self, public_url: &str, mark: &Mark, campaign: Option<&Campaign>) -> Result<Urls, Refusal> {
        let link = |aim| {
            let address = self.address(public_url, mark, aim);
            Link::parse(&address).map_err(|reason| Refusal::at("", reason))
        };
        let images = images(self.keys.base(public_url))?;
        let mut urls = Urls::new(&images);
        urls.campaign = campaign.map(|_| link(Aim::Campaign)).transpose()?;
        urls.vcard = Some(link(Aim::Card)?);
        urls.qr = Some(link(Aim::Code)?);
        Ok(urls)
    }

    /// The template of a rule; else the one that is named `default`, and else one of the gallery.
    async fn template(&self, tenant: &TenantId, named: Option<&TemplateId>) -> Result<Template, Unclosed> {
        let named = named.map(TemplateId::as_str);
        for name in named.into_iter().chain([DEFAULT]) {
            if let Some(kept) = self.store.get(tenant, Piece::Template(name)).await? {
                return Ok(compiled(&kept)?);
            }
        }
        let [first, ..] = GALLERY;
        Ok(first.template()?)
    }
}

impl Counts {
    /// Counts one of a signature.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn count(&self, mark: &Mark, counted: Counted, now: Timestamp) -> Result<(), StoreError> {
        let campaign = mark.campaign.as_ref().map(CampaignId::as_str);
        self.add(&mark.tenant, (&mark.person, campaign, mark.variant.as_str()), counted, now).await
    }
}

impl Book {
    /// The brand of a name.
    #[must_use]
    pub fn brand(&self, id: &BrandId) -> Option<&Brand> {
        self.brands.iter().find(|it| it.id() == id)
    }

    /// The campaign of a name.
    #[must_use]
    pub fn campaign(&self, id: &CampaignId) -> Option<&Campaign> {
        self.campaigns.iter().find(|it| it.id() == id)
    }

    /// The brand of a group: the narrowest that is for it, else the one that is named `default`, else the first that is
    /// for everybody.
    #[must_use]
    pub fn brand_of(&self, group: Option<&email_signature::person::Group>) -> Option<&Brand> {
        let placed = self.brands.iter().filter_map(|it| Some((it.depth_for(group)?, it)));
        // The last of equal maxima is taken: from the end, that is the first.
        placed.rev().max_by_key(|(depth, it)| (*depth, it.id().as_str() == DEFAULT)).map(|(_, it)| it)
    }
}

/// Where pictures of signatures are served.
///
/// # Errors
///
/// [`Refusal`], when this service is at no address of the web.
pub fn images(public_url: &str) -> Result<Link, Refusal> {
    Link::parse(&format!("{public_url}/i")).map_err(|reason| Refusal::at("", reason))
}

/// A template as it was kept, compiled.
///
/// # Errors
///
/// [`StoreError::Corrupt`], when it is one no more.
pub fn compiled(kept: &Kept) -> Result<Template, StoreError> {
    Template::parse(&kept.body, kept.version).map_err(|refusal| StoreError::corrupt(&kept.name, refusal))
}

/// What stands in for a brand where there is none: the name of the sender's host.
fn plain_brand(sender: &EmailAddress) -> Result<Brand, Refusal> {
    Brand::parse(&json!({ "id": "plain", "name": sender.domain(), "colors": { "primary": "#1f4fb4" } }))
}

/// Something that is named and is not there.
fn unknown(pointer: &str) -> Refusal {
    Refusal::at(pointer, Reason::Unknown)
}

/// What counts for whoever nothing else was said of.
const DEFAULT: &str = "default";
/// The pixel that counts opens takes no room.
const PIXEL_END: &str = "\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0;\">";
