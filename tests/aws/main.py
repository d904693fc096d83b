"""Deploys the template with the real functions on the emulator, and plays the stories.

`main.py FOLDER [STORY...]`: FOLDER holds a binary for each function, by the name of its crate.
"""

import json
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path

import seal
import stories
from emulator import Emulator
from service import Service
from stack import Stack
from template import TEMPLATE

PARAMETERS = {
    "AllowLoopback": "true",
    "DeletionProtection": "false",
    "MailSender": "no-reply@example.com",
    "PublicUrl": "https://sign.example.com",
}


def crate_of(logical_id: str) -> str:
    """CreateRequestFunction is the crate create-request."""
    return re.sub(r"(?<=.)(?=[A-Z])", "-", logical_id.removesuffix("Function")).lower()


def main(binaries: Path, wanted: list[str]) -> int:
    passed = failed = 0
    chosen = [it for it in stories.STORIES if not wanted or it.__name__ in wanted]
    with tempfile.TemporaryDirectory(prefix="paraphe-aws-") as folder, Emulator(Path(folder)) as emulator:
        started = time.monotonic()
        emulator.client("ses").verify_email_identity(EmailAddress=PARAMETERS["MailSender"])
        emulator.client("secretsmanager").create_secret(
            Name="paraphe/seal", SecretString=json.dumps(seal.secret())
        )
        stack = Stack(
            emulator, TEMPLATE, lambda id: (binaries / crate_of(id)).read_bytes(), PARAMETERS
        )
        print(f"deployed: {len(stack.physical)} resources, {time.monotonic() - started:.0f} s")
        for line in stack.apply_ignored():
            print(f"applied what the emulator ignores: {line}")
        service = Service(emulator, stack)
        for story in chosen:
            began = time.monotonic()
            try:
                story(service)
                passed += 1
                print(f"ok   {story.__name__}, {time.monotonic() - began:.0f} s", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL {story.__name__}\n{traceback.format_exc()}", flush=True)
        for line in left_behind(emulator, stack):
            failed += 1
            print(f"FAIL {line}")
        if failed:
            print(faults(emulator, stack))
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 0 if passed and not failed else 1


def left_behind(emulator: Emulator, stack: Stack) -> list[str]:
    """Dead letters: none of the stories gives anything up."""
    queues, found = emulator.client("sqs"), []
    for id, kind in stack.types.items():
        if kind == "AWS::SQS::Queue" and "DeadLetters" in id:
            url = stack.physical[id]
            for message in queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                found.append(f"{id} holds {message['Body'][:400]}")
    return found


def faults(emulator: Emulator, stack: Stack) -> str:
    """The last warnings and errors that functions logged."""
    logs = emulator.client("logs")
    group = stack.outputs["FunctionLog"]
    events = logs.filter_log_events(logGroupName=group).get("events", [])
    lines = [it["message"] for it in events]
    bad = [it for it in lines if '"ERROR"' in it or '"WARN"' in it or "rror" in it]
    return "\n".join((bad or lines)[-40:])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
