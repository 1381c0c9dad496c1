/**
 * The envelope: what this device knew at the shutter, signed with a key that cannot leave it (JWS, ES256).
 *
 * Made here, checked by the server's `device.enrolled`. Keys and nonces come from `device`.
 */

import { base64url, utf8 } from "./bytes";
import type { Source } from "./database";
import { offsetText } from "./exif";

export interface EnvelopePosition {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracy_m: number;
  readonly confidence: number;
  readonly fixed_at: string;
  readonly altitude_m: number | null;
  readonly altitude_accuracy_m: number | null;
  readonly heading_deg: number | null;
  readonly speed_mps: number | null;
}

/** The payload, in the words of the API; angles in degrees, lengths in metres. */
export interface EnvelopePayload {
  readonly v: 1;
  readonly evidence: string;
  readonly sha256: string;
  readonly nonce: string;
  readonly app: { readonly name: "saksi-field"; readonly version: string };
  readonly source: Source;
  readonly captured_at: string;
  readonly clock_offset_ms: number | null;
  readonly position: EnvelopePosition | null;
  readonly no_position_reason: string | null;
  readonly orientation: {
    readonly heading_deg: number | null;
    readonly pitch_deg: number | null;
    readonly roll_deg: number | null;
  } | null;
  readonly camera: { readonly width: number; readonly height: number } | null;
  readonly user_agent: string;
}

const MOST_CHARACTERS = 300;

/** The envelope as a compact JWS; free texts are cut to the 300 characters that the server takes. */
export async function sealEnvelope(key: CryptoKey, device: string, payload: EnvelopePayload): Promise<string> {
  const bounded = {
    ...payload,
    no_position_reason: payload.no_position_reason?.slice(0, MOST_CHARACTERS) ?? null,
    user_agent: payload.user_agent.slice(0, MOST_CHARACTERS),
  };
  const header = { alg: "ES256", typ: "saksi-envelope+jws", kid: device };
  const signed = [header, bounded].map((part) => base64url(utf8(JSON.stringify(part)))).join(".");
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

/** An instant as the device's own clock shows it: "2026-03-31T08:15:00.123+08:00". */
export function withOffset(instantMs: number, offsetMinutes: number): string {
  return new Date(instantMs + offsetMinutes * 60_000).toISOString().replace("Z", offsetText(offsetMinutes));
}
