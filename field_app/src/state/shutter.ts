/**
 * What happens between the shutter and "on this phone": is there room, is there a position or a reason why not,
 * take the picture, keep it, and say what is to be expected of it.
 */
import { useRef, useState } from "preact/hooks";
import { attitude } from "../device/attitude";
import type { Still } from "../device/camera";
import { fixOf, position } from "../device/position";
import { FULL, type Room, roomLeft } from "../device/storage";
import type { Key } from "../i18n";
import type {
  Fix,
  Milestone,
  Orientation,
  OutboxEntry,
  Project,
  Requirement,
  Result,
  ShutterFacts,
  Source,
} from "../ports";
import { report } from "../report";
import { type Field, useField } from "./field";
import { checkShot } from "./place";

/** A picture from anywhere: its size is not known where this browser cannot read it. */
export type Picture = Omit<Still, "width" | "height"> & {
  readonly width: number | null;
  readonly height: number | null;
  readonly capturedAtMs?: number;
};

export interface TakenPhoto {
  readonly entry: OutboxEntry;
  readonly picture: Blob;
  readonly results: readonly Result[];
}

export interface Shutter {
  readonly busy: boolean;
  readonly asks: "reason" | "room" | null;
  readonly room: Room | null;
  readonly reason: string | null;
  readonly fault: Key | null;
  readonly taken: TakenPhoto | null;
  press(source: Source, take: () => Promise<Picture>): Promise<void>;
  /** Go on after a question: with a reason, or in spite of little room. */
  goOn(answer: { readonly reason?: string }): void;
  /** Nothing is taken, and why. */
  refuse(fault: Key): void;
  clear(): void;
}

interface Aim {
  readonly project: Project;
  readonly milestone: Milestone;
  readonly requirement: Requirement;
}

interface Pressed {
  readonly source: Source;
  readonly take: () => Promise<Picture>;
}

export function useShutter(aim: Aim): Shutter {
  const field = useField();
  const [state, setState] = useState<Pick<Shutter, "busy" | "asks" | "room" | "fault" | "taken">>(IDLE);
  const [reason, setReason] = useState<string | null>(null);
  const pressed = useRef<Pressed | null>(null);
  const warned = useRef(false);
  /** From the press on, before anything is drawn: a second tap of the same finger is no second photo. */
  const working = useRef(false);

  const proceed = async (why: string | null) => {
    if (pressed.current === null || working.current) return;
    working.current = true;
    try {
      const room = await roomLeft();
      if (room !== null && room.share >= FULL && !warned.current) return setState({ ...IDLE, asks: "room", room });
      if (fixOf(position.value) === null && why === null) return setState({ ...IDLE, asks: "reason" });
      setState({ ...IDLE, busy: true });
      setState({ ...IDLE, ...(await taken(field, aim, pressed.current, why)) });
    } catch (error) {
      report("The shutter stopped:", error);
      setState({ ...IDLE, fault: "camera.failed" });
    } finally {
      working.current = false;
    }
  };
  return {
    ...state,
    reason: fixOf(position.value) === null ? reason : null,
    press: async (source, take) => {
      if (working.current) return;
      pressed.current = { source, take };
      await proceed(reason);
    },
    goOn: ({ reason: given }) => {
      if (given === undefined) warned.current = true;
      else setReason(given);
      void proceed(given ?? reason);
    },
    refuse: (fault) => setState({ ...IDLE, fault }),
    clear: () => setState(IDLE),
  };
}

const IDLE = { busy: false, asks: null, room: null, fault: null, taken: null } as const;

/** What the phone knows at one instant of where it is, how it is held and what time it is. */
interface Moment {
  readonly atMs: number;
  readonly fix: Fix | null;
  readonly orientation: Orientation | null;
}

const momentNow = (): Moment => ({ atMs: Date.now(), fix: fixOf(position.value), orientation: attitude.value });

/** Take the picture and keep it; what goes wrong is told by what the person can do about it. */
export async function taken(field: Field, aim: Aim, { source, take }: Pressed, reason: string | null) {
  // A sensor may need seconds for its still, and shows what stood before it when the shutter was pressed.
  const atPress = momentNow();
  let picture: Picture;
  try {
    picture = await take();
  } catch (error) {
    report("The camera gave no picture:", error);
    return { fault: "camera.failed" as const };
  }
  let entry: OutboxEntry;
  const facts = factsOf(field, aim, source, picture, atPress, reason);
  const now = Date.now();
  try {
    entry = await field.ports.capture.assemble(picture.jpeg, facts);
  } catch (error) {
    report("The photo could not be kept:", error);
    return { fault: "camera.store_failed" as const };
  }
  field.ports.sync.kick();
  return { taken: { entry, picture: picture.jpeg, results: expected(field, aim, now, facts) } };
}

/** What is to be expected of a photo that is kept; whatever happens here, kept it is. */
function expected(field: Field, aim: Aim, nowMs: number, facts: ShutterFacts): readonly Result[] {
  try {
    const results = checkAt(field, aim, nowMs, facts);
    // When a picture from the gallery was taken its file says, which only the server reads.
    return facts.source === "gallery" ? results.filter(({ check }) => !check.startsWith("time.")) : results;
  } catch (error) {
    report("The photo was kept, and could not be checked:", error);
    return [];
  }
}

function factsOf(
  field: Field,
  { project, milestone, requirement }: Aim,
  source: Source,
  { width, height, capturedAtMs }: Picture,
  atPress: Moment,
  reason: string | null,
): ShutterFacts {
  const owner = field.session.value?.person;
  if (owner === undefined) throw new Error("Nobody is signed in.");
  return {
    purpose: {
      project: project.code,
      milestone: milestone.id,
      requirement: requirement.code,
      stage: requirement.stage,
      title: requirement.title,
    },
    owner,
    source,
    capturedAtMs: capturedAtMs ?? atPress.atMs,
    fix: atPress.fix,
    noPositionReason: atPress.fix === null ? reason : null,
    orientation: source === "camera" ? atPress.orientation : null,
    camera: width === null || height === null ? null : { width, height },
    caption: requirement.title,
  };
}

/** What the server would say of a photo taken now: by the time that the phone will write, however wrong its clock. */
export function checkNow(field: Field, aim: Aim, fix: Fix | null): Result[] {
  const now = Date.now();
  return checkAt(field, aim, now, { fix, capturedAtMs: now, camera: null });
}

function checkAt(
  field: Field,
  { project, milestone, requirement }: Aim,
  nowMs: number,
  { fix, capturedAtMs, camera }: Pick<ShutterFacts, "fix" | "capturedAtMs" | "camera">,
): Result[] {
  const { offsetMs, sure } = field.clock();
  const clock = { serverNowMs: nowMs + (offsetMs ?? 0), clockSure: sure };
  return checkShot(project, milestone, requirement, { fix, capturedAtMs, ...clock, size: camera });
}
