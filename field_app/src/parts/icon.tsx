/** The app's signs, drawn on a grid of 24 with one stroke. They never stand alone: a word is beside or behind them. */

const SIGNS = {
  works: "M4 20V9l8-5 8 5v11M4 20h16M9 20v-6h6v6",
  outbox: "M4 13v6h16v-6M12 15V4m0 0L8 8m4-4 4 4",
  settings: "M4 7h9m4 0h3M4 17h3m4 0h9M15 4.500v5M9 14.500v5",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6 6 18",
  camera: "M4 8h3.500L9 5.500h6L16.500 8H20v11H4V8Zm8 8.500a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600Z",
  check: "M5 12.500l4.500 4.500L19 7.500",
  warn: "M12 4 2.800 20h18.400L12 4Zm0 6v4.500m0 2.600v.2",
  stop: "M8.300 3.500h7.400l4.800 4.800v7.400l-4.800 4.800H8.300l-4.800-4.800V8.300l4.800-4.800ZM12 8v5m0 3v.2",
  refresh: "M19 12a7 7 0 1 1-2.100-5M19 4v4h-4",
  phone: "M8 3h8v18H8V3Zm3 15h2",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.500 2",
  gallery: "M4 5h16v14H4V5Zm0 11 5-5 4 4 3-3 4 4M15.500 9v.2",
  locate: "M12 3v3m0 12v3M3 12h3m12 0h3m-9 4.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9Z",
  arrow: "M12 20V5m0 0-6 6m6-6 6 6",
  whole: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  layers: "m12 4 9 5-9 5-9-5 9-5Zm-9 9.500 9 5 9-5",
  save: "M12 4v11m0 0-4-4m4 4 4-4M5 20h14",
} as const;

export type Sign = keyof typeof SIGNS;

export function Icon({ sign, turn }: { readonly sign: Sign; readonly turn?: number | undefined }) {
  const transform = turn === undefined ? undefined : `rotate(${Math.round(turn)} 12 12)`;
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SIGNS[sign]} transform={transform} />
    </svg>
  );
}

/** The eye that is the app's mark. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="mark-eye" d="M3 16C7 8.500 12 6 16 6s9 2.500 13 10c-4 7.500-9 10-13 10S7 23.500 3 16Z" />
      <circle class="mark-iris" cx="16" cy="16" r="5" />
    </svg>
  );
}
