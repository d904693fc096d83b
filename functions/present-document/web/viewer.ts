// The document on the screen: pages as pictures at the resolution of the screen, with their text over them, or
// the viewer of the browser.

import { button, byId, element, show, write } from "./dom";
import { Problem, file, get } from "./service";
import { say } from "./texts";

interface Pages {
  sha256: string;
  count: number;
  pages: { number: number; widthPoints: number; heightPoints: number }[];
  view: "images" | "browser";
}

interface Words {
  words: { text: string; x: number; y: number; width: number; height: number }[];
}

interface Leaf {
  item: HTMLLIElement;
  image: HTMLImageElement;
  /** The width that was asked for last. */
  width: number;
  hasText: boolean;
}

const LADDER = [320, 640, 960, 1280, 1920, 2560, 3840];
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
const AT_ONCE = 3;

let digest = "";
let leaves: Leaf[] = [];
let zoom = 1;
let near: IntersectionObserver | null = null;
let small: IntersectionObserver | null = null;
let pageNow = 1;
let seen = new Set<number>();
let failed: (reason: string) => void = () => {};
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
    return { item, image, width: 0, hasText: false };
  });
  for (const page of pages.pages) thumb(page.number, pages.count);
  // Those that were watched are gone.
  if (!byId("thumbs").hidden) openThumbs(true);
  const widest = Math.max(...pages.pages.map((it) => it.widthPoints));
  byId("page-list").style.setProperty("--fit", `${Math.max(320, Math.min(960, widest * 1.5))}px`);
  setZoom(1);
  watch();
  turnTo(1, false);
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
  const root = matchMedia(WIDE).matches ? scroller : null;
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
  } catch (error) {
    if (of !== digest) return;
    // A coarser picture of the page is there: it stays.
    if (leaf.image.src) return;
    leaf.width = 0;
    if (error instanceof Problem && error.code === "page_not_rendered") return failed(error.code);
    const note = element("p", { className: "failed", textContent: say("page-failed") });
    if (!leaf.item.querySelector(".failed")) leaf.item.append(note);
    return;
  }
  leaf.item.querySelector(".failed")?.remove();
  if (!leaf.hasText) {
    leaf.hasText = true;
    await letter(number, leaf, of).catch(() => { leaf.hasText = false; });
  }
}

function swap(image: HTMLImageElement, picture: Blob): void {
  const before = image.src;
  image.src = URL.createObjectURL(picture);
  if (before) URL.revokeObjectURL(before);
}

/** The text over a page: it can be searched, chosen and read aloud, and is not seen. */
async function letter(number: number, leaf: Leaf, of: string): Promise<void> {
  const { words } = await get<Words>(`pages/${number}/text?sha256=${of}`);
  if (of !== digest || words.length === 0) return;
  const [width, height] = [leaf.image.width, leaf.image.height];
  const layer = document.createElementNS(SVG, "svg");
  layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
  layer.setAttribute("aria-label", leaf.image.alt);
  for (const word of words) {
    const text = document.createElementNS(SVG, "text");
    text.setAttribute("x", String(word.x * width));
    text.setAttribute("y", String((word.y + word.height * 0.8) * height));
    text.setAttribute("font-size", String(Math.max(1, word.height * height * 0.9)));
    text.setAttribute("textLength", String(Math.max(1, word.width * width)));
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    text.textContent = `${word.text} `;
    layer.append(text);
  }
  leaf.image.alt = "";
  leaf.item.append(layer);
}

/** Goes to a page. */
export function turnTo(number: number, scroll = true): void {
  const leaf = leaves[number - 1];
  if (!leaf) return;
  if (scroll) leaf.item.scrollIntoView({ block: "start", behavior: still() ? "auto" : "smooth" });
  mark(number);
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

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
  const percent = Math.round(zoom * 100);
  write("view-zoom", new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(zoom));
  byId("view-zoom").setAttribute("aria-label", say("zoom", { zoom: percent }));
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
  for (const name of ["view-thumbs", "view-previous", "view-next", "view-smaller", "view-fit", "view-larger"]) show(name, false);
  write("view-page", can ? (byId("browser").dataset.words ?? "") : "");
  if (can && bytes) {
    byId<HTMLIFrameElement>("browser-frame").src = `${URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }))}#navpanes=0&view=FitH`;
  }
  return can;
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

let isWatching = false;

export function wireViewer(): void {
  const closest = (up: boolean) => {
    const others = ZOOMS.filter((it) => (up ? it > zoom : it < zoom));
    setZoom((up ? others[0] : others[others.length - 1]) ?? zoom);
  };
  button("view-larger").addEventListener("click", () => closest(true));
  button("view-smaller").addEventListener("click", () => closest(false));
  button("view-fit").addEventListener("click", () => setZoom(1));
  button("view-previous").addEventListener("click", () => turnTo(pageNow - 1));
  button("view-next").addEventListener("click", () => turnTo(pageNow + 1));
  button("view-thumbs").addEventListener("click", () => openThumbs(byId("thumbs").hidden === true));
  byId("pages").addEventListener("scroll", () => requestAnimationFrame(look), { passive: true });
  if (isWatching) return;
  isWatching = true;
  addEventListener("scroll", () => requestAnimationFrame(look), { passive: true });
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
  const picture = await file(`pages/${page}?sha256=${of}&width=320`);
  if (of === digest) swap(image, picture);
}

const SVG = "http://www.w3.org/2000/svg";
const WIDE = "(min-width: 64rem)";
