/** What the page and the worker that makes its JPEGs say to each other. */

/** The frame is the worker's from then on. */
export interface ToEncode {
  readonly frame: VideoFrame;
  readonly quality: number;
}

/** Null where it could not be made. */
export type Encoded = Blob | null;
