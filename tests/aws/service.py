"""The service in the emulator, through its front door: callers, signatories, and what they are sent."""

import base64
import hashlib
import http.server
import json
import re
import subprocess
import threading
import time
from pathlib import Path

import requests

from emulator import REGION, Emulator
from stack import STACK, Stack
from template import ROOT
from watch import Watch

# How long anything that the service does by itself may take, in seconds.
PATIENCE = 90
CONTRACT = (ROOT / "tests/fixtures/contract.pdf").read_bytes()


class Refused(Exception):
    """The service did something else than was expected of it."""


class Service:
    """The deployed service, and the key of a tenant."""

    def __init__(self, emulator: Emulator, stack: Stack, watch: Watch, program: Path):
        self._program = program
        self.emulator, self.stack, self.watch = emulator, stack, watch
        self.base = f"{emulator.url}/v1"
        self._host = f"{stack.physical['Api']}.execute-api.localhost:{emulator.port}"
        self.key = self.first_key("acme", "Acme Ltd")["key"]

    def first_key(self, tenant: str, name: str) -> dict:
        """A tenant's first key, as an operator makes it."""
        asked = json.dumps({"tenant": tenant, "displayName": name})
        function = self.stack.physical["ManageAccessFunction"]
        answer = self.emulator.client("lambda").invoke(FunctionName=function, Payload=asked)
        made = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise Refused(f"the first key of {tenant}: {made}")
        return made

    def fire(self, id: str) -> None:
        """Invokes a function of the schedule, as the schedule does."""
        answer = self.emulator.client("lambda").invoke(FunctionName=self.stack.physical[id], Payload=b"{}")
        if "FunctionError" in answer:
            raise Refused(f"{id}: {answer['Payload'].read()}")

    def admin(self, *arguments: str):
        """What `paraphe admin` tells an operator of the stack."""
        environment = {
            "AWS_ENDPOINT_URL": self.emulator.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "SSL_CERT_FILE": str(self.emulator.trust),
        }
        command = [self._program, "admin", "--stack", STACK, "--json", *arguments]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        if told.returncode:
            raise Refused(f"paraphe admin {arguments}: {told.stderr}")
        return json.loads(told.stdout)

    def call(
        self, method: str, path: str, body=None, bearer: str | None = None, headers: dict | None = None
    ) -> requests.Response:
        """Calls as the tenant, or with a link's token."""
        headers = (headers or {}) | {"Host": self._host, "Authorization": f"Bearer {bearer or self.key}"}
        return requests.request(
            method,
            self.base + path,
            json=body,
            headers=headers,
            timeout=PATIENCE,
            verify=str(self.emulator.trust),
            allow_redirects=False,
        )

    def expect(
        self,
        status: int,
        method: str,
        path: str,
        body=None,
        bearer: str | None = None,
        headers: dict | None = None,
    ) -> requests.Response:
        """Calls, and fails unless the answer has this status."""
        answer = self.call(method, path, body, bearer, headers)
        if answer.status_code != status:
            raise Refused(f"{method} {path} answered {answer.status_code}: {answer.text[:400]}")
        return answer

    def fetch(self, path: str, bearer: str | None = None) -> bytes:
        """A document, also where the answer says that it lies elsewhere."""
        answer = self.call("GET", path, None, bearer)
        if answer.status_code == 303:
            answer = requests.get(answer.headers["Location"], verify=str(self.emulator.trust), timeout=PATIENCE)
        if answer.status_code != 200:
            raise Refused(f"GET {path} answered {answer.status_code}: {answer.text[:400]}")
        return answer.content

    def create(self, people: list, **options) -> "Request":
        """A request for the contract, with one signature field a person."""
        body = {
            "title": "Services agreement",
            "inputDocuments": [{"sourceType": "base64", "payload": base64.b64encode(CONTRACT).decode()}],
            "signers": [signer(person, index) for index, person in enumerate(people)],
            "options": {"timezone": "Europe/Paris"},
        }
        created = self.expect(200, "POST", "/EU-SES", body | options).json()["data"]
        return Request(self, created["id"])

    def upload(self, document: bytes) -> dict:
        """Uploads a document; gives the entry of `inputDocuments` that names it."""
        asked = {"sizeBytes": len(document), "sha256": hashlib.sha256(document).hexdigest()}
        upload = self.expect(200, "POST", "/uploads", asked).json()["data"]
        answer = requests.put(
            upload["url"],
            data=document,
            headers=upload["headers"],
            timeout=PATIENCE,
            verify=str(self.emulator.trust),
        )
        if not answer.ok:
            raise Refused(f"the upload answered {answer.status_code}: {answer.text[:400]}")
        return upload["inputDocument"]

    def mails(self, address: str) -> list:
        """The texts of the mails to an address, oldest first."""
        accounts = self.emulator.read("/_ministack/ses/messages")["messages"].values()
        return [it["BodyText"] for mails in accounts for it in mails if address in it["To"]]

    def mail(self, address: str, pattern: str, skip: int = 0) -> str:
        """Waits for a mail that fits, newest first, and gives what the pattern found."""

        def look():
            found = (re.search(pattern, text) for text in reversed(self.mails(address)[skip:]))
            return next((it[1] for it in found if it), None)

        return self.until(f"a mail to {address}", look)

    def until(self, what: str, look, patience: int = PATIENCE):
        """Looks until something is found, or until something is wrong that nobody expects."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            if wrong := self.watch.faults():
                raise Refused(f"while waiting for {what}:\n" + "\n".join(wrong))
            time.sleep(0.3)
        raise Refused(f"waited {patience} s for {what} in vain")


class Request:
    """A request on its way."""

    def __init__(self, service: Service, id: str):
        self.service, self.id = service, id
        self.path = f"/signatures/{id}"

    def detail(self) -> dict:
        """The tenant's view."""
        return self.service.expect(200, "GET", f"{self.path}/detail").json()["data"]

    def reach(self, state: str, patience: int = PATIENCE) -> dict:
        """Waits until the request has a state."""
        ends = {"CANCELLED", "DECLINED", "DONE", "ERROR", "EXPIRED"}

        def look():
            detail = self.detail()
            if detail["state"] != state and detail["state"] in ends:
                raise Refused(f"the request ended as {detail['state']}: {detail.get('errorMessage')}")
            return detail if detail["state"] == state else None

        return self.service.until(f"the state {state}", look, patience)

    def token(self, person: dict) -> str:
        """The token of a person's link, out of the invitation."""
        return self.service.mail(person["email"], r"/sign#(\S+)")

    def view(self, token: str) -> dict:
        """What a signatory is told."""
        return self.service.expect(200, "GET", "/sign/request", None, token).json()

    def read(self, token: str) -> str:
        """Opens the document, and gives its digest."""
        digest = self.view(token)["document"]["sha256"]
        shown = self.service.fetch(f"/sign/document?sha256={digest}", token)
        if hashlib.sha256(shown).hexdigest() != digest:
            raise Refused("the document shown is not the one that was announced")
        self.service.expect(204, "POST", "/sign/presented", {"documentSha256": digest}, token)
        return digest

    def sign(self, person: dict) -> None:
        """Reads, agrees, asks for a code, answers it."""
        token = self.token(person)
        digest, consent = self.read(token), self.view(token)["consent"]["sha256"]
        before = len(self.service.mails(person["email"]))
        asked = {"documentSha256": digest, "consentSha256": consent}
        self.service.expect(202, "POST", "/sign/otp", asked, token)
        code = self.service.mail(person["email"], r"(?<![0-9A-Za-z])(\d{6})(?![0-9A-Za-z])", before)
        wrong = {"code": f"{(int(code) + 1) % 1_000_000:06}", "documentSha256": digest}
        mark = {"mode": "typed", "name": f"{person['name']} {person['surname']}"}
        self.service.expect(422, "POST", "/sign/signature", wrong | {"mark": mark}, token)
        right = {"code": code, "documentSha256": digest, "mark": mark}
        self.service.expect(200, "POST", "/sign/signature", right, token)

    def events(self) -> list[dict]:
        """The events of both chains in the audit export, which derives them again."""
        audit = self.service.expect(200, "GET", f"{self.path}/audit").json()["data"]["evidence"]
        return [json.loads(it["event"]) for it in audit["events"] + audit["custody"]]

    def evidence(self) -> list[str]:
        """Their kinds."""
        return [it["kind"] for it in self.events()]

    def audit(self, form: str) -> bytes:
        """The audit export in another form."""
        answer = self.service.expect(200, "GET", f"{self.path}/audit", headers={"Accept": form})
        if not answer.headers["Content-Type"].startswith(form):
            raise Refused(f"{form} was asked for, not {answer.headers['Content-Type']}")
        return answer.content

    def signed_document(self) -> bytes:
        """The sealed document."""
        return self.service.fetch(f"{self.path}/signedDocument")


class Receiver:
    """A receiver of callbacks on this machine, which refuses the first ones."""

    def __init__(self, refusals: int):
        self.got, self._refusals = [], refusals
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.send_response(receiver.take(dict(self.headers), body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, headers: dict, body: bytes) -> int:
        """Notes a callback; gives the status that it is answered with."""
        if self._refusals > 0:
            self._refusals -= 1
            return 503
        self.got.append((headers, json.loads(body)))
        return 200

    @property
    def still_refuses(self) -> bool:
        """Whether it was called less often than it refuses."""
        return self._refusals > 0


def person(name: str, surname: str) -> dict:
    """Someone who signs, with a mailbox of their own."""
    address = f"{name}.{time.time_ns()}@example.com".lower()
    return {"name": name, "surname": surname, "email": address}


def signer(person: dict, index: int) -> dict:
    """A signer of a request."""
    place = {"page": 1, "x": "50", "y": str(100 + 60 * index)}
    return person | {"authentication": ["email"], "signatures": [place]}
