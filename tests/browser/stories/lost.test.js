// Lost connections, sessions and cookies: what is said, and what goes on by itself.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { cut, mend } from "../cable.js";
import { at, enter, launch, open, read, renewal } from "../room.js";
import { line, pdf, request, signer, until } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());
afterEach(mend);

const MANY = Array.from({ length: 12 }, (_, at_) => line(`Page ${at_ + 1}`));
const few = [{ page: 1, x: 64, y: 540, width: 212, height: 64 }];

test("pages that a lost connection has kept back are told as such, and come by themselves", async () => {
  const made = await request([signer({ signatures: few })], { document: pdf(MANY) });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  cut("/sign/pages/", "before");
  await page.locator(".leaf").last().scrollIntoViewIfNeeded();
  await page.locator(".leaf .failed", { hasText: "the connection was lost" }).first().waitFor();
  assert.equal(await page.locator(".leaf .failed", { hasText: "cannot be shown" }).count(), 0);
  mend();
  await page.locator(".leaf").last().locator("img[src]").waitFor();
  await until(async () => (await page.locator(".leaf .failed").count()) === 0);
  await room.context.close();
});

test("a coarse picture becomes fine once the connection is there again", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  const image = page.locator(".leaf img").first();
  const pixels = () => image.evaluate((it) => it.naturalWidth);
  const before = await until(pixels);
  const asked = page.waitForRequest((it) => it.url().includes("/sign/pages/1?") && !it.url().includes(`width=${before}`));
  cut("/sign/pages/", "before");
  while (await page.locator("#view-larger").isEnabled()) await page.locator("#view-larger").click();
  await asked;
  await page.waitForTimeout(500);
  assert.equal(await pixels(), before);
  mend();
  await until(async () => (await pixels()) > before);
  await room.context.close();
});

test("a session that ends while pages are looked at is told as ended", async () => {
  const made = await request([signer({ signatures: few })], { document: pdf(MANY) });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  await room.context.clearCookies();
  await page.locator(".leaf").last().scrollIntoViewIfNeeded();
  await at(page, "link");
  assert.match(await page.locator("#problem").textContent(), /Your session has ended/);
  await room.context.close();
});

test("closing the question of time is an answer to it", async () => {
  for (const close of [(page) => page.keyboard.press("Escape"), (page) => page.locator("#idle [data-close]").click()]) {
    const made = await request();
    const room = await enter(browser);
    const { page } = room;
    await page.clock.install();
    await open(room, made.links[0]);
    await page.clock.runFor("28:30");
    await page.locator("#idle[open]").waitFor();
    const renewed = await renewal(page);
    await close(page);
    await renewed();
    await page.clock.runFor("05:00");
    await at(page, "start");
    assert.equal(await page.locator("#idle").isVisible(), false);
    await room.context.close();
  }
});

test("who moves about without a connection does not ask for the session again and again", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await page.clock.install();
  await open(room, made.links[0]);
  await page.clock.runFor("06:00");
  let calls = 0;
  page.on("request", (it) => { calls += Number(it.url().endsWith("/sign/session")); });
  cut("/sign/session", "before");
  for (let times = 0; times < 12; times += 1) await page.mouse.click(5, 400);
  await page.waitForTimeout(500);
  assert.equal(calls, 1);
  await room.context.setOffline(true);
  await page.clock.runFor("01:00");
  for (let times = 0; times < 5; times += 1) await page.mouse.click(5, 400);
  await page.waitForTimeout(300);
  assert.equal(calls, 1);
  await room.context.close();
});

test("what fails in a dialog is said in it", async () => {
  const made = await request([signer()], { options: { userEditableData: { name: true } } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  cut("/sign/details", "before");
  await page.locator("#open-details").click();
  await page.locator("#details-given").fill("Augusta");
  await page.locator("#details-form [type=submit]").click();
  await page.locator("#details-error", { hasText: "cannot be reached" }).waitFor();
  assert.ok(await page.locator("#details").isVisible());
  assert.equal(await page.locator("#problem").textContent(), "");
  mend();
  await page.locator("#details-form [type=submit]").click();
  await page.locator("#start-for", { hasText: "Augusta" }).waitFor();
  cut("/sign/decline", "before");
  await page.locator("#open-decline").click();
  await page.locator("#reason").fill("No.");
  await page.locator("#decline-form [type=submit]").click();
  await page.locator("#decline-error", { hasText: "cannot be reached" }).waitFor();
  assert.equal(await page.locator("#reason").inputValue(), "No.");
  mend();
  await page.keyboard.press("Escape");
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed")); });
  await page.locator("#open-device").click();
  await page.locator("#device-copy").click();
  await page.locator("#device-error", { hasText: made.links[0] }).waitFor();
  await room.context.close();
});

test("a browser that keeps no cookie is told so, with scripts and without", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  const forget = async (route) => {
    const reply = await route.fetch({ maxRedirects: 0 });
    const headers = reply.headers();
    delete headers["set-cookie"];
    await route.fulfill({ response: reply, headers });
  };
  await page.route("**/sign/session", forget);
  await open(room, made.links[0]);
  await room.context.clearCookies();
  await page.locator("#start-read").click();
  await at(page, "link");
  await page.locator("#problem", { hasText: "Cookies are needed" }).waitFor();
  await room.context.close();
  const still = await enter(browser, { javaScriptEnabled: false });
  await still.page.goto(made.links[0]);
  await still.page.locator("#form-token").fill(made.links[0]);
  await still.page.locator("form[action$=\"form/session\"] button").click();
  await still.page.locator("h1").waitFor();
  await still.context.clearCookies();
  await still.page.reload();
  assert.match(await still.page.locator("[role=alert]").innerText(), /Cookies are needed/);
  await still.context.close();
});
