// The page /check: computes a file's fingerprint here, and sends the file only when asked to.

const MAX_BYTES = 4_400_000;

const $ = (id) => document.getElementById(id);
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
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
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
  say("Computing the fingerprint\u2026");
  let sha256;
  try {
    sha256 = await digest(file);
  } catch {
    fail("The file could not be read.");
    return;
  }
  if (chosen !== file) return;
  $("digest").textContent = sha256 ?? "not computed: this page was not loaded over a safe connection";
  let found = null;
  if (sha256 !== null) {
    const answer = await fetch(`check/${sha256}`, { credentials: "omit" }).catch(() => null);
    if (chosen !== file) return;
    if (answer === null || (!answer.ok && answer.status !== 404)) {
      fail("The service could not be asked. Please try again.");
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
    $("known-title").textContent = "This file was sealed by this service";
    $("known-words").textContent = found.isComplete
      ? "It is the complete, signed document, exactly as it was sealed. Nothing in it was changed."
      : "It is one of the revisions made while the document was being signed, exactly as it was sealed. A later one has more signatures.";
    $("sealed-at").textContent = found.sealedAt;
  } else {
    $("known-title").textContent = "This file is not known by its fingerprint";
    $("known-words").textContent =
      "It was not sealed by this service in this form. Its signatures can still be checked.";
  }
  const fits = file.size > 0 && file.size <= MAX_BYTES;
  $("offer-words").textContent = fits
    ? "To see each signature, the file has to be sent. It is looked at and not kept."
    : `Files over ${size(MAX_BYTES)}, and empty ones, cannot be checked on this page.`;
  $("send").hidden = !fits;
  $("known").hidden = false;
  $("known-title").focus();
}

async function send() {
  const file = chosen;
  $("send").disabled = true;
  $("problem").textContent = "";
  $("report").replaceChildren();
  say("Checking the signatures\u2026");
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
      say("The report is below.");
      $("report").focus();
    } else {
      const problem = await answer.json().catch(() => ({}));
      fail(problem.detail ?? "The file could not be checked.");
    }
  } catch {
    fail("The service could not be reached. Please try again.");
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
