// The signature: typed, drawn, or a picture of one.

import SignaturePad from "signature_pad";
import { byId, fault, input, kept, show, write } from "./dom";
import { next, onEnter } from "./flow";
import { inkOf, pictureOf } from "./ink";
import { typeset } from "./letters";
import { fullName, room, told } from "./room";
import { say } from "./texts";

const MODES = ["typed", "drawn", "uploaded"] as const;
type Mode = (typeof MODES)[number];

/** Strokes are told in a box of this width; the height follows. */
const WIDTH = 1000;
const MAX_POINTS = 9000;
const INK = "#16336f";
/** Pixels between ink and the edges of the field: half of the widest line, and a little. */
const MARGIN = 2;

let pad: SignaturePad | null = null;
let picture: string | null = null;

function modes(): Mode[] {
  return MODES.filter((it) => told().modes.includes(it));
}

const mode = () => (document.querySelector<HTMLInputElement>("input[name=mode]:checked")?.value ?? "typed") as Mode;

function prepare(): void {
  const allowed = modes();
  for (const name of MODES) show(`mode-${name}-choice`, allowed.includes(name));
  show("modes", allowed.length > 1);
  // The way without a pointer that there is here.
  write("pad-words", kept("pad-words", allowed.includes("typed") ? "typed" : "uploaded"));
  if (!input("name").value) input("name").value = fullName(told());
  if (!allowed.includes(mode()) || !document.querySelector("input[name=mode]:checked")) {
    // Who would sign with boxes is shown the other way first.
    const isLegible = typeset(input("name").value).missing.length === 0;
    const first = isLegible ? allowed[0] : allowed.find((it) => it !== "typed");
    input(`mode-${first ?? "typed"}`).checked = true;
  }
  choose();
  preview();
}

function choose(): void {
  for (const name of MODES) show(name, name === mode());
  if (mode() === "drawn") fit();
}

function preview(): void {
  fault("name", "");
  const { shown, missing } = typeset(input("name").value.trim());
  write("preview", shown);
  const words = missing.length > 0 ? [say("letters", { letters: missing.join(" ") })] : [];
  if (words.length > 0 && modes().includes("drawn")) words.push(say("letters-draw"));
  write("name-letters", words.join(" "));
}

const canvas = () => byId<HTMLCanvasElement>("pad");

/**
 * Makes the field as fine as the screen. What was drawn stays as it is, and becomes smaller, as a whole, only where
 * it would not fit: a phone that is turned twice leaves no trace.
 */
function fit(): void {
  const field = canvas();
  const ratio = Math.max(devicePixelRatio || 1, 1);
  const [width, height] = [field.clientWidth, field.clientHeight];
  if (width === 0) return;
  const before = pad?.toData() ?? [];
  const points = before.flatMap((stroke) => stroke.points);
  const reach = (size: number, far: number) => (far > size - MARGIN ? Math.max(1, size - MARGIN) / far : 1);
  const scale = Math.min(reach(width, Math.max(0, ...points.map((it) => it.x))), reach(height, Math.max(0, ...points.map((it) => it.y))));
  field.width = width * ratio;
  field.height = height * ratio;
  field.dataset.width = String(width);
  field.getContext("2d")?.scale(ratio, ratio);
  if (!pad) {
    pad = new SignaturePad(field, { penColor: INK, minWidth: 1.1, maxWidth: 2.6 });
    pad.addEventListener("beginStroke", () => { show("pad-ghost", false); fault("pad", ""); });
    pad.addEventListener("endStroke", keepInside);
  }
  pad.clear();
  for (const stroke of before) for (const point of stroke.points) { point.x *= scale; point.y *= scale; }
  pad.fromData(before);
}

/** A pen that leaves the field draws along its edge: what is sealed is what is seen. */
function keepInside(): void {
  const { clientWidth, clientHeight } = canvas();
  const drawn = pad?.toData() ?? [];
  const within = (value: number, size: number) => Math.min(Math.max(value, MARGIN), size - MARGIN);
  let isOut = false;
  for (const point of drawn.at(-1)?.points ?? []) {
    const [x, y] = [within(point.x, clientWidth), within(point.y, clientHeight)];
    isOut ||= x !== point.x || y !== point.y;
    Object.assign(point, { x, y });
  }
  if (isOut) redraw(drawn);
}

function redraw(data: ReturnType<SignaturePad["toData"]>): void {
  pad?.clear();
  pad?.fromData(data);
  show("pad-ghost", data.length === 0);
}

/** Where the pen was, and nothing of how fast or how hard it was pressed. */
function strokes(): [number, number][][] {
  const scale = WIDTH / (canvas().clientWidth || WIDTH);
  const drawn = (pad?.toData() ?? []).map((stroke) => stroke.points);
  const points = drawn.reduce((sum, stroke) => sum + stroke.length, 0);
  const every = Math.max(1, Math.ceil(points / MAX_POINTS));
  const tenth = (value: number) => Math.round(value * scale * 10) / 10;
  return drawn.map((stroke) =>
    stroke.filter((_, at) => at % every === 0 || at === stroke.length - 1).map(({ x, y }) => [tenth(x), tenth(y)]));
}

/** The chosen picture as a PNG of ink on nothing: the paper becomes transparent, and the edges are cut. */
async function readPicture(): Promise<void> {
  picture = null;
  fault("image-file", "", "image-error");
  show("image-preview", false);
  const chosen = input("image-file").files?.[0];
  if (!chosen) return;
  // Another may be chosen, or somebody else sit here, before a large one is read.
  const isWanted = () => chosen === input("image-file").files?.[0];
  let ink: string;
  try {
    ink = await inkOf(await createImageBitmap(chosen));
  } catch {
    if (isWanted()) fault("image-file", say("image-bad"), "image-error");
    return;
  }
  if (!isWanted()) return;
  picture = ink;
  byId<HTMLImageElement>("image-preview").src = URL.createObjectURL(pictureOf(picture));
  show("image-preview");
}

/** Takes the mark, or says what is missing and gives the field. */
async function take(): Promise<void> {
  if (mode() === "typed") {
    const name = input("name").value.trim();
    fault("name", name ? "" : say("name-missing"));
    if (!name) return input("name").focus();
    room.mark = { mode: "typed", name };
    room.picture = null;
  } else if (mode() === "drawn") {
    const drawn = strokes();
    const isEmpty = drawn.reduce((sum, stroke) => sum + stroke.length, 0) < 2;
    write("pad-error", isEmpty ? say("pad-missing") : "");
    if (isEmpty) return input("mode-drawn").focus();
    room.mark = { mode: "drawn", strokes: drawn };
    room.picture = await new Promise((done) => canvas().toBlob((it) => done(it && URL.createObjectURL(it))));
  } else {
    fault("image-file", picture ? "" : say("image-missing"), "image-error");
    if (!picture) return input("image-file").focus();
    room.mark = { mode: "uploaded", image: picture };
    room.picture = URL.createObjectURL(pictureOf(picture));
  }
  next();
}

export function forgetMark(): void {
  redraw([]);
  picture = null;
  input("image-file").value = "";
  show("image-preview", false);
}

export function wireMark(submit: (id: string, action: () => unknown) => void): void {
  pad = null;
  picture = null;
  submit("sign-form", take);
  input("name").addEventListener("input", preview);
  for (const choice of document.querySelectorAll("input[name=mode]")) choice.addEventListener("change", choose);
  byId("pad-undo").addEventListener("click", () => redraw((pad?.toData() ?? []).slice(0, -1)));
  byId("pad-clear").addEventListener("click", () => redraw([]));
  input("image-file").addEventListener("change", () => void readPicture());
  new ResizeObserver(() => {
    if (!byId("drawn").hidden && Number(canvas().dataset.width) !== canvas().clientWidth) fit();
  }).observe(canvas());
  onEnter("sign", prepare);
}
