/** A JPEG's segments before its picture, and what they say of it: its size and which way is up. Nothing is decoded. */

/** The bytes are no JPEG that can be written to. */
export class NotAJpegError extends Error {
  override readonly name = "NotAJpegError";
}

/** From the segment's marker to the byte behind its end. */
export interface Segment {
  readonly start: number;
  readonly end: number;
}

/** How an APP1 segment begins that holds Exif. */
export const EXIF_HEAD = [0x45, 0x78, 0x69, 0x66, 0, 0] as const;
const ORIENTATION = 0x0112;
/** From here on an orientation lays the picture on its side (Exif 3.0, 4.6.5.1.6). */
const FIRST_SIDEWAYS = 5;

/** The segments between the start of the image and its first scan. Throws NotAJpegError. */
export function headSegments(jpeg: Uint8Array): Segment[] {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new NotAJpegError("the file does not begin as a JPEG");
  const segments: Segment[] = [];
  let start = 2;
  while (start + 4 <= jpeg.length) {
    if (jpeg[start] !== 0xff) throw new NotAJpegError(`there is no segment at byte ${start}`);
    const marker = jpeg[start + 1] as number;
    if (marker === 0xff) {
      start += 1;
      continue;
    }
    const end = start + 2 + big16(jpeg, start + 2);
    if (marker === 0xda) return segments;
    if (end > jpeg.length || end < start + 4) break;
    segments.push({ start, end });
    start = end;
  }
  throw new NotAJpegError("the file ends before its picture");
}

export function isExif(jpeg: Uint8Array, { start, end }: Segment): boolean {
  return jpeg[start + 1] === 0xe1 && end - start >= 10 && EXIF_HEAD.every((byte, at) => jpeg[start + 4 + at] === byte);
}

/** The orientation (1 to 8) that a JPEG's Exif states, or null. */
export function orientationOf(jpeg: Uint8Array, segments: readonly Segment[]): number | null {
  const exif = segments.find((segment) => isExif(jpeg, segment));
  return exif === undefined ? null : statedIn(jpeg.subarray(exif.start + 4 + EXIF_HEAD.length, exif.end));
}

/** Width and height of a JPEG in pixels, as it will be seen. Throws NotAJpegError. */
export function sizeOfJpeg(jpeg: Uint8Array): { width: number; height: number } {
  const segments = headSegments(jpeg);
  const frame = segments.find(({ start, end }) => isFrame(jpeg[start + 1] as number) && end - start >= 9);
  if (frame === undefined) throw new NotAJpegError("no segment says the picture's size");
  const [height, width] = [big16(jpeg, frame.start + 5), big16(jpeg, frame.start + 7)];
  const sideways = (orientationOf(jpeg, segments) ?? 1) >= FIRST_SIDEWAYS;
  return sideways ? { width: height, height: width } : { width, height };
}

/** Whether a marker begins a frame (SOF0 to SOF15); three of that range mean other things (ITU-T T.81, table B.1). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** The orientation in the first directory of a TIFF block. */
function statedIn(tiff: Uint8Array): number | null {
  if (tiff.length < 14) return null;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = view.getUint16(0) === 0x4949;
  const start = view.getUint32(4, little);
  if (start + 2 > tiff.length) return null;
  const count = view.getUint16(start, little);
  for (let at = start + 2; at < start + 2 + 12 * count && at + 12 <= tiff.length; at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

function big16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
