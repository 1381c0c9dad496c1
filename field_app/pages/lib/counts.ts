/**
 * The picture of a cluster: a disc with the number in it, drawn on a canvas, so that no server for letters is needed.
 */
import type { Map as LibreMap } from "maplibre-gl";
import { token } from "./base_map";

/** What the picture of a number is called; the number follows. */
export const COUNT = "count:";
const RATIO = 2;
const LARGEST_PX = 26;

/** Let the map ask for the picture of any number. */
export function drawCounts(map: LibreMap): void {
  const written = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });
  map.setMissingStyleImageResolver((id) => {
    const number = Number(id.slice(COUNT.length));
    if (!id.startsWith(COUNT) || !Number.isFinite(number) || map.hasImage(id)) return;
    map.addImage(id, disc(written.format(number), radius(number)), { pixelRatio: RATIO });
  });
}

/** Larger numbers have larger discs, within bounds: an area ten times as full is not ten times as large. */
function radius(number: number): number {
  return Math.min(13 + 3 * Math.log10(number), LARGEST_PX);
}

function disc(words: string, radiusPx: number): ImageData {
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
  pen.font = `650 ${13 * RATIO}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(words, middle, middle + RATIO, canvas.width - 6 * RATIO);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
