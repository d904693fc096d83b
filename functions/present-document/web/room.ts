// What is known in this room: what the service told last, and what the signatory has done so far. Nothing of
// it is stored in the browser.

import { actFor, get } from "./service";

export interface Attachment {
  id: string;
  name: string;
  description: string | null;
  required: boolean;
  state: "AWAITED" | "PROVIDED" | "ACCEPTED" | "REJECTED";
  reason: string | null;
}

export interface State {
  request: {
    id: string;
    title: string | null;
    description: string | null;
    requester: string;
    state: string;
    expiresAt: string;
  };
  signatory: {
    id: string;
    name: string;
    surname: string;
    state: string;
    role: "signatory" | "approver" | "viewer" | "cc";
    isTurn: boolean;
    actedAt: string | null;
    channels: { channel: "email" | "sms"; destination: string }[];
    attachments: Attachment[];
    editable: Record<string, boolean>;
    mayDelegate: boolean;
    codesLeft: number | null;
    guessesLeft: number | null;
  };
  questions: (string | null)[] | null;
  document: { sha256: string; sizeBytes: number; name: string } | null;
  consent: { text: string; sha256: string };
  modes: string[];
  mustRead: boolean;
  codeDigits: number;
  kept: boolean;
  retention: { documentMonths: number; evidenceYears: number };
  sealed: { sha256: string } | null;
  ui?: Ui | null;
  language?: string | null;
  /** Where the page leads after an act, and without one: with a result that the sender can check. */
  redirectUrl?: string | null;
  leaveUrl?: string | null;
}

export type Ui = Record<string, string | boolean | string[] | null>;

export interface Person {
  name: string;
  surname: string;
  email: string;
  mobile?: string;
}

export type Intent = "sign" | "approve" | "read" | "delegate";

export type Mark =
  | { mode: "typed"; name: string }
  | { mode: "drawn"; strokes: [number, number][][] }
  | { mode: "uploaded"; image: string };

interface Room {
  state: State | null;
  /** SHA-256 of the bytes that were shown, in hexadecimal. */
  shown: string | null;
  intent: Intent;
  delegate: Person | null;
  codes: Record<string, string>;
  mark: Mark | null;
  /** The mark as a picture, for the review. */
  picture: string | null;
}

export const room: Room = {
  state: null, shown: null, intent: "sign", delegate: null, codes: {}, mark: null, picture: null,
};

actFor(() => room.state?.signatory.id);

/** What the service told last. */
export function told(): State {
  if (!room.state) throw new Error("nothing is known of the request");
  return room.state;
}

export async function refresh(): Promise<State> {
  room.state = await get<State>("request");
  return room.state;
}

/** What is known once the signatory has acted, also where the service cannot be asked again at the moment. */
export async function acted(state: string): Promise<boolean> {
  try {
    await refresh();
    return true;
  } catch {
    const known = told();
    known.signatory.state = state;
    // They were made for someone who has not acted.
    known.redirectUrl = null;
    known.leaveUrl = null;
    return false;
  }
}

/** Where the page leads: with a result that the sender can check, and never without one. */
export const wayBack = () => told().redirectUrl ?? told().leaveUrl ?? null;

export function intentOf(state: State): Intent {
  switch (state.signatory.role) {
    case "approver": return "approve";
    case "viewer":
    case "cc": return "read";
    default: return "sign";
  }
}

/** Whether codes go to a phone: then whoever the task is passed on to needs one as well. */
export const hasTexts = () => told().signatory.channels.some((it) => it.channel === "sms");

/** The signatory does it themselves: nobody is to act in their place. */
export function keepTask(): void {
  room.delegate = null;
  if (room.state) room.intent = intentOf(room.state);
}

export const fullName = (state: State) => `${state.signatory.name} ${state.signatory.surname}`;
export const titleOf = (state: State, otherwise: string) => state.request.title || otherwise;

/** The signatory's acts, in the words of the wire. */
export const ACTED = ["SIGNED", "APPROVED", "READ", "DELEGATED"];

export const hasActed = () => room.state !== null && ACTED.includes(room.state.signatory.state);

/** The files that are asked for from who has acted: those that the sender did not accept, or that never came. */
export function owedFiles(): string[] {
  const { request, signatory } = told();
  const isAsked = request.state === "WAIT_SIGNER" && hasActed() && signatory.state !== "DELEGATED";
  const isOwed = (it: Attachment) => it.state === "REJECTED" || (it.required && it.state === "AWAITED");
  return isAsked ? signatory.attachments.filter(isOwed).map((it) => it.id) : [];
}

export const owesFile = () => owedFiles().length > 0;
