// What the world does meanwhile: lost connections, other tabs, strangers' pages, browsers without scripts.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { cut, mend } from "../cable.js";
import { host, proceed } from "../host.js";
import { PHONE, ask, at, confirm, enter, launch, open, prepare, read, renewal, review, tell } from "../room.js";
import { code, evidence, request, signer, state, until, url } from "../stage.js";

let browser;
let short;
before(async () => {
  browser = await launch();
  // It expires while the other stories are told.
  const deadline = Date.now() + 62_000;
  const made = await request([signer()], { expiresAt: new Date(deadline).toISOString() });
  const room = await enter(browser);
  await open(room, made.links[0]);
  short = { room, deadline };
});
after(() => browser.close());
afterEach(mend);

test("twenty loads, with their scripts, change nothing", async () => {
  const made = await request();
  // The invitation is on its way when the request opens.
  const before = await until(async () => {
    const kinds = await evidence(made.id);
    return kinds.includes("MessageSent") ? kinds : null;
  });
  const room = await enter(browser);
  for (let count = 0; count < 20; count += 1) {
    await room.page.goto("about:blank");
    await open(room, made.links[0]);
  }
  assert.deepEqual(await evidence(made.id), before);
  await prepare(room.page, made.signers[0].email);
  await confirm(room.page);
  await room.context.close();
});

test("a connection that is lost while signing leaves one signature, and says so", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await prepare(page, made.signers[0].email);
  // The act arrives, its answer does not; the browser asks once more by itself.
  cut("/sign/signature", "after");
  await page.locator("#review-now").click();
  await at(page, "done");
  mend();
  assert.equal((await state(made.id)).signers[0].state, "SIGNED");
  assert.equal((await evidence(made.id)).filter((it) => it === "SignatureCreated").length, 1);
  await room.context.close();
});

test("a connection that is lost before the act arrives is told, and the act can be done again", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await prepare(page, made.signers[0].email);
  cut("/sign/signature", "before");
  await page.locator("#review-now").click();
  // For as long as the service may still work on it nobody can know.
  await page.waitForTimeout(8000);
  assert.equal(await page.locator("#problem").textContent(), "");
  await page.locator("#problem:not(:empty)").waitFor({ timeout: 60_000 });
  assert.match(await page.locator("#problem").textContent(), /Nothing was signed/);
  assert.equal((await state(made.id)).signers[0].state, "NEW");
  mend();
  await confirm(page);
  await room.context.close();
});

test("an act that is worked on longer than its connection lasts is found, and nobody is told that it was not", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await prepare(page, made.signers[0].email);
  // The network changes: the page loses its call at once, and the service is still at work.
  cut("/sign/signature", "meanwhile", 6000);
  const said = [];
  await page.exposeFunction("noteProblem", (text) => { if (text) said.push(text); });
  await page.evaluate(() => new MutationObserver(() => globalThis.noteProblem(document.getElementById("problem").textContent)).observe(document.getElementById("problem"), { childList: true }));
  await page.locator("#review-now").click();
  await at(page, "done");
  mend();
  assert.deepEqual(said, []);
  assert.equal((await state(made.id)).signers[0].state, "SIGNED");
  await room.context.close();
});

test("whoever stays without a connection after the act is not told that nothing was signed", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await page.clock.install();
  await open(room, made.links[0]);
  await prepare(page, made.signers[0].email);
  cut("/sign/signature", "after");
  cut("/sign/request", "before");
  await page.locator("#review-now").click();
  await until(async () => { await page.clock.runFor("00:04"); return (await page.locator("#problem").textContent()) !== ""; }, 300);
  assert.match(await page.locator("#problem").textContent(), /do not know yet whether your act arrived/);
  assert.doesNotMatch(await page.locator("main").innerText(), /[Nn]othing was signed/);
  assert.equal((await state(made.id)).signers[0].state, "SIGNED");
  await room.context.close();
});

test("a double click signs once", async () => {
  const made = await request();
  const room = await enter(browser);
  await open(room, made.links[0]);
  await prepare(room.page, made.signers[0].email);
  let calls = 0;
  room.page.on("request", (it) => { calls += Number(it.url().endsWith("/sign/signature")); });
  await room.page.locator("#review-now").dblclick();
  await at(room.page, "done");
  assert.equal(calls, 1);
  await room.context.close();
});

test("two tabs make one signature; the second sees that it is done", async () => {
  const made = await request();
  const room = await enter(browser);
  await open(room, made.links[0]);
  const second = await room.context.newPage();
  await second.goto(made.links[0]);
  await at(second, "start");
  await prepare(room.page, made.signers[0].email);
  await confirm(room.page);
  await second.locator("#start-read").click();
  await at(second, "done");
  await room.context.close();
});

test("the browser's back button goes one step back, and never back before the signature", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await ask(page);
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await page.goBack();
  await at(page, "code");
  await page.goBack();
  await at(page, "agree");
  await page.locator("#agree-form [type=submit]").click();
  await at(page, "code");
  assert.match(await page.locator("#code-only").inputValue(), /^\d{6}$/, "the code that was sent is still good");
  await page.locator("#code-form [type=submit]").click();
  await at(page, "sign");
  await review(page);
  await confirm(page);
  await page.goBack();
  await at(page, "done");
  await room.context.close();
});

test("wrong codes are counted in words, and lock in the end", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await ask(page);
  await tell(page, made.signers[0].email, { wrong: true });
  await at(page, "sign");
  await review(page);
  for (let left = 4; left >= 1; left -= 1) {
    await page.locator("#review-now").click();
    await at(page, "code");
    assert.match(await page.locator("#code-error").textContent(), new RegExp(`Tries left: ${left}`));
    assert.equal(await page.locator("#code-only").getAttribute("aria-invalid"), "true");
    await tell(page, made.signers[0].email, { wrong: true });
    await at(page, "sign");
    await review(page);
  }
  await page.locator("#review-now").click();
  await page.locator("#code:not([hidden]), #ended:not([hidden])").first().waitFor();
  assert.equal((await state(made.id)).signers[0].state === "SIGNED", false);
  await room.context.close();
});

test("an idle session asks before it ends, goes on with one click, and ends without one", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await page.clock.install();
  await open(room, made.links[0]);
  await page.clock.runFor("28:30");
  await page.locator("#idle[open]").waitFor();
  const seconds = Number((await page.locator("#idle-left").textContent()).match(/\d+/)[0]);
  assert.ok(seconds >= 20, `${seconds} seconds are left`);
  let letThrough;
  const isSlow = new Promise((done) => (letThrough = done));
  await page.route("**/sign/session", async (route) => route.continue(await isSlow));
  const renewed = await renewal(page);
  await page.clock.runFor("01:05");
  await page.locator("#idle-stay").click();
  // The half hour is over meanwhile.
  await page.clock.runFor("00:28");
  await at(page, "start");
  assert.equal(await page.locator("#idle[open]").count(), 0, "nobody is asked again while their answer is on its way");
  letThrough();
  await renewed();
  await page.unroute("**/sign/session");
  await page.clock.runFor("02:00");
  await at(page, "start");
  await page.clock.runFor("30:30");
  await at(page, "link");
  assert.match(await page.locator("#problem").textContent(), /Your session has ended/);
  assert.deepEqual(await room.context.cookies(), []);
  await room.context.close();
});

test("a link whose fragment was dropped is pasted, whole or in part", async () => {
  const made = await request();
  const room = await enter(browser);
  await room.page.goto(made.links[0].split("#")[0]);
  await at(room.page, "link");
  await room.page.locator("#link-token").fill("nonsense");
  await room.page.locator("#link-form [type=submit]").click();
  await room.page.locator("#problem:not(:empty)").waitFor();
  await room.page.locator("#link-token").fill(` ${made.links[0]} `);
  await room.page.locator("#link-form [type=submit]").click();
  await at(room.page, "start");
  await room.context.close();
});

test("unknown links look the same to strangers, whatever they guess", async () => {
  const made = await request();
  const token = made.links[0].split("#")[1];
  const seen = [];
  for (const guess of ["x", token.replace(/.$/, (it) => (it === "0" ? "1" : "0")), token.replace(/^./, (it) => (it === "0" ? "1" : "0"))]) {
    const room = await enter(browser);
    await room.page.goto(`${url}/sign#${guess}`);
    await room.page.locator("#problem:not(:empty)").waitFor();
    seen.push(await room.page.locator("main").innerText());
    await room.context.close();
  }
  assert.equal(new Set(seen).size, 1);
});

test("in a stranger's page the room keeps no cookie, and tells its events to the pages that were named", async () => {
  const around = await host();
  const made = await request([signer()], { options: { ui: { iframeAncestors: [around.origin] } } });
  const room = await enter(browser, { blocked: true });
  const frame = await around.frame(room, made.embeds[0]);
  await proceed(frame, made.signers[0].email);
  await frame.inside.locator("#sign-form [type=submit]").click();
  await frame.inside.locator("#review-now").click();
  await frame.step("done");
  await until(() => around.told("paraphe:signed").length > 0);
  assert.ok(around.told("paraphe:ready").some((it) => it.request === made.id));
  assert.ok(around.told("paraphe:height").some((it) => it.height > 0));
  assert.deepEqual([...new Set(around.heard.map((it) => it.origin))], [url]);
  assert.deepEqual(await room.context.cookies(), []);
  // A link that names no request may be framed by nobody.
  const bare = await around.frame(room, made.links[0]);
  await room.page.waitForTimeout(500);
  assert.equal(await bare.inside.locator("#work").count(), 0);
  await room.context.close();
  around.close();
});

test("without scripts forms are enough for a typed signature", async () => {
  const made = await request();
  const room = await enter(browser, { ...PHONE, javaScriptEnabled: false });
  const { page } = room;
  const send = (name) => page.locator(`form[action$="${name}"] button[type=submit]`).click();
  await page.goto(made.links[0]);
  await page.locator("#form-token").fill(made.links[0]);
  await send("form/session");
  await page.locator("#_read").check();
  await send("presented");
  await page.locator("#_agree").check();
  await send("otp");
  await page.locator("#code").fill("000000");
  await page.locator("#_confirm").check();
  await send("signature");
  assert.match(await page.locator("[role=alert]").innerText(), /This code is wrong/);
  await page.locator("#code").fill(await code(made.signers[0].email));
  await page.locator("#_confirm").check();
  await send("signature");
  assert.match(await page.locator("h1").innerText(), /Thank you, you have signed|Everyone has acted/);
  assert.equal((await state(made.id)).signers[0].state, "SIGNED");
  await room.context.close();
});

test("a form of another page does nothing", async () => {
  const made = await request();
  const room = await enter(browser);
  await open(room, made.links[0]);
  const cookie = (await room.context.cookies()).map((it) => `${it.name}=${it.value}`).join();
  const reply = await fetch(`${url}/sign/form/decline`, {
    method: "POST", redirect: "manual", body: new URLSearchParams({ _decline: "yes", _word: "x" }), headers: { cookie },
  });
  assert.match(reply.headers.get("location"), /problem=cross_origin/);
  assert.equal((await state(made.id)).state, "WAIT_SIGNER");
  await room.context.close();
});

test("a request that expires while it is open says so at the next step", async () => {
  const { room, deadline } = short;
  await until(async () => Date.now() > deadline + 500, 800);
  await room.page.locator("#start-read").click();
  await at(room.page, "ended");
  assert.equal(await room.page.locator("#ended-title").textContent(), "The time to sign has passed");
  await room.context.close();
});
