"""Our verdicts beside pyHanko's.

Chains of signatures that are in order, made by pyHanko (`legit.py`) and by the `seal` program, must be TOTAL_PASSED
here, and TOTAL_FAILED once a signed byte is another. pyHanko must say the same of them, but for what
`validation.tsv` lists with its reason; what is listed and is not so any more fails as well.
"""

import csv
import fnmatch
import itertools
import json
import multiprocessing
import os
import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader

import inputs
import legit
import matrix
from judge import Expectation, judge
from pki import SEAL_KEYS, Pki

# Offline, only these levels tell whether a certificate is revoked.
_SEALED = {**matrix.DIMENSIONS, "level": ("B-LT", "B-LTA")}


@dataclass(frozen=True)
class _Bench:
    """What a process needs to make and judge a file."""

    validate: Path
    seal: Path
    pki: Pki
    directory: Path
    table: dict[str, str]


def outcomes(validate: Path, seal: Path, pki: Pki, directory: Path, every: bool, workers: int):
    """Yields each file with what is wrong with the verdicts on it."""
    chains, sealed = legit.chains(), list(itertools.product(*_SEALED.values()))
    if not every:
        chains = [legit.Chain(*values) for values in matrix.pairwise(list(map(legit.Chain.values, chains)))]
        sealed = matrix.pairwise(sealed)
    for structure, encryption in itertools.product(inputs.STRUCTURES, inputs.ENCRYPTIONS):
        inputs.make(directory / "inputs", structure, encryption)
    bench = _Bench(validate, seal, pki, directory, known())
    cases = [*chains, *sealed]
    # The services of the authority run in threads of this process, so it is not forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(_judge, itertools.repeat(bench), range(len(cases)), cases)
    for pattern in bench.table:
        if not any(fnmatch.fnmatch(str(chain), pattern) for chain in legit.chains()):
            yield f"validation.tsv: {pattern}", {"table": "no chain is called so"}


def known() -> dict[str, str]:
    """Patterns of the chains that pyHanko is known to refuse, each with its reason."""
    with (Path(__file__).parent / "validation.tsv").open() as handle:
        return dict(csv.reader(handle, delimiter="\t"))


def _judge(bench: _Bench, number: int, case) -> tuple[str, dict[str, str]]:
    made = bench.directory / f"validated-{number}.pdf"
    what = str(case) if isinstance(case, legit.Chain) else f"sealed: {', '.join(map(str, case))}"
    try:
        if isinstance(case, legit.Chain):
            _maker(bench.pki, bench.directory).make(case, made)
        else:
            _seal(bench, dict(zip(_SEALED, case)), made)
    except Exception as error:  # One file that cannot be made must not hide the others.
        return what, {"making": f"{type(error).__name__}: {error}"}
    return what, _complaints(bench, what, made)


def _complaints(bench: _Bench, what: str, made: Path) -> dict[str, str]:
    complaints = {}
    if (ours := _ours(bench, made)) != "TOTAL_PASSED":
        complaints["ours"] = ours
    reasons = [reason for pattern, reason in bench.table.items() if fnmatch.fnmatch(what, pattern)]
    theirs = _theirs(made, bench.pki)
    if theirs and not reasons:
        complaints["pyHanko"] = theirs
    elif reasons and not theirs:
        complaints["validation.tsv"] = f"pyHanko agrees, although: {reasons}"
    changed = bytearray(made.read_bytes())
    # Inside the first comment, which no reader needs: only a digest can tell.
    changed[11] ^= 1
    made.write_bytes(changed)
    ours = _ours(bench, made)
    if not ours.startswith("TOTAL_FAILED"):
        complaints["ours, tampered with"] = ours
    made.unlink()
    return complaints


@cache
def _maker(pki: Pki, directory: Path) -> legit.Maker:
    """One for each process: it has keys of its own."""
    return legit.Maker(pki, directory / f"chains-{os.getpid()}")


def _seal(bench: _Bench, case: dict, made: Path) -> None:
    certificate, pss = SEAL_KEYS[case["key"]]
    pki = bench.pki
    command = [
        *[bench.seal, "--key", pki.key(certificate), "--cert", pki.certificate(certificate)],
        *["--chain", pki.certificate("interm"), "--known", pki.root, "--tsa", pki.tsa],
        *(["--pss"] if pss else []),
        *["--signatories", case["signatories"], "--close", "--level", case["level"]],
        *["--page", 2, "--x", 72, "--y", 72, "--name", "Ada Lovelace"],
        *[inputs.path(bench.directory / "inputs", case["structure"], case["encryption"]), made],
    ]
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    if not json.loads(done.stdout)["ok"]:
        raise ValueError(done.stdout)


def _ours(bench: _Bench, path: Path) -> str:
    """Our verdict, with the reasons if it is not a pass."""
    command = [bench.validate, "--details", "--trust", bench.pki.root, path]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return f"no answer: {done.stderr}"
    if said["overall"] == "TOTAL_PASSED":
        return said["overall"]
    reasons = [[one["indication"], one["reason"]] for one in said["signatures"]]
    return f"{said['overall']} {said['error']} {reasons}"


def _theirs(path: Path, pki: Pki) -> str | None:
    """pyHanko's complaint."""
    with path.open("rb") as handle:
        reader = PdfFileReader(handle, strict=False)
        if reader.encrypted:
            reader.decrypt("")
        signatures = len(reader.embedded_regular_signatures)
    expected = Expectation(
        original=b"/XRefStm",  # Read leniently.
        signatures=signatures,
        root=pki.root,
        level="B-LT",
        revocation=False,
    )
    return judge(path, expected, ("pyhanko validate",))["pyhanko validate"]
