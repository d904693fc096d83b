// Nothing of one signatory stays for the next on the same device.

import { byId, write } from "./dom";
import { forgetCodes } from "./code";
import { forgetMark } from "./mark";
import { keepTask, room } from "./room";
import { applyTheme } from "./theme";
import { closeDocument } from "./viewer";

/** Forgets who was here, what they did, and how their sender wanted the page to look. */
export function forget(): void {
  keepTask();
  Object.assign(room, { state: null, shown: null, codes: {}, mark: null, picture: null, intent: "sign" });
  for (const form of document.forms) form.reset();
  forgetMark();
  forgetCodes();
  closeDocument();
  applyTheme(null);
  for (const place of ["request-line", "stored-line"]) write(place, "");
  byId<HTMLImageElement>("review-image").removeAttribute("src");
}
