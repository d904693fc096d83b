#!/usr/bin/env python3
"""Writes contract.pdf, the document of the demo: two pages, standard fonts, classic cross-reference table.

The output depends on nothing but this file: python3 contract.py
"""
from pathlib import Path

PAGES = [
    [
        ("F2", 20, 790, "Consulting Agreement"),
        ("F1", 11, 762, "between Example Engines Ltd., 12 Sample Street, Springfield (the Client)"),
        ("F1", 11, 746, "and the Consultant who signs below (the Consultant)."),
        ("F2", 13, 708, "1. Services"),
        ("F1", 11, 688, "The Consultant reviews the Client's analytical engine, reports in writing on its"),
        ("F1", 11, 672, "correctness, and proposes improvements. The work is done at a place of the"),
        ("F1", 11, 656, "Consultant's choice, in the hours that both parties find convenient."),
        ("F2", 13, 618, "2. Fee"),
        ("F1", 11, 598, "The Client pays 900.00 EUR for each day of work, plus value added tax where it is"),
        ("F1", 11, 582, "due, within thirty days after an invoice has been received."),
        ("F2", 13, 544, "3. Results"),
        ("F1", 11, 524, "All reports and programs that the Consultant makes for the Client under this"),
        ("F1", 11, 508, "agreement belong to the Client as soon as they have been paid."),
        ("F2", 13, 470, "4. Confidentiality"),
        ("F1", 11, 450, "Each party keeps secret what it learns about the other in the course of the work,"),
        ("F1", 11, 434, "during this agreement and for three years after its end."),
        ("F1", 9, 60, "This is a sample document. It binds nobody."),
        ("F1", 9, 40, "Page 1 of 2"),
    ],
    [
        ("F2", 13, 790, "5. Term"),
        ("F1", 11, 770, "The agreement begins with the last signature. Each party may end it in writing"),
        ("F1", 11, 754, "with fourteen days' notice. Work that has been done is paid."),
        ("F2", 13, 716, "6. Form and law"),
        ("F1", 11, 696, "Changes need writing. A simple electronic signature with a one-time password"),
        ("F1", 11, 680, "suffices for this agreement and for its changes."),
        ("F2", 13, 622, "Signatures"),
        ("F1", 10, 590, "For the Client"),
        ("F1", 9, 40, "Page 2 of 2"),
    ],
]


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def content(number: int) -> bytes:
    parts = []
    for font, size, y, text in PAGES[number]:
        parts.append(f"BT /{font} {size} Tf 72 {y} Td ({escape(text)}) Tj ET")
    if number == 1:
        parts.append("BT /F1 10 Tf 320 590 Td (The Consultant) Tj ET")
        parts.append("0.6 w 0.55 G 72 522 m 252 522 l S 320 522 m 500 522 l S")
    return "\n".join(parts).encode("ascii") + b"\n"


def main() -> None:
    streams = [content(0), content(1)]
    resources = "/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >>"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {} /Contents {} 0 R >>"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        page.format(resources, 7).encode(),
        page.format(resources, 8).encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        *(b"<< /Length %d >>\nstream\n" % len(it) + it + b"endstream" for it in streams),
        b"<< /Title (Consulting Agreement) /Producer (contract.py) >>",
    ]
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    identifier = b"<7061726170686520636f6e7472616374>"
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R /ID [%s %s] >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(bodies) + 1, len(bodies), identifier, identifier, start)
    Path(__file__).with_name("contract.pdf").write_bytes(out)


if __name__ == "__main__":
    main()
