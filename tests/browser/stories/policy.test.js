// What the pages let browsers do, judged by others.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { request, signer, url } from "../stage.js";

const require = createRequire(import.meta.url);
const { CspEvaluator } = require("csp_evaluator");
const { CspParser } = require("csp_evaluator/dist/parser.js");
const { Severity } = require("csp_evaluator/dist/finding.js");

/** What csp_evaluator finds in a policy that is high, might be, or is no policy at all. */
function faults(policy) {
  const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
  return findings.filter((it) => [Severity.HIGH, Severity.HIGH_MAYBE, Severity.SYNTAX].includes(it.severity)).map((it) => `${it.directive} ${it.value ?? ""}: ${it.description}`);
}

test("csp_evaluator finds nothing high in the policy of any page", async () => {
  assert.notDeepEqual(faults("script-src 'unsafe-inline'; object-src *"), [], "it finds what is bad");
  const themed = { iframeAncestors: ["https://app.example.com"], headerBackgroundColor: "#0b3d2e", headerTitleColor: "#ffffff" };
  const made = await request([signer()], { options: { ui: themed } });
  const framed = new URL(made.embeds[0]);
  for (const path of ["/sign", framed.pathname + framed.search, "/sign/step", "/sign/step?problem=code_refused", "/", "/check", "/docs"]) {
    const reply = await fetch(url + path);
    const policy = reply.headers.get("content-security-policy");
    assert.equal(reply.status, 200, path);
    assert.deepEqual(faults(policy ?? ""), [], `${path}: ${policy}`);
    assert.match(policy, /^default-src 'none'/, path);
    assert.match(policy, path.includes("frame=") ? /frame-ancestors https:\/\/app\.example\.com/ : /frame-ancestors 'none'/, path);
  }
});
