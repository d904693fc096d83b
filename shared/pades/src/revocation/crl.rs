//! One certificate revocation list (RFC 5280 section 5), read and not yet believed.

use der::{AnyRef, Decode, Encode, Reader, SliceReader, asn1::GeneralizedTime, flagset::FlagSet};
use x509_cert::ext::pkix::{
    CrlDistributionPoints, KeyUsages,
    crl::dp::{DistributionPoint, IssuingDistributionPoint, Reasons},
    name::{DistributionPointName, GeneralName},
};

use super::{Entry, unix_seconds};
use crate::{
    asn1::{CertificateList, RevokedCertificate, TbsCertList},
    directory_name::CanonicalName,
    oid,
    verify::{Rejection, SignatureAlgorithm, verify_bits_of_any_age},
    x509::X509,
};

/// A `CertificateList` over the bytes it was read from.
pub(crate) struct Crl<'a> {
    pub(crate) issuer: CanonicalName,
    /// It lists only what changed since another list.
    pub(crate) is_delta: bool,
    /// It keeps certificates that expired since this instant (X.509 expiredCertsOnCRL).
    pub(crate) keeps_expired_since: Option<i64>,
    pub(crate) next_update: Option<i64>,
    pub(crate) this_update: i64,
    der: &'a [u8],
    list: CertificateList<'a>,
    scope: Option<IssuingDistributionPoint>,
    tbs: TbsCertList<'a>,
}

impl<'a> Crl<'a> {
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, &'static str> {
        let list = CertificateList::from_der(der).map_err(|_| "it is no CertificateList")?;
        let tbs: TbsCertList<'a> =
            list.to_be_signed.decode_as().map_err(|_| "its TBSCertList cannot be read")?;
        if tbs.signature != list.signature_algorithm {
            return Err("it names two signature algorithms");
        }
        let mut crl = Self {
            issuer: CanonicalName::read(tbs.issuer).map_err(|_| "its issuer cannot be read")?,
            is_delta: false,
            keeps_expired_since: None,
            next_update: tbs.next_update.map(|time| unix_seconds(time.to_unix_duration())),
            this_update: unix_seconds(tbs.this_update.to_unix_duration()),
            der,
            list,
            scope: None,
            tbs,
        };
        crl.read_extensions()?;
        Ok(crl)
    }

    /// Any other critical extension may narrow a list in a way not known here (RFC 5280 section 5.2).
    fn read_extensions(&mut self) -> Result<(), &'static str> {
        for extension in self.tbs.extensions.iter().flatten() {
            match extension.oid {
                oid::ID_CE_ISSUING_DISTRIBUTION_POINT => {
                    let scope = IssuingDistributionPoint::from_der(extension.value.as_bytes());
                    self.scope = Some(scope.map_err(|_| "its scope cannot be read")?);
                }
                oid::ID_CE_DELTA_CRL_INDICATOR => self.is_delta = true,
                oid::ID_CE_EXPIRED_CERTS_ON_CRL => {
                    let since = GeneralizedTime::from_der(extension.value.as_bytes());
                    self.keeps_expired_since = since.ok().map(|time| unix_seconds(time.to_unix_duration()));
                }
                oid::ID_CE_CRL_NUMBER | oid::ID_CE_AUTHORITY_KEY_IDENTIFIER => {}
                _ if extension.critical => return Err("it has a critical extension that is not known"),
                _ => {}
            }
        }
        Ok(())
    }

    /// Its size, bytes.
    pub(crate) fn size(&self) -> usize {
        self.der.len()
    }

    pub(crate) fn is_indirect(&self) -> bool {
        self.scope.as_ref().is_some_and(|scope| scope.indirect_crl)
    }

    /// How it is signed by this key, if it is, and if the key may sign lists.
    pub(crate) fn check_signed_by(&self, signer: &X509<'_>) -> Result<SignatureAlgorithm, Rejection> {
        let message = self.list.to_be_signed.to_der();
        let algorithm = verify_bits_of_any_age(
            &signer.tbs.subject_public_key_info,
            &self.list.signature_algorithm,
            &message.map_err(|_| Rejection::Unsupported("the list cannot be read"))?,
            &self.list.signature,
        )?;
        if signer.allows(KeyUsages::CRLSign) {
            Ok(algorithm)
        } else {
            Err(Rejection::Unsupported("its issuer may not sign lists"))
        }
    }

    /// Whether it is a complete list of this issuer for all reasons, whatever part of the issuer's
    /// certificates it says it is for: enough for one that was fetched from where the certificate says.
    pub(crate) fn is_complete_for(&self, certificate: &X509<'_>) -> bool {
        let is_ca = certificate.is_ca();
        let whole = self.scope.as_ref().is_none_or(|scope| {
            !scope.indirect_crl
                && !scope.only_contains_attribute_certs
                && scope.only_some_reasons.is_none()
                && (!scope.only_contains_ca_certs || is_ca)
                && (!scope.only_contains_user_certs || !is_ca)
        });
        whole && !self.is_delta
    }

    /// For which reasons of revocation the list speaks for a certificate, as bits of `ReasonFlags`; `None`
    /// when it does not (RFC 5280 section 6.3.3 (b)). `issuer` is the certificate's issuer.
    pub(crate) fn reasons_for(&self, certificate: &X509<'_>, issuer: &CanonicalName) -> Option<u16> {
        let scope = self.scope.as_ref();
        if let Some(scope) = scope {
            let is_ca = certificate.is_ca();
            if scope.only_contains_attribute_certs
                || (scope.only_contains_ca_certs && !is_ca)
                || (scope.only_contains_user_certs && is_ca)
            {
                return None;
            }
        }
        let of_scope = scope.and_then(|scope| scope.only_some_reasons).map_or(ALL_REASONS, FlagSet::bits);
        let points: Option<CrlDistributionPoints> =
            certificate.required(oid::ID_CE_CRL_DISTRIBUTION_POINTS).ok()?;
        let points = points.map_or(Vec::new(), |points| points.0);
        let mut reasons = 0;
        for point in &points {
            if self.serves(point, issuer)? {
                reasons |= point.reasons.map_or(ALL_REASONS, FlagSet::bits);
            }
        }
        // A list of the issuer itself that is not cut into parts serves certificates that do not name it too.
        if self.issuer == *issuer && scope.is_none_or(|scope| scope.distribution_point.is_none()) {
            reasons = ALL_REASONS;
        }
        let reasons = reasons & of_scope & ALL_REASONS;
        (reasons != 0).then_some(reasons)
    }

    /// Whether it is the list, or the part of one, that a distribution point means.
    fn serves(&self, point: &DistributionPoint, issuer: &CanonicalName) -> Option<bool> {
        let by_issuer = match &point.crl_issuer {
            Some(names) => {
                if !self.is_indirect() || !directory_names(names)?.contains(&self.issuer) {
                    return Some(false);
                }
                names.as_slice()
            }
            None if self.issuer != *issuer => return Some(false),
            None => &[],
        };
        let Some(part) = self.scope.as_ref().and_then(|scope| scope.distribution_point.as_ref()) else {
            return Some(true);
        };
        let part = names_of(part, &self.issuer)?;
        let wanted = match &point.distribution_point {
            // A relative name is below the list's issuer.
            Some(name) => names_of(name, &self.issuer)?,
            None => by_issuer.iter().map(PointName::of).collect::<Option<_>>()?,
        };
        Some(part.iter().any(|name| wanted.contains(name)))
    }

    /// The entry of a certificate, told by its serial number and issuer; the error is that the list cannot
    /// be read.
    pub(crate) fn entry(
        &self,
        serial: AnyRef<'_>,
        issuer: &CanonicalName,
    ) -> Result<Option<Entry>, &'static str> {
        let content = self.tbs.revoked_certificates.as_ref().map_or(&[][..], |entries| entries.0);
        let unreadable = |_| "an entry of it cannot be read";
        let is_indirect = self.is_indirect();
        let mut entry_issuer = self.issuer.clone();
        let mut reader = SliceReader::new(content).map_err(unreadable)?;
        while !reader.is_finished() {
            let entry = reader.tlv_bytes().map_err(unreadable)?;
            if !is_indirect && !has_serial(entry, serial) {
                continue;
            }
            let revoked = RevokedCertificate::from_der(entry).map_err(unreadable)?;
            let found = read_entry(&revoked)?;
            if let Some(names) = found.issuer {
                entry_issuer = names;
            }
            if revoked.serial_number == serial && entry_issuer == *issuer {
                return Ok(Some(found.entry));
            }
        }
        Ok(None)
    }
}

/// Whether an entry starts with a serial number; a look that is cheap enough for a million entries.
fn has_serial(entry: &[u8], serial: AnyRef<'_>) -> bool {
    let first = AnyRef::from_der(entry).and_then(|any| SliceReader::new(any.value())?.decode::<AnyRef<'_>>());
    // What cannot be read is looked at closely, which tells why.
    first.is_ok_and(|first| first == serial) || first.is_err()
}

struct FoundEntry {
    entry: Entry,
    issuer: Option<CanonicalName>,
}

fn read_entry(revoked: &RevokedCertificate<'_>) -> Result<FoundEntry, &'static str> {
    let at = unix_seconds(revoked.revocation_date.to_unix_duration());
    let mut found = FoundEntry { entry: Entry { at, reason: 0 }, issuer: None };
    for extension in revoked.extensions.iter().flatten() {
        let value = extension.value.as_bytes();
        match extension.oid {
            oid::ID_CE_CRL_REASON => {
                let reason = AnyRef::from_der(value).map_err(|_| "a reason of it cannot be read")?;
                found.entry.reason = reason.value().first().copied().unwrap_or_default();
            }
            oid::ID_CE_CERTIFICATE_ISSUER => {
                let names =
                    Vec::<GeneralName>::from_der(value).ok().and_then(|names| directory_names(&names));
                let first = names.and_then(|names| names.into_iter().next());
                found.issuer = Some(first.ok_or("a certificate issuer of it cannot be read")?);
            }
            _ if extension.critical => {
                return Err("an entry of it has a critical extension that is not known");
            }
            _ => {}
        }
    }
    Ok(found)
}

/// A name of a distribution point, comparable.
#[derive(PartialEq)]
enum PointName {
    Directory(CanonicalName),
    Other(GeneralName),
}

impl PointName {
    fn of(name: &GeneralName) -> Option<Self> {
        match name {
            GeneralName::DirectoryName(name) => {
                CanonicalName::from_der(&name.to_der().ok()?).ok().map(Self::Directory)
            }
            other => Some(Self::Other(other.clone())),
        }
    }
}

fn names_of(point: &DistributionPointName, crl_issuer: &CanonicalName) -> Option<Vec<PointName>> {
    match point {
        DistributionPointName::FullName(names) => names.iter().map(PointName::of).collect(),
        DistributionPointName::NameRelativeToCRLIssuer(part) => {
            let name = crl_issuer.with_part(&part.to_der().ok()?).ok()?;
            Some(vec![PointName::Directory(name)])
        }
    }
}

fn directory_names(names: &[GeneralName]) -> Option<Vec<CanonicalName>> {
    let names = names.iter().filter_map(|name| match name {
        GeneralName::DirectoryName(name) => Some(name.to_der().and_then(|der| CanonicalName::from_der(&der))),
        _ => None,
    });
    names.collect::<Result<_, _>>().ok()
}

/// Every reason that a list can be restricted to; bit 0 is unused.
pub(crate) const ALL_REASONS: u16 = Reasons::KeyCompromise as u16
    | Reasons::CaCompromise as u16
    | Reasons::AffiliationChanged as u16
    | Reasons::Superseded as u16
    | Reasons::CessationOfOperation as u16
    | Reasons::CertificateHold as u16
    | Reasons::PrivilegeWithdrawn as u16
    | Reasons::AaCompromise as u16;
