"""Checks the chain of an evidence bundle, from its description alone: nothing here is shared with the service.

    chain.py BUNDLE.zip...     one line of JSON for each: {"faults": [{"place": .., "what": ..}], ..}

Python's standard library only. Looked at: the archive, the files of the manifest, both hash chains, every commitment
whose value is disclosed, where the chains end, and the states of the signed document. Not looked at: signatures.
"""

import hashlib
import io
import json
import re
import struct
import sys
import zlib

MANIFEST, EVIDENCE = "manifest.json", "evidence.json"
HEX = re.compile(r"[0-9a-f]{64}\Z")
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\Z")
ENDINGS = {
    "DONE": "RequestClosed",
    "ERROR": "DocumentRejected",
    "DECLINED": "SignatureDeclined",
    "EXPIRED": "RequestExpired",
    "CANCELLED": "RequestCancelled",
}


class Fault(Exception):
    """What does not hold, and where."""

    def __init__(self, place, what):
        super().__init__(what)
        self.place, self.what = place, what


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def strict(text):
    """JSON in which a name stands once, and no number is anything but a whole one."""

    def once(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise ValueError("a name stands there twice")
        return dict(pairs)

    def refuse(number):
        raise ValueError(f"{number} is not a whole number")

    return json.loads(text, object_pairs_hook=once, parse_float=refuse, parse_constant=refuse)


def canonical(value):
    """RFC 8785 for texts, whole numbers, booleans, lists and objects."""
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return b"{" + b",".join(canonical(name) + b":" + canonical(it) for name, it in pairs) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(canonical(it) for it in value) + b"]"
    return json.dumps(value, ensure_ascii=False).encode()


def headers(name, data, offset):
    """What stands before a file, and what the directory says of it."""
    name = name.encode()
    common = struct.pack("<HHHHHIIIH", 20, 0, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(name))
    local = b"PK\x03\x04" + common + b"\0\0" + name
    return local, b"PK\x01\x02" + struct.pack("<H", 20) + common + b"\0" * 12 + struct.pack("<I", offset) + name


def unzip(archive):
    """The files of an archive that holds nothing else: it is to the byte what they give."""
    files, at, directory = {}, 0, b""
    while archive[at : at + 4] == b"PK\x03\x04":
        size, length = struct.unpack("<IH", archive[at + 22 : at + 28])
        name = archive[at + 30 : at + 30 + length]
        start = at + 30 + length
        data = archive[start : start + size]
        try:
            name = name.decode("ascii")
        except UnicodeDecodeError as error:
            raise Fault("archive", "a name is not plain") from error
        local, central = headers(name, data, at)
        if archive[at:start] != local or not NAME.match(name) or len(name) > 200 or name in files:
            raise Fault("archive", "a file is not stored as it should be")
        if len(data) != size:
            raise Fault("archive", "ends within a file")
        files[name] = data
        directory += central
        at = start + size
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(files), len(files), len(directory), at, 0)
    if archive[at:] != directory + end:
        raise Fault("archive", "its directory is not that of its files")
    return files


def open_bundle(archive):
    try:
        files = unzip(archive)
    except struct.error as error:
        raise Fault("archive", "cannot be read") from error
    if next(iter(files), None) != MANIFEST:
        raise Fault(MANIFEST, "is missing")
    try:
        manifest = json.loads(files.pop(MANIFEST).decode())
        shape = [manifest[name] for name in ("request", "state", "events", "custody", "files")]
        assert manifest["version"] == 1 and all(it is not None for it in shape)
    except (ValueError, KeyError, AssertionError, UnicodeDecodeError, TypeError) as error:
        raise Fault(MANIFEST, "has an unknown form") from error
    try:
        evidence = json.loads(files[EVIDENCE].decode())
        for name in ("version", "request", "events", "custody", "disclosures"):
            evidence[name]
    except (ValueError, KeyError, UnicodeDecodeError, TypeError) as error:
        raise Fault(EVIDENCE, "is missing, or has an unknown form") from error
    return manifest, evidence, files


def check_files(manifest, files):
    listed = {entry["name"]: entry for entry in manifest["files"]}
    for name, entry in listed.items():
        if name not in files:
            yield Fault(name, "is missing")
        elif (len(files[name]), sha256(files[name])) != (entry["sizeBytes"], entry["sha256"]):
            yield Fault(name, "is not what the manifest says")
    for name in files:
        if name not in listed:
            yield Fault(name, "is not in the manifest")


def derive(request, chain, links):
    """The length and the head of a chain; the fault names the first event that does not follow."""
    head, last = "0" * 64, ""
    for seq, link in enumerate(links):
        place = f"{chain} {seq}"
        text = link["event"].encode()
        try:
            body = strict(link["event"])
        except ValueError as error:
            raise Fault(place, "is not JSON") from error
        if not isinstance(body, dict) or canonical(body) != text:
            raise Fault(place, "is not in canonical form")
        expected = {"v": 1, "request": request, "seq": seq, "prev": head}
        for name, value in expected.items():
            if body.get(name) != value or isinstance(body.get(name), bool):
                raise Fault(place, f"{name} is not as it should be")
        at = body.get("at")
        # Times are written with fixed places, so they sort as text.
        if not isinstance(at, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", at) or at < last:
            raise Fault(place, "is earlier than the event before it, or has no date")
        last = at
        head = sha256(b"paraphe/event/v1\0", bytes.fromhex(head), text)
        if link["hash"] != head:
            raise Fault(place, "does not match its hash")
    return {"length": len(links), "hash": head}


def check_commitments(request, evidence, found):
    """Every value that is disclosed is the one that was committed to."""
    open_ones = {}
    for chain, links in (("event", evidence["events"]), ("custody", evidence["custody"])):
        for seq, link in enumerate(links):
            try:
                commitments = json.loads(link["event"]).get("commitments", {})
                open_ones.update({(chain, seq, name): it for name, it in commitments.items()})
            except (ValueError, AttributeError):
                continue
    seen = set()
    for disclosed in evidence["disclosures"]:
        for name, field in disclosed["fields"].items():
            key = (disclosed["chain"], disclosed["seq"], name)
            place = f"{key[0]} {key[1]} {name}"
            if key in seen:
                yield Fault(place, "is disclosed twice")
                continue
            seen.add(key)
            if key not in open_ones:
                yield Fault(place, "was never committed to")
                continue
            value = canonical([request, disclosed["seq"], name, field["value"]])
            salt = bytes.fromhex(field["salt"]) if HEX.match(field["salt"]) else b""
            if len(salt) == 32 and sha256(b"paraphe/commitment/v1\0", salt, value) == open_ones.pop(key):
                found["commitments"] += 1
            else:
                open_ones.pop(key, None)
                yield Fault(place, "is not what was committed to")
    found["undisclosed"] = len(open_ones)


def check_ending(manifest, evidence):
    """A procedure that ended has the event that ended it as its last one."""
    bodies = [json.loads(link["event"]) for link in evidence["events"]]
    # Where another of the same group can still act, a refusal ends nothing.
    goes_on = lambda body: body.get("kind") == "SignatureDeclined" and body["facts"].get("ends") is not True
    kinds = [None if goes_on(body) else body.get("kind") for body in bodies]
    ending = ENDINGS.get(manifest["state"])
    ended = None
    for kind in kinds:
        if kind in ENDINGS.values():
            ended = kind
        elif kind == "RequestReactivated":
            ended = None
    if ended != ending:
        return Fault("event", "the events end in another state than the manifest says")
    if ending and kinds[-1] != ending:
        return Fault("event", "the chain goes on after its end")
    return None


def check(archive):
    found = {"commitments": 0, "undisclosed": 0, "faults": []}
    faults = found["faults"]
    try:
        manifest, evidence, files = open_bundle(archive)
    except Fault as fault:
        faults.append({"place": fault.place, "what": fault.what})
        return found
    request = evidence["request"]
    note = lambda fault: faults.append({"place": fault.place, "what": fault.what})
    for fault in check_files(manifest, files):
        note(fault)
    if evidence["version"] != 1:
        note(Fault("evidence", "has an unknown version"))
    heads = {}
    for chain, name in (("event", "events"), ("custody", "custody")):
        try:
            heads[name] = derive(request, chain, evidence[name])
        except Fault as fault:
            note(fault)
    for fault in check_commitments(request, evidence, found):
        note(fault)
    if request != manifest["request"]:
        note(Fault(EVIDENCE, "is of another request than the manifest"))
    if len(heads) == 2:
        for chain, name in (("event", "events"), ("custody", "custody")):
            if heads[name] != manifest[name]:
                note(Fault(chain, "ends elsewhere than the manifest says"))
        if fault := check_ending(manifest, evidence):
            note(fault)
    return found


def main(paths):
    for path in paths:
        with io.open(path, "rb") as file:
            print(json.dumps(check(file.read())))


if __name__ == "__main__":
    main(sys.argv[1:])
