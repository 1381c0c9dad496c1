/**
 * The type of a picture by its first bytes: the photographs that the server takes (`evidence/sniff.py`), and no others.
 *
 * A file's name and what the browser makes of it are not asked.
 */

/** How many bytes from the start of a file `sniff` wants to see. */
export const HEAD_BYTES = 512;

/** Brands of ISO base media files (ISO/IEC 23008-12, AV1 Image File Format 1.1). */
const BRANDS: Readonly<Record<string, string>> = {
  heic: "image/heic",
  heim: "image/heic",
  heis: "image/heic",
  hevc: "image/heic",
  heix: "image/heif",
  mif1: "image/heif",
  mif2: "image/heif",
  msf1: "image/heif",
  avif: "image/avif",
  avis: "image/avif",
};
const TIFF: ReadonlySet<string> = new Set(["II*\0", "MM\0*", "II+\0", "MM\0+"]);

/** The media type, or null for what is no photograph that the server takes. */
export function sniff(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head.subarray(0, HEAD_BYTES));
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  if (TIFF.has(text.slice(0, 4))) return "image/tiff";
  return text.slice(4, 8) === "ftyp" ? baseMedia(head, text) : null;
}

/** The major brand, or the first compatible brand that is a still picture's. */
function baseMedia(head: Uint8Array, text: string): string | null {
  const size = head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0);
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= Math.min(size, text.length); at += 4) brands.push(text.slice(at, at + 4));
  const known = brands.find((brand) => Object.hasOwn(BRANDS, brand));
  return known === undefined ? null : (BRANDS[known] ?? null);
}
