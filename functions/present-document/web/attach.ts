// Documents that are asked from the signatory.

import { byId, element, kept, write } from "./dom";
import { explain, next, onEnter } from "./flow";
import { refresh, told } from "./room";
import type { Attachment } from "./room";
import { post } from "./service";
import { say } from "./texts";

const MAX_BYTES = 3_000_000;

function list(): void {
  write("attach-error", "");
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
  field.addEventListener("change", () => void send(wanted, field, state).catch(explain));
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
  await post(`attachments/${wanted.id}`, { payload: await base64(chosen) });
  await refresh();
  const found = told().signatory.attachments.find((it) => it.id === wanted.id);
  if (found) tellState(state, found);
}

export async function base64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function goOn(): void {
  const missing = told().signatory.attachments.find((it) => it.required && ["AWAITED", "REJECTED"].includes(it.state));
  write("attach-error", missing ? say("attach-missing") : "");
  if (missing) return byId(`attach-${missing.id}`).focus();
  next();
}

export function wireAttach(run: (id: string, action: () => unknown) => void): void {
  onEnter("attach", list);
  run("attach-next", goOn);
}
