//! Campaigns: banners below signatures, when, for whom, and which of several.

mod choice;

use domain::Timestamp;
use domain::value::Language;
use serde_json::Value;

use crate::members::{Members, image, instant, language, line, link, number, text, truth};
use crate::person::{Group, Place};
use crate::refusal::{Reason, Refusal};
use crate::value::{CampaignId, Image, Line, Link};

pub use choice::{StickyKey, choose};

/// A banner, where it leads, and when it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    id: CampaignId,
    name: Line,
    banner: Image,
    alt: Line,
    link: Link,
    destination: Link,
    utm: Utm,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    places: Vec<Place>,
    languages: Vec<Language>,
    priority: u8,
    weight: u16,
    is_paused: bool,
}

/// What the statistics of a website are told by the query of a link.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Utm {
    source: Option<Line>,
    medium: Option<Line>,
    campaign: Option<Line>,
    term: Option<Line>,
    content: Option<Line>,
}

impl Campaign {
    /// Reads a campaign: `id`, `name`, `banner` (`id`, `width`, `height`), `alt`, `link`, and if wanted `utm`
    /// (`source`, `medium`, `campaign`, `term`, `content`), `from`, `until`, `places` (each one of
    /// `parent_entity`, `entity`, `group`), `languages`, `priority` (0 to 100), `weight` (1 to 1000), `paused`.
    /// No place and no language mean all of them.
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the member that has to be changed.
    pub fn parse(value: &Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let link_to = members.needed("link", link)?;
        let utm = members.parsed("utm", Utm::parse)?.unwrap_or_default();
        let priority = members.parsed("priority", number(0..=100))?.unwrap_or(DEFAULT_PRIORITY);
        let weight = members.parsed("weight", number(1..=1000))?.unwrap_or(1);
        let campaign = Self {
            id: members.needed("id", text(CampaignId::parse))?,
            name: members.needed("name", line(crate::brand::MAX_NAME_CHARS))?,
            banner: members.needed("banner", image)?,
            alt: members.needed("alt", line(MAX_ALT_CHARS))?,
            destination: utm.added_to(&link_to),
            link: link_to,
            utm,
            from: members.parsed("from", instant)?,
            until: members.parsed("until", instant)?,
            places: members.list("places", MAX_PLACES, Place::parse)?,
            languages: members.list("languages", Language::ALL.len(), language)?,
            priority: u8::try_from(priority).unwrap_or(u8::MAX),
            weight: u16::try_from(weight).unwrap_or(u16::MAX),
            is_paused: members.parsed("paused", truth)?.unwrap_or_default(),
        };
        members.finish()?;
        if campaign.until.zip(campaign.from).is_some_and(|(until, from)| until <= from) {
            return Err(Refusal::at("/until", Reason::Window));
        }
        if campaign.destination.as_str().len() > crate::value::MAX_LINK_CHARS {
            return Err(Refusal::at(
                "/utm",
                Reason::Link { why: "longer than 2048 characters with its parameters" },
            ));
        }
        Ok(campaign)
    }

    /// Names it.
    #[must_use]
    pub const fn id(&self) -> &CampaignId {
        &self.id
    }

    /// As people say it.
    #[must_use]
    pub const fn name(&self) -> &Line {
        &self.name
    }

    /// The banner.
    #[must_use]
    pub const fn banner(&self) -> &Image {
        &self.banner
    }

    /// What the banner says.
    #[must_use]
    pub const fn alt(&self) -> &Line {
        &self.alt
    }

    /// Where the banner leads, without parameters: the only place that a redirect for it may go to is
    /// [`Campaign::destination`].
    #[must_use]
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// Where the banner leads, with its parameters.
    #[must_use]
    pub const fn destination(&self) -> &Link {
        &self.destination
    }

    /// The parameters.
    #[must_use]
    pub const fn utm(&self) -> &Utm {
        &self.utm
    }

    /// How it counts among campaigns of the same priority, from 1.
    #[must_use]
    pub const fn weight(&self) -> u16 {
        self.weight
    }

    /// Among campaigns that run, only those of the highest priority are shown.
    #[must_use]
    pub const fn priority(&self) -> u8 {
        self.priority
    }

    /// Whether it is shown: not paused, from its beginning on and before its end, to this group, in this
    /// language.
    #[must_use]
    pub fn runs(&self, group: Option<&Group>, language: Language, now: Timestamp) -> bool {
        !self.is_paused
            && self.from.is_none_or(|from| from <= now)
            && self.until.is_none_or(|until| now < until)
            && (self.places.is_empty() || self.places.iter().any(|it| it.holds(group)))
            && (self.languages.is_empty() || self.languages.contains(&language))
    }
}

impl Utm {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let parameter = line(MAX_UTM_CHARS);
        let utm = Self {
            source: members.parsed("source", &parameter)?,
            medium: members.parsed("medium", &parameter)?,
            campaign: members.parsed("campaign", &parameter)?,
            term: members.parsed("term", &parameter)?,
            content: members.parsed("content", &parameter)?,
        };
        members.finish()?;
        Ok(utm)
    }

    fn added_to(&self, link: &Link) -> Link {
        let named = [
            ("utm_source", &self.source),
            ("utm_medium", &self.medium),
            ("utm_campaign", &self.campaign),
            ("utm_term", &self.term),
            ("utm_content", &self.content),
        ];
        let said = named.iter().filter_map(|(name, value)| value.as_ref().map(|it| (*name, it.as_str())));
        link.with_query(&said.collect::<Vec<_>>())
    }
}

const DEFAULT_PRIORITY: u32 = 50;
const MAX_ALT_CHARS: usize = 200;
pub(crate) const MAX_PLACES: usize = 100;
const MAX_UTM_CHARS: usize = 100;

#[cfg(test)]
mod tests;
