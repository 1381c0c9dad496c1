/** The site drawn to scale, north up: outline or road, stations, and the person with the circle they may be in. */
import { metres, say, station } from "../i18n";
import type { Project } from "../ports";
import { type Drawing, HEIGHT, type StationSpot, WIDTH } from "../state/drawing";

interface Shown {
  readonly project: Project;
  readonly drawing: Drawing;
  readonly heading: number | null;
}

export function SiteDrawing({ project, drawing, heading }: Shown) {
  return (
    <svg
      class="drawing"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={say("site.drawing", { code: project.code })}
    >
      <Ground drawing={drawing} />
      {drawing.stations.map((spot) => (
        <StationMark key={spot.metresAlong} spot={spot} />
      ))}
      <You drawing={drawing} heading={heading} />
      <Rule drawing={drawing} />
    </svg>
  );
}

/** The site; around it, paler, the strip that the policy tolerates. */
function Ground({ drawing: { paths, corridor, roadWidth, tolerance } }: { readonly drawing: Drawing }) {
  const kind = corridor ? "road" : "area";
  return (
    <>
      <path class={`tolerated ${kind}`} d={paths} stroke-width={Math.max(roadWidth, 0) + 2 * tolerance} />
      <path class={`ground ${kind}`} d={paths} stroke-width={corridor ? Math.max(roadWidth, 3) : 2} />
      {corridor && <path class="centre" d={paths} />}
    </>
  );
}

function StationMark({ spot }: { readonly spot: StationSpot }) {
  const left = spot.x > WIDTH - 70;
  return (
    <g class={spot.missing ? "station missing" : "station"}>
      <circle cx={spot.x} cy={spot.y} r={spot.missing ? 7 : 5} />
      {spot.labelled && (
        <text x={spot.x + (left ? -12 : 12)} y={spot.y + 5} text-anchor={left ? "end" : "start"}>
          {station(spot.metresAlong)}
        </text>
      )}
    </g>
  );
}

function You({ drawing: { you }, heading }: { readonly drawing: Drawing; readonly heading: number | null }) {
  if (you === null) return null;
  return (
    <g class={you.onCanvas ? "you" : "you off"}>
      {you.onCanvas && <circle class="circle" cx={you.x} cy={you.y} r={you.radius} />}
      {heading !== null && (
        <path
          class="looking"
          d="M0 -26 L9 -9 L-9 -9 Z"
          transform={`translate(${you.x} ${you.y}) rotate(${Math.round(heading)})`}
        />
      )}
      <circle class="dot" cx={you.x} cy={you.y} r="8" />
    </g>
  );
}

/** How long a metre is here, and where the north. */
function Rule({ drawing: { scale } }: { readonly drawing: Drawing }) {
  const y = HEIGHT - 14;
  return (
    <g class="rule">
      <path d={`M14 ${y - 5}V${y}H${14 + scale.length}V${y - 5}`} />
      <text x={20 + scale.length} y={y}>
        {metres(scale.metres)}
      </text>
      <path class="north" d="M24 14 L31 32 L24 27.500 L17 32 Z" />
      <text x="24" y="47" text-anchor="middle">
        {say("site.north")}
      </text>
    </g>
  );
}
