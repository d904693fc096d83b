"""The AWS emulator, over TLS, with IAM enforced and nothing in it."""

import datetime
import ipaddress
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import requests
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

REGION = "eu-west-1"
# How long the emulator may take to answer for the first time, in seconds.
PATIENCE = 60


class Emulator:
    """One `ministack` process with a state of its own; its root credentials are `test` and `test`."""

    def __init__(self, directory: Path, seen_by_functions: str | None = None):
        """The functions call AWS at this emulator, or where something lies between."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # An address, not a name: clients then put buckets into the path.
        self.url = f"https://127.0.0.1:{self.port}"
        self.trust = certificates(directory)
        self.log = directory / "emulator.log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "TMPDIR": str(directory),
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "LAMBDA_WARM_TTL_SECONDS": "600",
            "MINISTACK_REGION": REGION,
            "MINISTACK_SSL_CERT": str(directory / "server.pem"),
            "MINISTACK_SSL_KEY": str(directory / "server-key.pem"),
            "PERSIST_STATE": "0",
            "S3_DATA_DIR": str(directory / "s3"),
            "STATE_DIR": str(directory / "state"),
            "USE_SSL": "1",
            # What the functions inherit: where AWS is, and whom they trust there.
            "AWS_ENDPOINT_URL": seen_by_functions or self.url,
            "AWS_CA_BUNDLE": str(self.trust),
            "SSL_CERT_FILE": str(self.trust),
        }
        self._output = self.log.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=directory,
            env=environment,
            stdout=self._output,
            stderr=self._output,
        )
        self._wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._output.close()

    def client(self, service: str, **options):
        """A client of a service, as root. The options are those of botocore's `Config`."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            verify=str(self.trust),
            # Whatever takes long on a busy machine is waited for: a call that is repeated finds its own traces.
            config=Config(
                s3={"addressing_style": "path"},
                read_timeout=300,
                retries={"total_max_attempts": 1},
                **options,
            ),
        )

    def read(self, path: str):
        """What the emulator tells of itself, such as the mails that it took."""
        answer = requests.get(self.url + path, verify=str(self.trust), timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json()

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise RuntimeError(f"the emulator ended: {self.log.read_text()[-2000:]}")
            try:
                if requests.get(f"{self.url}/_ministack/ready", verify=str(self.trust), timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise RuntimeError("the emulator does not answer")


def certificates(directory: Path) -> Path:
    """Makes an authority and a server's certificate under it; gives the authority's."""
    now = datetime.datetime.now(datetime.timezone.utc)
    key, root_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = name("Emulator CA")

    def certificate(subject, public_key, is_root):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
            )
        )
        if not is_root:
            names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(root_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    authority = directory / "ca.pem"
    authority.write_bytes(certificate(root, root_key.public_key(), True).public_bytes(pem))
    server = certificate(name("127.0.0.1"), key.public_key(), False)
    (directory / "server.pem").write_bytes(server.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "server-key.pem").write_bytes(private)
    return authority


def name(text: str) -> x509.Name:
    """A name of one part."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def main() -> None:
    """The emulator. It would take a batch of a stream as done whatever the answer names: as long as records are named,
    the batch comes again, as it does on AWS from the first of them. And policies know one action of SQS for one message
    and for many."""
    from ministack import app
    from ministack.core import iam_actions
    from ministack.services import lambda_svc

    action_of = iam_actions._action_from_target
    iam_actions._action_from_target = lambda headers: (action_of(headers) or "").removesuffix("Batch") or None

    execute = lambda_svc._execute_function

    def executed(function, event):
        result, records = execute(function, event), event.get("Records") or [{}]
        body = result.get("body")
        body = json.loads(body) if isinstance(body, str) and body.startswith("{") else body
        named = body.get("batchItemFailures") if isinstance(body, dict) else None
        if named and records[0].get("eventSource") == "aws:dynamodb" and not result.get("error"):
            return result | {"error": True, "body": {"errorType": "BatchItemFailures", "errorMessage": str(named)}}
        return result

    lambda_svc._execute_function = executed
    sys.exit(app.main())


if __name__ == "__main__":
    main()
