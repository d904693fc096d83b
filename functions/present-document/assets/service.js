// Calls of the service, and what it answers when something is wrong.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || "");
    this.status = status;
    this.title = body.title || "";
    this.code = body.code || "";
    this.body = body;
  }
}

/** GETs `path`, or POSTs `body` to it; gives the JSON of the answer. */
export async function call(path, body) {
  const options = { headers: { Accept: "application/json", "X-Paraphe": "1" }, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let reply;
  try {
    reply = await fetch(path, options);
  } catch {
    throw new Problem(0, { title: "The service cannot be reached", detail: "Check your connection, then try again." });
  }
  const json = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Problem(reply.status, json);
  return json;
}

/** SHA-256 in hexadecimal; null where the browser does not offer it (plain http from another machine). */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
