/**
 * Drawing one site with terra-draw: an area of one or several parts, or a line. Each finished step can be undone.
 */
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import {
  type GeoJSONStoreFeatures,
  TerraDraw,
  TerraDrawLineStringMode,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
} from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { type Bounds, baseMap, token } from "./base_map";

type Position = [number, number];
type Geometry = { type: string; coordinates: unknown };
/** Terra-draw takes no more decimals; the ninth is a tenth of a millimetre. */
const DECIMALS = 9;
const EDITABLE = {
  feature: { draggable: true, coordinates: { midpoints: true, draggable: true, deletable: true } },
};

class Drawing {
  private readonly past: string[] = [];
  private readonly future: string[] = [];
  private now = "";

  constructor(
    private readonly place: HTMLElement,
    private readonly field: HTMLTextAreaElement,
    private readonly draw: TerraDraw,
    private readonly kinds: HTMLInputElement[],
  ) {}

  begin(): void {
    this.draw.start();
    this.draw.on("finish", () => this.drawn());
    this.draw.on("change", (_ids, type) => {
      if (type === "delete" && this.tool === "select") queueMicrotask(() => this.drawn());
    });
    this.typed();
    this.past.length = 0;
    this.choose("draw");
    this.field.addEventListener("change", () => this.typed());
    for (const kind of this.kinds) kind.addEventListener("change", () => this.choose("draw"));
    for (const button of this.buttons) button.addEventListener("click", () => this.press(button.dataset.tool ?? ""));
  }

  private tool = "draw";

  private get buttons(): HTMLButtonElement[] {
    return [...this.place.querySelectorAll<HTMLButtonElement>("[data-tool]")];
  }

  private get isLine(): boolean {
    return this.kinds.some((kind) => kind.checked && kind.value === "corridor");
  }

  private press(tool: string): void {
    if (tool === "undo") this.step(this.past, this.future);
    else if (tool === "redo") this.step(this.future, this.past);
    else if (tool === "clear") this.keep("");
    else this.choose(tool);
  }

  private choose(tool: string): void {
    this.tool = tool;
    this.draw.setMode(tool === "select" ? "select" : this.isLine ? "linestring" : "polygon");
    this.tell();
  }

  /** What the map holds now becomes what the field says. */
  private drawn(): void {
    const shapes = this.draw
      .getSnapshot()
      .filter((each) => each.properties.mode === (this.isLine ? "linestring" : "polygon"));
    const geometry = joined(
      shapes.map((each) => each.geometry),
      this.isLine,
    );
    this.remember(geometry ? JSON.stringify(geometry) : "");
    this.field.value = this.now;
    this.tell();
  }

  /** What the field says becomes what the map holds. */
  private typed(): void {
    this.remember(this.field.value.trim());
    this.show();
  }

  private keep(text: string): void {
    this.remember(text);
    this.field.value = text;
    this.show();
  }

  private step(from: string[], to: string[]): void {
    const text = from.pop();
    if (text === undefined) return;
    to.push(this.now);
    this.now = text;
    this.field.value = text;
    this.show();
  }

  private remember(text: string): void {
    if (text === this.now) return;
    this.past.push(this.now);
    this.future.length = 0;
    this.now = text;
  }

  private show(): void {
    this.draw.clear();
    const features = parts(this.now);
    const answers = this.draw.addFeatures(features);
    const wrong = (this.now !== "" && !features.length) || answers.some((answer) => !answer.valid);
    if (features.length) {
      const line = features[0]?.geometry.type === "LineString";
      for (const kind of this.kinds) kind.checked = kind.value === (line ? "corridor" : "polygon");
    }
    this.choose(this.tool);
    this.tell(wrong);
  }

  private tell(undrawable = false): void {
    for (const button of this.buttons) {
      const tool = button.dataset.tool;
      if (tool === "draw" || tool === "select") button.setAttribute("aria-pressed", String(tool === this.tool));
      if (tool === "undo") button.disabled = !this.past.length;
      if (tool === "redo") button.disabled = !this.future.length;
    }
    const status = this.place.querySelector<HTMLElement>("[data-draw-status]");
    if (!status) return;
    const { undrawable: told, corners } = status.dataset;
    const number = pointsOf(parts(this.now));
    status.textContent = undrawable ? (told ?? "") : number ? (corners ?? "").replace("{n}", String(number)) : "";
  }
}

/** How many points a person has set; the last of a ring is its first again. */
function pointsOf(features: GeoJSONStoreFeatures[]): number {
  return features.reduce((sum, { geometry }) => {
    if (geometry.type === "LineString") return sum + geometry.coordinates.length;
    const rings = geometry.type === "Polygon" ? geometry.coordinates : [];
    return sum + rings.reduce((points, ring) => points + ring.length - 1, 0);
  }, 0);
}

function rounded(position: unknown): Position {
  const [longitude = 0, latitude = 0] = position as number[];
  return [Number(longitude.toFixed(DECIMALS)), Number(latitude.toFixed(DECIMALS))];
}

/** The parts of a GeoJSON geometry, or of lines of "latitude, longitude", as terra-draw takes them; none of other texts. */
function parts(text: string): GeoJSONStoreFeatures[] {
  const geometry = parsed(text);
  const coordinates = geometry?.coordinates as unknown[] | undefined;
  if (!geometry || !Array.isArray(coordinates)) return [];
  switch (geometry.type) {
    case "Polygon":
      return [polygon(coordinates)];
    case "MultiPolygon":
      return coordinates.map((each) => polygon(each as unknown[]));
    case "LineString":
      return [line(coordinates)];
    case "MultiLineString":
      return coordinates.map((each) => line(each as unknown[]));
    default:
      return [];
  }
}

function parsed(text: string): Geometry | null {
  try {
    const found = JSON.parse(text) as { type?: string; geometry?: Geometry; features?: { geometry: Geometry }[] };
    if (found.type === "FeatureCollection") return found.features?.[0]?.geometry ?? null;
    return found.type === "Feature" ? (found.geometry ?? null) : (found as Geometry);
  } catch {
    return pairs(text);
  }
}

/** Latitude comes first where people write, longitude in GeoJSON. */
function pairs(text: string): Geometry | null {
  const lines = text.split("\n").filter((each) => each.trim());
  const points = lines.map((each) => /^\s*([-+]?\d+(?:\.\d+)?)[\s,;]+([-+]?\d+(?:\.\d+)?)\s*$/.exec(each));
  if (points.length < 2 || points.some((each) => !each)) return null;
  const positions = points.map((each) => [Number(each?.[2]), Number(each?.[1])]);
  const isArea =
    document.querySelector<HTMLInputElement>("input[name=kind][value=polygon]")?.checked && positions.length > 2;
  if (!isArea) return { type: "LineString", coordinates: positions };
  return { type: "Polygon", coordinates: [[...positions, positions[0]]] };
}

function polygon(rings: unknown[]): GeoJSONStoreFeatures {
  const coordinates = rings.map((ring) => (ring as unknown[]).map(rounded));
  return { type: "Feature", properties: { mode: "polygon" }, geometry: { type: "Polygon", coordinates } };
}

function line(positions: unknown[]): GeoJSONStoreFeatures {
  return {
    type: "Feature",
    properties: { mode: "linestring" },
    geometry: { type: "LineString", coordinates: positions.map(rounded) },
  };
}

function joined(shapes: Geometry[], isLine: boolean): Geometry | null {
  const [only] = shapes;
  if (!only) return null;
  if (shapes.length === 1) return only;
  return { type: isLine ? "MultiLineString" : "MultiPolygon", coordinates: shapes.map((each) => each.coordinates) };
}

/** The other sources under what is drawn, for comparison. */
function showOthers(map: MapLibre, element: HTMLElement): void {
  const data = JSON.parse(element.dataset.others ?? "null") as GeoJSONSource["_data"] | null;
  if (!data) return;
  map.addSource("others", { type: "geojson", data: data as never });
  map.addLayer({
    id: "others",
    type: "line",
    source: "others",
    paint: { "line-color": token("--cool"), "line-width": 2, "line-dasharray": [3, 2] },
  });
}

function modes(): [TerraDrawPolygonMode, TerraDrawLineStringMode, TerraDrawSelectMode] {
  const accent = token("--accent") as `#${string}`;
  return [
    new TerraDrawPolygonMode({ styles: { fillColor: accent, outlineColor: accent, fillOpacity: 0.2 } }),
    new TerraDrawLineStringMode({ styles: { lineStringColor: accent, lineStringWidth: 4 } }),
    new TerraDrawSelectMode({ flags: { polygon: EDITABLE, linestring: EDITABLE } }),
  ];
}

/** Make the map in the place, and join it to the field. */
export function drawing(place: HTMLElement, field: HTMLTextAreaElement): void {
  const element = place.querySelector<HTMLElement>("[data-map=draw]");
  if (!element) return;
  const map = baseMap(element, JSON.parse(element.dataset.bounds ?? "[-170,-55,170,70]") as Bounds);
  const form = field.form;
  const kinds = form ? [...form.querySelectorAll<HTMLInputElement>(`input[name="${place.dataset.drawKind}"]`)] : [];
  map.once("load", () => {
    showOthers(map, element);
    const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map }), modes: modes() });
    new Drawing(place, field, draw, kinds).begin();
    element.dataset.ready = "yes";
  });
}
