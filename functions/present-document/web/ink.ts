// A picture of a signature as ink on nothing.

/** Bytes of a picture. The service takes 200,000, in its own packing. */
const MAX_BYTES = 120_000;
const MAX_WIDTH = 900;
const MAX_HEIGHT = 400;
/** Paper is judged in squares of this many pixels: photographs have shadows. */
const TILE = 32;
/** Darker than the paper by this part is ink in part, and by that altogether. */
const FAINT = 0.22;
const FULL = 0.5;

/**
 * The picture as a PNG in base64: the paper becomes transparent, and the edges are cut. It is as fine as the
 * service takes it, and no finer.
 */
export async function inkOf(image: ImageBitmap): Promise<string> {
  let scale = Math.min(1, MAX_WIDTH / image.width, MAX_HEIGHT / image.height);
  for (;;) {
    const png = cut(drawn(image, scale)).toDataURL("image/png").split(",")[1] ?? "";
    if (pictureOf(png).size <= MAX_BYTES) return png;
    scale *= 0.75;
  }
}

/** The file that base64 stands for. */
export function pictureOf(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (it) => it.charCodeAt(0))], { type: "image/png" });
}

function drawn(image: ImageBitmap, scale: number): ImageData {
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const pen = penOf(width, height);
  // What is transparent is paper.
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, width, height);
  return pen.getImageData(0, 0, width, height);
}

function penOf(width: number, height: number): CanvasRenderingContext2D {
  const field = document.createElement("canvas");
  field.width = width;
  field.height = height;
  const pen = field.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("no canvas");
  return pen;
}

/** The ink of a picture, without the empty edges. */
function cut(picture: ImageData): HTMLCanvasElement {
  const { width, height, data } = picture;
  const light = lightOf(picture);
  const paper = paperOf(light, width, height);
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let at = 0; at < light.length; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const ground = Math.max(1, paper(x, y));
    const ink = Math.max(0, Math.min(1, (1 - (light[at] ?? 0) / ground - FAINT) / (FULL - FAINT)));
    // A few shades are enough, and pack well.
    const alpha = 17 * Math.round(15 * ink);
    const shade = (part: number) => (alpha === 0 ? 0 : 32 * Math.floor((data[4 * at + part] ?? 0) / 32));
    data.set([shade(0), shade(1), shade(2), alpha], 4 * at);
    if (ink < 0.5) continue;
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  if (right < left || bottom < top) throw new Error("an empty picture");
  const pen = penOf(right - left + 1, bottom - top + 1);
  pen.putImageData(picture, -left, -top);
  return pen.canvas;
}

/** How light each pixel is, as the mean of it and its neighbours: the grain of a photograph is no ink. */
function lightOf({ width, height, data }: ImageData): Float32Array {
  const own = new Float32Array(width * height);
  for (let at = 0; at < own.length; at += 1) {
    own[at] = 0.299 * (data[4 * at] ?? 0) + 0.587 * (data[4 * at + 1] ?? 0) + 0.114 * (data[4 * at + 2] ?? 0);
  }
  const mean = new Float32Array(own.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let [sum, count] = [0, 0];
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
          sum += own[row * width + column] ?? 0;
          count += 1;
        }
      }
      mean[y * width + x] = sum / count;
    }
  }
  return mean;
}

/** How light the paper is around a pixel: what three quarters of its square and those beside it do not exceed. */
function paperOf(light: Float32Array, width: number, height: number): (x: number, y: number) => number {
  const [columns, rows] = [Math.ceil(width / TILE), Math.ceil(height / TILE)];
  const squares = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const found: number[] = [];
      for (let y = Math.max(0, (row - 1) * TILE); y < Math.min(height, (row + 2) * TILE); y += 2) {
        for (let x = Math.max(0, (column - 1) * TILE); x < Math.min(width, (column + 2) * TILE); x += 2) {
          found.push(light[y * width + x] ?? 0);
        }
      }
      found.sort((one, other) => one - other);
      squares[row * columns + column] = found[Math.floor(found.length * 0.75)] ?? 255;
    }
  }
  return (x, y) => squares[Math.floor(y / TILE) * columns + Math.floor(x / TILE)] ?? 255;
}
