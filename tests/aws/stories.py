"""The stories that are played on the emulated cloud. Each is a function that takes the service."""

import base64
import datetime
import json
import random

from service import CONTRACT, PATIENCE, Receiver, Refused, Service, person


def two_people_sign(service: Service) -> None:
    """From the invitations to the sealed document, with a wrong code on the way, and its validation."""
    people = [person("Ada", "Lovelace"), person("Grace", "Hopper")]
    request = service.create(people)
    request.reach("WAIT_SIGNER")
    for it in people:
        request.sign(it)
    request.reach("DONE")
    signed = request.signed_document()
    holds(signed.startswith(CONTRACT), "the accepted document is the first prefix of the sealed one")
    kinds = request.evidence()
    for kind, count in {"OtpRejected": 2, "SignatureCreated": 2, "RevisionSealed": 2, "RequestClosed": 1}.items():
        holds(kinds.count(kind) == count, f"{count} {kind} in {kinds}")
    answer = service.expect(200, "POST", "/verify", {"inputDocument": base64.b64encode(signed).decode()})
    holds_seals(answer.json()["data"], 3)
    for form, beginning in (("application/pdf", b"%PDF-"), ("text/html", b"<!"), ("text/plain", b"")):
        trail = request.audit(form)
        holds(len(trail) > 1000 and trail.startswith(beginning), f"the audit trail is told as {form}")


def a_signatory_is_locked_out_and_let_in_again(service: Service) -> None:
    """Five wrong access codes lock; the tenant unlocks."""
    ada = person("Ada", "Lovelace")
    body = {"accessCode": "blue 42", "authentication": ["email"], "signatures": [{"page": 1, "x": "50", "y": "100"}]}
    request = service.create([], signers=[ada | body])
    signers = request.reach("WAIT_SIGNER")["signers"]
    token = request.token(ada)
    for _ in range(5):
        service.expect(422, "POST", "/sign/access", {"answers": ["red 7"]}, token)
    service.expect(423, "POST", "/sign/access", {"answers": ["blue 42"]}, token)
    service.expect(200, "POST", f"{request.path}/signers/{signers[0]['id']}/unlock")
    service.expect(200, "POST", "/sign/access", {"answers": ["blue 42"]}, token)
    request.sign(ada)
    request.reach("DONE")
    kinds = request.evidence()
    holds("SignatoryLocked" in kinds and "SignatoryUnlocked" in kinds, f"lock and unlocking stand in {kinds}")


def a_signatory_declines(service: Service) -> None:
    """One no ends the request for everyone."""
    people = [person("Ada", "Lovelace"), person("Grace", "Hopper")]
    request = service.create(people)
    request.reach("WAIT_SIGNER")
    declined = {"reason": "The price is wrong."}
    service.expect(200, "POST", "/sign/decline", declined, request.token(people[0]))
    request.reach("DECLINED")
    late = {"documentSha256": "0" * 64}
    service.expect(409, "POST", "/sign/presented", late, request.token(people[1]))


def a_deadline_passes(service: Service) -> None:
    """The schedule ends what nobody signed; a signatory is refused from the instant on."""
    ada = person("Ada", "Lovelace")
    now = datetime.datetime.now(datetime.timezone.utc)
    deadline = (now + datetime.timedelta(seconds=75)).isoformat(timespec="seconds")
    request = service.create([ada], expiresAt=deadline.replace("+00:00", "Z"))
    request.reach("WAIT_SIGNER")
    # At most a minute until the sweep, and the time that it takes.
    request.reach("EXPIRED", 75 + 60 + PATIENCE)
    holds("RequestExpired" in request.evidence(), "the end stands in the evidence")
    service.expect(410, "POST", "/sign/presented", {"documentSha256": "0" * 64}, request.token(ada))


def a_webhook_is_tried_again(service: Service) -> None:
    """A receiver that is away twice misses nothing."""
    receiver = Receiver(refusals=2)
    ada = person("Ada", "Lovelace")
    request = service.create([ada], callback={"url": receiver.url, "retry": 3, "custom": {"order": 7}})
    request.reach("WAIT_SIGNER")
    request.sign(ada)
    request.reach("DONE")
    wanted = {"DocumentAccepted", "SignatureCreated", "RequestClosed"}
    events = lambda: {headers["webhook-event"] for headers, _ in lowered(receiver.got)}
    service.until(f"callbacks of {wanted}", lambda: wanted <= events())
    holds(not receiver.still_refuses, "the receiver refused twice")
    holds(all(body["custom"] == {"order": 7} for _, body in receiver.got), "what is custom comes back")


def a_large_document_is_uploaded(service: Service) -> None:
    """Ten megabytes pass the gateway by a presigned address, in and out."""
    document = large_pdf(10_000_000)
    ada = person("Ada", "Lovelace")
    request = service.create([ada], inputDocuments=[service.upload(document)])
    request.reach("WAIT_SIGNER")
    token = request.token(ada)
    moved = service.call("GET", f"/sign/document?sha256={request.view(token)['document']['sha256']}", None, token)
    holds(moved.status_code == 303, f"a large document lies elsewhere, not {moved.status_code}")
    request.sign(ada)
    request.reach("DONE")
    signed = request.signed_document()
    holds(signed.startswith(document), "the large document is the first prefix of the sealed one")
    later = service.expect(202, "POST", "/verify", {"inputDocument": service.upload(signed)}).json()["data"]
    path = later["url"][later["url"].index("/verify/") :]

    def answered():
        answer = service.call("GET", path)
        holds(answer.status_code in (200, 202), f"{path} answers {answer.status_code}: {answer.text[:400]}")
        return answer.json()["data"] if answer.status_code == 200 else None

    holds_seals(service.until("the validation of an upload", answered), 2)


def evidence_is_copied_to_where_nobody_can_delete_it(service: Service) -> None:
    """The copy of a closed chain is locked until its ten years are over, and stays."""
    ada = person("Ada", "Lovelace")
    request = service.create([ada])
    request.reach("WAIT_SIGNER")
    request.sign(ada)
    request.reach("DONE")
    buckets, bucket = service.emulator.client("s3"), service.stack.physical["EvidenceCopies"]

    def copied():
        # What comes every five minutes comes again and again. A minute after the end, it finds something to do.
        service.fire("ArchiveEvidenceFunction")
        versions = buckets.list_object_versions(Bucket=bucket, Prefix="requests/10y/").get("Versions", [])
        return next((it for it in versions if request.id in it["Key"]), None)

    copy = service.until("the copy of the evidence", copied)
    object = {"Bucket": bucket, "Key": copy["Key"], "VersionId": copy["VersionId"]}
    locked = buckets.head_object(**object)
    holds(locked.get("ObjectLockMode") == "COMPLIANCE", f"the copy is locked: {locked.get('ObjectLockMode')}")
    today = datetime.datetime.now(datetime.timezone.utc)
    years = (locked["ObjectLockRetainUntilDate"] - today).days / 365.25
    holds(9.99 < years < 10.02, f"for ten years, not {years}")
    sooner = {"Mode": "COMPLIANCE", "RetainUntilDate": today + datetime.timedelta(days=1)}
    for attempt in (
        lambda: buckets.delete_object(**object),
        lambda: buckets.delete_object(**object, BypassGovernanceRetention=True),
        lambda: buckets.put_object_retention(**object, Retention=sooner, BypassGovernanceRetention=True),
    ):
        try:
            attempt()
        except buckets.exceptions.ClientError as refused:
            holds(refused.response["Error"]["Code"] == "AccessDenied", f"it is locked: {refused}")
        else:
            raise Refused("a locked copy was changed")
    kept = json.loads(buckets.get_object(**object)["Body"].read())
    holds(request.id in json.dumps(kept), "the copy is there as before")


def what_is_not_allowed_is_refused(service: Service) -> None:
    """Strangers, unknown paths, bodies without sense, and a second first key."""
    for stranger in ("pk_live_" + "0" * 72, "a-key-that-nobody-was-given"):
        status = service.call("GET", "/signatures", None, stranger).status_code
        holds(status in (401, 403), f"a stranger is answered {status}")
    nothing = service.expect(404, "GET", "/nothing/is/here")
    holds(nothing.json()["code"] == "route_unknown", f"the gateway answers with a problem: {nothing.text[:200]}")
    unknown = service.expect(404, "GET", "/signatures/00000000-0000-4000-8000-000000000000")
    holds(unknown.headers["Content-Type"].startswith("application/problem+json"), "a refusal is a problem")
    service.expect(422, "POST", "/EU-SES", {})
    try:
        service.first_key("acme", "Acme Ltd")
    except Refused as refused:
        holds("has a key" in str(refused), f"the tenant has a key: {refused}")
    else:
        raise Refused("a tenant was given its first key twice")


def an_operator_looks_after_it(service: Service) -> None:
    """Keys, client apps, the certificate and the figures, by the operator's program."""
    made = service.admin("keys", "create", "--tenant", "grace", "--name", "CI", "--display-name", "Grace Ltd")
    status = service.call("GET", "/signatures", None, made["key"]).status_code
    holds(status == 200, f"the new key lets in, not {status}")
    app = service.admin("client-apps", "create", "--tenant", "grace", "--name", "CRM", "--test")
    holds([it["id"] for it in service.admin("client-apps", "list", "--tenant", "grace")] == [app["id"]], "an app")
    tenants = {it["tenant"]: it["keys"] for it in service.admin("tenants")}
    holds(tenants["grace"] == 1 and "acme" in tenants, f"both tenants are there: {tenants}")
    service.admin("keys", "revoke", made["id"])
    holds(service.admin("keys", "list", "--tenant", "grace") == [], "the key is gone")
    shown = service.admin("seal-key", "show")
    holds("CN=Stage seal" in shown["subject"], f"the seal's certificate is shown: {shown['subject']}")
    holds("requests" in service.admin("stats"), "the figures are told")


# The first two have to wait for the clock: they are played while others are.
STORIES = [
    a_deadline_passes,
    evidence_is_copied_to_where_nobody_can_delete_it,
    what_is_not_allowed_is_refused,
    two_people_sign,
    a_signatory_is_locked_out_and_let_in_again,
    a_signatory_declines,
    an_operator_looks_after_it,
    a_large_document_is_uploaded,
    a_webhook_is_tried_again,
]


def holds(truth: bool, what: str) -> None:
    """Fails a story unless something is true."""
    if not truth:
        raise Refused(f"not so: {what}")


def holds_seals(worth: dict, count: int) -> None:
    """Fails a story unless a validation finds so many seals, and nothing against them."""
    holds(worth["nrOfSignatures"] == count, f"{count} seals are found, not {worth['nrOfSignatures']}")
    holds(worth["overall"]["indication"] != "TOTAL_FAILED", f"the seals hold: {worth['overall']}")


def lowered(got: list) -> list:
    """Callbacks with the names of their headers in small letters."""
    return [({name.lower(): it for name, it in headers.items()}, body) for headers, body in got]


def large_pdf(size: int) -> bytes:
    """A page with a picture of noise, so large that nothing makes it small."""
    side = 1000
    noise = random.Random(1).randbytes(size // side * side)
    picture = (
        f"<< /Type /XObject /Subtype /Image /Width {side} /Height {size // side} /ColorSpace /DeviceGray "
        f"/BitsPerComponent 8 /Length {len(noise)} >>\nstream\n"
    )
    content = "q 500 0 0 700 40 60 cm /I Do Q"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /XObject << /I 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream".encode(),
        picture.encode() + noise + b"\nendstream",
    ]
    file, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(file))
        file += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(file)
    file += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    file += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    file += f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(file)
