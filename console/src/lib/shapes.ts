/** Shapes of the public API that the console reads; names, units and datums are the API's own. */
import type { components, operations } from "./schema";

export interface Refusal {
  code: string;
  field: string;
  message: string;
  expected: unknown;
  got: unknown;
  remedy: string;
  waivable_by: string[];
}

export interface Alternative {
  start: string;
  end: string;
  resources?: string[];
  why?: string;
  complete?: boolean;
}

export interface PriceLine {
  what: string;
  resource: string | null;
  unit: string;
  quantity: string;
  unit_price: string;
  amount: string;
  because: string[];
}

/** Amounts are texts with two decimals, never floating point. */
export interface Price {
  currency: string;
  lines: PriceLine[];
  total_ex_vat: string;
  vat_pct: string;
  vat: string;
  total: string;
  tariff: string;
  free_to_cancel_until: string | null;
  terms: string;
}

/** The price that a booking keeps, and what it was last reckoned for. */
export interface KeptPrice extends Price {
  site_version: number;
  reason: string;
  made_at: string;
  due: boolean;
  cause: string | null;
  evidence: string;
  to_check: boolean;
}

/** A resource of a booking: what was asked for, what it is met by, and its own period. */
export interface Booked {
  resource: string;
  start: string;
  end: string;
  code?: string;
  kind?: string;
  qualification?: string;
}

export interface Approval {
  number: number;
  step: string;
  role: string;
  state: string;
  open: boolean;
  due_at: string | null;
  overdue: boolean;
  delegated_to: string | null;
  decided_at: string | null;
  decided_as: string | null;
  decided_by: string | null;
  reason: string;
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
  errors: Refusal[];
  alternatives: Alternative[];
}

export interface Verdict {
  would: "confirm" | "request" | "hold" | "refuse";
  errors: Refusal[];
  alternatives: Alternative[];
  price: Price | null;
}

export type Geometry =
  | { type: "Point"; coordinates: [number, number] }
  | { type: "LineString"; coordinates: [number, number][] }
  | { type: "Polygon"; coordinates: [number, number][][] };

export interface Resource {
  code: string;
  name: string;
  kind: string;
  capacity: number;
  geometry: Geometry | null;
  floor_ft_amsl: number | null;
  ceiling_ft_amsl: number | null;
  limits: { setup_min: number; clearup_min: number };
  qualifications: string[];
  /** What a booking that names it says of the hazard, and which qualification it has to book with it. */
  needs: string[];
  needs_officer: string | null;
}

/** A resource by its code, or any of a kind; for longer than the slot where it says so. */
export interface Want {
  code?: string;
  kind?: string;
  qualification?: string;
  before_min?: number;
  after_min?: number;
  days_before?: number;
  days_after?: number;
}

export interface Pair {
  aircraft: string;
  pilot: string;
}

/** A slot in which the whole set would be granted, and what it is best at. */
export interface Slot {
  start: string;
  end: string;
  resources: string[];
  crew: Pair[];
  crew_changed: boolean;
  price: Price | null;
  why: string[];
}

export interface Found {
  answers: Slot[];
  starts_by_day: Record<string, number>;
  errors: Refusal[];
  complete: boolean;
}

export interface SoraVolumes {
  volumes: Volume[];
  figures: Record<string, { value: number; unit: string; formula: string }>;
  intrinsic_ground_risk_class: number | null;
  errors: Refusal[];
  notes: string[];
}

export interface SeriesDate {
  start: string;
  end: string;
  outcome: "possible" | "requested" | "refused" | "not_requested";
  booking: Booking | null;
  errors: Refusal[];
}

export interface Certificate {
  kind: string;
  number: string;
  valid_until: string;
}

export interface Insurance {
  insurer: string;
  policy_number: string;
  cover_sdr: number;
  valid_until: string;
}

export interface Aircraft {
  id: string;
  name: string;
  kind: string;
  serial_number: string;
  registration: string;
  operator_number: string;
  class_label: string;
  mtom_kg: number;
  payload_kg: number | null;
  max_speed_m_s: number;
  characteristic_dimension_m: number;
  span_m: number | null;
  endurance_min: number | null;
  lost_link_procedure: string;
  mavlink_system_id: number;
  has_signing_key: boolean;
  allowed_sources: string[];
  insurance: Insurance | null;
  retired_at: string | null;
}

export interface Pilot {
  id: string;
  name: string;
  remote_pilot_id: string;
  certificates: Certificate[];
  retired_at: string | null;
}

/** A paper of an aircraft, a pilot or the whole organisation; `days_left` is 0 on its last day. */
export interface Paper {
  id: string;
  subject: "aircraft" | "pilot" | "organisation";
  name: string | null;
  aircraft: string | null;
  pilot: string | null;
  kind: string;
  number: string;
  issuer: string;
  valid_from: string | null;
  valid_until: string;
  days_left: number;
  cover_sdr: number | null;
}

export interface Volume {
  polygon: { type: "Polygon"; coordinates: [number, number][][] };
  floor_ft_amsl: number | null;
  ceiling_ft_amsl: number;
  kind?: string;
}

/** True azimuths, clockwise from the first to the second; elevations above the horizon. */
export interface Sector {
  azimuth_from_deg: number;
  azimuth_to_deg: number;
  elevation_from_deg: number;
  elevation_to_deg: number;
}

/** What a hazardous test says of itself; empty or null where it says nothing. */
export interface HazardDetails {
  unit: string;
  stop_procedure: string;
  laser: { laser_class: string; power_w: number; wavelength_nm: number; divergence_mrad: number; aperture_mm: number; mpe_w_m2: number; nohd_m: number; sector: Sector } | null;
  jamming: { frequencies_mhz: number[]; power_w: number; sector: Sector } | null;
}

export interface Crew {
  aircraft: string;
  aircraft_name: string | null;
  pilot: string | null;
  pilot_name: string | null;
  flight: string | null;
}

/** A booking; of a restricted one, whoever has no need to know reads neither number nor names. */
export interface Booking {
  id: string;
  number: string;
  organisation: string | null;
  organisation_name: string | null;
  restricted: boolean;
  state: string;
  version: number;
  aircraft: string;
  pilot: string | null;
  crew: Crew[];
  purpose: string;
  start: string;
  end: string;
  resources: string[];
  wants: Booked[];
  may_rechoose: boolean;
  separation_m: number | null;
  separation_ft: number | null;
  series: string | null;
  hold_until: string | null;
  volumes: Volume[];
  hazard_details: HazardDetails | null;
  classification: string;
  flight: string | null;
  flights: { id: string; aircraft: string }[];
  waived: string[];
  waiver_reason: string;
  reason: string;
  attention: Refusal[];
  ended_at: string | null;
  price: KeptPrice | null;
  approvals: Approval[];
  waits_for: { steps: string[]; approved: number; of: number } | null;
  actions: string[];
}

export interface Notam {
  id: string;
  state: string;
  number: string;
  from: string | null;
  to: string | null;
  text: string;
  requested_at: string;
}

/** The draft of a booking's NOTAM, how it stands, and the notes to neighbours. */
export interface NotamBook {
  needed: boolean;
  state: string;
  due: string | null;
  late: boolean;
  request_by: string | null;
  publish_by: string | null;
  draft: { header: string; text: string; fields: Record<string, string> } | null;
  notam: Notam | null;
  differences: { field: string; published: string; draft: string }[];
  cross_border: { country: string; tell: string; tell_by: string; text: string; state: string; due: boolean; late: boolean }[];
  history: Notam[];
}

export interface Span {
  start: string;
  end: string;
}

export interface Sample {
  time?: string;
  latitude_deg?: number;
  longitude_deg?: number;
  altitude_amsl_m?: number;
  height_above_takeoff_m?: number;
  ground_speed_m_s?: number;
  vertical_speed_m_s?: number;
  track_deg?: number;
  heading_deg?: number;
  battery_pct?: number;
  battery_v?: number;
  armed?: boolean;
  mode?: string;
  satellites?: number;
}

export type Link = "fresh" | "late" | "stale" | "lost";

/** A flight as `GET flights` tells it; names are null for whoever has no need to know them. */
export type Flight = Omit<components["schemas"]["FlightAnswer"], "sample" | "volumes" | "link"> & {
  sample: Sample | null;
  volumes: Volume[];
  link: Link | null;
  links?: FlightLink[] | null;
};

/** One way that a flight's bytes came: what came in, what of it was refused, and how well it was carried. */
export interface FlightLink {
  name: string;
  kind: string;
  records: number;
  unreadable_bytes: number;
  gaps: number;
  packets_in: number;
  refused: Record<string, number>;
  quality: { packets: number; lost_pct: number | null; late_pct: number | null; duplicate_pct: number | null; jitter_ms: number | null; restarts: number };
  account: { unaccounted: number } | null;
}

type BodyOf<Operation extends keyof operations> = operations[Operation] extends { requestBody?: { content: { "application/json": infer Body } } } ? Body : never;

/** Request bodies by the API's own field names; values go as they were typed, and the server's answer is about them. */
export type AircraftBody = Partial<Record<keyof BodyOf<"aircraft_add">, unknown>>;
export type PilotBody = Partial<Record<keyof BodyOf<"pilots_add">, unknown>>;
export type PaperBody = Partial<Record<keyof BodyOf<"papers_add">, unknown>>;
export type WebhookKind = NonNullable<BodyOf<"webhooks_add">["kinds"]>[number];
export type BookingBody = Partial<Record<keyof BodyOf<"bookings_request">, unknown>>;

/** A flight as the live socket opens with it. */
export interface LiveFacts {
  id: string;
  phase?: string;
  system_id?: number;
  start?: string;
  end?: string;
  restricted?: boolean;
  volumes?: Volume[];
  booking?: { number: string };
  organisation?: { name: string };
  aircraft?: { name: string };
  links?: Record<string, { rate_hz?: number; signed?: boolean; is_newest?: boolean }>;
  sample?: Sample | null;
  link?: Link | null;
  age_s?: number | null;
}

/** What a flight is called on the range: its aircraft, or for a restricted one no more than a mark to speak of. */
export const callSign = (name: string | null | undefined, id: string) => name || `R-${id.slice(-4)}`;
