// A request from its link to the signature, in every way it can be gone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deflateSync } from "node:zlib";
import { PHONE, agree, ask, at, confirm, draw, enter, foreign, launch, open, passOn, prepare, read, review, tell } from "../room.js";
import { api, code, request, signer, state, until } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function signedBy(id) {
  return until(async () => {
    const found = await state(id);
    return found.state === "DONE" ? found : null;
  });
}

test("a name is typed on a desktop, and the signed document comes back", async () => {
  const made = await request();
  const room = await enter(browser);
  await open(room, made.links[0]);
  assert.equal(new URL(room.page.url()).hash, "", "the token has left the address bar");
  await prepare(room.page, made.signers[0].email);
  assert.equal(await room.page.locator("#review-name").textContent(), "Ada Lovelace");
  await confirm(room.page);
  await signedBy(made.id);
  const download = room.page.waitForEvent("download");
  await room.page.locator("#done-download").click();
  assert.match((await download).suggestedFilename(), /signed\.pdf$/);
  assert.deepEqual(room.complaints, []);
  assert.deepEqual(foreign(room), [], "nothing is asked of strangers");
  assert.equal(await room.page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  assert.deepEqual((await room.context.cookies()).map((it) => it.name), ["__Host-paraphe"]);
  await room.context.close();
});

test("a signature is drawn on a phone", async () => {
  const made = await request();
  const room = await enter(browser, PHONE);
  await open(room, made.links[0]);
  await ask(room.page);
  await tell(room.page, made.signers[0].email);
  await at(room.page, "sign");
  await draw(room.page);
  await review(room.page);
  assert.ok(await room.page.locator("#review-image").isVisible());
  await confirm(room.page);
  await signedBy(made.id);
  assert.deepEqual(room.complaints, []);
  await room.context.close();
});

test("a picture of a signature is brought along", async () => {
  const made = await request();
  const room = await enter(browser);
  await open(room, made.links[0]);
  await ask(room.page);
  await tell(room.page, made.signers[0].email);
  await room.page.locator("#mode-uploaded").check();
  await room.page.locator("#image-file").setInputFiles({ name: "mark.png", mimeType: "image/png", buffer: png() });
  await room.page.locator("#image-preview[src]").waitFor();
  await review(room.page);
  await confirm(room.page);
  await signedBy(made.id);
  await room.context.close();
});

test("the keyboard alone is enough", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  const to = async (id) => {
    for (let count = 0; count < 40; count += 1) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), id)) {
        const isSeen = await page.evaluate(() => { const style = getComputedStyle(document.activeElement); const next = document.activeElement.nextElementSibling; return style.outlineStyle !== "none" || (next && getComputedStyle(next).outlineStyle !== "none"); });
        assert.ok(isSeen, `${id} shows that it has the focus`);
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail(`${id} cannot be reached`);
  };
  await to("#start-read");
  await page.keyboard.press("Enter");
  await at(page, "read");
  await to("#read-next");
  await page.keyboard.press("Enter");
  await at(page, "agree");
  await to("#agree-box");
  await page.keyboard.press("Space");
  await to("#agree-form [type=submit]");
  await page.keyboard.press("Enter");
  await at(page, "code");
  await to("#code-only");
  await page.keyboard.type(await code(made.signers[0].email));
  await page.keyboard.press("Enter");
  await at(page, "sign");
  await to("#name");
  await to("#sign-form [type=submit]");
  await page.keyboard.press("Enter");
  await at(page, "review");
  await to("#review-now");
  await page.keyboard.press("Enter");
  await at(page, "done");
  await signedBy(made.id);
  await room.context.close();
});

for (const [language, title, thanks] of [["de", "bittet Sie um Ihre Unterschrift", "Danke, Sie haben unterschrieben"], ["fr", "vous demande de signer", "Merci, vous avez signé"], ["pl", "prosi o podpis", "Dziękujemy, dokument podpisany"]]) {
  test(`the room speaks the signatory's language: ${language}`, async () => {
    const made = await request([signer({ language })]);
    const room = await enter(browser);
    await open(room, made.links[0]);
    assert.equal(await room.page.locator("html").getAttribute("lang"), language);
    assert.equal(await room.page.locator("#start-what").textContent(), title);
    await prepare(room.page, made.signers[0].email);
    await confirm(room.page);
    assert.equal(await room.page.locator("#done-title").textContent(), thanks);
    assert.deepEqual(room.complaints, []);
    await room.context.close();
  });
}

test("without a language of theirs the browser's counts, and the menu changes it in place", async () => {
  const made = await request();
  const room = await enter(browser, { locale: "it-IT" });
  await open(room, made.links[0]);
  assert.equal(await room.page.locator("#start-read").textContent(), "Leggi il documento");
  await room.page.locator("#languages summary").click();
  await room.page.locator("#languages a[lang=nl]").click();
  await room.page.locator("html[lang=nl]").waitFor();
  assert.equal(await room.page.locator("#start-read").textContent(), "Document lezen");
  await read(room.page);
  await room.context.close();
});

test("an approver approves, and a viewer says that they have read", async () => {
  const made = await request([signer({ role: "approver", signatures: [] }), signer({ role: "viewer", signatures: [] }), signer()]);
  const approver = await enter(browser);
  await open(approver, made.links[0]);
  assert.equal(await approver.page.locator("#start-what").textContent(), "asks you to approve");
  await ask(approver.page);
  await tell(approver.page, made.signers[0].email);
  await at(approver.page, "review");
  await confirm(approver.page);
  assert.equal(await approver.page.locator("#done-title").textContent(), "Thank you, you have approved");
  assert.match(await approver.page.locator("#done-next-act").textContent(), /It is no signature/);
  const viewer = await enter(browser);
  await open(viewer, made.links[1]);
  await read(viewer.page);
  await viewer.page.locator("#read-next").click();
  await at(viewer.page, "done");
  assert.deepEqual((await state(made.id)).signers.map((it) => it.state), ["APPROVED", "READ", "NEW"]);
  await approver.context.close();
  await viewer.context.close();
});

test("the task is passed on, with a code", async () => {
  const made = await request([signer()], { options: { delegation: true } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await passOn(page, { given: "Grace", family: "Hopper", address: "grace@example.com" }, made.signers[0].email);
  assert.match(await page.locator("#review-delegate").textContent(), /Grace Hopper/);
  await confirm(page);
  assert.match(await page.locator("#done-words").textContent(), /gets an invitation, and you are no longer asked/);
  assert.doesNotMatch(await page.locator("#done").innerText(), /sealed into/);
  assert.equal((await state(made.id)).signers[0].state, "DELEGATED");
  await room.context.close();
});

test("declining is as easy, and the reason reaches the evidence", async () => {
  const made = await request();
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await page.locator("#open-decline").click();
  await page.locator("#reason").fill("The price is another one.");
  await page.locator("#decline-form [type=submit]").click();
  await at(page, "ended");
  assert.equal(await page.locator("#ended-title").textContent(), "You have declined");
  assert.equal((await state(made.id)).state, "DECLINED");
  const { evidence } = (await api("GET", `/signatures/${made.id}/audit`)).body.data;
  const declined = evidence.events.map((it) => JSON.parse(it.event)).find((it) => it.kind === "SignatureDeclined");
  assert.ok(declined.commitments.reason, "the act commits to its reason");
  assert.match(JSON.stringify(evidence.disclosures), /The price is another one\./);
  await room.context.close();
});

test("questions, attachments, own details and reading to the end come where they are asked for", async () => {
  const asked = signer({ accessCode: "blue 42", challenges: [{ question: "Where did we meet?", answer: "London" }], attachments: [{ name: "Identity card", description: "Both sides", required: true }] });
  const made = await request([asked], { options: { signerMustRead: true, userEditableData: { name: true } } });
  const room = await enter(browser);
  const { page } = room;
  await page.goto(made.links[0]);
  await at(page, "access");
  await page.locator("#access-0").fill("red");
  await page.locator("#access-1").fill("London");
  await page.locator("#access-form [type=submit]").click();
  await page.locator("#access-error:not(:empty)").waitFor();
  await page.locator("#access-0").fill("blue 42");
  await page.locator("#access-form [type=submit]").click();
  await at(page, "start");
  await page.locator("#open-details").click();
  await page.locator("#details-given").fill("Augusta");
  await page.locator("#details-form [type=submit]").click();
  await page.locator("#start-for", { hasText: "Augusta Lovelace" }).waitFor();
  await read(page);
  await page.locator("#read-next").click();
  await page.locator("#read-error:not(:empty)").waitFor();
  await page.locator("#read-box").check();
  await page.locator("#read-next").click();
  await at(page, "attach");
  await page.locator("#attach-next").click();
  await page.locator("#attach-error:not(:empty)").waitFor();
  await page.locator("#attach-list input").setInputFiles({ name: "card.png", mimeType: "image/png", buffer: png() });
  await page.locator("#attach-list .good").waitFor();
  await page.locator("#attach-next").click();
  await at(page, "agree");
  await agree(page);
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await review(page);
  await confirm(page);
  await room.context.close();
});

test("codes by mail and by text message are both asked for", async () => {
  const person = signer({ authentication: ["email", "sms"], mobile: "+39 312 345 6789" });
  const made = await request([person]);
  const room = await enter(browser);
  await open(room, made.links[0]);
  await ask(room.page);
  await room.page.locator("#code-email").fill(await code(person.email));
  await room.page.locator("#code-sms").fill(await code("+393123456789"));
  await room.page.locator("#code-form [type=submit]").click();
  await at(room.page, "sign");
  await review(room.page);
  await confirm(room.page);
  await room.context.close();
});

test("who gets codes by text message is told of the risk, and of the way out when none can be sent", async () => {
  const made = await request([signer({ authentication: ["sms"], mobile: "+39 312 345 6700", email: undefined }), signer()]);
  const [byText, byMail] = [await enter(browser), await enter(browser)];
  for (const [room, link, isTold] of [[byText, made.links[0], true], [byMail, made.links[1], false]]) {
    await open(room, link);
    await read(room.page);
    await room.page.locator("#read-next").click();
    await at(room.page, "agree");
    assert.equal(await room.page.locator("#agree-texts").isVisible(), isTold);
  }
  await byMail.context.close();
  try {
    assert.equal((await api("PUT", "/text-messages", { countries: ["FR"] })).status, 200);
    await byText.page.locator("#agree-box").check();
    await byText.page.locator("#agree-form [type=submit]").click();
    await byText.page.locator("#problem", { hasText: "No code can be sent to your phone" }).waitFor();
  } finally {
    assert.equal((await api("PUT", "/text-messages", {})).status, 200);
  }
  await byText.page.locator("#agree-form [type=submit]").click();
  await at(byText.page, "code");
  await byText.context.close();
});

/** A picture of 60 by 30 pixels with a dark bar on white. */
function png() {
  const [width, height] = [60, 30];
  const rows = Buffer.alloc(height * (width * 3 + 1), 0xff);
  for (let y = 0; y < height; y += 1) {
    rows[y * (width * 3 + 1)] = 0;
    if (y > 12 && y < 18) rows.fill(0x20, y * (width * 3 + 1) + 1 + 15, y * (width * 3 + 1) + 1 + 150);
  }
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0]);
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
