//! Times in OCSP responses.

use std::time::Duration;

use der::{DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer, asn1::GeneralizedTime};

/// `GeneralizedTime` as OCSP responders write it: some tell fractions of a second, which RFC 5280 section
/// 4.1.2.5.2 forbids. They are dropped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ResponderTime(GeneralizedTime);

impl ResponderTime {
    /// Since the epoch.
    pub(crate) fn to_unix_duration(self) -> Duration {
        self.0.to_unix_duration()
    }
}

impl From<GeneralizedTime> for ResponderTime {
    fn from(time: GeneralizedTime) -> Self {
        Self(time)
    }
}

impl FixedTag for ResponderTime {
    const TAG: Tag = Tag::GeneralizedTime;
}

impl<'a> DecodeValue<'a> for ResponderTime {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let text = reader.read_slice(header.length())?;
        let malformed = || Self::TAG.value_error();
        let (clock, rest) = text.split_at_checked(CLOCK_DIGITS).ok_or_else(malformed)?;
        let fraction = match rest {
            [b'Z'] => &[][..],
            [b'.', fraction @ .., b'Z'] if !fraction.is_empty() => fraction,
            _ => return Err(malformed().into()),
        };
        if !clock.iter().chain(fraction).all(u8::is_ascii_digit) {
            return Err(malformed().into());
        }
        let whole = [clock, b"Z"].concat();
        let header = Header::new(Self::TAG, Length::try_from(whole.len())?);
        GeneralizedTime::decode_value(&mut der::SliceReader::new(&whole)?, header).map(Self)
    }
}

impl EncodeValue for ResponderTime {
    fn value_len(&self) -> der::Result<Length> {
        self.0.value_len()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.encode_value(writer)
    }
}

/// `YYYYMMDDHHMMSS`.
const CLOCK_DIGITS: usize = 14;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use der::{Decode, Encode};

    use super::*;
    use crate::asn1::ber::{GENERALIZED_TIME, encode};

    #[test]
    fn fractions_are_dropped_and_nothing_else_is_let_through() {
        let read = |text: &str| ResponderTime::from_der(&encode(GENERALIZED_TIME, text.as_bytes()));
        let whole = read("20261121183605Z").unwrap();
        assert_eq!(whole.to_unix_duration().as_secs(), 1_795_286_165);
        assert_eq!(whole.to_der().unwrap(), encode(GENERALIZED_TIME, b"20261121183605Z"));
        for text in ["20261121183605.2Z", "20261121183605.246528Z"] {
            assert_eq!(read(text), Ok(whole));
        }
        for text in
            ["20261121183605", "20261121183605.Z", "20261121183605.xZ", "202611211836Z", "20261321183605Z"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
