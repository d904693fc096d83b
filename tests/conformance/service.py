"""The real service on the loopback, driven through its front door as a caller and its signatories would."""

import base64
import hashlib
import re
import secrets
import socket
import subprocess
import time
from pathlib import Path

import requests

# How long anything that the service does by itself may take, in seconds.
PATIENCE = 60


class Refused(Exception):
    """The service answered with something else than success."""


class Service:
    """One `paraphe` process with a state directory of its own."""

    def __init__(self, binary: Path, directory: Path, *options: str):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.key = f"conformance-{secrets.token_hex(16)}"
        self.root = directory / "ca.pem"
        self._last = None
        self._log = (directory.parent / "service.log").open("wb")
        self._process = subprocess.Popen(
            [binary, "--port", str(port), "--data", directory, *options],
            env={"PARAPHE_API_KEY": self.key, "RUST_LOG": "warn"},
            stdout=self._log,
            stderr=self._log,
        )
        self._until("the service", self._answers)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._log.close()

    def sign(self, pdf: bytes, people: int) -> bytes:
        """Lets some people sign a document one after the other and returns the sealed file."""
        addresses = [f"signatory{number}-{secrets.token_hex(4)}@example.com" for number in range(people)]
        created = self._post(
            "/EU-SES",
            {
                "title": "Conformance",
                "inputDocuments": [
                    {"sourceType": "base64", "payload": base64.b64encode(pdf).decode()}
                ],
                "signers": [
                    {
                        "name": "Ada",
                        "surname": "Lovelace",
                        "email": address,
                        "authentication": ["email"],
                        "signatures": [{"page": 2, "x": "72", "y": str(72 + 50 * number)}],
                    }
                    for number, address in enumerate(addresses)
                ],
                "options": {"signatureMode": ["typed"], "timezone": "UTC"},
            },
        ).json()["data"]
        for address in addresses:
            self._sign_as(address)
        path = f"/signatures/{created['id']}"
        self._until("the request to be done", lambda: self._state(path) == "DONE")
        self._last = path
        return self._get(f"{path}/signedDocument").content

    def audit(self) -> bytes:
        """The audit trail, on paper, of the request that was signed last."""
        if self._last is None:
            raise Refused("no request was signed, so that there is no audit trail")
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/pdf"}
        return _succeeded(requests.get(f"{self.url}{self._last}/audit", headers=headers, timeout=PATIENCE)).content

    def post(self, path: str, body: dict | list) -> dict:
        """Posts as the integrator and returns the answer, or its data where it has an envelope."""
        answer = self._post(path, body).json()
        return answer.get("data", answer)

    def put(self, path: str, body: dict) -> dict:
        """Saves as the integrator and returns the data of the answer."""
        headers = {"Authorization": f"Bearer {self.key}"}
        saved = requests.put(self.url + path, json=body, headers=headers, timeout=PATIENCE)
        return _succeeded(saved).json()["data"]

    def text(self, path: str) -> str:
        """What is at a path, as it is."""
        return self._get(path).content.decode()

    def events(self) -> list:
        """The feed."""
        return self._get("/events").json()["data"]

    def until(self, what: str, look):
        """Waits until something is so."""
        return self._until(what, look)

    def _sign_as(self, address: str) -> None:
        token = self._mail(address, r"/sign#(\S+)")
        self._post("/sign/session", {"token": token}, token)
        state = self._until("the document to be ready", lambda: self._ready(token))
        digest = state["document"]["sha256"]
        shown = self._get(f"/sign/document?sha256={digest}", token).content
        if hashlib.sha256(shown).hexdigest() != digest:
            raise Refused("the document shown is not the one that was announced")
        self._post("/sign/presented", {"documentSha256": digest}, token)
        already = len(self._mails())
        self._post(
            "/sign/otp", {"documentSha256": digest, "consentSha256": state["consent"]["sha256"]}, token
        )
        code = self._mail(address, r"(?<![0-9A-Za-z])(\d{6})(?![0-9A-Za-z])", already)
        mark = {"mode": "typed", "name": "Ada Lovelace"}
        self._post("/sign/signature", {"code": code, "documentSha256": digest, "mark": mark}, token)

    def _ready(self, token: str):
        state = self._get("/sign/request", token).json()
        return state if state["request"]["state"] == "WAIT_SIGNER" else None

    def _state(self, path: str) -> str:
        data = self._get(path).json()["data"]
        if data["state"] in ("CANCELLED", "DECLINED", "ERROR", "EXPIRED"):
            raise Refused(f"the request ended as {data['state']}: {data.get('errorMessage')}")
        return data["state"]

    def _mail(self, address: str, pattern: str, skip: int = 0) -> str:
        def look():
            for mail in reversed(self._mails()[skip:]):
                found = re.search(pattern, mail["text"]) if address in mail["to"] else None
                if found:
                    return found[1]
            return None

        return self._until(f"a mail to {address}", look)

    def _mails(self) -> list:
        return self._get("/_local/outbox.json").json()

    def _get(self, path: str, token: str | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.key}"}
        return _succeeded(requests.get(self.url + path, headers=headers, timeout=PATIENCE))

    def _post(self, path: str, body: dict | list, token: str | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.key}"}
        return _succeeded(requests.post(self.url + path, json=body, headers=headers, timeout=PATIENCE))

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise Refused(f"the service ended with status {self._process.returncode}")
        try:
            return requests.get(f"{self.url}/_local/outbox.json", timeout=PATIENCE).ok
        except requests.ConnectionError:
            return False

    @staticmethod
    def _until(what: str, look):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.01)
        raise Refused(f"waited {PATIENCE} s for {what} in vain")


def _succeeded(response: requests.Response) -> requests.Response:
    if not response.ok:
        path = requests.utils.urlparse(response.url).path
        raise Refused(f"{path} answered {response.status_code}: {response.text[:400]}")
    return response
