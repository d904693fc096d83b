// The cable between browsers and the service. Every call of a browser passes it; it can be cut, and it knows from which
// address of the network its calls come.

import { connect, createServer } from "node:net";

const service = new URL(process.env.STAGE_SERVICE);
const outside = new URL(process.env.STAGE_URL);
const fates = new Set();
const open = new Set();
let address = "127.0.0.1";

const cable = createServer((browser) => {
  const inside = connect({ host: service.hostname, port: Number(service.port), localAddress: address });
  open.add(browser);
  let fate;
  browser.on("data", (bytes) => {
    const path = bytes.toString("latin1", 0, 300).match(/^(?:GET|POST) (\S+) HTTP/)?.[1];
    if (path) fate = [...fates].find((it) => path.includes(it.path));
    if (fate?.when === "before") return browser.resetAndDestroy();
    if (fate?.when === "meanwhile") {
      // The browser loses its call at once; the service gets it, late, and is at work.
      setTimeout(() => inside.write(bytes), fate.after);
      return setTimeout(() => browser.resetAndDestroy(), 50);
    }
    if (fate?.when === "never") fate.held.push(() => inside.write(bytes));
    else inside.write(bytes);
  });
  inside.on("data", (bytes) => {
    if (fate?.when === "after") browser.resetAndDestroy();
    else if (fate?.when === "meanwhile") inside.destroy();
    else if (!browser.destroyed) browser.write(bytes);
  });
  browser.on("error", () => {}).on("close", () => { open.delete(browser); if (fate?.when !== "meanwhile") inside.end(); });
  inside.on("error", () => browser.destroy()).on("close", () => browser.end());
});
await new Promise((done) => cable.listen(Number(outside.port), outside.hostname, done));
cable.unref();

/**
 * Cuts the cable for calls of this path: `before` they arrive, `after` they were answered, `meanwhile`; or `never`
 * lets them arrive until it is mended.
 */
export function cut(path, when, after = 0) {
  const fate = { path, when, after, held: [] };
  fates.add(fate);
}

/** Mends it, wherever it was cut. */
export function mend() {
  const held = [...fates].flatMap((it) => it.held);
  fates.clear();
  for (const arrive of held) arrive();
}

/** From now on new calls come from this address. */
export function callFrom(another) {
  address = another;
  for (const it of open) it.destroy();
}
