// What the page says, and dates and sizes as people read them.

import { byId } from "./dom";

let texts: Record<string, string> = {};

/** How what was said last is said again, by its words: the language may change while it stands on the page. */
const said = new Map<string, () => string>();
const MAX_SAID = 5000;

function remembered(words: string, again: () => string): string {
  if (said.size >= MAX_SAID) for (const oldest of said.keys()) { said.delete(oldest); break; }
  said.delete(words);
  said.set(words, again);
  return words;
}

/** The same in the language that the page has now; null of what was not said by this page. */
export const sayAgain = (words: string): string | null => said.get(words)?.() ?? null;

type Value = string | number | (() => string);

export function loadTexts(): void {
  texts = JSON.parse(byId("texts").textContent ?? "{}") as Record<string, string>;
}

/**
 * A text of the page, with values in it. One that runs the other way is kept from turning its surroundings. A value
 * that is a text of the page itself comes as a function.
 */
export function say(name: string, values: Record<string, Value> = {}): string {
  const words = (texts[`say-${name}`] ?? name).replace(/\{(\w+)\}/g, (whole, key: string) => {
    const value = values[key];
    return value === undefined ? whole : isolated(String(typeof value === "function" ? value() : value));
  });
  return remembered(words, () => say(name, values));
}

function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc]/u;

export const language = () => document.documentElement.lang || "en";

/** The browser's own kind of the page's language, as British or American English. */
function locale(): string {
  const own = navigator.languages.find((it) => it.split("-")[0] === language());
  return own?.includes("-") ? own : language() === "en" ? "en-GB" : language();
}

/** Day and time, spelled out with their zone. */
export function time(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const words = new Intl.DateTimeFormat(locale(), {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "long",
  }).format(at);
  return remembered(words, () => time(text));
}

/** The time of today. */
export function clock(text: string): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(new Date(text));
}

export function size(bytes: number): string {
  const unit = bytes < 1e6 ? "kilobyte" : "megabyte";
  const value = unit === "kilobyte" ? Math.max(1, Math.round(bytes / 1e3)) : Math.round(bytes / 1e5) / 10;
  return remembered(new Intl.NumberFormat(language(), { style: "unit", unit }).format(value), () => size(bytes));
}

/** A part of one, as percent. */
export function percent(part: number): string {
  return remembered(new Intl.NumberFormat(language(), { style: "percent" }).format(part), () => percent(part));
}

export function fileName(text: string): string {
  return `${text.replace(/\.pdf$/i, "").replace(/[^\p{L}\p{N} ._-]/gu, "_").slice(0, 80)}.pdf`;
}

/** A digest in groups, as people compare it. */
export function grouped(digest: string): string {
  return digest.replace(/.{8}(?=.)/g, "$& ");
}
