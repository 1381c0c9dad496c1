/** A picture that another app took, or that was there already: looked at before it is taken in. */
import { HEAD_BYTES, sniff } from "../core/sniff";
import { sizeOf } from "../device/size";
import type { Source } from "../ports";
import type { Picture, Shutter } from "./shutter";

/** Take a chosen file in, or refuse it with nothing kept where the server would not take it. */
export async function choose(shutter: Pick<Shutter, "press" | "refuse">, source: Source, file: File): Promise<void> {
  if (!(await isPhoto(file))) return shutter.refuse("camera.not_a_photo");
  await shutter.press(source, () => pictureOf(file, source));
}

/** Whether the bytes are a photograph's. A file that cannot be read is none either. */
async function isPhoto(file: Blob): Promise<boolean> {
  try {
    return sniff(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())) !== null;
  } catch {
    return false;
  }
}

/** A picked file as it is. When a gallery's picture was taken only its file can say. */
async function pictureOf(file: File, source: Source): Promise<Picture> {
  const size = await sizeOf(file).catch(() => ({ width: null, height: null }));
  return { jpeg: file, ...size, ...(source === "gallery" ? { capturedAtMs: file.lastModified } : {}) };
}
