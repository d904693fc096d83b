"""Seals files of every kind through the `seal` program and asks independent validators about each.

Prints a line for each combination that fails and `N passed, N failed, N skipped` at the end.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
from judge import LEVELS, Expectation, judge
from pki import SEAL_KEYS, Pki

DIMENSIONS = {
    "key": tuple(SEAL_KEYS),
    "structure": inputs.STRUCTURES,
    "encryption": inputs.ENCRYPTIONS,
    "signatories": (1, 2, 5),
    "level": LEVELS,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seal", type=Path, required=True, help="the built `seal` example")
    parser.add_argument("--all", action="store_true", help="every combination, not one for each pair of values")
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=list(LEVELS))
    arguments = parser.parse_args()
    dimensions = DIMENSIONS | {"level": tuple(arguments.levels)}
    combinations = list(itertools.product(*dimensions.values()))
    if not arguments.all:
        combinations = pairwise(combinations)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        pki = Pki(directory / "pki")
        for combination in combinations:
            case = dict(zip(dimensions, combination))
            complaints = conform(arguments.seal, pki, directory, case)
            if complaints:
                failed += 1
                print(f"FAILED {case}")
                for question, complaint in complaints.items():
                    print(f"  {question}: {complaint}")
            else:
                passed += 1
        pki.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def conform(seal: Path, pki: Pki, directory: Path, case: dict) -> dict[str, str]:
    """Seals one input as the case says, and returns what the validators complain about."""
    original = inputs.make(directory / "inputs", case["structure"], case["encryption"])
    sealed = directory / "sealed.pdf"
    certificate, pss = SEAL_KEYS[case["key"]]
    command = [
        *[seal, "--key", pki.key(certificate), "--cert", pki.certificate(certificate)],
        *["--chain", pki.certificate("interm"), "--signatories", case["signatories"], "--close"],
        *["--page", 2, "--x", 72, "--y", 72, "--name", "Ada Lovelace"],
        *["--level", case["level"], "--tsa", pki.tsa, "--known", pki.root, original, sealed],
    ]
    if pss:
        command.append("--pss")
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        return {"seal": done.stderr}
    report = json.loads(done.stdout)
    if not report["ok"]:
        return {"seal": report["error"]}
    expectation = Expectation(
        original=original.read_bytes(),
        signatures=case["signatories"] + 1,
        root=pki.root,
        level=case["level"],
    )
    findings = judge(sealed, expectation)
    return {question: complaint for question, complaint in findings.items() if complaint}


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
