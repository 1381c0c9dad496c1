/**
 * What the server's answers say, each read by its own reader: a typed value, or null for what is no such document.
 *
 * A gateway or a captive portal may answer in the server's place, and anything may be in it. Nothing outside of this
 * file believes an answer's shape. What follows from a document is its reader's caller's.
 */

import type { Credentials } from "./api";
import type { Assignments, Ghost, Milestone, PhoneNumbers, Project, Requirement, Schedule } from "./assignments";
import type { Finding } from "./database";
import type { Coordinate, Geometry, SiteFeature } from "./geometry";
import { type Is, isFlag, isInstant, isName, isNumber, isText, listOf, objectOf, oneOf, orNull, shaped } from "./shape";

/** A refusal as RFC 9457 tells it; `detail` is the sentence for the person. */
export interface Problem {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

/** What is on record of a photo. */
export interface EvidenceDocument {
  readonly sha256: string;
  readonly state: string;
  readonly grade: string | null;
  readonly advice: string | null;
  readonly findings: readonly Finding[];
  /** The receipt as it came; whether it proves anything is `receipt`'s to say. */
  readonly receipt: unknown;
  /** Whether the pixels are still to be looked at. */
  readonly looking: boolean;
}

/** A device as its person knows it. */
export interface DeviceDocument {
  readonly id: string;
  readonly name: string;
  readonly enrolled_at: string;
  readonly revoked_at: string | null;
}

/** What an enrolment was answered with. */
interface Enrolment {
  readonly id: string;
  readonly revoked: boolean;
}

/** Nonces that were dealt, and when; moments in milliseconds since 1970. */
interface Deal {
  readonly nonces: readonly { readonly nonce: string; readonly expiresAt: number }[];
  readonly serverTime: number;
}

/** The value of a JSON text, or null where it is none: a proxy's page is no answer of ours. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The status of what cannot be read is all that counts.
    return null;
  }
}

/** A problem document, or what can be said where a proxy answered something else. */
export function problemOf(status: number, answer: unknown): Problem {
  const body = objectOf(typeof answer === "string" ? jsonValue(answer) : answer);
  const title = isText(body?.title) ? body.title : "";
  return {
    type: isText(body?.type) ? body.type : "about:blank",
    status,
    title,
    detail: isText(body?.detail) ? body.detail : title,
    errors: readable(body?.errors, isFault),
  };
}

/** Of a list what can be read; nothing of what is no list. */
function readable<T>(list: unknown, is: Is<T>): T[] {
  return Array.isArray(list) ? list.filter(is) : [];
}

const isFault = shaped<Problem["errors"][number]>({ pointer: isText, detail: isText });
const isFinding = shaped<Finding>({
  check: isText,
  outcome: oneOf("pass", "warn", "fail", "unknown"),
  message: isText,
});

/** What is on record of a photo; a finding that cannot be read is left out. */
export function evidenceOf(body: unknown): EvidenceDocument | null {
  const { sha256, state, grade, advice, findings, receipt, copies } = objectOf(body) ?? {};
  if (!isText(sha256) || !isText(state)) return null;
  return {
    sha256,
    state,
    grade: isText(grade) ? grade : null,
    advice: isText(advice) ? advice : null,
    findings: readable(findings, isFinding).map(({ check, outcome, message }) => ({ check, outcome, message })),
    receipt,
    looking: copies === "waiting",
  };
}

/** The device that a key was enrolled as. */
export function enrolmentOf(body: unknown): Enrolment | null {
  const { id, revoked_at = null } = objectOf(body) ?? {};
  return isName(id) ? { id, revoked: revoked_at !== null } : null;
}

interface Dealt {
  readonly nonces: readonly { readonly nonce: string; readonly expires_at: string }[];
  readonly server_time: string;
}
const isNonce = shaped<Dealt["nonces"][number]>({ nonce: isName, expires_at: isInstant });
const isDealt = shaped<Dealt>({ nonces: listOf(isNonce), server_time: isInstant });

/** Fresh nonces for a device. */
export function dealOf(body: unknown): Deal | null {
  if (!isDealt(body)) return null;
  const nonces = body.nonces.map(({ nonce, expires_at }) => ({ nonce, expiresAt: Date.parse(expires_at) }));
  return { nonces, serverTime: Date.parse(body.server_time) };
}

const isSession = shaped<Credentials>({
  token: isName,
  person: shaped<Credentials["person"]>({ id: isName, name: isText }),
});

/** A session that has begun. */
export function sessionOf(body: unknown): Credentials | null {
  if (!isSession(body)) return null;
  const { token, person } = body;
  return { token, person: { id: person.id, name: person.name } };
}

const isDevice = shaped<DeviceDocument>({
  id: isName,
  name: isText,
  enrolled_at: isInstant,
  revoked_at: orNull(isInstant),
});
const isDevices = shaped<{ readonly items: readonly DeviceDocument[] }>({ items: listOf(isDevice) });

/** The devices of a person. */
export const devicesOf = (body: unknown): readonly DeviceDocument[] | null => (isDevices(body) ? body.items : null);

/** Longitude, latitude, and perhaps a height. */
const isCoordinate: Is<Coordinate> = (value): value is Coordinate => listOf(isNumber)(value) && value.length >= 2;
const isPath = someOf(isCoordinate);
const isGeometry: Is<Geometry> = (value): value is Geometry => {
  const { type, coordinates } = objectOf(value) ?? {};
  if (type === "LineString") return isPath(coordinates);
  if (type === "Polygon" || type === "MultiLineString") return someOf(isPath)(coordinates);
  return type === "MultiPolygon" && someOf(someOf(isPath))(coordinates);
};

/** A list with something in it. */
function someOf<T>(is: Is<T>): Is<readonly T[]> {
  return (value): value is readonly T[] => listOf(is)(value) && value.length > 0;
}

const maybeNumber = orNull(isNumber);
const isSite = shaped<SiteFeature>({
  type: oneOf("Feature"),
  id: isText,
  geometry: isGeometry,
  properties: shaped<SiteFeature["properties"]>({
    kind: oneOf("polygon", "corridor"),
    width_m: maybeNumber,
    chainage_start_m: maybeNumber,
    length_m: maybeNumber,
    tolerance_m: isNumber,
    obstructed: isFlag,
  }),
});

const isPolicy = shaped<PhoneNumbers>(
  {
    policy: isText,
    tolerance_point_m: isNumber,
    tolerance_corridor_m: isNumber,
    tolerance_obstructed_m: isNumber,
    assumed_r68_m: isNumber,
    inside_pass_probability: isNumber,
    inside_fail_probability: isNumber,
    accuracy_pass_r68_m: isNumber,
    accuracy_fail_r68_m: isNumber,
    station_tolerance_m: isNumber,
    schedule_grace_days: isNumber,
    defects_period_days: isNumber,
    future_limit_s: isNumber,
    fresh_pass_h: isNumber,
    fresh_fail_h: isNumber,
    clocks_warn_s: isNumber,
    clocks_fail_s: isNumber,
    minimum_megapixels: isNumber,
  },
  { decisive: listOf(isText) },
);

const isSchedule = shaped<Schedule>({
  contract_starts_on: orNull(isInstant),
  contract_ends_on: orNull(isInstant),
  working_days: listOf(isNumber),
  work_starts: isText,
  work_ends: isText,
});

const isRequirement = shaped<Requirement>(
  {
    code: isText,
    title: isText,
    stage: oneOf("before", "mobilisation", "during", "completion", "warranty", "safety"),
    photos: isNumber,
    view: orNull(isText),
    station_m: maybeNumber,
    station_tolerance_m: maybeNumber,
    minimum_megapixels: maybeNumber,
    oldest_age_h: maybeNumber,
    counts: shaped<Requirement["counts"]>({ verified: isNumber, needs_review: isNumber, rejected: isNumber }),
  },
  { ghost: orNull(shaped<Ghost>({ evidence: isText, web: isText })) },
);

const isMilestone = shaped<Milestone>({
  id: isText,
  code: isText,
  title: isText,
  must_exist: orNull(isText),
  state: isText,
  takes_photos: isFlag,
  starts_on: isInstant,
  ends_on: isInstant,
  requirements: listOf(isRequirement),
});

const isProject = shaped<Project>({
  code: isText,
  title: isText,
  status: isText,
  agency: isText,
  roles: listOf(isText),
  time_zone: isText,
  schedule: isSchedule,
  site: orNull(isSite),
  policy: isPolicy,
  milestones: listOf(isMilestone),
});

const isAssignments = shaped<Assignments>({
  person: shaped<Assignments["person"]>({ id: isText, name: isText, organisation: isText }),
  projects: listOf(isProject),
});

/** What a person is to do. As a whole or not at all: works that are half told would hide the other half. */
export const assignmentsOf = (body: unknown): Assignments | null => (isAssignments(body) ? body : null);
