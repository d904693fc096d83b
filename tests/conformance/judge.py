"""What independent validators say about a sealed PDF.

`judge` returns one finding per question asked; a file conforms when every finding is `None`.
"""

import asyncio
import logging
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import cms
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESStatus
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.ades import (
    ades_basic_validation,
    ades_lta_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    FreshnessReqType,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

# pyHanko logs every refusal with a stack trace; the findings carry the reason.
logging.disable(logging.CRITICAL)

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


@dataclass(frozen=True)
class Expectation:
    """What a sealed file must be."""

    original: bytes
    signatures: int
    root: Path
    level: str = "B-B"
    password: str = ""
    revocation: bool = True
    """Whether each certificate but the root must be shown not to be revoked."""
    renewals: int = 0
    """How often the document time-stamp was renewed."""


def judge(sealed: Path, expected: Expectation, only: tuple[str, ...] = ()) -> dict[str, str | None]:
    """Asks every validator; the answer is `None` where it is content, and its complaint elsewhere."""
    questions = {
        "prefix": _prefix,
        "qpdf": _qpdf,
        "pdfsig": _pdfsig,
        "openssl": _openssl,
        "baseline": _baseline,
        "pyhanko validate": _pyhanko_validate,
        "pyhanko adesverify": _pyhanko_adesverify,
    }
    findings = {}
    for name, ask in questions.items():
        if only and name not in only:
            continue
        try:
            findings[name] = ask(sealed, expected)
        except Exception as error:  # A validator that breaks down has not accepted.
            findings[name] = f"{type(error).__name__}: {error}"
    return findings


def _prefix(sealed: Path, expected: Expectation) -> str | None:
    if sealed.read_bytes().startswith(expected.original):
        return None
    return "the original is not a prefix"


def _qpdf(sealed: Path, expected: Expectation) -> str | None:
    done = _run("qpdf", "--check", f"--password={expected.password}", sealed)
    return None if done.returncode == 0 else done.stdout + done.stderr


def _pdfsig(sealed: Path, expected: Expectation) -> str | None:
    done = _run("pdfsig", "-nocert", "-upw", expected.password, sealed)
    said = done.stdout + done.stderr
    # poppler cannot judge document time-stamps; OpenSSL and pyHanko do.
    valid = said.count("Signature Validation: Signature is Valid.")
    if valid != expected.signatures:
        return f"{valid} valid signatures: {said}"
    *_, last = said.split("Signature #")
    if expected.level != "B-LT" and "Total document signed" not in last:
        return f"the last signature does not cover the file: {said}"
    return None


def _openssl(sealed: Path, expected: Expectation) -> str | None:
    data = sealed.read_bytes()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for number, embedded in enumerate(_signatures(sealed, expected)):
            a, b, c, d = (int(part) for part in embedded.byte_range)
            (directory / "content").write_bytes(data[a : a + b] + data[c : c + d])
            (directory / "cms").write_bytes(embedded.pkcs7_content)
            if embedded.sig_object_type == "/DocTimeStamp":
                command = "ts -verify -token_in -in cms -data content".split()
            else:
                command = "cms -verify -cades -binary -inform DER -in cms -content content".split()
                command += ["-purpose", "any", "-out", "verified"]
            done = _run("openssl", *command, "-CAfile", expected.root, cwd=directory)
            if done.returncode != 0:
                return f"signature {number}: {done.stderr}"
    return None


def _baseline(sealed: Path, expected: Expectation) -> str | None:
    """What EN 319 142-1 asks of a baseline signature and validators seldom look at."""
    found = list(_signatures(sealed, expected))
    seals = [one for one in found if one.sig_object_type == "/Sig"]
    if len(seals) != expected.signatures:
        return f"{len(seals)} signatures"
    if len(found) - len(seals) != _document_timestamps(expected):
        return f"{len(found) - len(seals)} document time-stamps"
    for seal in seals:
        dictionary = seal.sig_object
        if dictionary["/SubFilter"] != "/ETSI.CAdES.detached":
            return f"SubFilter {dictionary['/SubFilter']}"
        if "/M" not in dictionary or "/Cert" in dictionary:
            return "/M is missing or /Cert is present"
        content = cms.ContentInfo.load(seal.pkcs7_content)["content"]
        [signer] = content["signer_infos"]
        signed = {attribute["type"].native for attribute in signer["signed_attrs"]}
        if signed != {"content_type", "message_digest", "signing_certificate_v2"}:
            return f"signed attributes {signed}"
        unsigned = {attribute["type"].native for attribute in signer["unsigned_attrs"] or ()}
        if unsigned != (set() if expected.level == "B-B" else {"signature_time_stamp_token"}):
            return f"unsigned attributes {unsigned}"
        if content.dump(force=True) != content.dump():
            return "the CMS is not DER"
    dss = _reader(sealed, expected).root.get("/DSS")
    if (dss is not None) != (expected.level in ("B-LT", "B-LTA")):
        return "the DSS is not what the level asks for"
    return None


def _pyhanko_validate(sealed: Path, expected: Expectation) -> str | None:
    signatures = _reader(sealed, expected).embedded_regular_signatures
    for number, embedded in enumerate(signatures):
        context = ValidationContext(
            trust_roots=_roots(expected),
            allow_fetching=expected.revocation,
            fetcher_backend=RequestsFetcherBackend(),
            revocation_mode="hard-fail" if expected.revocation else "soft-fail",
        )
        status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context))
        if not status.bottom_line:
            return f"signature {number}: {status.pretty_print_details()}"
        whole = number == len(signatures) - 1 and expected.level in ("B-B", "B-T")
        if whole and status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
            return f"signature {number} covers {status.coverage}"
        if status.docmdp_ok is False:
            return f"signature {number}: a later revision is not permitted"
    return None


def _pyhanko_adesverify(sealed: Path, expected: Expectation) -> str | None:
    """The validation processes of EN 319 102-1: basic, with time, and with long-term material."""
    policy = _policy(expected)
    for number, embedded in enumerate(_reader(sealed, expected).embedded_regular_signatures):
        plain = (embedded.signed_data, policy.signature_validation_spec)
        if expected.level == "B-B":
            process = ades_basic_validation(*plain, raw_digest=embedded.compute_digest())
        elif expected.level == "B-LTA":
            process = ades_lta_validation(embedded, policy, timing_info=ValidationTimingInfo.now())
        else:
            process = ades_with_time_validation(*plain, raw_digest=embedded.compute_digest())
        result = asyncio.run(process)
        if result.ades_subindic.status != AdESStatus.PASSED:
            return f"signature {number}: {result.ades_subindic} {result.failure_msg}"
    return None


def _policy(expected: Expectation) -> PdfSignatureValidationSpec:
    revocation = CertRevTrustPolicy(NO_REVOCATION)
    if expected.revocation:
        revocation = CertRevTrustPolicy(
            REQUIRE_REVINFO,
            freshness=None,
            freshness_req_type=FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION,
        )
    roots = _roots(expected)
    return PdfSignatureValidationSpec(
        signature_validation_spec=SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(roots), revinfo_policy=revocation
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                fetcher_backend=RequestsFetcherBackend()
            ),
            local_knowledge=LocalKnowledge(known_certs=roots),
        ),
        diff_policy=DEFAULT_DIFF_POLICY,
    )


def _roots(expected: Expectation) -> list:
    return list(load_certs_from_pemder([str(expected.root)]))


def _document_timestamps(expected: Expectation) -> int:
    return 1 + expected.renewals if expected.level == "B-LTA" else 0


def _reader(sealed: Path, expected: Expectation) -> PdfFileReader:
    # Strict reading refuses every hybrid file, whoever made it.
    handle = sealed.open("rb")
    reader = PdfFileReader(handle, strict=b"/XRefStm" not in expected.original)
    if reader.encrypted:
        outcome = reader.decrypt(expected.password)
        if outcome.status == AuthStatus.FAILED:
            raise ValueError("the password does not open the file")
    return reader


def _signatures(sealed: Path, expected: Expectation):
    return _reader(sealed, expected).embedded_signatures


def _run(*command, cwd=None) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, errors="replace", cwd=cwd
    )
