/**
 * Positions on WGS 84: a plane in metres around one position, and the way from one to another.
 *
 * The same projection as the server's `geo/position.py` (Lambert's azimuthal, carried to the
 * ellipsoid through Earth-centred coordinates), so that both measure the same metres. Shapes are kept out.
 */

/** A position in degrees on WGS 84. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** A place on a plane, in metres. */
export interface Place {
  readonly east: number;
  readonly north: number;
}

/** The eight winds, as words that i18n translates. */
const WINDS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"] as const;
export type Wind = (typeof WINDS)[number];

const EQUATORIAL_RADIUS_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);
const POLAR_RADIUS_M = EQUATORIAL_RADIUS_M * (1 - FLATTENING);

// One picometre keeps the direction defined at the centre and at its antipode.
const TINY_M = 1e-12;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;

/** A plane around one position: distances hold to 0.01 % within 50 km, at every latitude. */
export class LocalPlane {
  readonly #sin: number;
  readonly #cos: number;
  readonly #x0: number;
  readonly #z0: number;
  readonly #gradient: number;

  constructor(readonly centre: Position) {
    this.#sin = Math.sin(radians(centre.latitude));
    this.#cos = Math.cos(radians(centre.latitude));
    const radius = EQUATORIAL_RADIUS_M / Math.sqrt(1 - E2 * this.#sin ** 2);
    this.#x0 = radius * this.#cos;
    this.#z0 = radius * (1 - E2) * this.#sin;
    this.#gradient = this.#x0 * this.#cos + (this.#z0 * this.#sin) / (1 - E2);
  }

  /** Metres east and north of the centre. */
  toPlane(position: Position): Place {
    const phi = radians(position.latitude);
    const lambda = radians(position.longitude - this.centre.longitude);
    const sinPhi = Math.sin(phi);
    const radius = EQUATORIAL_RADIUS_M / Math.sqrt(1 - E2 * sinPhi * sinPhi);
    const fromAxis = radius * Math.cos(phi);
    const dx = fromAxis * Math.cos(lambda) - this.#x0;
    const dz = radius * (1 - E2) * sinPhi - this.#z0;
    const east = fromAxis * Math.sin(lambda);
    const north = this.#cos * dz - this.#sin * dx + TINY_M;
    const up = this.#cos * dx + this.#sin * dz;
    const stretch = Math.sqrt(1 + (up * up) / (east * east + north * north));
    return { east: east * stretch, north: north * stretch };
  }

  /** The position of a place on the plane, its longitude in -180 … 180; four steps reach the last digits. */
  toGeographic({ east, north }: Place): Position {
    const chord2 = east * east + north * north;
    let up = -chord2 / (2 * this.#gradient);
    let [dx, dz, shrink] = [0, 0, 1];
    for (let step = 0; step < 4; step += 1) {
      shrink = Math.sqrt(Math.max(1 - (up * up) / (chord2 + TINY_M), 0));
      dx = this.#cos * up - this.#sin * north * shrink;
      dz = this.#sin * up + this.#cos * north * shrink;
      up = -(dx * dx + (east * shrink) ** 2 + (dz * dz) / (1 - E2)) / (2 * this.#gradient);
    }
    const [x, y, z] = [this.#x0 + dx, east * shrink, this.#z0 + dz];
    const latitude = degrees(Math.atan2(z, (1 - E2) * Math.hypot(x, y)));
    return { latitude, longitude: wrapLongitude(this.centre.longitude + degrees(Math.atan2(y, x))) };
  }
}

/** The same longitude in -180 … 180 degrees. */
function wrapLongitude(longitude: number): number {
  if (longitude >= -180 && longitude <= 180) return longitude;
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

/** The middle of many positions as their mean direction from the Earth's centre. */
export function meanPosition(positions: readonly Position[]): Position {
  let [x, y, z] = [0, 0, 0];
  for (const { latitude, longitude } of positions) {
    const [phi, lambda] = [radians(latitude), radians(longitude)];
    x += Math.cos(phi) * Math.cos(lambda);
    y += Math.cos(phi) * Math.sin(lambda);
    z += Math.sin(phi);
  }
  return { latitude: degrees(Math.atan2(z, Math.hypot(x, y))), longitude: degrees(Math.atan2(y, x)) };
}

/** Direction from one position to another, in degrees clockwise from true north, 0 ≤ b < 360. */
export function bearingDeg(from: Position, to: Position): number {
  const { east, north } = new LocalPlane(from).toPlane(to);
  return (degrees(Math.atan2(east, north)) + 360) % 360;
}

/** The nearest of the eight winds. */
export function windOf(bearing: number): Wind {
  return WINDS[Math.floor((((bearing % 360) + 360 + 22.5) % 360) / 45) % 8] as Wind;
}

/**
 * Length in metres of the shortest way on the ellipsoid (Vincenty 1975, inverse; half a millimetre).
 *
 * Nearly opposite ends of the Earth, where his steps do not settle, get the chord's great circle (0.6 %).
 */
export function geodesicM(from: Position, to: Position): number {
  const [u1, u2] = [reduced(from.latitude), reduced(to.latitude)];
  const apart = radians(wrapLongitude(to.longitude - from.longitude));
  let lambda = apart;
  for (let step = 0; step < 100; step += 1) {
    const way = onSphere(u1, u2, lambda);
    if (way.sinSigma === 0) return 0;
    const next = apart + correction(way);
    if (Math.abs(next) > Math.PI) break;
    if (Math.abs(next - lambda) < 1e-12) return vincenty(way);
    lambda = next;
  }
  return onSphere(u1, u2, apart).sigma * ((2 * EQUATORIAL_RADIUS_M + POLAR_RADIUS_M) / 3);
}

interface SphericalWay {
  readonly sigma: number;
  readonly sinSigma: number;
  readonly cosSigma: number;
  readonly sinAlpha: number;
  readonly cos2Alpha: number;
  readonly cos2SigmaM: number;
}

const reduced = (latitude: number): number => Math.atan((1 - FLATTENING) * Math.tan(radians(latitude)));

function onSphere(u1: number, u2: number, lambda: number): SphericalWay {
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const across = cosU2 * Math.sin(lambda);
  const along = cosU1 * sinU2 - sinU1 * cosU2 * Math.cos(lambda);
  const sinSigma = Math.hypot(across, along);
  const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * Math.cos(lambda);
  const sinAlpha = sinSigma === 0 ? 0 : (cosU1 * across) / sinSigma;
  const cos2Alpha = 1 - sinAlpha ** 2;
  const cos2SigmaM = cos2Alpha < 1e-15 ? 0 : cosSigma - (2 * sinU1 * sinU2) / cos2Alpha;
  return { sigma: Math.atan2(sinSigma, cosSigma), sinSigma, cosSigma, sinAlpha, cos2Alpha, cos2SigmaM };
}

/** By how much the longitudes differ on the auxiliary sphere. */
function correction({ sigma, sinSigma, cosSigma, sinAlpha, cos2Alpha, cos2SigmaM }: SphericalWay): number {
  const c = (FLATTENING / 16) * cos2Alpha * (4 + FLATTENING * (4 - 3 * cos2Alpha));
  const inner = cos2SigmaM + c * cosSigma * (2 * cos2SigmaM ** 2 - 1);
  return (1 - c) * FLATTENING * sinAlpha * (sigma + c * sinSigma * inner);
}

function vincenty({ sigma, sinSigma, cosSigma, cos2Alpha, cos2SigmaM }: SphericalWay): number {
  const u2 = cos2Alpha * ((EQUATORIAL_RADIUS_M / POLAR_RADIUS_M) ** 2 - 1);
  const a = 1 + (u2 / 16_384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)));
  const b = (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
  const outer = (b / 6) * cos2SigmaM * (4 * sinSigma ** 2 - 3) * (4 * cos2SigmaM ** 2 - 3);
  const inner = (b / 4) * (cosSigma * (2 * cos2SigmaM ** 2 - 1) - outer);
  return POLAR_RADIUS_M * a * (sigma - b * sinSigma * (cos2SigmaM + inner));
}
