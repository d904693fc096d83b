// The signing page: link, document, consent, code, mark, confirmation.
//
// Nothing happens by loading the page but the exchange of the link for a session; every act is a click.
// Text from outside is only ever set as text. Nothing is stored in the browser.

import { pad, paint } from "./pad.js";
import { Problem, call, sha256 } from "./service.js";
import { fileName, fileSize, localTime } from "./words.js";

const byId = (id) => document.getElementById(id);
const show = (id, visible = true) => { byId(id).hidden = !visible; };
const write = (id, text) => { byId(id).textContent = text; };

const SECTIONS = ["link", "read", "agree", "sign", "review", "done", "ended"];
const STEPS = ["read", "agree", "sign", "review"];
const POLL_MS = 2000;
const SLOW_POLL_MS = 15000;
const FAST_POLLS = 60;

/** What the service told last; see `sign/request`. */
let state = null;
/** SHA-256 of the bytes that were shown, in hexadecimal. */
let shown = null;
let codeEndsAt = 0;
let resendAt = 0;
let ticking = 0;

// ---------------------------------------------------------------- messages

function clearMessages() {
  write("status", "");
  byId("problem").replaceChildren();
}

function say(text) {
  write("status", text);
}

function complain(title, detail) {
  const strong = document.createElement("strong");
  strong.textContent = title;
  byId("problem").replaceChildren(strong, detail && detail !== title ? detail : "");
  byId("problem").scrollIntoView({ block: "nearest" });
}

/** Shows what went wrong. Some problems end the session or the request. */
function explain(error) {
  if (!(error instanceof Problem)) {
    complain("Something went wrong on this page", "Reload the page and open your link again.");
    throw error;
  }
  if (error.status === 401) {
    askForLink("Your session has ended", "For your safety it ends after half an hour without activity. Open the link from your mail again, or paste it here.");
  } else if (error.status === 404) {
    askForLink("This link is not known", "Check that you copied the whole link from the newest mail.");
  } else if (error.status === 410) {
    end("This link is no longer valid", error.message || "The document was signed, declined, withdrawn or has expired. Ask the person who sent it.");
  } else if (error.code === "signatory_locked") {
    lockedOut();
  } else if (error.code === "document_unknown") {
    complain("The document has changed", "Please read it again: someone else may have signed in the meantime.");
    shown = null;
    show("viewer", false);
    show("read-open");
    go("read", { keep: true });
  } else {
    complain(error.title || "That did not work", error.message);
  }
}

/** Runs an action of a button: one at a time, its problems shown. */
function act(button, action) {
  return async (event) => {
    if (event) event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    clearMessages();
    try {
      await action();
    } catch (error) {
      explain(error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
}

// ---------------------------------------------------------------- sections

function go(name, { keep = false } = {}) {
  if (!keep) clearMessages();
  for (const section of SECTIONS) show(section, section === name);
  const step = STEPS.indexOf(name);
  show("steps", step >= 0);
  show("decline", step >= 0);
  show("asked", step >= 0);
  for (const item of byId("steps").children) {
    if (item.dataset.step === name) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
  const heading = byId(`${name}-title`);
  document.title = state ? `${heading.textContent} – ${documentName()}` : heading.textContent;
  heading.focus({ preventScroll: false });
}

function askForLink(title, detail) {
  state = null;
  go("link");
  if (title) complain(title, detail);
}

function end(title, note) {
  write("ended-title", title);
  write("ended-note", note || "");
  go("ended");
}

function lockedOut() {
  end("Signing is locked", "There were too many codes or wrong attempts. Ask the requester to unlock you.");
}

function documentName() {
  return state.request.title || state.document?.name || "your document";
}

function showRequest() {
  const { request, document: file, consent, signatory } = state;
  write("title", request.title || "Sign a document");
  write("asked", `${request.requester} asks you, ${signatory.name} ${signatory.surname}, to sign this document until ${localTime(request.expiresAt)}.`);
  write("description", request.description || "");
  show("description", Boolean(request.description));
  write("request-line", `Request ${request.id}`);
  write("agree-text", consent.text);
  write("agree-destination", signatory.destination);
  show("must-read", state.mustRead);
  if (file) write("viewer-size", `(${fileSize(file.sizeBytes)})`);
  const modes = state.modes?.length ? state.modes : ["typed"];
  show("modes", modes.length > 1);
  const chosen = document.querySelector("input[name=mode]:checked");
  if (!chosen || !modes.includes(chosen.value)) byId(`mode-${modes[0]}`).checked = true;
  if (!byId("name").value) byId("name").value = `${signatory.name} ${signatory.surname}`;
  chooseMode();
  preview();
}

/** Goes where the request stands. */
function enter() {
  showRequest();
  const { request, signatory } = state;
  if (signatory.state === "SIGNED") return finish();
  if (signatory.state === "DECLINED") return end("You have declined to sign", "The requester has been told. Nothing was signed.");
  if (signatory.state === "LOCKED") return lockedOut();
  switch (request.state) {
    case "WAIT_SIGNER":
      return go("read");
    case "WAIT_VALIDATION":
      end("The document is being prepared", "This takes a few seconds. The page goes on by itself.");
      return poll((latest) => latest.request.state !== "WAIT_VALIDATION", enter);
    case "EXPIRED":
      return end("The time to sign has passed", "Ask the requester to send the document again.");
    case "CANCELLED":
      return end("The request was withdrawn", "The requester has withdrawn it. There is nothing to sign.");
    case "DECLINED":
      return end("The document was declined", "Someone declined to sign, so it cannot be signed any more.");
    default:
      return end("The document cannot be signed", "Ask the requester to send it again.");
  }
}

// ---------------------------------------------------------------- link

/** The token of a link, however much of the link was pasted. */
function tokenOf(text) {
  const trimmed = text.trim();
  const from = trimmed.indexOf("#");
  return from < 0 ? trimmed : trimmed.slice(from + 1);
}

async function open(token) {
  state = await call("sign/session", { token });
  enter();
}

async function start() {
  write("host", location.host);
  const token = tokenOf(location.hash);
  if (token) {
    // The token is a secret: it leaves the address bar, and with it the history.
    history.replaceState(null, "", location.pathname + location.search);
    return open(token);
  }
  try {
    state = await call("sign/request");
  } catch (error) {
    if (error.status === 401 || error.status === 404) return askForLink();
    throw error;
  }
  return enter();
}

// ---------------------------------------------------------------- document

async function read() {
  say("The document is being loaded.");
  state = await call("sign/request");
  const { sha256: digest } = state.document;
  const path = `sign/document?sha256=${digest}`;
  const reply = await fetch(path, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  if (reply && !reply.ok) throw new Problem(reply.status, await reply.json().catch(() => ({})));
  const bytes = reply && await reply.arrayBuffer();
  const found = bytes && await sha256(bytes);
  if (found && found !== digest) {
    throw new Problem(0, { title: "The document arrived damaged", detail: "Its fingerprint is not the one it should have. Try again; if it stays so, tell the requester." });
  }
  await call("sign/presented", { documentSha256: digest });
  shown = digest;
  if (bytes) present(URL.createObjectURL(new Blob([bytes], { type: "application/pdf" })));
  // A large document comes from another host, which this page may not read from but can lead to.
  else present(path, false);
  write("viewer-check", found ? "Your browser has checked that the document shown has this fingerprint." : "");
  clearMessages();
  say(bytes ? "The document is shown below. Read it, then continue." : "The document is too large to be shown here. Download and read it, then continue.");
}

function present(url, isInline = true) {
  show("viewer-frame", isInline);
  if (isInline) byId("viewer-frame").src = url;
  byId("viewer-download").href = url;
  byId("viewer-download").target = isInline ? "" : "_blank";
  byId("viewer-download").download = fileName(documentName());
  write("viewer-digest", shown);
  show("read-open", false);
  show("viewer");
  allowNext();
}

function allowNext() {
  const mayGoOn = !state.mustRead || byId("must-read-box").checked;
  byId("read-next").disabled = !mayGoOn;
}

// ---------------------------------------------------------------- code

async function sendCode() {
  const sent = await call("sign/otp", { documentSha256: shown, consentSha256: state.consent.sha256 });
  codeEndsAt = Date.parse(sent.expiresAt);
  resendAt = Date.now() + 1000 * (sent.resendAfterSeconds || 0);
  write("code-hint", `Six digits, sent to ${sent.sentTo}. It is valid until ${localTime(sent.expiresAt)}. Never give it to anyone.`);
  byId("code").value = "";
  codeError("");
  clearInterval(ticking);
  ticking = setInterval(tick, 1000);
  go("sign");
  tick();
  say(`A code was sent to ${sent.sentTo}.`);
  byId("code").focus();
}

/** Counts down to the next code, and warns before this one ends. */
function tick() {
  const wait = Math.ceil((resendAt - Date.now()) / 1000);
  byId("resend").disabled = wait > 0;
  write("resend-wait", wait > 0 ? `in ${wait} s` : "");
  const left = Math.ceil((codeEndsAt - Date.now()) / 1000);
  if (left === 60) say("Your code is valid for one more minute. You can ask for a new one.");
  if (left <= 0) {
    clearInterval(ticking);
    byId("resend").disabled = false;
    write("resend-wait", "");
    say("Your code has expired. Ask for a new one.");
  }
}

function codeError(text) {
  write("code-error", text);
  byId("code").setAttribute("aria-invalid", String(Boolean(text)));
}

const code = () => byId("code").value.replace(/[\s-]/g, "");

// ---------------------------------------------------------------- mark

const mode = () => document.querySelector("input[name=mode]:checked")?.value || "typed";

function chooseMode() {
  show("typed", mode() === "typed");
  show("drawn", mode() === "drawn");
}

function preview() {
  write("preview", byId("name").value.trim());
}

function mark() {
  return mode() === "drawn"
    ? { mode: "drawn", strokes: pad.strokes }
    : { mode: "typed", name: byId("name").value.trim() };
}

// ---------------------------------------------------------------- review and signature

function review() {
  const wrong = firstMistake();
  if (wrong) {
    wrong.focus();
    return;
  }
  write("review-document", documentName());
  write("review-requester", state.request.requester);
  write("review-digest", shown);
  write("review-consent", state.consent.text);
  const isDrawn = mode() === "drawn";
  write("review-name", isDrawn ? "" : byId("name").value.trim());
  show("review-name", !isDrawn);
  show("review-pad", isDrawn);
  if (isDrawn) paint(byId("review-pad"), pad.strokes);
  go("review");
}

/** Says what is missing, in text beside it, and gives the first such field. */
function firstMistake() {
  const mistakes = [];
  const isCode = /^\d{6}$/.test(code());
  codeError(isCode ? "" : "Enter the six digits of the code.");
  if (!isCode) mistakes.push(byId("code"));
  const lacksName = mode() === "typed" && !byId("name").value.trim();
  write("name-error", lacksName ? "Enter your name." : "");
  byId("name").setAttribute("aria-invalid", String(lacksName));
  if (lacksName) mistakes.push(byId("name"));
  const lacksDrawing = mode() === "drawn" && !pad.strokes.length;
  write("pad-error", lacksDrawing ? "Draw your signature in the field." : "");
  if (lacksDrawing) mistakes.push(byId("mode-drawn").offsetParent ? byId("mode-drawn") : byId("pad-clear"));
  return mistakes[0];
}

async function sign() {
  try {
    await call("sign/signature", { code: code(), documentSha256: shown, mark: mark() });
  } catch (error) {
    if (error.code === "code_wrong" || error.code === "code_expired") return refuseCode(error);
    throw error;
  }
  clearInterval(ticking);
  byId("code").value = "";
  return finish();
}

function refuseCode(error) {
  go("sign");
  const left = error.body.attemptsLeft ?? error.body.attempts_left;
  const tries = Number.isInteger(left) ? ` You have ${left} ${left === 1 ? "try" : "tries"} left.` : "";
  codeError(error.code === "code_wrong" ? `This code is wrong.${tries}` : "This code is no longer valid. Ask for a new one.");
  byId("code").select();
  byId("code").focus();
}

async function decline() {
  await call("sign/decline", { reason: byId("reason").value.trim() || null });
  clearInterval(ticking);
  end("You have declined to sign", "The requester has been told. Nothing was signed.");
}

// ---------------------------------------------------------------- afterwards

function finish() {
  write("done-note", "Your signature was recorded. The document is being completed.");
  show("done-document", false);
  go("done");
  if (state.request.state === "DONE") return offerSigned();
  return poll((latest) => latest.request.state !== "WAIT_SIGNER", offerSigned);
}

function offerSigned() {
  if (state.request.state !== "DONE") {
    write("done-note", "You have signed, but the document was declined, withdrawn or has expired since. The requester can tell you more.");
    return;
  }
  write("done-note", "Everyone has signed.");
  byId("done-download").download = fileName(`${documentName()} signed`);
  write("done-digest", state.sealed?.sha256 || "");
  show("done-document");
  say("Everyone has signed. You can download the signed document.");
}

/** Asks until `isOver`, ever less often; a lost session ends the asking and changes nothing. */
function poll(isOver, then) {
  let count = 0;
  const ask = async () => {
    try {
      state = await call("sign/request");
    } catch (error) {
      if (error.status === 401 || error.status === 404 || error.status === 410) return;
    }
    if (isOver(state)) return then();
    count += 1;
    if (count === 5 && state.signatory.state === "SIGNED") {
      write("done-note", "Your signature was recorded. As soon as everyone has signed, you get a mail with the signed document. You can close this page, or wait here.");
    }
    setTimeout(ask, count < FAST_POLLS ? POLL_MS : SLOW_POLL_MS);
  };
  setTimeout(ask, POLL_MS);
}

// ---------------------------------------------------------------- wiring

function onClick(id, action) {
  const button = byId(id);
  button.addEventListener("click", act(button, action));
}

function onSubmit(id, action) {
  const form = byId(id);
  form.addEventListener("submit", act(form.querySelector("[type=submit]"), action));
}

onSubmit("link-form", () => open(tokenOf(byId("link-token").value)));
onClick("read-open", read);
onClick("read-next", async () => go("agree"));
byId("must-read-box").addEventListener("change", allowNext);
onSubmit("agree-form", sendCode);
onClick("agree-back", async () => go("read"));
onClick("resend", sendCode);
onClick("sign-back", async () => go("read"));
onSubmit("sign-form", async () => review());
onClick("review-back", async () => go("sign"));
onClick("confirm", sign);
onSubmit("decline-form", decline);
onClick("pad-undo", async () => pad.undo());
onClick("pad-clear", async () => pad.clear());
byId("name").addEventListener("input", preview);
byId("code").addEventListener("input", () => codeError(""));
for (const choice of document.querySelectorAll("input[name=mode]")) choice.addEventListener("change", chooseMode);
byId("pad").addEventListener("pointerdown", (event) => pad.begin(event));
byId("pad").addEventListener("pointermove", (event) => pad.move(event));
for (const name of ["pointerup", "pointercancel"]) byId("pad").addEventListener(name, () => pad.stop());

start().catch(explain);
