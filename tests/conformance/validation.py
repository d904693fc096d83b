"""Our verdicts beside pyHanko's.

Chains that are in order, made by pyHanko (`legit.py`) and by the `seal` program, must be TOTAL_PASSED here; so must
pyHanko say, unless `validation.tsv` says why not. Prints what failed, and `N passed, N failed, N skipped`.
"""

import argparse
import csv
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader

import conform
import inputs
import legit
from judge import Expectation, judge
from pki import Pki

def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--validate", type=Path, required=True, help="the built `validate` example")
    parser.add_argument("--seal", type=Path, help="the built `seal` example; skipped if absent")
    parser.add_argument("--every", type=int, default=1, help="take every Nth chain only")
    parser.add_argument("--keep", type=Path, help="keep the files that failed here")
    arguments = parser.parse_args()
    table = known()
    tally, skipped, met = conform.Tally(), 0, set()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        pki = Pki(directory / "pki")
        sources = [legit.chains(pki, directory / "chains")]
        if arguments.seal:
            sources.append(sealed(arguments.seal, pki, directory))
        else:
            print("SKIPPED what the seal program makes: no --seal")
            skipped += 1
        for source in sources:
            for number, (what, path) in enumerate(source):
                if number % arguments.every:
                    continue
                complaints = compare(arguments.validate, pki, what, path, table, met)
                tally.add(what, complaints)
                if complaints and arguments.keep:
                    arguments.keep.mkdir(parents=True, exist_ok=True)
                    (arguments.keep / path.name).write_bytes(path.read_bytes())
                    (arguments.keep / "root.pem").write_bytes(pki.root.read_bytes())
        pki.close()
    if arguments.every == 1:
        for what in sorted(set(table) - met):
            tally.add(what, {"validation.tsv": "says that pyHanko disagrees, which it does not"})
    print(f"{tally.passed} passed, {tally.failed} failed, {skipped} skipped")
    return 1 if tally.failed or not tally.passed else 0


def known() -> dict[str, str]:
    """The kinds of chains that pyHanko is known to refuse, each with its reason."""
    with (Path(__file__).parent / "validation.tsv").open() as handle:
        return dict(csv.reader(handle, delimiter="\t"))


def sealed(seal: Path, pki: Pki, directory: Path):
    """What the seal program makes of every pair of values."""
    out = directory / "sealed.pdf"
    for combination in conform.pairwise(list(itertools.product(*conform.DIMENSIONS.values()))):
        case = dict(zip(conform.DIMENSIONS, combination))
        if case["level"] in ("B-B", "B-T"):
            # Offline, nothing says that the certificate is not revoked.
            case["level"] = "B-LT"
        original = inputs.make(directory / "inputs", case["structure"], case["encryption"])
        refusal = conform.run_seal(seal, pki, case, original, out)
        if refusal:
            raise RuntimeError(f"{case}: {refusal}")
        yield f"sealed: {', '.join(str(it) for it in case.values())}", out


def compare(validate: Path, pki: Pki, what: str, path: Path, table: dict, met: set) -> dict[str, str]:
    """What is wrong with our verdict, or with the two of them."""
    done = subprocess.run(
        [str(validate), "--trust", str(pki.root), str(path)], capture_output=True, text=True
    )
    complaints = {}
    try:
        said = json.loads(done.stdout)
        if said["overall"] != "TOTAL_PASSED":
            complaints["ours"] = f"{said['overall']} {said['error']} {said['signatures']}"
    except (ValueError, KeyError) as error:
        complaints["ours"] = f"{type(error).__name__}: {error}: {done.stderr}"
    if not what.startswith("sealed"):
        # The seal program's files are put to pyHanko by conform.py.
        found, kind = theirs(path, pki), what.split(",")[0]
        if found and kind in table:
            met.add(kind)
        elif found:
            complaints["pyHanko"] = found
    return complaints


def theirs(path: Path, pki: Pki) -> str | None:
    """pyHanko's complaint."""
    with path.open("rb") as handle:
        regular = list(PdfFileReader(handle, strict=False).embedded_regular_signatures)
        expected = Expectation(
            original=b"/XRefStm",  # Reads leniently.
            signatures=len(regular),
            root=pki.root,
            level="B-LT",
            revocation=False,
        )
    return judge(path, expected)["pyhanko validate"]


if __name__ == "__main__":
    sys.exit(main())
