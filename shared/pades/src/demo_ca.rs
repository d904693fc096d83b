//! A small certificate authority for trials: a root and one seal certificate, both P-256.
//!
//! Nobody outside a trial trusts it, which is the point: a deployment works before its owner has
//! bought a seal certificate, and what it seals says so.

use std::{fmt, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CustomExtension, DistinguishedName, DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SerialNumber, date_time_ymd,
};

use crate::SealError;

/// A root certificate, a seal certificate under it, and their private keys, all PEM.
///
/// `Debug` shows the certificates only.
pub struct DemoCa {
    /// The root certificate.
    pub ca_certificate_pem: String,
    /// The root's private key, PKCS#8.
    pub ca_key_pem: String,
    /// The seal certificate, without its root.
    pub seal_certificate_pem: String,
    /// The seal's private key, PKCS#8.
    pub seal_key_pem: String,
}

/// What a demo seal certificate says about its own revocation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DemoRevocation<'a> {
    /// A CRL stands at this URL; see [`DemoCa::crl`].
    CrlAt(&'a str),
    /// There will never be any (noRevAvail, RFC 9608).
    NoRevAvail,
}

/// Creates a demo CA whose seal certificate says that no revocation is published.
///
/// # Errors
///
/// [`SealError::DemoCa`] when a key or certificate cannot be made.
pub fn create(organization: &str, now_unix_seconds: i64, valid_days: u32) -> Result<DemoCa, SealError> {
    create_with(organization, now_unix_seconds, valid_days, DemoRevocation::NoRevAvail)
}

/// Creates a demo CA, choosing what its seal certificate says about revocation.
///
/// # Errors
///
/// [`SealError::DemoCa`] when a key or certificate cannot be made, for example for a URL that is
/// not ASCII.
pub fn create_with(
    organization: &str,
    now_unix_seconds: i64,
    valid_days: u32,
    revocation: DemoRevocation<'_>,
) -> Result<DemoCa, SealError> {
    let ca_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut ca = params(organization, "demo CA", now_unix_seconds, valid_days);
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_certificate = ca.self_signed(&ca_key)?;

    let seal_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut seal = params(organization, "demo seal", now_unix_seconds, valid_days);
    seal.is_ca = IsCa::ExplicitNoCa;
    seal.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    seal.use_authority_key_identifier_extension = true;
    match revocation {
        DemoRevocation::CrlAt(url) => {
            seal.crl_distribution_points.push(CrlDistributionPoint { uris: vec![url.to_owned()] });
        }
        DemoRevocation::NoRevAvail => {
            seal.custom_extensions.push(CustomExtension::from_oid_content(NO_REV_AVAIL, DER_NULL.to_vec()));
        }
    }
    let seal_certificate = seal.signed_by(&seal_key, &Issuer::from_params(&ca, &ca_key))?;
    Ok(DemoCa {
        ca_certificate_pem: ca_certificate.pem(),
        ca_key_pem: ca_key.serialize_pem(),
        seal_certificate_pem: seal_certificate.pem(),
        seal_key_pem: seal_key.serialize_pem(),
    })
}

impl DemoCa {
    /// Signs an empty CRL: nothing this CA issued is revoked. DER.
    ///
    /// `number` must grow from one CRL to the next (RFC 5280 section 5.2.3).
    ///
    /// # Errors
    ///
    /// [`SealError::DemoCa`] when the CA's certificate or key cannot be read back.
    pub fn crl(&self, now_unix_seconds: i64, valid_days: u32, number: u64) -> Result<Vec<u8>, SealError> {
        let key = KeyPair::from_pem(&self.ca_key_pem)?;
        let issuer = Issuer::from_ca_cert_pem(&self.ca_certificate_pem, key)?;
        let this_update = date_time_ymd(1970, 1, 1) + seconds(now_unix_seconds);
        let list = CertificateRevocationListParams {
            this_update,
            next_update: this_update + days(valid_days),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&issuer)?.der().to_vec())
    }
}

impl fmt::Debug for DemoCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoCa")
            .field("ca_certificate_pem", &self.ca_certificate_pem)
            .field("seal_certificate_pem", &self.seal_certificate_pem)
            .finish_non_exhaustive()
    }
}

fn params(organization: &str, role: &str, now_unix_seconds: i64, valid_days: u32) -> CertificateParams {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, organization);
    name.push(DnType::CommonName, format!("{organization} {role}"));
    let not_before = date_time_ymd(1970, 1, 1) + seconds(now_unix_seconds);
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.not_before = not_before;
    params.not_after = not_before + days(valid_days);
    params
}

fn seconds(unix_seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(unix_seconds).unwrap_or(0))
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 24 * 60 * 60)
}

/// id-ce-noRevAvail, RFC 9608 section 2.
const NO_REV_AVAIL: &[u64] = &[2, 5, 29, 56];

/// Its whole value.
const DER_NULL: [u8; 2] = [0x05, 0x00];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
