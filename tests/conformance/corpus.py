"""Real PDFs from public test suites: sealed, valid, an append, and looking as before.

The files lie beside the repository and are not part of it; without them this part is skipped.
"""

import csv
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

# Pages compared in each file, and the resolution: enough to see a page that is gone or changed.
_PAGES = 3
_DOTS_PER_INCH = 40

# What pdfsig says of a signature that it accepts.
_VALID = "Signature is Valid."

# How long one page set may take to draw, in seconds.
_PATIENCE = 120


def sealable() -> list[Path]:
    """The files that at least one other program seals validly."""
    table = CORPUS / "pdfjs.csv"
    if not table.exists():
        return []
    with table.open(newline="") as rows:
        return [CORPUS / "pdfjs" / row["file"] for row in csv.DictReader(rows) if row["any_valid"] == "True"]


def judge(seal: Path, key: Path, certificate: Path, files: list[Path], directory: Path):
    """Seals every file without a visible mark; yields each file with what is wrong with the result."""
    directory.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{file}\t{directory / file.name}\n" for file in files)
    done = subprocess.run(
        [seal, "--key", key, "--cert", certificate, "--batch"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    with ThreadPoolExecutor(2) as pool:
        complaints = pool.map(_complaints, files, reports, [directory] * len(files))
        yield from zip(files, complaints, strict=True)


def signed() -> list[Path]:
    """Files that carry signatures by others."""
    return sorted((CORPUS / "dss").rglob("*.pdf"))


def judge_signed(seal: Path, key: Path, certificate: Path, files: list[Path], directory: Path):
    """Seals signed files once more; yields each with the signatures that the new seal broke."""
    directory.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files):
        sealed = directory / f"{number}.pdf"
        command = [seal, "--key", key, "--cert", certificate, file, sealed]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        if not report["ok"]:
            yield file, {"seal": report["error"]}
            continue
        before, after = _verdicts(file), _verdicts(sealed)
        # What poppler calls bad it may call bad for another reason once the file has grown.
        yield file, {
            name: f"{verdict} became {after.get(name)}"
            for name, verdict in before.items()
            if name not in after or (verdict == _VALID and after[name] != _VALID)
        }


def _verdicts(file: Path) -> dict[str, str]:
    """What pdfsig says of each signature field."""
    command = ["pdfsig", "-nocert", file]
    said = subprocess.run(command, capture_output=True, text=True, errors="replace").stdout
    verdicts = {}
    for part in said.split("Signature #")[1:]:
        lines = [line.strip(" -") for line in part.splitlines()]
        values = dict(line.split(": ", 1) for line in lines if ": " in line)
        verdicts[values.get("Signature Field Name", "")] = values.get("Signature Validation", "")
    return verdicts


def _complaints(file: Path, report: dict, directory: Path) -> dict[str, str]:
    if not report["ok"]:
        return {"seal": report["error"]}
    sealed = directory / file.name
    found = {}
    if not sealed.read_bytes().startswith(file.read_bytes()):
        found["prefix"] = "the original is not a prefix"
    command = ["pdfsig", "-nocert", sealed]
    said = subprocess.run(command, capture_output=True, text=True, errors="replace").stdout
    whole = [part for part in said.split("Signature #") if "Total document signed" in part]
    if not any(_VALID in part for part in whole):
        found["pdfsig"] = said
    try:
        if _drawn(file) != _drawn(sealed):
            found["pages"] = "a page looks different"
    except subprocess.TimeoutExpired:
        found["pages"] = "drawing takes too long"
    return found


def _drawn(file: Path) -> bytes:
    command = ["pdftoppm", "-q", "-r", str(_DOTS_PER_INCH), "-l", str(_PAGES), file]
    return subprocess.run(command, capture_output=True, timeout=_PATIENCE).stdout
