"""Real PDFs from public test suites: sealed, valid, an append, and looking as before outside of the mark.

The files lie beside the repository and are not part of it; without them this part is skipped.
"""

import csv
import hashlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

# Resolution at which pages are compared: enough to see a page that is gone or changed.
_DOTS_PER_INCH = 40

# The mark of a visible seal, in points from the top left of the first page, and how far ink may run over it.
_MARK = (10, 2, 164, 45)
_SPREAD = 1.5

# How long the pages of one file may take to draw, in seconds.
_PATIENCE = 120


@dataclass(frozen=True)
class Asked:
    """How each file is sealed and looked at."""

    seal: Path
    key: Path
    certificate: Path
    pages: int | None
    """Pages compared in each file; all without a number."""
    visible: bool = False


def sealable() -> list[Path]:
    """The files that at least one other program seals validly."""
    table = CORPUS / "pdfjs.csv"
    if not table.exists():
        return []
    with table.open(newline="") as rows:
        return [CORPUS / "pdfjs" / row["file"] for row in csv.DictReader(rows) if row["any_valid"] == "True"]


def outcomes(asked: Asked, files: list[Path], directory: Path, workers: int):
    """Seals every file; yields each with what is wrong with the result."""
    directory.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{file}\t{directory / file.name}\n" for file in files)
    command = [asked.seal, "--key", asked.key, "--cert", asked.certificate, "--batch"]
    if asked.visible:
        command += ["--name", "Ada Lovelace", "--page", "1", "--x", str(_MARK[0]), "--y", str(_MARK[1])]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    with ThreadPoolExecutor(workers) as pool:
        count = len(files)
        complaints = pool.map(_complaints, [asked] * count, files, reports, [directory] * count)
        yield from zip(files, complaints, strict=True)


def _complaints(asked: Asked, file: Path, report: dict, directory: Path) -> dict[str, str]:
    sealed = directory / file.name
    if not report["ok"]:
        return {"left behind": "a refused file was written"} if sealed.exists() else {"seal": report["error"]}
    found = {}
    rewritten = "written anew" in report.get("repaired", [])
    if not rewritten and not sealed.read_bytes().startswith(file.read_bytes()):
        found["prefix"] = "the original is not a prefix"
    command = ["pdfsig", "-nocert", sealed]
    said = subprocess.run(command, capture_output=True, text=True, errors="replace").stdout
    whole = [part for part in said.split("Signature #") if "Total document signed" in part]
    if not any("Signature is Valid." in part for part in whole):
        found["pdfsig"] = said
    try:
        before, after = _drawn(asked, file), _drawn(asked, sealed)
    except subprocess.TimeoutExpired:
        found["pages"] = "drawing takes too long"
    else:
        # Of a broken file poppler may show no page where a repaired one has some.
        different = [number for number, page in enumerate(before, 1) if after[number - 1 : number] != [page]]
        if different or (before and len(after) != len(before)):
            found["pages"] = f"{len(before)} pages became {len(after)}, different are {different}"
    sealed.unlink()
    return found


def _drawn(asked: Asked, file: Path) -> list[str]:
    """A digest of each page as it is displayed, without the place of the mark."""
    last = ["-l", str(asked.pages)] if asked.pages else []
    # poppler takes every unit for a point, so where the mark is drawn is not known.
    scaled = b"/UserUnit" in file.read_bytes()
    command = ["timeout", str(_PATIENCE), "pdftoppm", "-q", "-cropbox", "-r", str(_DOTS_PER_INCH), *last, file]
    pages = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as drawing:
        while drawing.stdout.readline().strip() == b"P6":
            columns, rows = map(int, drawing.stdout.readline().split())
            drawing.stdout.readline()
            picture = bytearray(drawing.stdout.read(3 * columns * rows))
            if asked.visible and not pages:
                _blank(picture, columns, rows, scaled)
            pages.append(hashlib.sha256(b"%d %d " % (columns, rows) + picture).hexdigest())
    if drawing.returncode == 124:
        raise subprocess.TimeoutExpired(command, _PATIENCE)
    return pages


def _blank(picture: bytearray, columns: int, rows: int, whole: bool) -> None:
    """Makes the place of the mark white, or the whole page."""
    x, y, width, height = (0, 0, 72 * columns, 72 * rows) if whole else _MARK

    def pixels(start, end, most):
        scale = _DOTS_PER_INCH / 72
        return max(int((start - _SPREAD) * scale), 0), min(int((end + _SPREAD) * scale) + 1, most)

    left, right = pixels(x, x + width, columns)
    top, bottom = pixels(y, y + height, rows)
    for row in range(top, bottom):
        start = 3 * (row * columns + left)
        picture[start : start + 3 * (right - left)] = b"\xff" * (3 * (right - left))
