/** How full the phone is, and whether the browser promises to keep what is in it. */

/** At this share of the phone's room a person is warned before the shutter. */
export const FULL = 0.9;

export interface Room {
  readonly usedBytes: number;
  readonly freeBytes: number;
  readonly share: number;
}

/** The room there is, or null where the browser does not say. */
export async function roomLeft(): Promise<Room | null> {
  const estimate = await navigator.storage?.estimate?.();
  if (estimate?.quota === undefined || estimate.usage === undefined || estimate.quota === 0) return null;
  const { quota, usage } = estimate;
  return { usedBytes: usage, freeBytes: Math.max(0, quota - usage), share: usage / quota };
}

export async function isKept(): Promise<boolean> {
  return (await navigator.storage?.persisted?.()) ?? false;
}

/** Ask the browser not to clear the photos by itself. */
export async function askToKeep(): Promise<boolean> {
  return (await navigator.storage?.persist?.()) ?? false;
}
