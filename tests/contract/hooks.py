"""Who schemathesis is: the integrator with a key, or a signatory behind a fresh link."""

import os
import re
import uuid

import requests
import schemathesis

URL = os.environ["CONTRACT_URL"]
KEY = os.environ["CONTRACT_KEY"]
PDF = os.environ["CONTRACT_PDF"]


def _bearer(case, token):
    case.headers = case.headers or {}
    case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.auth().apply_to(func=lambda ctx: _is_of(ctx, "apiKey"))
class Integrator:
    def get(self, case, context):
        return KEY

    def set(self, case, data, context):
        _bearer(case, data)


# Links die: their request is declined or signed. A new one every few seconds keeps the room open.
@schemathesis.auth(refresh_interval=3).apply_to(func=lambda ctx: _is_of(ctx, "signingLink"))
class Signatory:
    def get(self, case, context):
        body = {
            "title": "Contract",
            "inputDocuments": PDF,
            "signers": [
                {"name": "Ada", "surname": "Lovelace", "email": "ada@example.com", "authentication": ["email"],
                 "attachments": [{"name": "Identity card", "required": False}]}
            ],
            "options": {"delegation": True},
        }
        answer = requests.post(f"{URL}/EU-SES", json=body, headers={"Authorization": f"Bearer {KEY}"}, timeout=60)
        answer.raise_for_status()
        return answer.json()["data"]["signers"][0]["url"].split("#")[1]

    def set(self, case, data, context):
        _bearer(case, data)


def _is_of(ctx, scheme):
    security = ctx.operation.definition.raw.get("security", [])
    return any(scheme in it for it in security)


# A name that is used twice tells an earlier answer, or that it is another call's: each call has one of its own. A
# malformed one stays as it is.
@schemathesis.hook
def before_call(context, case, **kwargs):
    name = (case.headers or {}).get("Idempotency-Key")
    if isinstance(name, str) and re.fullmatch("[!-~]{1,255}", name):
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
