// Consent, and the one-time codes.

import { button, byId, element, fault, input, kept, write } from "./dom";
import { announce, complainOf, go, next, onEnter, tooMany } from "./flow";
import { room, told } from "./room";
import { Problem, post } from "./service";
import { clock, say } from "./texts";

interface Issued {
  sentTo: string;
  codes?: { channel: string; sentTo: string }[];
  expiresAt: string;
  resendAfterSeconds: number;
}

/** The bytes that the newest codes are for. */
let sentFor: string | null = null;
let endsAt = 0;
let resendAt = 0;
let ticking: ReturnType<typeof setInterval> | undefined;
let hasWarned = false;
/** Wrong answers to the newest codes, as far as this page knows. */
let wrongAnswers = 0;
/** Wrong answers that kill a code. */
const TRIES = 5;
/** Whether codes that were sent count no more, because they would go elsewhere now. */
let areDead = false;
/** What a code that was sent inside the pause has left at least: it lives for five minutes, the pause is one. */
const LEFT_MS = 4 * 60_000;

const channels = () => told().signatory.channels.map((it) => it.channel);
const fieldOf = (channel: string) => (channels().length > 1 ? `code-${channel}` : "code-only");

async function agree(): Promise<void> {
  const agreed = input("agree-box").checked;
  fault("agree-box", agreed ? "" : say("must-agree"), "agree-error");
  if (!agreed) return input("agree-box").focus();
  // Codes that are on their way, and alive, are not sent again because someone went back.
  const isOnTheWay = Date.now() < resendAt || Object.keys(room.codes).length > 0;
  if (Date.now() < endsAt && sentFor === room.shown && isOnTheWay) return next();
  await send();
}

/** Asks for codes. */
async function send(): Promise<void> {
  const digests = { documentSha256: room.shown, consentSha256: told().consent.sha256 };
  let sent: Issued;
  try {
    sent = await post<Issued>("otp", digests);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 429) throw error;
    // A code was sent a moment ago, perhaps to another device: it can be entered here.
    if (error.code !== "resend_too_soon") return tooMany(error);
    resendAt = Date.now() + 1000 * (error.retryAfter || 60);
    return areDead ? announce(say("code-wait", { seconds: error.retryAfter || 60 })) : goOn();
  }
  endsAt = Date.parse(sent.expiresAt);
  wrongAnswers = 0;
  areDead = false;
  resendAt = Date.now() + 1000 * sent.resendAfterSeconds;
  sentFor = room.shown;
  hasWarned = false;
  const { signatory } = told();
  if (signatory.codesLeft !== null) signatory.codesLeft = Math.max(0, signatory.codesLeft - 1);
  const destinations = (sent.codes ?? [{ sentTo: sent.sentTo }]).map((it) => it.sentTo).join(", ");
  room.codes = {};
  go("code");
  byId("code-fields").replaceChildren();
  fields();
  wrong("", null);
  write("code-sent", say("code-sent", { destination: destinations }));
  write("code-until", say("code-until", { until: () => clock(sent.expiresAt) }));
  start();
  announce(say("code-sent", { destination: destinations }), { seen: false });
  input(fieldOf(channels()[0] ?? "email")).focus();
}

/** To a code that was sent a moment ago, of which this page knows no more than where codes go. */
function goOn(): void {
  if (endsAt < Date.now()) {
    endsAt = Date.now() + LEFT_MS;
    sentFor = room.shown;
    write("code-sent", say("code-recent", { destination: told().signatory.channels.map((it) => it.destination).join(", ") }));
    write("code-until", "");
  }
  go("code");
  start();
}

/** One field for each channel. */
function fields(): void {
  if (byId("code-fields").childElementCount > 0) return;
  byId("code-fields").replaceChildren(...channels().flatMap((channel) => {
    const id = fieldOf(channel);
    const text = kept("code-fields", channels().length > 1 ? channel : "label");
    const field = element("input", { id, type: "text", className: "code", inputMode: "numeric", maxLength: 11, autocomplete: "one-time-code" });
    field.setAttribute("aria-describedby", "code-error code-until");
    field.value = room.codes[channel] ?? "";
    field.addEventListener("input", () => wrong("", null));
    return [element("label", { htmlFor: id, textContent: text }), field];
  }));
}

function start(): void {
  clearInterval(ticking);
  ticking = setInterval(tick, 1000);
  tick();
}

/** Counts down to the next code, and warns before this one ends. */
function tick(): void {
  const wait = Math.ceil((resendAt - Date.now()) / 1000);
  const left = told().signatory.codesLeft;
  button("code-resend").disabled = wait > 0 || left === 0;
  write("code-wait", wait > 0 ? say("code-wait", { seconds: wait }) : left === null ? "" : say("code-left", { count: left }));
  const alive = Math.ceil((endsAt - Date.now()) / 1000);
  if (alive <= 60 && alive > 0 && !hasWarned) {
    hasWarned = true;
    announce(say("code-minute"));
  }
  if (alive <= 0) {
    stopCodes();
    button("code-resend").disabled = left === 0;
    write("code-wait", "");
    wrong(say("code-over"), null);
  }
}

export function stopCodes(): void {
  clearInterval(ticking);
  sentFor = null;
}

/** What was sent counts no more: codes go elsewhere now. */
export function killCodes(): void {
  forgetCodes();
  areDead = true;
}

/** Nothing of codes that were sent to one signatory stays for the next. */
export function forgetCodes(): void {
  stopCodes();
  [endsAt, resendAt] = [0, 0];
  areDead = false;
  hasWarned = false;
  room.codes = {};
  byId("code-fields").replaceChildren();
  for (const place of ["code-sent", "code-until", "code-error", "code-wait"]) write(place, "");
}

function wrong(text: string, field: string | null): void {
  write("code-error", text);
  for (const channel of channels()) {
    document.getElementById(fieldOf(channel))?.setAttribute("aria-invalid", String(text !== ""));
  }
  if (field) {
    input(field).focus();
    input(field).select();
  }
}

function take(): void {
  const digits = told().codeDigits;
  for (const channel of channels()) {
    const code = input(fieldOf(channel)).value.replace(/[\s-]/g, "");
    if (!/^\d+$/.test(code) || code.length !== digits) {
      return wrong(say("code-digits", { digits }), fieldOf(channel));
    }
    room.codes[channel] = code;
  }
  next();
}

/** What the service asks for: one code by itself, or each by its channel. */
export function codes(): { code: string } | { codes: Record<string, string> } {
  const only = channels().length === 1 ? room.codes[channels()[0] ?? ""] : undefined;
  return only === undefined ? { codes: room.codes } : { code: only };
}

/** The codes were refused: back to them. */
export function refuseCodes(): void {
  wrongAnswers += 1;
  const left = Math.min(TRIES - wrongAnswers, told().signatory.guessesLeft ?? 0);
  const isOver = left <= 0 || Date.now() >= endsAt;
  room.codes = {};
  byId("code-fields").replaceChildren();
  go("code");
  complainOf(isOver ? "code-over" : "code");
  tick();
  wrong(isOver ? say("code-over") : say("code-tries", { count: left }), fieldOf(channels()[0] ?? "email"));
}

export function wireCode(submit: (id: string, action: () => unknown) => void, run: (id: string, action: () => unknown) => void): void {
  submit("agree-form", agree);
  submit("code-form", take);
  run("code-resend", send);
  input("agree-box").addEventListener("change", () => fault("agree-box", "", "agree-error"));
  onEnter("code", fields);
}
