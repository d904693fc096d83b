// What is told to the page around this one, where it is framed: to the pages that the sender has named, and to
// nobody else.

import { framed } from "./service";
import { room } from "./room";

export type Event = "ready" | "signed" | "approved" | "read" | "delegated" | "declined" | "error" | "height";

let told: Set<string> = new Set();

function ancestors(): string[] {
  const named = room.state?.ui?.iframeAncestors;
  return Array.isArray(named) ? named : [];
}

export function tell(event: Event, details: Record<string, string | number> = {}): void {
  if (!framed) return;
  const message = { type: `paraphe:${event}`, request: room.state?.request.id ?? null, ...details };
  for (const origin of ancestors()) {
    try {
      window.parent.postMessage(message, origin);
    } catch {
      // What was named is no origin: nobody is told.
    }
  }
}

/** Tells once. */
export function tellOnce(event: Event): void {
  if (told.has(event)) return;
  told.add(event);
  tell(event);
}

let height = 0;

/**
 * Tells how high the page is, once it is known to whom, and whenever that changes. It is measured by what is in it:
 * were it by the frame, a page around that makes the frame as high as it is told would never come to an end.
 */
export function tellHeight(): void {
  const now = Math.ceil(document.body.getBoundingClientRect().height);
  if (now === height || ancestors().length === 0) return;
  height = now;
  tell("height", { height });
}

export function watchHeight(): void {
  if (!framed) return;
  document.documentElement.classList.add("framed");
  new ResizeObserver(tellHeight).observe(document.body);
}
