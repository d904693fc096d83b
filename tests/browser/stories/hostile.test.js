// Words from outside that would like to be more than words.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, confirm, enter, foreign, launch, open, prepare } from "../room.js";
import { api, request, signer } from "../stage.js";

const MARKUP = [
  "<script>globalThis.pwned = 1</script>",
  "<img src=x onerror=\"globalThis.pwned = 1\">",
  "\"><svg onload=globalThis.pwned=1>",
  "</script><script>globalThis.pwned = 1</script>",
  "javascript:globalThis.pwned=1",
  "{{constructor.constructor('globalThis.pwned=1')()}}",
  "${globalThis.pwned=1} {requester} %s &lt;b&gt; &amp;",
  "'-globalThis.pwned=1-'",
  "<a href=\"https://evil.example\">Sign here</a>",
  "עברית בכותרת and English",
];

/** Characters that hide or reorder others, and those that end a line of a header. */
const HIDDEN = ["Agreement\u202efdp.exe", "Agreement\u2066x\u2069", "a\u0000b", "a\u200fb\u202d"];

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [at_, text] of MARKUP.entries()) {
  test(`markup in every text is text: ${text.slice(0, 30)}`, async () => {
    const person = signer({ name: text.slice(0, 99), surname: "Lovelace" });
    const made = await request([person], { title: text, description: `${text}\nhttps://evil.example/`, options: { consentText: `I agree. ${text}` } });
    const room = await enter(browser);
    await open(room, made.links[0]);
    assert.equal(await room.page.locator("#start-subject").textContent(), text);
    assert.ok((await room.page.locator("#start-message").textContent()).startsWith(text));
    assert.equal(await room.page.locator("main a[href*=evil]").count(), 0, "no link is made of anyone's words");
    // One whole story is enough: all texts go the same ways.
    if (at_ === 0) {
      await prepare(room.page, person.email);
      assert.ok((await room.page.locator("#review-consent").textContent()).endsWith(text));
      await confirm(room.page);
    }
    assert.equal(await room.page.evaluate(() => globalThis.pwned), undefined);
    assert.deepEqual(room.complaints, []);
    assert.deepEqual(foreign(room), []);
    await room.context.close();
  });
}

test("what hides or reorders characters is refused, or is shown without doing so", async () => {
  for (const text of HIDDEN) {
    const reply = await api("POST", "/EU-SES", { title: text, inputDocuments: [{ sourceType: "remote", url: "https://example.com/a.pdf" }], signers: [signer()] });
    assert.equal(reply.status, 422, JSON.stringify(text));
    const named = await api("POST", "/EU-SES", { title: "t", inputDocuments: [{ sourceType: "remote", url: "https://example.com/a.pdf" }], signers: [signer({ name: text })] });
    assert.equal(named.status, 422, JSON.stringify(text));
  }
  const broken = await api("POST", "/EU-SES", { title: "a\r\nBcc: eve@example.com", inputDocuments: [{ sourceType: "remote", url: "https://example.com/a.pdf" }], signers: [signer()] });
  assert.equal(broken.status, 422);
});

test("the page leads back only to where the sender said, and never to a script", async () => {
  for (const completeUrl of ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://evil.example/", "https://a@evil.example/", "\\\\evil.example"]) {
    const reply = await api("POST", "/EU-SES", { title: "t", inputDocuments: [{ sourceType: "remote", url: "https://example.com/a.pdf" }], signers: [signer()], options: { ui: { completeUrl } } });
    assert.equal(reply.status, 422, completeUrl);
  }
  const made = await request([signer()], { options: { ui: { completeUrl: "https://app.example.com/done?case=7", cancelUrl: "https://app.example.com/later" } } });
  const room = await enter(browser);
  await room.page.goto(`${made.links[0].split("#")[0]}?next=https://evil.example&redirect=//evil.example#${made.links[0].split("#")[1]}`);
  await at(room.page, "start");
  assert.equal(new URL(await room.page.locator("#leave-return").getAttribute("href")).origin, "https://app.example.com");
  await prepare(room.page, made.signers[0].email);
  await confirm(room.page);
  const back = new URL(await room.page.locator("#done-return").getAttribute("href"));
  assert.equal(back.origin + back.pathname, "https://app.example.com/done");
  assert.equal(back.searchParams.get("case"), "7");
  await room.context.close();
});
