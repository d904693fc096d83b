// Calls of the API, and what it answers when something is wrong.

export class Problem extends Error {
  readonly code: string;
  readonly attemptsLeft: number | undefined;
  readonly retryAfter: number;
  /** The first value of the call that is wrong, as a JSON Pointer. */
  readonly pointer: string;

  constructor(readonly status: number, body: ProblemBody = {}, retryAfter = 0) {
    super(body.detail ?? body.title ?? "");
    this.code = body.code ?? "";
    this.attemptsLeft = body.attemptsLeft;
    this.retryAfter = retryAfter;
    this.pointer = body.errors?.[0]?.pointer ?? "";
  }
}

interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  attemptsLeft?: number;
  errors?: { pointer: string }[];
}

/** In a page of a stranger there are no cookies: the link's token itself, held in memory, opens every call. */
export const framed = window.parent !== window;

let token: string | null = null;
let usedAt = Date.now();
let signer: () => string | undefined = () => undefined;

/** Every call says for whom this page is: another tab may have opened another link since. */
export function actFor(whom: () => string | undefined): void {
  signer = whom;
}

/** The address of a file that a link leads to. */
export function linkTo(path: string): string {
  const whom = signer();
  return address(whom ? `${path}&signer=${encodeURIComponent(whom)}` : path);
}

export const heldToken = () => token;

export function holdToken(text: string | null): void {
  token = text;
}

/** When the service last gave the session half an hour more, to this tab or to another one of the same signatory. */
export const lastRenewed = () => usedAt;

/** The tabs of this browser, which share its session. Nothing but a signatory's id is told between them. */
const tabs = framed ? null : new BroadcastChannel("paraphe");
tabs?.addEventListener("message", ({ data }) => {
  if (data === signer()) usedAt = Date.now();
});

/** The session has half an hour more from now on. */
export function renewed(): void {
  usedAt = Date.now();
  const whom = signer();
  if (whom) tabs?.postMessage(whom);
}

function address(path: string): string {
  return `${document.body.dataset.root ?? ""}sign/${path}`;
}

async function send(path: string, options: RequestInit): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set("X-Paraphe", "1");
  const whom = signer();
  if (whom) headers.set("X-Paraphe-Signer", whom);
  if (framed && token) headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(address(path), {
      ...options, headers, cache: "no-store", credentials: framed ? "omit" : "same-origin",
    });
  } catch {
    throw new Problem(0);
  }
}

async function checked(reply: Response): Promise<Response> {
  if (reply.ok) return reply;
  const body = (await reply.json().catch(() => ({}))) as ProblemBody;
  throw new Problem(reply.status, body, Number(reply.headers.get("retry-after")) || 0);
}

/** Whether this browser has shown its session once since it was opened here: one that keeps no cookie never does. */
let isKnown = true;

export const isKnownHere = () => isKnown || framed;

/** GETs JSON. */
export async function get<T>(path: string): Promise<T> {
  const reply = await checked(await send(path, { headers: { Accept: "application/json" } }));
  isKnown = true;
  return (await reply.json()) as T;
}

/** POSTs JSON, and gives that of the answer; `signal` ends the wait for it. */
export async function post<T = unknown>(path: string, body: unknown, signal: AbortSignal | null = null): Promise<T> {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const reply = await checked(await send(path, { method: "POST", headers, body: JSON.stringify(body), signal }));
  isKnown = path !== "session" || !(body as { token?: string }).token;
  if (RENEWING.includes(path) && !isEnd(body)) renewed();
  return (await reply.json().catch(() => ({}))) as T;
}

/** GETs a file. */
export async function file(path: string): Promise<Blob> {
  return (await checked(await send(path, {}))).blob();
}

const isEnd = (body: unknown) => (body as { end?: boolean }).end === true;

/** What gives the session half an hour more. */
const RENEWING = ["session", "access", "presented", "otp"];

/** SHA-256 in hexadecimal; null where the browser does not offer it (plain http from another machine). */
export async function sha256(bytes: BufferSource): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
