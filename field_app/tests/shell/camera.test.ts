/** The still: the largest that the camera can give, and the frame on the screen where it gives none. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { takeStill } from "../../src/device/camera";

const track = {} as MediaStreamTrack;
const stream = { getVideoTracks: () => [track] } as unknown as MediaStream;
const jpeg = new Blob(["still"], { type: "image/jpeg" });
const taken = vi.fn(async (_settings?: object) => jpeg);

function camera(capabilities: () => Promise<object>): void {
  vi.stubGlobal(
    "ImageCapture",
    class {
      getPhotoCapabilities = capabilities;
      takePhoto = taken;
    },
  );
}

beforeEach(() => {
  vi.stubGlobal("createImageBitmap", async () => ({ width: 4000, height: 3000, close: () => undefined }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  taken.mockClear();
});

it("asks for the largest still that the camera has", async () => {
  camera(async () => ({ imageWidth: { min: 320, max: 4000 }, imageHeight: { min: 240, max: 3000 } }));
  const still = await takeStill(stream, {} as HTMLVideoElement);
  expect(taken).toHaveBeenCalledWith({ imageWidth: 4000, imageHeight: 3000 });
  expect([still.width, still.height]).toEqual([4000, 3000]);
});

it.each([
  ["says nothing of sizes", async () => ({})],
  ["cannot say what it can", async () => Promise.reject(new DOMException("no", "OperationError"))],
])("takes the still as it comes from a camera that %s", async (_which, capabilities) => {
  camera(capabilities);
  await takeStill(stream, {} as HTMLVideoElement);
  expect(taken).toHaveBeenCalledWith({});
});

it("takes the frame on the screen where the camera gives no still", async () => {
  camera(async () => ({}));
  taken.mockRejectedValueOnce(new DOMException("no", "UnknownError"));
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({ drawImage: () => undefined }),
    toBlob: (told: (blob: Blob) => void) => told(jpeg),
  };
  vi.stubGlobal("document", { createElement: () => canvas });
  const still = await takeStill(stream, { videoWidth: 1920, videoHeight: 1080 } as HTMLVideoElement);
  expect([still.width, still.height]).toEqual([1920, 1080]);
});
