// A page of a stranger that frames the room.

import { createServer } from "node:http";
import { code } from "./stage.js";

const PAGE = `<title>Host</title><iframe title="Signing" width="1200" height="900"></iframe><script>
  addEventListener("message", (it) => fetch("/told", { method: "POST", body: JSON.stringify({ origin: it.origin, ...it.data }) }));
  document.querySelector("iframe").src = decodeURIComponent(location.hash.slice(1));</script>`;

/** A page that makes its frame as high as the room tells. */
const OBEYS = `<script>addEventListener("message", (it) => {
  if (it.data.type === "paraphe:height") document.querySelector("iframe").height = it.data.height;
});</script>`;

/** The page, and what the room tells it; one that `obeys` makes the frame as high as it is told. */
export async function host({ obeys = false } = {}) {
  const heard = [];
  const server = createServer((asked, reply) => {
    if (asked.url === "/told") asked.on("data", (it) => heard.push(JSON.parse(it))).on("end", () => reply.end());
    else reply.setHeader("content-type", "text/html").end(PAGE + (obeys ? OBEYS : ""));
  });
  await new Promise((done) => server.listen(0, done));
  // A story that fails leaves it open: it must not hold up the others.
  server.unref();
  const origin = `http://localhost:${server.address().port}`;
  const frame = async (room, embed) => {
    room.around.push(`${origin}/`);
    await room.page.goto("about:blank");
    await room.page.goto(`${origin}/#${encodeURIComponent(embed)}`);
    const inside = room.page.frameLocator("iframe");
    return { inside, step: (name) => inside.locator(`#${name}:not([hidden])`).waitFor() };
  };
  const told = (type) => heard.filter((it) => it.type === type);
  return { heard, told, origin, frame, close: () => server.close() };
}

/** From the start to the step after the code, in a frame. */
export async function proceed({ inside, step }, email) {
  await step("start");
  await inside.locator("#start-read").click();
  await step("read");
  await inside.locator(".leaf img[src]").first().waitFor();
  await inside.locator("#read-next").click();
  await inside.locator("#agree-box").check();
  await inside.locator("#agree-form [type=submit]").click();
  await inside.locator("#code-only").fill(await code(email));
  await inside.locator("#code-form [type=submit]").click();
}
