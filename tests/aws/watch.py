"""What goes wrong behind the front door: warnings of functions, faults of the emulator, dead letters."""

import re
import threading

from emulator import Emulator
from stack import Stack

# What stories provoke, by what its line in the log says.
EXPECTED = (
    # A stranger at the door; so an authorizer says that it knows nobody.
    r'"message":"\\"Unauthorized\\""',
    # An operator who asks for a first key twice.
    r'"message":"\\"tenant: it has a key;',
    # A receiver that is away.
    r'"message":"a callback was not taken"',
)
UNEXPECTED = re.compile(r'"level":"(?:ERROR|WARN)"|"errorType"|panicked at|Task timed out')
# Faults of the emulator itself, where functions are concerned.
EMULATOR = re.compile(r" (?:ERROR|WARNING) \[(?:lambda|events|apigateway|s3|sqs|sns|dynamodb)")


class Watch:
    """Looks for what nobody expects."""

    def __init__(self, emulator: Emulator, stack: Stack):
        self._emulator, self._stack = emulator, stack
        self._logs, self._queues = emulator.client("logs"), emulator.client("sqs")
        self._dead = [
            stack.physical[id]
            for id, kind in stack.types.items()
            if kind == "AWS::SQS::Queue" and id.endswith("DeadLetters")
        ]
        # Stories ask at the same time, and a letter is read once.
        self._lock, self._letters = threading.Lock(), []

    def faults(self) -> list[str]:
        """Everything that has gone wrong so far."""
        with self._lock:
            return self._logged() + self._emulated() + self._given_up()

    def _logged(self) -> list[str]:
        group, lines = self._stack.outputs["FunctionLog"], []
        for page in self._logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            lines += [it["message"].rstrip() for it in page["events"]]
        bad = (it for it in lines if UNEXPECTED.search(it))
        return [it for it in bad if not any(re.search(known, it) for known in EXPECTED)]

    def _emulated(self) -> list[str]:
        return [it for it in self._emulator.log.read_text(errors="replace").splitlines() if EMULATOR.search(it)]

    def _given_up(self) -> list[str]:
        for url in self._dead:
            for message in self._queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                self._letters.append(f"{url.rsplit('/', 1)[-1]} holds {message['Body'][:400]}")
        return list(self._letters)
