"""Plays ceremonies on the emulated cloud while calls of AWS fail on the wire; all must end as if nothing had failed.

`faults.py FOLDER [OPERATION...]`: FOLDER as for `main.py`; OPERATION is one of those below, such as `s3.PutObject`
(all without).
"""

import collections
import json
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import seal
from emulator import Emulator
from main import PARAMETERS, crate_of
from service import Receiver, Refused, Request, Service, person
from stack import Stack
from stories import holds, lowered
from template import TEMPLATE
from watch import Watch
from wire import Wire, faults

# What the functions call on the way from an invitation to the last callback.
OPERATIONS = [
    # Functions keep secrets for minutes: whoever begins reads them.
    "secretsmanager.GetSecretValue",
    "dynamodb.DeleteItem",
    "dynamodb.GetItem",
    "dynamodb.PutItem",
    "dynamodb.Query",
    "dynamodb.TransactWriteItems",
    "dynamodb.UpdateItem",
    "s3.GetObject",
    "s3.PutObject",
    "sesv2.SendEmail",
    "sqs.SendMessage",
]
# Ceremonies at one time, and how often they are played until every fault has come.
AT_ONCE = 3
MOST_ROUNDS = 5
# How many calls in a row fail in one way: the next attempt does, or the caller gives up and somebody has to come back.
EXTENTS = {"once": 1, "until the caller gives up": 3}
# How long recovery may take: two sweeps, a message that comes back, and a busy machine, in seconds.
RECOVERY = 300
# Between two codes, in seconds.
PAUSE = 61
MOST_TRIES = 6
ONCE = {"DocumentAccepted": 1, "SignatureCreated": 1, "RevisionSealed": 1, "RequestClosed": 1}
TOLD = {"DocumentAccepted": 1, "SignatureCreated": 1, "RequestClosed": 1}


class Calm(Watch):
    """Looks at the end only: on the way, much goes wrong on purpose."""

    def faults(self) -> list[str]:
        """Nothing that should end a story."""
        return []


class Insisting(Service):
    """Callers who try again when the service says that it could not."""

    def call(self, method, path, body=None, bearer=None, headers=None):
        """Calls again after a failure, by the same key."""
        headers = {"Idempotency-Key": f"once-{time.time_ns()}"} | (headers or {})
        for _ in range(MOST_TRIES):
            answer = super().call(method, path, body, bearer, headers)
            # The call that failed may still be noted as one that is being worked on.
            if answer.status_code < 500 and "idempotency_in_flight" not in answer.text:
                break
            time.sleep(10)
        return answer


def ceremony(service: Service) -> None:
    """One person signs, whatever fails, and all is told once."""
    receiver, ada = Receiver(refusals=0), person("Ada", "Lovelace")
    request = service.create([ada], callback={"url": receiver.url, "retry": 5})
    request.reach("WAIT_SIGNER", RECOVERY)
    signs(service, request, ada)
    request.reach("DONE", RECOVERY)
    kinds = collections.Counter(request.evidence())
    for kind, count in ONCE.items():
        holds(kinds[kind] == count, f"{count} {kind}, not {kinds[kind]}")
    told = lambda: {headers["webhook-id"]: headers["webhook-event"] for headers, _ in lowered(receiver.got)}
    service.until("all callbacks", lambda: len(told()) == sum(TOLD.values()), RECOVERY)
    holds(collections.Counter(told().values()) == TOLD, f"each is told once: {told()}")
    service.until("an end of each message", lambda: settled(request.events(), service.mails(ada["email"])), RECOVERY)


def signs(service: Service, request: Request, person: dict) -> None:
    """Goes on from where the view says that they are, with a new code each time."""
    token = link(service, request, person)
    mark = {"mode": "typed", "name": f"{person['name']} {person['surname']}"}
    for attempt in range(MOST_TRIES):
        if attempt:
            time.sleep(PAUSE)
        view = request.view(token)
        if view["signatory"]["state"] != "NEW":
            return
        digest, consent = request.read(token), view["consent"]["sha256"]
        before = len(service.mails(person["email"]))
        asked = {"documentSha256": digest, "consentSha256": consent}
        if Service.call(service, "POST", "/sign/otp", asked, token).status_code != 202:
            continue
        try:
            code = service.mail(person["email"], r"(?<![0-9A-Za-z])(\d{6})(?![0-9A-Za-z])", before)
        except Refused:
            continue
        act = {"code": code, "documentSha256": digest, "mark": mark}
        if Service.call(service, "POST", "/sign/signature", act, token).status_code == 200:
            return
    raise Refused(f"{person['name']} could not sign")


def link(service: Service, request: Request, person: dict) -> str:
    """The link that a mail brings; another mail where nobody knows whether that left."""
    for _ in range(MOST_TRIES):
        try:
            return service.mail(person["email"], r"/sign#(\S+)")
        except Refused:
            service.call("POST", f"{request.path}/remind", {})
    raise Refused(f"{person['name']} got no link")


def settled(events: list[dict], arrived: list) -> bool:
    """Whether the evidence says of each message how it ended; of each it says one thing, and one intent has one mail."""
    ends = collections.defaultdict(list)
    for event in events:
        if event["kind"] in ("MessageSent", "MessageAmbiguous", "MessageRefused"):
            ends[event["facts"]["message"]].append(event["kind"])
    holds(all(len(it) == 1 for it in ends.values()), f"one end of each message: {dict(ends)}")
    counts = collections.Counter(it for kinds in ends.values() for it in kinds)
    sure, doubtful = counts["MessageSent"], counts["MessageAmbiguous"]
    holds(sure <= len(arrived), f"{len(arrived)} mails came, {sure} were sent")
    return len(arrived) <= sure + doubtful


def play(operation: str, extent: str, service: Service, wire: Wire) -> bool:
    """Plays ceremonies while an operation fails in each way, so often."""
    began, (name, call), times = time.monotonic(), operation.split("."), EXTENTS[extent]
    ways = faults(name)
    wire.arm([{"service": name, "operation": call, "times": times} | it for it in ways.values()])
    try:
        for rounds in range(1, MOST_ROUNDS + 1):
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for played in [pool.submit(ceremony, service) for _ in range(AT_ONCE)]:
                    played.result()
            if (fired := len(wire.fired())) == times * len(ways):
                break
        holds(fired == times * len(ways), f"{fired} of {times * len(ways)} faults came")
    except Exception:
        print(f"FAIL {operation}, {extent}, {time.monotonic() - began:.0f} s\n{traceback.format_exc()}", flush=True)
        return False
    finally:
        wire.arm([])
    took = f"{time.monotonic() - began:.0f} s"
    print(f"ok   {operation}, {extent}: {fired} faults in {rounds * AT_ONCE} ceremonies, {took}", flush=True)
    return True


def main(binaries: Path, wanted: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="paraphe-aws-") as folder, Wire() as wire:
        with Emulator(Path(folder), wire.url) as emulator:
            emulator.client("ses").verify_email_identity(EmailAddress=PARAMETERS["MailSender"])
            emulator.client("secretsmanager").create_secret(
                Name="paraphe/seal", SecretString=json.dumps(seal.secret())
            )
            bootstrap = lambda id: (binaries / crate_of(id)).read_bytes()
            stack = Stack(emulator, TEMPLATE, bootstrap, PARAMETERS)
            stack.apply_ignored()
            wire.open(Path(folder), emulator.url, emulator.trust)
            service = Insisting(emulator, stack, Calm(emulator, stack), binaries / "paraphe")
            played = [play(it, extent, service, wire) for it in wanted for extent in EXTENTS]
            failed = played.count(False)
            if failed:
                print(emulator.log.read_text(errors="replace")[-4000:])
    print(f"{len(played) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if unknown := set(sys.argv[2:]) - set(OPERATIONS):
        sys.exit(f"no operation is called {', '.join(unknown)}")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:] or OPERATIONS))
