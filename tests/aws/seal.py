"""A seal key under a small authority, as the seal's secret holds them."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def secret() -> dict:
    """The value of the secret that the parameter SealSecretName names."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("Stage CA", root_key.public_key(), "Stage CA", root_key, True)
    leaf = certificate("Stage seal", key.public_key(), "Stage CA", root_key, False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = leaf.public_bytes(pem) + root.public_bytes(pem)
    return {"key_pem": private.decode(), "certificate_pem": chain.decode()}


def certificate(subject: str, public_key, issuer: str, issuer_key, is_root: bool) -> x509.Certificate:
    """A certificate of two days."""
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = {
        name: False
        for name in (
            "data_encipherment",
            "decipher_only",
            "encipher_only",
            "key_agreement",
            "key_encipherment",
        )
    }
    usage |= {"digital_signature": not is_root, "content_commitment": not is_root}
    usage |= {"key_cert_sign": is_root, "crl_sign": is_root}
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )
