// How the document is shown, and what the evidence says of it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { audit, shot } from "../audit.js";
import { host } from "../host.js";
import { DESKTOP, PHONE, agree, at, enter, launch, open, read } from "../room.js";
import { events, line, pdf, request, signer, state, until, upload } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** It paints where nobody sees it: its picture is blank, and cannot be trusted. */
const UNSEEN = () => pdf([line("unseen", 9000, 9000)]);
/** Over this a file is led to instead of being answered. */
const LARGE = 4_600_000;
const signature = [{ page: 1, x: 64, y: 540, width: 212, height: 64 }];

const views = async (made) => (await events(made.id)).filter((it) => it.kind === "DocumentPresented").map((it) => it.facts.view);

async function start(page) {
  await page.locator("#start-read").click();
  await at(page, "read");
}

for (const [size, options] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  test(`what cannot be drawn is left to the browser's viewer, and the evidence says so: ${size}`, async () => {
    const made = await request([signer({ signatures: signature }), signer({ signatures: signature })], { document: UNSEEN() });
    const room = await enter(browser, options);
    const { page } = room;
    await open(room, made.links[0]);
    assert.equal(await page.evaluate(() => navigator.pdfViewerEnabled), true, "this browser has a viewer");
    await start(page);
    await page.locator("#browser:not([hidden])").waitFor();
    await until(async () => (await views(made)).length === 2);
    assert.deepEqual(await views(made), ["images", "browser"]);
    // The viewer really shows the file: its own page stands in the frame.
    await until(() => page.frames().some((it) => it.url().startsWith("chrome-extension://")));
    await audit(page, `${size} the browser's viewer`);
    await shot(page, `${size}-14-browser`);
    assert.deepEqual(room.complaints, []);
    // For the next one it is known from the start.
    const second = await enter(browser, options);
    await open(second, made.links[1]);
    await start(second.page);
    await second.page.locator("#browser:not([hidden])").waitFor();
    assert.deepEqual((await views(made)).slice(2), ["browser"]);
    await second.page.locator("#read-next").click();
    await at(second.page, "agree");
    await agree(second.page);
    await room.context.close();
    await second.context.close();
  });
}

test("where the browser has no viewer the document is offered as a file, and the evidence says so", async () => {
  const made = await request([signer({ signatures: signature })], { document: UNSEEN() });
  const room = await enter(browser, PHONE);
  const { page } = room;
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "pdfViewerEnabled", { get: () => false }));
  await open(room, made.links[0]);
  await start(page);
  await page.locator("#status", { hasText: "Download and read it" }).waitFor();
  assert.equal(await page.locator("#browser").isVisible(), false);
  await until(async () => (await views(made)).length === 2);
  assert.deepEqual(await views(made), ["images", "download"]);
  await audit(page, "phone without a viewer", ["light"]);
  await shot(page, "phone-15-download");
  const download = page.waitForEvent("download");
  await page.locator("#read-download").click();
  assert.deepEqual(readFileSync(await (await download).path()), UNSEEN());
  await room.context.close();
});

test("a file that lies on another host cannot be shown by the page, which offers it", async () => {
  const around = await host();
  const document = await upload(pdf([`${line("unseen", 9000, 9000)}\n%${"x".repeat(LARGE)}`]));
  const options = { ui: { iframeAncestors: [around.origin] } };
  const made = await request([signer({ signatures: signature })], { inputDocuments: [document], options });
  const room = await enter(browser, { blocked: true });
  room.around.push("http://127.0.0.1:");
  // By this name of the machine the room stands on another host than its large files: its policy stops it there.
  const { inside, step } = await around.frame(room, made.embeds[0].replace("127.0.0.1", "localhost"));
  await step("start");
  await inside.locator("#start-read").click();
  await inside.locator("#status", { hasText: "Download and read it" }).waitFor();
  await until(async () => (await views(made)).length === 2);
  assert.deepEqual(await views(made), ["images", "download"]);
  const saved = room.page.waitForEvent("download");
  await inside.locator("#read-download").click();
  assert.match((await saved).url(), /^http:\/\/127\.0\.0\.1:/, "its own host has it");
  await room.context.close();
  around.close();
});

test("pages that cannot be drawn are told once, however many they are", async () => {
  const made = await request([signer({ signatures: signature })], { document: pdf([0, 1, 2, 3].map(() => line("unseen", 9000, 9000))) });
  const room = await enter(browser);
  let loads = 0;
  room.page.on("request", (it) => { loads += Number(it.url().includes("/sign/document?")); });
  await open(room, made.links[0]);
  await start(room.page);
  await room.page.locator("#browser:not([hidden])").waitFor();
  await room.page.waitForTimeout(1500);
  assert.equal(loads, 1);
  assert.deepEqual(await views(made), ["images", "browser"]);
  await room.context.close();
});

test("the browser's search finds a word on a page that nobody has come to", async () => {
  const pages = Array.from({ length: 50 }, (_, at) => line(at === 29 ? "Quicksilver" : `Page ${at + 1}`));
  const made = await request([signer({ signatures: signature })], { document: pdf(pages) });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  await until(() => page.evaluate(() => window.find("Quicksilver")), 300);
  assert.equal(await page.evaluate(() => getSelection().anchorNode.parentElement.closest(".leaf").dataset.page), "30");
  await room.context.close();
});

test("small pages are asked for as they come near", async () => {
  const made = await request([signer({ signatures: signature })], { document: pdf(Array.from({ length: 120 }, (_, at) => line(`Page ${at + 1}`))) });
  const room = await enter(browser);
  const { page } = room;
  const asked = new Set();
  page.on("request", (it) => { if (it.url().includes("width=320")) asked.add(it.url()); });
  await open(room, made.links[0]);
  await read(page);
  await page.locator("#view-thumbs").click();
  await page.locator("#thumb-list img[src]").nth(3).waitFor();
  await page.waitForTimeout(1000);
  assert.ok(asked.size < 40, `${asked.size} of 120 small pages were asked for`);
  await page.locator("#thumb-list button").last().scrollIntoViewIfNeeded();
  await page.locator("#thumb-list button").last().locator("img[src]").waitFor();
  await room.context.close();
});

test("zooming to 400 % asks for a finer picture, and comes back", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  const image = page.locator(".leaf img").first();
  const pixels = () => image.evaluate((it) => it.naturalWidth);
  const before = await until(pixels);
  const width = await image.evaluate((it) => it.clientWidth);
  while (await page.locator("#view-larger").isEnabled()) await page.locator("#view-larger").click();
  assert.equal(await page.locator("#view-zoom").textContent(), "400%");
  assert.ok(Math.abs(await image.evaluate((it) => it.clientWidth) - 4 * width) <= 4);
  await until(async () => (await pixels()) >= Math.min(3840, 2 * before));
  await page.locator("#view-fit").click();
  assert.equal(await page.locator("#view-zoom").textContent(), "100%");
  await room.context.close();
});

test("what is downloaded is the document whose fingerprint is shown", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  assert.match(await page.locator("#start-until").textContent(), /^\d+ \p{L}+ \d{4} at \d\d:\d\d Central European Standard Time$/u, "the day and its zone are spelled out");
  await read(page);
  const download = page.waitForEvent("download");
  await page.locator("#read-download").click();
  const sha256 = createHash("sha256").update(readFileSync(await (await download).path())).digest("hex");
  assert.equal((await page.locator("#read-digest").textContent()).replaceAll(" ", ""), sha256);
  assert.equal((await state(made.id)).document.validatedDocument.sha256, sha256);
  await room.context.close();
});
