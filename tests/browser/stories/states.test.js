// States off the way to a signature: questions of time, other roles, ends, forms, what is under the pointer; and text
// that runs from the right.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { audit, shot } from "../audit.js";
import { DESKTOP, PHONE, SMALL, agree, ask, at, confirm, enter, launch, open, passOn, prepare, read, review, tell } from "../room.js";
import { api, code, create, request, signer, state, until, url } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const SIZES = [["desktop", DESKTOP], ["phone", PHONE], ["320", SMALL]];
const keep = async (page, size, name) => {
  await audit(page, `${size} ${name}`, { desktop: ["light", "dark"], phone: ["light"], 320: ["dark"] }[size]);
  if (size !== "320") await shot(page, `${size}-${name}`);
};

/** A site that answers when it is told to. */
async function slowSite() {
  const waiting = [];
  let body = null;
  const site = createServer((_, reply) => { if (body === null) waiting.push(reply); else reply.end(body); });
  await new Promise((done) => site.listen(0, "127.0.0.1", done));
  site.unref();
  const answer = (text) => { body = text; for (const reply of waiting) reply.end(text); };
  return { url: `http://127.0.0.1:${site.address().port}/contract.pdf`, answer };
}

for (const [size, options] of SIZES) {
  test(`the question of time, and the last look of others: ${size}`, async () => {
    const made = await request([signer({ role: "approver", signatures: [] }), signer()], { options: { delegation: true } });
    const room = await enter(browser, options);
    const { page } = room;
    await page.clock.install();
    await open(room, made.links[0]);
    await page.clock.runFor("28:30");
    await page.locator("#idle[open]").waitFor();
    await keep(page, size, "09-idle");
    await page.locator("#idle-stay").click();
    await room.context.close();
    const approver = await enter(browser, options);
    await open(approver, made.links[0]);
    await ask(approver.page);
    await tell(approver.page, made.signers[0].email);
    await at(approver.page, "review");
    await keep(approver.page, size, "43-review-approver");
    await approver.context.close();
    const passing = await enter(browser, options);
    await open(passing, made.links[1]);
    await passOn(passing.page, { given: "Alan", family: "Turing", address: "alan@example.com" }, made.signers[1].email);
    await keep(passing.page, size, "44-review-delegation");
    await confirm(passing.page);
    await keep(passing.page, size, "53-delegated");
    await passing.context.close();
  });

  test(`ends that others bring: ${size}`, async () => {
    const made = await request([signer({ group: "board" }), signer({ group: "board" }), signer(), signer({ role: "cc", signatures: [] })]);
    const room = await enter(browser, options);
    const { page } = room;
    const to = async (link) => { await page.goto("about:blank"); await page.goto(link); await page.locator("#ended:not([hidden]), #done:not([hidden])").first().waitFor(); };
    await to(made.links[3]);
    await keep(page, size, "74-copy");
    await open(room, made.links[0]);
    await prepare(page, made.signers[0].email);
    await confirm(page);
    await to(made.links[1]);
    assert.equal(await page.locator("#ended-title").textContent(), "Nothing is left to do");
    await keep(page, size, "75-not-needed");
    // The document lies on a site that takes its time, and then has something else.
    const site = await slowSite();
    const other = await create([signer()], { inputDocuments: [{ sourceType: "remote", url: site.url }] });
    await to(other.links[0]);
    assert.equal(await page.locator("#ended").getAttribute("data-end"), "preparing");
    await keep(page, size, "76-preparing");
    site.answer("no document");
    await page.locator("#ended[data-end=failed]").waitFor();
    await keep(page, size, "77-failed");
    await open(room, made.links[2]);
    await prepare(page, made.signers[2].email);
    await confirm(page);
    await until(async () => (await state(made.id)).state === "DONE");
    await to(made.links[3]);
    await keep(page, size, "79-copy-complete");
    assert.equal((await api("DELETE", `/signatures/${made.id}`)).status, 200);
    await to(made.links[2]);
    await page.locator("#done-words", { hasText: "The document is no longer kept here." }).waitFor();
    assert.equal(await page.locator("#done-download").isVisible(), false);
    await keep(page, size, "78-no-longer-kept");
    await room.context.close();
  });

  test(`forms, from the link to the signed document: ${size}`, async () => {
    const person = signer({ accessCode: "blue 42" });
    const made = await request([person, signer()]);
    const still = await enter(browser, { ...options, javaScriptEnabled: false });
    const { page } = still;
    const send = (name) => page.locator(`form[action$="${name}"] button[type=submit]`).click();
    /** Axe needs scripts: the same page is looked at by a browser that has them, with the same session. */
    const look = async (name) => {
      const seen = await enter(browser, options);
      await seen.context.addCookies(await still.context.cookies());
      await seen.page.goto(`${url}/sign/step`);
      assert.equal(await seen.page.locator("h1").first().innerText(), await page.locator("h1").first().innerText(), name);
      await keep(seen.page, size, name);
      await seen.context.close();
    };
    await page.goto(`${url}/sign/step`);
    await look("90-form-link");
    await page.locator("#form-token").fill(made.links[0]);
    await send("form/session");
    await look("90-form-access");
    await page.locator("#answer-0").fill("blue 42");
    await send("access");
    await look("91-form-read");
    await page.locator("#_read").check();
    await send("presented");
    await page.locator("#_agree").check();
    await send("otp");
    await page.locator("#code").fill(await code(person.email));
    await page.locator("#_confirm").check();
    await send("signature");
    await look("94-form-done");
    const other = await enter(browser);
    await open(other, made.links[1]);
    await prepare(other.page, made.signers[1].email);
    await confirm(other.page);
    await other.context.close();
    await until(async () => (await state(made.id)).state === "DONE");
    await page.goto(`${url}/sign/step`);
    await look("94-form-complete");
    await still.context.close();
  });
}

test("a draft waits for its sender, and goes on by itself once it is sent", async () => {
  const made = await create([signer()], { draft: true });
  await until(async () => (await state(made.id)).state === "DRAFT");
  const room = await enter(browser);
  const { page } = room;
  await page.goto(made.links[0]);
  await page.locator("#ended[data-end=turn]").waitFor();
  assert.equal((await api("POST", `/signatures/${made.id}/activate`)).status, 200);
  await page.clock.install();
  await until(async () => { await page.clock.runFor("00:15"); return page.locator("#start:not([hidden])").isVisible(); });
  await room.context.close();
});

test("five wrong answers lock, and the page says so now and later", async () => {
  const made = await request([signer({ accessCode: "blue 42" })]);
  const room = await enter(browser);
  const { page } = room;
  await page.goto(made.links[0]);
  await at(page, "access");
  for (let left = 4; left >= 0; left -= 1) {
    await page.locator("#access-0").fill("red");
    const answered = page.waitForResponse((it) => it.url().endsWith("/sign/access"));
    await page.locator("#access-form [type=submit]").click();
    await answered;
    if (left > 0) await page.locator("#access-error", { hasText: `Tries left: ${left}` }).waitFor();
  }
  await at(page, "ended");
  assert.equal(await page.locator("#ended-title").textContent(), "Signing is locked");
  await keep(page, "desktop", "84-locked-by-answers");
  assert.equal((await state(made.id)).signers[0].state, "LOCKED");
  await page.goto("about:blank");
  await page.goto(made.links[0]);
  await at(page, "ended");
  assert.equal(await page.locator("#ended-title").textContent(), "Signing is locked");
  await room.context.close();
});

test("what is under the pointer can be read, in light and dark", async () => {
  for (const scheme of ["light", "dark"]) {
    const made = await request([signer()], { options: { delegation: true } });
    const room = await enter(browser, { colorScheme: scheme, reducedMotion: "reduce" });
    const { page } = room;
    await open(room, made.links[0]);
    const over = async (places) => {
      for (const place of places) {
        await page.locator(place).first().hover();
        await audit(page, `${scheme} over ${place}`, [scheme]);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      }
    };
    await over(["#start-read", ".sure summary", "#languages summary", "#open-device", "#open-decline", ".foot a"]);
    await page.locator("#languages summary").click();
    await over(["#languages a[lang=fr]"]);
    await page.keyboard.press("Escape");
    await page.locator("#open-decline").click();
    await over(["#decline-form .danger", "#decline-form [data-close]"]);
    await page.keyboard.press("Escape");
    await read(page);
    await over(["#view-larger", "#view-fit", "#read-download", "#read-next"]);
    await room.context.close();
  }
});

test("the pages about the API have no violation either", async () => {
  for (const [, options] of SIZES) {
    const room = await enter(browser, options);
    await room.page.goto(`${url}/docs`);
    await room.page.locator("h1").first().waitFor();
    // A long page: its colours are those of every size, and are judged once each.
    await audit(room.page, `docs ${options.viewport.width}`, { 1280: ["light"], 390: ["dark"], 320: [] }[options.viewport.width]);
    await room.context.close();
  }
});

test("a language that runs from the right has its place: the page mirrors, and nothing is cut off", async () => {
  for (const [size, options] of SIZES) {
    const asked = signer({ accessCode: "blue 42", attachments: [{ name: "بطاقة", description: "من الجهتين", required: false }] });
    const made = await request([asked], { title: "اتفاقية الخدمات" });
    const room = await enter(browser, options);
    const { page } = room;
    const mirrored = async (name) => {
      await page.evaluate(() => { document.documentElement.dir = "rtl"; });
      const cut = await page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        const isSeen = (it) => it.checkVisibility({ visibilityProperty: true }) && !it.closest(".hidden-text, .skip, .pages, .progress li, .languages, .status") && getComputedStyle(it).clipPath === "none";
        return [...document.querySelectorAll("main *, .bar *, footer *")].filter(isSeen)
          .filter((it) => { const box = it.getBoundingClientRect(); return box.width > 1 && (box.left < -1 || box.right > width + 1); })
          .map((it) => `${it.tagName}#${it.id}.${it.className}`).slice(0, 5);
      });
      assert.deepEqual(cut, [], `${size} ${name}`);
    };
    await page.goto(made.links[0]);
    await at(page, "access");
    await mirrored("access");
    await page.locator("#access-0").fill("blue 42");
    await page.locator("#access-form [type=submit]").click();
    await at(page, "start");
    await mirrored("start");
    const brand = await page.locator("#brand").boundingBox();
    assert.ok(brand.x > options.viewport.width / 2, "the bar begins on the right");
    await read(page);
    await mirrored("read");
    if (size === "desktop") {
      const [pages, panel] = [await page.locator("#document").boundingBox(), await page.locator("#panel").boundingBox()];
      assert.ok(pages.x > panel.x, "the document stands on the right of what is asked");
      await shot(page, "desktop-16-right-to-left");
    }
    await page.locator("#read-next").click();
    await at(page, "attach");
    await mirrored("attach");
    await page.locator("#attach-next").click();
    await at(page, "agree");
    await mirrored("agree");
    await agree(page);
    await mirrored("code");
    await tell(page, asked.email);
    await at(page, "sign");
    await mirrored("sign");
    await review(page);
    await mirrored("review");
    await page.locator("#review-now").click();
    await at(page, "done");
    await mirrored("done");
    await room.context.close();
  }
});
