/** The photo from before, laid over the live picture, so that the new one is taken from the same place. */
import { useState } from "preact/hooks";
import { say } from "../i18n";
import type { Requirement } from "../ports";
import { useField } from "../state/field";
import { Icon } from "./icon";
import { useBlobAddress } from "./picture";

export interface Ghost {
  readonly wanted: boolean;
  readonly address: string | null;
  readonly strength: number;
  readonly setStrength: (strength: number) => void;
}

const FIRST_STRENGTH = 0.35;

export function useGhost(requirement: Requirement): Ghost {
  const field = useField();
  const [strength, setStrength] = useState(FIRST_STRENGTH);
  const evidence = requirement.ghost?.evidence ?? null;
  const load = async () => (evidence === null ? null : field.ghost(evidence));
  return { wanted: evidence !== null, address: useBlobAddress(load, evidence ?? ""), strength, setStrength };
}

export function GhostSlider({ ghost }: { readonly ghost: Ghost }) {
  if (!ghost.wanted) return null;
  if (ghost.address === null) return <p class="camera-soft">{say("camera.ghost_away")}</p>;
  return (
    <label class="slider">
      <Icon sign="layers" />
      <span class="unseen">{say("camera.ghost_strength")}</span>
      <input
        type="range"
        min="0"
        max="0.9"
        step="0.05"
        value={ghost.strength}
        onInput={(event) => ghost.setStrength(Number(event.currentTarget.value))}
      />
    </label>
  );
}
