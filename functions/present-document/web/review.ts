// The last look, and the act itself.

import { byId, button, kept, show, write } from "./dom";
import { announce, complain, explain, go, look, onEnter } from "./flow";
import { codes, refuseCodes, stopCodes } from "./code";
import { finish } from "./done";
import { typeset } from "./letters";
import { ACTED, acted, refresh, room, titleOf, told } from "./room";
import { Problem, post } from "./service";
import { grouped, say } from "./texts";

function sum(): void {
  const state = told();
  write("review-document", titleOf(state, say("document")));
  write("review-requester", state.request.requester);
  write("review-digest", grouped(room.shown ?? ""));
  write("review-consent", state.consent.text);
  const { intent, mark, delegate, picture } = room;
  show("review-mark-row", intent === "sign");
  show("review-delegate-row", intent === "delegate");
  write("review-delegate", delegate ? `${delegate.name} ${delegate.surname}, ${delegate.email}` : "");
  write("review-name", mark?.mode === "typed" ? typeset(mark.name).shown : "");
  show("review-name", mark?.mode === "typed");
  const image = byId<HTMLImageElement>("review-image");
  show("review-image", picture !== null);
  image.alt = say("sign-pad-mark");
  if (picture) image.src = picture;
  button("review-now").textContent = kept("review-now", intent === "read" ? "sign" : intent);
}

const STATES: Record<string, string> = { sign: "SIGNED", approve: "APPROVED", delegate: "DELEGATED", read: "READ" };

async function act(): Promise<void> {
  const base = { ...codes(), documentSha256: room.shown };
  const sentAt = Date.now();
  try {
    switch (room.intent) {
      case "approve": await post("approval", base); break;
      case "delegate": await post("delegation", { ...base, delegate: room.delegate }); break;
      default: await post("signature", { ...base, mark: room.mark });
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 0) return find(sentAt + LAST_MS);
    if (error.code === "code_refused") return refused();
    throw error;
  }
  await arrived();
}

async function arrived(): Promise<void> {
  stopCodes();
  room.codes = {};
  await acted(STATES[room.intent] ?? "SIGNED");
  finish();
}

/** The codes were refused, for whatever reason; the request tells what is left to do. */
async function refused(): Promise<void> {
  const { request, signatory } = await refresh();
  if (request.state === "WAIT_SIGNER" && signatory.state === "NEW") refuseCodes();
  else await look();
}

/**
 * The connection went while the act was on its way: nobody is to act twice, or to think that they have. That it
 * has not arrived is known only after `last`, when the service works on it no more.
 */
async function find(last: number): Promise<void> {
  announce(say("connection-asking"));
  for (let tries = 0; tries < 60; tries += 1) {
    await new Promise((done) => setTimeout(done, tries < 5 ? 1000 : 3000));
    const askedAt = Date.now();
    try {
      await refresh();
    } catch (error) {
      if (error instanceof Problem && (error.status === 0 || error.status >= 500 || error.status === 429)) continue;
      return explain(error);
    }
    const { request, signatory } = told();
    if (ACTED.includes(signatory.state)) return arrived();
    if (request.state !== "WAIT_SIGNER" || signatory.state !== "NEW") return look();
    if (askedAt < last) continue;
    go("review");
    return complain(say("connection"), say("connection-not"));
  }
  complain(say("connection"), say("connection-unknown"));
}

/** No act is worked on for longer: the service's own limit, and what it may take to start. */
const LAST_MS = 35_000;

export function wireReview(run: (id: string, action: () => unknown) => void): void {
  onEnter("review", sum);
  run("review-now", act);
}
