/**
 * One site as the pre-check sees it: an area or the corridor along a centre line, from the assignments' GeoJSON.
 *
 * It measures what the server's `geo/site.py` measures and agrees with it on `tests/data/precheck_vectors.json`.
 * What the numbers mean for a photo is kept out.
 */

import { bearingDeg, geodesicM, LocalPlane, meanPosition, type Place, type Position, type Wind, windOf } from "./plane";
import { type Edge, REACH_SIGMAS, roundRadius, View } from "./rays";

/** Longitude, then latitude (RFC 7946). */
export type Coordinate = readonly number[];

export type Geometry =
  | { readonly type: "Polygon"; readonly coordinates: readonly (readonly Coordinate[])[] }
  | { readonly type: "MultiPolygon"; readonly coordinates: readonly (readonly (readonly Coordinate[])[])[] }
  | { readonly type: "LineString"; readonly coordinates: readonly Coordinate[] }
  | { readonly type: "MultiLineString"; readonly coordinates: readonly (readonly Coordinate[])[] };

/** A site as the assignments document tells it; lengths in metres. */
export interface SiteFeature {
  readonly type: "Feature";
  readonly id: string;
  readonly geometry: Geometry;
  readonly properties: {
    readonly kind: "polygon" | "corridor";
    readonly width_m: number | null;
    readonly chainage_start_m: number | null;
    readonly length_m: number | null;
    readonly tolerance_m: number;
    readonly obstructed: boolean;
  };
}

/** Metres along the centre line, and metres to its right (left is negative). */
export interface Station {
  readonly chainageM: number;
  readonly offsetM: number;
}

interface Nearest {
  readonly distance: number;
  readonly edge: number;
  readonly along: number;
  readonly side: number;
  readonly place: Place;
}

/** The plane holds within 0.1 % far beyond this; further away the ellipsoid itself is asked. */
const PLANE_REACH_M = 50_000;
/** Steps to either side in which an area is searched for its middle. */
const GRID = 24;

/** A site laid on its plane once, ready to be asked many times. */
export class SiteShape {
  readonly plane: LocalPlane;
  readonly toleranceM: number;
  readonly isCorridor: boolean;
  readonly #edges: Edge[];
  readonly #lengths: number[];
  readonly #halfWidth: number;
  readonly #chainageStart: number;
  #middle: Position | null = null;

  constructor(site: SiteFeature) {
    const paths = pathsOf(site.geometry);
    this.plane = new LocalPlane(meanPosition(paths.flat().map(positionOf)));
    this.toleranceM = site.properties.tolerance_m;
    this.isCorridor = site.properties.kind === "corridor";
    this.#edges = this.isCorridor ? this.#laid(paths) : this.#laid(withoutSeam(paths));
    this.#lengths = this.#edges.map(({ from, to }) => Math.hypot(to.east - from.east, to.north - from.north));
    this.#halfWidth = this.isCorridor ? (site.properties.width_m ?? 0) / 2 : 0;
    this.#chainageStart = site.properties.chainage_start_m ?? 0;
  }

  /** Metres from the outline, negative inside. On the plane within 50 km, a geodesic beyond. */
  signedDistanceM(position: Position): number {
    const distance = this.#onPlane(this.plane.toPlane(position));
    return distance <= PLANE_REACH_M ? distance : geodesicM(position, this.nearestOutline(position));
  }

  /** P that the true position lies within `toleranceM` of the site; `sigma` in metres per axis. */
  probabilityInside(position: Position, sigma: number, toleranceM = this.toleranceM): number {
    const eye = this.plane.toPlane(position);
    const beyond = this.#onPlane(eye) - toleranceM;
    if (Math.abs(beyond) >= REACH_SIGMAS * sigma) return beyond <= 0 ? 1 : 0;
    return Math.min(Math.max(this.#view(eye, toleranceM, REACH_SIGMAS * sigma).mass(sigma), 0), 1);
  }

  /** Metres and the wind from a position to the nearest place of the outline. */
  wayBack(position: Position): { distanceM: number; wind: Wind; bearing: number } {
    const bearing = bearingDeg(position, this.nearestOutline(position));
    return { distanceM: Math.abs(this.signedDistanceM(position)), wind: windOf(bearing), bearing };
  }

  /** The place of the outline nearest to a position outside it. */
  nearestOutline(position: Position): Position {
    const eye = this.plane.toPlane(position);
    const { place, distance } = this.#nearest(eye);
    if (!this.isCorridor || distance === 0) return this.plane.toGeographic(place);
    const share = this.#halfWidth / distance;
    const [east, north] = [eye.east - place.east, eye.north - place.north];
    return this.plane.toGeographic({ east: place.east + share * east, north: place.north + share * north });
  }

  /** Chainage and offset of a position by the centre line; null for an area. */
  stationOf(position: Position): Station | null {
    if (!this.isCorridor) return null;
    const eye = this.plane.toPlane(position);
    const nearest = this.#nearest(eye);
    const before = this.#lengths.slice(0, nearest.edge).reduce((sum, length) => sum + length, 0);
    const side = this.#side(nearest, eye.east - nearest.place.east, eye.north - nearest.place.north);
    const offsetM = (side < 0 ? -1 : 1) * nearest.distance;
    return { chainageM: this.#chainageStart + before + nearest.along, offsetM };
  }

  /** Where a station lies; null for an area or off the line. */
  pointAt(chainageM: number): Position | null {
    let along = chainageM - this.#chainageStart;
    if (!this.isCorridor || along < -1e-6 || along > this.lengthM + 1e-6) return null;
    const last = this.#edges.length - 1;
    let edge = 0;
    while (edge < last && along > (this.#lengths[edge] as number)) along -= this.#lengths[edge++] as number;
    return this.plane.toGeographic(placeAlong(this.#edges[edge] as Edge, along / (this.#lengths[edge] as number)));
  }

  /** A place as far inside as there is any, about: halfway along a corridor, or the deepest of a grid over an area. */
  get middle(): Position {
    this.#middle ??= this.pointAt(this.#chainageStart + this.lengthM / 2) ?? this.#deepest();
    return this.#middle;
  }

  #deepest(): Position {
    const ends = this.#edges.map(({ from }) => from);
    const [west, east] = boundsOf(ends.map((place) => place.east));
    const [south, north] = boundsOf(ends.map((place) => place.north));
    let best: Place = { east: 0, north: 0 };
    for (let step = 0; step < GRID * GRID; step += 1) {
      const [column, row] = [(step % GRID) + 0.5, Math.floor(step / GRID) + 0.5];
      const here = { east: west + ((east - west) * column) / GRID, north: south + ((north - south) * row) / GRID };
      if (this.#onPlane(here) < this.#onPlane(best)) best = here;
    }
    return this.plane.toGeographic(best);
  }

  /** Length of the centre line, or of all outlines. */
  get lengthM(): number {
    return this.#lengths.reduce((sum, length) => sum + length, 0);
  }

  #onPlane(eye: Place): number {
    const { distance, along, edge } = this.#nearest(eye);
    if (!this.isCorridor) return this.#inRings(eye) ? -distance : distance;
    const atEnd = along <= 0 || along >= (this.#lengths[edge] as number);
    const outside = distance - (atEnd ? roundRadius(this.#halfWidth) : this.#halfWidth);
    if (outside > 0) return outside;
    const farthest = this.#halfWidth + this.lengthM;
    return -this.#view(eye, 0, Math.min(farthest, 4 * this.#halfWidth)).depth(farthest);
  }

  /** What is seen of the site, widened by a tolerance, as far as `reach`. */
  #view(eye: Place, toleranceM: number, reach: number): View {
    const width = this.#halfWidth + toleranceM;
    const rings = this.isCorridor ? [] : this.#edges.filter((edge) => distanceTo(edge, eye) <= reach);
    const wide = this.#edges.filter((edge) => distanceTo(edge, eye) <= reach + width);
    return new View(eye, rings, wide, width, !this.isCorridor && this.#inRings(eye));
  }

  #inRings(eye: Place): boolean {
    let inside = false;
    for (const { from, to } of this.#edges) {
      if (from.north > eye.north === to.north > eye.north) continue;
      const at = from.east + ((eye.north - from.north) / (to.north - from.north)) * (to.east - from.east);
      if (eye.east < at) inside = !inside;
    }
    return inside;
  }

  #nearest(eye: Place): Nearest {
    let best = Infinity;
    let edge = 0;
    for (const [index, each] of this.#edges.entries()) {
      const distance = distanceTo(each, eye);
      if (distance < best) [best, edge] = [distance, index];
    }
    const chosen = this.#edges[edge] as Edge;
    const share = shareAlong(chosen, eye);
    const toward = direction(chosen);
    const side = (eye.east - chosen.from.east) * toward.north - (eye.north - chosen.from.north) * toward.east;
    return {
      distance: best,
      edge,
      along: share * (this.#lengths[edge] as number),
      side,
      place: placeAlong(chosen, share),
    };
  }

  /** Positive right of the line. At a bend the mean of both directions decides, as neither edge can alone. */
  #side({ edge, along, side }: Nearest, east: number, north: number): number {
    const atEnd = along >= (this.#lengths[edge] as number);
    const first = along <= 0 ? edge - 1 : edge;
    const [before, after] = [this.#edges[first], this.#edges[first + 1]];
    if ((along > 0 && !atEnd) || before === undefined || after === undefined) return side;
    const [one, other] = [direction(before), direction(after)];
    return east * (one.north + other.north) - north * (one.east + other.east);
  }

  #laid(paths: readonly (readonly Coordinate[])[]): Edge[] {
    const edges: Edge[] = [];
    for (const path of paths) {
      const places = path.map((coordinate) => this.plane.toPlane(positionOf(coordinate)));
      for (let index = 1; index < places.length; index += 1) {
        const [from, to] = [places[index - 1] as Place, places[index] as Place];
        if (from.east !== to.east || from.north !== to.north) edges.push({ from, to });
      }
    }
    return edges;
  }
}

function boundsOf(values: readonly number[]): readonly [number, number] {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

function positionOf(coordinate: Coordinate): Position {
  return { latitude: coordinate[1] as number, longitude: coordinate[0] as number };
}

/** All rings or lines of a geometry, in its order. */
function pathsOf(geometry: Geometry): readonly (readonly Coordinate[])[] {
  switch (geometry.type) {
    case "LineString":
      return [geometry.coordinates];
    case "MultiPolygon":
      return geometry.coordinates.flat();
    default:
      return geometry.coordinates;
  }
}

/**
 * The rings without the edges along which RFC 7946 cut the area at the antimeridian.
 *
 * Such an edge stands on both sides of ±180 and is no outline; what is left still closes on the ground.
 */
function withoutSeam(paths: readonly (readonly Coordinate[])[]): readonly (readonly Coordinate[])[] {
  const seams = new Set(paths.flatMap(steps).map(([from, to]) => seamName(from, to)));
  return paths.flatMap((path) =>
    steps(path).filter(([from, to]) => {
      const name = seamName(from, to);
      return name === "" || !seams.has(name.startsWith("+") ? `-${name.slice(1)}` : `+${name.slice(1)}`);
    }),
  );
}

function steps(path: readonly Coordinate[]): [Coordinate, Coordinate][] {
  return path.slice(1).map((to, index) => [path[index] as Coordinate, to]);
}

/** Side and latitudes of an edge along the antimeridian, to a tenth of a millimetre; "" for any other. */
function seamName(from: Coordinate, to: Coordinate): string {
  if (Math.abs(from[0] as number) !== 180 || from[0] !== to[0]) return "";
  const latitudes = [from[1] as number, to[1] as number].sort((a, b) => a - b).map((each) => each.toFixed(9));
  return `${(from[0] as number) > 0 ? "+" : "-"}${latitudes.join(",")}`;
}

function shareAlong({ from, to }: Edge, { east, north }: Place): number {
  const [stepEast, stepNorth] = [to.east - from.east, to.north - from.north];
  const along = (east - from.east) * stepEast + (north - from.north) * stepNorth;
  return Math.min(Math.max(along / (stepEast * stepEast + stepNorth * stepNorth), 0), 1);
}

function placeAlong({ from, to }: Edge, share: number): Place {
  return { east: from.east + share * (to.east - from.east), north: from.north + share * (to.north - from.north) };
}

function distanceTo(edge: Edge, eye: Place): number {
  const place = placeAlong(edge, shareAlong(edge, eye));
  return Math.hypot(eye.east - place.east, eye.north - place.north);
}

function direction({ from, to }: Edge): Place {
  const length = Math.hypot(to.east - from.east, to.north - from.north);
  return { east: (to.east - from.east) / length, north: (to.north - from.north) / length };
}
