/**
 * From the shutter to the outbox: Exif into the picture, its sha256, the signed envelope, and all of it on disk.
 *
 * Only a picture of the app's own camera is written to. What another camera or a gallery gave keeps every byte,
 * as its own Exif is a claim of its own.
 */

import { sha256Hex, uuid7 } from "./bytes";
import type { Entry, Person, Purpose, Source } from "./database";
import type { Device } from "./device";
import { type EnvelopePayload, type EnvelopePosition, sealEnvelope, withOffset } from "./envelope";
import { withExif } from "./exif";
import { NotAJpegError } from "./jpeg";
import type { Outbox } from "./outbox";
import { RADII_PER_SIGMA } from "./precheck";

/** A position as the browser gives it; `accuracyM` is the radius of 95 %. */
export interface ShutterFix {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyM: number;
  readonly fixedAtMs: number;
  readonly altitudeM: number | null;
  readonly altitudeAccuracyM: number | null;
  readonly headingDeg: number | null;
  readonly speedMps: number | null;
}

/** How the phone was held, in degrees: heading by compass, pitch above the horizon, roll around the camera's axis. */
export interface Orientation {
  readonly headingDeg: number | null;
  readonly pitchDeg: number | null;
  readonly rollDeg: number | null;
}

/** What the phone knew at the shutter. Angles in degrees, lengths in metres. */
export interface ShutterFacts {
  readonly purpose: Purpose;
  readonly owner: Person;
  readonly source: Source;
  readonly capturedAtMs: number;
  readonly fix: ShutterFix | null;
  readonly noPositionReason: string | null;
  readonly orientation: Orientation | null;
  readonly camera: { readonly width: number; readonly height: number } | null;
  readonly caption: string;
}

/** What surrounds the capture. `offsetMinutes` tells how far the phone's clock is ahead of UTC at an instant. */
interface Surroundings {
  readonly outbox: Outbox;
  readonly device: Device;
  readonly version: string;
  readonly userAgent: string;
  readonly offsetMinutes: (instantMs: number) => number;
}

/** Share of the error that a browser's accuracy holds (W3C Geolocation), and that Exif's is read for. */
const [BROWSER, EXIF] = ["0.95", "0.68"] as const;
const R68_PER_R95 = (RADII_PER_SIGMA[EXIF] as number) / (RADII_PER_SIGMA[BROWSER] as number);

export class Capture {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Write the facts into the picture, seal and sign it, and keep it. Resolves when it is on disk and queued. */
  async assemble(picture: Blob, facts: ShutterFacts): Promise<Entry> {
    const id = uuid7(facts.capturedAtMs);
    const given = new Uint8Array(await picture.arrayBuffer());
    const bytes = facts.source === "camera" ? this.#written(given, id, facts) : given;
    const sha256 = await sha256Hex(bytes);
    const claim = JSON.stringify(await this.#claim(id, sha256, facts));
    const capturedAt = this.#time(facts.capturedAtMs);
    const { owner, purpose, source } = facts;
    const mediaType = picture.type || "image/jpeg";
    const entry = { id, owner, purpose, source, capturedAt, size: bytes.length, sha256, mediaType, claim };
    return this.#around.outbox.add(entry, bytes.buffer);
  }

  /** The picture with its Exif. One that cannot be written to is kept as it is: the envelope says the same. */
  #written(given: Uint8Array<ArrayBuffer>, id: string, facts: ShutterFacts): Uint8Array<ArrayBuffer> {
    try {
      return withExif(given, this.#exif(id, facts));
    } catch (error) {
      if (!(error instanceof NotAJpegError)) throw error;
      return given;
    }
  }

  #exif(evidence: string, { fix, orientation, capturedAtMs }: ShutterFacts) {
    return {
      evidence,
      capturedAtMs,
      offsetMinutes: this.#around.offsetMinutes(capturedAtMs),
      position: fix && { ...fix, accuracyM: fix.accuracyM > 0 ? fix.accuracyM * R68_PER_R95 : null },
      headingDeg: orientation?.headingDeg ?? null,
      software: `saksi-field ${this.#around.version}`,
    };
  }

  /** What goes beside the photo: signed where this phone can sign, else the same facts in the open. */
  async #claim(evidence: string, sha256: string, facts: ShutterFacts): Promise<Record<string, unknown>> {
    const { project, milestone, requirement, stage } = facts.purpose;
    const about = { project, milestone, requirement, stage, caption: facts.caption };
    const seal = await this.#around.device.takeSeal(facts.owner.id);
    if (seal === null) return { ...about, sha256, ...this.#unsigned(facts) };
    const payload = this.#payload(evidence, sha256, seal.nonce, facts);
    // Also beside the envelope: what was damaged on the way is then refused and sent again, not recorded for ever.
    return { ...about, sha256, envelope: await sealEnvelope(seal.key, seal.device, payload) };
  }

  #unsigned({ fix, capturedAtMs, source }: ShutterFacts): Record<string, unknown> {
    // In the open there is no word for the source, and of a picture from the gallery this phone saw no time.
    const time = source === "gallery" ? {} : { captured_at: this.#time(capturedAtMs) };
    if (fix === null) return time;
    const { latitude, longitude, accuracyM, fixedAtMs } = fix;
    const accuracy = accuracyM > 0 ? { accuracy_m: accuracyM, confidence: Number(BROWSER) } : {};
    return { ...time, device_position: { latitude, longitude, ...accuracy, fixed_at: this.#time(fixedAtMs) } };
  }

  #payload(evidence: string, sha256: string, nonce: string, facts: ShutterFacts): EnvelopePayload {
    const { orientation } = facts;
    return {
      v: 1,
      evidence,
      sha256,
      nonce,
      app: { name: "saksi-field", version: this.#around.version },
      source: facts.source,
      captured_at: this.#time(facts.capturedAtMs),
      clock_offset_ms: this.#around.device.clockOffsetMs(),
      position: facts.fix && this.#position(facts.fix),
      no_position_reason: facts.noPositionReason,
      orientation: orientation && {
        heading_deg: orientation.headingDeg,
        pitch_deg: orientation.pitchDeg,
        roll_deg: orientation.rollDeg,
      },
      camera: facts.camera,
      user_agent: this.#around.userAgent,
    };
  }

  #position(fix: ShutterFix): EnvelopePosition {
    return {
      latitude: fix.latitude,
      longitude: fix.longitude,
      accuracy_m: fix.accuracyM,
      confidence: Number(BROWSER),
      fixed_at: this.#time(fix.fixedAtMs),
      altitude_m: fix.altitudeM,
      altitude_accuracy_m: fix.altitudeAccuracyM,
      heading_deg: fix.headingDeg,
      speed_mps: fix.speedMps,
    };
  }

  #time(instantMs: number): string {
    return withOffset(instantMs, this.#around.offsetMinutes(instantMs));
  }
}
