"""Seals files of every kind and asks independent validators about each.

Four parts: the `seal` program with every kind of key and level; the same files tampered with, which the
same validators must refuse; the service through its front door; and real files of the corpus. Prints what
failed or was skipped, and at the end one line `N passed, N failed, N skipped`.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus
import inputs
from judge import LEVELS, Expectation, judge
from pki import SEAL_KEYS, Pki
from service import Service

DIMENSIONS = {
    "key": tuple(SEAL_KEYS),
    "structure": inputs.STRUCTURES,
    "encryption": inputs.ENCRYPTIONS,
    "signatories": (1, 2, 5),
    "level": LEVELS,
}


class Tally:
    """Counts cases, and prints the complaints about those that fail."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, what: str, complaints: dict[str, str]) -> None:
        if not complaints:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED {what}")
        for question, complaint in complaints.items():
            print(f"  {question}: {complaint}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seal", type=Path, required=True, help="the built `seal` example")
    parser.add_argument("--service", type=Path, help="the built `paraphe` binary; skipped if absent")
    parser.add_argument("--all", action="store_true", help="every combination, not every pair of values")
    arguments = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        program(tally, arguments.seal, directory, every=arguments.all)
        if arguments.service:
            front_door(tally, arguments.service, directory)
        else:
            print("SKIPPED the front door: no --service")
            tally.skipped += len(inputs.STRUCTURES) * len(inputs.ENCRYPTIONS)
        real_files(tally, arguments.seal, directory)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed or not tally.passed else 0


def program(tally: Tally, seal: Path, directory: Path, every: bool) -> None:
    """Every kind of key, file and level through the `seal` program."""
    pki = Pki(directory / "pki")
    combinations = list(itertools.product(*DIMENSIONS.values()))
    for combination in combinations if every else pairwise(combinations):
        case = dict(zip(DIMENSIONS, combination))
        sealed = directory / "sealed.pdf"
        original = inputs.make(directory / "inputs", case["structure"], case["encryption"])
        refusal = run_seal(seal, pki, case, original, sealed)
        expected = Expectation(
            original=original.read_bytes(),
            signatures=case["signatories"] + 1,
            root=pki.root,
            level=case["level"],
        )
        tally.add(str(case), {"seal": refusal} if refusal else complaints(sealed, expected))
        if not refusal:
            tally.add(f"{case}, tampered with", tampered(sealed, expected))
    pki.close()


def run_seal(seal: Path, pki: Pki, case: dict, original: Path, sealed: Path) -> str | None:
    """Seals one input as the case says; the answer is why not, if it did not."""
    certificate, pss = SEAL_KEYS[case["key"]]
    # pyHanko takes a page that stood in an encrypted object stream and later stands outside of one for
    # a changed page, so the field of a document time-stamp must be on a page that was rewritten before.
    page = 1 if case["level"] == "B-LTA" else 2
    command = [
        *[seal, "--key", pki.key(certificate), "--cert", pki.certificate(certificate)],
        *["--chain", pki.certificate("interm"), "--known", pki.root],
        *["--signatories", case["signatories"], "--close"],
        *["--page", page, "--x", 72, "--y", 72, "--name", "Ada Lovelace"],
        *["--level", case["level"], "--tsa", pki.tsa, original, sealed],
        *(["--pss"] if pss else []),
    ]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr
    return json.loads(done.stdout)["error"]


def front_door(tally: Tally, binary: Path, directory: Path) -> None:
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
                tally.add(what, {"service": f"{type(error).__name__}: {error}"})
                continue
            expected = Expectation(
                original=original,
                signatures=count + 1,
                root=service.root,
                # The demo CA says noRevAvail for its seal certificate.
                revocation=False,
            )
            tally.add(what, complaints(sealed, expected))


def real_files(tally: Tally, seal: Path, directory: Path) -> None:
    """Files by others: our seal is valid and breaks no signature, or is refused with a reason."""
    files = corpus.sealable()
    if not files:
        print(f"SKIPPED the corpus: it is not at {corpus.CORPUS}")
        tally.skipped += 1
        return
    key, certificate = (directory / "pki" / f"p-256.{kind}.pem" for kind in ("key", "cert"))
    outcomes = itertools.chain(
        corpus.judge(seal, key, certificate, files, directory / "corpus"),
        corpus.judge_signed(seal, key, certificate, corpus.signed(), directory / "signed"),
    )
    for file, found in outcomes:
        if "seal" in found:
            print(f"SKIPPED {file.name}: refused, {found['seal']}")
            tally.skipped += 1
        else:
            tally.add(file.name, found)


def complaints(sealed: Path, expected: Expectation) -> dict[str, str]:
    return {question: complaint for question, complaint in judge(sealed, expected).items() if complaint}


def tampered(sealed: Path, expected: Expectation) -> dict[str, str]:
    """Changes one signed byte; every validator of signatures must notice, or it proves nothing."""
    changed = bytearray(sealed.read_bytes())
    # Inside the first comment, which no reader needs: only a digest can tell.
    changed[11] ^= 1
    sealed.write_bytes(changed)
    findings = judge(sealed, expected)
    return {
        question: "accepted the changed file"
        for question in ("prefix", "pdfsig", "openssl", "pyhanko validate", "pyhanko adesverify")
        if findings[question] is None
    }


def pairwise(combinations: list[tuple]) -> list[tuple]:
    """A small choice in which every two values of two dimensions meet, made greedily."""

    def pairs(combination):
        return set(itertools.combinations(enumerate(combination), 2))

    missing = set().union(*map(pairs, combinations))
    chosen = []
    while missing:
        best = max(combinations, key=lambda combination: len(pairs(combination) & missing))
        chosen.append(best)
        missing -= pairs(best)
    return chosen


if __name__ == "__main__":
    sys.exit(main())
