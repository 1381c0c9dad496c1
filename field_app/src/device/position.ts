/** The phone's position, watched for as long as a screen needs it. */
import { useEffect } from "preact/hooks";
import type { Fix } from "../ports";
import { Observable } from "../state/observable";

export type PositionState =
  | { readonly kind: "off" | "finding" | "denied" | "missing" }
  | { readonly kind: "fix"; readonly fix: Fix };

export const position = new Observable<PositionState>({ kind: "off" });

let watchers = 0;
let watch: number | null = null;

/** Watch the position while the component is shown. The last fix stays when nobody watches any more. */
export function useWatchedPosition(wanted = true): void {
  useEffect(() => {
    if (!wanted) return undefined;
    watchers += 1;
    if (watchers === 1) begin();
    return () => {
      watchers -= 1;
      if (watchers === 0) end();
    };
  }, [wanted]);
}

/** The fix, or null where there is none. */
export function fixOf(state: PositionState): Fix | null {
  return state.kind === "fix" ? state.fix : null;
}

function begin(): void {
  if (!("geolocation" in navigator)) {
    position.set({ kind: "missing" });
    return;
  }
  if (position.value.kind !== "fix") position.set({ kind: "finding" });
  watch = navigator.geolocation.watchPosition(found, failed, { enableHighAccuracy: true, maximumAge: 0 });
}

function end(): void {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
}

function found({ coords, timestamp }: GeolocationPosition): void {
  position.set({
    kind: "fix",
    fix: {
      latitude: coords.latitude,
      longitude: coords.longitude,
      accuracyM: coords.accuracy,
      fixedAtMs: timestamp,
      altitudeM: coords.altitude,
      altitudeAccuracyM: coords.altitudeAccuracy,
      headingDeg: finite(coords.heading),
      speedMps: finite(coords.speed),
    },
  });
}

/** A position that is only slow to come back leaves the last one standing, with its age. */
function failed(error: GeolocationPositionError): void {
  if (error.code === error.PERMISSION_DENIED) position.set({ kind: "denied" });
  else if (position.value.kind !== "fix") position.set({ kind: "finding" });
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
