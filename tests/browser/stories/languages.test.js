// Every language on 320 pixels and at twice the size of text, from the link to the signed document.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "../audit.js";
import { SMALL, agree, at, enter, launch, read, review, tell } from "../room.js";
import { request, signer, url } from "../stage.js";

const LANGUAGES = ["en", "de", "fr", "it", "es", "nl", "pl", "pt"];

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [turn, language] of LANGUAGES.entries()) {
  test(`no step has a violation in ${language}, where there is little room`, async () => {
    const person = signer({ language, accessCode: "blue 42", attachments: [{ name: "Passport", required: false }] });
    const made = await request([person], { options: { signerMustRead: true } });
    const room = await enter(browser, { ...SMALL, locale: language });
    const { page } = room;
    // Words change between languages, colours do not: one scheme at a time, and each step has both.
    let looks = turn;
    const look = async (name) => {
      await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
      await audit(page, `${language} ${name}`, [(looks += 1) % 2 ? "dark" : "light"]);
    };
    await page.goto(made.links[0].split("#")[0]);
    await at(page, "link");
    await look("link");
    await page.goto("about:blank");
    await page.goto(made.links[0]);
    await at(page, "access");
    await look("access");
    await page.locator("#access-0").fill("wrong");
    await page.locator("#access-form [type=submit]").click();
    await page.locator("#access-error:not(:empty)").waitFor();
    await look("access refused");
    await page.locator("#access-0").fill("blue 42");
    await page.locator("#access-form [type=submit]").click();
    await at(page, "start");
    await look("start");
    await page.locator("#open-decline").click();
    await look("decline");
    await page.keyboard.press("Escape");
    await read(page);
    await look("read");
    await page.locator("#read-box").check();
    await page.locator("#read-next").click();
    await at(page, "attach");
    await look("attach");
    await page.locator("#attach-next").click();
    await at(page, "agree");
    await look("agree");
    await agree(page);
    await look("code");
    await tell(page, person.email);
    await at(page, "sign");
    await look("sign");
    await review(page);
    await look("review");
    await page.locator("#review-now").click();
    await at(page, "done");
    await look("done");
    await page.goto(`${url}/check?language=${language}`);
    await page.evaluate(() => { document.getElementById("known").hidden = false; });
    await look("check");
    assert.deepEqual(room.complaints, []);
    await room.context.close();
  });
}
