// Which step is shown, and how one comes from one to the next.

import { byId, show, write } from "./dom";
import { tell } from "./embed";
import { hasActed, hasTexts, room, refresh, told, titleOf } from "./room";
import { Problem, framed, holdToken, isKnownHere } from "./service";
import { say, time } from "./texts";

const SECTIONS = [
  "loading", "link", "start", "access", "read", "attach", "agree", "code", "sign", "review", "done", "ended",
];
let current = "loading";
/** Called when a step is entered. */
const entered = new Map<string, () => void>();
let again: (() => void) | null = null;

export const step = () => current;

export function onEnter(name: string, action: () => void): void {
  entered.set(name, action);
}

/** The steps of what is to be done, in their order. */
export function steps(): string[] {
  const attach = told().signatory.attachments.length > 0 && room.intent !== "delegate" ? ["attach"] : [];
  // Nothing of what was done is done again.
  if (hasActed()) return attach;
  switch (room.intent) {
    case "read": return ["read", ...attach];
    case "delegate": return ["read", "agree", "code", "review"];
    case "approve": return ["read", ...attach, "agree", "code", "review"];
    case "sign": return ["read", ...attach, "agree", "code", "sign", "review"];
  }
}

export function next(): void {
  const all = steps();
  const at = all.indexOf(current);
  go(all[at + 1] ?? current);
}

export function back(): void {
  const all = steps();
  go(all[Math.max(0, all.indexOf(current) - 1)] ?? "start");
}

/** Shows a step. `keep` leaves messages where they are; `from` is the browser's own way back. */
export function go(name: string, { keep = false, from = "page" } = {}): void {
  if (!keep) clear();
  // What is over leaves nothing open over it.
  if (OVER.includes(name)) openDialog()?.close();
  current = name;
  const all = room.state ? steps() : [];
  const at = all.indexOf(name);
  for (const section of SECTIONS) show(section, section === name);
  show("others", !hasActed() && (at >= 0 || name === "start" || name === "access"));
  const isOpen = room.state !== null && !framed;
  show("open-device", isOpen && name !== "done");
  show("open-hand", isOpen);
  show("asked", at >= 0 || name === "access");
  show("keep-task", at >= 0 && room.intent === "delegate");
  show("progress", at >= 0 && all.length > 1);
  const isBeside = at >= 0 && room.shown !== null;
  show("document", isBeside);
  const work = byId("work");
  work.classList.toggle("beside", isBeside);
  work.classList.toggle("reading", name === "read");
  if (at >= 0) progress(all, at);
  entered.get(name)?.();
  const heading = byId(`${name}-title`);
  entitle();
  if (name === "loading") return;
  if (from === "page") {
    const before = (history.state as { step?: string } | null)?.step;
    // Nobody goes back to a question that is answered.
    if (before === undefined || ASKING.includes(before)) history.replaceState({ step: name }, "");
    else if (before !== name) history.pushState({ step: name }, "");
  }
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

/** Names the page after its step and the document. */
export function entitle(): void {
  const title = byId(`${current}-title`).textContent ?? "";
  document.title = room.state ? `${title} – ${titleOf(room.state, say("document"))}` : title;
}

function progress(all: string[], at: number): void {
  for (const item of byId("steps").children as Iterable<HTMLElement>) {
    const place = all.indexOf(item.dataset.step ?? "");
    item.hidden = place < 0;
    item.classList.toggle("past", place >= 0 && place < at);
    if (place === at) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
  const title = () => byId("steps").children.item(STEPS.indexOf(all[at] ?? ""))?.textContent ?? "";
  write("progress-words", say("step", { page: at + 1, count: all.length, title }));
}

/** Steps that are gone once they are taken. */
const ASKING = ["link", "access", "ended"];
/** Steps that nothing leads on from. */
const OVER = ["link", "done", "ended"];
const STEPS = ["read", "attach", "agree", "code", "sign", "review"];

/** The browser's own buttons lead to steps that were there; what is over stays over. */
export function wireHistory(): void {
  window.addEventListener("popstate", (event) => {
    const wanted = (event.state as { step?: string } | null)?.step ?? "start";
    const known = room.state && (steps().includes(wanted) || wanted === "start");
    const behind = known && (wanted === "start" || steps().indexOf(wanted) <= steps().indexOf(current));
    if (hasActed() || current === "ended") history.pushState({ step: current }, "");
    else if (behind && (steps().includes(current) || wanted === current)) go(wanted, { from: "history" });
    // A place that is ahead, or was another's: whoever goes back goes on past it, and out of the room in the end.
    else history.back();
  });
}

export function clear(): void {
  write("status", "");
  byId("problem").replaceChildren();
}

/** Tells what has happened: aloud, and on the page unless it can be seen there anyway. */
export function announce(text: string, { seen = true } = {}): void {
  byId("status").classList.toggle("spoken", !seen);
  write("status", text);
}

/** Says what went wrong: over the page where something is open there, since nobody sees what is behind it. */
export function complain(title: string, detail = ""): void {
  const over = openDialog();
  if (over) {
    const end = /[.!?:]$/.test(title) ? "" : ".";
    return byId(`${over.id}-error`).replaceChildren(title, end, " ", detail === title ? "" : detail);
  }
  const strong = document.createElement("strong");
  strong.textContent = title;
  byId("problem").replaceChildren(strong, detail === title ? "" : detail);
  byId("problem").scrollIntoView({ block: "nearest" });
}

const openDialog = () => document.querySelector<HTMLDialogElement>("dialog[open]");

/** Shows one of the ends, by its name; `retry` is what can be tried again. */
export function end(name: string, retry: (() => void) | null = null): void {
  const words = byId(`end-${name}`);
  write("ended-title", words.textContent ?? "");
  write("ended-words", words.dataset.words ?? "");
  again = retry;
  // Whose request it was is told to those who were let in, and to nobody else.
  const { request } = room.state ?? {};
  write("ended-by", request?.requester ?? "");
  write("ended-document", request ? titleOf(told(), say("document")) : "");
  show("ended-about", request !== undefined);
  show("ended-again", retry !== null);
  show("ended-return", false);
  go("ended");
  byId("ended").dataset.end = name;
}

export const tryAgain = () => again?.();

export function askForLink(name = ""): void {
  room.state = null;
  room.shown = null;
  holdToken(null);
  go("link");
  if (name) complainOf(name);
}

/** A message in the words of one of the ends. */
export function complainOf(name: string): void {
  const words = byId(`end-${name}`);
  complain(words.textContent ?? "", words.dataset.words ?? "");
}

let enterRequest: () => void = () => {};

export function onRequest(action: () => void): void {
  enterRequest = action;
}

/** Shows what went wrong. Some problems end the session or the request. */
export function explain(error: unknown): void {
  if (!(error instanceof Problem)) {
    complainOf("any");
    throw error;
  }
  tell("error", { code: error.code || String(error.status) });
  if (error.code === "number_moved" || error.code === "sms_unavailable") return complainOf("texts");
  switch (error.status) {
    case 0: return complain(say("connection"), say("connection-words"));
    case 401: return askForLink(error.code === "session_other" ? "other" : isKnownHere() ? "over" : "cookies");
    case 404: return askForLink("unknown");
    case 410: return over(error);
    case 423: return end("locked");
    case 429: return tooMany(error);
    case 409: return conflict(error);
    case 413:
    case 422: return complain(byId("end-any").textContent ?? "", reason(error));
    default: return complainOf("any");
  }
}

/** Whoever asked too often is told when they can again, where that is no matter of a minute. */
export function tooMany(error: Problem): void {
  if (error.retryAfter <= 120) return complainOf("many");
  const until = new Date(Date.now() + 1000 * error.retryAfter).toISOString();
  complain(byId("end-many").textContent ?? "", say("many-until", { until: () => time(until) }));
}

/** Why the service refused a value, in the language of the page: its own sentences are for programs. */
export function reason(problem: Problem): string {
  const names = problem.pointer.split("/").filter((it) => it && !/^\d+$/.test(it));
  const field = names[0] === "codes" ? "code" : names.at(-1) ?? "";
  const words = WRONG[problem.code] ?? WRONG[field];
  return words ? say(words, { digits: room.state?.codeDigits ?? 6 }) : byId("end-any").dataset.words ?? "";
}

/** What is said of a refusal, by its code or by the value that is wrong. */
const WRONG: Record<string, string> = {
  attachment_too_large: "attach-large",
  delegate_known: "bad-delegate",
  sms_not_allowed: "bad-mobile",
  name: "bad-name",
  surname: "bad-name",
  email: "bad-email",
  mobile: "bad-mobile",
  code: "code-digits",
  reason: "bad-text",
  answers: "bad-text",
  image: "image-bad",
  payload: "attach-bad",
};

/** Goes where the request stands, if that can still be asked. */
export function look(): Promise<void> {
  return refresh().then(() => enterRequest());
}

function over(error: Problem): void {
  const name = error.code === "request_expired" ? "expired" : "gone";
  if (!room.state) return end(name);
  look().then(() => {
    // It goes on, and yet what was asked for is not there any more.
    if (current !== "ended" && current !== "done") complain(say("kept-no-more"));
  }).catch(() => end(name));
}

/** Something else has happened meanwhile, or is missing: look, go where the request stands, and say it there. */
function conflict(error: Problem): void {
  if (error.code === "document_unknown") {
    room.shown = null;
    go("start");
    return complainOf("changed");
  }
  const words = error.code === "step_missing" ? missing() : "";
  look().then(() => {
    // Where the request has come to an end that is said already.
    if (current === "ended" || current === "done" || current === "link") return;
    complain(byId("end-any").textContent ?? "", words || (byId("end-any").dataset.words ?? ""));
  }).catch(explain);
}

/** What the service asks for before an act, as far as this page can tell. */
function missing(): string {
  const { signatory } = told();
  if (room.intent === "delegate" && hasTexts() && !room.delegate?.mobile) return say("missing-mobile");
  const isAwaited = signatory.attachments.some((it) => it.required && ["AWAITED", "REJECTED"].includes(it.state));
  return say(isAwaited ? "attach-missing" : "missing-step");
}
