"""Chains of signatures that are in order, made by pyHanko.

`chains` lists them and a `Maker` makes each: several signatories, visible and not, at every baseline level, with archives renewed;
forms filled in where a certification allows it (P=2), notes added where it allows that (P=3), validation data added
late, and locks that later acts respect.
"""

import datetime
import itertools
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.validation import add_validation_info
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend
from pyhanko_certvalidator.registry import SimpleCertificateStore

import inputs
from pki import Pki


STRUCTURES = ("table", "stream", "hybrid")
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA", "B-LTA renewed")
KINDS = (
    "invisible",
    "visible",
    "certified 2",
    "certified 2, linked",
    "certified 3",
    "locked",
    "data added late",
)


@dataclass(frozen=True)
class Chain:
    """One chain of signatures."""

    kind: str
    structure: str
    level: str
    count: int

    def values(self) -> tuple:
        return (self.kind, self.structure, self.level, self.count)

    def __str__(self):
        return f"{self.kind}, {self.structure}, {self.level}, {self.count}"


def chains() -> list[Chain]:
    """Every chain there is."""
    everything = itertools.starmap(Chain, itertools.product(KINDS, STRUCTURES, LEVELS, (1, 2, 3)))
    # Links from fields to their page are about filling in alone.
    return [chain for chain in everything if not chain.kind.endswith("linked") or chain.level == "B-B"]


class Maker:
    """Signs with the certificates of one authority, as a person with pyHanko would."""

    def __init__(self, pki: Pki, directory: Path):
        self.pki = pki
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.root = next(iter(load_certs_from_pemder([str(pki.root)])))
        self._published = signers.SimpleSigner.load(
            str(pki.key("p-256")),
            str(pki.certificate("p-256")),
            ca_chain_files=[str(pki.certificate("interm")), str(pki.root)],
        )
        seal, key = self._issue("Ada Lovelace", 1001)
        self._unpublished = signers.SimpleSigner(
            signing_cert=seal, signing_key=key, cert_registry=self._registry(self.root)
        )
        tsa, key = self._issue("Time-stamps", 1002, timestamping=True)
        self._tsa = timestamps.DummyTimeStamper(
            tsa_cert=tsa, tsa_key=key, certs_to_embed=self._registry(self.root)
        )

    @staticmethod
    def _registry(*certs):
        return SimpleCertificateStore.from_certs(certs)

    def _issue(self, name: str, serial: int, timestamping: bool = False):
        """A certificate of the root that says that no revocation is published (RFC 9608), with its key."""
        issuer = certificates.load_pem_x509_certificate(self.pki.root.read_bytes())
        issuer_key = serialization.load_pem_private_key(self.pki.key("root").read_bytes(), None)
        # pyHanko's own time-stamp authority signs with RSA only.
        key = rsa.generate_private_key(65537, 2048) if timestamping else ec.generate_private_key(ec.SECP256R1())
        usage = certificates.KeyUsage(
            True, not timestamping, False, False, False, False, False, False, False
        )
        common_name = certificates.NameAttribute(certificates.NameOID.COMMON_NAME, name)
        builder = (
            certificates.CertificateBuilder()
            .subject_name(certificates.Name([common_name]))
            .issuer_name(issuer.subject)
            .public_key(key.public_key())
            .serial_number(serial)
            .not_valid_before(datetime.datetime(2020, 1, 1))
            .not_valid_after(datetime.datetime(2059, 1, 1))
            .add_extension(usage, critical=True)
            .add_extension(
                certificates.UnrecognizedExtension(
                    certificates.ObjectIdentifier("2.5.29.56"), b"\x05\x00"
                ),
                critical=False,
            )
        )
        if timestamping:
            extended = certificates.ExtendedKeyUsage([certificates.ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(extended, critical=True)
        made = builder.sign(issuer_key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return (
            x509.Certificate.load(made.public_bytes(serialization.Encoding.DER)),
            keys.PrivateKeyInfo.load(private),
        )

    def _context(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=[self.root],
            allow_fetching=True,
            fetcher_backend=RequestsFetcherBackend(),
            revocation_mode="hard-fail",
        )

    def _timestamper(self, level: str):
        if level == "B-B":
            return None
        return self._tsa if level == "B-T" else timestamps.HTTPTimeStamper(self.pki.tsa, timeout=60)

    def make(self, chain: Chain, path: Path) -> None:
        """Writes the file with all signatures of a chain."""
        path.write_bytes(form(self.directory, chain.structure, chain.kind.endswith("linked")))
        for number in range(1, chain.count + 1):
            self._act(chain, path, number)
        if chain.level == "B-LTA renewed":
            self.renew(path)

    def _act(self, chain: Chain, path: Path, number: int) -> None:
        """What one signatory does."""
        kind, level = chain.kind, chain.level
        spec, metadata = None, {}
        field = f"signatory-{number}"
        if kind == "visible":
            box = (72, 60 * number, 272, 60 * number + 40)
            spec = fields.SigFieldSpec(field, on_page=1, box=box)
        if kind.startswith("certified") and number == 1:
            permission = fields.MDPPerm(int(kind.split()[1].rstrip(",")))
            metadata = {"certify": True, "docmdp_permissions": permission}
        if kind == "locked":
            lock = fields.FieldMDPSpec(fields.FieldMDPAction.INCLUDE, fields=["place"])
            spec = fields.SigFieldSpec(field, field_mdp_spec=lock)
        # An archived document is closed: what comes before the last act has no archive of its own.
        part = level if number == chain.count or not level.startswith("B-LTA") else "B-LT"
        self.sign(path, field, part, spec, **metadata)
        if kind == "certified 3":
            note(path, f"Seen by {number}")
        # Without a certification, what follows the last signature is nobody's.
        between = kind.startswith("certified") or (kind == "locked" and number < chain.count)
        if between and not level.startswith("B-LTA"):
            fill(path, f"{number}00 EUR")
        if kind == "data added late" and level in ("B-LT", "B-LTA"):
            self.add_data(path)

    def sign(self, path: Path, field: str, level: str, spec=None, **metadata) -> None:
        """Adds one signature at a level to a file."""
        archived = level.startswith("B-LTA")
        lasting = archived or level == "B-LT"
        meta = PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason="Agreed",
            embed_validation_info=lasting,
            use_pades_lta=archived,
            validation_context=self._context() if lasting else None,
            **metadata,
        )
        signer = PdfSigner(
            meta,
            signer=self._published if lasting else self._unpublished,
            timestamper=self._timestamper(level),
            new_field_spec=spec,
        )
        with path.open("rb+") as handle:
            writer = IncrementalPdfFileWriter(handle, strict=False)
            signer.sign_pdf(writer, in_place=True)

    def renew(self, path: Path) -> None:
        """Renews the archive's time-stamp."""
        with path.open("rb+") as handle:
            PdfTimeStamper(self._timestamper("B-LTA")).update_archival_timestamp_chain(
                PdfFileReader(handle, strict=False), self._context(), in_place=True
            )

    def add_data(self, path: Path) -> None:
        """Adds validation data for the newest signature after the fact."""
        with path.open("rb+") as handle:
            [*_, last] = PdfFileReader(handle, strict=False).embedded_regular_signatures
            add_validation_info(last, self._context(), skip_timestamp=True, in_place=True)


def form(directory: Path, structure: str, linked: bool = False) -> bytes:
    """Three pages; two text fields on the first, which know their page if they are linked."""
    made = inputs.make(directory / "inputs", structure, "plain")
    writer = IncrementalPdfFileWriter(made.open("rb"), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    annotations, listed = generic.ArrayObject(), generic.ArrayObject()
    for name, top in (("total", 560), ("place", 520)):
        rect = generic.ArrayObject(map(generic.NumberObject, (72, top, 272, top + 24)))
        field = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Tx"),
                pdf_name("/T"): pdf_string(name),
                pdf_name("/V"): pdf_string("open"),
                pdf_name("/DA"): pdf_string("/F1 12 Tf 0 g"),
                pdf_name("/F"): generic.NumberObject(4),
                pdf_name("/Rect"): rect,
                pdf_name("/AP"): generic.DictionaryObject(
                    {pdf_name("/N"): writer.add_object(_appearance(writer, "open"))}
                ),
            }
        )
        if linked:
            field[pdf_name("/P")] = writer.root["/Pages"]["/Kids"].raw_get(0)
        reference = writer.add_object(field)
        annotations.append(reference)
        listed.append(reference)
    page[pdf_name("/Annots")] = annotations
    font = page["/Resources"]["/Font"].raw_get("/F1")
    writer.root[pdf_name("/AcroForm")] = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Fields"): listed,
                pdf_name("/DA"): pdf_string("/F1 12 Tf 0 g"),
                pdf_name("/DR"): generic.DictionaryObject(
                    {
                        pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F1"): font}),
                    }
                ),
            }
        )
    )
    writer.update_container(page)
    writer.update_root()
    out = directory / "form.pdf"
    with out.open("wb") as handle:
        writer.write(handle)
    return out.read_bytes()


def _appearance(writer, text: str) -> generic.StreamObject:
    page = writer.root["/Pages"]["/Kids"][0]
    font = page["/Resources"]["/Font"].raw_get("/F1")
    stream = generic.StreamObject(stream_data=b"/Tx BMC q BT /F1 12 Tf 0 g 2 7 Td (%s) Tj ET Q EMC" % text.encode())
    stream[pdf_name("/Type")] = pdf_name("/XObject")
    stream[pdf_name("/Subtype")] = pdf_name("/Form")
    stream[pdf_name("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 24)))
    fonts = generic.DictionaryObject({pdf_name("/F1"): font})
    stream[pdf_name("/Resources")] = generic.DictionaryObject({pdf_name("/Font"): fonts})
    return stream


def fill(path: Path, value: str) -> None:
    """Fills in the field `total` as a viewer does: value and picture."""
    with path.open("rb+") as handle:
        writer = IncrementalPdfFileWriter(handle, strict=False)
        listed = [it.get_object() for it in writer.root["/AcroForm"]["/Fields"]]
        [field] = [it for it in listed if it["/T"] == "total"]
        field[pdf_name("/V")] = pdf_string(value)
        shown = writer.add_object(_appearance(writer, value))
        field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): shown})
        writer.update_container(field)
        writer.write_in_place()


def note(path: Path, text: str) -> None:
    """Adds a note in the margin of the first page."""
    with path.open("rb+") as handle:
        writer = IncrementalPdfFileWriter(handle, strict=False)
        page = writer.root["/Pages"]["/Kids"][0]
        rect = generic.ArrayObject(map(generic.NumberObject, (10, 10, 28, 28)))
        annotation = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Text"),
                pdf_name("/Rect"): rect,
                pdf_name("/Contents"): pdf_string(text),
                pdf_name("/F"): generic.NumberObject(28),
            }
        )
        page["/Annots"].append(writer.add_object(annotation))
        writer.update_container(page["/Annots"])
        writer.write_in_place()
