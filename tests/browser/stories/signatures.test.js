// E-mail signatures as mail programs show them: five templates for eight persons, at 320 and 600 pixels, by day and by
// night. What is shown is the golden set of shared/email-signature; pictures are stand-ins, drawn here.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { shot } from "../audit.js";
import { launch } from "../room.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = new URL("../../../shared/email-signature/tests/signatures/golden/", import.meta.url);
const files = readdirSync(folder).filter((it) => it.endsWith(".txt")).sort();
const templates = [...new Set(files.map((it) => it.split("-")[0]))];

const svg = (width, height, inside) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${inside}</svg>`;
const images = {
  logo: svg(480, 480, '<rect width="480" height="480" rx="96" fill="#1b3a6b"/><circle cx="240" cy="240" r="120" fill="none" stroke="#fff" stroke-width="44"/><circle cx="240" cy="240" r="34" fill="#f59e0b"/>'),
  portrait: svg(368, 464, '<rect width="368" height="464" fill="#d9c8b4"/><circle cx="184" cy="180" r="88" fill="#8a5a3c"/><path d="M40 464c0-110 60-170 144-170s144 60 144 170z" fill="#1b3a6b"/>'),
  banner: svg(1200, 400, '<rect width="1200" height="400" fill="#c2410c"/><circle cx="1010" cy="200" r="150" fill="none" stroke="#fff" stroke-width="40" stroke-dasharray="52 26"/><text x="70" y="190" font-family="sans-serif" font-size="84" font-weight="700" fill="#fff">Open day, 12 June</text><text x="70" y="290" font-family="sans-serif" font-size="52" fill="#fff">See the engine run</text>'),
  qr: svg(8, 8, '<rect width="8" height="8" fill="#fff"/><path d="M1 1h2v2H1zM5 1h2v2H5zM1 5h2v2H1zM4 4h1v1H4zM6 5h1v2H6zM4 6h1v1H4z"/>'),
};

/** The parts of a golden file, by their names. */
function parts(file) {
  const found = {};
  for (const part of readFileSync(new URL(file, folder), "utf8").split(/^=== /m).slice(1)) {
    const [name, ...lines] = part.split("\n");
    found[name] = lines.join("\n");
  }
  return found;
}

/** A sheet with the signatures of a template, each on a mail of this width. */
function sheet(template, width) {
  const shown = files.filter((it) => it.startsWith(`${template}-`)).map((file) => {
    const it = parts(file);
    const drawn = (html) => html.replace(/src="[^"]*\/([iq])\/([^"]*)"/g, (_, kind, id) =>
      `src="data:image/svg+xml;base64,${Buffer.from(images[kind === "q" ? "qr" : id]).toString("base64")}"`);
    return `<section id="${file.replace(/\.txt$/, "")}" style="width:${width}px"><p>Dear reader, here it is.</p>${drawn(it["normal html"])}<hr>${drawn(it["reply html"])}</section>`;
  });
  // As mail programs show what has no colour of its own: black on white, or light on dark.
  return `<!DOCTYPE html><html lang="en"><title>Signatures</title><meta charset="utf-8"><style>
    body { margin: 0; padding: 12px; display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start;
      font: 14px/1.4 Arial, sans-serif; background: #ddd; color: #000; }
    section { box-sizing: border-box; padding: 12px; background: #fff; overflow: hidden; outline: 1px solid #888; }
    @media (prefers-color-scheme: dark) { body { background: #000; color: #fff; } section { background: #1e1e1e; } }
  </style>${shown.join("")}`;
}

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test("the golden set is five templates for eight persons", () => {
  assert.equal(templates.length, 5);
  assert.equal(files.length, 40);
});

for (const width of [320, 600]) {
  for (const colorScheme of ["light", "dark"]) {
    const isSample = (width === 320) === (colorScheme === "light");
    // Each width and each scheme is judged once; with pictures, both of both.
    if (!isSample && !process.env.SHOTS) continue;
    test(`signatures on ${width} pixels, ${colorScheme}`, async () => {
      const context = await browser.newContext({ colorScheme, viewport: { width: (width + 16) * 4 + 24, height: 800 } });
      const page = await context.newPage();
      for (const template of templates) {
        await page.setContent(sheet(template, width), { waitUntil: "load" });
        await page.evaluate(() => Promise.all([...document.images].map((it) => it.decode())));
        const faults = await page.$$eval("section", (all) => all.flatMap((it) => [
          ...(it.scrollWidth > it.clientWidth ? [`${it.id} is ${it.scrollWidth} wide`] : []),
          ...[...it.querySelectorAll("img")].filter((image) => image.width < 8 || image.height < 8).map((image) => `${it.id}: ${image.alt} cannot be seen`),
          ...(it.innerText.includes("{{") && !it.id.endsWith("-signs") ? [`${it.id} shows a placeholder`] : []),
        ]));
        assert.deepEqual(faults, [], `${template}, ${width}, ${colorScheme}`);
        await page.evaluate(axe);
        // No colour has 4.5 on white and on a dark page; white pages come first.
        const { violations } = await page.evaluate((expected) => {
          globalThis.axe.configure({ checks: [{ id: "color-contrast", options: { contrastRatio: { normal: { expected }, large: { expected: 3 } } } }] });
          return globalThis.axe.run(document, { runOnly: { type: "rule", values: ["color-contrast", "image-alt", "link-name"] }, resultTypes: ["violations"] });
        }, colorScheme === "light" ? 4.5 : 3.5);
        const found = violations.map((it) => `${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
        assert.deepEqual(found, [], `${template}, ${width}, ${colorScheme}`);
        if (isSample) await shot(page, `signatures-${template}-${width}-${colorScheme}`, { whole: true });
      }
      await context.close();
    });
  }
}
