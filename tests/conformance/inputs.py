"""PDF files to be sealed: every kind of cross-reference with every kind of encryption."""

import re
import subprocess
import zlib
from pathlib import Path

STRUCTURES = ("table", "stream", "hybrid")
ENCRYPTIONS = ("plain", "rc4", "aes-128", "aes-256")

_QPDF_STRUCTURE = {"table": "disable", "stream": "generate", "hybrid": "disable"}
_QPDF_ENCRYPTION = {
    "plain": [],
    "rc4": ["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=n", "--"],
    "aes-128": ["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"],
    "aes-256": ["--encrypt", "", "owner", "256", "--"],
}


def make(directory: Path, structure: str, encryption: str) -> Path:
    """Writes one input file, which opens with the empty password, and returns its path."""
    directory.mkdir(parents=True, exist_ok=True)
    base = directory / "base.pdf"
    if not base.exists():
        base.write_bytes(_pages(3))
    made = path(directory, structure, encryption)
    subprocess.run(
        [
            "qpdf",
            "--static-id",
            f"--object-streams={_QPDF_STRUCTURE[structure]}",
            *_QPDF_ENCRYPTION[encryption],
            base,
            made,
        ],
        check=True,
    )
    if structure == "hybrid":
        made.write_bytes(_hybrid(made.read_bytes()))
    return made


def path(directory: Path, structure: str, encryption: str) -> Path:
    """Where `make` writes."""
    return directory / f"{structure}-{encryption}.pdf"


def _pages(count: int) -> bytes:
    """A file of some pages, each turned by another quarter."""
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(count))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        2: f"<< /Type /Pages /Count {count} /Kids [ {kids} ] >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for page in range(count):
        text = f"BT /F1 24 Tf 72 700 Td (Page {page + 1}) Tj ET".encode()
        objects[4 + 2 * page] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595.27559055118 842 ] "
            f"/Rotate {90 * page} /Contents {5 + 2 * page} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[5 + 2 * page] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for number in sorted(objects):
        out += b"%010d 00000 n \n" % offsets[number]
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def _hybrid(table: bytes) -> bytes:
    """Appends an update whose new object only `/XRefStm` lists (ISO 32000-1 section 7.5.8.4)."""
    previous = int(re.findall(rb"startxref\s+(\d+)", table)[-1])
    trailer = re.findall(rb"trailer\s*<<(.*?)>>\s*startxref", table, re.S)[-1]
    size = int(re.search(rb"/Size (\d+)", trailer)[1])
    root = re.search(rb"/Root (\d+) 0 R", trailer)[1]
    kept = re.sub(rb"/(Size|Prev) \d+", b"", trailer)
    catalog = re.search(rb"\n%s 0 obj\s*<<(.*?)>>\s*endobj" % root, table, re.S)[1]
    out = bytearray(table)
    if not out.endswith(b"\n"):
        out += b"\n"
    root_offset = len(out)
    out += b"%s 0 obj\n<<%s /MarkInfo %d 0 R >>\nendobj\n" % (root, catalog, size)
    hidden_offset = len(out)
    out += b"%d 0 obj\n<< /Marked false >>\nendobj\n" % size
    stream_offset = len(out)
    entries = b"".join(
        b"\x01" + offset.to_bytes(4, "big") + b"\x00\x00"
        for offset in (hidden_offset, stream_offset)
    )
    packed = zlib.compress(entries)
    out += (
        b"%d 0 obj\n<< /Type /XRef /Size %d /W [ 1 4 2 ] /Index [ %d 2 ] /Filter /FlateDecode "
        b"/Length %d /Root %s 0 R >>\nstream\n%s\nendstream\nendobj\n"
        % (size + 1, size + 2, size, len(packed), root, packed)
    )
    start = len(out)
    out += b"xref\n%s 1\n%010d 00000 n \n" % (root, root_offset)
    out += b"trailer\n<< %s /Size %d /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        kept,
        size + 2,
        previous,
        stream_offset,
        start,
    )
    return bytes(out)
