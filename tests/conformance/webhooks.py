"""Messages to an endpoint, judged by the library of Standard Webhooks' own authors."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

from service import Service


def outcomes(binary: Path, directory: Path, document: bytes):
    """Subscribes, has a document signed, rotates the secret, and verifies every message."""
    taken = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((dict(self.headers), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Service(binary, directory, "--allow-loopback") as service:
            url = f"http://127.0.0.1:{server.server_port}/hook"
            webhook = service.post("/webhooks", {"url": url})
            service.sign(document, 1)
            service.until("every event", lambda: len(taken) >= len(service.events()))
            yield "events", _complaints(taken, webhook["secret"])
            rotated = service.post(f"/webhooks/{webhook['id']}/rotate-secret", {})
            service.post(f"/webhooks/{webhook['id']}/test", {})
            # What was sent before the rotation may still arrive after it: only the test came surely later.
            tests = service.until(
                "the test event",
                lambda: [one for one in list(taken) if json.loads(one[1])["type"] == "webhook.test"],
            )
            for name, secret in (("before", webhook["secret"]), ("after", rotated["secret"])):
                yield f"the secret {name} a rotation", _complaints(tests, secret)
            wrong = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            accepted = any(not _complaints([one], wrong) for one in taken)
            yield "another secret", {"standardwebhooks": "accepted"} if accepted else {}
        server.shutdown()


def _complaints(messages, secret: str) -> dict:
    for headers, body in messages:
        try:
            event = Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
        except WebhookVerificationError as error:
            return {"standardwebhooks": str(error)}
        if event["id"] != headers.get("Webhook-Id", headers.get("webhook-id")):
            return {"standardwebhooks": "the id in the body is not that of the message"}
    return {} if messages else {"standardwebhooks": "nothing came"}
