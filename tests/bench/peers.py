"""Times Paraphe's `seal` and `validate` programs, pyHanko and pdfsig on the same files, and prints ratios.

Two files are made: one of 99 KB, whose seals and validations are timed warm, inside one process; and one of 110 MB,
of which CPU seconds and peak memory of whole processes count. pdfsig knows no warm run: its whole process stands
beside our whole process. A copy of the file with a SHA-256 pass, by OpenSSL, is
the floor. A ratio above 1 says how many times more a peer takes.
"""

import argparse
import asyncio
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

SMALL_BYTES = 99_000
LARGE_BYTES = 110_000_000

# What the second process of a whole seal by pyHanko runs: key, certificate, input, output.
PYHANKO = """
import sys
sys.path.insert(0, sys.argv[5])
from peers import pyhanko_signer, pyhanko_seal
signer = pyhanko_signer(sys.argv[1], sys.argv[2])
with open(sys.argv[3], "rb") as source, open(sys.argv[4], "wb") as output:
    pyhanko_seal(signer, source, output)
"""

# The same for a whole validation: certificate, input.
PYHANKO_VERIFY = """
import sys
sys.path.insert(0, sys.argv[3])
from peers import pyhanko_context, pyhanko_verify
with open(sys.argv[2], "rb") as source:
    pyhanko_verify(pyhanko_context(sys.argv[1]), source)
"""

# Runs a process and tells its status, CPU seconds and peak memory. A process inherits the peak of the one that
# starts it, so that one has to be small.
LAUNCHER = """
import os, sys
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 1, 2)])
_, status, usage = os.wait4(child, 0)
print([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss], file=sys.stderr)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seal", type=Path, required=True, help="the built `seal` example")
    parser.add_argument("--validate", type=Path, required=True, help="the built `validate` example")
    parser.add_argument("--repeat", type=int, default=30, help="warm seals of the small file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        key, certificate = make_key(directory)
        small(arguments, directory, key, certificate)
        large(arguments, directory, key, certificate)
    return 0


def small(arguments, directory: Path, key: Path, certificate: Path) -> None:
    source, sealed = directory / "small.pdf", directory / "small-sealed.pdf"
    source.write_bytes(make_pdf(SMALL_BYTES))
    command = [arguments.seal, "--key", key, "--cert", certificate, "--repeat", str(arguments.repeat), source, sealed]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if not report["ok"]:
        sys.exit(f"seal: {report['error']}")
    own = statistics.median(report["times"][1:] or report["times"])
    signer = pyhanko_signer(key, certificate)
    data, times = source.read_bytes(), []
    for _ in range(arguments.repeat):
        before = time.perf_counter()
        pyhanko_seal(signer, io.BytesIO(data), io.BytesIO())
        times.append(time.perf_counter() - before)
    peer = statistics.median(times[1:] or times)
    print(f"seal, 99 KB, warm: paraphe {own * 1000:.2f} ms, pyHanko {peer * 1000:.2f} ms: {peer / own:.1f} times")
    small_verified(arguments, sealed, certificate)


def small_verified(arguments, sealed: Path, certificate: Path) -> None:
    command = [arguments.validate, "--trust", certificate]
    repeated = [*command, "--repeat", str(arguments.repeat), sealed]
    report = json.loads(subprocess.run(repeated, check=True, capture_output=True, text=True).stdout)
    if not (report["ok"] and all(one["intact"] for one in report["signatures"])):
        sys.exit(f"validate: {report}")
    own = statistics.median(report["times"][1:] or report["times"])
    data, times, context = sealed.read_bytes(), [], pyhanko_context(certificate)
    for _ in range(arguments.repeat):
        before = time.perf_counter()
        pyhanko_verify(context, io.BytesIO(data))
        times.append(time.perf_counter() - before)
    peer = statistics.median(times[1:] or times)
    print(f"verify, 99 KB, warm: paraphe {own * 1000:.2f} ms, pyHanko {peer * 1000:.2f} ms: {peer / own:.1f} times")
    whole, other = measure(*command, sealed)[0], measure("pdfsig", "-nocert", sealed)[0]
    print(f"verify, 99 KB, whole process: paraphe {whole:.3f} s, pdfsig {other:.3f} s: {other / whole:.1f} times")


def large(arguments, directory: Path, key: Path, certificate: Path) -> None:
    source, sealed, other = (directory / name for name in ("large.pdf", "own.pdf", "peer.pdf"))
    source.write_bytes(make_pdf(LARGE_BYTES))
    here = Path(__file__).resolve().parent
    floor = measure("sh", "-c", 'cp "$1" "$2" && openssl dgst -sha256 "$2"', "-", source, directory / "copy.pdf")
    own = measure(arguments.seal, "--key", key, "--cert", certificate, source, sealed)
    peer = measure(sys.executable, "-c", PYHANKO, key, certificate, source, other, here)
    verified = measure("pdfsig", "-nocert", sealed)
    if "Signature is Valid" not in verified[2]:
        sys.exit(f"pdfsig does not accept the seal:\n{verified[2]}")
    print("110 MB, CPU seconds and peak memory of the whole process, and CPU by that of our seal:")
    own_verify = measure(arguments.validate, "--trust", certificate, sealed)
    if '"intact":true' not in own_verify[2]:
        sys.exit(f"validate does not accept the seal:\n{own_verify[2]}")
    peer_verify = measure(sys.executable, "-c", PYHANKO_VERIFY, certificate, sealed, here)
    rows = [
        ("copy and SHA-256", floor),
        ("paraphe seal", own),
        ("pyHanko seal", peer),
        ("paraphe verify", own_verify),
        ("pyHanko verify", peer_verify),
        ("pdfsig verify", verified),
    ]
    for what, (cpu, memory, _) in rows:
        print(f"  {what:<17} {cpu:6.2f} s {memory:6.0f} MB  {cpu / own[0]:5.2f}")


def measure(*command) -> tuple[float, float, str]:
    """CPU seconds, peak memory in MB and output of a process, the page cache being warm."""
    launcher = [sys.executable, "-S", "-c", LAUNCHER]
    done = subprocess.run(launcher + [str(part) for part in command], capture_output=True, text=True)
    status, cpu, memory = json.loads(done.stderr)
    if status:
        sys.exit(f"{command[0]} failed:\n{done.stdout}")
    return cpu, memory / 1024, done.stdout


def pyhanko_signer(key, certificate) -> signers.SimpleSigner:
    signer = signers.SimpleSigner.load(str(key), str(certificate))
    if signer is None:
        sys.exit("pyHanko cannot load the key")
    return signer


def pyhanko_seal(signer, source, output) -> None:
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    signers.sign_pdf(IncrementalPdfFileWriter(source), metadata, signer=signer, output=output)


def pyhanko_context(certificate) -> ValidationContext:
    return ValidationContext(trust_roots=[load_cert_from_pemder(str(certificate))], allow_fetching=False)


def pyhanko_verify(context: ValidationContext, source) -> None:
    for embedded in PdfFileReader(source).embedded_regular_signatures:
        status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context))
        if not (status.intact and status.valid):
            sys.exit("pyHanko does not accept the seal")


def make_key(directory: Path) -> tuple[Path, Path]:
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/O=Example Ltd/CN=Example seal",
         "-addext", "keyUsage=critical,digitalSignature,nonRepudiation"],
        check=True, capture_output=True,
    )
    return key, certificate


def make_pdf(size: int) -> bytes:
    """Ten pages that share one stream, of about `size` bytes in all."""
    ballast = b"x" * (size - 2_000)
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 14))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count 10>>" % kids,
        b"<</Length %d>>stream\n%s\nendstream" % (len(ballast), ballast),
    ]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 3 0 R>>"
    file, table = bytearray(b"%PDF-1.7\n"), b"0000000000 65535 f \n"
    for number, body in enumerate(bodies + [page] * 10, start=1):
        table += b"%010d 00000 n \n" % len(file)
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    file += b"xref\n0 14\n%strailer\n<</Size 14/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(file))
    return bytes(file)


if __name__ == "__main__":
    sys.exit(main())
