//! The ASN.1 shapes that sealing needs, over borrowed bytes.
//!
//! Certificates, names, attributes and tokens of others are kept as the bytes they came in: a
//! decoder that re-encodes them into strict DER would break the signatures over them.
//!
//! **Invariant:** nothing here judges what it reads.

pub(crate) mod ber;
mod cms;
mod revocation;
mod time;
mod tsp;
mod x509;

use der::{
    AnyRef, Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, SliceReader, Tag,
    TagNumber, Writer,
};

pub(crate) use self::{cms::*, revocation::*, time::ResponderTime, tsp::*, x509::*};

/// `[N] IMPLICIT` around a constructed type, its content octets as they stand.
pub(crate) struct Implicit<'a, const N: u32>(pub(crate) &'a [u8]);

impl<const N: u32> FixedTag for Implicit<'_, N> {
    const TAG: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(N) };
}

impl<'a, const N: u32> DecodeValue<'a> for Implicit<'a, N> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        Ok(Self(reader.read_slice(header.length())?))
    }
}

impl<const N: u32> EncodeValue for Implicit<'_, N> {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0)
    }
}

/// A SEQUENCE, its content octets as they stand.
pub(crate) struct SequenceContent<'a>(pub(crate) &'a [u8]);

impl FixedTag for SequenceContent<'_> {
    const TAG: Tag = Tag::Sequence;
}

impl<'a> DecodeValue<'a> for SequenceContent<'a> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        Ok(Self(reader.read_slice(header.length())?))
    }
}

impl EncodeValue for SequenceContent<'_> {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0)
    }
}

/// The members of a SET or SEQUENCE, each as its whole encoding.
pub(crate) fn members(content: &[u8]) -> der::Result<Vec<&[u8]>> {
    let mut reader = SliceReader::new(content)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(reader.tlv_bytes()?);
    }
    Ok(found)
}

/// The members of a SET OF in the order DER wants them, put end to end.
pub(crate) fn set_of_content(mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort_unstable();
    members.concat()
}

/// A SET OF these members, in DER order.
pub(crate) fn set_of(members: Vec<Vec<u8>>) -> der::Result<Vec<u8>> {
    AnyRef::new(Tag::Set, &set_of_content(members))?.to_der()
}

/// Reads a structure that may be followed by the zero padding of `/Contents`.
pub(crate) fn decode_padded<'a, T: Decode<'a, Error = der::Error>>(bytes: &'a [u8]) -> der::Result<T> {
    let (value, rest) = T::from_der_partial(bytes)?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(der::ErrorKind::TrailingData {
            decoded: Length::try_from(bytes.len().saturating_sub(rest.len()))?,
            remaining: Length::try_from(rest.len())?,
        }
        .into());
    }
    Ok(value)
}
