/** Makes a JPEG of a video frame, beside the page. */
import type { Encoded, ToEncode } from "./frame_message";

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = async ({ data }: MessageEvent<ToEncode>) => {
  self.postMessage(await encoded(data));
};

async function encoded({ frame, quality }: ToEncode): Promise<Encoded> {
  try {
    const canvas = new OffscreenCanvas(frame.displayWidth, frame.displayHeight);
    canvas.getContext("2d")?.drawImage(frame, 0, 0);
    return await canvas.convertToBlob({ type: "image/jpeg", quality });
  } catch {
    // Too little memory, or no canvas in a worker: the page does it itself.
    return null;
  } finally {
    frame.close();
  }
}
