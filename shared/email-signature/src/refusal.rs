//! What is declined, why, and where it stands.

/// Why a value was declined, and where it stands.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The value, as a JSON pointer (RFC 6901) into what was read; empty for all of it.
    pub pointer: String,
    /// What has to be changed.
    pub reason: Reason,
}

/// What has to be changed. Nothing of a value is repeated, except the names of attributes and filters.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Reason {
    /// The change was proposed for a value that is another by now, or that nobody proposed.
    #[error("the value has changed since, or no change of it is proposed")]
    ChangeStale,
    /// Not a colour.
    #[error("a colour is written as # and six hexadecimal digits")]
    Color,
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    Email,
    /// A text that is not of its form.
    #[error("{expected} is expected")]
    Form {
        /// What is expected.
        expected: &'static str,
    },
    /// Not a name for a thing.
    #[error("a name has 1 to 40 lower-case letters, digits, hyphens and underscores")]
    Id,
    /// An image without sizes or words.
    #[error("an image {why}")]
    Image {
        /// What is amiss.
        why: &'static str,
    },
    /// The person has no signature at present.
    #[error("the person is switched off")]
    Inactive,
    /// Not a language that there is.
    #[error("not one of the languages de, en, es, fr, it, nl, pl and pt")]
    Language,
    /// Not an address that a reader can be sent to.
    #[error("not a link: {why}")]
    Link {
        /// What is amiss.
        why: &'static str,
    },
    /// Something that has to be there is not.
    #[error("is missing")]
    Missing,
    /// Not a whole number within its bounds.
    #[error("a whole number from {least} to {most}")]
    Number {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// Not one of the words known here.
    #[error("one of {words}")]
    OneOf {
        /// They, with commas.
        words: &'static str,
    },
    /// A placeholder that cannot be read, or cannot stand where it does.
    #[error("line {line}: {what}")]
    Placeholder {
        /// The line, from 1.
        line: usize,
        /// What is amiss.
        what: PlaceholderFault,
    },
    /// Not the JSON that is read here.
    #[error("{expected} is expected")]
    Shape {
        /// What is expected.
        expected: &'static str,
    },
    /// A text that is empty, too long, or has characters that hide or reorder others.
    #[error("1 to {max_chars} visible characters{}", if *.one_line { ", on one line" } else { "" })]
    Text {
        /// The longest.
        max_chars: usize,
        /// Whether it has to be on one line.
        one_line: bool,
    },
    /// Not an instant.
    #[error("a date and time as in RFC 3339, such as 2026-11-21T18:00:00Z")]
    Time,
    /// A body or a template with too many bytes.
    #[error("more than {max_bytes} bytes")]
    TooLarge {
        /// The most.
        max_bytes: usize,
    },
    /// A template that is nested too deep to be shown.
    #[error("elements are nested more than {max} deep")]
    TooDeep {
        /// The most.
        max: usize,
    },
    /// More than can be taken.
    #[error("at most {max} {what}")]
    TooMany {
        /// The most.
        max: usize,
        /// Of what.
        what: &'static str,
    },
    /// A member that is not known.
    #[error("is not known")]
    Unknown,
    /// No person has this address.
    #[error("no person has this address")]
    UnknownPerson,
    /// A window that ends before it begins.
    #[error("the end comes before the beginning")]
    Window,
}

/// What is amiss with a placeholder.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlaceholderFault {
    /// No attribute has this name.
    #[error("there is no attribute {0}")]
    AttributeUnknown(String),
    /// No filter has this name.
    #[error("there is no filter {0}")]
    FilterUnknown(String),
    /// Braces without their other half, or without a name.
    #[error("a placeholder is written {{{{name}}}}, {{{{name:filter}}}} or {{{{name|otherwise}}}}")]
    Malformed,
    /// The attribute is of another kind than its place.
    #[error("{0} cannot stand here")]
    Misplaced(String),
    /// Two opening square brackets without their closing ones, or nested ones.
    #[error("a part that may be left out is written [[ ... ]], and not inside another")]
    Optional,
}

impl Refusal {
    /// A refusal at a place.
    #[must_use]
    pub fn at(pointer: impl Into<String>, reason: Reason) -> Self {
        Self { pointer: pointer.into(), reason }
    }

    /// The same, one level further out.
    #[must_use]
    pub fn under(self, pointer: &str) -> Self {
        Self { pointer: format!("{pointer}{}", self.pointer), reason: self.reason }
    }
}

impl Reason {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ChangeStale => "change_stale",
            Self::Color => "color_malformed",
            Self::Email => "email_malformed",
            Self::Form { .. } => "form_malformed",
            Self::Id => "id_malformed",
            Self::Image { .. } => "image_unfit",
            Self::Inactive => "person_inactive",
            Self::Language => "language_unknown",
            Self::Link { .. } => "link_malformed",
            Self::Missing => "missing",
            Self::Number { .. } => "number_out_of_bounds",
            Self::OneOf { .. } => "word_unknown",
            Self::Placeholder { what, .. } => match what {
                PlaceholderFault::AttributeUnknown(_) => "attribute_unknown",
                PlaceholderFault::FilterUnknown(_) => "filter_unknown",
                PlaceholderFault::Malformed => "placeholder_malformed",
                PlaceholderFault::Misplaced(_) => "placeholder_misplaced",
                PlaceholderFault::Optional => "optional_malformed",
            },
            Self::Shape { .. } => "shape",
            Self::Text { .. } => "text_malformed",
            Self::Time => "time_malformed",
            Self::TooDeep { .. } => "too_deep",
            Self::TooLarge { .. } => "too_large",
            Self::TooMany { .. } => "too_many",
            Self::Unknown => "member_unknown",
            Self::UnknownPerson => "person_unknown",
            Self::Window => "window_reversed",
        }
    }

    /// A stable number for programs: Signitic's where it has one, and from 110 on what it has none for.
    #[must_use]
    pub const fn number(&self) -> u16 {
        match self {
            Self::Email => 101,
            Self::UnknownPerson => 102,
            Self::Shape { .. } => 103,
            Self::TooLarge { .. } => 104,
            Self::Inactive => 106,
            Self::Missing => 110,
            Self::Unknown => 111,
            Self::Text { .. } => 112,
            Self::Color => 113,
            Self::Link { .. } => 114,
            Self::Language => 115,
            Self::Time => 116,
            Self::Number { .. } => 117,
            Self::Id => 118,
            Self::TooMany { .. } => 119,
            Self::OneOf { .. } => 120,
            Self::Window => 121,
            Self::ChangeStale => 122,
            Self::Form { .. } => 123,
            Self::Image { .. } => 130,
            Self::TooDeep { .. } => 131,
            Self::Placeholder { what, .. } => match what {
                PlaceholderFault::Malformed => 132,
                PlaceholderFault::AttributeUnknown(_) => 133,
                PlaceholderFault::FilterUnknown(_) => 134,
                PlaceholderFault::Misplaced(_) => 135,
                PlaceholderFault::Optional => 136,
            },
        }
    }
}
