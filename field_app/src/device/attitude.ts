/** How the phone is held: its heading by the compass, its pitch and roll by gravity, in degrees. */
import { useEffect } from "preact/hooks";
import type { Orientation } from "../ports";
import { Observable } from "../state/observable";

export const attitude = new Observable<Orientation | null>(null);
/** Whether the phone wants to be asked before it tells (iOS), and was not yet. */
export const attitudeAsks = new Observable(mustAsk());

interface AskingEvent {
  requestPermission?: () => Promise<"granted" | "denied">;
}
/** iOS gives the compass heading itself, clockwise from the magnetic north. */
type Event = DeviceOrientationEvent & { readonly webkitCompassHeading?: number };

/** Ask for the sensors, on a person's tap. */
export async function askForAttitude(): Promise<void> {
  const asking = globalThis.DeviceOrientationEvent as unknown as AskingEvent;
  if ((await asking.requestPermission?.()) === "granted") attitudeAsks.set(false);
}

/** Listen to the sensors while the component is shown. */
export function useWatchedAttitude(): void {
  useEffect(() => {
    const absolute = "ondeviceorientationabsolute" in globalThis;
    const name = absolute ? "deviceorientationabsolute" : "deviceorientation";
    const listen = (event: globalThis.Event) => heard(event as Event, absolute);
    addEventListener(name, listen);
    return () => removeEventListener(name, listen);
  }, []);
}

/**
 * The heading of the camera's axis, pitch above the horizon and roll around the axis.
 *
 * By the rotation matrix of the W3C Device Orientation specification (Z-X'-Y''): the back camera looks along -z.
 */
export function anglesOf(alpha: number, beta: number, gamma: number): { heading: number; pitch: number; roll: number } {
  const [a, b, g] = [alpha, beta, gamma].map((angle) => (angle * Math.PI) / 180) as [number, number, number];
  const east = -(Math.cos(a) * Math.sin(g) + Math.sin(a) * Math.sin(b) * Math.cos(g));
  const north = -(Math.sin(a) * Math.sin(g) - Math.cos(a) * Math.sin(b) * Math.cos(g));
  const up = -(Math.cos(b) * Math.cos(g));
  const rightUp = -Math.cos(b) * Math.sin(g);
  return {
    heading: (degrees(Math.atan2(east, north)) + 360) % 360,
    pitch: degrees(Math.asin(Math.max(-1, Math.min(1, up)))),
    roll: -degrees(Math.atan2(rightUp, Math.sin(b))),
  };
}

/** Take in what the sensors say; whoever hears the compass need not ask for it any more. */
export function heard(
  event: Pick<Event, "alpha" | "beta" | "gamma" | "webkitCompassHeading">,
  absolute: boolean,
): void {
  const { alpha, beta, gamma } = event;
  if (beta === null || gamma === null) return;
  const { heading, pitch, roll } = anglesOf(alpha ?? 0, beta, gamma);
  const compass = event.webkitCompassHeading ?? (absolute && alpha !== null ? heading : null);
  if (compass !== null) attitudeAsks.set(false);
  attitude.set({ headingDeg: compass, pitchDeg: pitch, rollDeg: roll });
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}

function mustAsk(): boolean {
  return (
    typeof (globalThis.DeviceOrientationEvent as unknown as AskingEvent | undefined)?.requestPermission === "function"
  );
}
