// A session ends half an hour after it was last renewed, which any sign of life does. Before that the signatory is asked,
// and one click is enough.

import { byId, dialog, write } from "./dom";
import { askForLink, step } from "./flow";
import { endSession } from "./dialogs";
import { room } from "./room";
import { framed, heldToken, lastRenewed, post } from "./service";
import { say } from "./texts";

const IDLE_MS = 30 * 60_000;
const WARN_MS = 2 * 60_000;
const RENEW_MS = 5 * 60_000;
const RETRY_MS = 30_000;
/** How long the answer to a renewal is waited for. */
const ANSWER_MS = 30_000;
/** How the question is closed when nothing has to come of that any more. */
const SETTLED = "settled";

let isRenewing = false;
let triedAt = 0;

/** Renews the session, once at a time; whether it has half an hour more. */
async function renew(): Promise<boolean> {
  if (isRenewing) return false;
  isRenewing = true;
  triedAt = Date.now();
  const token = heldToken();
  try {
    await post("session", framed && token ? { token } : {}, AbortSignal.timeout(ANSWER_MS));
    return true;
  } catch {
    return false;
  } finally {
    isRenewing = false;
  }
}

async function over(): Promise<void> {
  if (dialog("idle").open) dialog("idle").close(SETTLED);
  await endSession();
  askForLink("over");
}

const timeLeft = () => lastRenewed() + IDLE_MS - Date.now();

/** Ends the session unless another tab has made it go on: a tab that slept hears of that only when it wakes. */
async function runOut(): Promise<void> {
  if (isRunningOut) return;
  isRunningOut = true;
  try {
    await new Promise((done) => setTimeout(done, 1000));
    // Whoever is not known any more has no session here to end: the one that there is would be another's.
    if (room.state && timeLeft() <= 0) await over();
  } finally {
    isRunningOut = false;
  }
}

let isRunningOut = false;

function tick(): void {
  const box = dialog("idle");
  if (!room.state || ["link", "loading", "done", "ended"].includes(step())) {
    if (box.open) box.close(SETTLED);
    return;
  }
  // Nobody is asked again, or sent away, while their answer is on its way.
  if (isRenewing) return;
  const left = timeLeft();
  if (left <= 0) return void runOut();
  if (left > WARN_MS) {
    if (box.open) box.close(SETTLED);
    return;
  }
  // Spoken seldom, seen every second.
  write("idle-left", say("idle-left", { seconds: Math.ceil(left / 1000) }));
  if (!box.open) {
    box.returnValue = "";
    box.showModal();
    byId("idle-title").focus();
  }
}

/** Someone is there: the session goes on, with at most one call in five minutes, and few where none gets through. */
function alive(): void {
  if (dialog("idle").open || !room.state || step() === "done" || !navigator.onLine) return;
  const now = Date.now();
  if (now - lastRenewed() > RENEW_MS && now - triedAt > RETRY_MS) void renew();
}

/** Whoever answers is there. The renewal is under way before the question is closed, so that it is not asked again. */
async function stay(): Promise<void> {
  const renewal = renew();
  if (dialog("idle").open) dialog("idle").close(SETTLED);
  const isRenewed = await renewal;
  // The question comes back by itself while nothing has been renewed.
  write("idle-error", isRenewed ? "" : `${say("connection")}. ${say("connection-words")}`);
}

export function wireIdle(): void {
  byId("idle-stay").addEventListener("click", () => void stay());
  byId("idle-leave").addEventListener("click", () => void over());
  dialog("idle").addEventListener("cancel", (event) => {
    event.preventDefault();
    void stay();
  });
  // However else a browser lets it be closed.
  dialog("idle").addEventListener("close", () => {
    if (dialog("idle").returnValue !== SETTLED) void stay();
  });
}

export function watchIdle(): void {
  setInterval(tick, 1000);
  for (const name of ["pointerdown", "keydown", "scroll"]) addEventListener(name, alive, { passive: true, capture: true });
}
