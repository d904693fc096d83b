// The page by the ids of its elements. Words from outside are only ever set as text.

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found as T;
}

export const input = (id: string) => byId<HTMLInputElement>(id);
export const button = (id: string) => byId<HTMLButtonElement>(id);
export const dialog = (id: string) => byId<HTMLDialogElement>(id);

export function show(id: string, visible = true): void {
  byId(id).hidden = !visible;
}

export function write(id: string, text: string): void {
  byId(id).textContent = text;
}

/** The words that the page keeps for the script beside an element. */
export function kept(id: string, name: string): string {
  return byId(id).dataset[name] ?? "";
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Marks a field as wrong, and says why in text beside it. Empty: it is right. */
export function fault(field: string, text: string, place = `${field}-error`): void {
  write(place, text);
  document.getElementById(field)?.setAttribute("aria-invalid", String(text !== ""));
}

/** Runs an action of a button or form: one at a time. */
export function once(button: HTMLElement, action: () => unknown, failed: (error: unknown) => void) {
  return async (event?: Event) => {
    event?.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      await action();
    } catch (error) {
      failed(error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
}
