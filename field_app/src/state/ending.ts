/** Ends at the server the sessions that were signed out of without a network; nothing else is done with their tokens. */
import { signOut } from "../net/api";
import type { Kept } from "./kept";

/** End each session whose token was put aside. Resolves to whether none is left to be ended. */
export async function endSessions(kept: Kept): Promise<boolean> {
  for (const token of await kept.ending()) {
    if (await signOut(token)) await kept.forget(token);
  }
  return (await kept.ending()).length === 0;
}
