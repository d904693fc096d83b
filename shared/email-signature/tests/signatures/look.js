// Pictures of the goldens in Chromium: each template for each person, at 320 and 600 pixels, by day and by night, on
// one sheet for each template and width and scheme. Not a test: somebody has to look.
//
//   NODE_PATH=tests/browser/node_modules node look.js /somewhere [template ...]
//
// The images are stand-ins, drawn here.

const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const folder = path.join(__dirname, "golden");
const [into, ...wanted] = process.argv.slice(2);

const svg = (width, height, inside) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${inside}</svg>`;
const images = {
  logo: svg(480, 480, '<rect width="480" height="480" rx="96" fill="#1b3a6b"/><circle cx="240" cy="240" r="120" fill="none" stroke="#fff" stroke-width="44"/><circle cx="240" cy="240" r="34" fill="#f59e0b"/>'),
  portrait: svg(368, 464, '<rect width="368" height="464" fill="#d9c8b4"/><circle cx="184" cy="180" r="88" fill="#8a5a3c"/><path d="M40 464c0-110 60-170 144-170s144 60 144 170z" fill="#1b3a6b"/>'),
  banner: svg(1200, 400, '<rect width="1200" height="400" fill="#c2410c"/><circle cx="1010" cy="200" r="150" fill="none" stroke="#fff" stroke-width="40" stroke-dasharray="52 26"/><text x="70" y="190" font-family="sans-serif" font-size="84" font-weight="700" fill="#fff">Open day, 12 June</text><text x="70" y="290" font-family="sans-serif" font-size="52" fill="#fff">See the engine run</text>'),
  qr: svg(8, 8, '<rect width="8" height="8" fill="#fff"/><path d="M1 1h2v2H1zM5 1h2v2H5zM1 5h2v2H1zM4 4h1v1H4zM6 5h1v2H6zM4 6h1v1H4z"/>'),
};

function parts(file) {
  const found = {};
  for (const part of fs.readFileSync(path.join(folder, file), "utf8").split(/^=== /m).slice(1)) {
    const [name, ...lines] = part.split("\n");
    found[name] = lines.join("\n");
  }
  return found;
}

function page(files, width) {
  const shown = files.map((file) => {
    const it = parts(file);
    const name = file.replace(/\.txt$/, "");
    const drawn = (html) => html.replace(/src="[^"]*\/([iq])\/([^"]*)"/g, (_, kind, id) => {
      const image = images[kind === "q" ? "qr" : id];
      return `src="data:image/svg+xml;base64,${Buffer.from(image).toString("base64")}"`;
    });
    return `<section style="width:${width}px"><h6>${name}</h6><p>Dear reader, here it is.</p>${drawn(it["normal html"])}<h6>reply</h6>${drawn(it["reply html"])}</section>`;
  });
  // As mail programs show what has no colour of its own: black on white, or light on dark.
  return `<!DOCTYPE html><meta charset="utf-8"><style>
    body { margin: 0; padding: 12px; display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start;
      font: 14px/1.4 Arial, sans-serif; background: #ddd; color: #000; }
    section { box-sizing: border-box; padding: 12px; background: #fff; overflow: hidden; outline: 1px solid #888; }
    h6 { margin: 8px 0; font-size: 10px; color: #c0c; clear: both; }
    @media (prefers-color-scheme: dark) { body { background: #000; color: #fff; } section { background: #1e1e1e; } }
  </style>${shown.join("")}`;
}

(async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const files = fs.readdirSync(folder).filter((it) => it.endsWith(".txt")).sort();
  const templates = wanted.length ? wanted : [...new Set(files.map((it) => it.split("-")[0]))];
  let tooWide = 0;
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 600]) {
      for (const template of templates) {
        const context = await browser.newContext({ colorScheme, viewport: { width: (width + 16) * 4 + 24, height: 800 } });
        const tab = await context.newPage();
        await tab.setContent(page(files.filter((it) => it.startsWith(`${template}-`)), width), { waitUntil: "load" });
        const wide = await tab.$$eval("section", (all) =>
          all.filter((it) => it.scrollWidth > it.clientWidth).map((it) => `${it.firstChild.textContent} ${it.scrollWidth}`));
        for (const it of wide) console.log(`${width} ${colorScheme}: ${it} px wide`);
        tooWide += wide.length;
        await tab.screenshot({ path: path.join(into, `${template}-${width}-${colorScheme}.png`), fullPage: true });
        await context.close();
      }
    }
  }
  await browser.close();
  console.log(`${tooWide} signatures are wider than their page`);
})();
