"""A check list of PDF/A-3b (ISO 19005-3) for the audit trail on paper: what veraPDF would be asked, written down.

`archival.py FILE` prints the first thing that does not hold, and fails.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
CLAIM = "{http://www.aiim.org/pdfa/ns/id/}"
# Clause 6.6.1: what an archive must not do.
ACTIONS = {"/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans",
           "/GoTo3DView", "/JavaScript", "/JS"}  # fmt: skip


def of(value, name: str, otherwise=None):
    """What stands under a name, wherever it is written."""
    return value[name] if name in value else otherwise


def each(values) -> list:
    """The members of a list, wherever they are written."""
    return [values[index] for index in range(len(values))]


def objects(reader: PdfFileReader):
    """Every object of the file, by its number."""
    for section in (reader.xrefs.explicit_refs_in_revision(it) for it in range(reader.xrefs.total_revisions)):
        for number, generation in {(it[0], it[1]) if isinstance(it, tuple) else (it.idnum, it.generation) for it in section}:
            yield reader.get_object(generic.Reference(number, generation, reader))


def within(value, depth=0):
    """A value and everything directly inside it."""
    yield value
    if depth > 40:
        return
    if isinstance(value, generic.DictionaryObject):
        for name in value:
            yield from within(value.raw_get(name), depth + 1)
    elif isinstance(value, generic.ArrayObject):
        for index in range(len(value)):
            yield from within(value.raw_get(index), depth + 1)


def archival(path: Path) -> str | None:
    """What does not hold; `None` when all does."""
    data = path.read_bytes()
    if not data.startswith(b"%PDF-1.") or data[8:9] not in b"\r\n" or not all(it > 127 for it in data[10:14]):
        return "6.1.2: the header is not that of an archive"
    reader = PdfFileReader(path.open("rb"), strict=True)
    root = reader.root
    if reader.encrypted or "/Encrypt" in reader.trailer:
        return "6.1.3: it is encrypted"
    if "/ID" not in reader.trailer:
        return "6.1.3: there is no file identifier"
    metadata = root["/Metadata"]
    if "/Filter" in metadata:
        return "6.6.2.1: the metadata are compressed"
    tree = ElementTree.fromstring(metadata.data)
    claims = {}
    for description in tree.iter(f"{RDF}Description"):
        claims.update({name: value for name, value in description.attrib.items() if name.startswith(CLAIM)})
        claims.update({it.tag: it.text for it in description if it.tag.startswith(CLAIM)})
    if (claims.get(f"{CLAIM}part"), claims.get(f"{CLAIM}conformance")) != ("3", "B"):
        return f"6.6.4: it claims {claims}"
    intents = each(of(root, "/OutputIntents", []))
    profiles = [it for it in intents if it["/S"] == "/GTS_PDFA1" and b"acsp" in it["/DestOutputProfile"].data[:64]]
    if len(profiles) != 1:
        return "6.2.3: there is not one output intent with a profile"
    if of(of(root, "/AcroForm", {}), "/NeedAppearances"):
        return "6.4.1: viewers are asked to draw forms"
    files = each(of(root, "/AF", []))
    if [of(it, "/AFRelationship") for it in files] != ["/Data"] or "/UF" not in files[0] or "/EF" not in files[0]:
        return "6.8: the attachment has no relationship to the document"
    embedded = files[0]["/EF"]["/F"]
    if of(embedded, "/Subtype") != "/application/json" or b'"events"' not in embedded.data:
        return "6.8: the attachment is not the evidence"
    if "/JavaScript" in of(root, "/Names", {}) or "/AA" in root:
        return "6.6.1: it does something by itself"
    fonts = 0
    for value in (inner for it in objects(reader) for inner in within(it)):
        if not isinstance(value, generic.DictionaryObject):
            continue
        if of(value, "/S") in ACTIONS and of(value, "/Type") in (None, "/Action"):
            return f"6.6.1: an action {value['/S']}"
        if of(value, "/Type") == "/FontDescriptor":
            fonts += 1
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(value):
                return "6.2.11.4: a font is not embedded"
        if of(value, "/Type") == "/Font" and of(value, "/Subtype") != "/Type3" and "/ToUnicode" not in value:
            if of(value, "/Subtype") not in ("/CIDFontType0", "/CIDFontType2"):
                return "6.2.11.7: letters of a font cannot be told"
        if of(value, "/Subtype") == "/Widget" and of(value, "/Rect") and "/AP" not in value:
            left, low, right, high = value["/Rect"]
            if left != right and low != high:
                return "6.3.3: an annotation has no appearance"
        if isinstance(value, generic.StreamObject) and "/LZWDecode" in str(of(value, "/Filter")):
            return "6.1.7: a stream is compressed by LZW"
        if of(value, "/Type") == "/ExtGState" and of(value, "/TR") not in (None, "/Identity"):
            return "6.2.5: a transfer function"
    return None if fonts else "there is no font at all"


if __name__ == "__main__":
    found = archival(Path(sys.argv[1]))
    print(found or "holds")
    sys.exit(1 if found else 0)
