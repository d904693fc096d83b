//! Certificate authorities: the one that is trusted, and one that has only its name.

use std::{sync::LazyLock, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension, DistinguishedName,
    DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
    date_time_ymd,
};

use crate::der;

/// The moment of every signature and validation: 2026-11-21T18:36:05Z.
pub const NOW: i64 = 1_795_286_165;

/// Who is trusted.
pub static TRUSTED: LazyLock<Authority> = LazyLock::new(Authority::new);

/// Has the same names and serial numbers and other keys.
pub static IMPOSTOR: LazyLock<Authority> = LazyLock::new(Authority::new);

/// A root with what it issued.
pub struct Authority {
    /// The root certificate, PEM.
    pub root_pem: String,
    /// Signs documents; its revocation is never published (RFC 9608).
    pub seal: Signer,
    /// Signs time-stamps.
    pub tsa: Signer,
    /// Signs documents; its revocation is published.
    pub revocable: Signer,
    /// Answers for the root (RFC 6960).
    pub responder: Signer,
    params: CertificateParams,
    key: KeyPair,
}

/// A key with its certificate.
pub struct Signer {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// The certificate, PEM.
    pub pem: String,
    /// Its key.
    pub key: KeyPair,
    /// The root that issued it, DER.
    pub root: Vec<u8>,
}

impl Signer {
    /// `IssuerAndSerialNumber` of the certificate.
    #[must_use]
    pub fn issuer_and_serial(&self) -> Vec<u8> {
        let (serial, issuer) = self.serial_and_issuer();
        der::sequence(&[&issuer, &serial])
    }

    /// Serial number and issuer, DER.
    #[must_use]
    pub fn serial_and_issuer(&self) -> (Vec<u8>, Vec<u8>) {
        let certificate = der::read(&self.der).unwrap();
        let body = der::read(certificate.content).unwrap();
        let parts = der::children(body.content).unwrap();
        (parts[1].whole.to_vec(), parts[3].whole.to_vec())
    }
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut root = named("Analytical Engines root");
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = root.self_signed(&key).unwrap();
        let issue = |name: &str, serial: u64, extensions: Vec<CustomExtension>| {
            let own = KeyPair::generate().unwrap();
            let mut params = named(name);
            params.serial_number = Some(SerialNumber::from(serial));
            params.use_authority_key_identifier_extension = true;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
            params.custom_extensions = extensions;
            let issued = params.signed_by(&own, &Issuer::from_params(&root, &key)).unwrap();
            Signer {
                der: issued.der().to_vec(),
                pem: issued.pem(),
                key: own,
                root: certificate.der().to_vec(),
            }
        };
        // id-kp-timeStamping and id-kp-OCSPSigning.
        let usage = |last: u8, critical| {
            let value = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, last];
            let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 37], value);
            extension.set_criticality(critical);
            extension
        };
        // id-ce-noRevAvail and id-pkix-ocsp-nocheck.
        let never = || CustomExtension::from_oid_content(&[2, 5, 29, 56], vec![5, 0]);
        let no_check = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 5], vec![5, 0]);
        let signers = (
            issue("Ada Lovelace", 2, vec![never()]),
            issue("Analytical Engines time-stamps", 3, vec![never(), usage(8, true)]),
            issue("Grace Hopper", 4, Vec::new()),
            issue("Analytical Engines OCSP", 5, vec![no_check, usage(9, false)]),
        );
        Self {
            root_pem: certificate.pem(),
            seal: signers.0,
            tsa: signers.1,
            revocable: signers.2,
            responder: signers.3,
            params: root,
            key,
        }
    }

    /// What the root has revoked: nothing.
    #[must_use]
    pub fn crl(&self, number: u64) -> Vec<u8> {
        self.crl_of(number, &[])
    }

    /// A list of certificates that the root revoked a day ago, valid for a day from [`NOW`] on.
    #[must_use]
    pub fn crl_of(&self, number: u64, revoked_serials: &[u64]) -> Vec<u8> {
        let at = |seconds: i64| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds.unsigned_abs());
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: at(NOW - 86_400),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: at(NOW + 120),
            next_update: at(NOW + 86_400),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked_serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&Issuer::from_params(&self.params, &self.key)).unwrap().der().to_vec()
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Analytical Engines");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}
