// The signing room: link, document, consent, code, signature, confirmation.
//
// Nothing happens by loading the page but the exchange of the link for a session; every act is a click. Nothing
// is stored in the browser.

import { byId, button, fault, input, once, show, write } from "./dom";
import { wireAccess } from "./access";
import { wireAttach } from "./attach";
import { wireCode } from "./code";
import { wireDialogs } from "./dialogs";
import { watchHeight } from "./embed";
import { enter, wireEnter } from "./enter";
import { askForLink, announce, back, clear, end, explain, go, step, tryAgain, wireHistory } from "./flow";
import { forget } from "./forget";
import { watchIdle, wireIdle } from "./idle";
import { speak, wireLanguage } from "./language";
import { wireMark } from "./mark";
import { wireRead } from "./read";
import { wireReview } from "./review";
import { refresh, room, told } from "./room";
import type { State } from "./room";
import { Problem, heldToken, holdToken, post, renewed } from "./service";
import { loadTexts, say } from "./texts";
import { wireViewer } from "./viewer";

/** The token of a link, however much of the link was pasted. */
function tokenOf(text: string): string {
  const trimmed = text.trim();
  const from = trimmed.indexOf("#");
  return from < 0 ? trimmed : trimmed.slice(from + 1);
}

/** The token in the address; what names a place of the page is none. */
function linkedToken(): string {
  const token = tokenOf(location.hash);
  return token && document.getElementById(token) ? "" : token;
}

async function open(token: string): Promise<void> {
  forget();
  holdToken(token);
  room.state = await post<State>("session", { token });
  renewed();
  await speak(told().language ?? null);
  enter();
}

async function openPasted(): Promise<void> {
  const token = tokenOf(input("link-token").value);
  fault("link-token", token ? "" : say("field-missing"), "link-error");
  if (!token) return input("link-token").focus();
  await open(token);
}

const run = (id: string, action: () => unknown) => {
  const press = button(id);
  press.addEventListener("click", once(press, () => { clear(); return action(); }, explain));
};

const submit = (id: string, action: () => unknown) => {
  const form = byId<HTMLFormElement>(id);
  const press = form.querySelector<HTMLButtonElement>("[type=submit]");
  if (press) form.addEventListener("submit", once(press, () => { clear(); return action(); }, explain));
};

/** Binds the elements of the page. */
function wire(): void {
  loadTexts();
  show("work");
  write("host", location.host);
  // To move in the page is not to open another link, or to go back.
  for (const skip of document.querySelectorAll(".skip")) {
    skip.addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
  }
  submit("link-form", openPasted);
  for (const press of document.querySelectorAll<HTMLButtonElement>("[data-back]")) press.addEventListener("click", back);
  byId("ended-again").addEventListener("click", tryAgain);
  byId("done-print").addEventListener("click", () => print());
  wireLanguage(explain);
  wireEnter();
  wireViewer(explain);
  wireRead(run);
  wireAccess(submit);
  wireAttach(run);
  wireCode(submit, run);
  wireMark(submit);
  wireReview(run);
  wireDialogs(run, submit);
  wireIdle();
}

function watchConnection(): void {
  const words = () => byId("offline").dataset.words ?? "";
  addEventListener("offline", () => write("offline", words()));
  addEventListener("online", () => {
    write("offline", "");
    if (step() !== "loading") announce(say("online"));
  });
}

async function start(): Promise<void> {
  const token = linkedToken() || (heldToken() ?? "");
  if (token) {
    // The token is a secret: it leaves the address bar, and with it the history.
    history.replaceState(null, "", location.pathname + location.search);
    return open(token);
  }
  try {
    await refresh();
  } catch (error) {
    if (error instanceof Problem && (error.status === 401 || error.status === 404)) return askForLink();
    throw error;
  }
  await speak(told().language ?? null);
  enter();
}

function begin(): void {
  go("loading");
  start().catch((error: unknown) => {
    const isAway = error instanceof Problem && (error.status === 0 || error.status >= 500 || error.status === 429);
    if (!isAway) return explain(error);
    end(error.status === 429 ? "many" : "any", begin);
    if (error.status === 0) explain(error);
  });
}

wire();
wireHistory();
watchConnection();
watchHeight();
watchIdle();
// A link that is opened while the page is open is another link.
addEventListener("hashchange", () => { if (linkedToken()) location.reload(); });
begin();
