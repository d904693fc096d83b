"""Checks the chain of an evidence bundle, from its description alone: nothing here is shared with the service.

    chain.py BUNDLE.zip...     one line of JSON for each: {"faults": [{"place": .., "what": ..}], ..}

Python's standard library only. Looked at: the archive, the files of the manifest, both chains, each commitment whose
value is disclosed, erasures, ends, states of the documents. Not looked at: signatures, time-stamps, the log.
"""

import datetime
import hashlib
import json
import re
import struct
import sys
import zlib

MANIFEST, EVIDENCE = "manifest.json", "evidence.json"
ACCEPTED, SIGNED = "documents/accepted.pdf", "documents/signed.pdf"
HEX = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")
ENDINGS = {"DONE": "RequestClosed", "ERROR": "DocumentRejected", "DECLINED": "SignatureDeclined",
           "EXPIRED": "RequestExpired", "CANCELLED": "RequestCancelled"}  # fmt: skip
# The shapes of both files: a type, [each of a list], {each member of an object}, or {None: each value of a map}.
HEAD, FILES = {"length": int, "hash": str}, [{"name": str, "sizeBytes": int, "sha256": str}]
MANIFEST_SHAPE = {"version": int, "request": str, "state": str, "madeAt": str, "software": str, "events": HEAD,
                  "custody": HEAD, "files": FILES, "leftOut": FILES, "erased": [str]}  # fmt: skip
LINKS = [{"hash": str, "event": str}]
DISCLOSED = {"chain": str, "seq": int, "owner": str, "fields": {None: {"salt": str, "value": object}}}
EVIDENCE_SHAPE = {"version": int, "request": str, "events": LINKS, "custody": LINKS, "disclosures": [DISCLOSED]}
# Events that name somebody, with values that are the integrator's own.
OF_THE_INTEGRATOR = ["AttachmentAccepted", "AttachmentRejected", "EvidenceErased"]


class Fault(Exception):
    """Where something does not hold, and what."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).hexdigest()


def strict(text):
    """JSON in which a name stands once, numbers are whole and exact in a double, and nothing is very deep."""
    def once(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a name stands there twice")
        return dict(pairs)
    def whole(digits):
        if digits == "-0" or len(digits) > 17 or abs(int(digits)) > 2**53 - 1:
            raise ValueError("a number is not exact")
        return int(digits)
    def depth(value):
        if isinstance(value, str):
            value.encode()
        if not isinstance(value, (dict, list)):
            return 0
        return 1 + max(map(depth, [*value, *value.values()] if isinstance(value, dict) else value), default=0)
    try:
        value = json.loads(text, object_pairs_hook=once, parse_int=whole, parse_float=whole, parse_constant=whole)
        if depth(value) <= 64:
            return value
    except RecursionError:
        pass
    raise ValueError("is too deep")


def fits(value, shape):
    """Whether a value has a shape, to the last member."""
    if isinstance(shape, dict):
        known = isinstance(value, dict) and (None in shape or value.keys() == shape.keys())
        return known and all(fits(it, shape.get(name, shape.get(None))) for name, it in value.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(it, shape[0]) for it in value)
    return isinstance(value, shape) and (shape is not int or (value is not True and value is not False and value >= 0))


def canonical(value):
    """RFC 8785 for texts, whole numbers, booleans, lists and objects."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(canonical(name) + b":" + canonical(value[name]) for name in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(canonical(it) for it in value) + b"]"
    return json.dumps(value, ensure_ascii=False).encode()


def unzip(archive):
    """The files of an archive that holds nothing else: it is to the byte what they give."""
    files, at, directory = {}, 0, b""
    while archive[at : at + 4] == b"PK\x03\x04":
        size, length = struct.unpack("<IH", archive[at + 22 : at + 28])
        start = at + 30 + length
        raw, data = archive[at + 30 : start], archive[start : start + size]
        name = raw.decode("ascii")
        common = struct.pack("<HHHHHIIIH", 20, 0, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(raw))
        plain = NAME.fullmatch(name) and len(name) <= 200 and name not in files
        if archive[at:start] != b"PK\x03\x04" + common + b"\0\0" + raw or not plain or len(data) != size:
            raise Fault("archive", "a file is not stored as it should be")
        files[name] = data
        directory += b"PK\x01\x02\x14\0" + common + b"\0" * 12 + struct.pack("<I", at) + raw
        at = start + size
    if archive[at:] != directory + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, *[len(files)] * 2, len(directory), at, 0):
        raise Fault("archive", "its directory is not that of its files")
    return files


def open_bundle(archive, note):
    try:
        files = unzip(archive)
    except (struct.error, UnicodeDecodeError) as error:
        raise Fault("archive", "cannot be read") from error

    def read(name, shape):
        try:
            value = strict(files[name].decode())
            if fits(value, shape) and value["version"] < 2**32:
                return value
        except (ValueError, KeyError):
            pass
        raise Fault(name, "is missing, or has an unknown form")

    manifest = read(MANIFEST, MANIFEST_SHAPE) if next(iter(files), None) == MANIFEST else {}
    if manifest.get("version") != 1:
        raise Fault(MANIFEST, "is missing, or has an unknown version")
    del files[MANIFEST]
    for entry in manifest["files"]:
        name, said = entry["name"], (entry["sizeBytes"], entry["sha256"])
        if name not in files or (len(files[name]), sha256(files[name])) != said:
            note(name, "is missing, or not what the manifest says")
    for name in files.keys() - {entry["name"] for entry in manifest["files"]}:
        note(name, "is not in the manifest")
    return manifest, read(EVIDENCE, EVIDENCE_SHAPE), files


def is_date(text):
    try:
        return bool(DATE.fullmatch(text) and datetime.date.fromisoformat(text[:10]))
    except (TypeError, ValueError):
        return False


def parsed(link):
    try:
        body = strict(link["event"])
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def derive(request, chain, links):
    """The length and the head of a chain; the fault names the first event that does not follow."""
    head, last = "0" * 64, "1970-01-01T00:00:00.000Z"
    for seq, link in enumerate(links):
        body = parsed(link)
        if body is None or canonical(body).decode() != link["event"]:
            raise Fault(f"{chain} {seq}", "is not in canonical form")
        for name, value in {"v": 1, "request": request, "seq": seq, "prev": head}.items():
            if body.get(name) != value or isinstance(body.get(name), bool):
                raise Fault(f"{chain} {seq}", f"{name} is not as it should be")
        # Times are written with fixed places, so they sort as text.
        if not is_date(body.get("at")) or body["at"] < last:
            raise Fault(f"{chain} {seq}", "is earlier than the event before it, or has no date")
        last, head = body["at"], sha256(b"paraphe/event/v1\0", bytes.fromhex(head), link["event"].encode())
        if link["hash"] != head:
            raise Fault(f"{chain} {seq}", "does not match its hash")
    return {"length": len(links), "hash": head}


def bodies(links):
    """The events of a chain, as far as they can be read."""
    for body in map(parsed, links):
        facts = (body or {}).get("facts")
        yield {**(body or {}), "facts": facts if isinstance(facts, dict) else {}}


def owner_of(body, field):
    """Whose value it is, as far as the event tells: of whom its name counts, of whom the event is, or of who did it."""
    facts, actor, (folder, *rest) = body["facts"], body.get("actor"), field.split("/")
    if body.get("kind") in OF_THE_INTEGRATOR:
        return None
    if folder == "signatories":
        people = facts.get(folder) if isinstance(facts.get(folder), list) else []
        return {str(at): it for at, it in enumerate(people)}.get("".join(rest[:1]))
    is_own = isinstance(actor, dict) and actor.get("type") == "signatory"
    return facts.get("delegate" if folder == "delegate" else "signatory", actor.get("id") if is_own else None)


def check_commitments(evidence, found, note):
    """Every value that is disclosed is the one that was committed to; every other one was erased."""
    open_ones, erased = {}, set()
    for chain, links in (("event", evidence["events"]), ("custody", evidence["custody"])):
        for seq, body in enumerate(bodies(links)):
            commitments = body.get("commitments")
            for name, it in commitments.items() if isinstance(commitments, dict) else ():
                open_ones[chain, seq, name] = it, owner_of(body, name)
            scope, whom = body["facts"].get("scope"), body["facts"].get("signatory")
            if (chain, body.get("kind")) == ("custody", "EvidenceErased") and scope in ("request", "signatory"):
                whom = scope if scope == "request" else whom
                erased.add(whom) if whom and isinstance(whom, str) else note(f"custody {seq}", "erases nobody")
    found["erased"] = ["request"] if "request" in erased else sorted(erased)
    for disclosed in evidence["disclosures"]:
        for name, field in disclosed["fields"].items():
            chain, seq = disclosed["chain"], disclosed["seq"]
            place, (digest, _) = f"{chain} {seq} {name}", open_ones.pop((chain, seq, name), (None, None))
            value = canonical([evidence["request"], seq, name, field["value"]])
            salt = bytes.fromhex(field["salt"]) if HEX.fullmatch(field["salt"]) else b""
            if digest is None:
                note(place, "was never committed to, or is disclosed twice")
            elif salt and sha256(b"paraphe/commitment/v1\0", salt, value) == digest:
                found["commitments"] += 1
            else:
                note(place, "is not what was committed to")
    found["undisclosed"] = len(open_ones)
    for (chain, seq, name), (_, owner) in open_ones.items():
        if found["erased"] != ["request"] and owner not in found["erased"]:
            note(f"{chain} {seq} {name}", "is withheld, and nothing says it was erased")


def check_ending(manifest, evidence, note):
    """A procedure that ended has the event that ended it as its last one."""
    ended = place = None
    for seq, body in enumerate(bodies(evidence["events"])):
        kind = body.get("kind")
        # Where another of the same group can still act, a refusal ends nothing.
        goes_on = kind == "SignatureDeclined" and body["facts"].get("ends") is not True
        if kind in ENDINGS.values() and not goes_on:
            ended, place = kind, seq
        elif kind == "RequestReactivated":
            ended = place = None
    if ended != ENDINGS.get(manifest["state"]):
        note("event", "the events end in another state than the manifest says")
    elif ended and place != len(evidence["events"]) - 1:
        note("event", "the chain goes on after its end")


def check_documents(evidence, files, note):
    """The documents are those of the events, and every revision is a prefix of the signed one."""
    accepted, revisions, wanted = [], [], {}
    for body in bodies(evidence["events"]):
        facts, kind = body["facts"], body.get("kind")
        if kind == "DocumentAccepted":
            accepted, wanted[ACCEPTED] = [facts], facts.get("sha256")
        elif kind in ("RevisionSealed", "RequestClosed"):
            revisions.append(facts)
        elif kind == "AttachmentProvided":
            wanted[f"documents/attachment-{facts.get('attachment')}"] = facts.get("sha256")
    for name, data in files.items():
        if (name == ACCEPTED or name.startswith("documents/attachment-")) and sha256(data) != wanted.get(name):
            note(name, "is not the one of its event")
    whole = lambda facts, name: facts.get(name) if fits(facts.get(name), int) else None
    if (data := files.get(SIGNED)) is None:
        return
    for state in accepted + revisions:
        size = whole(state, "size_bytes") or 0
        if size > len(data) or sha256(data[:size]) != state.get("sha256"):
            note(SIGNED, "a revision is not the one of its event")
    last = revisions[-1] if revisions else {"revision": 0}
    if whole(last, "revision") is not None or (whole(last, "size_bytes") or 0) != len(data):
        note(SIGNED, "goes on after the revision of the closing seal")


def check(archive):
    found = {"commitments": 0, "undisclosed": 0, "erased": [], "faults": []}
    note = lambda place, what: found["faults"].append({"place": place, "what": what})
    try:
        manifest, evidence, files = open_bundle(archive, note)
    except Fault as fault:
        # Nothing is said of the files of what cannot be read.
        return {**found, "faults": [dict(zip(("place", "what"), fault.args))]}
    heads = {}
    if not re.fullmatch("[0-9a-f]{24}", evidence["request"]):
        note("evidence", "names no request")
    else:
        if evidence["version"] != 1:
            note("evidence", "has an unknown version")
        for chain, name in (("event", "events"), ("custody", "custody")):
            try:
                heads[name] = derive(evidence["request"], chain, evidence[name])
            except Fault as fault:
                note(*fault.args)
        check_commitments(evidence, found, note)
    if set(manifest["erased"]) != set(found["erased"]):
        note(MANIFEST, "names others than the custody chain says were erased")
    if evidence["request"] != manifest["request"]:
        note(EVIDENCE, "is of another request than the manifest")
    if len(heads) == 2:
        for chain, name in (("event", "events"), ("custody", "custody")):
            if heads[name] != manifest[name]:
                note(chain, "ends elsewhere than the manifest says")
        check_ending(manifest, evidence, note)
    check_documents(evidence, files, note)
    return found


if __name__ == "__main__":
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            print(json.dumps(check(file.read())))
