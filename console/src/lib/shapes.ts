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
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
  errors: Refusal[];
  alternatives: Alternative[];
}

export interface Verdict {
  would: "confirm" | "request" | "refuse";
  errors: Refusal[];
  alternatives: Alternative[];
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
  registration?: string;
  mtom_kg: number;
  max_speed_m_s: number;
  mavlink_system_id: number;
  insurance?: Insurance | null;
}

export interface Pilot {
  id: string;
  name: string;
  remote_pilot_id?: string;
  certificates: Certificate[];
}

export interface Volume {
  polygon: { type: "Polygon"; coordinates: [number, number][][] };
  floor_ft_amsl: number | null;
  ceiling_ft_amsl: number;
  kind?: string;
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
  aircraft: string;
  pilot: string | null;
  crew: Crew[];
  purpose: string;
  start: string;
  end: string;
  resources: string[];
  volumes: Volume[];
  flight: string | null;
  flights: { id: string; aircraft: string }[];
  actions: string[];
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
};

type BodyOf<Operation extends keyof operations> = operations[Operation] extends { requestBody?: { content: { "application/json": infer Body } } } ? Body : never;

/** Request bodies by the API's own field names; values go as they were typed, and the server's answer is about them. */
export type AircraftBody = Partial<Record<keyof BodyOf<"aircraft_add">, unknown>>;
export type PilotBody = Partial<Record<keyof BodyOf<"pilots_add">, unknown>>;
export type BookingBody = Partial<Record<keyof BodyOf<"bookings_request">, unknown>>;

/** A flight as the live socket opens with it. */
export interface LiveFacts {
  id: string;
  phase?: string;
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
