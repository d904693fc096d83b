// Showing the document, by the signatory's own gesture, and going on from it.

import { byId, button, fault, input, kept, show, write } from "./dom";
import { announce, explain, go, look, next, onEnter, steps } from "./flow";
import { finish, save } from "./done";
import { acted, refresh, room, titleOf, told } from "./room";
import { Problem, file, framed, linkTo, post, sha256 } from "./service";
import { fileName, grouped, say } from "./texts";
import { canShow, hasSeenAll, pagesOf, showInBrowser, showPages } from "./viewer";

/** Opens the document: it is loaded, shown, and the service is told that it was presented. */
export async function openDocument(): Promise<void> {
  const { document: asked, request, signatory } = await refresh();
  if (!asked || request.state !== "WAIT_SIGNER" || !signatory.isTurn) return look();
  const digest = asked.sha256;
  const pages = await pagesOf(digest);
  const bytes = pages ? null : await load(digest);
  await present(digest, pages ? "images" : canShow(bytes?.file ?? null) ? "browser" : "download");
  // Whoever said that they have read something said it of these bytes, and for themselves.
  if (room.shown !== digest) input("read-box").checked = false;
  room.shown = digest;
  write("read-digest", grouped(digest));
  offerDownload(pages !== null);
  show("read-checked", bytes?.checked === true);
  write("read-checked-words", say("checked"));
  show("read-must", told().mustRead);
  button("read-next").textContent = kept("read-next", isLast() ? "acknowledge" : "continue");
  go("read");
  if (pages) {
    showPages(pages, () => void fallBack(digest).catch(explain));
    write("start-size", say("pages", { count: pages.count }));
    announce(say("shown"), { seen: false });
  } else {
    showBytes(bytes?.file ?? null);
  }
}

/** Tells how the document is shown: as it will be, since what is recorded must have happened. */
async function present(digest: string, view: "images" | "browser" | "download"): Promise<void> {
  await post("presented", { documentSha256: digest, view });
}

/** A page cannot be drawn as it should: the browser's viewer shows the document, where there is one. */
async function fallBack(digest: string): Promise<void> {
  const bytes = await load(digest);
  await present(digest, canShow(bytes.file) ? "browser" : "download");
  offerDownload(false);
  showBytes(bytes.file);
}

function showBytes(bytes: Blob | null): void {
  const isShown = showInBrowser(bytes);
  announce(say(isShown ? "shown" : "large"), { seen: !isShown });
}

/** The bytes, checked; none when they lie on another host, which this page can lead to but not read from. */
async function load(digest: string): Promise<{ file: Blob | null; checked: boolean }> {
  let found: Blob;
  try {
    found = await file(`document?sha256=${digest}`);
  } catch (error) {
    if (error instanceof Problem && error.status === 0 && navigator.onLine) return { file: null, checked: false };
    throw error;
  }
  const computed = await sha256(await found.arrayBuffer());
  if (computed !== null && computed !== digest) throw new Error(say("damaged"));
  return { file: found, checked: computed !== null };
}

/**
 * Links to the original, which the sender may hide only where its pages are drawn: else they may be the one way to
 * read it. In a page of a stranger a link carries no right: the file is fetched first.
 */
function offerDownload(isDrawn: boolean): void {
  const isHidden = isDrawn && told().ui?.hideDownloadValidated === true;
  show("view-download", !isHidden);
  show("read-offer", !isHidden);
  for (const id of ["read-download", "view-download"]) {
    const link = byId<HTMLAnchorElement>(id);
    const path = `document?sha256=${room.shown}`;
    link.href = linkTo(path);
    link.download = fileName(titleOf(told(), say("document")));
    link.onclick = framed ? (event) => { event.preventDefault(); void save(path, link.download).catch(explain); } : null;
  }
}

async function goOn(): Promise<void> {
  const confirmed = !told().mustRead || input("read-box").checked;
  fault("read-box", confirmed ? "" : say("must-read"), "read-error");
  if (!confirmed) return input("read-box").focus();
  // Before that nobody gets a code, and nobody has read it.
  if (told().mustRead) await post("presented", { documentSha256: room.shown, read: true });
  if (isLast()) return acknowledge();
  next();
}

/** Whether reading is the last that is asked. */
const isLast = () => steps().at(-1) === "read";

/** Who is asked to read, and to do no more, says that they have. */
export async function acknowledge(): Promise<void> {
  await post("read", { documentSha256: room.shown });
  await acted("READ");
  finish();
}

export function wireRead(run: (id: string, action: () => unknown) => void): void {
  run("start-read", openDocument);
  run("read-next", goOn);
  input("read-box").addEventListener("change", () => fault("read-box", "", "read-error"));
  onEnter("read", () => {
    if (hasSeenAll() && told().mustRead) fault("read-box", "", "read-error");
  });
}
