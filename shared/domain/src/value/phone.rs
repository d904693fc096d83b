//! Phone numbers, and which of them a text message may go to.
//!
//! **Invariant:** whoever is not told apart is not written to: a message costs money, and ranges that
//! pay their holder for each one are what abuse lives on.

use std::fmt;

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, Type};

use crate::Refusal;

/// A phone number in the form of ITU-T E.164: a plus sign and at most 15 digits.
///
/// `Debug` hides it, and there is no `Display`: a number must not reach a
/// log by accident.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct PhoneNumber {
    text: String,
    country: Option<Country>,
    line: Line,
}

/// A country or territory by its two letters (ISO 3166-1).
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Country([u8; 2]);

/// What a number is for, as numbering plans assign it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Line {
    /// A company's one number for the whole country.
    Company,
    /// A fixed line.
    Fixed,
    /// The plan does not tell fixed and mobile lines apart, as in North America.
    FixedOrMobile,
    /// A mobile line.
    Mobile,
    /// None of the others, such as international networks.
    Other,
    /// A pager.
    Pager,
    /// It follows a person from line to line, at a price that is not known beforehand.
    Personal,
    /// The holder earns from whoever calls or writes.
    Premium,
    /// By satellite, or another global network that is billed like one.
    Satellite,
    /// Caller and holder share the cost.
    SharedCost,
    /// Free for the caller.
    TollFree,
    /// Over the internet.
    Voip,
}

/// Why no text message goes to a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SmsRefusal {
    /// Its country is not one that the operator allows.
    Country,
    /// It is no mobile line.
    Line(Line),
}

/// Which numbers text messages may go to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SmsPolicy {
    countries: Vec<Country>,
}

impl PhoneNumber {
    /// Reads a number with its country code, written with or without spaces, hyphens, dots and
    /// parentheses.
    ///
    /// # Errors
    ///
    /// [`Refusal::PhoneMalformed`] when it has no plus sign, anything but digits, or too few or many of them.
    /// What the plan of its country does not know is a number of no country, to which nothing is sent.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let digits = digits(text).ok_or(Refusal::PhoneMalformed)?;
        let planned = phonenumber::parse(None, format!("+{digits}")).ok().filter(phonenumber::is_valid);
        let Some(number) = planned else {
            return Ok(Self { text: format!("+{digits}"), country: None, line: Line::Other });
        };
        let text = number.format().mode(Mode::E164).to_string();
        let code = number.code().value();
        let country = number.country().id().and_then(|id| Country::parse(id.as_ref()).ok());
        let line = match code {
            code if SATELLITE.contains(&code) => Line::Satellite,
            PREMIUM_CODE => Line::Premium,
            _ => number.number_type(&DATABASE).into(),
        };
        Ok(Self { text, country, line })
    }

    /// The number in full: for the message itself, for storage, and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whose plan it belongs to; none for numbers of no country.
    #[must_use]
    pub const fn country(&self) -> Option<Country> {
        self.country
    }

    /// What it is for.
    #[must_use]
    pub const fn line(&self) -> Line {
        self.line
    }

    /// Its first digits, which a whole block of numbers shares: what is counted where single numbers
    /// would be too many.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.text.get(..PREFIX_CHARS).unwrap_or(&self.text)
    }

    /// `+39*******45`: enough for its owner to know it, too little for anyone else.
    #[must_use]
    pub fn masked(&self) -> String {
        let chars = self.text.len();
        let shown = |at: usize| at < MASK_HEAD_CHARS || at + MASK_TAIL_CHARS >= chars;
        self.text.chars().enumerate().map(|(at, c)| if shown(at) { c } else { '*' }).collect()
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(***)")
    }
}

impl Country {
    /// Reads two letters of a country or territory that has phone numbers.
    ///
    /// # Errors
    ///
    /// [`Refusal::IdMalformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refusal = Refusal::IdMalformed { what: "country" };
        let upper = text.trim().to_ascii_uppercase();
        match upper.as_bytes() {
            [a, b] if upper.parse::<phonenumber::country::Id>().is_ok() => Ok(Self([*a, *b])),
            _ => Err(refusal),
        }
    }

    /// The two letters, capital.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Line {
    /// Its word in evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Fixed => "fixed",
            Self::FixedOrMobile => "fixed-or-mobile",
            Self::Mobile => "mobile",
            Self::Other => "other",
            Self::Pager => "pager",
            Self::Personal => "personal",
            Self::Premium => "premium",
            Self::Satellite => "satellite",
            Self::SharedCost => "shared-cost",
            Self::TollFree => "toll-free",
            Self::Voip => "voip",
        }
    }
}

impl From<Type> for Line {
    fn from(kind: Type) -> Self {
        match kind {
            Type::FixedLine => Self::Fixed,
            Type::FixedLineOrMobile => Self::FixedOrMobile,
            Type::Mobile => Self::Mobile,
            Type::Pager => Self::Pager,
            Type::PersonalNumber => Self::Personal,
            Type::PremiumRate => Self::Premium,
            Type::SharedCost => Self::SharedCost,
            Type::TollFree => Self::TollFree,
            Type::Uan => Self::Company,
            Type::Voip => Self::Voip,
            Type::Carrier
            | Type::Emergency
            | Type::NoInternational
            | Type::ShortCode
            | Type::StandardRate
            | Type::Unknown
            | Type::Voicemail => Self::Other,
        }
    }
}

impl SmsPolicy {
    /// Messages may go to mobile lines of these countries, and nowhere else.
    #[must_use]
    pub fn new(countries: Vec<Country>) -> Self {
        Self { countries }
    }

    /// The same, for none but these countries.
    #[must_use]
    pub fn within(&self, countries: &[Country]) -> Self {
        Self::new(self.countries.iter().filter(|it| countries.contains(it)).copied().collect())
    }

    /// Whether messages may go to mobile lines of a country.
    #[must_use]
    pub fn allows(&self, country: Country) -> bool {
        self.countries.contains(&country)
    }

    /// Checks that a message may go to this number.
    ///
    /// # Errors
    ///
    /// [`Refusal::SmsNotAllowed`], with the reason.
    pub fn check(&self, number: &PhoneNumber) -> Result<(), Refusal> {
        // The line comes first: "a premium number" says more than "not this country".
        let line = number.line();
        if !matches!(line, Line::Mobile | Line::FixedOrMobile) {
            return Err(Refusal::SmsNotAllowed { why: SmsRefusal::Line(line) });
        }
        if number.country().is_some_and(|country| self.allows(country)) {
            Ok(())
        } else {
            Err(Refusal::SmsNotAllowed { why: SmsRefusal::Country })
        }
    }
}

impl Default for SmsPolicy {
    fn default() -> Self {
        Self { countries: EUROPE.map(Country).to_vec() }
    }
}

impl fmt::Display for SmsRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country => f.write_str("its country is not allowed"),
            Self::Line(line) => write!(f, "it is not a mobile number but {}", line.as_str()),
        }
    }
}

/// The digits of a number that starts with a plus sign.
fn digits(text: &str) -> Option<String> {
    let rest = text.trim().strip_prefix('+')?;
    let mut digits = String::with_capacity(MAX_DIGITS);
    for c in rest.chars() {
        match c {
            '0'..='9' if digits.len() < MAX_DIGITS => digits.push(c),
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{202f}' => {}
            _ => return None,
        }
    }
    (digits.len() >= MIN_DIGITS && !digits.starts_with('0')).then_some(digits)
}

/// Longest number (ITU-T E.164 section 6.2.1), its country code included.
const MAX_DIGITS: usize = 15;
/// Shorter ones are dialled within a country only.
const MIN_DIGITS: usize = 7;
/// A plus sign and six digits: country, network and a block.
const PREFIX_CHARS: usize = 7;
const MASK_HEAD_CHARS: usize = 3;
const MASK_TAIL_CHARS: usize = 2;

/// Codes of ITU's list of assigned country codes that belong to no country: Inmarsat, global mobile
/// satellite systems, and international networks, which are billed alike.
const SATELLITE: [u16; 4] = [870, 881, 882, 883];
/// International premium rate service.
const PREMIUM_CODE: u16 = 979;

/// The European Economic Area, the United Kingdom and Switzerland. Their territories overseas have codes
/// and prices of their own and are not among them.
const EUROPE: [[u8; 2]; 32] = [
    *b"AT", *b"BE", *b"BG", *b"CH", *b"CY", *b"CZ", *b"DE", *b"DK", *b"EE", *b"ES", *b"FI", *b"FR", *b"GB",
    *b"GR", *b"HR", *b"HU", *b"IE", *b"IS", *b"IT", *b"LI", *b"LT", *b"LU", *b"LV", *b"MT", *b"NL", *b"NO",
    *b"PL", *b"PT", *b"RO", *b"SE", *b"SI", *b"SK",
];

#[cfg(test)]
mod tests;
