// Where people come from and go to: copies, groups, declining, the way back, the page around the room.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { cut, mend } from "../cable.js";
import { host, proceed } from "../host.js";
import { PHONE, agree, at, confirm, enter, launch, open, passOn, prepare, read, review, tell } from "../room.js";
import { line, pdf, request, signer, state, until, upload, url } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());
afterEach(mend);

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
  await passOn(page, { given: "Grace", family: "Hopper", address: "grace@example.com" }, made.signers[0].email);
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
  cut("/sign/request", "before");
  await confirm(page);
  assert.equal(await page.locator("#done-title").textContent(), "Thank you, you have signed");
  assert.equal(await page.locator("#done-return").isVisible(), false, "there is no result yet");
  mend();
  assert.deepEqual(await back(page, "done"), ["/done", "signed"]);
  await room.context.close();
});

test("the way back of who declines has its result, also when the service is away right after it", async () => {
  const made = await request([signer()], { options: { ui: BACK } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  cut("/sign/request", "before");
  await page.locator("#open-decline").click();
  await page.locator("#decline-form [type=submit]").click();
  await at(page, "ended");
  assert.equal(await page.locator("#ended-return").isVisible(), false);
  mend();
  assert.deepEqual(await back(page, "ended"), ["/later", "declined"]);
  await room.context.close();
});

test("the page around is told what was done, by its name, and what failed", async () => {
  const around = await host();
  const options = { ui: { iframeAncestors: [around.origin] } };
  const made = await request([signer({ role: "approver", signatures: [] }), signer({ role: "viewer", signatures: [] }), signer()], { options });
  const room = await enter(browser);
  const approver = await around.frame(room, made.embeds[0]);
  await proceed(approver, made.signers[0].email);
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
  cut("/sign/pages", "before");
  await last.inside.locator("#start-read").click();
  await until(() => around.told("paraphe:error").length === 1);
  assert.deepEqual(around.told("paraphe:error")[0], { origin: url, type: "paraphe:error", request: made.id, code: "0" });
  mend();
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
  const options = { ui: { iframeAncestors: [around.origin] } };
  const made = await request([signer(), signer({ role: "cc", signatures: [] })], { options });
  await signs(made, 0);
  await isDone(made);
  const room = await enter(browser);
  const copy = await around.frame(room, made.embeds[1]);
  await copy.step("done");
  const download = room.page.waitForEvent("download");
  await copy.inside.locator("#done-download").click();
  assert.match((await download).suggestedFilename(), /signed\.pdf$/);
  assert.deepEqual([...new Set(around.heard.map((it) => it.type))].sort(), ["paraphe:height", "paraphe:ready"]);
  // A large file lies on another host, and is led to: the policy lets no script read from there.
  const document = await upload(pdf([`${line("Terms")}\n%${"x".repeat(4_600_000)}`]));
  const large = await request([signer({ signatures: [{ page: 1, x: 64, y: 540 }] }), signer({ role: "cc", signatures: [] })], { inputDocuments: [document], options });
  await signs(large, 0);
  await isDone(large);
  const led = await around.frame(room, large.embeds[1].replace("127.0.0.1", "localhost"));
  await led.step("done");
  const saved = room.page.waitForEvent("download");
  await led.inside.locator("#done-download").click();
  assert.match((await saved).url(), /^http:\/\/127\.0\.0\.1:/, "its own host has it");
  await until(() => around.told("paraphe:ready").length === 2);
  await room.context.close();
  around.close();
});

test("a page around that makes the frame as high as it is told comes to rest", async () => {
  const around = await host({ obeys: true });
  const made = await request([signer()], { options: { ui: { iframeAncestors: [around.origin] } } });
  const room = await enter(browser, { viewport: { width: 1400, height: 900 } });
  const { inside, step } = await around.frame(room, made.embeds[0]);
  await step("start");
  await inside.locator("#start-read").click();
  await step("read");
  await inside.locator(".leaf img[src]").first().waitFor();
  const heights = () => around.told("paraphe:height").map((it) => it.height);
  const rested = async () => {
    let count;
    do {
      count = heights().length;
      await room.page.waitForTimeout(1000);
      assert.ok(heights().length < 40, `it grows and grows: ${heights().slice(-5)}`);
    } while (count !== heights().length);
    return heights().at(-1);
  };
  const reading = await rested();
  const [body, frame] = [await inside.locator("body").boundingBox(), await room.page.locator("iframe").boundingBox()];
  assert.ok(Math.abs(body.height - frame.height) <= 8, `the frame is as high as what is in it: ${body.height} in ${frame.height}`);
  // Without the document it is lower again.
  await inside.locator("#read-next").click();
  await step("agree");
  await room.page.setViewportSize({ width: 1400, height: 700 });
  assert.ok(await rested() <= reading);
  await room.context.close();
  around.close();
});

test("every end says whose request it was, to those who were let in", async () => {
  const made = await request([signer(), signer({ stage: 2 }), signer({ role: "cc", signatures: [] })]);
  const room = await enter(browser);
  const { page } = room;
  for (const link of [made.links[1], made.links[2]]) {
    await page.goto("about:blank");
    await page.goto(link);
    await at(page, "ended");
    assert.equal(await page.locator("#ended-document").textContent(), "Services agreement");
    assert.notEqual(await page.locator("#ended-by").textContent(), "");
  }
  await open(room, made.links[0]);
  await page.locator("#open-decline").click();
  await page.locator("#decline-form [type=submit]").click();
  await at(page, "ended");
  assert.equal(await page.locator("#ended-document").textContent(), "Services agreement");
  await page.goto("about:blank");
  await page.goto(`${url}/sign#unknown`);
  await page.locator("#problem:not(:empty)").waitFor();
  assert.doesNotMatch(await page.locator("main").innerText(), /Services agreement/);
  await room.context.close();
});

test("on a phone the way on stays in sight while reading, and so does the act", async () => {
  const made = await request();
  const room = await enter(browser, PHONE);
  const { page } = room;
  const isSeen = (place) => page.locator(place).evaluate((it) => {
    const box = it.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return box.bottom <= innerHeight && it.contains(top);
  });
  await open(room, made.links[0]);
  await page.locator("#open-device").click();
  const [copy, picture] = [await page.locator("#device-copy").boundingBox(), await page.locator("#qr").boundingBox()];
  assert.ok(copy.y < picture.y, "who holds the phone copies the link");
  await page.keyboard.press("Escape");
  await read(page);
  for (const place of ["#read-next", "#read-decline"]) assert.ok(await isSeen(place), place);
  await page.locator("#read-decline").click();
  await page.locator("#decline[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#read-next").click();
  await at(page, "agree");
  await agree(page);
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await review(page);
  assert.ok(await isSeen("#review-now"));
  await confirm(page);
  await room.context.close();
});

test("who goes back comes out of the room, past what is answered", async () => {
  const made = await request([signer({ accessCode: "blue 42" })]);
  const room = await enter(browser);
  const { page } = room;
  await page.goto(`${url}/check`);
  await page.goto(made.links[0]);
  await at(page, "access");
  await page.locator("#access-0").fill("blue 42");
  await page.locator("#access-form [type=submit]").click();
  await at(page, "start");
  await page.locator("#start-read").click();
  await at(page, "read");
  await page.locator("#read-next").click();
  await at(page, "agree");
  // A step back by the page is a step forth for the browser.
  await page.locator("#agree [data-back]").click();
  await at(page, "read");
  for (let times = 0; times < 5 && page.url().includes("/sign"); times += 1) {
    await page.goBack();
    await page.waitForTimeout(300);
  }
  assert.equal(page.url(), `${url}/check`);
  await room.context.close();
});
