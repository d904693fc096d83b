"""Deploys the template with the real functions on the emulator, and plays the stories.

`main.py FOLDER [STORY...]`: FOLDER holds a binary for each function, by the name of its crate, and `paraphe`.
"""

import json
import re
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import seal
import stories
from emulator import Emulator
from service import Service
from stack import Stack
from template import TEMPLATE
from watch import Watch

PARAMETERS = {
    "AllowLoopback": "true",
    "DeletionProtection": "false",
    "EvidenceLock": "COMPLIANCE",
    "MailSender": "no-reply@example.com",
    "PublicUrl": "https://sign.example.com",
}


def crate_of(logical_id: str) -> str:
    """CreateRequestFunction is the crate create-request."""
    return re.sub(r"(?<=.)(?=[A-Z])", "-", logical_id.removesuffix("Function")).lower()


def main(binaries: Path, wanted: list[str]) -> int:
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
        watch = Watch(emulator, stack)
        service = Service(emulator, stack, watch, binaries / "paraphe")
        # Two at a time: one of them only waits for the clock.
        with ThreadPoolExecutor(2) as pool:
            passed = sum(pool.map(lambda story: play(story, service), chosen))
        failed = len(chosen) - passed
        for line in watch.faults():
            failed += 1
            print(f"FAIL {line}")
        if failed:
            print(emulator.log.read_text(errors="replace")[-4000:])
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 0 if passed and not failed else 1


def play(story, service: Service) -> bool:
    """Plays a story; tells whether it ended well."""
    began = time.monotonic()
    try:
        story(service)
    except Exception:
        print(f"FAIL {story.__name__}, {time.monotonic() - began:.0f} s\n{traceback.format_exc()}", flush=True)
        return False
    print(f"ok   {story.__name__}, {time.monotonic() - began:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
