// What every state of every page is held to: no violation of WCAG 2.2 A and AA that axe finds, targets that can be hit,
// nothing cut off.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const shots = new URL("shots/", import.meta.url);
mkdirSync(shots, { recursive: true });

/** Fails unless the page can be used by everyone, in each of these schemes. */
export async function audit(page, name, schemes = ["light", "dark"]) {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // The policy of the page lets no script in; the protocol of the browser does.
    await page.evaluate(axe);
    const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }), TAGS);
    const found = violations.map((it) => `${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
    assert.deepEqual(found, [], `${name}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: "reduce" });
  assert.deepEqual(await small(page), [], `${name}: targets under 24 by 24`);
  assert.deepEqual(await wide(page), [], `${name}: wider than the screen`);
}

/** Targets under 24 by 24 pixels (SC 2.5.8); links inside sentences are exempt. */
async function small(page) {
  return page.evaluate(() => {
    const targets = [...document.querySelectorAll("button, a[href], input:not([type=hidden]), textarea, summary")];
    return targets.flatMap((it) => {
      const box = it.getBoundingClientRect();
      const isSeen = it.checkVisibility({ visibilityProperty: true }) && box.width > 1 && !it.matches(".skip");
      const isInSentence = it.matches("a") && getComputedStyle(it).display === "inline";
      return isSeen && !isInSentence && (box.width < 24 || box.height < 24) ? [`${it.id || it.textContent} ${box.width}x${box.height}`] : [];
    });
  });
}

/** What sticks out to the side: the page must not scroll in two directions (SC 1.4.10). */
async function wide(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")].filter((it) => it.getBoundingClientRect().right > width + 1).map((it) => `${it.tagName}#${it.id}.${it.className}`).slice(0, 5);
  });
}

/** Keeps a picture of the state, where pictures are asked for. */
export async function shot(page, name, { whole = false } = {}) {
  if (!process.env.SHOTS) return;
  await page.waitForTimeout(200);
  await page.screenshot({ path: new URL(`${name}.png`, shots).pathname, fullPage: whole, animations: "disabled", caret: "hide", scale: "css" });
}
