// Documents that are asked from the signatory.

import { button, byId, element, kept, show, write } from "./dom";
import { finish } from "./done";
import { explain, next, onEnter } from "./flow";
import { acknowledge } from "./read";
import { hasActed, refresh, room, told } from "./room";
import type { Attachment } from "./room";
import { post } from "./service";
import { say } from "./texts";

const MAX_BYTES = 3_000_000;
/** Files that are on their way. */
const sending = new Set<Promise<void>>();

function list(): void {
  write("attach-error", "");
  // Who has acted goes no step back, and is asked for nothing else.
  show("attach-owed", hasActed());
  show("attach-back", !hasActed());
  button("attach-next").textContent = kept("attach-next", room.intent === "read" && !hasActed() ? "acknowledge" : "continue");
  byId("attach-list").replaceChildren(...told().signatory.attachments.map(row));
}

function row(wanted: Attachment): HTMLLIElement {
  const id = `attach-${wanted.id}`;
  const note = wanted.required ? [" (", say("attach-required"), ")"] : [];
  const label = element("label", { htmlFor: id }, element("bdi", { textContent: wanted.name }), ...note);
  const words = element("p", { className: "quiet", textContent: wanted.description ?? "", dir: "auto", hidden: !wanted.description });
  const field = element("input", { id, type: "file", accept: ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png" });
  field.setAttribute("aria-describedby", `${id}-state`);
  const state = element("p", { id: `${id}-state`, className: "state" });
  state.setAttribute("role", "status");
  tellState(state, wanted);
  field.title = kept("attach-list", "choose");
  field.hidden = wanted.state === "ACCEPTED";
  field.addEventListener("change", () => {
    const sent = send(wanted, field, state).catch(explain);
    sending.add(sent);
    void sent.then(() => sending.delete(sent));
  });
  return element("li", {}, label, words, field, state);
}

function tellState(place: HTMLElement, wanted: Attachment): void {
  place.textContent = say(`attach-state-${wanted.state.toLowerCase()}`, { reason: wanted.reason ?? "" });
  place.classList.toggle("good", wanted.state === "PROVIDED" || wanted.state === "ACCEPTED");
}

async function send(wanted: Attachment, field: HTMLInputElement, state: HTMLElement): Promise<void> {
  const chosen = field.files?.[0];
  if (!chosen) return;
  write("attach-error", chosen.size > MAX_BYTES ? say("attach-large") : "");
  if (chosen.size > MAX_BYTES) return;
  state.textContent = say("attach-sending");
  try {
    await post(`attachments/${wanted.id}`, { payload: await base64(chosen) });
    await refresh();
  } catch (error) {
    // The same file can be chosen once more.
    field.value = "";
    throw error;
  } finally {
    const found = room.state?.signatory.attachments.find((it) => it.id === wanted.id);
    if (found) tellState(state, found);
  }
}

export async function base64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

async function goOn(): Promise<void> {
  await Promise.all(sending);
  const missing = told().signatory.attachments.find((it) => it.required && ["AWAITED", "REJECTED"].includes(it.state));
  write("attach-error", missing ? say("attach-missing") : "");
  if (missing) return byId(`attach-${missing.id}`).focus();
  if (hasActed()) return finish();
  if (room.intent === "read") return acknowledge();
  next();
}

export function wireAttach(run: (id: string, action: () => unknown) => void): void {
  onEnter("attach", list);
  run("attach-next", goOn);
}
