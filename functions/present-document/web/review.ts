// The last look, and the act itself.

import { byId, button, kept, show, write } from "./dom";
import { announce, complain, explain, go, look, onEnter } from "./flow";
import { codes, refuseCodes, stopCodes } from "./code";
import { finish } from "./done";
import { ACTED, refresh, room, titleOf, told } from "./room";
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
  write("review-name", mark?.mode === "typed" ? mark.name : "");
  show("review-name", mark?.mode === "typed");
  const image = byId<HTMLImageElement>("review-image");
  show("review-image", picture !== null);
  image.alt = say("sign-pad-mark");
  if (picture) image.src = picture;
  button("review-now").textContent = kept("review-now", intent === "read" ? "sign" : intent);
}

async function act(): Promise<void> {
  const base = { ...codes(), documentSha256: room.shown };
  try {
    switch (room.intent) {
      case "approve": await post("approval", base); break;
      case "delegate": await post("delegation", { ...base, delegate: room.delegate }); break;
      default: await post("signature", { ...base, mark: room.mark });
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 0) return find();
    if (error.code === "code_refused") return refused();
    throw error;
  }
  await arrived();
}

async function arrived(): Promise<void> {
  stopCodes();
  room.codes = {};
  await refresh().catch(() => null);
  finish();
}

/** The codes were refused, for whatever reason; the request tells what is left to do. */
async function refused(): Promise<void> {
  const { request, signatory } = await refresh();
  if (request.state === "WAIT_SIGNER" && signatory.state === "NEW") refuseCodes();
  else await look();
}

/** The connection went while the act was on its way: nobody is to act twice, or to think that they have. */
async function find(): Promise<void> {
  announce(say("connection-asking"));
  for (let tries = 0; tries < 60; tries += 1) {
    await new Promise((done) => setTimeout(done, tries < 5 ? 1000 : 3000));
    try {
      await refresh();
    } catch (error) {
      if (error instanceof Problem && error.status === 0) continue;
      return explain(error);
    }
    if (ACTED.includes(told().signatory.state)) return arrived();
    go("review");
    return complain(say("connection"), say("connection-not"));
  }
  complain(say("connection"), say("connection-words"));
}

export function wireReview(run: (id: string, action: () => unknown) => void): void {
  onEnter("review", sum);
  run("review-now", act);
}
