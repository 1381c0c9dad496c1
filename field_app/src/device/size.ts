/** How large a picture is. */
import { NotAJpegError, sizeOfJpeg } from "../core/jpeg";

/** Width and height in pixels, as it will be seen. Rejects where this browser cannot read the picture. */
export async function sizeOf(picture: Blob): Promise<{ width: number; height: number }> {
  try {
    return sizeOfJpeg(new Uint8Array(await picture.arrayBuffer()));
  } catch (error) {
    if (!(error instanceof NotAJpegError)) throw error;
    return decodedSize(picture);
  }
}

/** Of any other kind of picture. It is decoded whole, which takes seconds on a cheap phone. */
async function decodedSize(picture: Blob): Promise<{ width: number; height: number }> {
  const decoded = await createImageBitmap(picture);
  const size = { width: decoded.width, height: decoded.height };
  decoded.close();
  return size;
}
