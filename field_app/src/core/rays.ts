/**
 * An area on the plane as it is seen along rays from one point: how much of a Gaussian lies in it, and how
 * far it is to its rim.
 *
 * The area is the inside of rings by the even-odd rule, united with everything within a distance of each edge.
 * Nothing is cut or melted together, so that no shape, however tangled, can break it. Degrees are kept out.
 */

import type { Place } from "./plane";

/** A straight edge between two places, in metres. */
export interface Edge {
  readonly from: Place;
  readonly to: Place;
}

/** Beyond six sigma a circular Gaussian holds exp(-18), 1.5e-8 of its mass. */
export const REACH_SIGMAS = 6;

// The server draws round corners with 16 edges per quarter; a circle of the same area stands for them here.
const ROUND_SHARE = Math.sqrt(Math.sin(Math.PI / 32) / (Math.PI / 32));

const RAYS = 2048;

/** Metres of the circle that has the area of the server's 64 corners around `radius`. */
export const roundRadius = (radius: number): number => radius * ROUND_SHARE;

/** An edge as a ray meets it: its start, direction and length, seen from the eye. */
interface Seen {
  readonly east: number;
  readonly north: number;
  readonly towardEast: number;
  readonly towardNorth: number;
  readonly length: number;
}

/** What an eye sees of an area: rings by their edges, widened by `widthM` to every side. */
export class View {
  readonly #eye: Place;
  readonly #rings: Seen[];
  readonly #wide: Seen[];
  readonly #width: number;
  readonly #round2: number;
  readonly #insideRings: boolean;

  constructor(eye: Place, rings: readonly Edge[], wide: readonly Edge[], widthM: number, insideRings: boolean) {
    this.#eye = eye;
    this.#rings = rings.map((edge) => this.#see(edge));
    this.#wide = wide.map((edge) => this.#see(edge));
    this.#width = widthM;
    this.#round2 = roundRadius(widthM) ** 2;
    this.#insideRings = insideRings;
  }

  /** Share of a circular Gaussian around the eye, `sigma` metres per axis, that lies in the area. */
  mass(sigma: number): number {
    let total = 0;
    for (let index = 0; index < RAYS; index += 1) {
      const angle = ((index + 0.5) * 2 * Math.PI) / RAYS;
      for (const [start, end] of this.#along(angle, REACH_SIGMAS * sigma)) {
        total += Math.exp(-(start ** 2) / (2 * sigma ** 2)) - Math.exp(-(end ** 2) / (2 * sigma ** 2));
      }
    }
    return total / RAYS;
  }

  /** Metres from an eye inside the area to its rim. */
  depth(farthest: number): number {
    const depths = Array.from({ length: RAYS }, (_, index) => this.#exit((index * 2 * Math.PI) / RAYS, farthest));
    const best = depths.indexOf(Math.min(...depths));
    return this.#refined((best * 2 * Math.PI) / RAYS, farthest);
  }

  /** The least exit between the two rays beside the best one, by golden section. */
  #refined(angle: number, farthest: number): number {
    const golden = (Math.sqrt(5) - 1) / 2;
    let [low, high] = [angle - (2 * Math.PI) / RAYS, angle + (2 * Math.PI) / RAYS];
    for (let step = 0; step < 40; step += 1) {
      const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
      if (this.#exit(left, farthest) < this.#exit(right, farthest)) high = right;
      else low = left;
    }
    return Math.min(this.#exit((low + high) / 2, farthest), this.#exit(angle, farthest));
  }

  #exit(angle: number, farthest: number): number {
    const first = this.#along(angle, farthest)[0];
    return first !== undefined && first[0] <= 1e-9 ? first[1] : 0;
  }

  /** The stretches of one ray that lie in the area, apart from each other and in order. */
  #along(angle: number, reach: number): [number, number][] {
    const [east, north] = [Math.sin(angle), Math.cos(angle)];
    const stretches = this.#insideStretches(east, north, reach);
    for (const edge of this.#wide) this.#widened(edge, east, north, stretches);
    return united(stretches, reach);
  }

  /** Where the ray runs inside the rings: from crossing to crossing. */
  #insideStretches(east: number, north: number, reach: number): [number, number][] {
    const crossings: number[] = this.#insideRings ? [0] : [];
    for (const edge of this.#rings) {
      const at = crossing(edge, east, north);
      if (at !== null && at <= reach) crossings.push(at);
    }
    crossings.sort((a, b) => a - b);
    const stretches: [number, number][] = [];
    for (let index = 0; index < crossings.length; index += 2) {
      stretches.push([crossings[index] as number, crossings[index + 1] ?? reach]);
    }
    return stretches;
  }

  /** Where the ray runs within the width of an edge: through its two sides and its two round ends. */
  #widened(edge: Seen, east: number, north: number, into: [number, number][]): void {
    if (this.#width <= 0) return;
    const along = east * edge.towardEast + north * edge.towardNorth;
    const across = east * edge.towardNorth - north * edge.towardEast;
    const start = edge.east * edge.towardEast + edge.north * edge.towardNorth;
    const side = edge.east * edge.towardNorth - edge.north * edge.towardEast;
    const [alongLow, alongHigh] = slab(along, start, start + edge.length);
    const [acrossLow, acrossHigh] = slab(across, side - this.#width, side + this.#width);
    const [low, high] = [Math.max(alongLow, acrossLow, 0), Math.min(alongHigh, acrossHigh)];
    if (low < high) into.push([low, high]);
    this.#disc(edge.east, edge.north, east, north, into);
    this.#disc(
      edge.east + edge.length * edge.towardEast,
      edge.north + edge.length * edge.towardNorth,
      east,
      north,
      into,
    );
  }

  #disc(centreEast: number, centreNorth: number, east: number, north: number, into: [number, number][]): void {
    const middle = centreEast * east + centreNorth * north;
    const across = centreEast * north - centreNorth * east;
    const half2 = this.#round2 - across * across;
    if (half2 <= 0) return;
    const half = Math.sqrt(half2);
    if (middle + half > 0) into.push([Math.max(middle - half, 0), middle + half]);
  }

  #see({ from, to }: Edge): Seen {
    const length = Math.hypot(to.east - from.east, to.north - from.north);
    return {
      east: from.east - this.#eye.east,
      north: from.north - this.#eye.north,
      towardEast: (to.east - from.east) / length,
      towardNorth: (to.north - from.north) / length,
      length,
    };
  }
}

/** How far along a ray it crosses an edge; an end that it touches belongs to one of the two edges there. */
function crossing(edge: Seen, east: number, north: number): number | null {
  const fromSide = edge.east * north - edge.north * east;
  const toSide = fromSide + edge.length * (edge.towardEast * north - edge.towardNorth * east);
  if (fromSide > 0 === toSide > 0) return null;
  const share = fromSide / (fromSide - toSide);
  const at =
    (edge.east + share * edge.length * edge.towardEast) * east +
    (edge.north + share * edge.length * edge.towardNorth) * north;
  return at > 0 ? at : null;
}

/** From where to where a ray with this rate lies between two lines. */
function slab(rate: number, low: number, high: number): [number, number] {
  if (Math.abs(rate) < 1e-15) return low <= 0 && high >= 0 ? [-Infinity, Infinity] : [Infinity, -Infinity];
  const [first, second] = [low / rate, high / rate];
  return first < second ? [first, second] : [second, first];
}

function united(stretches: [number, number][], reach: number): [number, number][] {
  stretches.sort((a, b) => a[0] - b[0]);
  const whole: [number, number][] = [];
  for (const [start, end] of stretches) {
    const last = whole[whole.length - 1];
    if (last !== undefined && start <= last[1] + 1e-9) last[1] = Math.max(last[1], Math.min(end, reach));
    else if (start < reach) whole.push([start, Math.min(end, reach)]);
  }
  return whole;
}
