// Afterwards: what was done, the signed document, and the way back.

import { byId, kept, show, write } from "./dom";
import { announce, explain, go, look, step } from "./flow";
import { tellOnce } from "./embed";
import type { Event } from "./embed";
import { owedFiles, refresh, room, titleOf, told, wayBack } from "./room";
import { Problem, file, framed, get, linkTo } from "./service";
import { fileName, grouped, say, time } from "./texts";

const POLL_MS = 1500;
const SLOW_POLL_MS = 15000;
const FAST_POLLS = 40;

/** What an act is called, on the page and to the page around it. */
const ACTS: Record<string, Event> = { SIGNED: "signed", APPROVED: "approved", READ: "read", DELEGATED: "delegated" };

/** The act is done, now or before; or there was none to do, and the document is complete. */
export function finish(): void {
  const state = told();
  room.shown = null;
  const act = ACTS[state.signatory.state];
  if (act) tellOnce(act);
  write("done-title", kept("done-title", act ?? (state.signatory.state === "NOT_NEEDED" ? "needless" : "complete")));
  write("done-document", titleOf(state, say("document")));
  write("done-by", state.request.requester);
  write("done-next-act", act ? kept("done-next-act", act) : "");
  // It is said above already.
  show("done-next-act", act !== "delegated");
  write("done-at", state.signatory.actedAt ? time(state.signatory.actedAt) : "");
  show("done-at-row", Boolean(state.signatory.actedAt));
  leadBack("done", wayBack());
  go("done");
  settle(true);
  if (state.request.state === "WAIT_SIGNER") poll();
}

/** Says how far the document has come since. */
function settle(isFirst: boolean): void {
  const { request, sealed, kept: isKept } = told();
  const isDone = request.state === "DONE";
  const isOver = !isDone && request.state !== "WAIT_SIGNER";
  write("done-words", wordsOf(isDone, isOver, isFirst));
  show("done-next", !isDone && !isOver);
  show("done-file", isDone && isKept && told().ui?.hideDownloadSigned !== true);
  show("done-digest-row", isDone && sealed !== null);
  write("done-keep", say(`keep-${told().retention.documentMonths}`));
  write("done-digest", grouped(sealed?.sha256 ?? ""));
  if (isDone && isKept) offer();
}

function wordsOf(isDone: boolean, isOver: boolean, isFirst: boolean): string {
  if (isOver) return say("over-after");
  if (!isDone && told().signatory.state === "DELEGATED") return kept("done-words", "delegated");
  if (!isDone) return isFirst ? kept("done-words", "recorded") : say("wait-others");
  if (!told().kept) return say("kept-no-more");
  const complete = kept("done-words", "complete");
  // Whoever had nothing to do reads it in the title.
  return byId("done-title").textContent === complete ? "" : complete;
}

function offer(): void {
  const link = byId<HTMLAnchorElement>("done-download");
  link.href = linkTo("document?which=signed");
  link.download = fileName(`${titleOf(told(), say("document")).replace(/\.pdf$/i, "")} signed`);
  // In a page of a stranger a link carries no right: the file is fetched first.
  if (framed) link.onclick = (event) => { event.preventDefault(); void save("document?which=signed", link.download).catch(explain); };
}

/** Saves a file; one that lies on another host is opened there, since this page cannot read from it. */
export async function save(path: string, name: string): Promise<void> {
  const { url } = await get<{ url: string | null }>(path);
  const link = document.createElement("a");
  link.href = url ?? URL.createObjectURL(await file(path));
  link.download = name;
  if (url) link.target = "_blank";
  link.rel = "noopener";
  link.click();
}

/** A way back to the page that the signatory came from. */
export function leadBack(place: "done" | "ended" | "leave", url: string | null): void {
  const link = byId<HTMLAnchorElement>(`${place}-return`);
  const target = url ? URL.parse?.(url) ?? safe(url) : null;
  const isWeb = target !== null && (target.protocol === "https:" || target.protocol === "http:");
  link.hidden = !isWeb;
  if (!isWeb || !target) return;
  link.href = target.href;
  link.textContent = say("return", { host: target.host });
  if (framed) link.target = "_top";
}

function safe(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

/** Asks whether everyone has acted, ever less often; a lost session ends the asking and changes nothing. */
function poll(): void {
  let count = 0;
  // What need not be sent, and was passed over, is not asked for again.
  const left = owedFiles();
  const ask = async () => {
    if (step() !== "done") return;
    try {
      await refresh();
    } catch (error) {
      if (error instanceof Problem && [401, 404, 410].includes(error.status)) return;
    }
    count += 1;
    if (owedFiles().some((it) => !left.includes(it))) return look().catch(explain);
    leadBack("done", wayBack());
    const isOpen = told().request.state === "WAIT_SIGNER";
    if (!isOpen || count === 4) settle(false);
    if (!isOpen) return announce(kept("done-words", told().request.state === "DONE" ? "complete" : "recorded"), { seen: false });
    setTimeout(ask, count < FAST_POLLS ? POLL_MS : SLOW_POLL_MS);
  };
  setTimeout(ask, POLL_MS);
}
