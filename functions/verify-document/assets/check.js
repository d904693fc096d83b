// The page /check: computes a file's fingerprint here, and sends the file only when asked to.

const MAX_BYTES = 4_400_000;

const $ = (id) => document.getElementById(id);
const texts = JSON.parse($("texts").textContent);
const t = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), texts[`check-say-${name}`]);
let chosen = null;

function say(text) {
  $("status").textContent = text;
}

function fail(text) {
  say("");
  $("problem").textContent = text;
}

function reset() {
  say("");
  $("problem").textContent = "";
  $("known").hidden = true;
  $("known").classList.remove("good");
  $("report").replaceChildren();
}

function size(bytes) {
  const [amount, unit] = bytes < 1e6 ? [Math.max(1, Math.round(bytes / 1e3)), "kilobyte"] : [bytes / 1e6, "megabyte"];
  return amount.toLocaleString(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 });
}

function instant(text) {
  const form = { dateStyle: "long", timeStyle: "long" };
  return new Date(text.replace(" ", "T")).toLocaleString(document.documentElement.lang, form);
}

async function digest(file) {
  // Only pages that came over a safe connection may compute digests.
  if (!globalThis.crypto?.subtle) return null;
  const bytes = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function choose(file) {
  reset();
  chosen = file;
  $("name").textContent = `${file.name} (${size(file.size)})`;
  say(t("computing"));
  let sha256;
  try {
    sha256 = await digest(file);
  } catch {
    fail(t("unreadable"));
    return;
  }
  if (chosen !== file) return;
  $("digest").textContent = sha256 ?? t("no-digest");
  let found = null;
  if (sha256 !== null) {
    const answer = await fetch(`check/${sha256}`, { credentials: "omit" }).catch(() => null);
    if (chosen !== file) return;
    if (answer === null || (!answer.ok && answer.status !== 404)) {
      fail(t("not-asked"));
      return;
    }
    if (answer.ok) found = (await answer.json()).data;
  }
  show(file, found);
}

function show(file, found) {
  say("");
  $("sealed-row").hidden = found === null;
  if (found !== null) {
    $("known").classList.add("good");
    $("known-title").textContent = t("known");
    $("known-words").textContent = t(found.isComplete ? "complete" : "revision");
    $("sealed-at").textContent = instant(found.sealedAt);
  } else {
    $("known-title").textContent = t("unknown");
    $("known-words").textContent = t("unknown-words");
  }
  const fits = file.size > 0 && file.size <= MAX_BYTES;
  $("offer-words").textContent = fits ? t("fits") : t("too-large", { size: size(MAX_BYTES) });
  $("send").hidden = !fits;
  $("known").hidden = false;
  $("known-title").focus();
}

async function send() {
  const file = chosen;
  $("send").disabled = true;
  $("problem").textContent = "";
  $("report").replaceChildren();
  say(t("checking"));
  try {
    const answer = await fetch("check", {
      method: "POST",
      credentials: "omit",
      headers: { accept: "text/html", "content-type": "application/octet-stream" },
      body: file,
    });
    if (chosen !== file) return;
    if (answer.ok) {
      const text = await answer.text();
      // The report without the page around it, whose own style this page does not allow.
      const article = text.slice(text.indexOf("<article"), text.lastIndexOf("</article>"));
      const parsed = new DOMParser().parseFromString(article, "text/html");
      $("report").replaceChildren(document.importNode(parsed.querySelector("article"), true));
      say(t("report"));
      $("report").focus();
    } else {
      const problem = await answer.json().catch(() => ({}));
      fail(problem.detail ?? t("failed"));
    }
  } catch {
    fail(t("unreached"));
  } finally {
    $("send").disabled = false;
  }
}

$("form").hidden = false;
$("form").addEventListener("submit", (event) => event.preventDefault());
$("file").addEventListener("change", () => {
  if ($("file").files.length > 0) choose($("file").files[0]);
});
$("send").addEventListener("click", send);
for (const name of ["dragenter", "dragover"]) {
  $("drop").addEventListener(name, (event) => {
    event.preventDefault();
    $("drop").classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) {
  $("drop").addEventListener(name, () => $("drop").classList.remove("over"));
}
$("drop").addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length > 0) choose(event.dataTransfer.files[0]);
});
// A file that misses the field would otherwise replace the page.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => event.preventDefault());
}
