// Files that are asked for beside the signature, and where on the pages the signature will stand.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agree, at, confirm, enter, foreign, launch, open, read, review, tell } from "../room.js";
import { api, evidence, request, signer, state, until } from "../stage.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const card = (words) => ({ name: "card.pdf", mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.4\n% ${words}\n%%EOF\n`) });
const wanted = { name: "Identity card", description: "Both sides", required: true };

async function attach(page, words) {
  await page.locator("#attach-list input").setInputFiles(card(words));
  await page.locator("#attach-list .good").waitFor();
  await page.locator("#attach-next").click();
}

/** The path of what is asked from the first signer. */
async function asked(id) {
  const { signers: [{ id: who, attachments: [file] }] } = (await api("GET", `/signatures/${id}/detail`)).body.data;
  return { file, path: `/signatures/${id}/signers/${who}/attachments/${file.id}` };
}

/** What a browser without scripts shows behind a link. */
async function without(link) {
  const { context, page } = await enter(browser, { javaScriptEnabled: false });
  await page.goto(link);
  await page.locator("#form-token").fill(link);
  await page.locator('form[action*="form/session"] button[type=submit]').click();
  const shown = await page.locator(".panel").innerText();
  assert.equal(await page.locator("form[action*=decline]").count(), 0, "nobody declines what they have done");
  await context.close();
  return shown;
}

test("a file that is not accepted after the signature is replaced, and nothing is signed again", async () => {
  const made = await request([signer({ attachments: [wanted] }), signer()]);
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  await page.locator("#read-next").click();
  await at(page, "attach");
  await attach(page, "blurred");
  await at(page, "agree");
  await agree(page);
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await review(page);
  await confirm(page);
  const { path } = await asked(made.id);
  assert.equal((await api("POST", `${path}/reject`, { reason: "It is blurred." })).status, 200);

  assert.match(await without(made.links[0]), /You have acted already[^]*another file[^]*JavaScript/);
  const later = await enter(browser);
  await later.page.goto(made.links[0]);
  await at(later.page, "attach");
  assert.ok(await later.page.locator("#attach-owed").isVisible(), "the act stands");
  assert.ok(await later.page.locator("#attach-back").isHidden(), "there is no way back into what was done");
  assert.match(await later.page.locator("#asked-what").textContent(), /another file/);
  await later.page.locator("#attach-next").click();
  await later.page.locator("#attach-error:not(:empty)").waitFor();
  await attach(later.page, "sharp");
  await at(later.page, "done");
  assert.equal((await asked(made.id)).file.state, "PROVIDED");
  const kinds = await evidence(made.id);
  assert.equal(kinds.filter((it) => it === "SignatureCreated").length, 1);
  assert.equal(kinds.filter((it) => it === "AttachmentProvided").length, 2);
  for (const it of [room, later]) {
    assert.deepEqual(it.complaints, []);
    assert.deepEqual(foreign(it), []);
    await it.context.close();
  }
});

test("whoever is on the last page is led to the file that is not accepted, and need not bring one that was optional", async () => {
  const made = await request([signer({ attachments: [{ ...wanted, required: false }] }), signer()]);
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  await page.locator("#read-next").click();
  await at(page, "attach");
  await attach(page, "blurred");
  await at(page, "agree");
  await agree(page);
  await tell(page, made.signers[0].email);
  await at(page, "sign");
  await review(page);
  await confirm(page);
  const { path } = await asked(made.id);
  assert.equal((await api("POST", `${path}/reject`, { reason: "It is blurred." })).status, 200);
  await at(page, "attach");
  assert.match(await page.locator("#attach-list").innerText(), /It is blurred\./);
  await page.goBack();
  await at(page, "attach");
  await page.locator("#attach-next").click();
  await at(page, "done");
  const polls = () => room.requests.filter((it) => it.endsWith("/sign/request")).length;
  const before = polls();
  await until(() => polls() > before + 1);
  await at(page, "done");
  // Without scripts as well: what need not be sent hides nothing.
  assert.doesNotMatch(await without(made.links[0]), /another file/);
  assert.deepEqual(room.complaints, []);
  await room.context.close();
});

test("who only reads says that they read all of it, brings the file that is asked for, and confirms", async () => {
  const reader = signer({ role: "viewer", signatures: [], attachments: [wanted] });
  const made = await request([reader, signer()], { options: { signerMustRead: true } });
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  assert.ok(await page.locator("#view-place").isHidden(), "no mark of theirs will stand anywhere");
  await page.locator("#read-next").click();
  await page.locator("#read-error:not(:empty)").waitFor();
  await page.locator("#read-box").check();
  await page.locator("#read-next").click();
  await at(page, "attach");
  await attach(page, "mine");
  await at(page, "done");
  assert.equal((await state(made.id)).signers[0].state, "READ");
  assert.deepEqual(room.complaints, []);
  await room.context.close();
});

test("where the signature will stand is outlined on its page, and gone to by keyboard", async () => {
  const places = [{ page: -1, x: 64, y: 540, width: 212, height: 64 }, { page: 1, x: 300, y: 100, width: 120, height: 40 }];
  const made = await request([signer({ signatures: places })]);
  const room = await enter(browser);
  const { page } = room;
  await open(room, made.links[0]);
  await read(page);
  const spots = page.locator(".leaf .spot");
  assert.equal(await spots.count(), 2);
  const order = [];
  for (let count = 0; count < 3; count += 1) {
    await page.locator("#view-place").press("Enter");
    const here = page.locator(".leaf .spot.here");
    await here.waitFor();
    order.push(await here.evaluate((it) => {
      const [spot, leaf] = [it.getBoundingClientRect(), it.parentElement.getBoundingClientRect()];
      const part = (value, of) => Math.round((1000 * value) / of) / 1000;
      return [part(spot.left - leaf.left, leaf.width), part(spot.top - leaf.top, leaf.height), part(spot.width, leaf.width), part(spot.height, leaf.height)];
    }));
    // It scrolls there by itself, softly.
    await page.waitForFunction(() => {
      const box = document.querySelector(".leaf .spot.here").getBoundingClientRect();
      return box.top >= 0 && box.bottom <= innerHeight;
    });
    assert.ok(await page.locator("#view-place").evaluate((it) => it === document.activeElement), "the focus stays");
    assert.equal(await page.evaluate(() => scrollY), 0, "and so do the tools");
  }
  const near = (found, expected) => found.forEach((it, at) => assert.ok(Math.abs(it - expected[at]) < 0.004, `${found} is not ${expected}`));
  near(order[0], [300 / 595, 100 / 842, 120 / 595, 40 / 842]);
  near(order[1], [64 / 595, 540 / 842, 212 / 595, 64 / 842]);
  assert.deepEqual(order[2], order[0], "after the last comes the first");
  assert.deepEqual(room.complaints, []);
  await room.context.close();
});
