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

async function renew(): Promise<void> {
  const token = heldToken();
  await post("session", framed && token ? { token } : {}).catch(() => null);
}

async function over(): Promise<void> {
  if (dialog("idle").open) dialog("idle").close();
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
    if (box.open) box.close();
    return;
  }
  const left = timeLeft();
  if (left <= 0) return void runOut();
  if (left > WARN_MS) {
    if (box.open) box.close();
    return;
  }
  // Spoken seldom, seen every second.
  write("idle-left", say("idle-left", { seconds: Math.ceil(left / 1000) }));
  if (!box.open) {
    box.showModal();
    byId("idle-title").focus();
  }
}

/** Someone is there: the session goes on, with at most one call in five minutes. */
function alive(): void {
  if (dialog("idle").open) return;
  if (room.state && Date.now() - lastRenewed() > RENEW_MS && step() !== "done") void renew();
}

export function wireIdle(): void {
  byId("idle-stay").addEventListener("click", () => {
    dialog("idle").close();
    void renew();
  });
  byId("idle-leave").addEventListener("click", () => void over());
}

export function watchIdle(): void {
  setInterval(tick, 1000);
  for (const name of ["pointerdown", "keydown", "scroll"]) addEventListener(name, alive, { passive: true, capture: true });
}
