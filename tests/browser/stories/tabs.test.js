// One browser, several tabs and people; the parts of an address; a session that is shared.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { ask, at, confirm, enter, launch, open, paste, prepare, read, renewal, review, tell } from "../room.js";
import { evidence, request, signer, state, until, url } from "../stage.js";

const jsqr = createRequire(import.meta.url)("jsqr");

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const two = () => [signer(), signer({ name: "Grace", surname: "Hopper" })];

test("the skip link moves the focus, and nothing else", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  const skip = async () => {
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    assert.equal(new URL(page.url()).hash, "");
  };
  await skip();
  await at(page, "start");
  await ask(page);
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await skip();
  await at(page, "sign");
  // What names a place of the page is no link, however it came into the address.
  await page.goto("about:blank");
  await page.goto(`${url}/sign#main`);
  await at(page, "start");
  await room.context.close();
});

test("a page acts for the person it was opened for, or not at all", async () => {
  const made = await request(two(), { options: { userEditableData: { name: true, email: true } } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  assert.equal(await page.locator("#start-for").textContent(), "Ada Lovelace");
  const second = await room.context.newPage();
  await second.goto(made.links[1]);
  await at(second, "start");
  const before = await evidence(made.id);
  await page.locator("#open-decline").click();
  await page.locator("#decline-form [type=submit]").click();
  await at(page, "link");
  assert.match(await page.locator("#problem").textContent(), /Another link was opened in this browser/);
  assert.deepEqual(await evidence(made.id), before);
  assert.deepEqual((await state(made.id)).signers.map((it) => it.state), ["NEW", "NEW"]);
  // The link is shown again: now the other tab has to ask.
  await paste(page, made.links[0]);
  await second.locator("#start-read").click();
  await at(second, "link");
  await prepare(page, made.signers[0].email);
  await confirm(page);
  assert.deepEqual((await state(made.id)).signers.map((it) => it.state), ["SIGNED", "NEW"]);
  await room.context.close();
});

test("what was signed is not shown as another's once their link is opened here", async () => {
  const made = await request(two());
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await prepare(page, made.signers[0].email);
  await confirm(page);
  const second = await room.context.newPage();
  await second.goto(made.links[1]);
  await at(second, "start");
  await page.waitForTimeout(3500);
  await at(page, "done");
  assert.equal(await page.locator("#done-title").textContent(), "Thank you, you have signed");
  const [ada, grace] = (await state(made.id)).signers.map((it) => it.id);
  const file = async (whom) => (await page.request.get(`${url}/sign/document?signer=${whom}`)).status();
  assert.deepEqual([await file(ada), await file(grace)], [401, 200], "a link of one page is not answered for another");
  await room.context.close();
});

test("a tab that nobody uses does not end the session of one in use", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await page.clock.install();
  await open(room, made.links[0]);
  const second = await room.context.newPage();
  await second.goto(made.links[0]);
  await at(second, "start");
  // 25 minutes later the second one is used; the first one hears of it.
  await page.clock.runFor("25:00");
  const renewed = await renewal(page);
  await second.mouse.click(5, 400);
  await renewed();
  await page.clock.runFor("10:00");
  await at(page, "start");
  assert.equal((await room.context.cookies()).length, 1);
  await read(second);
  await room.context.close();
});

test("the language that was chosen stays when the page is loaded again", async () => {
  const made = await request([signer({ language: "de" })]);
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await page.locator("html[lang=de]").waitFor();
  await page.locator("#languages summary").click();
  await page.locator("#languages a[lang=nl]").click();
  await page.locator("html[lang=nl]").waitFor();
  await page.reload();
  await at(page, "start");
  assert.equal(await page.locator("html").getAttribute("lang"), "nl");
  assert.equal(await page.locator("#start-read").textContent(), "Document lezen");
  await room.context.close();
});

/** What a camera reads in a picture that is drawn as squares. */
async function scanned(page) {
  const { size, squares } = await page.locator("#qr svg").evaluate((picture) => ({
    size: Number(picture.getAttribute("viewBox").split(" ")[2]),
    squares: [...picture.querySelector("path").getAttribute("d").matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map((it) => [Number(it[1]), Number(it[2])]),
  }));
  const [scale, width] = [4, size * 4];
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [column, row] of squares) {
    for (let y = 0; y < scale; y += 1) {
      const from = (((row + 2) * scale + y) * width + (column + 2) * scale) * 4;
      for (let x = 0; x < scale; x += 1) pixels.fill(0, from + 4 * x, from + 4 * x + 3);
    }
  }
  return jsqr.default ? jsqr.default(pixels, width, width)?.data : jsqr(pixels, width, width)?.data;
}

test("another device goes on where the picture leads, and so does the copied link", async () => {
  const made = await request();
  const room = await enter(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = room;
  await open(room, made.links[0]);
  await page.locator("#open-device").click();
  await page.locator("#qr svg").waitFor();
  const link = await scanned(page);
  assert.equal(link, made.links[0]);
  await page.locator("#device-copy").click();
  await page.locator("#device-copied", { hasText: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  const phone = await enter(browser);
  await open(phone, link);
  await prepare(phone.page, made.signers[0].email);
  await confirm(phone.page);
  assert.equal((await state(made.id)).signers[0].state, "SIGNED");
  await room.context.close();
  await phone.context.close();
});

test("a device is handed over: the session ends, and the next person signs as themselves", async () => {
  const made = await request(two());
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await prepare(page, made.signers[0].email);
  await confirm(page);
  await page.locator("#open-hand").click();
  await page.locator("#hand-now").click();
  await at(page, "link");
  assert.match(await page.locator("#status").textContent(), /Your session has ended/);
  assert.deepEqual(await room.context.cookies(), []);
  await paste(page, made.links[1]);
  assert.equal(await page.locator("#start-for").textContent(), "Grace Hopper");
  await ask(page);
  await tell(page, made.signers[1].email);
  await at(page, "sign");
  assert.equal(await page.locator("#name").inputValue(), "Grace Hopper", "nothing of the first one is left");
  await review(page);
  await confirm(page);
  await until(async () => (await state(made.id)).state === "DONE");
  await room.context.close();
});
