// The pad that a signature is drawn on: strokes of points in a box of 1000 by 300.

const MAX_POINTS = 4000;
const PAD = { width: 1000, height: 300 };

const canvas = () => document.getElementById("pad");

export const pad = {
  strokes: [],
  current: null,
  points: 0,

  point(event) {
    const box = canvas().getBoundingClientRect();
    const at = (offset, size, most) => Math.min(most, Math.max(0, Math.round((offset / size) * most)));
    return [at(event.clientX - box.left, box.width, PAD.width), at(event.clientY - box.top, box.height, PAD.height)];
  },

  begin(event) {
    if (event.button !== 0 || this.points >= MAX_POINTS) return;
    canvas().setPointerCapture(event.pointerId);
    this.current = [this.point(event)];
    this.strokes.push(this.current);
    this.points += 1;
    this.draw();
  },

  move(event) {
    if (!this.current || this.points >= MAX_POINTS) return;
    const [x, y] = this.point(event);
    const [lastX, lastY] = this.current[this.current.length - 1];
    if (Math.hypot(x - lastX, y - lastY) < 3) return;
    this.current.push([x, y]);
    this.points += 1;
    this.draw();
  },

  stop() {
    this.current = null;
  },

  undo() {
    this.strokes.pop();
    this.points = this.strokes.reduce((sum, stroke) => sum + stroke.length, 0);
    this.draw();
  },

  clear() {
    this.strokes = [];
    this.points = 0;
    this.draw();
  },

  draw() {
    paint(canvas(), this.strokes);
    document.getElementById("pad-error").textContent = "";
  },
};

export function paint(target, strokes) {
  const pen = target.getContext("2d");
  pen.clearRect(0, 0, PAD.width, PAD.height);
  pen.lineWidth = 6;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = "#16336f";
  for (const stroke of strokes) {
    pen.beginPath();
    pen.moveTo(...stroke[0]);
    for (const point of stroke) pen.lineTo(...point);
    pen.stroke();
  }
}
