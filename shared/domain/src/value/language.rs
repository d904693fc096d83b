//! Languages that messages are written in.

/// A language that every message exists in.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Language {
    /// German.
    De,
    /// English, which stands in for what is not here.
    #[default]
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Polish.
    Pl,
    /// Portuguese.
    Pt,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 8] =
        [Self::De, Self::En, Self::Es, Self::Fr, Self::It, Self::Nl, Self::Pl, Self::Pt];

    /// Its two letters (ISO 639-1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::It => "it",
            Self::Nl => "nl",
            Self::Pl => "pl",
            Self::Pt => "pt",
        }
    }

    /// Reads a language tag (BCP 47) by its first part: `pt-BR` and `pt_PT` are Portuguese. None for a
    /// language that is not here.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(first))
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_tag_is_read_by_its_first_part() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.as_str()), Some(language));
        }
        for (tag, language) in [
            ("pt-BR", Some(Language::Pt)),
            ("IT", Some(Language::It)),
            ("fr_CA", Some(Language::Fr)),
            (" de-Latn-CH-1996", Some(Language::De)),
            ("enx", None),
            ("ita", None),
            ("ja", None),
            ("", None),
            ("-de", None),
        ] {
            assert_eq!(Language::parse(tag), language, "{tag}");
        }
    }
}
