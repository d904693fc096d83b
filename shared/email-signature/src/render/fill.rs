//! What stands for a placeholder.

use std::borrow::Cow;

use domain::EmailAddress;
use domain::Text;
use domain::value::{Color, Language};

use super::{Subject, Urls};
use crate::attribute::Attribute;
use crate::palette;
use crate::template::{Href, ImageSource, Picture, Piece, Slot, percent_encoded, telephone};
use crate::value::{Image, Line, Link};

/// The values for one signature.
pub(super) struct Fill<'a> {
    subject: &'a Subject<'a>,
    urls: &'a Urls,
    language: Language,
    full_name: Option<String>,
}

/// An image, ready to be shown.
pub(super) struct Shown {
    pub(super) address: String,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl<'a> Fill<'a> {
    pub(super) fn new(subject: &'a Subject<'a>, urls: &'a Urls, language: Language) -> Self {
        Self { subject, urls, language, full_name: subject.person.full_name() }
    }

    /// The text of a placeholder; none when there is nothing to say.
    pub(super) fn text<'t>(&'t self, slot: &'t Slot) -> Option<Cow<'t, str>> {
        match self.value(slot.attribute) {
            Some(text) if !text.is_empty() => Some(slot.filtered(text)),
            _ => slot.otherwise.as_deref().map(Cow::Borrowed),
        }
    }

    /// Where a link leads; none when nothing says so.
    pub(super) fn address(&self, href: &Href) -> Option<String> {
        match href {
            Href::Fixed(address) => Some(address.clone()),
            Href::Mail(slot) => {
                let address = EmailAddress::parse(&self.text(slot)?).ok()?;
                Some(format!("mailto:{}", percent_encoded(address.expose())))
            }
            Href::Telephone(slot) => telephone(&self.text(slot)?).map(|it| format!("tel:{it}")),
            // Checked once more: what was stored under older rules leads nowhere.
            Href::Whole(slot) => Link::parse(&self.text(slot)?).ok().map(|it| it.as_str().to_owned()),
            Href::Composed(pieces) => {
                let (mut address, mut is_filled) = (String::new(), false);
                for piece in pieces {
                    match piece {
                        Piece::Separator(text) | Piece::Static(text) => address.push_str(text),
                        Piece::Slot(slot) => {
                            if let Some(text) = self.text(slot) {
                                is_filled = true;
                                address.push_str(&percent_encoded(&text));
                            }
                        }
                    }
                }
                is_filled.then_some(address)
            }
        }
    }

    /// An image and its size, if there is one.
    pub(super) fn image(&self, picture: &Picture) -> Option<Shown> {
        let kept = |image: &Image| {
            let (width, height) = image.fitted(picture.width, picture.height);
            Shown { address: format!("{}/{}", self.urls.images, image.id.as_str()), width, height }
        };
        match &picture.source {
            ImageSource::Banner => self.subject.campaign.map(|it| kept(it.banner())),
            ImageSource::Logo => self.subject.brand.logo().map(kept),
            ImageSource::Own(image) => Some(kept(image)),
            ImageSource::Person => self.subject.person.picture().map(kept),
            ImageSource::Qr => self.urls.qr.as_ref().map(|link| {
                let side = picture.width.min(picture.height);
                Shown { address: link.as_str().to_owned(), width: side, height: side }
            }),
        }
    }

    fn value(&self, attribute: Attribute) -> Option<&str> {
        let Subject { brand, person, group, campaign } = self.subject;
        let colors = brand.colors();
        match attribute {
            Attribute::BrandConfidentiality => {
                brand.confidentiality().in_language(self.language).map(Text::as_str)
            }
            Attribute::BrandLegal => brand.legal().in_language(self.language).map(Text::as_str),
            Attribute::BrandName => Some(brand.name().as_str()),
            Attribute::BrandSocial(network) => brand.social(network).map(Link::as_str),
            Attribute::BrandWebsite => brand.website().map(Link::as_str),
            Attribute::CampaignAlt => campaign.map(|it| it.alt().as_str()),
            Attribute::CampaignLink => {
                let campaign = (*campaign)?;
                Some(self.urls.campaign.as_ref().unwrap_or(campaign.destination()).as_str())
            }
            Attribute::ColorAccent => Some(colors.accent.as_str()),
            Attribute::ColorAccentText => Some(colors.accent_text.as_str()),
            Attribute::ColorOnAccent => Some(colors.on_accent.as_str()),
            Attribute::ColorOnPrimary => Some(colors.on_primary.as_str()),
            Attribute::ColorOnSurface => Some(colors.on_surface.as_str()),
            Attribute::ColorPrimary => Some(colors.primary.as_str()),
            Attribute::ColorPrimaryText => Some(colors.primary_text.as_str()),
            Attribute::ColorQuiet => Some(palette::QUIET),
            Attribute::ColorSurface => Some(Color::as_str(&colors.surface)),
            Attribute::Email => Some(person.email().expose()),
            Attribute::Field(field) => {
                let vcard = self.urls.vcard.as_ref().filter(|_| field.as_str() == "vcard_url");
                person.value(field).map(Line::as_str).or_else(|| vcard.map(Link::as_str))
            }
            Attribute::Fullname => self.full_name.as_deref(),
            Attribute::Group => group.map(|it| it.name.as_str()),
            Attribute::Entity => group.and_then(|it| it.entity.as_ref()).map(Line::as_str),
            Attribute::ParentEntity => group.and_then(|it| it.parent_entity.as_ref()).map(Line::as_str),
        }
    }
}
