//! Brands: what signatures of a house have in common.

use std::collections::BTreeMap;

use domain::Text;
use domain::value::{Color, Language};
use serde_json::Value;

use crate::members::{self, Members, color, image, line, lines, link, pointer, text};
use crate::palette;
use crate::person::{Group, Place};
use crate::refusal::{Reason, Refusal};
use crate::value::{BrandId, Image, Line, Link};

/// A house: its name, its look and what it has to say below every mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Brand {
    id: BrandId,
    name: Line,
    logo: Option<Image>,
    colors: Colors,
    legal: Clause,
    confidentiality: Clause,
    socials: BTreeMap<Network, Link>,
    website: Option<Link>,
    places: Vec<Place>,
}

/// The colours of a brand, as they were chosen and as they are used.
#[derive(Clone, Debug, PartialEq)]
pub struct Colors {
    /// The first colour.
    pub primary: Color,
    /// The second; the first, if none was chosen.
    pub accent: Color,
    /// The third, for soft surfaces and rules; a light grey, if none was chosen.
    pub surface: Color,
    pub(crate) primary_text: Color,
    pub(crate) accent_text: Color,
    pub(crate) on_primary: Color,
    pub(crate) on_accent: Color,
    pub(crate) on_surface: Color,
}

/// A text in one or more languages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clause(BTreeMap<&'static str, Text>);

/// A network in which brands and persons show themselves.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Network {
    /// Facebook.
    Facebook,
    /// `GitHub`.
    Github,
    /// Instagram.
    Instagram,
    /// `LinkedIn`.
    Linkedin,
    /// Mastodon.
    Mastodon,
    /// Threads.
    Threads,
    /// Twitter, by now X.
    Twitter,
    /// `WhatsApp`.
    Whatsapp,
    /// Xing.
    Xing,
    /// `YouTube`.
    Youtube,
}

impl Brand {
    /// Reads a brand: `id`, `name`, `logo` (`id`, `width`, `height`), `colors` (`primary`, and if wanted
    /// `accent`, `surface`), `legal` and `confidentiality` (a text by language), `socials` (a link by network),
    /// `website`, and `places`, whose persons write in this name (`parent_entity`, `entity` or `group`; nobody in
    /// particular, if there are none).
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the member that has to be changed.
    pub fn parse(value: &Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let brand = Self {
            id: members.needed("id", text(BrandId::parse))?,
            name: members.needed("name", line(MAX_NAME_CHARS))?,
            logo: members.parsed("logo", image)?,
            colors: members.needed("colors", Colors::parse)?,
            legal: members.parsed("legal", Clause::parse)?.unwrap_or_default(),
            confidentiality: members.parsed("confidentiality", Clause::parse)?.unwrap_or_default(),
            socials: members.parsed("socials", socials)?.unwrap_or_default(),
            website: members.parsed("website", link)?,
            places: members.list("places", crate::campaign::MAX_PLACES, Place::parse)?,
        };
        members.finish()?;
        Ok(brand)
    }

    /// Names it.
    #[must_use]
    pub const fn id(&self) -> &BrandId {
        &self.id
    }

    /// As people say it.
    #[must_use]
    pub const fn name(&self) -> &Line {
        &self.name
    }

    /// The logo.
    #[must_use]
    pub const fn logo(&self) -> Option<&Image> {
        self.logo.as_ref()
    }

    /// The colours.
    #[must_use]
    pub const fn colors(&self) -> &Colors {
        &self.colors
    }

    /// What the law wants below every letter.
    #[must_use]
    pub const fn legal(&self) -> &Clause {
        &self.legal
    }

    /// The request to keep the mail to oneself.
    #[must_use]
    pub const fn confidentiality(&self) -> &Clause {
        &self.confidentiality
    }

    /// Where the brand shows itself.
    #[must_use]
    pub fn social(&self, network: Network) -> Option<&Link> {
        self.socials.get(&network)
    }

    /// How closely it is the brand of a group: 0 if it is anybody's, none if it is that of others.
    #[must_use]
    pub fn depth_for(&self, group: Option<&Group>) -> Option<u8> {
        if self.places.is_empty() {
            return Some(0);
        }
        self.places.iter().filter(|it| it.holds(group)).map(Place::depth).max()
    }

    /// The website.
    #[must_use]
    pub const fn website(&self) -> Option<&Link> {
        self.website.as_ref()
    }
}

impl Colors {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let primary = members.needed("primary", color)?;
        let accent = members.parsed("accent", color)?.unwrap_or_else(|| primary.clone());
        let surface = members.parsed("surface", color)?;
        let surface = surface.or_else(|| Color::parse(LIGHT)).unwrap_or_else(Color::white);
        members.finish()?;
        Ok(Self {
            primary_text: palette::readable(&primary),
            accent_text: palette::readable(&accent),
            on_primary: primary.counterpart(),
            on_accent: accent.counterpart(),
            on_surface: surface.counterpart(),
            primary,
            accent,
            surface,
        })
    }
}

impl Clause {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let map = value.as_object().ok_or_else(|| {
            Refusal::at("", Reason::Shape { expected: "an object with a text for each language" })
        })?;
        let mut texts = BTreeMap::new();
        for (tag, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            let under = |it: Refusal| it.under(&pointer(tag));
            let language = members::language(&Value::String(tag.clone())).map_err(under)?;
            texts.insert(language.as_str(), lines(MAX_CLAUSE_CHARS)(value).map_err(under)?);
        }
        Ok(Self(texts))
    }

    /// The text in a language; in English where there is none in it, and else in the first there is.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Option<&Text> {
        let found = self.0.get(language.as_str()).or_else(|| self.0.get(Language::En.as_str()));
        found.or_else(|| self.0.values().next())
    }
}

impl Network {
    /// Every network.
    pub const ALL: [Self; 10] = [
        Self::Facebook,
        Self::Github,
        Self::Instagram,
        Self::Linkedin,
        Self::Mastodon,
        Self::Threads,
        Self::Twitter,
        Self::Whatsapp,
        Self::Xing,
        Self::Youtube,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facebook => "facebook",
            Self::Github => "github",
            Self::Instagram => "instagram",
            Self::Linkedin => "linkedin",
            Self::Mastodon => "mastodon",
            Self::Threads => "threads",
            Self::Twitter => "twitter",
            Self::Whatsapp => "whatsapp",
            Self::Xing => "xing",
            Self::Youtube => "youtube",
        }
    }

    /// Reads its word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

fn socials(value: &Value) -> Result<BTreeMap<Network, Link>, Refusal> {
    let map = value.as_object().ok_or_else(|| {
        Refusal::at("", Reason::Shape { expected: "an object with a link for each network" })
    })?;
    let read = map.iter().filter(|(_, value)| !value.is_null()).map(|(word, value)| {
        let under = |it: Refusal| it.under(&pointer(word));
        let network = Network::parse(word).ok_or_else(|| under(Refusal::at("", Reason::Unknown)))?;
        Ok((network, link(value).map_err(under)?))
    });
    read.collect()
}

/// Longest name of a brand or a campaign.
pub const MAX_NAME_CHARS: usize = 100;
/// Longest clause: a page of it is read by nobody, and mail programs cut long mails.
pub const MAX_CLAUSE_CHARS: usize = 2000;
const LIGHT: &str = "#e4e7ec";
