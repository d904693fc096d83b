// What stays, and for whom: ticks, codes, looks and languages, when persons, documents and languages change.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { cut, mend } from "../cable.js";
import { PHONE, agree, ask, at, confirm, draw, enter, launch, open, paste, prepare, read, review, tell } from "../room.js";
import { code, line, pdf, request, signer, state, until } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());
afterEach(mend);

const two = (more = {}) => [signer(more), signer({ name: "Grace", surname: "Hopper", ...more })];

async function handOver(page) {
  await page.locator("#open-hand").click();
  await page.locator("#hand-now").click();
  await at(page, "link");
}

async function choose(page, language) {
  await page.locator("#languages summary").click();
  await page.locator(`#languages a[lang=${language}]`).click();
  await page.locator(`html[lang=${language}]`).waitFor();
}

test("to have read the document is said by everyone for themselves, and of these bytes", async () => {
  const made = await request(two(), { options: { signerMustRead: true } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  await page.locator("#read-box").check();
  await handOver(page);
  await paste(page, made.links[1]);
  await read(page);
  assert.equal(await page.locator("#read-box").isChecked(), false, "it was another who had read it");
  await page.locator("#read-box").check();
  await page.goBack();
  await at(page, "start");
  await read(page);
  assert.equal(await page.locator("#read-box").isChecked(), true, "nothing has changed");
  // Meanwhile the other one signs: the document is another one then.
  const elsewhere = await enter(browser);
  await open(elsewhere, made.links[0]);
  await prepare(elsewhere.page, made.signers[0].email, { mustRead: true });
  await confirm(elsewhere.page);
  const before = await page.locator("#read-digest").textContent();
  await page.goBack();
  await at(page, "start");
  await until(async () => {
    await page.locator("#start-read").click();
    await at(page, "read");
    const isNew = (await page.locator("#read-digest").textContent()) !== before;
    if (!isNew) { await page.goBack(); await at(page, "start"); }
    return isNew;
  });
  assert.equal(await page.locator("#read-box").isChecked(), false, "these bytes were not read");
  await elsewhere.context.close();
  await room.context.close();
});

test("where pages cannot be shown the document is offered, also where the sender hides its download", async () => {
  const made = await request([signer({ signatures: [{ page: 1, x: 64, y: 540, width: 212, height: 64 }] })], {
    document: pdf([line("unseen", 9000, 9000)]), options: { ui: { hideDownloadValidated: true } },
  });
  const room = await enter(browser);
  const { page } = room;
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "pdfViewerEnabled", { get: () => false }));
  await open(room, made.links[0]);
  await page.locator("#start-read").click();
  await page.locator("#status", { hasText: "Download and read it" }).waitFor();
  assert.ok(await page.locator("#read-download").isVisible());
  const download = page.waitForEvent("download");
  await page.locator("#read-download").click();
  await download;
  await room.context.close();
});

test("passing on with codes by text message asks for a number, and can be taken back", async () => {
  const person = signer({ authentication: ["email", "sms"], mobile: "+39 312 345 6791" });
  const made = await request([person], { options: { delegation: true } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await page.locator("#open-delegate").click();
  for (const [field, value] of [["given", "Grace"], ["family", "Hopper"], ["email", "grace@example.com"]]) await page.locator(`#delegate-${field}`).fill(value);
  assert.equal(await page.locator("#delegate-mobile-note").isVisible(), false, "the number is not called optional");
  await page.locator("#delegate-form [type=submit]").click();
  assert.ok(await page.locator("#delegate").isVisible(), "the browser asks for it");
  await page.locator("#delegate-mobile").fill("+39 312 345 6792");
  await page.locator("#delegate-form [type=submit]").click();
  await at(page, "read");
  assert.equal(await page.locator("#start-what").textContent(), "asks you to sign");
  // The way back is beside the steps; and so it is in the dialog.
  await page.locator("#keep-task").click();
  await at(page, "read");
  assert.equal(await page.locator("#keep-task").isVisible(), false);
  await page.locator("#read-next").click();
  await at(page, "agree");
  await page.locator("#open-delegate").click();
  await page.locator("#delegate-form [type=submit]").click();
  await at(page, "agree");
  await page.locator("#open-delegate").click();
  await page.keyboard.press("Escape");
  await at(page, "read");
  await page.locator("#read-next").click();
  await agree(page);
  await page.locator("#code-email").fill(await code(person.email));
  await page.locator("#code-sms").fill(await code("+393123456791"));
  await page.locator("#code-form [type=submit]").click();
  await at(page, "sign");
  await review(page);
  await confirm(page);
  assert.equal((await state(made.id)).signers[0].state, "SIGNED");
  await room.context.close();
});

test("a step that is missing is said, and not only led back to", async () => {
  const made = await request([signer({ authentication: ["sms"], mobile: "+39 312 345 6793" })], { options: { delegation: true } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await page.locator("#open-delegate").click();
  for (const [field, value] of [["given", "Grace"], ["family", "Hopper"], ["email", "grace@example.com"]]) await page.locator(`#delegate-${field}`).fill(value);
  await page.locator("#delegate-mobile").evaluate((it) => { it.required = false; });
  await page.locator("#delegate-form [type=submit]").click();
  await at(page, "read");
  await page.locator("#read-next").click();
  await at(page, "agree");
  await agree(page);
  await tell(page, "+393123456793");
  await at(page, "review");
  await page.locator("#review-now").click();
  await page.locator("#problem", { hasText: "needs a mobile number" }).waitFor();
  await room.context.close();
});

test("the step of the code says what is true now: after a new code, a reload, another address", async () => {
  const made = await request([signer()], { options: { userEditableData: { email: true } } });
  const room = await enter(browser);
  const { page } = room;
  const [email] = made.signers.map((it) => it.email);
  await open(room, made.links[0]);
  await ask(page);
  // The page is loaded again within the pause between two codes: the code that was sent is still good.
  await page.reload();
  await at(page, "start");
  await ask(page);
  await page.locator("#code-sent", { hasText: "a moment ago" }).waitFor();
  assert.match(await page.locator("#code-sent").textContent(), /@example\.com/);
  assert.equal(await page.locator("#problem").textContent(), "");
  assert.equal(await page.locator("#code-until").textContent(), "");
  assert.match(await page.locator("#code-wait").textContent(), /in \d+ s/);
  await tell(page, email, { wrong: true });
  await at(page, "sign");
  await review(page);
  await page.locator("#review-now").click();
  await page.locator("#code-error", { hasText: "Tries left: 4" }).waitFor();
  // A new code takes the words about the old one away.
  await page.waitForFunction(() => !document.getElementById("code-resend").disabled, null, { timeout: 90_000 });
  await page.locator("#code-resend").click();
  await page.locator("#code-sent", { hasText: "was sent to" }).waitFor();
  await until(async () => (await page.locator("#code-error").textContent()) === "");
  assert.equal(await page.locator("#code-only").getAttribute("aria-invalid"), "false");
  // Whoever changes where codes go has none.
  const address = `new.${email}`;
  await page.locator("#open-details").click();
  await page.locator("#details-email").fill(address);
  await page.locator("#details-form [type=submit]").click();
  await at(page, "start");
  await read(page);
  await page.locator("#read-next").click();
  await at(page, "agree");
  await page.locator("#agree-box").check();
  await page.locator("#agree-form [type=submit]").click();
  await page.locator("#status", { hasText: "You can ask for a new one" }).waitFor();
  await at(page, "agree");
  await room.context.close();
});

test("the look and the language of one request are not those of the next", async () => {
  const ui = { headerBackgroundColor: "#0b3d2e", headerTitleColor: "#ffffff", hideSidebar: true };
  const first = await request([signer({ language: "de" })], { options: { ui } });
  const second = await request([signer({ name: "Grace", surname: "Hopper" })]);
  const room = await enter(browser);
  const { page } = room;
  const ground = () => page.locator(".bar").evaluate((it) => getComputedStyle(it).backgroundColor);
  await page.goto("about:blank");
  await page.goto(second.links[0].split("#")[0]);
  await at(page, "link");
  const plain = await ground();
  await page.goto("about:blank");
  await open(room, first.links[0]);
  assert.equal(await ground(), "rgb(11, 61, 46)");
  await choose(page, "fr");
  await handOver(page);
  await page.locator("html[lang=en]").waitFor();
  assert.equal(await ground(), plain);
  await paste(page, second.links[0]);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.locator("#start-read").textContent(), "Read the document");
  assert.equal(await ground(), plain);
  await room.context.close();
});

test("another language is put in place: nothing is lost on any step", async () => {
  const made = await request([signer()], { options: { signerMustRead: true } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  await page.locator("#read-box").check();
  await choose(page, "fr");
  await at(page, "read");
  assert.equal(await page.locator("#read-next").textContent(), "Continuer");
  assert.equal(await page.locator("#read-box").isChecked(), true);
  assert.match(await page.locator("#view-page").textContent(), /Page 1 sur/);
  assert.match(await page.title(), /^Lisez le document – Services agreement$/);
  await page.locator("#read-next").click();
  await at(page, "agree");
  await page.locator("#agree-box").check();
  await choose(page, "de");
  assert.equal(await page.locator("#agree-box").isChecked(), true);
  await page.locator("#agree-form [type=submit]").click();
  await at(page, "code");
  await page.locator("#code-only").fill("12");
  await page.locator("#code-form [type=submit]").click();
  await choose(page, "it");
  assert.match(await page.locator("#code-sent").textContent(), /^È stato inviato un codice a /);
  assert.match(await page.locator("#code-until").textContent(), /\d\d[:.]\d\d/);
  assert.equal(await page.locator("#code-error").textContent(), "Inserisca le 6 cifre del codice.");
  assert.equal(await page.locator("#code-only").inputValue(), "12");
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await page.locator("#name").fill("A. Byron");
  await draw(page);
  const ink = () => page.locator("#pad").evaluate((it) => it.toDataURL());
  const before = await ink();
  await choose(page, "pl");
  assert.equal(await ink(), before, "the drawing is there");
  assert.equal(await page.locator("#mode-drawn").isChecked(), true);
  assert.equal(await page.locator("#name").inputValue(), "A. Byron");
  await review(page);
  await choose(page, "nl");
  await at(page, "review");
  assert.equal(await page.locator("#review-now").textContent(), "Nu ondertekenen");
  assert.ok(await page.locator("#review-image").isVisible());
  cut("/sign?", "before");
  await page.locator("#languages summary").click();
  await page.locator("#languages a[lang=en]").click();
  await page.locator("#problem:not(:empty)").waitFor();
  mend();
  assert.equal(await page.locator("html").getAttribute("lang"), "nl");
  await confirm(page);
  assert.deepEqual(room.complaints, []);
  await room.context.close();
});

test("the menu of languages closes by Escape, and by a click beside it", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  const isOpen = () => page.locator("#languages").evaluate((it) => it.open);
  await page.locator("#languages summary").click();
  await page.keyboard.press("Escape");
  assert.equal(await isOpen(), false);
  assert.equal(await page.evaluate(() => document.activeElement.localName), "summary");
  await page.locator("#languages summary").click();
  await page.mouse.click(5, 500);
  assert.equal(await isOpen(), false);
  await room.context.close();
});

test("a drawing stays whole when a phone is turned, and is sealed as it is seen", async () => {
  const made = await request();
  const room = await enter(browser, PHONE);
  const { page } = room;
  await open(room, made.links[0]);
  await ask(page);
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await draw(page);
  /** Where ink is, in pixels of the field. */
  const ink = () => page.locator("#pad").evaluate((field) => {
    const { data, width, height } = field.getContext("2d").getImageData(0, 0, field.width, field.height);
    const box = { left: width, top: height, right: 0, bottom: 0 };
    for (let place = 0; place < width * height; place += 1) {
      if (data[4 * place + 3] < 40) continue;
      const [x, y] = [place % width, Math.floor(place / width)];
      Object.assign(box, { left: Math.min(box.left, x), right: Math.max(box.right, x), top: Math.min(box.top, y), bottom: Math.max(box.bottom, y) });
    }
    const ratio = width / field.clientWidth;
    return { width: (box.right - box.left) / ratio, height: (box.bottom - box.top) / ratio, right: box.right / ratio, bottom: box.bottom / ratio, field: [field.clientWidth, field.clientHeight] };
  });
  const shape = ({ width, height }) => width / height;
  const before = await ink();
  for (const [width, height] of [[844, 390], [390, 844], [844, 390]]) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    const now = await ink();
    assert.ok(now.right <= now.field[0] && now.bottom <= now.field[1] - 1, `all of it is in the field: ${JSON.stringify(now)}`);
    assert.ok(Math.abs(shape(now) / shape(before) - 1) < 0.08, `its shape is the same: ${shape(before)}, ${shape(now)}`);
  }
  const turned = await ink();
  const sent = page.waitForRequest((it) => it.url().endsWith("/sign/signature"));
  await review(page);
  await confirm(page);
  const points = (await sent).postDataJSON().mark.strokes.flat();
  const reach = (axis) => Math.max(...points.map((it) => it[axis])) - Math.min(...points.map((it) => it[axis]));
  assert.ok(Math.abs(reach(0) / reach(1) / shape(turned) - 1) < 0.12, "what is sent has the shape that is seen");
  await room.context.close();
});
