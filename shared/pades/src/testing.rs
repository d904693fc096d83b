//! Keys and certificates for tests, made once for each kind.

pub(crate) mod forge;

use std::{path::Path, process::Command, sync::LazyLock, time::Duration};

use der::{
    AnyRef, Decode, Encode, Tag,
    asn1::{BitStringRef, GeneralizedTime, Ia5String, OctetStringRef},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CrlIssuingDistributionPoint, CrlScope, CustomExtension, DistinguishedName, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256,
    RevokedCertParams, RsaKeySize, SerialNumber, SigningKey, date_time_ymd,
};
use spki::AlgorithmIdentifierRef;
use x509_cert::ext::pkix::{AccessDescription, AuthorityInfoAccessSyntax, name::GeneralName};

use crate::{
    Pkcs8Key, SealAlgorithm, SealCertificate, SignedAttributes,
    asn1::{BasicOcspResponse, CertId, ResponseData, SingleResponse},
    assemble,
    hash::HashAlgorithm,
    oid,
    x509::X509,
};

/// A moment at which every certificate made here is valid: 2026-11-21T18:36:05Z.
pub(crate) const NOW: i64 = 1_795_286_165;

/// A self-signed certificate and its key.
pub(crate) struct Sealer {
    pub(crate) certificate: SealCertificate,
    pub(crate) certificate_pem: String,
    pub(crate) key: Pkcs8Key,
    pub(crate) key_pem: String,
}

impl Sealer {
    /// Seals a digest and returns the CMS.
    pub(crate) fn seal(&self, digest: impl Into<crate::Digest>, algorithm: SealAlgorithm) -> Vec<u8> {
        let attributes = SignedAttributes::new(digest, &self.certificate, algorithm).unwrap();
        let signature = self.key.sign(algorithm, attributes.to_be_signed()).unwrap();
        assemble(&attributes, &signature, &self.certificate, None).unwrap()
    }
}

pub(crate) static P256: LazyLock<Sealer> =
    LazyLock::new(|| sealer(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(), vec![]));
pub(crate) static P384: LazyLock<Sealer> =
    LazyLock::new(|| sealer(&KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap(), vec![]));
pub(crate) static RSA_2048: LazyLock<Sealer> = LazyLock::new(|| sealer(&rsa(RsaKeySize::_2048), vec![]));
pub(crate) static RSA_3072: LazyLock<Sealer> = LazyLock::new(|| sealer(&rsa(RsaKeySize::_3072), vec![]));

/// A certificate that may sign time-stamps and nothing else.
pub(crate) static TSA: LazyLock<Sealer> = LazyLock::new(|| {
    sealer(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(), vec![timestamping_only()])
});

/// Every kind of key with each algorithm it can use.
pub(crate) fn combinations() -> [(&'static Sealer, SealAlgorithm); 5] {
    [
        (&P256, SealAlgorithm::EcdsaP256Sha256),
        (&P384, SealAlgorithm::EcdsaP384Sha384),
        (&RSA_2048, SealAlgorithm::RsaPkcs1Sha256),
        (&RSA_2048, SealAlgorithm::RsaPssSha256),
        (&RSA_3072, SealAlgorithm::RsaPkcs1Sha256),
    ]
}

/// Runs `openssl` and returns whether it succeeded with what it printed; `None`, said aloud, when
/// the machine has none.
pub(crate) fn openssl(directory: &Path, arguments: &[&str]) -> Option<(bool, String)> {
    let output = match Command::new("openssl").args(arguments).current_dir(directory).output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: openssl cannot be run: {error}");
            return None;
        }
    };
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

/// id-kp-timeStamping, critical as RFC 3161 section 2.3 asks.
fn timestamping_only() -> CustomExtension {
    let mut usage = CustomExtension::from_oid_content(
        &[2, 5, 29, 37],
        vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08],
    );
    usage.set_criticality(true);
    usage
}

fn rsa(size: RsaKeySize) -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size).unwrap()
}

fn sealer(key: &KeyPair, extensions: Vec<CustomExtension>) -> Sealer {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Ada Lovelace");
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    params.custom_extensions = extensions;
    let certificate_pem = params.self_signed(key).unwrap().pem();
    let key_pem = key.serialize_pem();
    Sealer {
        certificate: SealCertificate::from_pem(&certificate_pem).unwrap(),
        certificate_pem,
        key: Pkcs8Key::from_pem(&key_pem).unwrap(),
        key_pem,
    }
}

/// What a certificate says about where to look.
#[derive(Clone, Copy, Default)]
pub(crate) struct Urls {
    pub(crate) issuer: Option<&'static str>,
    pub(crate) crl: Option<&'static str>,
    pub(crate) ocsp: Option<&'static str>,
}

/// A certificate of a small hierarchy, with its key.
pub(crate) struct Issued {
    pub(crate) der: Vec<u8>,
    pub(crate) key: KeyPair,
    pub(crate) pem: String,
    params: CertificateParams,
    serial: u64,
}

impl Issued {
    /// A self-signed CA.
    pub(crate) fn root() -> Self {
        let (params, key) = ca_params("root", Urls::default());
        let certificate = params.self_signed(&key).unwrap();
        Self { der: certificate.der().to_vec(), pem: certificate.pem(), key, params, serial: 0 }
    }

    /// A CA under this one.
    pub(crate) fn intermediate(&self, serial: u64, urls: Urls) -> Self {
        let (params, key) = ca_params("intermediate", urls);
        self.issue(params, key, serial)
    }

    /// The certificate of another CA of the same name, signed by this one: what a change of keys leaves.
    pub(crate) fn cross(&self, other: &Self) -> Vec<u8> {
        let issuer = Issuer::from_params(&self.params, &self.key);
        other.params.signed_by(&other.key, &issuer).unwrap().der().to_vec()
    }

    /// A certificate for seals under this one, with further extensions.
    pub(crate) fn seal(&self, serial: u64, urls: Urls, extensions: Vec<CustomExtension>) -> Self {
        let mut params = named_params(&format!("seal {serial}"), urls);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.custom_extensions.extend(extensions);
        self.issue(params, KeyPair::generate().unwrap(), serial)
    }

    /// A certificate for seals under this one, for an RSA key.
    pub(crate) fn seal_by_rsa(&self, serial: u64) -> Self {
        let mut params = named_params(&format!("seal {serial}"), Urls::default());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        self.issue(params, rsa(RsaKeySize::_2048), serial)
    }

    /// A certificate under this one that may sign time-stamps and nothing else.
    pub(crate) fn authority(&self, serial: u64) -> Self {
        self.issue_with(&format!("time-stamp authority {serial}"), serial, |params| {
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.custom_extensions.push(timestamping_only());
        })
    }

    /// A certificate under this one with a new key, its parameters as `edit` leaves them.
    pub(crate) fn issue_with(
        &self,
        name: &str,
        serial: u64,
        edit: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = named_params(name, Urls::default());
        edit(&mut params);
        self.issue(params, KeyPair::generate().unwrap(), serial)
    }

    /// A list of what this CA revoked, valid for a day around a moment.
    pub(crate) fn crl(&self, revoked: &[u64], moment: i64, scope: Option<CrlScope>) -> Vec<u8> {
        let yesterday = Duration::from_secs((moment - 86_400).unsigned_abs());
        let revoked_certs = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(1970, 1, 1) + yesterday,
            reason_code: None,
            invalidity_date: None,
        });
        self.crl_with(moment, |list| {
            list.revoked_certs = revoked_certs.collect();
            list.issuing_distribution_point = scope.map(|scope| CrlIssuingDistributionPoint {
                distribution_point: CrlDistributionPoint { uris: vec!["http://localhost/crl".to_owned()] },
                scope: Some(scope),
            });
        })
    }

    /// A list of nothing, valid for a day around a moment, as `edit` leaves it.
    pub(crate) fn crl_with(
        &self,
        moment: i64,
        edit: impl FnOnce(&mut CertificateRevocationListParams),
    ) -> Vec<u8> {
        let at = |seconds: i64| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds.unsigned_abs());
        let mut list = CertificateRevocationListParams {
            this_update: at(moment - 43_200),
            next_update: at(moment + 43_200),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        edit(&mut list);
        list.signed_by(&Issuer::from_params(&self.params, &self.key)).unwrap().der().to_vec()
    }

    /// An OCSP response by this key about certificates of an issuer, carrying certificates.
    pub(crate) fn ocsp(&self, issuer: &Self, answers: &[OcspAnswer], carried: &[&Self]) -> Vec<u8> {
        let issuer = X509::read(&issuer.der).unwrap();
        let name_hash = HashAlgorithm::Sha1.digest(&issuer.tbs.subject.to_der().unwrap());
        let key_hash = HashAlgorithm::Sha1.digest(issuer.key_bytes());
        let time = |at: i64| {
            GeneralizedTime::from_unix_duration(Duration::from_secs(at.unsigned_abs())).unwrap().into()
        };
        let statuses: Vec<Vec<u8>> = answers.iter().map(OcspAnswer::status).collect();
        let serials: Vec<Vec<u8>> = answers.iter().map(|answer| answer.serial.to_der().unwrap()).collect();
        let single =
            |(answer, (status, serial)): (&OcspAnswer, (&'static [u8], &'static [u8]))| SingleResponse {
                cert_id: CertId {
                    hash_algorithm: AlgorithmIdentifierRef { oid: oid::ID_SHA1, parameters: None },
                    issuer_name_hash: OctetStringRef::new(leak(name_hash.clone())).unwrap(),
                    issuer_key_hash: OctetStringRef::new(leak(key_hash.clone())).unwrap(),
                    serial_number: AnyRef::from_der(serial).unwrap(),
                },
                cert_status: AnyRef::from_der(status).unwrap(),
                this_update: time(answer.this_update),
                next_update: answer.next_update.map(time),
                extensions: None,
            };
        let leaked = statuses.into_iter().map(leak).zip(serials.into_iter().map(leak));
        let responder_id = leak([&[0xa2, 0x16, 0x04, 0x14][..], &[0; 20]].concat());
        let data = ResponseData {
            version: None,
            responder_id: AnyRef::from_der(responder_id).unwrap(),
            produced_at: time(answers.first().unwrap().this_update),
            responses: answers.iter().zip(leaked).map(single).collect(),
            extensions: None,
        };
        let data = data.to_der().unwrap();
        let signature = self.key.sign(&data).unwrap();
        let certificates: Vec<u8> = carried.iter().flat_map(|one| one.der.clone()).collect();
        let certificates = AnyRef::new(Tag::Sequence, &certificates).unwrap();
        BasicOcspResponse {
            to_be_signed: AnyRef::from_der(&data).unwrap(),
            signature_algorithm: AlgorithmIdentifierRef { oid: oid::ECDSA_WITH_SHA256, parameters: None },
            signature: BitStringRef::from_bytes(&signature).unwrap(),
            certificates: (!carried.is_empty()).then_some(certificates),
        }
        .to_der()
        .unwrap()
    }

    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    fn issue(&self, mut params: CertificateParams, key: KeyPair, serial: u64) -> Self {
        params.serial_number = Some(SerialNumber::from(serial));
        let certificate = params.signed_by(&key, &Issuer::from_params(&self.params, &self.key)).unwrap();
        Self { der: certificate.der().to_vec(), pem: certificate.pem(), key, params, serial }
    }
}

/// What a responder says about a certificate.
pub(crate) struct OcspAnswer {
    pub(crate) serial: u64,
    /// When it was revoked; `None` for good.
    pub(crate) revoked_at: Option<i64>,
    pub(crate) this_update: i64,
    pub(crate) next_update: Option<i64>,
}

impl OcspAnswer {
    fn status(&self) -> Vec<u8> {
        let Some(at) = self.revoked_at else { return vec![0x80, 0x00] };
        let time = GeneralizedTime::from_unix_duration(Duration::from_secs(at.unsigned_abs())).unwrap();
        let time = time.to_der().unwrap();
        [&[0xa1, u8::try_from(time.len()).unwrap()][..], &time].concat()
    }
}

/// Bytes for the borrowed structures of a test, which ends soon.
fn leak(bytes: Vec<u8>) -> &'static [u8] {
    bytes.leak()
}

fn ca_params(name: &str, urls: Urls) -> (CertificateParams, KeyPair) {
    let mut params = named_params(name, urls);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params, KeyPair::generate().unwrap())
}

fn named_params(name: &str, urls: Urls) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.crl_distribution_points =
        urls.crl.map(|url| CrlDistributionPoint { uris: vec![url.to_owned()] }).into_iter().collect();
    let access: Vec<AccessDescription> = [(oid::ID_AD_CA_ISSUERS, urls.issuer), (oid::ID_AD_OCSP, urls.ocsp)]
        .into_iter()
        .filter_map(|(access_method, url)| {
            let location = GeneralName::UniformResourceIdentifier(Ia5String::new(url?).unwrap());
            Some(AccessDescription { access_method, access_location: location })
        })
        .collect();
    if !access.is_empty() {
        params.custom_extensions.push(CustomExtension::from_oid_content(
            &[1, 3, 6, 1, 5, 5, 7, 1, 1],
            AuthorityInfoAccessSyntax(access).to_der().unwrap(),
        ));
    }
    params
}
