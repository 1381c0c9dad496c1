/** A photo's state: a word in a tinted shape, with a sign, never a colour alone. */
import { say } from "../i18n";
import type { EntryState } from "../ports";
import { Icon, type Sign } from "./icon";

export type Tone = "good" | "care" | "bad" | "cool" | "plain";

const LOOKS: Readonly<Record<EntryState, readonly [Tone, Sign]>> = {
  captured: ["plain", "phone"],
  queued: ["plain", "clock"],
  sending: ["cool", "outbox"],
  safe: ["good", "check"],
  verified: ["good", "check"],
  needs_review: ["care", "clock"],
  rejected: ["bad", "warn"],
  held: ["bad", "stop"],
};

export function StateBadge({ state }: { readonly state: EntryState }) {
  const [tone, sign] = LOOKS[state];
  return <Badge tone={tone} sign={sign} words={say(`state.${state}`)} />;
}

interface Shown {
  readonly tone: Tone;
  readonly sign?: Sign | undefined;
  readonly words: string;
}

export function Badge({ tone, sign, words }: Shown) {
  return (
    <span class={`badge ${tone}`}>
      {sign && <Icon sign={sign} />}
      {words}
    </span>
  );
}
