//! The Time-Stamp Protocol (RFC 3161).

use const_oid::ObjectIdentifier as Oid;
use der::{
    AnyRef, Sequence,
    asn1::{BitStringRef, OctetStringRef, UintRef, Utf8StringRef},
};
use spki::AlgorithmIdentifierRef;

use super::Implicit;

/// `TimeStampReq`, RFC 3161 section 2.4.1.
#[derive(Sequence)]
pub(crate) struct TimeStampReq<'a> {
    pub(crate) version: u8,
    pub(crate) message_imprint: MessageImprint<'a>,
    #[asn1(optional = "true")]
    pub(crate) policy: Option<Oid>,
    #[asn1(optional = "true")]
    pub(crate) nonce: Option<UintRef<'a>>,
    #[asn1(default = "Default::default")]
    pub(crate) cert_req: bool,
}

/// `MessageImprint`, RFC 3161 section 2.4.1.
#[derive(Sequence)]
pub(crate) struct MessageImprint<'a> {
    pub(crate) hash_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) hashed_message: &'a OctetStringRef,
}

/// `TimeStampResp`, RFC 3161 section 2.4.2.
#[derive(Sequence)]
pub(crate) struct TimeStampResp<'a> {
    pub(crate) status: PkiStatusInfo<'a>,
    #[asn1(optional = "true")]
    pub(crate) time_stamp_token: Option<AnyRef<'a>>,
}

/// `PKIStatusInfo`, RFC 3161 section 2.4.2.
#[derive(Sequence)]
pub(crate) struct PkiStatusInfo<'a> {
    pub(crate) status: u8,
    #[asn1(optional = "true")]
    pub(crate) status_string: Option<Vec<Utf8StringRef<'a>>>,
    #[asn1(optional = "true")]
    pub(crate) fail_info: Option<BitStringRef<'a>>,
}

/// `TSTInfo`, RFC 3161 section 2.4.2.
///
/// `gen_time` stays raw because it may carry fractions of a second, which DER elsewhere forbids.
#[derive(Sequence)]
pub(crate) struct TstInfo<'a> {
    pub(crate) version: u8,
    pub(crate) policy: Oid,
    pub(crate) message_imprint: MessageImprint<'a>,
    pub(crate) serial_number: AnyRef<'a>,
    pub(crate) gen_time: AnyRef<'a>,
    #[asn1(optional = "true")]
    pub(crate) accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    pub(crate) ordering: bool,
    #[asn1(optional = "true")]
    pub(crate) nonce: Option<UintRef<'a>>,
    #[asn1(optional = "true")]
    pub(crate) tsa: Option<Implicit<'a, 0>>,
    #[asn1(optional = "true")]
    pub(crate) extensions: Option<Implicit<'a, 1>>,
}

/// `Accuracy`, RFC 3161 section 2.4.2.
#[derive(Sequence)]
pub(crate) struct Accuracy {
    #[asn1(optional = "true")]
    pub(crate) seconds: Option<u32>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) micros: Option<u16>,
}
