// The signature itself: photographs, drawing alone, the name as it is written; codes; the sender's look.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { audit } from "../audit.js";
import { PHONE, agree, ask, at, confirm, draw, enter, foreign, launch, open, passOn, prepare, read, review, tell } from "../room.js";
import { code, request, signer, state, until, url } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** From the link to the step of the mark. */
async function toMark(page, link, email) {
  await page.goto(link);
  await at(page, "start");
  await ask(page);
  await tell(page, email);
  await at(page, "sign");
}

/** A photograph of ink on paper in bad light: grain, a shadow over a half, 900 by 400 pixels. */
async function photograph(page, { ink = true } = {}) {
  const url_ = await page.evaluate((hasInk) => {
    const field = document.createElement("canvas");
    [field.width, field.height] = [900, 400];
    const pen = field.getContext("2d");
    const light = pen.createLinearGradient(0, 0, 900, 0);
    light.addColorStop(0, "#d0ccc4");
    light.addColorStop(1, "#9a968e");
    pen.fillStyle = light;
    pen.fillRect(0, 0, 900, 400);
    if (hasInk) {
      pen.strokeStyle = "#1a2350";
      pen.lineWidth = 9;
      pen.lineCap = "round";
      pen.beginPath();
      pen.moveTo(120, 220);
      for (let x = 120; x < 780; x += 4) pen.lineTo(x, 200 + 70 * Math.sin(x / 38));
      pen.stroke();
    }
    const data = pen.getImageData(0, 0, 900, 400);
    let seed = 7;
    for (let place = 0; place < data.data.length; place += 1) {
      if (place % 4 === 3) continue;
      seed = (seed * 1103515245 + 12345) % 2147483648;
      data.data[place] += (seed / 2147483648 - 0.5) * 70;
    }
    pen.putImageData(data, 0, 0);
    return field.toDataURL("image/jpeg", 0.95);
  }, ink);
  return { name: "photo.jpg", mimeType: "image/jpeg", buffer: Buffer.from(url_.split(",")[1], "base64") };
}

test("a name that the document's typeface lacks is shown with its boxes, and drawn unless one insists", async () => {
  const made = await request([signer({ name: "\u592a\u90ce", surname: "\u5c71\u7530 J\u00f3n" })]);
  const room = await enter(browser);
  const { page } = room;
  await toMark(page, made.links[0], made.signers[0].email);
  assert.ok(await page.locator("#mode-drawn").isChecked());
  await page.locator("#mode-typed").check();
  assert.equal(await page.locator("#preview").textContent(), "\u25af\u25af \u25af\u25af J\u00f3n");
  const hint = await page.locator("#name-letters").textContent();
  assert.match(hint, /no letters for \u592a \u90ce \u5c71 \u7530: .* Draw your name instead\./);
  await audit(page, "letters", ["light", "dark"]);
  await page.locator("#name").fill("Taro Yamada J\u00f3n \u0141\u0395\u0416");
  assert.equal(await page.locator("#preview").textContent(), "Taro Yamada J\u00f3n \u0141\u0395\u0416");
  assert.equal(await page.locator("#name-letters").textContent(), "");
  assert.deepEqual(foreign(room), []);
  await room.context.close();
});

test("a photograph of a signature is taken as it comes", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await toMark(page, made.links[0], made.signers[0].email);
  await page.locator("#mode-uploaded").check();
  await page.locator("#image-file").setInputFiles(await photograph(page));
  await page.locator("#image-preview[src]").waitFor();
  // The paper is gone, the ink is there.
  const shares = await page.locator("#image-preview").evaluate(async (image) => {
    await image.decode();
    const field = document.createElement("canvas");
    [field.width, field.height] = [image.naturalWidth, image.naturalHeight];
    const pen = field.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, field.width, field.height);
    let [clear, full] = [0, 0];
    for (let place = 3; place < data.length; place += 4) { clear += Number(data[place] < 30); full += Number(data[place] > 200); }
    return { clear: (4 * clear) / data.length, full: (4 * full) / data.length };
  });
  assert.ok(shares.clear > 0.7, `${shares.clear} of it is clear`);
  assert.ok(shares.full > 0.03, `${shares.full} of it is ink`);
  await review(page);
  await confirm(page);
  await until(async () => (await state(made.id)).state === "DONE");
  await room.context.close();
});

test("a picture that shows no signature is refused where it is chosen, in the page's language", async () => {
  const made = await request([signer({ language: "de" })]);
  const room = await enter(browser);
  const { page } = room;
  await toMark(page, made.links[0], made.signers[0].email);
  await page.locator("#mode-uploaded").check();
  for (const file of [await photograph(page, { ink: false }), { name: "x.png", mimeType: "image/png", buffer: Buffer.from("no picture") }]) {
    await page.locator("#image-file").setInputFiles(file);
    await page.locator("#image-error", { hasText: "Dieses Bild kann nicht gelesen werden." }).waitFor();
  }
  await page.locator("#sign-form [type=submit]").click();
  await at(page, "sign");
  await room.context.close();
});

test("where only drawing is allowed a picture is the way without a pen, and forms say what they cannot do", async () => {
  const made = await request([signer()], { options: { signatureMode: ["drawn"] } });
  const room = await enter(browser);
  const { page } = room;
  await toMark(page, made.links[0], made.signers[0].email);
  assert.equal(await page.locator("#mode-typed-choice").isVisible(), false);
  assert.ok(await page.locator("#mode-uploaded-choice").isVisible());
  await page.locator("#sign-form [type=submit]").click();
  await page.locator("#pad-error:not(:empty)").waitFor();
  await draw(page);
  await review(page);
  await confirm(page);
  await room.context.close();
  const other = await request([signer()], { options: { signatureMode: ["drawn"] } });
  const files = await request([signer({ attachments: [{ name: "Identity card", required: true }] })]);
  for (const { links } of [other, files]) {
    const still = await enter(browser, { ...PHONE, javaScriptEnabled: false });
    const send = (name) => still.page.locator(`form[action$="${name}"] button[type=submit]`).click();
    await still.page.goto(links[0]);
    await still.page.locator("#form-token").fill(links[0]);
    await send("form/session");
    await still.page.locator("#_read").check();
    await send("presented");
    assert.equal(await still.page.locator("h1").innerText(), "This document needs JavaScript");
    assert.equal(await still.page.locator("form[action$=otp]").count(), 0, "no code is sent for nothing");
    await still.context.close();
  }
});

test("the name is shown as it will stand while it is typed", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await toMark(page, made.links[0], made.signers[0].email);
  assert.equal(await page.locator("#preview").textContent(), "Ada Lovelace");
  await page.locator("#name").fill("");
  await page.locator("#name").pressSequentially("A. Byron");
  assert.equal(await page.locator("#preview").textContent(), "A. Byron");
  assert.match(await page.locator("#preview").evaluate((it) => getComputedStyle(it).fontFamily), /hand|Caveat/i);
  await review(page);
  assert.equal(await page.locator("#review-name").textContent(), "A. Byron");
  await room.context.close();
});

test("the code's field is made for codes, and takes a pasted one as mails write it", async () => {
  const made = await request();
  const room = await enter(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = room;
  await open(room, made.links[0]);
  await ask(page);
  const field = page.locator("#code-only");
  assert.equal(await page.locator("#code-fields input").count(), 1);
  assert.equal(await field.getAttribute("autocomplete"), "one-time-code");
  assert.equal(await field.getAttribute("inputmode"), "numeric");
  const right = await code(made.signers[0].email);
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${right.slice(0, 3)} ${right.slice(3)}`);
  await field.focus();
  await page.keyboard.press("Control+V");
  await page.locator("#code-form [type=submit]").click();
  await at(page, "sign");
  await review(page);
  await confirm(page);
  await room.context.close();
});

test("what the service refuses is said in the page's language", async () => {
  const made = await request([signer({ language: "fr" })], { options: { delegation: true, userEditableData: { name: true, email: true, mobile: true } } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await page.locator("#open-details").click();
  for (const [field, value, words] of [["given", "Ada\u202e", "Ce nom ne peut pas être utilisé"], ["mobile", "12", "Ce numéro de mobile ne peut pas être utilisé"]]) {
    await page.locator(`#details-${field}`).fill(value);
    await page.locator("#details-form [type=submit]").click();
    await page.locator("#details-error", { hasText: words }).waitFor();
    await page.locator(`#details-${field}`).fill(field === "given" ? "Ada" : "");
  }
  await page.keyboard.press("Escape");
  await passOn(page, { given: "Ada", family: "Lovelace", address: made.signers[0].email }, made.signers[0].email);
  await page.locator("#review-now").click();
  await page.locator("#problem", { hasText: "Cette personne est déjà sollicitée." }).waitFor();
  assert.doesNotMatch(await page.locator("main").innerText(), /[Tt]he (code|name|person|request)/);
  await room.context.close();
});

const UI = {
  headerBackgroundColor: "#0b3d2e", headerTitleColor: "#ffffff", headerSubtitleColor: "#d7eadf",
  sidebarBackgroundColor: "#0b1f3a", sidebarTitleColor: "#ffffff", sidebarTextColor: "#e0e0e0", footerBackgroundColor: "#808080",
  buttonBackgroundColor: "#1a5fb4", buttonTextColor: "#ffffff", buttonBackgroundColorHover: "#0b3d91", buttonTextColorHover: "#ffffff",
  signButtonBackgroundColor: "#1b5e20", signButtonTextColor: "#ffffff", signButtonBackgroundColorHover: "#a5d6a7", signButtonTextColorHover: "#000000",
};

const style = (page, place, name) => page.locator(place).first().evaluate((it, of) => getComputedStyle(it)[of], name);
const rgb = (hex) => `rgb(${[1, 3, 5].map((at_) => Number.parseInt(hex.slice(at_, at_ + 2), 16)).join(", ")})`;

/** The contrast of a text with the ground behind it (WCAG 2.2), as they are painted. */
async function contrast(page, place) {
  return page.locator(place).first().evaluate((it) => {
    const parts = (text) => text.match(/[\d.]+/g).map(Number);
    let ground = it;
    while (ground && (parts(getComputedStyle(ground).backgroundColor)[3] ?? 1) === 0) ground = ground.parentElement;
    const light = (text) => {
      const [r, g, b] = parts(text).slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [one, other] = [light(getComputedStyle(it).color), light(getComputedStyle(ground ?? document.body).backgroundColor)];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  });
}

test("the sender's colours are painted as they were given, and every text on them can be read, also under the pointer", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const made = await request([signer()], { options: { ui: { ...UI, cancelUrl: "https://app.example.com/later" } } });
    const room = await enter(browser, { colorScheme, reducedMotion: "reduce" });
    const { page } = room;
    await open(room, made.links[0]);
    assert.equal(await style(page, ".bar", "backgroundColor"), rgb(UI.headerBackgroundColor));
    assert.equal(await style(page, ".brand", "color"), rgb(UI.headerTitleColor));
    assert.equal(await style(page, ".host", "color"), rgb(UI.headerSubtitleColor));
    assert.equal(await style(page, "#work", "backgroundColor"), rgb(UI.sidebarBackgroundColor));
    assert.equal(await style(page, ".foot", "backgroundColor"), rgb(UI.footerBackgroundColor));
    assert.equal(await style(page, "#start-read", "backgroundColor"), rgb(UI.signButtonBackgroundColor));
    assert.equal(await style(page, "#start-read", "color"), rgb(UI.signButtonTextColor));
    await page.locator("#start-read").hover();
    assert.equal(await style(page, "#start-read", "backgroundColor"), rgb(UI.signButtonBackgroundColorHover));
    assert.equal(await style(page, "#start-read", "color"), rgb(UI.signButtonTextColorHover));
    for (const place of [".foot p", ".foot a", ".host", "#languages summary", "#open-device", "#open-hand", "#open-decline", "#leave-return"]) {
      assert.ok(await contrast(page, place) >= 4.5, `${colorScheme} ${place}: ${await contrast(page, place)}`);
      await page.locator(place).first().hover();
      assert.ok(await contrast(page, place) >= 4.5, `${colorScheme} ${place} under the pointer: ${await contrast(page, place)}`);
    }
    await read(page);
    await page.locator("#read-next").click();
    await at(page, "agree");
    assert.equal(await style(page, "#agree [data-back]", "backgroundColor"), rgb(UI.buttonBackgroundColor));
    assert.equal(await style(page, "#agree [data-back]", "color"), rgb(UI.buttonTextColor));
    await page.locator("#agree [data-back]").hover();
    assert.equal(await style(page, "#agree [data-back]", "backgroundColor"), rgb(UI.buttonBackgroundColorHover));
    assert.equal(await style(page, "#agree [data-back]", "color"), rgb(UI.buttonTextColorHover));
    assert.equal(await style(page, ".asked .subject", "color"), rgb(UI.sidebarTitleColor));
    assert.equal(await style(page, ".asked .kicker", "color"), rgb(UI.sidebarTextColor));
    await audit(page, `${colorScheme} themed agree`, [colorScheme]);
    await room.context.close();
  }
});

test("the focus is seen on every ground that a sender can choose", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const ground of ["#0b1f3a", "#ffffff", "#808080", "#1f4fb4"]) {
      const text = ["#0b1f3a", "#1f4fb4"].includes(ground) ? "#ffffff" : "#000000";
      const ui = { headerBackgroundColor: ground, headerTitleColor: text, sidebarBackgroundColor: ground, sidebarTitleColor: text, sidebarTextColor: text, footerBackgroundColor: ground };
      const made = await request([signer()], { options: { ui } });
      const room = await enter(browser, { colorScheme, reducedMotion: "reduce" });
      const { page } = room;
      await open(room, made.links[0]);
      await page.keyboard.press("Tab");
      for (const place of ["#languages summary", "#open-device", "#open-decline", ".foot a", "#start-read"]) {
        await page.locator(place).first().focus();
        const ring = await page.locator(place).first().evaluate((it) => {
          const light = (color) => {
            const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          let behind = it.parentElement;
          while (behind.parentElement && (getComputedStyle(behind).backgroundColor.match(/[\d.]+/g)[3] ?? "1") === "0") behind = behind.parentElement;
          const style = getComputedStyle(it);
          const below = light(getComputedStyle(behind).backgroundColor);
          const contrasts = [style.outlineColor, style.boxShadow.match(/rgba?\([^)]*\)/)?.[0] ?? "rgb(127,127,127)"].map(light);
          return { isDrawn: style.outlineStyle !== "none", best: Math.max(...contrasts.map((one) => (Math.max(one, below) + 0.05) / (Math.min(one, below) + 0.05))) };
        });
        assert.ok(ring.isDrawn && ring.best >= 3, `${colorScheme} ${ground} ${place}: ${ring.best}`);
      }
      await room.context.close();
    }
  }
});

test("what the sender hides is not there, and the logo is theirs", async () => {
  const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  const hidden = { hideHeader: true, hideSidebar: true, hideDownloadValidated: true, hideDownloadSigned: true };
  const made = await request([signer()], { options: { ui: hidden } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  assert.equal(await page.locator(".bar").isVisible(), false);
  await read(page);
  for (const place of ["#view-download", "#read-download"]) assert.equal(await page.locator(place).isVisible(), false, place);
  const box = await page.locator("#asked").boundingBox();
  assert.ok(box === null || box.width <= 1, "what is asked is not seen beside the document");
  await page.locator("#read-next").click();
  await at(page, "agree");
  await agree(page);
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await review(page);
  await confirm(page);
  await page.locator("#done-words", { hasText: "complete" }).waitFor();
  assert.equal(await page.locator("#done-download").isVisible(), false);
  await room.context.close();
  const site = createServer((_, reply) => reply.setHeader("content-type", "image/png").end(picture));
  await new Promise((done) => site.listen(0, "127.0.0.1", done));
  site.unref();
  const logo = await request([signer()], { options: { ui: { sidebarLogo: `http://127.0.0.1:${site.address().port}/logo.png` } } });
  const branded = await enter(browser);
  await open(branded, logo.links[0]);
  await branded.page.locator("#brand img").waitFor({ state: "attached" });
  assert.match(await branded.page.locator("#brand img").getAttribute("src"), /^blob:/);
  assert.deepEqual(foreign(branded), [], "the browser asks nothing of the sender's site");
  site.close();
  await branded.context.close();
});

test("without scripts the look is the sender's as well, and so is the way back", async () => {
  const ui = { ...UI, hideDownloadSigned: true, sidebarLogo: "https://cdn.example.com/logo.png", completeUrl: "https://app.example.com/done", cancelUrl: "https://app.example.com/later" };
  const made = await request([signer()], { options: { ui } });
  const room = await enter(browser, { javaScriptEnabled: false });
  const { page } = room;
  const send = (name) => page.locator(`form[action$="${name}"] button[type=submit]`).click();
  const led = async () => new URL(await page.locator("a[href^=\"https://app.example.com\"]").getAttribute("href"));
  await page.goto(made.links[0]);
  await page.locator("#form-token").fill(made.links[0]);
  await send("form/session");
  assert.equal((await led()).searchParams.get("paraphe_result"), "cancelled");
  assert.equal(await page.locator("#brand img").getAttribute("src"), "../sign/logo");
  await page.locator("#_read").check();
  await send("presented");
  await page.locator("#_agree").check();
  await send("otp");
  await page.locator("#code").fill(await code(made.signers[0].email));
  await page.locator("#_confirm").check();
  await send("signature");
  assert.equal((await led()).searchParams.get("paraphe_result"), "signed");
  await until(async () => (await state(made.id)).state === "DONE");
  await page.goto(`${url}/sign/step`);
  assert.match(await page.locator("h1").innerText(), /document is complete/);
  assert.equal(await page.locator("a[href*=\"which=signed\"]").count(), 0, "the sender hides it");
  const cookies = await room.context.cookies();
  await room.context.close();
  // Styles are asked of a page that has scripts: the browser's protocol needs them.
  const seen = await enter(browser);
  await seen.context.addCookies(cookies);
  await seen.page.goto(`${url}/sign/step`);
  assert.equal(await style(seen.page, ".bar", "backgroundColor"), rgb(UI.headerBackgroundColor));
  assert.equal(await style(seen.page, ".foot", "backgroundColor"), rgb(UI.footerBackgroundColor));
  assert.ok(await contrast(seen.page, ".foot p") >= 4.5);
  await seen.context.close();
});

test("names that carry scripts are text in every other place as well", async () => {
  const evil = "<img src=x onerror=\"globalThis.pwned = 1\">";
  const asked = signer({ challenges: [{ question: evil, answer: "London" }], attachments: [{ name: evil, description: evil, required: false }] });
  const made = await request([asked, signer()], { options: { delegation: false } });
  const room = await enter(browser);
  const { page } = room;
  await page.goto(made.links[0]);
  await at(page, "access");
  assert.equal(await page.locator("label[for=access-0]").textContent(), evil);
  await page.locator("#access-0").fill("London");
  await page.locator("#access-form [type=submit]").click();
  await at(page, "start");
  await read(page);
  await page.locator("#read-next").click();
  await at(page, "attach");
  assert.match(await page.locator("#attach-list").innerText(), /<img src=x onerror/);
  await page.locator("#attach-next").click();
  await at(page, "agree");
  await room.context.close();
  const passing = await request([signer()], { options: { delegation: true } });
  const other = await enter(browser);
  await open(other, passing.links[0]);
  await passOn(other.page, { given: evil, family: "Hopper", address: "grace@example.com" }, passing.signers[0].email);
  assert.ok((await other.page.locator("#review-delegate").textContent()).startsWith(evil));
  for (const { page: one, complaints } of [room, other]) {
    assert.equal(await one.evaluate(() => globalThis.pwned).catch(() => undefined), undefined);
    assert.deepEqual(complaints, []);
  }
  await other.context.close();
});
