//! Why a file cannot be validated: what is no verdict, with the numbers that callers look at.

use shared::edge::Problem;

/// Why there is no report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    kind: Kind,
    detail: String,
}

/// The kinds of faults; each has a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// The file is missing, empty or no base64.
    Document,
    /// It is nothing that can carry a signature that is read here.
    Format,
    /// It is signed with `XAdES`.
    Xades,
    /// It is an `ASiC` container.
    Asic,
    /// It is encrypted, and the password is missing or wrong.
    Password,
    /// The detached content cannot be used.
    Detached,
    /// There is no such upload.
    Upload,
    /// It is larger or more complex than what is validated.
    Limit,
    /// The instant to judge at cannot be used.
    Date,
    /// The work did not come to an end.
    Unfinished,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::Document,
        Self::Format,
        Self::Xades,
        Self::Asic,
        Self::Password,
        Self::Detached,
        Self::Upload,
        Self::Limit,
        Self::Date,
        Self::Unfinished,
    ];

    /// The number in an answer's `error`.
    const fn number(self) -> u16 {
        match self {
            Self::Document => 830,
            Self::Format => 831,
            Self::Xades => 832,
            Self::Asic => 833,
            Self::Password => 834,
            Self::Detached => 835,
            Self::Upload => 836,
            Self::Limit => 837,
            Self::Date => 838,
            Self::Unfinished => 839,
        }
    }

    /// Where in the body the reason is.
    const fn pointer(self) -> &'static str {
        match self {
            Self::Document
            | Self::Format
            | Self::Xades
            | Self::Asic
            | Self::Upload
            | Self::Limit
            | Self::Unfinished => "/inputDocument",
            Self::Password => "/pdfEncryptionPassword",
            Self::Detached => "/detachedContent",
            Self::Date => "/verifyOnDate",
        }
    }
}

impl Fault {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// A fault that was stored by its number.
    pub(crate) fn stored(number: u16, detail: String) -> Self {
        let kind = Kind::ALL.into_iter().find(|it| it.number() == number).unwrap_or(Kind::Unfinished);
        Self { kind, detail }
    }

    /// The number that callers look at.
    pub(crate) const fn number(&self) -> u16 {
        self.kind.number()
    }

    /// Why, in a sentence.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let number = fault.number();
        Self::invalid(fault.kind.pointer(), fault.detail).numbered(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_number_of_its_own_and_is_found_by_it() {
        let mut numbers: Vec<u16> = Kind::ALL.iter().map(|it| it.number()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let fault = Fault::new(kind, "Why.");
            assert_eq!(Fault::stored(fault.number(), "Why.".to_owned()), fault);
        }
    }
}
