/**
 * The frame that a video shows, as a JPEG.
 *
 * Twelve megapixels take a cheap phone more than a second, so that a worker does it and the screen stays alive. The
 * frame goes there as it is, but only from a browser that says which way up it is: an older one would lay it on its side.
 */
import type { Encoded, ToEncode } from "./frame_message";

const JPEG_QUALITY = 0.92;
let worker: Worker | null = null;

/** Null where this browser could not make one. */
export async function jpegOf(shown: HTMLVideoElement): Promise<Blob | null> {
  const frame = uprightFrame(shown);
  const made = frame && (await encodedAside(frame));
  return made ?? drawn(shown);
}

function uprightFrame(shown: HTMLVideoElement): VideoFrame | null {
  if (typeof VideoFrame === "undefined" || !("rotation" in VideoFrame.prototype)) return null;
  try {
    return new VideoFrame(shown);
  } catch {
    // A video without a frame has none to give; the canvas says what becomes of it.
    return null;
  }
}

async function encodedAside(frame: VideoFrame): Promise<Encoded> {
  worker ??= new Worker(new URL("./frame_worker.ts", import.meta.url), { type: "module" });
  const aside = worker;
  const encoded = await new Promise<Encoded>((resolve) => {
    aside.onmessage = ({ data }: MessageEvent<Encoded>) => resolve(data);
    aside.onerror = () => resolve(null);
    aside.postMessage({ frame, quality: JPEG_QUALITY } satisfies ToEncode, [frame]);
  });
  if (encoded === null) {
    // Whatever it ran out of, the next frame is tried by a new one.
    aside.terminate();
    worker = null;
  }
  return encoded;
}

async function drawn(shown: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = shown.videoWidth;
  canvas.height = shown.videoHeight;
  canvas.getContext("2d")?.drawImage(shown, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
}
