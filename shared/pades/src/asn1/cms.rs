//! Cryptographic Message Syntax (RFC 5652) and the attributes of RFC 2634 and RFC 5035.

use const_oid::ObjectIdentifier as Oid;
use der::{
    AnyRef, Decode, DecodeValue, Encode, EncodeValue, Header, Length, Reader, Sequence, Writer,
    asn1::OctetStringRef,
};
use spki::AlgorithmIdentifierRef;

use super::Implicit;

/// `ContentInfo`, RFC 5652 section 3.
#[derive(Sequence)]
pub(crate) struct ContentInfo<'a> {
    pub(crate) content_type: Oid,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(crate) content: AnyRef<'a>,
}

/// `SignedData`, RFC 5652 section 5.1.
#[derive(Sequence)]
pub(crate) struct SignedData<'a> {
    pub(crate) version: u8,
    pub(crate) digest_algorithms: AnyRef<'a>,
    pub(crate) encap_content_info: EncapsulatedContentInfo<'a>,
    #[asn1(optional = "true")]
    pub(crate) certificates: Option<Implicit<'a, 0>>,
    #[asn1(optional = "true")]
    pub(crate) crls: Option<Implicit<'a, 1>>,
    pub(crate) signer_infos: AnyRef<'a>,
}

/// `EncapsulatedContentInfo`, RFC 5652 section 5.2.
#[derive(Sequence)]
pub(crate) struct EncapsulatedContentInfo<'a> {
    pub(crate) content_type: Oid,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) content: Option<&'a OctetStringRef>,
}

/// `SignerInfo`, RFC 5652 section 5.3.
#[derive(Sequence)]
pub(crate) struct SignerInfo<'a> {
    pub(crate) version: u8,
    pub(crate) sid: AnyRef<'a>,
    pub(crate) digest_algorithm: AlgorithmIdentifierRef<'a>,
    #[asn1(optional = "true")]
    pub(crate) signed_attributes: Option<Implicit<'a, 0>>,
    pub(crate) signature_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature: &'a OctetStringRef,
    #[asn1(optional = "true")]
    pub(crate) unsigned_attributes: Option<Implicit<'a, 1>>,
}

/// `IssuerAndSerialNumber`, RFC 5652 section 10.2.4.
#[derive(Sequence)]
pub(crate) struct IssuerAndSerialNumber<'a> {
    pub(crate) issuer: AnyRef<'a>,
    pub(crate) serial_number: AnyRef<'a>,
}

/// `Attribute`, RFC 5652 section 5.3. `values` is a SET.
#[derive(Sequence)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: Oid,
    pub(crate) values: AnyRef<'a>,
}

/// `SigningCertificateV2`, RFC 5035 section 3.
#[derive(Sequence)]
pub(crate) struct SigningCertificateV2<'a> {
    pub(crate) certs: Vec<EssCertIdV2<'a>>,
    #[asn1(optional = "true")]
    pub(crate) policies: Option<AnyRef<'a>>,
}

/// `ESSCertIDv2`, RFC 5035 section 4.
///
/// A SEQUENCE without an explicit algorithm means SHA-256, which DER then requires to be absent.
/// Both optional members are SEQUENCEs, told apart by where the OCTET STRING stands.
pub(crate) struct EssCertIdV2<'a> {
    pub(crate) hash_algorithm: Option<AlgorithmIdentifierRef<'a>>,
    pub(crate) cert_hash: &'a OctetStringRef,
    pub(crate) issuer_serial: Option<AnyRef<'a>>,
}

impl<'a> DecodeValue<'a> for EssCertIdV2<'a> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, _header: Header) -> der::Result<Self> {
        Ok(Self {
            hash_algorithm: Option::decode(reader)?,
            cert_hash: Decode::decode(reader)?,
            issuer_serial: if reader.is_finished() { None } else { Some(AnyRef::decode(reader)?) },
        })
    }
}

impl EncodeValue for EssCertIdV2<'_> {
    fn value_len(&self) -> der::Result<Length> {
        self.hash_algorithm.encoded_len()?
            + self.cert_hash.encoded_len()?
            + self.issuer_serial.encoded_len()?
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.hash_algorithm.encode(writer)?;
        self.cert_hash.encode(writer)?;
        self.issuer_serial.encode(writer)
    }
}

impl<'a> Sequence<'a> for EssCertIdV2<'a> {}

/// `SigningCertificate`, RFC 2634 section 5.4.
#[derive(Sequence)]
pub(crate) struct SigningCertificate<'a> {
    pub(crate) certs: Vec<EssCertId<'a>>,
    #[asn1(optional = "true")]
    pub(crate) policies: Option<AnyRef<'a>>,
}

/// `ESSCertID`, RFC 2634 section 5.4.1. The hash is SHA-1.
#[derive(Sequence)]
pub(crate) struct EssCertId<'a> {
    pub(crate) cert_hash: &'a OctetStringRef,
    #[asn1(optional = "true")]
    pub(crate) issuer_serial: Option<AnyRef<'a>>,
}
