//! What is said to people, in each language: the words of mails, of the signing room, of the other pages and of the
//! audit trail.
//!
//! **Invariant:** knows neither a network nor a clock, so that the offline verifier speaks the same words.

use std::sync::LazyLock;

use domain::Timestamp;
use domain::value::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::tz::TimeZone;
use unic_langid::LanguageIdentifier;

/// The words of one language, and what stands in for their placeables.
#[derive(Debug)]
pub struct Wording {
    language: Language,
    args: FluentArgs<'static>,
}

/// Words as they are shown. What is to be seen first is marked: in HTML only.
#[derive(Clone, Debug)]
pub struct Words(String);

/// A text that cannot be written: a fault of its file.
#[derive(Debug, thiserror::Error)]
#[error("the text {key} cannot be written in {}", language.as_str())]
pub struct MissingText {
    key: String,
    language: Language,
}

impl Wording {
    /// The words of this language, with nothing set.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self { language, args: FluentArgs::new() }
    }

    /// Sets what stands in for a placeable. Words that come from outside must be plain by now.
    pub fn set(&mut self, name: &'static str, value: impl Into<FluentValue<'static>>) {
        self.args.set(name, value);
    }

    /// Whose words these are.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The words of a text.
    ///
    /// # Errors
    ///
    /// [`MissingText`] when there is no such text, or something is to stand in it that was not set.
    pub fn say(&self, key: &str) -> Result<Words, MissingText> {
        let missing = || MissingText { key: key.to_owned(), language: self.language };
        let bundle = bundle(self.language).ok_or_else(missing)?;
        let pattern = bundle.get_message(key).and_then(|it| it.value()).ok_or_else(missing)?;
        let mut errors = Vec::new();
        let words = bundle.format_pattern(pattern, Some(&self.args), &mut errors).into_owned();
        if errors.is_empty() { Ok(Words(words)) } else { Err(missing()) }
    }

    /// An instant in words: `21 November 2026, 19:36 (CET, Europe/Rome)`. An unknown zone counts as UTC.
    ///
    /// # Errors
    ///
    /// [`MissingText`] as [`Wording::say`].
    pub fn date(&self, at: Timestamp, zone: &str) -> Result<String, MissingText> {
        let (name, zone) = TimeZone::get(zone).map_or(("UTC", TimeZone::UTC), |found| (zone, found));
        let at = jiff::Timestamp::from_millisecond(at.unix_ms()).unwrap_or_default().to_zoned(zone);
        let short = at.strftime("%Z").to_string();
        let zone = match short.as_str() {
            short if short == name => name.to_owned(),
            // Zones without letters have their offset there.
            short if short.starts_with(['+', '-']) => format!("UTC{short}, {name}"),
            short => format!("{short}, {name}"),
        };
        let month = self.say(&format!("month-{}", at.month()))?;
        let mut date = Self::new(self.language);
        date.set("day", i64::from(at.day()));
        date.set("month", month.0);
        date.set("year", at.year().to_string());
        date.set("time", at.strftime("%H:%M").to_string());
        date.set("zone", zone);
        date.say("date").map(|it| it.0)
    }
}

impl Words {
    /// As plain text.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.replace(STRONG, "")
    }

    /// As HTML: what is to be seen first is strong, all else is escaped.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = String::with_capacity(self.0.len() + 32);
        let mut is_strong = false;
        for c in self.0.chars() {
            match c {
                STRONG => {
                    html.push_str(if is_strong { "</strong>" } else { "<strong>" });
                    is_strong = !is_strong;
                }
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                c => html.push(c),
            }
        }
        html
    }
}

/// Marks words to be seen first. Nobody's words have it: it is taken out of what comes from outside.
#[must_use]
pub fn strong(words: &str) -> String {
    format!("{STRONG}{words}{STRONG}")
}

/// The names of the texts that begin like this, in the order of their file.
pub fn names(start: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = PAGES.iter().flat_map(|it| it.lines());
    let names = lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    names.filter(move |name| name.starts_with(start))
}

type Bundle = FluentBundle<FluentResource>;

fn bundle(language: Language) -> Option<&'static Bundle> {
    match language {
        Language::De => DE.as_ref(),
        Language::En => EN.as_ref(),
        Language::Es => ES.as_ref(),
        Language::Fr => FR.as_ref(),
        Language::It => IT.as_ref(),
        Language::Nl => NL.as_ref(),
        Language::Pl => PL.as_ref(),
        Language::Pt => PT.as_ref(),
    }
}

fn load(language: Language, sources: [&str; 4]) -> Option<Bundle> {
    let tag: LanguageIdentifier = language.as_str().parse().ok()?;
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Marks of direction around each placeable would be letters that nobody sees.
    bundle.set_use_isolating(false);
    for source in sources {
        bundle.add_resource(FluentResource::try_new(source.to_owned()).ok()?).ok()?;
    }
    Some(bundle)
}

macro_rules! bundles {
    ($($name:ident, $language:ident, $folder:literal;)*) => {
        $(static $name: LazyLock<Option<Bundle>> = LazyLock::new(|| {
            load(Language::$language, [
                include_str!(concat!("../../templates/locales/", $folder, "/audit.ftl")),
                include_str!(concat!("../../templates/locales/", $folder, "/check.ftl")),
                include_str!(concat!("../../templates/locales/", $folder, "/mail.ftl")),
                include_str!(concat!("../../templates/locales/", $folder, "/room.ftl")),
            ])
        });)*
    };
}

bundles! {
    DE, De, "de";
    EN, En, "en";
    ES, Es, "es";
    FR, Fr, "fr";
    IT, It, "it";
    NL, Nl, "nl";
    PL, Pl, "pl";
    PT, Pt, "pt";
}

/// The texts of pages, whose scripts need to know their names.
const PAGES: [&str; 2] = [
    include_str!("../../templates/locales/en/check.ftl"),
    include_str!("../../templates/locales/en/room.ftl"),
];
/// From the private-use area.
const STRONG: char = '\u{e000}';

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn source(language: Language) -> String {
        let root = format!("{}/../templates/locales/{}", env!("CARGO_MANIFEST_DIR"), language.as_str());
        let read = |file: &str| std::fs::read_to_string(format!("{root}/{file}.ftl")).unwrap();
        read("audit") + &read("check") + &read("mail") + &read("room")
    }

    /// Each text with the names of its placeables, read without the library.
    fn texts(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let source = source(language);
        let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
                name.clone_into(&mut key);
                assert!(texts.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands there twice");
            }
            let names = line.split('$').skip(1).map(|rest| {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>()
            });
            texts.entry(key.clone()).or_default().extend(names);
        }
        texts.remove("");
        texts
    }

    #[test]
    fn every_text_is_in_every_language_with_the_same_placeables() {
        let english = texts(Language::En);
        assert!(english.len() > 80, "{}", english.len());
        for language in Language::ALL {
            assert_eq!(texts(language), english, "{language:?}");
            assert!(bundle(language).is_some(), "{language:?}");
        }
    }

    #[test]
    fn no_text_of_another_language_was_left_in_english() {
        let lines = |language| -> BTreeSet<String> {
            source(language)
                .lines()
                .filter(|it| !it.starts_with('#') && it.len() > 50)
                .map(str::to_owned)
                .collect()
        };
        for language in Language::ALL.into_iter().filter(|it| *it != Language::En) {
            assert_eq!(lines(language).intersection(&lines(Language::En)).next(), None, "{language:?}");
        }
    }

    #[test]
    fn dates_are_spelled_in_the_language_with_their_zone() {
        let at = Timestamp::parse_rfc3339("2026-10-31T23:05:00Z").unwrap();
        let date = |language, zone| Wording::new(language).date(at, zone).unwrap();
        for (language, text) in [
            (Language::De, "1. November 2026, 00:05 Uhr (CET, Europe/Rome)"),
            (Language::En, "1 November 2026, 00:05 (CET, Europe/Rome)"),
            (Language::Es, "1 de noviembre de 2026, 00:05 (CET, Europe/Rome)"),
            (Language::Fr, "1er novembre 2026 à 00:05 (CET, Europe/Rome)"),
            (Language::It, "1º novembre 2026, ore 00:05 (CET, Europe/Rome)"),
            (Language::Nl, "1 november 2026, 00:05 uur (CET, Europe/Rome)"),
            (Language::Pl, "1 listopada 2026 r., godz. 00:05 (CET, Europe/Rome)"),
            (Language::Pt, "1 de novembro de 2026, 00:05 (CET, Europe/Rome)"),
        ] {
            assert_eq!(date(language, "Europe/Rome"), text);
        }
        assert_eq!(date(Language::En, "Nowhere/Land"), "31 October 2026, 23:05 (UTC)");
        let sao_paulo = date(Language::Pt, "America/Sao_Paulo");
        assert_eq!(sao_paulo, "31 de outubro de 2026, 20:05 (UTC-03, America/Sao_Paulo)");
    }

    #[test]
    fn a_text_that_is_not_there_or_lacks_a_placeable_is_an_error() {
        let wording = Wording::new(Language::En);
        assert!(wording.say("nothing").is_err());
        assert!(wording.say("hello").is_err(), "nobody said whose name");
    }

    #[test]
    fn marks_are_seen_in_html_only_and_all_else_is_escaped() {
        let words = Words(format!("{} & <b> \"'", strong("x<y")));
        assert_eq!(words.text(), "x<y & <b> \"'");
        assert_eq!(words.html(), "<strong>x&lt;y</strong> &amp; &lt;b&gt; &quot;&#39;");
    }
}
