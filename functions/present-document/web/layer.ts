// The text of a page over its picture: it can be searched, chosen and read aloud, and is not seen.

import { get } from "./service";

interface Words {
  words: { text: string; x: number; y: number; width: number; height: number }[];
}

/** Lays the text that lies at `path` over a picture, if it is still wanted when it has come. */
export async function letter(item: HTMLElement, image: HTMLImageElement, path: string, isWanted: () => boolean): Promise<void> {
  const { words } = await get<Words>(path);
  if (!isWanted() || words.length === 0) return;
  // Its own, and not those on the screen: it may not be shown at the moment.
  const [width, height] = ["width", "height"].map((it) => Number(image.getAttribute(it))) as [number, number];
  const layer = document.createElementNS(SVG, "svg");
  layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
  layer.setAttribute("aria-label", image.alt);
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
  image.alt = "";
  item.append(layer);
}

/** Not every browser tells when it has nothing to do. */
export function whenIdle(action: () => unknown): void {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(() => void action(), { timeout: 2000 });
  else setTimeout(action, 200);
}

const SVG = "http://www.w3.org/2000/svg";
