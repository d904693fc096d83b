"""Files whose offsets need nine digits or more than 32 bits: sealed and validated.

pdfsig validates the whole; the structure is judged by qpdf. Both files are mostly holes, so they take disk only
once they are copied.
"""

import json
import subprocess
from pathlib import Path

from pki import Pki

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

# Name, size, and whether there is a cross-reference stream instead of a table.
_FILES = {
    "just below 100,000,000 bytes": (99_999_000, False),
    "over 100,000,000 bytes": (110_000_000, False),
    "over 4 GiB, table": ((4 << 30) + 1_000_000, False),
    "over 4 GiB, stream": ((4 << 30) + 1_000_000, True),
}


def outcomes(seal: Path, pki: Pki, directory: Path):
    """Yields each file with what is wrong with its seal."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, (size, stream) in _FILES.items():
        yield name, _judge(seal, pki, directory, size, stream)


def _judge(seal: Path, pki: Pki, directory: Path, size: int, stream: bool) -> dict[str, str]:
    original, sealed = directory / "large.pdf", directory / "large-sealed.pdf"
    _make(original, size, stream)
    command = [seal, "--key", pki.key("p-256"), "--cert", pki.certificate("p-256"), "--signatories", "2", "--close"]
    done = subprocess.run([*command, original, sealed], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    if not report["ok"]:
        return {"sealing": report["error"]}
    found = {}
    if subprocess.run(["cmp", "-s", "-n", str(original.stat().st_size), original, sealed]).returncode:
        found["prefix"] = "the original is not a prefix"
    for command in (["qpdf", "--check", sealed], ["pdfsig", "-nocert", sealed]):
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        said = done.stdout + done.stderr
        if done.returncode or (command[0] == "pdfsig" and said.count("Signature is Valid.") != 3):
            found[command[0]] = said
    original.unlink()
    sealed.unlink()
    return found


def _make(file: Path, size: int, stream: bool) -> None:
    """A page whose content is a hole of the file, and behind it all that a reader looks for first."""
    opening = b"4 0 obj\n<< /Length %10d >>\nstream\n"
    bodies = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595 842 ] /Resources << >> >>",
    }
    length = size - len(_HEADER + opening % 0)
    tail = bytearray(b"\nendstream\nendobj\n")
    offsets = {4: len(_HEADER)}
    for number, body in bodies.items():
        offsets[number] = size + len(tail)
        tail += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = size + len(tail)
    if stream:
        rows = b"".join(b"\x01" + offset.to_bytes(5, "big") + b"\0" for _, offset in sorted({**offsets, 5: at}.items()))
        tail += b"5 0 obj\n<< /Type /XRef /W [ 1 5 1 ] /Index [ 1 5 ] /Size 6 /Root 1 0 R /Length %d >>\n" % len(rows)
        tail += b"stream\n%s\nendstream\nendobj\n" % rows
    else:
        tail += b"xref\n0 5\n0000000000 65535 f \n"
        tail += b"".join(b"%010d 00000 n \n" % offset for _, offset in sorted(offsets.items()))
        tail += b"trailer\n<< /Size 5 /Root 1 0 R >>\n"
    tail += b"startxref\n%d\n%%%%EOF\n" % at
    with file.open("wb") as output:
        output.write(_HEADER + opening % length)
        output.seek(size)
        output.write(tail)
