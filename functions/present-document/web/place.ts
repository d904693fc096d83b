// Where the signatory's mark will stand: outlined on the pages, and gone to from one to the next.

import { byId, element, kept, show } from "./dom";
import { announce } from "./flow";
import { say } from "./texts";

/** A place on a page, in parts of it. */
export interface Place {
  page: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

let places: { page: number; spot: HTMLElement }[] = [];
/** Which was gone to last. */
let last = -1;

/** Outlines the places on the pages, in the order of the document. */
export function layPlaces(asked: Place[], pages: HTMLElement[]): void {
  const order = [...asked].sort((one, other) => one.page - other.page || one.y - other.y || one.x - other.x);
  places = order.flatMap((place) => {
    const page = pages[place.page - 1];
    if (!page) return [];
    const spot = element("p", { className: "spot", textContent: kept("page-list", "place") });
    const part = (name: string, value: number) => spot.style.setProperty(name, `${100 * value}%`);
    // On paper there is no other way for a page to run than from its own left edge.
    part("left", place.x);
    part("top", place.y);
    part("width", place.width);
    part("height", place.height);
    page.append(spot);
    return [{ page: place.page, spot }];
  });
  last = -1;
  show("view-place", places.length > 0);
}

/** Goes to the next place: from the first one again after the last. The focus stays where it can be asked for the next. */
export function nextPlace(count: number): void {
  last = (last + 1) % places.length;
  const next = places[last];
  if (!next) return;
  for (const { spot } of places) spot.classList.toggle("here", spot === next.spot);
  bring(next.spot);
  announce(say("place", { page: next.page, count }), { seen: false });
}

/** To the middle of the pages: where these scroll by themselves, nothing else does, and the tools over them stay there. */
function bring(spot: HTMLElement): void {
  const behavior = still() ? "auto" : "smooth";
  const pages = byId("pages");
  if (pages.scrollHeight <= pages.clientHeight) return spot.scrollIntoView({ block: "center", inline: "center", behavior });
  const [at, view] = [spot.getBoundingClientRect(), pages.getBoundingClientRect()];
  const left = at.left + at.width / 2 - view.left - view.width / 2;
  pages.scrollBy({ left, top: at.top + at.height / 2 - view.top - view.height / 2, behavior });
}

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
