/**
 * A claim read back: what the phone said beside a photo, in a signed envelope or in the open.
 *
 * `capture` writes it. An older version of the app may have written this one, so nothing in it is believed unseen.
 */

import { jsonOf } from "./bytes";
import { jsonValue } from "./documents";
import type { Fix } from "./precheck";
import { isNumber, objectOf, shaped } from "./shape";

/** What of a claim is read again on this phone. */
export interface Claim {
  readonly signed: boolean;
  /** The device that signed, by its id at the server. */
  readonly signer: string | null;
  readonly position: Fix | null;
  readonly camera: Camera | null;
}

interface Camera {
  readonly width: number;
  readonly height: number;
}

/** Read the JSON text of a claim; null where it is none. */
export function readClaim(text: string): Claim | null {
  const open = objectOf(jsonValue(text));
  if (open === null) return null;
  const envelope = typeof open.envelope === "string" ? open.envelope : null;
  const [head, body] = envelope === null ? [] : envelope.split(".").map(jsonOf);
  const said = envelope === null ? open : body;
  return {
    signed: envelope !== null,
    signer: typeof head?.kid === "string" ? head.kid : null,
    position: positionOf(said?.position ?? said?.device_position),
    camera: isCamera(said?.camera) ? { width: said.camera.width, height: said.camera.height } : null,
  };
}

const isCamera = shaped<Camera>({ width: isNumber, height: isNumber });

function positionOf(value: unknown): Fix | null {
  const { latitude, longitude, accuracy_m, confidence } = objectOf(value) ?? {};
  if (!isNumber(latitude) || !isNumber(longitude)) return null;
  return {
    latitude,
    longitude,
    accuracy_m: isNumber(accuracy_m) ? accuracy_m : null,
    confidence: isNumber(confidence) ? confidence : null,
  };
}
