// Nothing of one signatory stays for the next on the same device.

import { forgetCodes } from "./code";
import { forgetMark } from "./mark";
import { keepTask, room } from "./room";
import { applyTheme } from "./theme";
import { closeDocument } from "./viewer";

/** What the page came with empty: the script fills it with what it is told. Being offline is nobody's secret. */
const filled = [...document.querySelectorAll("main [id]:empty, dialog [id]:empty, .foot [id]:empty")]
  .filter((it) => !it.matches("input, img, canvas, iframe, #offline"));
const pictures = [...document.querySelectorAll("main img[id]")];
/** Links to files and back to the sender, as they came: their addresses name a document and a signatory. */
const links = [...document.querySelectorAll("main a[id]")].flatMap((link) =>
  ["href", "download"].map((name) => ({ link, name, value: link.getAttribute(name) })));

/** Forgets who was here, what they did, and how their sender wanted the page to look. */
export function forget(): void {
  keepTask();
  if (room.picture) URL.revokeObjectURL(room.picture);
  Object.assign(room, { state: null, shown: null, codes: {}, mark: null, picture: null, intent: "sign" });
  for (const form of document.forms) form.reset();
  forgetMark();
  forgetCodes();
  closeDocument();
  applyTheme(null);
  for (const place of filled) place.replaceChildren();
  for (const picture of pictures) picture.removeAttribute("src");
  for (const { link, name, value } of links) {
    if (value === null) link.removeAttribute(name);
    else link.setAttribute(name, value);
  }
}
