/** The back camera: a live picture, and a still in the best quality that the browser can give. */

export type CameraFault = "denied" | "missing" | "lost";

export class CameraError extends Error {
  constructor(readonly fault: CameraFault) {
    super(fault);
  }
}

export interface Still {
  readonly jpeg: Blob;
  readonly width: number;
  readonly height: number;
}

interface Sizes {
  readonly imageWidth?: { readonly max: number };
  readonly imageHeight?: { readonly max: number };
}
interface StillSettings {
  readonly imageWidth?: number;
  readonly imageHeight?: number;
}
interface StillCapture {
  getPhotoCapabilities(): Promise<Sizes>;
  takePhoto(settings?: StillSettings): Promise<Blob>;
}
type StillCaptureMaker = new (track: MediaStreamTrack) => StillCapture;

/** What is asked of the camera: as large as it goes. A 12-megapixel sensor is named; larger ones give more. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 4096 }, height: { ideal: 3072 } },
};
const JPEG_QUALITY = 0.92;

/** Open the back camera. */
export async function openCamera(): Promise<MediaStream> {
  if (navigator.mediaDevices?.getUserMedia === undefined) throw new CameraError("missing");
  try {
    return await navigator.mediaDevices.getUserMedia(WANTED);
  } catch (error) {
    throw new CameraError(faultOf(error));
  }
}

/** A still: by the sensor itself where the browser has a way to it, else the frame that is shown. */
export async function takeStill(stream: MediaStream, shown: HTMLVideoElement): Promise<Still> {
  const bySensor = await sensorStill(stream);
  return bySensor ?? shownStill(shown);
}

/** Width and height of a JPEG, as it will be seen. */
export async function sizeOf(jpeg: Blob): Promise<{ width: number; height: number }> {
  const picture = await createImageBitmap(jpeg);
  const size = { width: picture.width, height: picture.height };
  picture.close();
  return size;
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function sensorStill(stream: MediaStream): Promise<Still | null> {
  const Maker = (globalThis as { ImageCapture?: StillCaptureMaker }).ImageCapture;
  const [track] = stream.getVideoTracks();
  if (Maker === undefined || track === undefined) return null;
  try {
    const camera = new Maker(track);
    const jpeg = await camera.takePhoto(await largest(camera));
    return jpeg.type === "image/jpeg" ? { jpeg, ...(await sizeOf(jpeg)) } : null;
  } catch {
    // Several cameras promise stills and then give none; the frame on the screen is there in any case.
    return null;
  }
}

/** The largest still of this camera. Left unasked, several give one of the size of the live picture. */
async function largest(camera: StillCapture): Promise<StillSettings> {
  try {
    const { imageWidth, imageHeight } = await camera.getPhotoCapabilities();
    return {
      ...(imageWidth?.max ? { imageWidth: imageWidth.max } : {}),
      ...(imageHeight?.max ? { imageHeight: imageHeight.max } : {}),
    };
  } catch {
    // A camera that cannot say what it can still takes a picture.
    return {};
  }
}

async function shownStill(shown: HTMLVideoElement): Promise<Still> {
  const canvas = document.createElement("canvas");
  canvas.width = shown.videoWidth;
  canvas.height = shown.videoHeight;
  canvas.getContext("2d")?.drawImage(shown, 0, 0);
  const jpeg = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  if (jpeg === null) throw new CameraError("lost");
  return { jpeg, width: canvas.width, height: canvas.height };
}

function faultOf(error: unknown): CameraFault {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "lost" : "missing";
}
