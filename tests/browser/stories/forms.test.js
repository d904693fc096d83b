// Forms, for browsers without scripts: what they say, and in which language.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PHONE, enter, launch } from "../room.js";
import { code, request, state } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const send = (page, name) => page.locator(`form[action*="form/${name}"] button[type=submit]`).click();

test("the language that was chosen goes through every form", async () => {
  const made = await request();
  const room = await enter(browser, { ...PHONE, javaScriptEnabled: false });
  const { page } = room;
  const speaks = async () => assert.equal(await page.locator("html").getAttribute("lang"), "fr", page.url());
  await page.goto(made.links[0]);
  await page.locator("#languages summary").click();
  await page.locator("#languages a[lang=fr]").click();
  await page.locator("#form-token").fill(made.links[0]);
  await send(page, "session");
  await speaks();
  await page.locator("#_read").check();
  await send(page, "presented");
  await speaks();
  await page.locator("#_agree").check();
  await send(page, "otp");
  await speaks();
  await page.locator("#code").fill("000000");
  await page.locator("#_confirm").check();
  await send(page, "signature");
  await speaks();
  await page.locator("#code").fill(await code(made.signers[0].email));
  await page.locator("#_confirm").check();
  await send(page, "signature");
  await speaks();
  assert.equal((await state(made.id)).signers[0].state, "SIGNED");
  await room.context.close();
});

test("a form says where the code went, what is wrong with it, and with a name", async () => {
  const made = await request();
  const room = await enter(browser, { ...PHONE, javaScriptEnabled: false });
  const { page } = room;
  await page.goto(made.links[0]);
  await page.locator("#form-token").fill(made.links[0]);
  await send(page, "session");
  await page.locator("#_read").check();
  await send(page, "presented");
  await page.locator("#_agree").check();
  await send(page, "otp");
  const words = await page.locator("main").innerText();
  assert.match(words, /A code was sent to .*@example\.com/);
  assert.match(words, /Valid until \d+ \w+ \d{4}/);
  // The browser itself keeps what was typed, and sends no code of another length.
  await page.locator("#mark").fill("A. Byron");
  await page.locator("#code").fill("12345");
  await page.locator("#_confirm").check();
  await send(page, "signature");
  assert.equal(await page.locator("#mark").inputValue(), "A. Byron");
  assert.equal(await page.locator("#code").evaluate((it) => it.validity.patternMismatch).catch(() => true), true);
  // One that does not check is told by the page.
  const answer = async (fields) => {
    const held = await page.locator("form[action*=\"form/signature\"]").evaluate((form) => Object.fromEntries(new FormData(form))).catch(() => null)
      ?? Object.fromEntries(await Promise.all((await page.locator("form[action*=\"form/signature\"] input[name]").all()).map(async (it) => [await it.getAttribute("name"), await it.inputValue()])));
    const reply = await page.request.post(new URL(await page.locator("form[action*=\"form/signature\"]").getAttribute("action"), page.url()).href, {
      form: { ...held, _confirm: "yes", ...fields }, headers: { "sec-fetch-site": "same-origin" }, maxRedirects: 0,
    });
    await page.goto(new URL(reply.headers().location, `${page.url().split("/sign/")[0]}/sign/form/signature`).href);
    return page.locator("[role=alert]").innerText();
  };
  assert.match(await answer({ code: "12345" }), /This code is wrong\s+Enter the 6 digits of the code/);
  assert.match(await answer({ code: await code(made.signers[0].email), "mark.name": "Ada\u202e" }), /This name cannot be used/);
  await room.context.close();
});
