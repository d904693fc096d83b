"""Files that somebody signed already: one more seal leaves every earlier verdict as it was, or is refused.

They are made by pyHanko, by OpenSSL in an update written by hand, and by the `seal` program; the signed files
of the corpus are taken as they are. Verdicts are pdfsig's and pyHanko's.
"""

import asyncio
import itertools
import json
import re
import subprocess
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timezone
from multiprocessing import get_context
from pathlib import Path

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

import corpus
import inputs
from pki import Pki

# What pdfsig says of a signature that it accepts.
_VALID = "Signature is Valid."


def outcomes(seal: Path, pki: Pki, directory: Path, every: bool, workers: int):
    """Seals signed files once more; yields each with the verdicts that the new seal changed."""
    made = directory / "made"
    made.mkdir(parents=True, exist_ok=True)
    structures = ("table", "stream", "hybrid") if every else ("table", "stream")
    files = [
        *itertools.chain.from_iterable(_by_pyhanko(pki, made, structure) for structure in structures),
        *_by_openssl(pki, made),
        *itertools.chain.from_iterable(_by_seal(seal, pki, made, structure) for structure in structures),
        *sorted((corpus.CORPUS / "dss").rglob("*.pdf")),
    ]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        numbers = range(len(files))
        findings = pool.map(_judge, [seal] * len(files), [pki] * len(files), files, [directory] * len(files), numbers)
        yield from zip(files, findings, strict=True)


def _judge(seal: Path, pki: Pki, file: Path, directory: Path, number: int) -> dict[str, str]:
    sealed = directory / f"{number}.pdf"
    command = [seal, "--key", pki.key("p-256"), "--cert", pki.certificate("p-256"), file, sealed]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    if not report["ok"]:
        return {"seal": report["error"]}
    if not sealed.read_bytes().startswith(file.read_bytes()):
        return {"prefix": "the original is not a prefix"}
    found = _changed(_pdfsig, file, sealed)
    blamed = _changed(_pyhanko, file, sealed)
    if blamed:
        # Of some files pyHanko says the same after a signature of its own: linearized ones, and locks in
        # encrypted ones. That is no judgement of ours.
        control = directory / f"{number}-control.pdf"
        _sign(pki, file, control, {"subfilter": SigSeedSubFilter.PADES}, {}, "control")
        found |= {name: text for name, text in blamed.items() if name not in _changed(_pyhanko, file, control)}
        control.unlink()
    seals = [verdict for name, verdict in _pdfsig(sealed).items() if name.startswith("Seal-")]
    if not any(_is_good(verdict) for verdict in seals):
        found["seal, pdfsig"] = f"the new seal is {seals}"
    sealed.unlink()
    return found


def _changed(validator, before: Path, after: Path) -> dict[str, str]:
    """Signatures that a validator accepted before and does not any more.

    What it calls bad it may call bad for another reason once the file has grown.
    """
    verdicts = validator(after)
    return {
        f"{name}, {validator.__name__.strip('_')}": f"{verdict} became {verdicts.get(name)}"
        for name, verdict in validator(before).items()
        if _is_good(verdict) and verdicts.get(name) != verdict
    }


def _is_good(verdict: str) -> bool:
    return verdict in (_VALID, "good")


def _pdfsig(file: Path) -> dict[str, str]:
    """What pdfsig says of each signature field."""
    command = ["pdfsig", "-nocert", file]
    said = subprocess.run(command, capture_output=True, text=True, errors="replace").stdout
    verdicts = {}
    for part in said.split("Signature #")[1:]:
        lines = [line.strip(" -") for line in part.splitlines()]
        values = dict(line.split(": ", 1) for line in lines if ": " in line)
        verdicts[values.get("Signature Field Name", "")] = values.get("Signature Validation", "")
    return verdicts


def _pyhanko(file: Path) -> dict[str, str]:
    """What pyHanko says of each signature: whether it is intact and what came after it was permitted."""
    verdicts = {}
    with file.open("rb") as handle:
        try:
            reader = PdfFileReader(handle, strict=False)
            if reader.encrypted:
                reader.decrypt("")
            signatures = reader.embedded_regular_signatures
        except Exception as error:  # Damaged files by others are among them.
            return {"": type(error).__name__}
        for embedded in signatures:
            verdicts[embedded.field_name] = _verdict(embedded)
    return verdicts


def _verdict(embedded) -> str:
    context = ValidationContext(allow_fetching=False)
    try:
        status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context))
    except Exception as error:
        return type(error).__name__
    if not (status.intact and status.valid):
        return "broken"
    return "good" if status.docmdp_ok in (True, None) else "changed in a way that is not permitted"


def _by_pyhanko(pki: Pki, directory: Path, structure: str):
    """What its users make of one file: approvals, certifications, locks, marks, time-stamps, all levels."""
    cades, adobe = SigSeedSubFilter.PADES, SigSeedSubFilter.ADOBE_PKCS7_DETACHED

    def lock(action, *names, permission=None):
        mdp = None if action is None else FieldMDPSpec(action, list(names))
        return {"field_mdp_spec": mdp, "doc_mdp_update_value": permission}

    approvals = {
        "approval": ({"subfilter": adobe}, {}),
        "cades": ({"subfilter": cades}, {}),
        "sha-512": ({"subfilter": cades, "md_algorithm": "sha512"}, {}),
        "locks-all": ({"subfilter": cades}, lock(FieldMDPAction.ALL)),
        "locks-one": ({"subfilter": cades}, lock(FieldMDPAction.INCLUDE, "other")),
        "locks-others": ({"subfilter": cades}, lock(FieldMDPAction.EXCLUDE, "other")),
        "ends": ({"subfilter": cades}, lock(FieldMDPAction.ALL, permission=MDPPerm.NO_CHANGES)),
        "visible": ({"subfilter": cades}, {"on_page": 0, "box": (50, 50, 250, 120)}),
        **{
            f"certified-{permission.value}": ({"certify": True, "docmdp_permissions": permission}, {})
            for permission in MDPPerm
        },
    }
    levels = {
        "b-t": {},
        "b-lt": {"embed_validation_info": True},
        "b-lta": {"embed_validation_info": True, "use_pades_lta": True},
    }
    encryptions = ("plain", "aes-256") if structure == "table" else ("plain",)
    for encryption in encryptions:
        original = inputs.make(directory, structure, encryption)
        for name, (metadata, spec) in approvals.items():
            made = directory / f"pyhanko-{name}-{structure}-{encryption}.pdf"
            _sign(pki, original, made, metadata, spec)
            yield made
        twice = directory / f"pyhanko-twice-{structure}-{encryption}.pdf"
        _sign(pki, directory / f"pyhanko-approval-{structure}-{encryption}.pdf", twice, {"subfilter": cades}, {}, "second")
        yield twice
    for name, metadata in levels.items():
        made = directory / f"pyhanko-{name}-{structure}.pdf"
        metadata = {"subfilter": cades, "validation_context": _context(pki), **metadata}
        _sign(pki, inputs.path(directory, structure, "plain"), made, metadata, {}, stamper=timestamps.HTTPTimeStamper(pki.tsa))
        yield made


def _context(pki: Pki) -> ValidationContext:
    roots = list(load_certs_from_pemder([str(pki.root)]))
    return ValidationContext(
        trust_roots=roots, allow_fetching=True, fetcher_backend=RequestsFetcherBackend(), other_certs=roots
    )


def _sign(pki, original: Path, made: Path, metadata: dict, spec: dict, name="theirs", stamper=None) -> None:
    signer = signers.SimpleSigner.load(
        str(pki.key("rsa-2048")), str(pki.certificate("rsa-2048")), ca_chain_files=[str(pki.certificate("interm"))]
    )
    with original.open("rb") as source, made.open("wb") as output:
        writer = IncrementalPdfFileWriter(source, strict=False)
        if writer.security_handler:
            writer.encrypt("")
        signers.PdfSigner(
            signers.PdfSignatureMetadata(field_name=name, **{"md_algorithm": "sha256", **metadata}),
            signer,
            timestamper=stamper,
            new_field_spec=SigFieldSpec(name, **spec),
        ).sign_pdf(writer, output=output)


def _by_openssl(pki: Pki, directory: Path):
    """Signatures by `openssl cms` and `openssl ts`, in an update that is as plain as can be."""
    original = inputs.make(directory, "table", "plain").read_bytes()
    detached = ("adbe.pkcs7.detached", [])
    kinds = {
        "pkcs7": (*detached, "rsa-2048"),
        "pkcs7-ec": (*detached, "p-256"),
        "pkcs7-4096": (*detached, "rsa-4096"),
        "no-attributes": ("adbe.pkcs7.detached", ["-noattr"], "rsa-2048"),
        "sha-384": ("adbe.pkcs7.detached", ["-md", "sha384"], "p-384"),
        "cades": ("ETSI.CAdES.detached", ["-cades"], "rsa-3072"),
        "pss": ("ETSI.CAdES.detached", ["-cades", "-keyopt", "rsa_padding_mode:pss"], "rsa-2048"),
        "no-certificates": ("adbe.pkcs7.detached", ["-nocerts"], "rsa-2048"),
        "indefinite": ("adbe.pkcs7.detached", ["-stream", "-indef"], "rsa-2048"),
    }
    for (name, (sub_filter, options, key)), in_field in itertools.product(kinds.items(), (False, True)):
        made = directory / f"openssl-{name}{'-direct' if in_field else ''}.pdf"
        tail, start, end = _unsigned(original, sub_filter, in_field)
        whole = original + tail
        content = directory / "content"
        content.write_bytes(whole[:start] + whole[end:])
        command = [
            *"openssl cms -sign -binary -outform DER -in".split(), content,
            "-signer", pki.certificate(key), "-inkey", pki.key(key), "-certfile", pki.certificate("interm"), *options,
        ]
        signature = subprocess.run(command, check=True, capture_output=True).stdout.hex().encode()
        made.write_bytes(whole[:start] + b"<" + signature.ljust(end - start - 2, b"0") + b">" + whole[end:])
        yield made


def _unsigned(original: bytes, sub_filter: str, in_field: bool) -> tuple[bytes, int, int]:
    """An update with a signature to come; from where to where its contents are."""
    trailer = re.findall(rb"trailer\s*<<(.*?)>>\s*startxref", original, re.S)[-1]
    previous = int(re.findall(rb"startxref\s+(\d+)", original)[-1])
    size, root = (int(re.search(rb"/%s (\d+)" % key, trailer)[1]) for key in (b"Size", b"Root"))
    catalog = re.search(rb"\n%d 0 obj\s*<<(.*?)>>\s*endobj" % root, original, re.S)[1]
    date = datetime.now(timezone.utc).strftime("D:%Y%m%d%H%M%SZ").encode()
    blank = b"/ByteRange [0 ########## ########## ##########] /Contents <" + b"0" * 16384 + b">"
    signature = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /%s /M (%s) %s >>" % (sub_filter.encode(), date, blank)
    bodies = {
        root: b"<<%s /AcroForm << /Fields [%d 0 R] /SigFlags 3 >> >>" % (catalog, size),
        size: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (theirs) /Rect [0 0 0 0] /F 132 /V %s >>"
        % (signature if in_field else b"%d 0 R" % (size + 1)),
    }
    if not in_field:
        bodies[size + 1] = signature
    tail, table = bytearray(b"\n"), b""
    for number, body in bodies.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(original) + len(tail))
        tail += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(original) + len(tail)
    rest = re.sub(rb"/(Size|Prev) \d+", b"", trailer)
    tail += b"xref\n%strailer\n<<%s /Size %d /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (table, rest, size + 2, previous, start)
    contents = tail.index(b"/Contents <") + len(b"/Contents ")
    first, last = len(original) + contents, len(original) + contents + 16386
    ranges = b"%-10d %-10d %-10d" % (first, last, len(original) + len(tail) - last)
    return bytes(tail).replace(b"########## ########## ##########", ranges), first, last


def _by_seal(seal: Path, pki: Pki, directory: Path, structure: str):
    """What this engine makes: one to five signatories, closed or not, at the lowest and the highest level."""
    original = inputs.make(directory, structure, "plain")
    for count, close, level in itertools.product((1, 2, 5), (False, True), ("B-B", "B-LTA")):
        made = directory / f"seal-{structure}-{count}-{close}-{level}.pdf"
        command = [
            *[seal, "--key", pki.key("p-256"), "--cert", pki.certificate("p-256")],
            *["--chain", pki.certificate("interm"), "--known", pki.root],
            *["--signatories", count, "--page", 2, "--x", 72, "--y", 72, *(["--close"] if close else [])],
            *["--level", level, "--tsa", pki.tsa, original, made],
        ]
        done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
        if json.loads(done.stdout)["ok"]:
            yield made
        else:
            raise ValueError(done.stdout)
