// The signing room as a person uses it.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import { code, other, url } from "./stage.js";

export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
export const SMALL = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };

export async function launch() {
  return chromium.launch({
    executablePath: execFileSync("sh", ["-c", "command -v chromium"]).toString().trim(),
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/**
 * A page that notes what it asked for, and every complaint of the browser. When it closes, in whatever story, no policy
 * may have been broken, and nothing asked of anyone but the service; `blocked` is for stories in which a policy holds.
 */
export async function enter(browser, { blocked = false, ...options } = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Rome", ...DESKTOP, ...options });
  const page = await context.newPage();
  const room = { context, page, requests: [], complaints: [], around: [] };
  context.on("request", (request) => room.requests.push(request.url()));
  context.on("weberror", (error) => room.complaints.push(String(error.error())));
  context.on("console", (message) => {
    // The browser notes every answer that is no success; the page shows them.
    const isStatus = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !isStatus) room.complaints.push(message.text());
  });
  const close = context.close.bind(context);
  context.close = async (...more) => {
    await close(...more);
    assert.deepEqual(foreign(room), [], "nothing is asked of anyone but the service");
    if (!blocked) assert.deepEqual(room.complaints.filter((it) => it.includes("Content Security Policy")), [], "no policy is broken");
  };
  return room;
}

/** What was asked of anyone else than the service, and the pages around that a story has itself. */
export function foreign(room) {
  // The machine has two names: by the other one the service is another site.
  const own = [`${url}/`, `${url.replace("127.0.0.1", "localhost")}/`, ...room.around, "blob:", "data:", "about:", "chrome:", "chrome-extension:"];
  return room.requests.filter((it) => !own.some((start) => it.startsWith(start)));
}

export const at = (page, step) => page.locator(`#${step}:not([hidden])`).waitFor();

/** Begins to listen for what a tab tells the others when its session has half an hour more; wait for what this gives. */
export async function renewal(page) {
  const heard = await page.evaluateHandle(() => ({
    told: new Promise((done) => { new BroadcastChannel("paraphe").onmessage = () => done(); }),
  }));
  return () => heard.evaluate((it) => it.told);
}

export async function open(room, link) {
  await room.page.goto(link);
  await at(room.page, "start");
}

export async function read(page) {
  await page.locator("#start-read").click();
  await at(page, "read");
  await page.locator(".leaf img[src]").first().waitFor();
}

/** From the start to the code: reads, agrees, asks for the code. */
export async function ask(page, { mustRead = false } = {}) {
  await read(page);
  if (mustRead) await page.locator("#read-box").check();
  await page.locator("#read-next").click();
  await at(page, "agree");
  await agree(page);
}

export async function agree(page) {
  await page.locator("#agree-box").check();
  await page.locator("#agree-form [type=submit]").click();
  await at(page, "code");
}

export async function tell(page, email, { wrong = false, seen = 0 } = {}) {
  const right = await code(email, seen);
  await page.locator("#code-only").fill(wrong ? other(right) : right);
  await page.locator("#code-form [type=submit]").click();
}

export async function draw(page) {
  await page.locator("#mode-drawn").check();
  await page.locator("#pad").scrollIntoViewIfNeeded();
  const box = await page.locator("#pad").boundingBox();
  const [width, middle] = [box.width - 60, box.y + box.height / 2];
  await page.mouse.move(box.x + 30, middle);
  await page.mouse.down();
  for (let step = 1; step <= 40; step += 1) {
    await page.mouse.move(box.x + 30 + (width * step) / 40, middle + Math.sin(step / 2.2) * 38 * (1 - step / 60));
  }
  await page.mouse.up();
}

/** The mark is made: on to the last look. */
export async function review(page) {
  await page.locator("#sign-form [type=submit]").click();
  await at(page, "review");
}

/** Shows a link, where the page asks for one. */
export async function paste(page, link) {
  await page.locator("#link-token").fill(link);
  await page.locator("#link-form [type=submit]").click();
  await at(page, "start");
}

/** From the start to the last look of someone who passes the task on. */
export async function passOn(page, { given, family, address }, email) {
  await page.locator("#open-delegate").click();
  await page.locator("#delegate-given").fill(given);
  await page.locator("#delegate-family").fill(family);
  await page.locator("#delegate-email").fill(address);
  await page.locator("#delegate-form [type=submit]").click();
  await at(page, "read");
  await page.locator("#read-next").click();
  await at(page, "agree");
  await agree(page);
  await tell(page, email);
  await at(page, "review");
}

/** From the start to the last look, typed. */
export async function prepare(page, email, options = {}) {
  await ask(page, options);
  await tell(page, email);
  await at(page, "sign");
  await review(page);
}

export async function confirm(page) {
  await page.locator("#review-now").click();
  await at(page, "done");
}
