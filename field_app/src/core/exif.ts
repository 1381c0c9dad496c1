/**
 * Writes what the phone knows into a JPEG: place, time and direction as Exif 3.0 (CIPA DC-008) has them.
 *
 * Only the APP1 segment with Exif is new; every other byte of the file stays. An Exif block that the camera made
 * is replaced, its orientation carried over. Decoding and encoding pictures is kept out.
 */

import { EXIF_HEAD, headSegments, isExif, orientationOf, type Segment } from "./jpeg";

/** What is written; anything null is left out. `accuracyM` is the radius that holds 68 % of the error. */
export interface ExifFacts {
  readonly evidence: string;
  readonly capturedAtMs: number;
  /** Minutes that the phone's wall clock is ahead of UTC. */
  readonly offsetMinutes: number;
  readonly position: {
    readonly latitude: number;
    readonly longitude: number;
    readonly accuracyM: number | null;
    readonly altitudeM: number | null;
    readonly fixedAtMs: number;
  } | null;
  /** Degrees clockwise from magnetic north, which is what a phone's compass tells. */
  readonly headingDeg: number | null;
  readonly software: string;
}

const [BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED] = [1, 2, 3, 4, 5, 7] as const;
const SIZES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 };
const MAX_SEGMENT = 0xffff;

/** One tag of a directory: its number, type and value; texts as strings, rationals as numbers. */
interface Tag {
  readonly tag: number;
  readonly type: number;
  readonly value: string | readonly number[];
  /** What a rational's numbers are multiplied with. */
  readonly scale?: number;
}

/** The same picture with these facts as its Exif. */
export function withExif(jpeg: Uint8Array, facts: ExifFacts): Uint8Array<ArrayBuffer> {
  const segments = headSegments(jpeg);
  const block = exifSegment(facts, orientationOf(jpeg, segments));
  // Exif stands before everything but JFIF's own APP0 (DC-008, 4.7.2), which some readers need first.
  const first = segments[0];
  const at = first !== undefined && jpeg[first.start + 1] === 0xe0 ? first.end : 2;
  const replaced = segments.filter((segment) => isExif(jpeg, segment));
  return spliced(jpeg, at, block, replaced);
}

function spliced(jpeg: Uint8Array, at: number, block: Uint8Array, dropped: Segment[]): Uint8Array<ArrayBuffer> {
  const gone = dropped.reduce((sum, { start, end }) => sum + end - start, 0);
  const result = new Uint8Array(jpeg.length - gone + block.length);
  let written = 0;
  const put = (bytes: Uint8Array): void => {
    result.set(bytes, written);
    written += bytes.length;
  };
  let from = 0;
  for (const { start, end } of [{ start: at, end: at }, ...dropped].sort(
    (a, b) => a.start - b.start || a.end - b.end,
  )) {
    put(jpeg.subarray(from, start));
    if (start === end) put(block);
    from = end;
  }
  put(jpeg.subarray(from));
  return result;
}

function exifSegment(facts: ExifFacts, orientation: number | null): Uint8Array {
  const tiff = tiffBlock(imageTags(facts, orientation), photoTags(facts), gpsTags(facts));
  const length = 2 + EXIF_HEAD.length + tiff.length;
  if (length > MAX_SEGMENT) throw new RangeError("the Exif does not fit into a segment");
  return Uint8Array.from([0xff, 0xe1, length >> 8, length & 0xff, ...EXIF_HEAD, ...tiff]);
}

function imageTags({ software }: ExifFacts, orientation: number | null): Tag[] {
  return [
    ...(orientation === null ? [] : [{ tag: 0x0112, type: SHORT, value: [orientation] }]),
    text(0x0131, software),
  ];
}

function photoTags({ evidence, capturedAtMs, offsetMinutes }: ExifFacts): Tag[] {
  const wall = new Date(capturedAtMs + offsetMinutes * 60_000).toISOString();
  return [
    { tag: 0x9000, type: UNDEFINED, value: codes("0300") },
    text(0x9003, `${wall.slice(0, 10).replaceAll("-", ":")} ${wall.slice(11, 19)}`),
    text(0x9011, offsetText(offsetMinutes)),
    text(0x9291, wall.slice(20, 23)),
    // 32 hexadecimal digits are what the standard asks for: a UUID without its hyphens.
    text(0xa420, evidence.replaceAll("-", "")),
  ];
}

function gpsTags({ position, headingDeg }: ExifFacts): Tag[] {
  const direction =
    headingDeg === null
      ? []
      : [text(0x10, "M"), { tag: 0x11, type: RATIONAL, value: [((headingDeg % 360) + 360) % 360], scale: 100 }];
  if (position === null) return direction.length ? [gpsVersion, ...direction] : [];
  const { latitude, longitude, altitudeM, accuracyM, fixedAtMs } = position;
  const fixed = new Date(fixedAtMs).toISOString();
  const clock = [Number(fixed.slice(11, 13)), Number(fixed.slice(14, 16)), Number(fixed.slice(17, 23))];
  return [
    gpsVersion,
    text(0x01, latitude < 0 ? "S" : "N"),
    { tag: 0x02, type: RATIONAL, value: sexagesimal(latitude), scale: 1e6 },
    text(0x03, longitude < 0 ? "W" : "E"),
    { tag: 0x04, type: RATIONAL, value: sexagesimal(longitude), scale: 1e6 },
    ...(altitudeM === null
      ? []
      : [
          { tag: 0x05, type: BYTE, value: [altitudeM < 0 ? 1 : 0] },
          { tag: 0x06, type: RATIONAL, value: [Math.abs(altitudeM)], scale: 1000 },
        ]),
    { tag: 0x07, type: RATIONAL, value: clock, scale: 1000 },
    ...direction,
    text(0x1d, fixed.slice(0, 10).replaceAll("-", ":")),
    ...(accuracyM === null ? [] : [{ tag: 0x1f, type: RATIONAL, value: [accuracyM], scale: 1000 }]),
  ];
}

const gpsVersion: Tag = { tag: 0x00, type: BYTE, value: [2, 4, 0, 0] };

const text = (tag: number, value: string): Tag => ({ tag, type: ASCII, value });

const codes = (ascii: string): number[] => Array.from(ascii, (character) => character.charCodeAt(0));

/** Degrees, minutes and seconds, the seconds to a millionth: 0.03 mm on the ground. */
function sexagesimal(degrees: number): number[] {
  // Counted in millionths of a second, so that 59.9999999 s never becomes 60.
  const total = Math.round(Math.abs(degrees) * 3600e6);
  const seconds = (total % 60e6) / 1e6;
  const minutes = Math.floor(total / 60e6);
  return [Math.floor(minutes / 60), minutes % 60, seconds];
}

/** Minutes ahead of UTC as "+08:00". */
export function offsetText(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

/** A TIFF block of three directories: the picture's, the photo's and the satellites'. */
function tiffBlock(image: Tag[], photo: Tag[], gps: Tag[]): Uint8Array {
  const pointers = (photoAt: number, gpsAt: number): Tag[] => [
    ...image,
    { tag: 0x8769, type: LONG, value: [photoAt] },
    ...(gps.length ? [{ tag: 0x8825, type: LONG, value: [gpsAt] }] : []),
  ];
  const photoAt = 8 + directory(pointers(0, 0), 0).length;
  const gpsAt = photoAt + directory(photo, 0).length;
  return Uint8Array.from([
    ...codes("MM"),
    ...[0, 42, 0, 0, 0, 8],
    ...directory(pointers(photoAt, gpsAt), 8),
    ...directory(photo, photoAt),
    ...(gps.length ? directory(gps, gpsAt) : []),
  ]);
}

/** One directory that begins at `offset`, with the values that do not fit into its entries behind it. */
function directory(tags: readonly Tag[], offset: number): number[] {
  const entries: number[] = [];
  const values: number[] = [];
  const behind = offset + 2 + 12 * tags.length + 4;
  for (const tag of tags) {
    const bytes = valueBytes(tag);
    const count = bytes.length / (SIZES[tag.type] as number);
    entries.push(...big(tag.tag, 2), ...big(tag.type, 2), ...big(count, 4));
    if (bytes.length <= 4) {
      entries.push(...bytes, ...new Array<number>(4 - bytes.length).fill(0));
    } else {
      entries.push(...big(behind + values.length, 4));
      values.push(...bytes, ...(bytes.length % 2 ? [0] : []));
    }
  }
  return [...big(tags.length, 2), ...entries, 0, 0, 0, 0, ...values];
}

function valueBytes({ type, value, scale = 1 }: Tag): number[] {
  if (typeof value === "string") return asciiBytes(value);
  switch (type) {
    case RATIONAL:
      return value.flatMap((number) => rational(number, scale));
    case SHORT:
      return value.flatMap((number) => big(number, 2));
    case LONG:
      return value.flatMap((number) => big(number, 4));
    default:
      return [...value];
  }
}

/** Exif's texts are ASCII; a character beyond it becomes a question mark, the end a zero. */
function asciiBytes(value: string): number[] {
  return [...Array.from(value, (character) => (/[ -~]/.test(character) ? character.charCodeAt(0) : 0x3f)), 0];
}

/** A number over a scale; one too large for its 32 bits loses digits behind the point, not before it. */
function rational(number: number, scale: number): number[] {
  let over = scale;
  while (over > 1 && Math.round(number * over) > 0xffffffff) over /= 10;
  return [...big(Math.min(Math.round(number * over), 0xffffffff), 4), ...big(over, 4)];
}

function big(number: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => Math.floor(number / 256 ** (bytes - 1 - index)) & 0xff);
}
