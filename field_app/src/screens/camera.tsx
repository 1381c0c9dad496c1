/** The camera: what is seen, what was seen before, how the phone is held, and whether the photo will hold. */
import { useEffect, useRef, useState } from "preact/hooks";
import { attitude, useWatchedAttitude } from "../device/attitude";
import { backCamera, CameraError, type CameraFault, closeCamera } from "../device/camera";
import { fixOf, position, useWatchedPosition } from "../device/position";
import { type Key, say } from "../i18n";
import { GhostSlider, useGhost } from "../parts/ghost";
import { Icon } from "../parts/icon";
import { Level } from "../parts/level";
import { OtherWays } from "../parts/other_ways";
import { PreCheckStrip } from "../parts/precheck_strip";
import { ReasonSheet, RoomSheet, Taken } from "../parts/shutter_sheets";
import type { Milestone, Project, Requirement } from "../ports";
import { whileCapturing } from "../quiet";
import { useField } from "../state/field";
import { noticesOf } from "../state/notices";
import { useValue } from "../state/observable";
import { go } from "../state/router";
import { checkNow, useShutter } from "../state/shutter";

export interface Aim {
  readonly project: Project;
  readonly milestone: Milestone;
  readonly requirement: Requirement;
}

export function Camera(aim: Aim) {
  const field = useField();
  const shown = useRef<HTMLVideoElement>(null);
  const { stream, fault, restart } = useCamera();
  const ghost = useGhost(aim.requirement);
  const shutter = useShutter(aim);
  useWatchedPosition();
  useWatchedAttitude();
  useSecond();
  useEffect(() => {
    field.capturing.set(true);
    let leaveIt: () => void = () => undefined;
    void whileCapturing(() => new Promise<void>((resolve) => (leaveIt = resolve)));
    return () => {
      field.capturing.set(false);
      leaveIt();
    };
  }, [field]);
  useEffect(() => {
    if (shown.current !== null) shown.current.srcObject = stream;
  }, [stream]);
  const place = useValue(position);
  const results = checkNow(field, aim, fixOf(place));
  const notices = noticesOf(useValue(field.standing), field.clock(), aim.project.policy);
  const leave = () => go({ screen: "needed", project: aim.project.code });
  const shoot = () => {
    const video = shown.current;
    if (stream !== null && video !== null) void shutter.press("camera", () => backCamera.take(stream, video));
  };
  return (
    <main class="camera" id="main">
      <header class="camera-top">
        <button type="button" class="round glass" aria-label={say("app.close")} onClick={leave}>
          <Icon sign="close" />
        </button>
        <div class="titles">
          <h1>{aim.requirement.title}</h1>
          {aim.requirement.view && <p>{aim.requirement.view}</p>}
        </div>
      </header>
      <div class="finder">
        <video ref={shown} autoPlay playsInline muted aria-label={say("camera.title")} />
        {ghost.address && fault === null && (
          <img class="ghost" src={ghost.address} alt={say("camera.ghost")} style={{ opacity: ghost.strength }} />
        )}
        {stream !== null && <Level attitude={useValue(attitude)} />}
        {fault !== null && <NoCamera fault={fault} restart={restart} />}
        {stream === null && fault === null && (
          <p class="camera-note" role="status">
            {say("camera.starting")}
          </p>
        )}
      </div>
      <div class="camera-foot">
        {fault === null && <GhostSlider ghost={ghost} />}
        <PreCheckStrip
          results={results}
          policy={aim.project.policy}
          reason={shutter.reason}
          denied={place.kind === "denied" || place.kind === "missing"}
          notices={notices}
        />
        {shutter.fault && (
          <p class="camera-fault" role="alert">
            {say(shutter.fault)}
          </p>
        )}
        <div class="shutter-row">
          <OtherWays shutter={shutter} open={fault !== null} />
          <button
            type="button"
            class="shutter"
            aria-label={say(shutter.busy ? "camera.saving" : "camera.shutter")}
            disabled={stream === null || shutter.busy}
            onClick={shoot}
          />
          <span class="shutter-side" />
        </div>
      </div>
      {shutter.asks === "reason" && <ReasonSheet shutter={shutter} />}
      {shutter.asks === "room" && <RoomSheet shutter={shutter} />}
      {shutter.taken && <Taken taken={shutter.taken} policy={aim.project.policy} next={shutter.clear} done={leave} />}
    </main>
  );
}

const FAULTS: Readonly<Record<CameraFault, readonly [Key, Key | null]>> = {
  denied: ["camera.denied", "camera.denied_hint"],
  missing: ["camera.missing", "camera.missing_hint"],
  lost: ["camera.lost", null],
};

function NoCamera({ fault, restart }: { readonly fault: CameraFault; readonly restart: () => void }) {
  const [title, hint] = FAULTS[fault];
  return (
    <div class="camera-note" role="alert">
      <p>
        <strong>{say(title)}</strong>
      </p>
      {hint && <p>{say(hint)}</p>}
      <button type="button" class="quiet-button" onClick={restart}>
        {say("camera.again")}
      </button>
    </div>
  );
}

/** The live picture while the screen is shown and the app is in front; another app may take it away meanwhile. */
function useCamera() {
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [fault, setFault] = useState<CameraFault | null>(null);
  const [turn, setTurn] = useState(0);
  // Each turn opens the camera anew.
  useEffect(() => {
    let opened: MediaStream | null = null;
    let gone = false;
    const begin = async () => {
      try {
        const fresh = await backCamera.open();
        if (gone) return closeCamera(fresh);
        opened = fresh;
        fresh.getVideoTracks()[0]?.addEventListener("ended", () => fail("lost"));
        setStream(fresh);
      } catch (error) {
        fail(error instanceof CameraError ? error.fault : "missing");
      }
    };
    const fail = (why: CameraFault) => {
      if (gone) return;
      setStream(null);
      setFault(why);
    };
    void begin();
    return () => {
      gone = true;
      if (opened !== null) closeCamera(opened);
      setStream(null);
    };
  }, [turn]);
  const restart = () => {
    setFault(null);
    setTurn(turn + 1);
  };
  return { stream, fault, restart };
}

/** Draw again every second: the pre-check knows the time. */
function useSecond(): void {
  const [, draw] = useState({});
  useEffect(() => {
    const timer = setInterval(() => draw({}), 1000);
    return () => clearInterval(timer);
  }, []);
}
