// Where people come from and go to: copies, groups, declining, the way back, the page around the room.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { agree, at, confirm, enter, launch, open, prepare, tell } from "../room.js";
import { code, request, signer, state, until, url } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const BACK = { completeUrl: "https://app.example.com/done", cancelUrl: "https://app.example.com/later" };

/** Signs as a person in a browser of their own. */
async function signs(made, at_) {
  const room = await enter(browser);
  await open(room, made.links[at_]);
  await prepare(room.page, made.signers[at_].email);
  await confirm(room.page);
  await room.context.close();
}

const isDone = (made) => until(async () => (await state(made.id)).state === "DONE");

/** Where the page leads back to: the address, and the result in it, which is signed. */
async function back(page, place) {
  const link = page.locator(`#${place}-return`);
  await link.waitFor();
  const address = new URL(await link.getAttribute("href"));
  assert.match(address.searchParams.get("paraphe_signature") ?? "", /^v1,/, "there is no way back without a result");
  return [address.pathname, address.searchParams.get("paraphe_result")];
}

test("who gets a copy is thanked for nothing, and has the document", async () => {
  const made = await request([signer(), signer({ role: "cc", signatures: [] })], { options: { ui: BACK } });
  const early = await enter(browser);
  await early.page.goto(made.links[1]);
  await at(early.page, "ended");
  assert.equal(await early.page.locator("#ended-title").textContent(), "You get a copy");
  await signs(made, 0);
  await isDone(made);
  const room = await enter(browser);
  await room.page.goto(made.links[1]);
  await at(room.page, "done");
  assert.equal(await room.page.locator("#done-title").textContent(), "Everyone has acted. The document is complete.");
  assert.doesNotMatch(await room.page.locator("#done").innerText(), /you have signed/);
  const download = room.page.waitForEvent("download");
  await room.page.locator("#done-download").click();
  await download;
  await early.context.close();
  await room.context.close();
});

test("who was not needed in their group has the document as well, also without scripts", async () => {
  const made = await request([signer({ group: "board" }), signer({ group: "board" })]);
  await signs(made, 0);
  await isDone(made);
  assert.deepEqual((await state(made.id)).signers.map((it) => it.state), ["SIGNED", "NOT_NEEDED"]);
  const room = await enter(browser);
  await room.page.goto(made.links[1]);
  await at(room.page, "done");
  assert.equal(await room.page.locator("#done-title").textContent(), "Nothing is left to do");
  const download = room.page.waitForEvent("download");
  await room.page.locator("#done-download").click();
  assert.match((await download).suggestedFilename(), /signed\.pdf$/);
  await room.context.close();
  const still = await enter(browser, { javaScriptEnabled: false });
  await still.page.goto(made.links[1]);
  await still.page.locator("#form-token").fill(made.links[1]);
  await still.page.locator("form[action$=\"form/session\"] button[type=submit]").click();
  await still.page.locator("a[href*=\"which=signed\"]").waitFor();
  await still.context.close();
});

test("whoever passes the task on is led back with a result, and never to a bare address", async () => {
  const made = await request([signer()], { options: { delegation: true, ui: BACK } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  assert.deepEqual(await back(page, "leave"), ["/later", "cancelled"]);
  await page.locator("#open-delegate").click();
  await page.locator("#delegate-given").fill("Grace");
  await page.locator("#delegate-family").fill("Hopper");
  await page.locator("#delegate-email").fill("grace@example.com");
  await page.locator("#delegate-form [type=submit]").click();
  await at(page, "read");
  await page.locator("#read-next").click();
  await at(page, "agree");
  await agree(page);
  await tell(page, made.signers[0].email);
  await at(page, "review");
  await confirm(page);
  assert.deepEqual(await back(page, "done"), ["/later", "cancelled"]);
  await room.context.close();
});

test("the way back of a signature has its result, also when the service is away right after it", async () => {
  const made = await request([signer(), signer()], { options: { ui: BACK } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await prepare(page, made.signers[0].email);
  await page.route("**/sign/request", (route) => route.abort("connectionreset"));
  await confirm(page);
  assert.equal(await page.locator("#done-title").textContent(), "Thank you, you have signed");
  assert.equal(await page.locator("#done-return").isVisible(), false, "there is no result yet");
  await page.unroute("**/sign/request");
  assert.deepEqual(await back(page, "done"), ["/done", "signed"]);
  await room.context.close();
});

test("the way back of who declines has its result, also when the service is away right after it", async () => {
  const made = await request([signer()], { options: { ui: BACK } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await page.route("**/sign/request", (route) => route.abort("connectionreset"));
  await page.locator("#open-decline").click();
  await page.locator("#decline-form [type=submit]").click();
  await at(page, "ended");
  assert.equal(await page.locator("#ended-return").isVisible(), false);
  await page.unroute("**/sign/request");
  assert.deepEqual(await back(page, "ended"), ["/later", "declined"]);
  await room.context.close();
});

/** A page of a stranger that frames the room, and what it is told. */
async function host() {
  const heard = [];
  const server = createServer((asked, reply) => {
    if (asked.url === "/told") asked.on("data", (it) => heard.push(JSON.parse(it))).on("end", () => reply.end());
    else reply.setHeader("content-type", "text/html").end(`<title>Host</title><iframe title="Signing" width="1200" height="900"></iframe><script>
      addEventListener("message", (it) => fetch("/told", { method: "POST", body: JSON.stringify({ origin: it.origin, ...it.data }) }));
      document.querySelector("iframe").src = decodeURIComponent(location.hash.slice(1));</script>`);
  });
  await new Promise((done) => server.listen(0, done));
  // A story that fails leaves it open: it must not hold up the others.
  server.unref();
  const origin = `http://localhost:${server.address().port}`;
  const frame = async (room, embed) => {
    await room.page.goto("about:blank");
    await room.page.goto(`${origin}/#${encodeURIComponent(embed)}`);
    const inside = room.page.frameLocator("iframe");
    return { inside, step: (name) => inside.locator(`#${name}:not([hidden])`).waitFor() };
  };
  const told = (type) => heard.filter((it) => it.type === type);
  return { heard, told, origin, frame, close: () => server.close() };
}

test("the page around is told what was done, by its name, and what failed", async () => {
  const around = await host();
  const options = { ui: { iframeAncestors: [around.origin] } };
  const made = await request([signer({ role: "approver", signatures: [] }), signer({ role: "viewer", signatures: [] }), signer()], { options });
  const room = await enter(browser);
  const approver = await around.frame(room, made.embeds[0]);
  await approver.step("start");
  await approver.inside.locator("#start-read").click();
  await approver.step("read");
  await approver.inside.locator(".leaf img[src]").first().waitFor();
  await approver.inside.locator("#read-next").click();
  await approver.inside.locator("#agree-box").check();
  await approver.inside.locator("#agree-form [type=submit]").click();
  await approver.inside.locator("#code-only").fill(await code(made.signers[0].email));
  await approver.inside.locator("#code-form [type=submit]").click();
  await approver.inside.locator("#review-now").click();
  await approver.step("done");
  await until(() => around.told("paraphe:approved").length === 1);
  const viewer = await around.frame(room, made.embeds[1]);
  await viewer.step("start");
  await viewer.inside.locator("#start-read").click();
  await viewer.step("read");
  await viewer.inside.locator("#read-next").click();
  await viewer.step("done");
  await until(() => around.told("paraphe:read").length === 1);
  const last = await around.frame(room, made.embeds[2]);
  await last.step("start");
  await room.page.route("**/sign/pages?*", (route) => route.fulfill({ status: 429, contentType: "application/problem+json", body: "{\"code\":\"too_many_requests\"}" }));
  await last.inside.locator("#start-read").click();
  await until(() => around.told("paraphe:error").length === 1);
  assert.deepEqual(around.told("paraphe:error")[0], { origin: url, type: "paraphe:error", request: made.id, code: "too_many_requests" });
  await room.page.unroute("**/sign/pages?*");
  await last.inside.locator("#open-decline").click();
  await last.inside.locator("#decline-form [type=submit]").click();
  await last.step("ended");
  await until(() => around.told("paraphe:declined").length === 1);
  assert.equal(around.told("paraphe:signed").length, 0, "nobody has signed");
  await room.context.close();
  around.close();
});

test("in a frame files are saved, and who gets a copy is not called a signatory", async () => {
  const around = await host();
  const made = await request([signer(), signer({ role: "cc", signatures: [] })], { options: { ui: { iframeAncestors: [around.origin] } } });
  await signs(made, 0);
  await isDone(made);
  const room = await enter(browser);
  const copy = await around.frame(room, made.embeds[1]);
  await copy.step("done");
  const download = room.page.waitForEvent("download");
  await copy.inside.locator("#done-download").click();
  assert.match((await download).suggestedFilename(), /signed\.pdf$/);
  // A file on another host is led to: the policy lets no script read from there.
  await room.page.route("**/sign/document?which=signed", (route) => route.fulfill({ status: 200, contentType: "application/json", body: JSON.stringify({ url: "https://files.example.com/signed.pdf" }) }));
  await room.context.route("https://files.example.com/**", (route) => route.fulfill({ status: 200, contentType: "text/plain", body: "the file" }));
  const opened = room.context.waitForEvent("page");
  await copy.inside.locator("#done-download").click();
  assert.equal(await (await opened).evaluate(() => location.href), "https://files.example.com/signed.pdf");
  await until(() => around.told("paraphe:ready").length === 1);
  assert.deepEqual([...new Set(around.heard.map((it) => it.type))].sort(), ["paraphe:height", "paraphe:ready"]);
  await room.context.close();
  around.close();
});
