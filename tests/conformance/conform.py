"""Seals files of every kind and asks independent validators about each.

The parts: `matrix`, the `seal` program with every kind of key and level, and the same files tampered with,
which the same validators must refuse; `service`, the service through its front door; `corpus`, real files;
`signed`, files that others signed before; `validation`, our verdicts on chains of signatures beside pyHanko's;
`webhooks`, messages to an endpoint; `exchange`, the script for Exchange Online; and, only when it is named, `large`,
files of gigabytes. Prints what failed or was skipped, and at the end one line
`N passed, N failed, N skipped`.
"""

import argparse
import itertools
import sys
import tempfile
import time
from pathlib import Path

import corpus
import exchange
import inputs
import large
import matrix
import signed
import validation
import webhooks
from archival import archival
from judge import Expectation
from pki import serve
from service import Service

_PARTS = ("matrix", "service", "webhooks", "exchange", "corpus", "signed", "validation")

# Pages compared in each file of the corpus, unless all of them are.
_PAGES = 3

# How often it is told how far a part is, in seconds.
_PROGRESS = 60


class Tally:
    """Counts cases, and prints the complaints about those that fail."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self._started = self._told = time.monotonic()

    def part(self, name: str, outcomes) -> None:
        """Counts a part's outcomes: what each is called, and the complaints about it."""
        before, started = (self.passed, self.failed, self.skipped), time.monotonic()
        for what, complaints in outcomes:
            self._add(what, complaints)
            if time.monotonic() - self._told > _PROGRESS:
                self._told = time.monotonic()
                print(f"... {name}: {self} after {self._told - self._started:.0f} s", flush=True)
        passed, failed, skipped = (
            now - then for now, then in zip((self.passed, self.failed, self.skipped), before)
        )
        took = time.monotonic() - started
        print(f"{name}: {passed} passed, {failed} failed, {skipped} skipped, {took:.0f} s", flush=True)

    def skip(self, why: str) -> None:
        print(f"SKIPPED {why}")
        self.skipped += 1

    def _add(self, what: str, complaints: dict[str, str]) -> None:
        if not complaints:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED {what}")
        for question, complaint in complaints.items():
            print(f"  {question}: {complaint}")

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seal", type=Path, required=True, help="the built `seal` example")
    parser.add_argument("--validate", type=Path, required=True, help="the built `validate` example")
    parser.add_argument("--service", type=Path, required=True, help="the built `paraphe` binary")
    parser.add_argument("--all", action="store_true", help="every combination, page and kind of signed file")
    parser.add_argument("--part", action="append", choices=(*_PARTS, "large"))
    parser.add_argument("--workers", type=int, default=2, help="processes that judge")
    arguments = parser.parse_args()
    parts = arguments.part or _PARTS
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with serve(directory / "pki") as pki:
            how = (arguments.all, arguments.workers)
            if "matrix" in parts:
                tally.part("matrix", matrix.outcomes(arguments.seal, pki, directory, *how))
            if "service" in parts:
                tally.part("service", front_door(arguments.service, directory))
            if "webhooks" in parts:
                original = inputs.make(directory / "inputs", inputs.STRUCTURES[0], inputs.ENCRYPTIONS[0])
                document = original.read_bytes()
                tally.part("webhooks", webhooks.outcomes(arguments.service, directory / "hooks", document))
            if "exchange" in parts:
                tally.part("exchange", exchange.outcomes(arguments.service, directory / "exchange"))
            if "corpus" in parts:
                real_files(tally, arguments, pki, directory)
            if "signed" in parts:
                found = signed.outcomes(arguments.seal, pki, directory / "signed", *how)
                tally.part("signed", refusals_aside(tally, found))
            if "validation" in parts:
                programs = (arguments.validate, arguments.seal)
                tally.part("validation", validation.outcomes(*programs, pki, directory / "validation", *how))
            if "large" in parts:
                tally.part("large", large.outcomes(arguments.seal, pki, directory / "large"))
    print(tally)
    return 1 if tally.failed or not tally.passed else 0


def front_door(binary: Path, directory: Path):
    """Every kind of file through the HTTP interface of the service."""
    sealed = directory / "sealed.pdf"
    people = itertools.cycle((1, 2, 5))
    with Service(binary, directory / "state") as service:
        for structure, encryption in itertools.product(inputs.STRUCTURES, inputs.ENCRYPTIONS):
            count = next(people)
            original = inputs.make(directory / "inputs", structure, encryption).read_bytes()
            what = f"front door: {structure}, {encryption}, {count} signatories"
            try:
                sealed.write_bytes(service.sign(original, count))
            except Exception as error:  # One request that fails must not hide the others.
                yield what, {"service": f"{type(error).__name__}: {error}"}
                continue
            expected = Expectation(
                original=original,
                signatures=count + 1,
                root=service.root,
                # The demo CA says noRevAvail for its seal certificate.
                revocation=False,
            )
            yield what, matrix.complaints(sealed, expected)
        # Of the last of them: sealed like a document, and an archive besides.
        try:
            sealed.write_bytes(service.audit())
        except Exception as error:
            yield "front door: the audit trail", {"service": f"{type(error).__name__}: {error}"}
            return
        expected = Expectation(original=b"%PDF-", signatures=1, root=service.root, revocation=False)
        yield "front door: the audit trail", matrix.complaints(sealed, expected)
        found = archival(sealed)
        yield "front door: the audit trail as PDF/A-3", {"check list": found} if found else {}


def real_files(tally: Tally, arguments, pki, directory: Path) -> None:
    """Files by others: our seal is valid, or is refused with a reason."""
    files = corpus.sealable()
    if not files:
        tally.skip(f"the corpus: it is not at {corpus.CORPUS}")
        return
    key, certificate = pki.key("p-256"), pki.certificate("p-256")
    for visible in (False, True) if arguments.all else (False,):
        asked = corpus.Asked(
            arguments.seal, key, certificate, pages=None if arguments.all else _PAGES, visible=visible
        )
        found = corpus.outcomes(asked, files, directory / "corpus", arguments.workers)
        name = "corpus, with a mark" if visible else "corpus"
        tally.part(name, refusals_aside(tally, found))


def refusals_aside(tally: Tally, outcomes):
    """Passes on what was sealed, and tells what was refused."""
    for file, found in outcomes:
        if "seal" in found:
            tally.skip(f"{file.name}: refused, {found['seal']}")
        else:
            yield file.name, found


if __name__ == "__main__":
    sys.exit(main())
