"""Starts the service, checks its OpenAPI document, and lets schemathesis call every operation."""

import argparse
import base64
import copy
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "conformance"))

from service import Service  # noqa: E402


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--service", type=Path, required=True)
    arguments.add_argument("--examples", type=int, required=True)
    arguments.add_argument("schemathesis", nargs="*", help="further arguments of schemathesis")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        with Service(given.service, folder / "state") as service:
            document = requests.get(f"{service.url}/openapi.json", timeout=60).json()
            OpenAPIV31SpecValidator(document).validate()
            found = wrong_examples(document)
            print(f"examples: {found[0]}, against their schemas: {len(found[1])}", flush=True)
            if found[1]:
                print("\n".join(found[1]))
                return 1
            operations = sum(len(it) - ("parameters" in it) for it in document["paths"].values())
            print(f"OpenAPI 3.1: valid, {len(document['paths'])} paths, {operations} operations", flush=True)
            sealed = folder / "openapi.json"
            sealed.write_text(json.dumps(seal(document)))
            return call(service, sealed, given.examples, given.schemathesis)


def wrong_examples(document: dict) -> tuple[int, list[str]]:
    """How many examples there are, and those that their own schemas refuse."""
    registry = Registry().with_resource("urn:document", DRAFT202012.create_resource(document))
    count, wrong = 0, []

    def look(node, at: str) -> None:
        nonlocal count
        if isinstance(node, list):
            for index, it in enumerate(node):
                look(it, f"{at}/{index}")
        if not isinstance(node, dict):
            return
        schema = node.get("schema")
        if isinstance(schema, dict):
            named = node.get("examples", {})
            values = [*(it["value"] for it in named.values() if "value" in it), *([node["example"]] if "example" in node else [])]
            check(absolute(schema), values, at)
        if "type" in node or "pattern" in node or "oneOf" in node:
            values = node.get("examples")
            check(absolute(node), values if isinstance(values, list) else [], at)
        for name, it in node.items():
            if name not in ("examples", "example"):
                look(it, f"{at}/{name}")

    def check(schema, values, at: str) -> None:
        nonlocal count
        validator = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for value in values:
            count += 1
            wrong.extend(f"{at}: {error.message[:200]}" for error in validator.iter_errors(value))

    look(document, "")
    return count, wrong


def absolute(node):
    """The same schema, with references that lead into the document from anywhere."""
    if isinstance(node, list):
        return [absolute(it) for it in node]
    if isinstance(node, dict):
        return {
            name: f"urn:document{it}" if name == "$ref" and isinstance(it, str) and it.startswith("#") else absolute(it)
            for name, it in node.items()
        }
    return node


def call(service: Service, document: Path, examples: int, further: list[str]) -> int:
    contract = (HERE.parent / "fixtures" / "contract.pdf").read_bytes()
    environment = {
        **os.environ,
        "CONTRACT_URL": service.url,
        "CONTRACT_KEY": service.key,
        "CONTRACT_PDF": base64.b64encode(contract).decode(),
        "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
    }
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file", str(HERE / "schemathesis.toml"),
        "run", str(document), "--url", service.url,
        "--phases", "examples,coverage,fuzzing,stateful", "--mode", "all",
        "--max-examples", str(examples), "--seed", "1", "--request-timeout", "60",
        "--warnings", "off", "--suppress-health-check", "all", "--continue-on-failure",
        *further,
    ]
    return subprocess.run(command, env=environment, cwd=document.parent, check=False).returncode


def seal(document: dict) -> dict:
    """The document with answers that may have no member it does not describe.

    Callers are told to expect more members; the service itself may not send any that is not described.
    """
    document = copy.deepcopy(document)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        seal_members(schema)
    answers = [it for item in document["paths"].values() for it in item.values() if isinstance(it, dict)]
    answers = [it for operation in answers for it in operation["responses"].values()]
    for answer in [*answers, *document["components"]["responses"].values()]:
        for content in answer.get("content", {}).values():
            if "schema" in content:
                content["schema"] = sealed_schema(content["schema"])
    return document


def seal_members(schema) -> None:
    if not isinstance(schema, dict):
        return
    for name, member in schema.get("properties", {}).items():
        schema["properties"][name] = sealed_schema(member)
    for part in schema.get("allOf", []):
        seal_members(part)
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            schema[keyword] = [sealed_schema(it) for it in schema[keyword]]
    if isinstance(schema.get("items"), dict):
        schema["items"] = sealed_schema(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        schema["additionalProperties"] = sealed_schema(schema["additionalProperties"])


def sealed_schema(schema: dict) -> dict:
    """A schema in a place of its own, which no other adds members to."""
    seal_members(schema)
    if "$ref" in schema or "allOf" in schema:
        return {"allOf": [schema], "unevaluatedProperties": False}
    if "properties" in schema and "additionalProperties" not in schema:
        return {**schema, "unevaluatedProperties": False}
    return schema


if __name__ == "__main__":
    sys.exit(main())
