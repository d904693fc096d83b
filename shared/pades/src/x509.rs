//! One certificate, read once, and what it says about its issuer and its revocation.

use const_oid::ObjectIdentifier as Oid;
use der::{AnyRef, Decode, Encode};
use x509_cert::{
    ext::pkix::{
        AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints,
        ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectKeyIdentifier,
        name::{DistributionPointName, GeneralName},
    },
    name::Name,
    time::Time,
};

use crate::{
    asn1::{Certificate, IssuerAndSerialNumber, TbsCertificate},
    directory_name::CanonicalName,
    oid,
    verify::{Rejection, SignatureAlgorithm, key_bits, verify_bits, verify_bits_of_any_age},
};

/// A certificate over the bytes it was read from.
pub(crate) struct X509<'a> {
    pub(crate) tbs: TbsCertificate<'a>,
    der: &'a [u8],
    outer: Certificate<'a>,
}

impl<'a> X509<'a> {
    pub(crate) fn read(der: &'a [u8]) -> der::Result<Self> {
        let outer = Certificate::from_der(der)?;
        let tbs = outer.to_be_signed.decode_as()?;
        Ok(Self { tbs, der, outer })
    }

    pub(crate) fn der(&self) -> &'a [u8] {
        self.der
    }

    /// `IssuerAndSerialNumber`, DER.
    pub(crate) fn issuer_and_serial(&self) -> der::Result<Vec<u8>> {
        IssuerAndSerialNumber { issuer: self.tbs.issuer, serial_number: self.tbs.serial_number }.to_der()
    }

    /// Whether it ends a chain: subject and issuer are one name, and the signature is its own.
    ///
    /// A root's signature over itself proves nothing, so one by an algorithm that is not known here,
    /// SHA-1 for many old roots, is as good; but a certificate by another key of the same name is not.
    pub(crate) fn ends_chain(&self) -> bool {
        self.tbs.subject == self.tbs.issuer && self.check_issued_by(self) != Err(Rejection::Wrong)
    }

    /// Whether both places that name the signature algorithm name the same (RFC 5280 section 4.1.1.2).
    pub(crate) fn names_one_algorithm(&self) -> bool {
        self.tbs.signature == self.outer.signature_algorithm
    }

    /// How another certificate's key signed this one, if it did, by whichever algorithm.
    pub(crate) fn check_signed_by(&self, issuer: &X509<'_>) -> Result<SignatureAlgorithm, Rejection> {
        let message = self.outer.to_be_signed.to_der();
        verify_bits_of_any_age(
            &issuer.tbs.subject_public_key_info,
            &self.outer.signature_algorithm,
            &message.map_err(|_| Rejection::Unsupported("the certificate cannot be read"))?,
            &self.outer.signature,
        )
    }

    /// Checks that another certificate's key signed this one, and that the names fit.
    pub(crate) fn check_issued_by(&self, issuer: &X509<'_>) -> Result<(), Rejection> {
        if self.tbs.issuer != issuer.tbs.subject {
            return Err(Rejection::Wrong);
        }
        let message = self
            .outer
            .to_be_signed
            .to_der()
            .map_err(|_| Rejection::Unsupported("the certificate cannot be read"))?;
        verify_bits(
            &issuer.tbs.subject_public_key_info,
            &self.outer.signature_algorithm,
            &message,
            &self.outer.signature,
        )
    }

    /// The subject as RFC 4514 text, empty if it cannot be read.
    pub(crate) fn subject_text(&self) -> String {
        text_of(self.tbs.subject)
    }

    /// The issuer as RFC 4514 text, empty if it cannot be read.
    pub(crate) fn issuer_text(&self) -> String {
        text_of(self.tbs.issuer)
    }

    /// The issuer, comparable.
    pub(crate) fn issuer_name(&self) -> der::Result<CanonicalName> {
        CanonicalName::read(self.tbs.issuer)
    }

    /// First second of validity, Unix seconds.
    pub(crate) fn not_before(&self) -> i64 {
        unix_seconds(self.tbs.validity.not_before)
    }

    /// Last second of validity, Unix seconds.
    pub(crate) fn not_after(&self) -> i64 {
        unix_seconds(self.tbs.validity.not_after)
    }

    /// Whether an instant, Unix seconds, lies in its validity.
    pub(crate) fn is_valid_at(&self, at: i64) -> bool {
        (self.not_before()..=self.not_after()).contains(&at)
    }

    /// The bits of its public key, without those that say what kind it is.
    pub(crate) fn key_bytes(&self) -> &'a [u8] {
        self.tbs.subject_public_key_info.subject_public_key.raw_bytes()
    }

    /// The size of its key, bits; 0 if it is of a kind that is not known.
    pub(crate) fn key_bits(&self) -> u32 {
        key_bits(&self.tbs.subject_public_key_info)
    }

    /// The identifier it gives its own key.
    pub(crate) fn subject_key_identifier(&self) -> Option<Vec<u8>> {
        let identifier: Option<SubjectKeyIdentifier> = self.extension(oid::ID_CE_SUBJECT_KEY_IDENTIFIER);
        identifier.map(|identifier| identifier.0.into_bytes().into_vec())
    }

    /// The identifier it gives its issuer's key.
    pub(crate) fn authority_key_identifier(&self) -> Option<Vec<u8>> {
        let identifier: Option<AuthorityKeyIdentifier> = self.extension(oid::ID_CE_AUTHORITY_KEY_IDENTIFIER);
        identifier?.key_identifier.map(|identifier| identifier.into_bytes().into_vec())
    }

    /// Whether it is a CA's.
    pub(crate) fn is_ca(&self) -> bool {
        self.extension::<BasicConstraints>(oid::ID_CE_BASIC_CONSTRAINTS)
            .is_some_and(|constraints| constraints.ca)
    }

    /// Whether its key usage allows this use; a certificate without key usage allows all, one whose key
    /// usage cannot be read nothing.
    pub(crate) fn allows(&self, usage: KeyUsages) -> bool {
        self.required::<KeyUsage>(oid::ID_CE_KEY_USAGE)
            .is_ok_and(|allowed| allowed.is_none_or(|allowed| allowed.0.contains(usage)))
    }

    /// Whether its extended key usage names this purpose.
    pub(crate) fn has_extended_usage(&self, purpose: Oid) -> bool {
        self.extension::<ExtendedKeyUsage>(oid::ID_CE_EXT_KEY_USAGE)
            .is_some_and(|usage| usage.0.contains(&purpose))
    }

    /// Whether its issuer says that its revocation need not be looked for: noRevAvail (RFC 9608),
    /// id-pkix-ocsp-nocheck (RFC 6960 section 4.2.2.2.1) or a life too short for it (EN 319 412-1).
    pub(crate) fn is_exempt_from_revocation(&self) -> bool {
        [oid::ID_CE_NO_REV_AVAIL, oid::ID_PKIX_OCSP_NOCHECK, oid::ID_ETSI_EXT_VALASSURED_ST_CERTS]
            .into_iter()
            .any(|extension| self.tbs.extension(extension).is_some())
    }

    /// Where its OCSP responders answer.
    pub(crate) fn ocsp_urls(&self) -> Vec<String> {
        self.access_urls(oid::ID_AD_OCSP)
    }

    /// Where its issuer's certificate is published.
    pub(crate) fn issuer_urls(&self) -> Vec<String> {
        self.access_urls(oid::ID_AD_CA_ISSUERS)
    }

    /// Where its CRLs are published.
    pub(crate) fn crl_urls(&self) -> Vec<String> {
        let points: Option<CrlDistributionPoints> = self.extension(oid::ID_CE_CRL_DISTRIBUTION_POINTS);
        let names = points.into_iter().flat_map(|points| points.0).filter_map(|point| {
            // Lists by another issuer, or of some reasons only, prove less than is asked for.
            match point.distribution_point? {
                DistributionPointName::FullName(names)
                    if point.crl_issuer.is_none() && point.reasons.is_none() =>
                {
                    Some(names)
                }
                _ => None,
            }
        });
        names.flatten().filter_map(http_url).take(MAX_URLS).collect()
    }

    fn access_urls(&self, method: Oid) -> Vec<String> {
        let access: Option<AuthorityInfoAccessSyntax> = self.extension(oid::ID_PE_AUTHORITY_INFO_ACCESS);
        access
            .into_iter()
            .flat_map(|access| access.0)
            .filter(|description| description.access_method == method)
            .filter_map(|description| http_url(description.access_location))
            .take(MAX_URLS)
            .collect()
    }

    /// An extension that decides something: one that cannot be read is not one that is absent.
    pub(crate) fn required<'s, T: Decode<'s>>(&'s self, oid: Oid) -> Result<Option<T>, T::Error> {
        self.tbs.extension(oid).map(|extension| T::from_der(extension.value.as_bytes())).transpose()
    }

    fn extension<'s, T: Decode<'s>>(&'s self, oid: Oid) -> Option<T> {
        T::from_der(self.tbs.extension(oid)?.value.as_bytes()).ok()
    }
}

fn text_of(name: AnyRef<'_>) -> String {
    name.decode_as::<Name>().map(|name| name.to_string()).unwrap_or_default()
}

fn unix_seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

fn http_url(name: GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(url)
            if url.as_str().starts_with("http://") || url.as_str().starts_with("https://") =>
        {
            Some(url.to_string())
        }
        _ => None,
    }
}

/// How many URLs of one kind are taken from a certificate: more than real ones name, and few enough
/// that a hostile one cannot keep a search busy.
const MAX_URLS: usize = 4;
