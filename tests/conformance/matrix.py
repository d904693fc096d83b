"""Every kind of key, file and level through the `seal` program, and the same files tampered with."""

import itertools
import json
import multiprocessing
import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Bench:
    """What a process needs to judge a case."""

    seal: Path
    pki: Pki
    directory: Path


def outcomes(seal: Path, pki: Pki, directory: Path, every: bool, workers: int):
    """Yields each case with what is wrong with it, as they are done."""
    combinations = list(itertools.product(*DIMENSIONS.values()))
    chosen = combinations if every else pairwise(combinations)
    originals = directory / "inputs"
    for structure, encryption in itertools.product(inputs.STRUCTURES, inputs.ENCRYPTIONS):
        inputs.make(originals, structure, encryption)
    cases = [dict(zip(DIMENSIONS, combination)) for combination in chosen]
    # Document time-stamps are renewed twice in every kind of file.
    cases += [
        {"key": "p-256", "structure": structure, "encryption": encryption, "signatories": 1, "level": "B-LTA", "renewals": 2}
        for structure, encryption in itertools.product(inputs.STRUCTURES, inputs.ENCRYPTIONS)
        if every or encryption in ("plain", "aes-256")
    ]
    # The services of the authority run in threads of this process, so it is not forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for found in pool.map(_judge, [_Bench(seal, pki, directory)] * len(cases), range(len(cases)), cases):
            yield from found


def _judge(bench: _Bench, number: int, case: dict) -> list[tuple[str, dict[str, str]]]:
    original = inputs.path(bench.directory / "inputs", case["structure"], case["encryption"])
    sealed = bench.directory / f"sealed-{number}.pdf"
    refusal = _seal(bench, case, original, sealed)
    if refusal:
        return [(str(case), {"seal": refusal})]
    expected = Expectation(
        original=original.read_bytes(),
        signatures=case["signatories"] + 1,
        root=bench.pki.root,
        level=case["level"],
        renewals=case.get("renewals", 0),
    )
    found = [(str(case), complaints(sealed, expected)), (f"{case}, tampered with", tampered(sealed, expected))]
    sealed.unlink()
    return found


def _seal(bench: _Bench, case: dict, original: Path, sealed: Path) -> str | None:
    """Seals one input as the case says; the answer is why not, if it did not."""
    certificate, pss = SEAL_KEYS[case["key"]]
    pki = bench.pki
    command = [
        *[bench.seal, "--key", pki.key(certificate), "--cert", pki.certificate(certificate)],
        *["--chain", pki.certificate("interm"), "--known", pki.root, "--tsa", pki.tsa],
        *(["--pss"] if pss else []),
    ]
    refusal = _run(
        *[*command, "--signatories", case["signatories"], "--close", "--level", case["level"]],
        *["--page", 2, "--x", 72, "--y", 72, "--name", "Ada Lovelace", original, sealed],
    )
    for _ in range(case.get("renewals", 0)):
        before = sealed.rename(sealed.with_suffix(".before.pdf"))
        refusal = refusal or _run(*command, "--renew", before, sealed)
        before.unlink()
    return refusal


def _run(*command) -> str | None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr
    return json.loads(done.stdout)["error"]


def complaints(sealed: Path, expected: Expectation) -> dict[str, str]:
    return {question: complaint for question, complaint in judge(sealed, expected).items() if complaint}


def tampered(sealed: Path, expected: Expectation) -> dict[str, str]:
    """Changes one signed byte; every validator of signatures must notice, or it proves nothing."""
    changed = bytearray(sealed.read_bytes())
    # Inside the first comment, which no reader needs: only a digest can tell.
    changed[11] ^= 1
    sealed.write_bytes(changed)
    questions = ("prefix", "pdfsig", "openssl", "pyhanko validate", "pyhanko adesverify")
    findings = judge(sealed, expected, questions)
    return {question: "accepted the changed file" for question in questions if findings[question] is None}


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
