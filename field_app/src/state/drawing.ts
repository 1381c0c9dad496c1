/** A site as numbers for an SVG: metres become units of a canvas, north up, y downward. No map tiles, no network. */
import type { Fix, Position, Requirement, SiteFeature } from "../ports";
import { shapeOf } from "../ports";
import { accuracyOf } from "./place";

export const WIDTH = 360;
export const HEIGHT = 320;
const MARGIN = 34;
/** At least this much ground is shown, so that a well is not drawn as large as a dam. */
const LEAST_M = 60;
const SCALE_ROOM = 48;
/** A button in a corner, with the dot of a person beside it. */
const CORNER = 84;
/** Around a person this much ground is shown. */
const NEAR_M = 160;

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface StationSpot extends Spot {
  readonly metresAlong: number;
  readonly missing: boolean;
  readonly labelled: boolean;
}

export interface Drawing {
  /** Paths of outlines (closed) or centre lines (open). */
  readonly paths: string;
  readonly corridor: boolean;
  /** Width of the road, and of the tolerated strip or edge around the site, in units of the canvas. */
  readonly roadWidth: number;
  readonly tolerance: number;
  readonly stations: readonly StationSpot[];
  readonly you: (Spot & { readonly radius: number; readonly onCanvas: boolean }) | null;
  /** The person is where a button in the corner below right would cover them. */
  readonly youBelowRight: boolean;
  readonly scale: { readonly metres: number; readonly length: number };
}

export interface Wanted {
  readonly requirement: Pick<Requirement, "station_m">;
  readonly missing: number;
}

type Box = { west: number; east: number; south: number; north: number };
type Place = { readonly east: number; readonly north: number };

/** Draw the whole site, or the ground around the person where `near` is set and a position known. */
export function draw(site: SiteFeature, wanted: readonly Wanted[], fix: Fix | null, near: boolean): Drawing {
  const shape = shapeOf(site);
  const lines = linesOf(site).map((line) => line.map((position) => shape.plane.toPlane(position)));
  const you = fix === null ? null : shape.plane.toPlane(fix);
  const around = shape.toleranceM + (site.properties.width_m ?? 0) / 2;
  const box = near && you !== null ? boxAround(you) : boxOf(lines.flat(), around, you);
  const scale = Math.min((WIDTH - 2 * MARGIN) / (box.east - box.west), (HEIGHT - 2 * MARGIN) / (box.north - box.south));
  const at = placer(box, scale);
  const spot = you === null || fix === null ? null : youAt(at(you), accuracyOf(fix) * scale);
  return {
    paths: lines.map((line) => pathOf(line.map(at), !shape.isCorridor)).join(""),
    corridor: shape.isCorridor,
    roadWidth: (site.properties.width_m ?? 0) * scale,
    tolerance: shape.toleranceM * scale,
    stations: stationsOf(site, wanted, (position) => at(shape.plane.toPlane(position))),
    you: spot,
    youBelowRight: spot !== null && spot.x > WIDTH - CORNER && spot.y > HEIGHT - CORNER,
    scale: scaleBar(scale),
  };
}

/** All rings or lines of a site, as positions. */
function linesOf(site: SiteFeature): Position[][] {
  const { geometry } = site;
  const rings =
    geometry.type === "LineString"
      ? [geometry.coordinates]
      : geometry.type === "MultiPolygon"
        ? geometry.coordinates.flat()
        : geometry.coordinates;
  return rings.map((ring) => ring.map(([longitude = 0, latitude = 0]) => ({ latitude, longitude })));
}

function boxOf(places: readonly Place[], around: number, you: Place | null): Box {
  const box = boundsOf(places, around);
  const reach = 1.5 * Math.max(box.east - box.west, box.north - box.south, LEAST_M);
  const close =
    you !== null &&
    you.east > box.west - reach &&
    you.east < box.east + reach &&
    you.north > box.south - reach &&
    you.north < box.north + reach;
  return atLeast(close ? boundsOf([...places, you], around) : box);
}

function boundsOf(places: readonly Place[], around: number): Box {
  const easts = places.map(({ east }) => east);
  const norths = places.map(({ north }) => north);
  return {
    west: Math.min(...easts) - around,
    east: Math.max(...easts) + around,
    south: Math.min(...norths) - around,
    north: Math.max(...norths) + around,
  };
}

function boxAround({ east, north }: Place): Box {
  const half = NEAR_M / 2;
  return { west: east - half, east: east + half, south: north - half, north: north + half };
}

function atLeast({ west, east, south, north }: Box): Box {
  const [wide, high] = [Math.max(0, LEAST_M - (east - west)) / 2, Math.max(0, LEAST_M - (north - south)) / 2];
  return { west: west - wide, east: east + wide, south: south - high, north: north + high };
}

function placer(box: Box, scale: number): (place: Place) => Spot {
  const [east, north] = [(box.west + box.east) / 2, (box.south + box.north) / 2];
  return (place) => ({
    x: round(WIDTH / 2 + (place.east - east) * scale),
    y: round(HEIGHT / 2 - (place.north - north) * scale),
  });
}

function pathOf(spots: readonly Spot[], closed: boolean): string {
  return `M${spots.map(({ x, y }) => `${x} ${y}`).join("L")}${closed ? "Z" : ""}`;
}

function stationsOf(site: SiteFeature, wanted: readonly Wanted[], at: (position: Position) => Spot): StationSpot[] {
  const shape = shapeOf(site);
  const missing = new Map<number, boolean>();
  for (const { requirement, missing: count } of wanted) {
    const { station_m } = requirement;
    if (station_m !== null) missing.set(station_m, (missing.get(station_m) ?? false) || count > 0);
  }
  const told: StationSpot[] = [];
  for (const [metresAlong, misses] of [...missing].sort(([one], [other]) => one - other)) {
    const position = shape.pointAt(metresAlong);
    if (position === null) continue;
    const spot = at(position);
    const labelled = told.every((each) => !each.labelled || Math.hypot(each.x - spot.x, each.y - spot.y) > 30);
    told.push({ ...spot, metresAlong, missing: misses, labelled });
  }
  return told;
}

/** Where the person is not on the canvas, the nearest place on its edge. */
function youAt({ x, y }: Spot, radius: number) {
  const edge = 16;
  const inner = { x: clamp(x, edge, WIDTH - edge), y: clamp(y, edge, HEIGHT - edge) };
  const onCanvas = inner.x === x && inner.y === y;
  // At the edge it stays above the scale bar, which stands in the corner below.
  const shown = onCanvas ? inner : { ...inner, y: Math.min(inner.y, HEIGHT - SCALE_ROOM) };
  return { ...shown, radius: Math.max(radius, 4), onCanvas };
}

/** The longest round length that is at most a third of the canvas. */
function scaleBar(scale: number): { metres: number; length: number } {
  const longest = WIDTH / 3 / scale;
  const power = 10 ** Math.floor(Math.log10(longest));
  const metres = ([5, 2, 1].find((each) => each * power <= longest) ?? 1) * power;
  return { metres, length: round(metres * scale) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
