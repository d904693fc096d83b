// The sender's colours and logo. They come as values of properties of a constructed style sheet: the policy of
// the page allows no style inside elements.

import { byId, element } from "./dom";
import type { Ui } from "./room";
import { file } from "./service";

const COLOURS: Record<string, string> = {
  headerBackgroundColor: "--bar",
  headerTitleColor: "--bar-title",
  headerSubtitleColor: "--bar-quiet",
  sidebarBackgroundColor: "--panel",
  sidebarTitleColor: "--panel-title",
  sidebarTextColor: "--panel-quiet",
  footerBackgroundColor: "--foot",
  buttonBackgroundColor: "--other",
  buttonBackgroundColorHover: "--other-over",
  buttonTextColor: "--on-other",
  buttonTextColorHover: "--on-other-over",
  signButtonBackgroundColor: "--go",
  signButtonBackgroundColorHover: "--go-over",
  signButtonTextColor: "--on-go",
  signButtonTextColorHover: "--on-go-over",
};

let sheet: CSSStyleSheet | null = null;
/** What stands in the bar without a logo. */
let brand: Node[] | null = null;
/** The logo that is to be shown: another may be wanted before it has come. */
let wanted: string | null = null;

export function applyTheme(ui: Ui | null): void {
  document.querySelector<HTMLElement>(".bar")?.toggleAttribute("hidden", ui?.hideHeader === true);
  byId("asked").classList.toggle("hidden-text", ui?.hideSidebar === true);
  byId("progress").classList.toggle("hidden-text", ui?.hideSidebar === true);
  const rules = Object.entries(COLOURS).flatMap(([key, property]) => {
    const value = ui?.[key];
    return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value) ? [`${property}: ${value};`] : [];
  });
  const foot = ui?.footerBackgroundColor;
  if (typeof foot === "string") rules.push(`--on-foot: ${isDark(foot) ? "#ffffff" : "#000000"};`);
  if (rules.length > 0) {
    sheet ??= new CSSStyleSheet();
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  }
  // Nothing stays of what another sender wanted.
  sheet?.replaceSync(`:root { ${rules.join(" ")} }`);
  brand ??= [...byId("brand").childNodes];
  const source = ui?.sidebarLogo;
  // The picture is served from here, or not shown: the page asks nothing of anyone else.
  const isOurs = typeof source === "string" && !source.includes(":") && !source.startsWith("//");
  wanted = isOurs ? source : null;
  if (isOurs) void showLogo(source).catch(() => {});
  else byId("brand").replaceChildren(...brand);
}

/** Whether white is easier to read on a colour than black (relative luminance, WCAG 2.2). */
function isDark(colour: string): boolean {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0) < 0.179;
}

async function showLogo(source: string): Promise<void> {
  const image = element("img", { alt: "", src: URL.createObjectURL(await file(source.replace(/^sign\//, ""))) });
  image.addEventListener("load", () => { if (wanted === source) byId("brand").replaceChildren(image); });
}
