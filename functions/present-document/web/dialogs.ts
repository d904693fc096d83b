// What opens over the page: declining, passing on, own details, other devices.

import { button, byId, dialog, input, show, write } from "./dom";
import { announce, askForLink, complain, end, go, reason, step, steps } from "./flow";
import { leadBack } from "./done";
import { killCodes } from "./code";
import { enter } from "./enter";
import { tellOnce } from "./embed";
import { forget } from "./forget";
import { forgetChoice, speak } from "./language";
import { openDocument } from "./read";
import { acted, hasTexts, keepTask, refresh, room, told, wayBack } from "./room";
import type { Person } from "./room";
import { Problem, heldToken, post } from "./service";
import { say } from "./texts";

type Bind = (id: string, action: () => unknown) => void;

function open(name: string): void {
  write(`${name}-error`, "");
  dialog(name).showModal();
  byId(`${name}-title`).focus();
}

async function decline(): Promise<void> {
  const words = byId<HTMLTextAreaElement>("reason").value.trim();
  write("decline-error", "");
  await post("decline", { reason: words || null });
  dialog("decline").close();
  tellOnce("declined");
  const isKnown = await acted("DECLINED");
  end("you-declined");
  leadBack("ended", wayBack());
  if (!isKnown) void findWayBack();
}

/** The way back is told with the state, which could not be asked right after the act. */
async function findWayBack(): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    await new Promise((done) => setTimeout(done, 1500));
    if (step() !== "ended" || !room.state) return;
    if (await refresh().then(() => true, () => false)) return leadBack("ended", wayBack());
  }
}

const FIELDS = { name: "given", surname: "family", email: "email", mobile: "mobile" } as const;

/** Passing on is an act like signing: it is read, agreed to and confirmed with a code. */
async function delegate(): Promise<void> {
  const value = (field: string) => input(`delegate-${field}`).value.trim();
  const person: Person = { name: value("given"), surname: value("family"), email: value("email") };
  if (value("mobile")) person.mobile = value("mobile");
  isPassed = true;
  room.delegate = person;
  room.intent = "delegate";
  dialog("delegate").close();
  if (room.shown === null) return openDocument();
  const isRead = !told().mustRead || input("read-box").checked;
  if (told().mustRead && isRead) await post("presented", { documentSha256: room.shown, read: true });
  go(isRead ? steps()[1] ?? "read" : "read");
}

/** Whether the dialog was answered, and not left. */
let isPassed = false;

function openDelegate(): void {
  isPassed = false;
  // Codes for the other one go where ours go.
  input("delegate-mobile").required = hasTexts();
  show("delegate-mobile-note", !hasTexts());
  open("delegate");
}

/** Back to the task itself. What was made for passing it on is no signature: the way goes on after reading. */
function doIt(): void {
  if (room.intent !== "delegate" || !room.state) return;
  keepTask();
  if (steps().includes(step())) go(room.shown === null ? "start" : "read");
}

function openDetails(): void {
  const { signatory } = told();
  for (const [name, field] of Object.entries(FIELDS)) {
    show(`details-${field}-field`, signatory.editable[name] === true);
    // The page is told no address: one that is left empty stays as it is.
    input(`details-${field}`).required = signatory.editable[name] === true && (name === "name" || name === "surname");
  }
  input("details-given").value = signatory.name;
  input("details-family").value = signatory.surname;
  open("details");
}

/** What was changed, and nothing else. */
async function saveDetails(): Promise<void> {
  const { signatory } = told();
  const before: Record<string, string> = { name: signatory.name, surname: signatory.surname };
  const changed: Record<string, string> = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const value = input(`details-${field}`).value.trim();
    if (signatory.editable[name] === true && value && value !== before[name]) changed[name] = value;
  }
  write("details-error", "");
  if (Object.keys(changed).length > 0) {
    try {
      await post("details", changed);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error;
      return write("details-error", reason(error));
    }
    if ("email" in changed || "mobile" in changed) killCodes();
    await refresh();
    input("name").value = "";
    enter();
    announce(say("saved"));
  }
  dialog("details").close();
}

/** The personal link as a picture, made here: it is a secret. What draws it comes when somebody asks for it. */
async function openDevice(): Promise<void> {
  const token = heldToken();
  byId("qr").replaceChildren();
  show("qr", token !== null);
  show("device-copy", token !== null);
  write("device-copied", "");
  open("device");
  if (token === null) return write("device-error", say("device-lost"));
  const drawn = await import("./qr.js").catch(() => null);
  // Somebody else may sit here by now.
  if (heldToken() !== token || !dialog("device").open) return;
  show("qr", drawn !== null);
  if (!drawn) return complain(say("connection"), say("connection-words"));
  byId("qr").replaceChildren(drawn.picture(linkOf(token), say("qr")));
}

const linkOf = (token: string) => `${new URL(`${document.body.dataset.root ?? ""}sign`, location.href).href}#${token}`;

async function copy(): Promise<void> {
  const token = heldToken();
  if (token === null) return;
  await navigator.clipboard.writeText(linkOf(token));
  write("device-copied", say("copied"));
}

/** Ends the session here, so that someone else can open their own link on this device. */
export async function endSession(): Promise<void> {
  await post("session", { end: true }).catch(() => null);
  forget();
  askForLink();
}

/** Nobody is told that a session has ended which goes on: who cannot be reached has not ended it. */
async function handOver(): Promise<void> {
  write("hand-error", "");
  await post("session", { end: true }).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  });
  dialog("hand").close();
  forget();
  askForLink();
  forgetChoice();
  await speak(null);
  announce(say("handed"));
}

export function wireDialogs(run: Bind, submit: Bind): void {
  for (const press of document.querySelectorAll<HTMLButtonElement>("[data-close]")) {
    press.addEventListener("click", () => dialog(press.dataset.close ?? "").close());
  }
  for (const press of ["open-decline", "read-decline"]) button(press).addEventListener("click", () => open("decline"));
  button("open-delegate").addEventListener("click", openDelegate);
  button("open-details").addEventListener("click", openDetails);
  button("open-device").addEventListener("click", () => void openDevice());
  button("open-hand").addEventListener("click", () => open("hand"));
  submit("decline-form", decline);
  submit("delegate-form", delegate);
  submit("details-form", saveDetails);
  run("device-copy", () => copy().catch(() => complain(say("copy-by-hand"), linkOf(heldToken() ?? ""))));
  run("hand-now", handOver);
  dialog("delegate").addEventListener("close", () => { if (!isPassed) doIt(); });
  run("keep-task", doIt);
}
