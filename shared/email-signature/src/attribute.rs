//! What a template can say of a person, a brand and a campaign: Signitic's names for persons, and our own.

use std::fmt;

use crate::brand::Network;

/// Something about a person that an administrator, a directory or the person keeps. The names are Signitic's.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Field(u8);

/// What form the text of a field or an attribute has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// An e-mail address.
    Email,
    /// An address of the web.
    Link,
    /// A phone number as people write it.
    Phone,
    /// Anything on one line.
    Text,
    /// Text of several lines.
    Lines,
    /// A colour.
    Color,
}

impl Field {
    /// Given name.
    pub const FIRSTNAME: Self = Self(0);
    /// Family name.
    pub const LASTNAME: Self = Self(1);
    /// Phone.
    pub const PHONE: Self = Self(2);
    /// Mobile phone.
    pub const MOBILE: Self = Self(3);
    /// What the person is: engineer, notary.
    pub const TITLE: Self = Self(4);
    /// Department.
    pub const UNIT: Self = Self(5);
    /// Street and number.
    pub const ADDRESS: Self = Self(6);
    /// Postal code.
    pub const POSTAL_CODE: Self = Self(7);
    /// Town.
    pub const CITY: Self = Self(8);
    /// Where meetings with the person are booked.
    pub const CALENDAR_LINK: Self = Self(11);

    /// Every field, in the order in which Signitic names them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..u8::try_from(NAMES.len()).unwrap_or(u8::MAX)).map(Self)
    }

    /// Reads a field's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let at = NAMES.iter().position(|it| *it == name)?;
        u8::try_from(at).ok().map(Self)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// The form of its text.
    #[must_use]
    pub fn form(self) -> Form {
        match self.as_str() {
            "phone" | "mobile" => Form::Phone,
            name if name.ends_with("_link") || name == "vcard_url" => Form::Link,
            _ => Form::Text,
        }
    }
}

/// What stands in a placeholder.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Attribute {
    /// The brand's confidentiality clause, in the language of the mail.
    BrandConfidentiality,
    /// The brand's legal mention, in the language of the mail.
    BrandLegal,
    /// The brand's name.
    BrandName,
    /// A social link of the brand.
    BrandSocial(Network),
    /// The brand's website.
    BrandWebsite,
    /// What the campaign's banner says.
    CampaignAlt,
    /// Where the campaign leads, with its parameters, or by way of the counter of clicks.
    CampaignLink,
    /// The second colour, for surfaces.
    ColorAccent,
    /// The second colour, so that text in it can be read on white and on dark.
    ColorAccentText,
    /// Text on a surface of the second colour.
    ColorOnAccent,
    /// Text on a surface of the first colour.
    ColorOnPrimary,
    /// The first colour, for surfaces.
    ColorPrimary,
    /// The first colour, so that text in it can be read on white and on dark.
    ColorPrimaryText,
    /// A grey that can be read on white and on dark.
    ColorQuiet,
    /// The third colour, for rules and soft surfaces.
    ColorSurface,
    /// Text on the third colour.
    ColorOnSurface,
    /// The person's address.
    Email,
    /// What is kept of a person.
    Field(Field),
    /// Given name and family name.
    Fullname,
    /// The person's group.
    Group,
    /// The entity of the group.
    Entity,
    /// The entity above that.
    ParentEntity,
}

impl Attribute {
    /// Reads an attribute's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(network) = name.strip_prefix("brand_").and_then(Network::parse) {
            return Some(Self::BrandSocial(network));
        }
        let own = OWN.iter().find(|(own, _)| *own == name).map(|(_, attribute)| *attribute);
        own.or_else(|| Field::parse(name).map(Self::Field))
    }

    /// The form of its text.
    #[must_use]
    pub fn form(self) -> Form {
        match self {
            Self::BrandSocial(_) | Self::BrandWebsite | Self::CampaignLink => Form::Link,
            Self::BrandConfidentiality | Self::BrandLegal => Form::Lines,
            Self::ColorAccent
            | Self::ColorAccentText
            | Self::ColorOnAccent
            | Self::ColorOnPrimary
            | Self::ColorOnSurface
            | Self::ColorPrimary
            | Self::ColorPrimaryText
            | Self::ColorQuiet
            | Self::ColorSurface => Form::Color,
            Self::Email => Form::Email,
            Self::Field(field) => field.form(),
            Self::BrandName
            | Self::CampaignAlt
            | Self::Entity
            | Self::Fullname
            | Self::Group
            | Self::ParentEntity => Form::Text,
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrandSocial(network) => write!(f, "brand_{}", network.as_str()),
            Self::Field(field) => f.write_str(field.as_str()),
            own => f.write_str(OWN.iter().find(|(_, it)| it == own).map_or("", |(name, _)| name)),
        }
    }
}

const OWN: [(&str, Attribute); 21] = [
    ("brand_confidentiality", Attribute::BrandConfidentiality),
    ("brand_legal", Attribute::BrandLegal),
    ("brand_name", Attribute::BrandName),
    ("brand_website", Attribute::BrandWebsite),
    ("campaign_alt", Attribute::CampaignAlt),
    ("campaign_link", Attribute::CampaignLink),
    ("color_accent", Attribute::ColorAccent),
    ("color_accent_text", Attribute::ColorAccentText),
    ("color_on_accent", Attribute::ColorOnAccent),
    ("color_on_primary", Attribute::ColorOnPrimary),
    ("color_on_surface", Attribute::ColorOnSurface),
    ("color_primary", Attribute::ColorPrimary),
    ("color_primary_text", Attribute::ColorPrimaryText),
    ("color_quiet", Attribute::ColorQuiet),
    ("color_surface", Attribute::ColorSurface),
    ("email", Attribute::Email),
    ("entity", Attribute::Entity),
    ("fullname", Attribute::Fullname),
    ("group", Attribute::Group),
    ("parent_entity", Attribute::ParentEntity),
    ("company", Attribute::BrandName),
];

/// In the order of Signitic's answer to `GET /users/:email`; the constants above are places in it.
const NAMES: [&str; 42] = [
    "firstname",
    "lastname",
    "phone",
    "mobile",
    "title",
    "unit",
    "address",
    "postal_code",
    "city",
    "formula",
    "vcard_url",
    "calendar_link",
    "github_link",
    "twitter_link",
    "facebook_link",
    "linkedin_link",
    "instagram_link",
    "xing_link",
    "messenger_link",
    "threads_link",
    "strava_link",
    "whatsapp_link",
    "extra_1",
    "extra_2",
    "extra_3",
    "extra_4",
    "extra_5",
    "extra_6",
    "extra_7",
    "extra_8",
    "extra_9",
    "extra_10",
    "extra_11",
    "extra_12",
    "extra_13",
    "extra_14",
    "extra_15",
    "extra_16",
    "extra_17",
    "extra_18",
    "extra_19",
    "extra_20",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_constants_agree() {
        for (field, name) in [
            (Field::FIRSTNAME, "firstname"),
            (Field::LASTNAME, "lastname"),
            (Field::PHONE, "phone"),
            (Field::MOBILE, "mobile"),
            (Field::TITLE, "title"),
            (Field::UNIT, "unit"),
            (Field::ADDRESS, "address"),
            (Field::POSTAL_CODE, "postal_code"),
            (Field::CITY, "city"),
            (Field::CALENDAR_LINK, "calendar_link"),
        ] {
            assert_eq!(field.as_str(), name);
        }
        assert_eq!(Field::all().count(), 42);
        assert!(Field::all().all(|it| Field::parse(it.as_str()) == Some(it)));
        assert!(Field::all().all(|it| Attribute::parse(it.as_str()) == Some(Attribute::Field(it))));
    }
}
