// What only the signatory knows, asked before the document is shown.

import { byId, element, input, kept, write } from "./dom";
import { complainOf, end, onEnter } from "./flow";
import { enter } from "./enter";
import { room, told } from "./room";
import type { State } from "./room";
import { Problem, post } from "./service";
import { say } from "./texts";

const questions = () => told().questions ?? [];

function ask(): void {
  write("access-error", "");
  byId("access-questions").replaceChildren(...questions().flatMap((question, at) => {
    const id = `access-${at}`;
    // The sender's words run their own way.
    const label = element("label", { htmlFor: id, textContent: question ?? kept("access-form", "code"), dir: question === null ? "" : "auto" });
    const field = element("input", { id, type: "text", maxLength: 200, autocomplete: "off", spellcheck: false });
    field.setAttribute("aria-describedby", "access-error");
    return [label, field];
  }));
}

async function answer(): Promise<void> {
  const answers = questions().map((_, at) => input(`access-${at}`).value.trim());
  const empty = answers.indexOf("");
  write("access-error", empty < 0 ? "" : say("field-missing"));
  if (empty >= 0) return input(`access-${empty}`).focus();
  try {
    room.state = await post<State>("access", { answers });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 423) return end("locked");
    if (error.code !== "answer_wrong") throw error;
    if (error.attemptsLeft === 0) return end("locked");
    complainOf("answer");
    write("access-error", say("code-tries", { count: error.attemptsLeft ?? 0 }));
    return input("access-0").select();
  }
  enter();
}

export function wireAccess(submit: (id: string, action: () => unknown) => void): void {
  onEnter("access", ask);
  submit("access-form", answer);
}
