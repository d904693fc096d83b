// Which characters the typeface of the document has. Every other stands in it as a box.

import { kept } from "./dom";

const BOX = "\u25af";
/** What moves no pen: the document has no box for it either. */
const UNSEEN = /[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

/** The ranges that the page has brought. */
function ranges(): number[][] {
  return kept("work", "letters").split(" ").map((range) => range.split("-").map((code) => parseInt(code, 16)));
}

/** A name as it will stand in the document, and the characters that will be boxes, each once. */
export function typeset(name: string): { shown: string; missing: string[] } {
  const known = ranges();
  const has = (character: string) => {
    const code = character.codePointAt(0) ?? 0;
    return known.some(([low = 0, high = low]) => low <= code && code <= high);
  };
  // As it is sealed: in Form C.
  const characters = [...name.normalize("NFC")].filter((it) => !UNSEEN.test(it));
  return {
    shown: characters.map((it) => (has(it) ? it : BOX)).join(""),
    missing: [...new Set(characters.filter((it) => !has(it)))],
  };
}
