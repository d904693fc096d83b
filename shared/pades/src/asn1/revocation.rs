//! OCSP (RFC 6960) and certificate revocation lists (RFC 5280 section 5).

use const_oid::ObjectIdentifier as Oid;
use der::{
    AnyRef, Decode, Enumerated, Reader, Sequence, SliceReader,
    asn1::{BitStringRef, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;
use x509_cert::time::Time;

use super::{Extension, ResponderTime, SequenceContent};

/// `OCSPRequest`, RFC 6960 section 4.1.1.
#[derive(Sequence)]
pub(crate) struct OcspRequest<'a> {
    pub(crate) tbs_request: TbsRequest<'a>,
}

/// `TBSRequest`, RFC 6960 section 4.1.1, of version 1 and without extensions.
#[derive(Sequence)]
pub(crate) struct TbsRequest<'a> {
    pub(crate) request_list: Vec<OcspRequestOne<'a>>,
}

/// `Request`, RFC 6960 section 4.1.1.
#[derive(Sequence)]
pub(crate) struct OcspRequestOne<'a> {
    pub(crate) cert_id: CertId<'a>,
}

/// `CertID`, RFC 6960 section 4.1.1.
#[derive(Sequence)]
pub(crate) struct CertId<'a> {
    pub(crate) hash_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) issuer_name_hash: &'a OctetStringRef,
    pub(crate) issuer_key_hash: &'a OctetStringRef,
    pub(crate) serial_number: AnyRef<'a>,
}

/// `OCSPResponse`, RFC 6960 section 4.2.1.
#[derive(Sequence)]
pub(crate) struct OcspResponse<'a> {
    pub(crate) status: OcspResponseStatus,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) bytes: Option<ResponseBytes<'a>>,
}

/// `OCSPResponseStatus`, RFC 6960 section 4.2.1.
#[derive(Clone, Copy, Debug, Enumerated, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum OcspResponseStatus {
    Successful = 0,
    MalformedRequest = 1,
    InternalError = 2,
    TryLater = 3,
    SigRequired = 5,
    Unauthorized = 6,
}

/// `ResponseBytes`, RFC 6960 section 4.2.1.
#[derive(Sequence)]
pub(crate) struct ResponseBytes<'a> {
    pub(crate) response_type: Oid,
    pub(crate) response: &'a OctetStringRef,
}

/// `BasicOCSPResponse`, RFC 6960 section 4.2.1.
#[derive(Sequence)]
pub(crate) struct BasicOcspResponse<'a> {
    pub(crate) to_be_signed: AnyRef<'a>,
    pub(crate) signature_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature: BitStringRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) certificates: Option<AnyRef<'a>>,
}

/// `ResponseData`, RFC 6960 section 4.2.1.
#[derive(Sequence)]
pub(crate) struct ResponseData<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) version: Option<u8>,
    pub(crate) responder_id: AnyRef<'a>,
    pub(crate) produced_at: ResponderTime,
    pub(crate) responses: Vec<SingleResponse<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<Extension<'a>>>,
}

/// `SingleResponse`, RFC 6960 section 4.2.1. `cert_status` is told by its tag.
#[derive(Sequence)]
pub(crate) struct SingleResponse<'a> {
    pub(crate) cert_id: CertId<'a>,
    pub(crate) cert_status: AnyRef<'a>,
    pub(crate) this_update: ResponderTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) next_update: Option<ResponderTime>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<Extension<'a>>>,
}

/// `RevokedInfo`, RFC 6960 section 4.2.1, without its tag.
pub(crate) struct RevokedInfo {
    pub(crate) revocation_time: ResponderTime,
    pub(crate) reason: Option<u8>,
}

impl RevokedInfo {
    /// Reads the content octets of an implicitly tagged value.
    pub(crate) fn read(content: &[u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(content)?;
        let revocation_time = ResponderTime::decode(&mut reader)?;
        let reason = if reader.is_finished() { None } else { Some(AnyRef::decode(&mut reader)?) };
        // `[0] EXPLICIT CRLReason`, an ENUMERATED of one octet.
        let reason = reason.map(|tagged| AnyRef::from_der(tagged.value())).transpose()?;
        Ok(Self { revocation_time, reason: reason.and_then(|reason| reason.value().first().copied()) })
    }
}

/// `CertificateList`, RFC 5280 section 5.1.
#[derive(Sequence)]
pub(crate) struct CertificateList<'a> {
    pub(crate) to_be_signed: AnyRef<'a>,
    pub(crate) signature_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature: BitStringRef<'a>,
}

/// `TBSCertList`, RFC 5280 section 5.1.
#[derive(Sequence)]
pub(crate) struct TbsCertList<'a> {
    #[asn1(optional = "true")]
    pub(crate) version: Option<u8>,
    pub(crate) signature: AlgorithmIdentifierRef<'a>,
    pub(crate) issuer: AnyRef<'a>,
    pub(crate) this_update: Time,
    #[asn1(optional = "true")]
    pub(crate) next_update: Option<Time>,
    /// Raw, because there may be a million of them.
    #[asn1(optional = "true")]
    pub(crate) revoked_certificates: Option<SequenceContent<'a>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<Extension<'a>>>,
}

/// A member of `revokedCertificates`, RFC 5280 section 5.1.
#[derive(Sequence)]
pub(crate) struct RevokedCertificate<'a> {
    pub(crate) serial_number: AnyRef<'a>,
    pub(crate) revocation_date: Time,
    #[asn1(optional = "true")]
    pub(crate) extensions: Option<Vec<Extension<'a>>>,
}
