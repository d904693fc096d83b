"""Packs NIST's Public Key Interoperability Test Suite into two files.

    pip download --no-deps --no-binary :all: pyhanko-certvalidator==0.33.0
    tar xzf pyhanko_certvalidator-0.33.0.tar.gz
    python3 make.py pyhanko_certvalidator-0.33.0/tests/fixtures/nist_pkits

That source package (MIT) carries the certificates and lists of NIST, which are in the public domain, and a
table of the tests with their settings. `pkits.bin` holds, for each file, the length of its name and of its
content as two big-endian 32-bit numbers, then both; `pkits.json` is the table without messages.
"""

import json
import pathlib
import struct
import sys

source = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent
with open(here / "pkits.bin", "wb") as packed:
    for file in sorted([*source.glob("certs/*.crt"), *source.glob("crls/*.crl")]):
        name, content = file.name.encode(), file.read_bytes()
        packed.write(struct.pack(">II", len(name), len(content)) + name + content)
cases = [
    {
        "id": case["id"],
        "name": case["name"],
        "cert": case["cert"],
        "certificates": case.get("other_certs", []) + case.get("path_intermediates", []),
        "lists": case.get("crls", []),
        "valid": "error" not in case,
        **({"params": case["params"]} if "params" in case else {}),
    }
    for case in json.load(open(source / "pkits.json"))
]
lines = ",\n".join(json.dumps(case) for case in cases)
(here / "pkits.json").write_text(f"[\n{lines}\n]\n")
