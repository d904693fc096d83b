//! How the signing page looks, who may frame it, and where it leads back to.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::value::{Color, MIN_CONTRAST, WebAddress, WebFault, WebOrigin};

/// What an integrator chose of the signing page. What is written of it is a JSON object whose members are
/// [`ColorSlot`]s, [`Hideable`]s and the few names below.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Appearance {
    colors: BTreeMap<ColorSlot, Color>,
    palette: BTreeMap<ColorSlot, Color>,
    hidden: BTreeMap<Hideable, bool>,
    logo: Option<WebAddress>,
    ancestors: Vec<WebOrigin>,
    complete_url: Option<WebAddress>,
    cancel_url: Option<WebAddress>,
}

impl Appearance {
    /// Reads what was chosen. A member that is null counts as left out.
    ///
    /// # Errors
    ///
    /// [`Misfit`], with the member that has to be changed.
    pub fn read(members: &Map<String, Value>) -> Result<Self, Misfit> {
        let mut read = Self::default();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            read.set(name, value)?;
        }
        read.palette = palette(&read.colors)?;
        Ok(read)
    }

    /// Reads what a store kept. What was stored before these rules counts as far as it fits them.
    #[must_use]
    pub fn restore(stored: &Value) -> Self {
        let Value::Object(members) = stored else { return Self::default() };
        let mut read = Self::default();
        for (name, value) in members {
            let _dropped = read.set(name, value).is_err();
        }
        match palette(&read.colors) {
            Ok(palette) => Self { palette, ..read },
            Err(_) => Self { colors: BTreeMap::new(), ..read },
        }
    }

    /// What was chosen, as it is written.
    #[must_use]
    pub fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        for (slot, color) in &self.colors {
            members.insert(slot.as_str().to_owned(), json!(color.as_str()));
        }
        for (part, is_hidden) in &self.hidden {
            members.insert(part.as_str().to_owned(), json!(is_hidden));
        }
        let addresses =
            [(LOGO, &self.logo), (COMPLETE_URL, &self.complete_url), (CANCEL_URL, &self.cancel_url)];
        for (name, address) in addresses {
            if let Some(address) = address {
                members.insert(name.to_owned(), json!(address.as_str()));
            }
        }
        if !self.ancestors.is_empty() {
            let origins: Vec<&str> = self.ancestors.iter().map(WebOrigin::as_str).collect();
            members.insert(ANCESTORS.to_owned(), json!(origins));
        }
        members
    }

    /// The colours of the page: what was chosen, with a counterpart that can be read for each half of a pair
    /// that was chosen alone. Pairs of which nothing was chosen are left to the page.
    #[must_use]
    pub fn palette(&self) -> &BTreeMap<ColorSlot, Color> {
        &self.palette
    }

    /// Whether a part is not shown.
    #[must_use]
    pub fn hides(&self, part: Hideable) -> bool {
        self.hidden.get(&part).copied().unwrap_or(false)
    }

    /// Where the logo is.
    #[must_use]
    pub fn logo(&self) -> Option<&WebAddress> {
        self.logo.as_ref()
    }

    /// The origins whose pages may frame the signing page.
    #[must_use]
    pub fn ancestors(&self) -> &[WebOrigin] {
        &self.ancestors
    }

    /// Where the page leads to after the act.
    #[must_use]
    pub fn complete_url(&self) -> Option<&WebAddress> {
        self.complete_url.as_ref()
    }

    /// Where the page leads to for those who do not act, or decline.
    #[must_use]
    pub fn cancel_url(&self) -> Option<&WebAddress> {
        self.cancel_url.as_ref()
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), Misfit> {
        let misfit = |why| Misfit { member: name.to_owned(), index: None, why };
        if let Some(slot) = ColorSlot::parse(name) {
            let color = value.as_str().and_then(Color::parse).ok_or_else(|| misfit(MisfitKind::Color))?;
            self.colors.insert(slot, color);
            return Ok(());
        }
        if let Some(part) = Hideable::parse(name) {
            let is_hidden = truth(value).ok_or_else(|| misfit(MisfitKind::Truth))?;
            self.hidden.insert(part, is_hidden);
            return Ok(());
        }
        match name {
            LOGO => self.logo = Some(address(value).map_err(misfit)?),
            COMPLETE_URL => self.complete_url = Some(way_back(value).map_err(misfit)?),
            CANCEL_URL => self.cancel_url = Some(way_back(value).map_err(misfit)?),
            ANCESTORS => self.ancestors = origins(value)?,
            _ => return Err(misfit(MisfitKind::Unknown)),
        }
        Ok(())
    }
}

/// What cannot be had, and where it stands.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{why}")]
pub struct Misfit {
    /// The member.
    pub member: String,
    /// The place in it, where it is a list.
    pub index: Option<usize>,
    /// Why.
    pub why: MisfitKind,
}

/// Why a choice cannot be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MisfitKind {
    /// Not an address of the web.
    #[error("the address is not used: {0}")]
    Address(WebFault),
    /// Not `#RRGGBB`.
    #[error("a colour is # and six hexadecimal digits, such as #1a5fb4")]
    Color,
    /// Text that people with low vision cannot read.
    #[error("the contrast with {background} is {ratio:.2}:1; text needs {MIN_CONTRAST}:1 at least")]
    Contrast {
        /// The colour of the ground, by its name, or the best one that there could be.
        background: &'static str,
        /// The ratio that was computed, rounded down.
        ratio: f64,
    },
    /// Parameters of this name are set by this system.
    #[error("parameters whose names begin with {RESULT_PREFIX} are set by the signing page")]
    Parameter,
    /// Too long a list, or no list.
    #[error("a list of at most {MAX_ANCESTORS} origins, such as [\"https://app.example.com\"]")]
    Origins,
    /// Neither true nor false.
    #[error("true or false")]
    Truth,
    /// There is no such member.
    #[error("there is no such key")]
    Unknown,
}

/// A colour of the page.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ColorSlot {
    /// Ground of a button.
    ButtonBackground,
    /// The same under the pointer.
    ButtonBackgroundHover,
    /// Words on a button.
    ButtonText,
    /// The same under the pointer.
    ButtonTextHover,
    /// Ground of the foot.
    FooterBackground,
    /// Ground of the head.
    HeaderBackground,
    /// Second line of the head.
    HeaderSubtitle,
    /// First line of the head.
    HeaderTitle,
    /// Ground of the side.
    SidebarBackground,
    /// Words of the side.
    SidebarText,
    /// Title of the side.
    SidebarTitle,
    /// Ground of the button that goes on.
    SignButtonBackground,
    /// The same under the pointer.
    SignButtonBackgroundHover,
    /// Words on the button that goes on.
    SignButtonText,
    /// The same under the pointer.
    SignButtonTextHover,
}

impl ColorSlot {
    /// Every slot.
    pub const ALL: [Self; 15] = [
        Self::ButtonBackground,
        Self::ButtonBackgroundHover,
        Self::ButtonText,
        Self::ButtonTextHover,
        Self::FooterBackground,
        Self::HeaderBackground,
        Self::HeaderSubtitle,
        Self::HeaderTitle,
        Self::SidebarBackground,
        Self::SidebarText,
        Self::SidebarTitle,
        Self::SignButtonBackground,
        Self::SignButtonBackgroundHover,
        Self::SignButtonText,
        Self::SignButtonTextHover,
    ];

    /// Its word on the wire and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ButtonBackground => "buttonBackgroundColor",
            Self::ButtonBackgroundHover => "buttonBackgroundColorHover",
            Self::ButtonText => "buttonTextColor",
            Self::ButtonTextHover => "buttonTextColorHover",
            Self::FooterBackground => "footerBackgroundColor",
            Self::HeaderBackground => "headerBackgroundColor",
            Self::HeaderSubtitle => "headerSubtitleColor",
            Self::HeaderTitle => "headerTitleColor",
            Self::SidebarBackground => "sidebarBackgroundColor",
            Self::SidebarText => "sidebarTextColor",
            Self::SidebarTitle => "sidebarTitleColor",
            Self::SignButtonBackground => "signButtonBackgroundColor",
            Self::SignButtonBackgroundHover => "signButtonBackgroundColorHover",
            Self::SignButtonText => "signButtonTextColor",
            Self::SignButtonTextHover => "signButtonTextColorHover",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// A part of the page that can be left out.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Hideable {
    /// The download of the signed document.
    DownloadSigned,
    /// The download of the document before it is signed.
    DownloadValidated,
    /// The head.
    Header,
    /// The side.
    Sidebar,
}

impl Hideable {
    /// Every part.
    pub const ALL: [Self; 4] = [Self::DownloadSigned, Self::DownloadValidated, Self::Header, Self::Sidebar];

    /// Its word on the wire and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DownloadSigned => "hideDownloadSigned",
            Self::DownloadValidated => "hideDownloadValidated",
            Self::Header => "hideHeader",
            Self::Sidebar => "hideSidebar",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// Completes each pair of which a half was chosen, and judges it.
fn palette(chosen: &BTreeMap<ColorSlot, Color>) -> Result<BTreeMap<ColorSlot, Color>, Misfit> {
    let mut palette = chosen.clone();
    for (hover, rest) in HOVERS {
        if let (None, Some(color)) = (chosen.get(&hover), chosen.get(&rest)) {
            palette.insert(hover, color.clone());
        }
    }
    for (ground, texts) in GROUNDS {
        let first = texts.iter().find_map(|it| palette.get(it)).cloned();
        let color = match (palette.get(&ground), first) {
            (Some(color), _) => color.clone(),
            (None, Some(text)) => text.counterpart(),
            (None, None) => continue,
        };
        for text in texts {
            let written = palette.entry(*text).or_insert_with(|| color.counterpart());
            let ratio = written.contrast(&color);
            if ratio < MIN_CONTRAST {
                let why = MisfitKind::Contrast {
                    background: ground.as_str(),
                    ratio: (ratio * 100.0).floor() / 100.0,
                };
                let member = blamed(chosen, *text, ground).as_str().to_owned();
                return Err(Misfit { member, index: None, why });
            }
        }
        palette.insert(ground, color);
    }
    Ok(palette)
}

/// The member of a pair that was really written: a colour under the pointer may be that at rest.
fn blamed(chosen: &BTreeMap<ColorSlot, Color>, text: ColorSlot, ground: ColorSlot) -> ColorSlot {
    let rest = HOVERS.into_iter().find(|(hover, _)| *hover == text).map(|(_, rest)| rest);
    let candidates = [Some(text), rest, Some(ground)];
    candidates.into_iter().flatten().find(|it| chosen.contains_key(it)).unwrap_or(text)
}

fn address(value: &Value) -> Result<WebAddress, MisfitKind> {
    let text = value.as_str().ok_or(MisfitKind::Address(WebFault::Malformed))?;
    WebAddress::parse(text).map_err(MisfitKind::Address)
}

fn way_back(value: &Value) -> Result<WebAddress, MisfitKind> {
    let address = address(value)?;
    if address.has_parameter(RESULT_PREFIX) { Err(MisfitKind::Parameter) } else { Ok(address) }
}

fn origins(value: &Value) -> Result<Vec<WebOrigin>, Misfit> {
    let misfit = |index, why| Misfit { member: ANCESTORS.to_owned(), index, why };
    let no_list = || misfit(None, MisfitKind::Origins);
    let entries = value.as_array().filter(|it| it.len() <= MAX_ANCESTORS).ok_or_else(no_list)?;
    let mut origins = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let origin = WebOrigin::parse(entry.as_str().unwrap_or_default())
            .map_err(|why| misfit(Some(index), MisfitKind::Address(why)))?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// A truth value, or the word for it: callers of this dialect send both.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(word) if word == "true" => Some(true),
        Value::String(word) if word == "false" => Some(false),
        _ => None,
    }
}

/// What the names of the parameters begin with that tell a result to where the page leads back.
pub const RESULT_PREFIX: &str = "paraphe_";

const LOGO: &str = "sidebarLogo";
const COMPLETE_URL: &str = "completeUrl";
const CANCEL_URL: &str = "cancelUrl";
const ANCESTORS: &str = "iframeAncestors";
/// A policy that names them all stays within what browsers and gateways take as a header.
const MAX_ANCESTORS: usize = 20;

/// What a colour under the pointer is, where only that at rest was chosen.
const HOVERS: [(ColorSlot, ColorSlot); 4] = [
    (ColorSlot::ButtonTextHover, ColorSlot::ButtonText),
    (ColorSlot::ButtonBackgroundHover, ColorSlot::ButtonBackground),
    (ColorSlot::SignButtonTextHover, ColorSlot::SignButtonText),
    (ColorSlot::SignButtonBackgroundHover, ColorSlot::SignButtonBackground),
];

/// Each ground, with the words that stand on it. The foot's words are the page's own.
const GROUNDS: [(ColorSlot, &[ColorSlot]); 6] = [
    (ColorSlot::HeaderBackground, &[ColorSlot::HeaderTitle, ColorSlot::HeaderSubtitle]),
    (ColorSlot::SidebarBackground, &[ColorSlot::SidebarTitle, ColorSlot::SidebarText]),
    (ColorSlot::ButtonBackground, &[ColorSlot::ButtonText]),
    (ColorSlot::ButtonBackgroundHover, &[ColorSlot::ButtonTextHover]),
    (ColorSlot::SignButtonBackground, &[ColorSlot::SignButtonText]),
    (ColorSlot::SignButtonBackgroundHover, &[ColorSlot::SignButtonTextHover]),
];

#[cfg(test)]
mod tests;
