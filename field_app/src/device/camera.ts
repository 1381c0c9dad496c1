/**
 * The back camera: a live picture, and a still in the best quality that the browser can give.
 *
 * Where a browser reaches the sensor (ImageCapture), the live picture stays small and the sensor makes the still.
 * Elsewhere, and from the first time that the sensor gives no JPEG, the frame on the screen is the photo, and the
 * live picture is as large as it goes.
 */
import { jpegOf } from "./frame";
import { sizeOf } from "./size";

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

/** Enough to aim with. A stream of the sensor's own size heats a cheap phone and empties its battery. */
const PREVIEW: MediaTrackConstraints = { width: { ideal: 1600 }, height: { ideal: 1200 } };
/** What is asked of a live picture that becomes the photo. A 12-megapixel sensor is named; larger ones give more. */
const PHOTO: MediaTrackConstraints = { width: { ideal: 4096 }, height: { ideal: 3072 }, frameRate: { ideal: 15 } };
/** How long the sensor may take for its still, and the live picture to grow. */
const [STILL_MS, GROWN_MS] = [5000, 5000] as const;

export class BackCamera {
  /** Whether the frame on the screen is the photo. */
  #byFrame = stillMaker() === undefined;

  /** Begin the live picture. Throws CameraError. */
  async open(): Promise<MediaStream> {
    if (navigator.mediaDevices?.getUserMedia === undefined) throw new CameraError("missing");
    const size = this.#byFrame ? PHOTO : PREVIEW;
    try {
      return await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, ...size },
      });
    } catch (error) {
      throw new CameraError(faultOf(error));
    }
  }

  /** A still of what `shown` shows of the stream. Throws CameraError. */
  async take(stream: MediaStream, shown: HTMLVideoElement): Promise<Still> {
    if (!this.#byFrame) {
      const still = await sensorStill(stream);
      if (still !== null) return still;
      this.#byFrame = true;
      await grown(stream, shown);
    }
    return shownStill(shown);
  }
}

/** The phone's, one for all screens: what it once learnt of its sensor holds until the app is closed. */
export const backCamera = new BackCamera();

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function stillMaker(): StillCaptureMaker | undefined {
  return (globalThis as { ImageCapture?: StillCaptureMaker }).ImageCapture;
}

async function sensorStill(stream: MediaStream): Promise<Still | null> {
  const Maker = stillMaker();
  const [track] = stream.getVideoTracks();
  if (Maker === undefined || track === undefined) return null;
  try {
    const camera = new Maker(track);
    const jpeg = await within(STILL_MS, camera.takePhoto(await largest(camera)));
    return jpeg?.type === "image/jpeg" ? { jpeg, ...(await sizeOf(jpeg)) } : null;
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

/** Let the live picture grow to what a photo needs. One that cannot is used as it is. */
async function grown(stream: MediaStream, shown: HTMLVideoElement): Promise<void> {
  const resized = new Promise<void>((resolve) => shown.addEventListener("resize", () => resolve(), { once: true }));
  try {
    await stream.getVideoTracks()[0]?.applyConstraints(PHOTO);
    await within(GROWN_MS, resized);
  } catch {
    // A camera that refuses another size goes on with the one it has.
  }
}

async function shownStill(shown: HTMLVideoElement): Promise<Still> {
  const [width, height] = [shown.videoWidth, shown.videoHeight];
  const jpeg = await jpegOf(shown);
  if (jpeg === null) throw new CameraError("lost");
  return { jpeg, width, height };
}

/** What comes of a promise in time; null if nothing does. */
function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function faultOf(error: unknown): CameraFault {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "lost" : "missing";
}
