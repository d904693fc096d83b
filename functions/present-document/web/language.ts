// Another language of the page, put in place of this one: whatever was typed, drawn, ticked and said stays where it is.

import { byId, write } from "./dom";
import { complain, entitle } from "./flow";
import { room } from "./room";
import { language, loadTexts, say, sayAgain } from "./texts";

/** What the address asks for: it was chosen here, and stays when the page is loaded again. */
const chosen = () => new URLSearchParams(location.search).get("language");

/** The language that the service gives this browser by itself, as far as that is known. */
let usual: string | null = chosen() === null ? language() : null;

/** Speaks the signatory's language unless another was chosen; that of the browser where they have none. */
export async function speak(wanted: string | null): Promise<void> {
  if (chosen() !== null) return;
  const own = wanted && wanted !== "browser" ? wanted : usual;
  if (own !== language()) await translate(own);
}

/** What one person chose is nothing to the next. */
export function forgetChoice(): void {
  if (chosen() !== null) readdress(null);
}

function readdress(wanted: string | null): void {
  history.replaceState(history.state, "", `${location.pathname}${queryOf(wanted)}`);
}

function queryOf(wanted: string | null): string {
  const query = new URLSearchParams(location.search);
  if (wanted === null) query.delete("language");
  else query.set("language", wanted);
  return query.size > 0 ? `?${query}` : "";
}

/** Takes the words of the page in another language from the service, or in the browser's own. */
async function translate(wanted: string | null): Promise<boolean> {
  const reply = await fetch(`${location.pathname}${queryOf(wanted)}`, { headers: { Accept: "text/html" }, credentials: "omit" }).catch(() => null);
  if (!reply?.ok) return false;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  if (!page.getElementById("texts")) return false;
  if (wanted === null) usual = page.documentElement.lang;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.dir = page.documentElement.dir;
  const swapped: Swapped = { words: new Map(), places: new Set() };
  replace(document.body, page.body, swapped);
  loadTexts();
  sayAll(swapped);
  name();
  return true;
}

/** What the page itself says: its words before by those of now, and the places that have them. */
interface Swapped {
  words: Map<string, string>;
  places: Set<Node>;
}

/** The words of an element, and of all in it that both pages have. What the script has filled is empty in a new page. */
function replace(old: Element, fresh: Element, swapped: Swapped): void {
  for (const { name, value } of fresh.attributes) {
    const before = old.getAttribute(name);
    if (!value || before === value || (!SPOKEN.includes(name) && !name.startsWith("data-"))) continue;
    if (before) swapped.words.set(before, value);
    old.setAttribute(name, value);
  }
  if (old.matches("[hreflang]")) {
    if (fresh.hasAttribute("aria-current")) old.setAttribute("aria-current", "true");
    else old.removeAttribute("aria-current");
  }
  const [were, are] = [[...old.childNodes], [...fresh.childNodes]];
  const isSame = were.length === are.length && are.every((it, at) => it.nodeName === were[at]?.nodeName);
  if (!isSame || old.localName === "noscript") return;
  for (const [at, now] of are.entries()) {
    const was = were[at];
    if (now instanceof Element && was instanceof Element) replace(was, now, swapped);
    else if (was instanceof Text) swap(was, now.nodeValue ?? "", swapped);
  }
}

function swap(place: Text, words: string, swapped: Swapped): void {
  swapped.words.set(place.data, words);
  swapped.places.add(place);
  place.data = words;
}

/** What the script said, said again. Words of people stand in elements that run their own way, and stay. */
function sayAll({ words, places }: Swapped): void {
  const again = (before: string | null) => (before ? sayAgain(before) ?? words.get(before) ?? null : null);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    places.has(node) || (node instanceof Element && node.matches(NOT_OURS)) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof Text) node.data = again(node.data) ?? node.data;
    if (!(node instanceof Element)) continue;
    for (const name of SPOKEN) {
      const now = again(node.getAttribute(name));
      if (now !== null) node.setAttribute(name, now);
    }
  }
}

/** Where a document without a title is named. */
function name(): void {
  entitle();
  if (room.state?.request.title !== null) return;
  for (const place of ["start-subject", "asked-title", "review-document", "done-document", "ended-document"]) {
    if (byId(place).textContent) write(place, say("document"));
  }
}

/** Chooses a language from the menu. */
export async function choose(event: Event): Promise<void> {
  const link = (event.target as Element).closest("a");
  const wanted = link && new URL(link.href).searchParams.get("language");
  if (!wanted) return;
  event.preventDefault();
  const isDone = await translate(wanted);
  closeMenu();
  if (!isDone) return complain(say("connection"), say("connection-words"));
  readdress(wanted);
}

/** Closes the menu; the focus goes back to it if it was there. */
function closeMenu(): void {
  const menu = byId<HTMLDetailsElement>("languages");
  if (!menu.open) return;
  const isThere = menu.contains(document.activeElement);
  menu.open = false;
  if (isThere) menu.querySelector("summary")?.focus();
}

/** A menu closes by Escape, and by whatever is done beside it. */
export function wireLanguage(failed: (error: unknown) => void): void {
  byId("languages").addEventListener("click", (event) => void choose(event).catch(failed));
  addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenu(); });
  for (const kind of ["pointerdown", "focusin"]) {
    addEventListener(kind, ({ target }) => { if (!(target instanceof Node) || !byId("languages").contains(target)) closeMenu(); });
  }
}

/** Words of people and documents, and what is no text. */
const NOT_OURS = "bdi, [dir=auto], script, noscript, .languages, .leaf text";
/** Attributes that are read to people. */
const SPOKEN = ["aria-label", "title", "alt", "placeholder"];
