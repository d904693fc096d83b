// The document on the screen: pages as pictures at the resolution of the screen, with their text over them, or
// the viewer of the browser.

import { button, byId, element, show, write } from "./dom";
import { letter, whenIdle } from "./layer";
import { layPlaces, nextPlace, still } from "./place";
import type { Place } from "./place";
import { Problem, file, framed, get } from "./service";
import { percent, say } from "./texts";

interface Pages {
  sha256: string;
  count: number;
  pages: { number: number; widthPoints: number; heightPoints: number }[];
  places: Place[];
  view: "images" | "browser";
}

interface Leaf {
  item: HTMLLIElement;
  image: HTMLImageElement;
  /** The width that was asked for last. */
  width: number;
  /** The width of the picture that is there; 0 while there is none. */
  drawn: number;
  hasText: boolean;
}

const LADDER = [320, 640, 960, 1280, 1920, 2560, 3840];
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
const AT_ONCE = 3;
/** Pages whose texts are asked for before anyone comes to them: books would be thousands of calls. */
const MAX_LETTERED = 200;
/** How long a page that did not come is waited for until it is asked for again, at first and at most. */
const FIRST_PAUSE_MS = 3000;
const LAST_PAUSE_MS = 30_000;

let digest = "";
let leaves: Leaf[] = [];
let zoom = 1;
let near: IntersectionObserver | null = null;
let small: IntersectionObserver | null = null;
let pageNow = 1;
let seen = new Set<number>();
let failed: (reason: string) => void = () => {};
let ended: (problem: Problem) => void = () => {};
const queue: (() => Promise<void>)[] = [];
let running = 0;
let settling: ReturnType<typeof setTimeout> | undefined;

/** Pages of the document; none when the service shows none as pictures. */
export async function pagesOf(sha256: string): Promise<Pages | null> {
  try {
    const pages = await get<Pages>(`pages?sha256=${sha256}`);
    return pages.view === "images" && pages.pages.length > 0 ? pages : null;
  } catch (error) {
    // Not every service draws pages, and not every document can be drawn.
    if (error instanceof Problem && [404, 422, 501, 503].includes(error.status)) return null;
    throw error;
  }
}

export const hasSeenAll = () => leaves.length > 0 && seen.size >= leaves.length;

/** Shows pages as pictures. `lost` is called once if one of them cannot be drawn. */
export function showPages(pages: Pages, lost: (reason: string) => void): void {
  digest = pages.sha256;
  failed = once(lost);
  late.clear();
  pause = FIRST_PAUSE_MS;
  seen = new Set();
  queue.length = 0;
  byId("page-list").replaceChildren();
  byId("thumb-list").replaceChildren();
  show("browser", false);
  show("pages");
  show("view-thumbs", pages.count > 1);
  for (const name of ["view-previous", "view-next", "view-smaller", "view-fit", "view-larger"]) show(name);
  leaves = pages.pages.map(({ number, widthPoints, heightPoints }) => {
    const image = element("img", { alt: say("page", { page: number, count: pages.count }), decoding: "async" });
    image.width = Math.round(widthPoints);
    image.height = Math.round(heightPoints);
    const item = element("li", { className: "leaf" }, image);
    item.dataset.page = String(number);
    byId("page-list").append(item);
    return { item, image, width: 0, drawn: 0, hasText: false };
  });
  for (const page of pages.pages) thumb(page.number, pages.count);
  layPlaces(pages.places, leaves.map((it) => it.item));
  // Those that were watched are gone.
  if (!byId("thumbs").hidden) openThumbs(true);
  const widest = Math.max(...pages.pages.map((it) => it.widthPoints));
  byId("page-list").style.setProperty("--fit", `${Math.max(320, Math.min(960, widest * 1.5))}px`);
  setZoom(1);
  watch();
  turnTo(1, false);
  whenIdle(() => letterAll(digest));
}

function thumb(number: number, count: number): void {
  const leaf = leaves[number - 1];
  if (!leaf) return;
  const image = element("img", { alt: "", loading: "lazy" });
  image.width = leaf.image.width;
  image.height = leaf.image.height;
  const label = element("span", { className: "hidden-text", textContent: say("page", { page: number, count }) });
  const press = element("button", { type: "button" }, image, label, element("span", { textContent: String(number), ariaHidden: "true" }));
  press.dataset.page = String(number);
  press.addEventListener("click", () => turnTo(number));
  byId("thumb-list").append(element("li", {}, press));
}

/** Loads what is near the screen, and notes what was on it. */
function watch(): void {
  near?.disconnect();
  const scroller = byId("pages");
  // In a frame the pages do not scroll by themselves.
  const root = matchMedia(WIDE).matches && !framed ? scroller : null;
  near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const number = Number((entry.target as HTMLElement).dataset.page);
      if (entry.isIntersecting) load(number);
    }
  }, { root, rootMargin: "100% 0px" });
  for (const leaf of leaves) near.observe(leaf.item);
}

function load(number: number): void {
  const leaf = leaves[number - 1];
  if (!leaf) return;
  const wanted = leaf.item.clientWidth * Math.min(devicePixelRatio || 1, 3);
  const width = LADDER.find((it) => it >= wanted) ?? LADDER[LADDER.length - 1] ?? 960;
  if (leaf.width >= width) return;
  leaf.width = width;
  enqueue(() => draw(number, leaf, width));
}

function enqueue(work: () => Promise<void>): void {
  queue.push(work);
  const run = async () => {
    const next = queue.shift();
    if (!next) return;
    running += 1;
    await next().catch(() => {});
    running -= 1;
    void run();
  };
  if (running < AT_ONCE) void run();
}

async function draw(number: number, leaf: Leaf, width: number): Promise<void> {
  const of = digest;
  try {
    const picture = await file(`pages/${number}?sha256=${of}&width=${width}`);
    if (of !== digest) return;
    swap(leaf.image, picture);
    leaf.drawn = width;
  } catch (error) {
    if (of === digest) miss(number, leaf, error);
    return;
  }
  leaf.item.querySelector(".failed")?.remove();
  if (!leaf.hasText) {
    leaf.hasText = true;
    await layOver(leaf, number, of).catch(() => { leaf.hasText = false; });
  }
}

/** A picture has not come: a coarser one stays where there is one, and it may be asked for again. */
function miss(number: number, leaf: Leaf, error: unknown): void {
  leaf.width = leaf.drawn;
  const problem = error instanceof Problem ? error : null;
  if (problem?.status === 401) {
    // The session is over for all pages alike: it is said once.
    digest = "";
    return ended(problem);
  }
  const isLate = problem !== null && (problem.status === 0 || problem.status === 429 || problem.status >= 500);
  if (isLate) waitFor(number);
  if (leaf.drawn > 0) return;
  if (problem?.code === "page_not_rendered") return failed(problem.code);
  const words = say(problem?.status === 0 ? "page-lost" : "page-failed");
  const note = leaf.item.querySelector(".failed") ?? element("p", { className: "failed" });
  note.textContent = words;
  leaf.item.append(note);
}

/** Pages that did not come because of the way here: they are asked for again, by and by, and when it is there again. */
const late = new Set<number>();
let again: ReturnType<typeof setTimeout> | undefined;
let pause = FIRST_PAUSE_MS;

function waitFor(number: number): void {
  late.add(number);
  clearTimeout(again);
  again = setTimeout(tryLate, pause);
}

function tryLate(): void {
  clearTimeout(again);
  pause = Math.min(2 * pause, LAST_PAUSE_MS);
  const missed = [...late];
  late.clear();
  for (const number of missed) load(number);
  if (!byId("thumbs").hidden) openThumbs(true);
}

function swap(image: HTMLImageElement, picture: Blob): void {
  const before = image.src;
  image.src = URL.createObjectURL(picture);
  if (before) URL.revokeObjectURL(before);
}

const layOver = (leaf: Leaf, number: number, of: string) =>
  letter(leaf.item, leaf.image, `pages/${number}/text?sha256=${of}`, () => of === digest);

/** Texts of pages that nobody has come to yet: the browser's own search finds what is there. One at a time. */
async function letterAll(of: string): Promise<void> {
  for (const [at, leaf] of leaves.slice(0, MAX_LETTERED).entries()) {
    if (of !== digest) return;
    if (leaf.hasText) continue;
    leaf.hasText = true;
    try {
      await layOver(leaf, at + 1, of);
    } catch {
      // It comes with the picture. Whatever is amiss, this is not the time to ask for more.
      leaf.hasText = false;
      return;
    }
    await new Promise<void>((done) => whenIdle(done));
  }
}

/** Goes to a page. */
export function turnTo(number: number, scroll = true): void {
  const leaf = leaves[number - 1];
  if (!leaf) return;
  if (scroll) leaf.item.scrollIntoView({ block: "start", behavior: still() ? "auto" : "smooth" });
  mark(number);
}

function mark(number: number): void {
  pageNow = number;
  write("view-page", say("page", { page: number, count: leaves.length }));
  button("view-previous").disabled = number <= 1;
  button("view-next").disabled = number >= leaves.length;
  for (const press of byId("thumb-list").querySelectorAll("button")) {
    if (press.dataset.page === String(number)) press.setAttribute("aria-current", "true");
    else press.removeAttribute("aria-current");
  }
}

/** Notes which page is in the middle of the screen, and which were on it. */
function look(): void {
  if (leaves.length === 0 || byId("document").hidden) return;
  const box = byId("pages").getBoundingClientRect();
  const top = Math.max(box.top, 0);
  const bottom = Math.min(box.bottom, innerHeight);
  const middle = (top + bottom) / 2;
  let found = pageNow;
  for (const [at, leaf] of leaves.entries()) {
    const rect = leaf.item.getBoundingClientRect();
    if (rect.top <= middle) found = at + 1;
    // Its end was on the screen: it could be read.
    if (rect.bottom <= bottom + 40 && rect.bottom >= top) seen.add(at + 1);
  }
  if (found !== pageNow) mark(found);
}

function setZoom(to: number): void {
  const scroller = byId("pages");
  const at = scroller.scrollHeight ? scroller.scrollTop / scroller.scrollHeight : 0;
  zoom = to;
  byId("page-list").style.setProperty("--zoom", String(zoom));
  scroller.scrollTop = at * scroller.scrollHeight;
  write("view-zoom", percent(zoom));
  byId("view-zoom").setAttribute("aria-label", say("zoom", { zoom: Math.round(zoom * 100) }));
  button("view-smaller").disabled = zoom <= (ZOOMS[0] ?? 1);
  button("view-larger").disabled = zoom >= (ZOOMS[ZOOMS.length - 1] ?? 1);
  clearTimeout(settling);
  settling = setTimeout(() => { if (leaves.length > 0) watch(); }, 250);
}

/** Whether the viewer of the browser can show the document. */
export const canShow = (bytes: Blob | null) => bytes !== null && navigator.pdfViewerEnabled;

/** Shows the document in the viewer of the browser, where there is one. */
export function showInBrowser(bytes: Blob | null): boolean {
  leaves = [];
  near?.disconnect();
  const can = canShow(bytes);
  show("pages", false);
  show("thumbs", false);
  show("browser", can);
  layPlaces([], []);
  for (const name of ["view-thumbs", "view-previous", "view-next", "view-smaller", "view-fit", "view-larger"]) show(name, false);
  write("view-page", can ? (byId("browser").dataset.words ?? "") : "");
  if (can && bytes) {
    byId<HTMLIFrameElement>("browser-frame").src = `${URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }))}#navpanes=0&view=FitH`;
  }
  return can;
}

/** Nothing of the document stays on the page. */
export function closeDocument(): void {
  digest = "";
  leaves = [];
  queue.length = 0;
  near?.disconnect();
  small?.disconnect();
  for (const image of document.querySelectorAll<HTMLImageElement>("#document img[src]")) URL.revokeObjectURL(image.src);
  byId("page-list").replaceChildren();
  byId("thumb-list").replaceChildren();
  layPlaces([], []);
  byId("browser-frame").removeAttribute("src");
}

/** Several pages are drawn at once: the first that cannot be speaks for all. */
function once(action: (reason: string) => void): (reason: string) => void {
  let isDone = false;
  return (reason) => {
    if (isDone) return;
    isDone = true;
    queue.length = 0;
    action(reason);
  };
}

/** `over` is told that the session has ended. */
export function wireViewer(over: (problem: Problem) => void): void {
  ended = over;
  const closest = (up: boolean) => {
    const others = ZOOMS.filter((it) => (up ? it > zoom : it < zoom));
    setZoom((up ? others[0] : others[others.length - 1]) ?? zoom);
  };
  button("view-larger").addEventListener("click", () => closest(true));
  button("view-smaller").addEventListener("click", () => closest(false));
  button("view-fit").addEventListener("click", () => setZoom(1));
  button("view-previous").addEventListener("click", () => turnTo(pageNow - 1));
  button("view-next").addEventListener("click", () => turnTo(pageNow + 1));
  button("view-place").addEventListener("click", () => nextPlace(leaves.length));
  button("view-thumbs").addEventListener("click", () => openThumbs(byId("thumbs").hidden === true));
  byId("pages").addEventListener("scroll", () => requestAnimationFrame(look), { passive: true });
  addEventListener("scroll", () => requestAnimationFrame(look), { passive: true });
  addEventListener("online", () => { pause = FIRST_PAUSE_MS; tryLate(); });
  matchMedia(WIDE).addEventListener("change", () => { if (leaves.length > 0) watch(); });
}

/** Small pages are asked for as they come near: a document may have thousands. */
function openThumbs(open: boolean): void {
  show("thumbs", open);
  button("view-thumbs").setAttribute("aria-expanded", String(open));
  small?.disconnect();
  if (!open) return;
  small = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const image = target.querySelector("img");
      if (!isIntersecting || !image) continue;
      small?.unobserve(target);
      if (!image.src) enqueue(() => fill(image, (target as HTMLElement).dataset.page ?? ""));
    }
  }, { root: byId("thumbs"), rootMargin: "50% 0px" });
  for (const press of byId("thumb-list").querySelectorAll("button")) small.observe(press);
}

async function fill(image: HTMLImageElement, page: string): Promise<void> {
  const of = digest;
  if (image.src) return;
  try {
    const picture = await file(`pages/${page}?sha256=${of}&width=320`);
    if (of === digest) swap(image, picture);
  } catch (error) {
    // What is near is asked for again with the pages.
    if (of === digest && error instanceof Problem && error.status === 0) waitFor(Number(page));
  }
}

const WIDE = "(min-width: 64rem)";
