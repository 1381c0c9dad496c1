/** The still: the sensor's where it gives one, and else the frame on the screen, which is as large as it goes. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackCamera } from "../../src/device/camera";

const picture = readFileSync(new URL("../../../tests/data/exif/plain.jpg", import.meta.url));
const jpeg = new Blob([picture], { type: "image/jpeg" });
const taken = vi.fn(async (_settings?: object): Promise<Blob> => jpeg);
const asked = vi.fn(async (_wanted: MediaStreamConstraints) => stream);
const resized = vi.fn(async (_wanted: MediaTrackConstraints) => undefined);
const stream = { getVideoTracks: () => [{ applyConstraints: resized }] } as unknown as MediaStream;

/** A video of 1600 x 1200, which has grown by the time that anyone waits for it. */
function video() {
  return {
    videoWidth: 1600,
    videoHeight: 1200,
    addEventListener(_name: string, told: () => void) {
      Object.assign(this, { videoWidth: 4000, videoHeight: 3000 });
      told();
    },
  } as unknown as HTMLVideoElement;
}

function sensor(capabilities: () => Promise<object> = async () => ({})): void {
  vi.stubGlobal(
    "ImageCapture",
    class {
      getPhotoCapabilities = capabilities;
      takePhoto = taken;
    },
  );
}

beforeEach(() => {
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: asked } });
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({ drawImage: () => undefined }),
    toBlob: (told: (blob: Blob) => void) => told(jpeg),
  };
  vi.stubGlobal("document", { createElement: () => canvas });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

const widthAsked = () => (asked.mock.lastCall as [{ video: { width: { ideal: number } } }])[0].video.width.ideal;

describe("A camera whose sensor gives stills", () => {
  it("is asked for the largest one", async () => {
    sensor(async () => ({ imageWidth: { min: 320, max: 4000 }, imageHeight: { min: 240, max: 3000 } }));
    await new BackCamera().take(stream, video());
    expect(taken).toHaveBeenCalledWith({ imageWidth: 4000, imageHeight: 3000 });
  });

  it("streams no more than is needed to aim", async () => {
    sensor();
    await new BackCamera().open();
    expect(widthAsked()).toBe(1600);
  });

  it("gives the size that its file states", async () => {
    sensor();
    const decoded = vi.fn();
    vi.stubGlobal("createImageBitmap", decoded);
    const still = await new BackCamera().take(stream, video());
    expect([still.width, still.height]).toEqual([48, 32]);
    expect(decoded).not.toHaveBeenCalled();
  });

  it.each([
    ["says nothing of sizes", async () => ({})],
    ["cannot say what it can", async () => Promise.reject(new DOMException("no", "OperationError"))],
  ])("gives the still as it comes if it %s", async (_which, capabilities) => {
    sensor(capabilities);
    await new BackCamera().take(stream, video());
    expect(taken).toHaveBeenCalledWith({});
  });
});

describe.each([
  ["refuses", async () => Promise.reject(new DOMException("no", "UnknownError"))],
  ["gives another kind of picture", async () => new Blob(["PNG"], { type: "image/png" })],
  ["gives a JPEG of nothing", async () => new Blob([], { type: "image/jpeg" })],
])("A camera whose sensor %s", (_which, answer) => {
  it("gives the frame on the screen, once that has grown", async () => {
    sensor();
    taken.mockImplementationOnce(answer);
    const still = await new BackCamera().take(stream, video());
    expect(resized).toHaveBeenCalledTimes(1);
    expect([still.width, still.height]).toEqual([4000, 3000]);
  });

  it("is not asked for a still again, and streams what it can", async () => {
    sensor();
    taken.mockImplementationOnce(answer);
    const camera = new BackCamera();
    await camera.take(stream, video());
    await camera.take(stream, video());
    await camera.open();
    expect(taken).toHaveBeenCalledTimes(1);
    expect(resized).toHaveBeenCalledTimes(1);
    expect(widthAsked()).toBe(4096);
  });
});

it("does not wait for a still that does not come", async () => {
  vi.useFakeTimers();
  sensor();
  taken.mockImplementationOnce(() => new Promise(() => undefined));
  const still = new BackCamera().take(stream, video());
  await vi.advanceTimersByTimeAsync(5000);
  expect((await still).width).toBe(4000);
});

it("takes the frame as it is where the stream can be no larger", async () => {
  sensor();
  taken.mockRejectedValueOnce(new DOMException("no", "UnknownError"));
  resized.mockRejectedValueOnce(new DOMException("no", "OverconstrainedError"));
  const small = { videoWidth: 640, videoHeight: 480, addEventListener: () => undefined };
  const still = await new BackCamera().take(stream, small as unknown as HTMLVideoElement);
  expect([still.width, still.height]).toEqual([640, 480]);
});

it("streams all that it can where no browser's way leads to the sensor", async () => {
  const camera = new BackCamera();
  await camera.open();
  await camera.take(stream, video());
  expect(widthAsked()).toBe(4096);
  expect(taken).not.toHaveBeenCalled();
});
