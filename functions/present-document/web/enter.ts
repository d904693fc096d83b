// Where the request stands, and who asks for what.

import { show, write } from "./dom";
import { end, explain, go, onEnter, onRequest, step } from "./flow";
import { tellHeight, tellOnce } from "./embed";
import { finish, leadBack } from "./done";
import { fullName, hasActed, hasTexts, intentOf, keepTask, owesFile, refresh, room, titleOf, told, wayBack } from "./room";
import type { State } from "./room";
import { Problem } from "./service";
import { grouped, say, size, time } from "./texts";
import { applyTheme } from "./theme";

/** Goes where the request stands. */
export function enter(): void {
  const state = told();
  keepTask();
  describe(state);
  applyTheme(state.ui ?? null);
  tellOnce("ready");
  tellHeight();
  const { request, signatory } = state;
  if (owesFile()) return go("attach");
  if (hasActed()) return finish();
  switch (signatory.state) {
    case "DECLINED": return endWith("you-declined");
    case "LOCKED": return endWith("locked");
    // The signed document is for them as well.
    case "NOT_NEEDED": return request.state === "DONE" ? finish() : endWith("not-needed");
  }
  switch (request.state) {
    case "WAIT_SIGNER": return waiting(state);
    case "WAIT_VALIDATION": return later("preparing");
    case "DRAFT": return later("turn");
    case "DONE": return finish();
    case "EXPIRED": return endWith("expired");
    case "CANCELLED": return endWith("cancelled");
    case "DECLINED": return endWith("declined");
    default: return endWith("failed");
  }
}

function waiting(state: State): void {
  if (state.signatory.state === "COPY") return later("copy");
  if (!state.signatory.isTurn) return later("turn");
  if (state.questions?.length) return go("access");
  if (!state.document) return later("preparing");
  go("start");
}

function endWith(name: string): void {
  end(name);
  leadBack("ended", wayBack());
}

/** Looks again from time to time, until something has changed. */
function later(name: string): void {
  const before = JSON.stringify([told().request.state, told().signatory, told().document]);
  end(name);
  const ask = async () => {
    if (step() !== "ended") return;
    try {
      await refresh();
    } catch (error) {
      if (error instanceof Problem && [401, 404].includes(error.status)) return explain(error);
    }
    const now = room.state && JSON.stringify([told().request.state, told().signatory, told().document]);
    if (now && now !== before) return enter();
    setTimeout(ask, name === "preparing" ? 1500 : 15000);
  };
  setTimeout(ask, 1500);
}

function describe(state: State): void {
  const { request, signatory, document: file } = state;
  const title = titleOf(state, say("document"));
  const what = say(owesFile() ? "asks-file" : `asks-${intentOf(state)}`);
  for (const place of ["start", "asked"]) {
    write(`${place}-by`, request.requester);
    write(`${place}-what`, what);
  }
  write("start-subject", title);
  write("asked-title", title);
  write("start-message", request.description ?? "");
  write("start-for", fullName(state));
  write("start-until", time(request.expiresAt));
  write("start-size", file ? size(file.sizeBytes) : "");
  write("sure-host", location.host);
  write("sure-request", request.id);
  write("sure-digest", file ? grouped(file.sha256) : "");
  write("request-line", request.id);
  const { documentMonths, evidenceYears } = told().retention;
  write("stored-line", say(`stored-${documentMonths}`, { years: evidenceYears }));
  write("agree-text", state.consent.text);
  write("agree-to", signatory.channels.map((it) => it.destination).join(", "));
  show("agree-texts", hasTexts());
  leadBack("leave", state.leaveUrl ?? null);
  show("open-delegate", signatory.mayDelegate);
  show("open-details", Object.values(signatory.editable).some(Boolean) && signatory.state === "NEW");
}

export function wireEnter(): void {
  onRequest(enter);
  onEnter("start", keepTask);
}
