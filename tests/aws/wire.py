"""The wire between the functions and the emulator, on which calls of AWS fail."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

# How long the proxy may take to answer for the first time, in seconds.
PATIENCE = 30
# Longer than a function waits for one answer.
HANGS_MS = 20_000
THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "s3": "SlowDown",
    "secretsmanager": "ThrottlingException",
    "sesv2": "TooManyRequestsException",
    "sqs": "RequestThrottled",
}


def faults(service: str) -> dict:
    """Each way in which a call of a service fails, as a rule of the proxy."""
    throttled = {"code": THROTTLED[service]} | ({"status": 503} if service == "s3" else {})
    return {
        "throttled": {"error": throttled},
        "500": {"error": {"code": "InternalError", "status": 500}},
        "no answer": {"timeout_ms": HANGS_MS},
        "reset before": {"reset": True},
        "reset after": {"response": {"abort_bytes": 0}},
        "truncated": {"response": {"truncate_frac": 0.5}},
        "corrupted": {"response": {"corrupt_bytes": 16}},
    }


class Wire:
    """A `microburst` process before the emulator. The functions call it for AWS; the stories do not."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = None

    def open(self, directory: Path, upstream: str, trust: Path) -> None:
        """Starts it before an emulator that is there."""
        with (directory / "wire.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__, "--upstream", upstream, "--port", str(self.port), "--no-resign"],
                env=os.environ | {"SSL_CERT_FILE": str(trust)},
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                requests.get(f"{self.url}/_microburst/health", timeout=5).raise_for_status()
                return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise RuntimeError(f"the wire does not answer: {(directory / 'wire.log').read_text()[-2000:]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process:
            self._process.terminate()
            self._process.wait(30)

    def arm(self, rules: list) -> None:
        """Takes these rules in place of those before, and forgets what has failed."""
        requests.delete(f"{self.url}/_microburst/fired", timeout=5).raise_for_status()
        requests.post(f"{self.url}/_microburst/rules", json=rules, timeout=5).raise_for_status()

    def fired(self) -> list:
        """What has failed since."""
        return self.read("fired")

    def read(self, what: str):
        """What the proxy tells of itself."""
        answer = requests.get(f"{self.url}/_microburst/{what}", timeout=5)
        answer.raise_for_status()
        return answer.json()


def main() -> None:
    """The proxy. A signature is over the host and the length of what was sent, so both are passed on; so is the length
    of an answer, without which none that breaks off could be told from a whole one. Both versions of SES sign by one
    name; the functions speak the second."""
    from microburst import cli, forward, models

    models._SCOPE_ALIASES["ses"] = "sesv2"

    forward.HOP_BY_HOP -= {"content-length"}
    of_upstream = forward.Upstream._outbound_headers

    def outbound_headers(self, request):
        return of_upstream(self, request) | {"host": request.headers["Host"]}

    forward.Upstream._outbound_headers = outbound_headers
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
