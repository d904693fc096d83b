// The service under test: its API as an integrator uses it, and its outbox.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import "./cable.js";

/** Where browsers find it: at the other end of the cable. */
export const url = process.env.STAGE_URL;
const service = process.env.STAGE_SERVICE;
const key = process.env.PARAPHE_API_KEY;
const contract = readFileSync(new URL("../fixtures/contract.pdf", import.meta.url)).toString("base64");
let people = 0;

export async function api(method, path, body) {
  const reply = await fetch(service + path, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: reply.status, body: await reply.json().catch(() => null) };
}

/** A signer with a mailbox of their own. */
export function signer(more = {}) {
  people += 1;
  return {
    name: "Ada", surname: "Lovelace", email: `ada${people}.${process.pid}@example.com`, authentication: ["email"],
    signatures: [{ page: -1, x: 64, y: 540, width: 212, height: 64 }], ...more,
  };
}

/** Uploads a document that is too large to be sent along; the entry of `inputDocuments` that names it. */
export async function upload(document) {
  const sha256 = createHash("sha256").update(document).digest("hex");
  const { inputDocument, url: to, headers } = (await api("POST", "/uploads", { sizeBytes: document.length, sha256 })).body.data;
  const reply = await fetch(to, { method: "PUT", headers, body: document });
  if (!reply.ok) throw new Error(await reply.text());
  return inputDocument;
}

/** A request as it was taken in; `links` leads to its rooms, in their order. */
export async function create(signers = [signer()], more = {}) {
  const { options, document, ...rest } = more;
  const made = await api("POST", "/EU-SES", {
    title: "Services agreement",
    description: "Dear Ada,\nhere is the agreement that we spoke of. Call me if anything is unclear.\nGrace",
    inputDocuments: [{ sourceType: "base64", payload: document?.toString("base64") ?? contract }],
    signers,
    options: { signatureMode: ["typed", "drawn", "uploaded"], ...options },
    ...rest,
  });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  const { data } = made.body;
  return { id: data.id, data, signers, links: data.signers.map((it) => it.url), embeds: data.signers.map((it) => it.embedUrl) };
}

/** A request that waits for its signers. */
export async function request(signers, more) {
  const made = await create(signers, more);
  const { id } = made;
  const data = await until(async () => {
    const found = (await api("GET", `/signatures/${id}`)).body.data;
    return found.state === "WAIT_VALIDATION" ? null : found;
  });
  if (data.state === "ERROR") throw new Error(data.errorMessage);
  return { ...made, data };
}

export async function state(id) {
  return (await api("GET", `/signatures/${id}`)).body.data;
}

/** The request's events, in their order. */
export async function events(id) {
  const { body } = await api("GET", `/signatures/${id}/audit`);
  return body.data.evidence.events.map((it) => JSON.parse(it.event));
}

/** Their kinds. */
export const evidence = async (id) => (await events(id)).map((it) => it.kind);

/** A document of these pages, each the content of one page of 595 by 842 points. */
export function pdf(contents) {
  const kids = contents.map((_, at) => `${4 + 2 * at} 0 R`).join(" ");
  const bodies = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${contents.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ...contents.flatMap((text, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * at} 0 R /Resources << /Font << /F 3 0 R >> >> >>`,
      `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    ]),
  ];
  let file = "%PDF-1.7\n";
  const places = bodies.map((body, at) => {
    const place = file.length;
    file += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const start = file.length;
  file += `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n${places.join("")}trailer\n<< /Size ${bodies.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}

/** A line of text on a page. */
export const line = (text, x = 72, y = 700) => `BT /F 12 Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;

export async function until(look, tries = 100) {
  for (let count = 0; count < tries; count += 1) {
    const found = await look();
    if (found) return found;
    await pause(100);
  }
  throw new Error("it did not happen");
}

async function messages(to) {
  const all = await (await fetch(`${service}/_local/outbox.json`)).json();
  return all.filter((it) => it.to === to);
}

/** The newest code for a mailbox or phone, after `seen` of them. */
export async function code(to, seen = 0) {
  return until(async () => {
    const codes = (await messages(to)).map((it) => it.text.match(/\b(\d{6})\b/)?.[1]).filter(Boolean);
    return codes.length > seen ? codes.at(-1) : null;
  });
}

/** A code that is not this one. */
export const other = (right) => String((Number(right) + 1) % 1000000).padStart(6, "0");
