/** The assignments document (`GET /api/v1/assignments`), as far as the core reads it. */

import type { SiteFeature } from "./geometry";

export type Stage = "before" | "mobilisation" | "during" | "completion" | "warranty" | "safety";

/** Thresholds of the project's policy; the unit of each stands in its name. */
export interface PhoneNumbers {
  readonly policy: string;
  readonly tolerance_point_m: number;
  readonly tolerance_corridor_m: number;
  readonly tolerance_obstructed_m: number;
  readonly assumed_r68_m: number;
  readonly inside_pass_probability: number;
  readonly inside_fail_probability: number;
  readonly accuracy_pass_r68_m: number;
  readonly accuracy_fail_r68_m: number;
  readonly station_tolerance_m: number;
  readonly schedule_grace_days: number;
  readonly defects_period_days: number;
  readonly future_limit_s: number;
  readonly fresh_pass_h: number;
  readonly fresh_fail_h: number;
  readonly clocks_warn_s: number;
  readonly clocks_fail_s: number;
  readonly minimum_megapixels: number;
  /** Checks whose warning alone holds a photo back; a document from before this was told has none. */
  readonly decisive?: readonly string[];
}

/** Days ("2026-03-31") and hours ("07:30") in the project's zone; weekdays as ISO numbers them. */
export interface Schedule {
  readonly contract_starts_on: string | null;
  readonly contract_ends_on: string | null;
  readonly working_days: readonly number[];
  readonly work_starts: string;
  readonly work_ends: string;
}

export interface Ghost {
  readonly evidence: string;
  readonly web: string;
}

export interface Requirement {
  readonly code: string;
  readonly title: string;
  readonly stage: Stage;
  readonly photos: number;
  readonly view: string | null;
  readonly station_m: number | null;
  readonly station_tolerance_m: number | null;
  readonly minimum_megapixels: number | null;
  readonly oldest_age_h: number | null;
  readonly counts: { readonly verified: number; readonly needs_review: number; readonly rejected: number };
  readonly ghost?: Ghost | null;
}

export interface Milestone {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  readonly must_exist: string | null;
  readonly state: string;
  readonly takes_photos: boolean;
  readonly starts_on: string;
  readonly ends_on: string;
  readonly requirements: readonly Requirement[];
}

export interface Project {
  readonly code: string;
  readonly title: string;
  readonly status: string;
  readonly agency: string;
  readonly roles: readonly string[];
  readonly time_zone: string;
  readonly schedule: Schedule;
  readonly site: SiteFeature | null;
  readonly policy: PhoneNumbers;
  readonly milestones: readonly Milestone[];
}

export interface Assignments {
  readonly person: { readonly id: string; readonly name: string; readonly organisation: string };
  readonly projects: readonly Project[];
}
