/**
 * Reads a ZIP file piece by piece from where it lies: only what is asked for comes into memory, and no more of it than
 * its name may have. A file that could not be a bundle is refused before much of it is read.
 */

export type Reason = "zip" | "packed" | "twice" | "form" | "key" | "signature" | "other-log" | "ed25519";

/** Something is not as it should be; the page has the words. */
export class WrongError extends Error {
  constructor(readonly reason: Reason) {
    super(reason);
  }
}

interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

const END = 22;
const MOST_BYTES = 4_000_000_000;
const MOST_FILES = 20_000;
const MOST_LISTED = 8_000_000;
const STORED = 0;
const DEFLATED = 8;

const viewOf = async (part: Blob): Promise<DataView> => new DataView(await part.arrayBuffer());
const bytesAt = (view: DataView, at: number, length: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + at, length);
const nameOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

export class Zip {
  private constructor(
    private readonly file: Blob,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** Look into a file; throws WrongError where it is no ZIP file of a bundle's kind. */
  static async open(file: Blob): Promise<Zip> {
    try {
      return new Zip(file, await listed(file));
    } catch (error) {
      throw error instanceof WrongError ? error : new WrongError("zip");
    }
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The bytes of one file, at most `most`. */
  async read(name: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.entries.get(name);
    if (!entry || entry.size > most || entry.flags & 1) throw new WrongError("packed");
    const packed = await this.packed(name, entry);
    if (entry.method === STORED && entry.packed === entry.size) return new Uint8Array(await packed.arrayBuffer());
    if (entry.method !== DEFLATED) throw new WrongError("packed");
    return inflated(packed, entry.size);
  }

  private async packed(name: string, entry: Entry): Promise<Blob> {
    const head = await viewOf(this.file.slice(entry.at, entry.at + 30));
    if (head.byteLength < 30 || head.getUint32(0, true) !== 0x04034b50) throw new WrongError("packed");
    const length = head.getUint16(26, true);
    const begin = entry.at + 30 + length + head.getUint16(28, true);
    const own = new Uint8Array(await this.file.slice(entry.at + 30, entry.at + 30 + length).arrayBuffer());
    if (new TextDecoder().decode(own) !== name) throw new WrongError("packed");
    return this.file.slice(begin, begin + entry.packed);
  }
}

async function listed(file: Blob): Promise<Map<string, Entry>> {
  if (file.size < END || file.size > MOST_BYTES) throw new WrongError("zip");
  const end = await viewOf(file.slice(file.size - END));
  const [count, length, from] = [end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  const whole = end.getUint32(0, true) === 0x06054b50 && end.getUint16(20, true) === 0;
  if (!whole || count > MOST_FILES || length > MOST_LISTED) throw new WrongError("zip");
  const view = await viewOf(file.slice(from, from + length));
  const found = new Map<string, Entry>();
  let at = 0;
  for (let number = 0; number < count; number++) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new WrongError("zip");
    const nameLength = view.getUint16(at + 28, true);
    const name = nameOf(bytesAt(view, at + 46, nameLength));
    if (found.has(name)) throw new WrongError("twice");
    found.set(name, {
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

/** Unpack no further than the size that was told. */
async function inflated(packed: Blob, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const found = new Uint8Array(size);
  let at = 0;
  try {
    const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (at + piece.value.length > size) {
        await reader.cancel();
        throw new WrongError("packed");
      }
      found.set(piece.value, at);
      at += piece.value.length;
    }
  } catch {
    throw new WrongError("packed");
  }
  if (at !== size) throw new WrongError("packed");
  return found;
}
