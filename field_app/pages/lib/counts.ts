/**
 * The picture of a cluster: a disc with the number in it, drawn on a canvas, so that no server for letters is needed.
 */
import type { Map as LibreMap } from "maplibre-gl";
import { token } from "./base_map";

/** What the picture of a number is called; the number follows. */
export const COUNT = "count:";
const RATIO = 2;

interface Size {
  least: number;
  each: number;
  most: number;
  letters: number;
}
const ROOMY: Size = { least: 13, each: 3, most: 22, letters: 13 };
/** The clusters of tiles stand in a grid of about 30 pixels, and must not cover each other's numbers. */
const CROWDED: Size = { least: 11, each: 1, most: 14, letters: 10.5 };

/** Let the map ask for the picture of any number; smaller where clusters may stand close together. */
export function drawCounts(map: LibreMap, crowded: boolean): void {
  const size = crowded ? CROWDED : ROOMY;
  const written = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });
  map.setMissingStyleImageResolver((id) => {
    const number = Number(id.slice(COUNT.length));
    if (!id.startsWith(COUNT) || !Number.isFinite(number) || map.hasImage(id)) return;
    map.addImage(id, disc(written.format(number), radius(number, size), size.letters), { pixelRatio: RATIO });
  });
}

/** Larger numbers have larger discs, within bounds: an area ten times as full is not ten times as large. */
function radius(number: number, size: Size): number {
  return Math.min(size.least + size.each * Math.log10(number), size.most);
}

function disc(words: string, radiusPx: number, lettersPx: number): ImageData {
  const canvas = document.createElement("canvas");
  const side = 2 * (radiusPx + 2) * RATIO;
  canvas.width = canvas.height = Math.ceil(side);
  const pen = canvas.getContext("2d");
  if (!pen) return new ImageData(1, 1);
  const middle = canvas.width / 2;
  pen.beginPath();
  pen.arc(middle, middle, radiusPx * RATIO, 0, 2 * Math.PI);
  pen.fillStyle = token("--accent");
  pen.fill();
  pen.lineWidth = 2 * RATIO;
  pen.strokeStyle = token("--sheet");
  pen.stroke();
  pen.fillStyle = token("--on-accent");
  pen.font = `650 ${lettersPx * RATIO}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(words, middle, middle + RATIO, canvas.width - 6 * RATIO);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
