//! The seal's key: what it is, another in its place, and a request for its certificate.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command as Program;

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError;
use clap::{Args, Subcommand};
use domain::Timestamp;
use pades::{Pkcs8Key, SealCertificate};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::json;
use shared::BoxError;
use shared::outbound::{RsaPadding, SealSecret, Secrets};

use super::Told;
use super::place::Place;

/// What is done with the seal's key.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Shows the certificate, and where the key is.
    Show,
    /// Puts a key and its certificates in place: from PKCS#12, or from PEM. Seals are made with it within five minutes.
    Import(Import),
    /// Makes a P-256 key, and asks for its certificate (PKCS#10).
    Csr(Csr),
}

#[derive(Args, Debug)]
pub(super) struct Import {
    /// A PKCS#12 file, read by openssl with the password in `PARAPHE_P12_PASSWORD`; or PEM: certificates, and the key
    /// (PKCS#8) unless it is elsewhere.
    file: PathBuf,
    /// The key as PKCS#8 PEM, if it is in a file of its own.
    #[arg(long, value_name = "FILE", conflicts_with = "kms_key")]
    key: Option<PathBuf>,
    /// The id of the key in KMS, which it never leaves.
    #[arg(long, value_name = "ID")]
    kms_key: Option<String>,
    /// Roots and intermediates that neither seals nor time-stamps carry, as PEM.
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// Makes an RSA key pad by PSS.
    #[arg(long)]
    pss: bool,
    /// Takes the place of the key that is there: rotates it. What it sealed stays valid.
    #[arg(long)]
    replace: bool,
}

#[derive(Args, Debug)]
pub(super) struct Csr {
    /// The subject's names: C, O, OU, CN, L, ST and organizationIdentifier, such as `"O=Acme Ltd"`.
    #[arg(required = true, value_name = "NAME=VALUE")]
    subject: Vec<String>,
    /// Where the key goes, as PKCS#8 PEM that only you may read; the file must not be there yet.
    #[arg(long, value_name = "FILE", default_value = "seal-key.pem")]
    key_out: PathBuf,
}

/// Shows or replaces the key.
///
/// # Errors
///
/// A sentence: what cannot be read, does not fit together, or is in the way.
pub(super) async fn perform(place: &Place, command: &Command) -> Result<Told, BoxError> {
    match command {
        Command::Show => {
            let secret = SealSecret::parse(&current(place).await?)?;
            tell(&secret, place.aws.clock.now())
        }
        Command::Import(asked) => import(place, asked).await,
        Command::Csr(asked) => request(asked),
    }
}

async fn current(place: &Place) -> Result<zeroize::Zeroizing<String>, BoxError> {
    Ok(Secrets::new(place.secrets()).text(&place.seal_secret).await?)
}

async fn import(place: &Place, asked: &Import) -> Result<Told, BoxError> {
    let now = place.aws.clock.now();
    let given = text_of(&asked.file)?;
    let key_text = asked.key.as_deref().map(text_of).transpose()?;
    let key_pem = match (&asked.kms_key, &key_text) {
        (Some(_), _) => None,
        (None, other) => {
            let found = block(other.as_deref().unwrap_or(&given), "PRIVATE KEY");
            Some(found.ok_or(
                "no PRIVATE KEY as PEM (PKCS#8): name its file by --key, or a key in KMS by --kms-key",
            )?)
        }
    };
    let secret = SealSecret {
        certificate_pem: chain(&given, key_pem.as_deref())?,
        key_pem,
        kms_key_id: asked.kms_key.clone(),
        known_certificates_pem: asked.known.as_deref().map(text_of).transpose()?,
        rsa_padding: if asked.pss { RsaPadding::Pss } else { RsaPadding::Pkcs1 },
    };
    secret.certificate()?.check_valid_at(now.unix_seconds())?;
    let client = place.secrets();
    let id = &place.seal_secret;
    let has_one = match client.get_secret_value().secret_id(id).send().await {
        Ok(found) => found.secret_string.is_some(),
        Err(error)
            if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
        {
            false
        }
        Err(error) => return Err(error.into()),
    };
    if has_one && !asked.replace {
        return Err(format!("{id} holds a key: --replace puts this one in its place").into());
    }
    let value = secret.to_text()?.to_string();
    let put = client.put_secret_value().secret_id(id).secret_string(value.clone()).send().await;
    match put {
        Ok(_) => {}
        Err(error)
            if error.as_service_error().is_some_and(PutSecretValueError::is_resource_not_found_exception) =>
        {
            let _made = client.create_secret().name(id).secret_string(value).send().await?;
        }
        Err(error) => return Err(error.into()),
    }
    tell(&secret, now)
}

/// Tells of a certificate what its owner needs to know.
fn tell(secret: &SealSecret, now: Timestamp) -> Result<Told, BoxError> {
    let certificate = secret.certificate()?;
    let instant = |seconds: i64| Timestamp::from_unix_ms(seconds.saturating_mul(1000)).to_openapi();
    let (begins, ends) = (instant(certificate.not_before()), instant(certificate.not_after()));
    let key =
        secret.kms_key_id.as_ref().map_or_else(|| "in the secret".to_owned(), |id| format!("in KMS, {id}"));
    let days = (certificate.not_after() - now.unix_seconds()).div_euclid(24 * 60 * 60);
    let sha256 = hex::encode(certificate.sha256());
    let json = json!({
        "subject": certificate.subject(),
        "serial": certificate.serial_hex(),
        "notBefore": begins,
        "notAfter": ends,
        "daysLeft": days,
        "sha256": sha256,
        "certificates": blocks(&secret.certificate_pem, "CERTIFICATE").len(),
        "kmsKeyId": secret.kms_key_id,
        "certificatePem": secret.certificate_pem,
    });
    let lines = vec![
        format!("subject  {}", certificate.subject()),
        format!("serial   {}", certificate.serial_hex()),
        format!("valid    {begins} to {ends}, {days} days left"),
        format!("sha256   {sha256}"),
        format!("key      {key}"),
        secret.certificate_pem.trim_end().to_owned(),
    ];
    Ok(Told { json, lines })
}

/// A file's text; that of a PKCS#12 file as openssl tells it, so that nothing of it lies on a disk.
fn text_of(path: &Path) -> Result<String, BoxError> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    match String::from_utf8(bytes) {
        Ok(text) if text.contains("-----BEGIN ") => Ok(text),
        _ => pkcs12(path, &[]).or_else(|_| pkcs12(path, &["-legacy"])),
    }
}

fn pkcs12(path: &Path, more: &[&str]) -> Result<String, BoxError> {
    const PASSWORD: &str = "PARAPHE_P12_PASSWORD";
    if std::env::var_os(PASSWORD).is_none() {
        return Err(format!("{}: set {PASSWORD} to the password of the file", path.display()).into());
    }
    let told = Program::new("openssl")
        .args(["pkcs12", "-nodes", "-passin", "env:PARAPHE_P12_PASSWORD", "-in"])
        .arg(path)
        .args(more)
        .output()
        .map_err(|error| format!("openssl cannot be run: {error}"))?;
    if !told.status.success() {
        return Err(format!("{} is not PKCS#12, or its password is another", path.display()).into());
    }
    Ok(String::from_utf8(told.stdout)?)
}

/// The certificates with the seal's own first: the one whose key it is, or the first for a key in KMS.
fn chain(text: &str, key_pem: Option<&str>) -> Result<String, BoxError> {
    let mut blocks = blocks(text, "CERTIFICATE");
    if let Some(key_pem) = key_pem {
        let key = Pkcs8Key::from_pem(key_pem)?;
        let is_its = |pem: &String| {
            SealCertificate::from_pem(pem).is_ok_and(|certificate| key.check_belongs_to(&certificate).is_ok())
        };
        let own = blocks.iter().position(is_its).ok_or("no certificate belongs to the key")?;
        let own = blocks.remove(own);
        blocks.insert(0, own);
    }
    if blocks.is_empty() {
        return Err("there is no certificate".into());
    }
    Ok(blocks.concat())
}

fn block(text: &str, label: &str) -> Option<String> {
    blocks(text, label).into_iter().next()
}

/// The PEM blocks of a label (RFC 7468), without what stands between them.
fn blocks(text: &str, label: &str) -> Vec<String> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let parts = text.split(&begin).skip(1).filter_map(|it| it.split_once(&end));
    parts.map(|(body, _)| format!("{begin}{body}{end}\n")).collect()
}

/// Makes a key and asks for its certificate.
///
/// # Errors
///
/// A sentence: a name that is none, or a file that is there already.
pub(super) fn request(asked: &Csr) -> Result<Told, BoxError> {
    let mut subject = DistinguishedName::new();
    for name in &asked.subject {
        let (kind, value) =
            name.split_once('=').filter(|it| !it.1.is_empty()).ok_or(format!("{name}: NAME=VALUE"))?;
        subject.push(attribute(kind).ok_or(format!("{kind} is not one of the names"))?, value);
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    let csr = params.serialize_request(&key)?.pem()?;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&asked.key_out)
        .map_err(|error| format!("{}: {error}", asked.key_out.display()))?;
    file.write_all(key.serialize_pem().as_bytes())?;
    Ok(Told {
        json: json!({ "csrPem": csr, "keyFile": asked.key_out }),
        lines: vec![csr.trim_end().to_owned()],
    })
}

/// The attribute type of a name (X.520; EN 319 412-1 clause 5.1.4 for organizationIdentifier).
fn attribute(name: &str) -> Option<DnType> {
    Some(match name {
        "C" => DnType::CountryName,
        "CN" => DnType::CommonName,
        "L" => DnType::LocalityName,
        "O" => DnType::OrganizationName,
        "OU" => DnType::OrganizationalUnitName,
        "ST" => DnType::StateOrProvinceName,
        "organizationIdentifier" => DnType::CustomDnType(vec![2, 5, 4, 97]),
        _ => return None,
    })
}
