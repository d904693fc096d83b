//! Rules: which template and which campaigns a mail gets.
//!
//! Of the rules that match, the most specific one that names a template gives the template, and the most
//! specific one that lists campaigns gives those. Rules are compared by, in this order: how narrow their place
//! is (a group, an entity, a parent entity, none), whether they name a kind of mail, whether they name a
//! language, whether they name a brand. Of equals the first in the list counts.

use domain::message::MessageKind;
use domain::value::Language;
use serde_json::Value;

use crate::members::{Members, language, text};
use crate::person::{Group, Place};
use crate::refusal::{Reason, Refusal};
use crate::value::{BrandId, CampaignId, TemplateId};

/// Mails to which a rule applies, and what they get.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    brand: Option<BrandId>,
    place: Option<Place>,
    mail: Option<Mail>,
    language: Option<Language>,
    template: Option<TemplateId>,
    campaigns: Option<Vec<CampaignId>>,
}

/// What kind of mail a signature closes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mail {
    /// A mail that another program sends: the signature was asked for by address.
    Elsewhere,
    /// A mail of this service.
    Message(MessageKind),
}

/// The mail that is about to go out.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// In whose name.
    pub brand: &'a BrandId,
    /// The sender's group.
    pub group: Option<&'a Group>,
    /// What kind of mail.
    pub mail: Mail,
    /// Its language.
    pub language: Language,
}

/// What a mail gets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Resolved<'a> {
    /// The template; none if no rule that matches names one.
    pub template: Option<&'a TemplateId>,
    /// The campaigns among which one is chosen; none if no rule that matches lists any, which means all of
    /// them. An empty list is a list: no banner.
    pub campaigns: Option<&'a [CampaignId]>,
}

impl Rule {
    /// Reads a rule: any of `brand`, `place` (one of `parent_entity`, `entity`, `group`), `mail` (a kind of
    /// mail, or `elsewhere`) and `language`, and `template`, `campaigns` or both.
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the member that has to be changed.
    pub fn parse(value: &Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let lists_campaigns = members.value("campaigns").is_some();
        let campaigns = members.list("campaigns", MAX_CAMPAIGNS, text(CampaignId::parse))?;
        let rule = Self {
            brand: members.parsed("brand", text(BrandId::parse))?,
            place: members.parsed("place", Place::parse)?,
            mail: members.parsed("mail", text(Mail::parse))?,
            language: members.parsed("language", language)?,
            template: members.parsed("template", text(TemplateId::parse))?,
            campaigns: lists_campaigns.then_some(campaigns),
        };
        members.finish()?;
        if rule.template.is_none() && rule.campaigns.is_none() {
            return Err(Refusal::at("/template", Reason::Missing));
        }
        Ok(rule)
    }

    fn matches(&self, occasion: &Occasion<'_>) -> bool {
        self.brand.as_ref().is_none_or(|it| it == occasion.brand)
            && self.place.as_ref().is_none_or(|it| it.holds(occasion.group))
            && self.mail.is_none_or(|it| it == occasion.mail)
            && self.language.is_none_or(|it| it == occasion.language)
    }

    fn specificity(&self) -> (u8, bool, bool, bool) {
        let place = self.place.as_ref().map_or(0, Place::depth);
        (place, self.mail.is_some(), self.language.is_some(), self.brand.is_some())
    }
}

impl Mail {
    /// Reads its word.
    ///
    /// # Errors
    ///
    /// [`Reason::OneOf`].
    pub fn parse(word: &str) -> Result<Self, Reason> {
        if word == "elsewhere" {
            return Ok(Self::Elsewhere);
        }
        let found = MessageKind::ALL.into_iter().find(|it| it.as_str() == word);
        found.map(Self::Message).ok_or(Reason::OneOf { words: "elsewhere and the kinds of message" })
    }
}

/// What a mail gets by these rules.
#[must_use]
pub fn resolve<'a>(rules: &'a [Rule], occasion: &Occasion<'_>) -> Resolved<'a> {
    let best = |says: fn(&Rule) -> bool| {
        let matching = rules.iter().filter(|it| says(it) && it.matches(occasion));
        // The last of equal maxima is taken: from the end, that is the first.
        matching.rev().max_by_key(|it| it.specificity())
    };
    Resolved {
        template: best(|it| it.template.is_some()).and_then(|it| it.template.as_ref()),
        campaigns: best(|it| it.campaigns.is_some()).and_then(|it| it.campaigns.as_deref()),
    }
}

const MAX_CAMPAIGNS: usize = 100;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::value::Line;

    fn rules(value: &Value) -> Vec<Rule> {
        value.as_array().unwrap().iter().map(|it| Rule::parse(it).unwrap()).collect()
    }

    fn template(rules: &[Rule], group: Option<&Group>, mail: Mail, language: Language) -> Option<String> {
        let brand = BrandId::parse("acme").unwrap();
        let occasion = Occasion { brand: &brand, group, mail, language };
        resolve(rules, &occasion).template.map(|it| it.as_str().to_owned())
    }

    #[test]
    fn the_narrowest_rule_wins_then_the_kind_of_mail_then_the_language_then_the_brand() {
        let rules = rules(&json!([
            {"template": "any"},
            {"template": "any-again"},
            {"brand": "acme", "template": "brand"},
            {"brand": "other", "language": "fr", "template": "stranger"},
            {"language": "it", "template": "italian"},
            {"mail": "invitation", "template": "invitation"},
            {"place": {"parent_entity": "Europe"}, "template": "europe"},
            {"place": {"entity": "France"}, "template": "france"},
            {"place": {"group": "Sales"}, "template": "sales"},
            {"place": {"group": "Sales"}, "template": "sales-again"},
            {"place": {"group": "Sales"}, "campaigns": []},
        ]));
        let name = |text: &str| Line::parse(text, 100).unwrap();
        let sales =
            Group { name: name("Sales"), entity: Some(name("France")), parent_entity: Some(name("Europe")) };
        let law = Group { name: name("Law"), ..sales.clone() };
        let spain = Group { name: name("Law"), entity: Some(name("Spain")), ..sales.clone() };
        let invitation = Mail::Message(MessageKind::Invitation);
        for (group, mail, language, expected) in [
            (Some(&sales), invitation, Language::It, "sales"),
            (Some(&law), invitation, Language::It, "france"),
            (Some(&spain), invitation, Language::It, "europe"),
            (None, invitation, Language::It, "invitation"),
            (None, Mail::Elsewhere, Language::It, "italian"),
            (None, Mail::Elsewhere, Language::Fr, "brand"),
        ] {
            assert_eq!(template(&rules, group, mail, language).as_deref(), Some(expected));
        }
        let of = |range: std::ops::Range<usize>| rules.get(range).unwrap().to_vec();
        assert_eq!(template(&of(0..2), None, invitation, Language::En).as_deref(), Some("any"));
        assert_eq!(template(&of(3..5), None, invitation, Language::En), None);
        let brand = BrandId::parse("acme").unwrap();
        let occasion =
            Occasion { brand: &brand, group: Some(&sales), mail: invitation, language: Language::En };
        assert_eq!(resolve(&rules, &occasion).campaigns, Some([].as_slice()));
        assert_eq!(resolve(&of(0..3), &occasion).campaigns, None);
    }

    #[test]
    fn a_rule_says_something_known() {
        for (value, pointer, number) in [
            (json!({}), "/template", 110),
            (json!({"template": "A"}), "/template", 118),
            (json!({"template": "a", "mail": "letter"}), "/mail", 120),
            (json!({"template": "a", "language": "en-GB"}), "/language", 115),
            (json!({"template": "a", "campaigns": ["x", 7]}), "/campaigns/1", 103),
            (json!({"template": "a", "brands": "acme"}), "/brands", 111),
        ] {
            let refusal = Rule::parse(&value).unwrap_err();
            assert_eq!((refusal.pointer.as_str(), refusal.reason.number()), (pointer, number), "{value}");
        }
        for kind in MessageKind::ALL {
            assert_eq!(Mail::parse(kind.as_str()), Ok(Mail::Message(kind)));
        }
    }
}
