// Text as a picture for cameras. It is a file of its own: few go on with another device.

import qrcode from "qrcode-generator";

export function picture(text: string, label: string): SVGSVGElement {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  let path = "";
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
  }
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `-2 -2 ${size + 4} ${size + 4}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  picture.setAttribute("shape-rendering", "crispEdges");
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  picture.append(drawn);
  return picture;
}

const SVG = "http://www.w3.org/2000/svg";
