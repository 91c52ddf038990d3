/** A flight's track as columns for the plots: what the server kept, and what the live socket adds. */
import { feet, knots } from "../lib/units";
import type { Sample } from "../lib/shapes";

export interface TrackFeature {
  geometry: { type: "LineString"; coordinates: number[][] } | { type: "Point"; coordinates: number[] } | null;
  properties: { times: string[] } & Partial<Record<(typeof PLOTTED)[number], (number | null)[]>>;
}

const PLOTTED = ["altitude_amsl_m", "height_above_takeoff_m", "ground_speed_m_s", "vertical_speed_m_s", "heading_deg", "battery_pct", "battery_v"] as const;
const LIVE_STEP_S = 0.5;
const MOST_LIVE = 20_000; // half a working day; older live points are already in the track on the next load

export interface Columns {
  /** seconds since 1970 UTC, rising */
  time: number[];
  place: [number, number][];
  height_ft: (number | null)[];
  speed_kt: (number | null)[];
  battery_pct: (number | null)[];
}

export const empty = (): Columns => ({ time: [], place: [], height_ft: [], speed_kt: [], battery_pct: [] });

export function columns({ geometry, properties }: TrackFeature): Columns {
  const points = geometry?.type === "LineString" ? geometry.coordinates : geometry?.type === "Point" ? [geometry.coordinates] : [];
  const scaled = (name: (typeof PLOTTED)[number], scale: (value: number) => number) =>
    points.map((_, n) => {
      const value = properties[name]?.[n];
      return value === null || value === undefined ? null : scale(value);
    });
  return {
    time: points.map((_, n) => Date.parse(properties.times[n] ?? "") / 1000),
    place: points.map(([lon, lat]) => [lon ?? 0, lat ?? 0]),
    height_ft: scaled("altitude_amsl_m", feet),
    speed_kt: scaled("ground_speed_m_s", knots),
    battery_pct: scaled("battery_pct", (pct) => pct),
  };
}

/** Add a live sample; false when it is not newer by half a second, or has no place. */
export function extend(track: Columns, sample: Sample, heard: Date): boolean {
  const { longitude_deg: lon, latitude_deg: lat } = sample;
  const at = (sample.time ? Date.parse(sample.time) : heard.getTime()) / 1000;
  if (lon === undefined || lat === undefined || at < (track.time.at(-1) ?? -Infinity) + LIVE_STEP_S || track.time.length > MOST_LIVE) return false;
  track.time.push(at);
  track.place.push([lon, lat]);
  track.height_ft.push(sample.altitude_amsl_m === undefined ? null : feet(sample.altitude_amsl_m));
  track.speed_kt.push(sample.ground_speed_m_s === undefined ? null : knots(sample.ground_speed_m_s));
  track.battery_pct.push(sample.battery_pct ?? null);
  return true;
}

/** Metres along the track (haversine on a sphere of 6371 km: within 0.5 %). */
export function distance_m(place: [number, number][]): number {
  const rad = Math.PI / 180;
  let sum = 0;
  for (let n = 1; n < place.length; n += 1) {
    const [[lon1, lat1], [lon2, lat2]] = [place[n - 1]!, place[n]!];
    const h = Math.sin(((lat2 - lat1) * rad) / 2) ** 2 + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2;
    sum += 2 * 6_371_000 * Math.asin(Math.sqrt(h));
  }
  return sum;
}
