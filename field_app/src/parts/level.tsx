/** A line that is level when the phone is, and the direction in which the camera looks. */
import { number, say } from "../i18n";
import { type Orientation, windOf } from "../ports";

/** Within this many degrees the horizon is as good as level. */
const LEVEL_DEG = 2;

export function Level({ attitude }: { readonly attitude: Orientation | null }) {
  const { rollDeg = null, headingDeg = null } = attitude ?? {};
  if (rollDeg === null) return null;
  const level = Math.abs(rollDeg) <= LEVEL_DEG;
  return (
    <>
      <svg class={level ? "level is-level" : "level"} viewBox="-100 -20 200 40" aria-hidden="true">
        <path d="M-96 0H-70M70 0H96" />
        <path d="M-60 0H60" transform={`rotate(${Math.round(-rollDeg)})`} />
      </svg>
      <p class="chips">
        <span class="chip">
          {level ? say("camera.level") : say("camera.tilted", { angle: number(Math.abs(rollDeg)) })}
        </span>
        <span class="chip">
          {headingDeg === null
            ? say("camera.no_heading")
            : say("camera.heading", { angle: number(headingDeg), direction: say(`wind.${windOf(headingDeg)}`) })}
        </span>
      </p>
    </>
  );
}
