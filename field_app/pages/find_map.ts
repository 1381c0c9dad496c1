/**
 * The map beside the list of projects. It shows what the list would: all projects from their tiles, or those that the
 * filters leave, from the list's own question. It is loaded when it comes into view, on a phone when it is opened.
 */
import type { Feature, FeatureCollection, Point as PointGeometry } from "geojson";
import type { GeoJSONSource, Map as LibreMap, MapMouseEvent } from "maplibre-gl";
import type { Bounds } from "./lib/base_map";
import type { Point } from "./lib/find_layers";

type Lib = typeof import("./lib/find_layers");
interface Answer extends FeatureCollection {
  complete: boolean;
}
const CLOSER = 2;
const DECIMALS = 4;

const box = document.querySelector<HTMLElement>('[data-map="find"]');
const note = document.querySelector<HTMLElement>("[data-map-note]");
const here = document.querySelector<HTMLButtonElement>("[data-search-here]");
const opener = document.querySelector<HTMLButtonElement>("[data-open-map]");

if (box) wait(box);
if (opener) offer(opener);

/** Load the map when it is first seen. */
function wait(element: HTMLElement): void {
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    draw(element).catch(() => tell(element.dataset.lost));
  });
  watch.observe(element);
}

/** The button by which a phone opens the map. */
function offer(button: HTMLButtonElement): void {
  const words = [button.textContent, button.dataset.shut ?? button.textContent];
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    button.textContent = words[open ? 1 : 0] ?? "";
    button.parentElement?.toggleAttribute("data-open", open);
  });
}

async function draw(element: HTMLElement): Promise<void> {
  const [base, lib, { drawCounts }, found] = await Promise.all([
    import("./lib/base_map"),
    import("./lib/find_layers"),
    import("./lib/counts"),
    ask(element),
  ]);
  const waiting = element.querySelector(".map-waits");
  const map = base.baseMap(element, first(element, lib, found));
  waiting?.remove();
  drawCounts(map, found === null);
  map.once("load", () => {
    lib.addLayers(map, found ? lib.theseProjects(found) : lib.allProjects(element.dataset.clusters ?? ""));
    put(map, "visitor", lib.collection(visitor(element)));
    const part = numbers(element.dataset.bbox);
    if (part) put(map, "part", lib.edge(part as Bounds));
    followCards(map, lib);
    answerClicks(map, element, lib);
    map.once("idle", () => {
      element.dataset.ready = String(found ? found.features.length : "tiles");
    });
  });
  map.on("moveend", (event) => {
    if (here && (event as { originalEvent?: unknown }).originalEvent) here.hidden = false;
  });
  here?.addEventListener("click", () => searchHere(map, here));
  if (found && !found.complete) tell(element.dataset.cut);
}

/** The points of a filtered view; null where the map shows all projects. */
async function ask(element: HTMLElement): Promise<Answer | null> {
  if (!element.dataset.points) return null;
  const answer = await fetch(element.dataset.points);
  if (!answer.ok) throw new Error(`the points of the map: ${answer.status}`);
  return (await answer.json()) as Answer;
}

/** What the map shows first: the part asked for, what is near, what was found, or all. */
function first(element: HTMLElement, lib: Lib, found: Answer | null): Bounds {
  const part = numbers(element.dataset.bbox);
  if (part) return part as Bounds;
  const near = visitor(element);
  if (near.length > 0) return lib.around([...near, ...cardPlaces()]) ?? whole(element);
  return (found && lib.around(found.features.map(place))) ?? whole(element);
}

function whole(element: HTMLElement): Bounds {
  return (numbers(element.dataset.extent) ?? [-180, -60, 180, 70]) as Bounds;
}

function visitor(element: HTMLElement): Point[] {
  const at = numbers(element.dataset.near);
  return at ? [at as Point] : [];
}

function numbers(text: string | undefined): number[] | null {
  return text ? text.split(",").map(Number) : null;
}

function place(feature: Feature): Point {
  return (feature.geometry as PointGeometry).coordinates as Point;
}

function cardPlaces(): Point[] {
  const cards = document.querySelectorAll<HTMLElement>("[data-at]");
  return [...cards].map((card) => numbers(card.dataset.at) as Point);
}

/** The card that is pointed at or has the focus has its place marked. */
function followCards(map: LibreMap, lib: Lib): void {
  for (const card of document.querySelectorAll<HTMLElement>("[data-at]")) {
    const mark = (): void => put(map, "looked-at", lib.collection([numbers(card.dataset.at) as Point]));
    const clear = (): void => put(map, "looked-at", lib.collection([]));
    card.addEventListener("pointerenter", mark);
    card.addEventListener("focusin", mark);
    card.addEventListener("pointerleave", clear);
    card.addEventListener("focusout", clear);
  }
}

function answerClicks(map: LibreMap, element: HTMLElement, lib: Lib): void {
  map.on("click", lib.CLUSTERS, (event) => closer(map, lib, event));
  map.on("click", lib.SPOTS, (event) => {
    const feature = event.features?.[0];
    if (feature) void popup(map, element, feature);
  });
  for (const layer of [lib.CLUSTERS, lib.SPOTS]) {
    map.on("mouseenter", layer, () => {
      map.getCanvas().style.cursor = "pointer";
    });
    map.on("mouseleave", layer, () => {
      map.getCanvas().style.cursor = "";
    });
  }
}

/** A cluster is opened by going closer, as far as it comes apart where that is known. */
async function closer(map: LibreMap, lib: Lib, event: MapMouseEvent & { features?: Feature[] }): Promise<void> {
  const cluster = event.features?.[0];
  if (!cluster) return;
  const known = cluster.properties?.cluster_id as number | undefined;
  const source = map.getSource(lib.PROJECTS) as GeoJSONSource;
  const zoom = known === undefined ? map.getZoom() + CLOSER : await source.getClusterExpansionZoom(known);
  map.easeTo({ center: place(cluster), zoom }, { originalEvent: event.originalEvent });
}

async function popup(map: LibreMap, element: HTMLElement, feature: Feature): Promise<void> {
  const { Popup } = await import("maplibre-gl");
  const { code, title, status } = feature.properties as { code: string; title: string; status: string };
  const states = JSON.parse(element.dataset.states ?? "{}") as Record<string, string>;
  const link = document.createElement("a");
  link.href = (element.dataset.project ?? "").replace("CODE", encodeURIComponent(code));
  link.textContent = title;
  const facts = document.createElement("p");
  facts.textContent = `${code} · ${states[status] ?? status}`;
  const content = document.createElement("div");
  content.append(link, facts);
  new Popup({ closeButton: true, maxWidth: "17rem" }).setLngLat(place(feature)).setDOMContent(content).addTo(map);
}

/** The list of what the map shows now, as an address of its own. */
function searchHere(map: LibreMap, button: HTMLButtonElement): void {
  const seen = map.getBounds();
  const wide = seen.getEast() - seen.getWest() >= 360;
  const [west, east] = wide ? [-180, 180] : [turned(seen.getWest()), turned(seen.getEast())];
  const edges = [west, Math.max(seen.getSouth(), -90), east, Math.min(seen.getNorth(), 90)];
  const view = new URL(button.dataset.searchHere ?? "/", location.href);
  view.searchParams.set("bbox", edges.map((each) => each.toFixed(DECIMALS)).join(","));
  location.assign(view);
}

/** A longitude brought back to where it is counted, from -180 to 180. */
function turned(longitude: number): number {
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

function put(map: LibreMap, source: string, data: FeatureCollection): void {
  (map.getSource(source) as GeoJSONSource | undefined)?.setData(data);
}

function tell(words: string | undefined): void {
  if (note) note.textContent = words ?? "";
}
