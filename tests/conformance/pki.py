"""A certificate authority with OCSP, CRL and time-stamps, run by certomancer on the loopback."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from werkzeug.serving import WSGIRequestHandler, make_server

# The kinds of seal key that must work, with the certificate each one uses and whether it signs with PSS.
SEAL_KEYS = {
    "rsa-2048": ("rsa-2048", False),
    "rsa-3072": ("rsa-3072", False),
    "rsa-4096": ("rsa-4096", False),
    "pss": ("rsa-2048", True),
    "p-256": ("p-256", False),
    "p-384": ("p-384", False),
}

_SEAL_CERTIFICATES = sorted({certificate for certificate, _ in SEAL_KEYS.values()})

_KEYS = {
    "root": lambda: ec.generate_private_key(ec.SECP256R1()),
    "interm": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ocsp": lambda: ec.generate_private_key(ec.SECP256R1()),
    "tsa": lambda: rsa.generate_private_key(65537, 3072),
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa-3072": lambda: rsa.generate_private_key(65537, 3072),
    "rsa-4096": lambda: rsa.generate_private_key(65537, 4096),
    "p-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p-384": lambda: ec.generate_private_key(ec.SECP384R1()),
}

_VALIDITY = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2060-01-01T00:00:00+0000"}


@dataclass(frozen=True)
class Pki:
    """Keys and certificates in a directory, and where their services are. Plain data, for other processes."""

    directory: Path
    url: str

    @property
    def root(self) -> Path:
        """The trust anchor, PEM."""
        return self.directory / "root.cert.pem"

    @property
    def tsa(self) -> str:
        """Where time-stamps are asked for."""
        return f"{self.url}/paraphe/tsa/tsa"

    def key(self, name: str) -> Path:
        return self.directory / f"{name}.key.pem"

    def certificate(self, name: str) -> Path:
        return self.directory / f"{name}.cert.pem"


@contextmanager
def serve(directory: Path):
    """Makes keys and certificates in a directory, and serves OCSP, CRL and time-stamps for a while."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, generate in _KEYS.items():
        (directory / f"{name}.key.pem").write_bytes(
            generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    server = make_server("127.0.0.1", 0, None, threaded=True, request_handler=_Silent)
    url = f"http://127.0.0.1:{server.server_port}"
    config = CertomancerConfig(_configuration(), key_search_dir=str(directory), external_url_prefix=url)
    architecture = config.get_pki_arch(ArchLabel("paraphe"))
    server.app = Animator(AnimatorArchStore(config.pki_archs), with_web_ui=False)
    for name in ("root", "interm", "tsa", *_SEAL_CERTIFICATES):
        der = architecture.get_cert(CertLabel(name)).dump()
        (directory / f"{name}.cert.pem").write_bytes(pem.armor("CERTIFICATE", der))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Pki(directory, url)
    finally:
        server.shutdown()


class _Silent(WSGIRequestHandler):
    def log(self, type, message, *args):
        pass


def _configuration() -> dict:
    """Root, intermediate, OCSP responder, time-stamp authority, and a seal certificate for each key."""
    return {
        "keysets": {
            "paraphe": {"keys": {name: {"path": f"{name}.key.pem"} for name in _KEYS}},
        },
        "pki-architectures": {
            "paraphe": {
                "keyset": "paraphe",
                "entity-defaults": {
                    "country-name": "BE",
                    "organization-name": "Analytical Engines",
                },
                "entities": {name: {"common-name": f"Conformance {name}"} for name in _KEYS},
                "certs": _certificates(),
                "services": {
                    "ocsp": {
                        "interm": {
                            "for-issuer": "interm",
                            "responder-cert": "ocsp",
                            "signing-key": "ocsp",
                        }
                    },
                    "crl-repo": {
                        name: {
                            "for-issuer": name,
                            "signing-key": name,
                            "simulated-update-schedule": "P30D",
                        }
                        for name in ("root", "interm")
                    },
                    "cert-repo": {
                        "root": {"for-issuer": "root", "publish-issued-certs": True},
                        "interm": {"for-issuer": "interm", "publish-issued-certs": False},
                    },
                    "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
                },
            }
        },
    }


def _certificates() -> dict:
    def usage(*names):
        return {
            "id": "key_usage",
            "critical": True,
            "smart-value": {"schema": "key-usage", "params": list(names)},
        }

    def constraints(value):
        return {"id": "basic_constraints", "critical": True, "value": value}

    def crl(repository):
        return {
            "id": "crl_distribution_points",
            "smart-value": {
                "schema": "crl-dist-url",
                "params": {"crl-repo-names": [repository]},
            },
        }

    def extended(name):
        return {"id": "extended_key_usage", "critical": True, "value": [name]}

    access = {
        "id": "authority_information_access",
        "smart-value": {
            "schema": "aia-urls",
            "params": {
                "ocsp-responder-names": ["interm"],
                "ca-issuer-links": [{"repo": "interm"}],
            },
        },
    }
    signing = usage("key_cert_sign", "crl_sign")

    def certificate(subject, issuer, extensions):
        return {
            "subject": subject,
            "issuer": issuer,
            "validity": _VALIDITY,
            "extensions": extensions,
        }

    certificates = {
        "root": certificate("root", "root", [constraints({"ca": True}), signing]),
        "interm": certificate(
            "interm",
            "root",
            [constraints({"ca": True, "path-len-constraint": 0}), signing, crl("root")],
        ),
        "ocsp": certificate(
            "ocsp",
            "interm",
            [usage("digital_signature"), extended("ocsp_signing"), {"id": "ocsp_no_check"}],
        ),
        "tsa": certificate(
            "tsa",
            "root",
            [usage("digital_signature"), extended("time_stamping"), crl("root")],
        ),
    }
    for name in _SEAL_CERTIFICATES:
        certificates[name] = certificate(
            name,
            "interm",
            [usage("digital_signature", "non_repudiation"), crl("interm"), access],
        )
    return certificates
