/** Why photos wait on this phone, in words: whose they are, and what became of the last try. */
import { many, say, sayIfKnown } from "../i18n";
import type { OutboxEntry } from "../ports";
import { isWaiting } from "./needs";

/** What stays on this phone when a person signs out: their own photos first, then those of each other person. */
export function keptWords(entries: readonly OutboxEntry[], person: string | null): string[] {
  const counts = new Map<string, { readonly name: string; readonly count: number }>();
  for (const { owner } of entries.filter(isWaiting)) {
    counts.set(owner.id, { name: owner.name, count: (counts.get(owner.id)?.count ?? 0) + 1 });
  }
  const own = person === null ? undefined : counts.get(person);
  const others = [...counts].filter(([id]) => id !== person).map(([, other]) => other);
  return [
    ...(own === undefined ? [] : [many("settings.sign_out_kept", own.count)]),
    ...others.map(({ name, count }) => many("settings.sign_out_others", count, { name })),
  ];
}

export interface Told {
  readonly words: string;
  /** The server's own sentence, in English; it is a detail. */
  readonly server: string | null;
}

/** Why a photo did not go on; null while it does, as what stopped it last is over then. */
export function troubleOf({ trouble, state, sentBytes }: OutboxEntry): Told | null {
  if (trouble === null || state === "sending") return null;
  const { key, detail } = trouble;
  if (key === "network" && sentBytes === 0) return { words: say("trouble.not_begun"), server: null };
  const known = key === null ? null : sayIfKnown(`trouble.${key}`);
  return { words: known ?? say(state === "held" ? "trouble.refused" : "trouble.server"), server: detail || null };
}
