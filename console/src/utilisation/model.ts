/** What the API says of utilisation, and how a screen orders it. */
import { t } from "../lib/page";
import { addDays, instant, localDate } from "../lib/time";

export interface Hours {
  open_h: number;
  asked_h: number;
  granted_h: number;
  used_h: number;
  flown_h: number;
  cancelled_h: number;
  no_show_h: number;
  weather_h: number;
  closed_h: number | null;
}
export interface ResourceHours extends Hours {
  resource: string | null;
  name: string | null;
  kind: string | null;
}
export interface HalfDay extends ResourceHours {
  date: string;
  start: string;
  end: string;
}
export interface CompanyHours extends Hours {
  company: string | null;
  name: string | null;
  restricted: boolean;
}
export type Measure = Exclude<keyof Hours, "open_h">;

/** Every figure with its words, in the order in which one follows from the other. */
export const measures: [Measure, string][] = [
  ["asked_h", t("Asked")],
  ["granted_h", t("Granted")],
  ["used_h", t("Used")],
  ["flown_h", t("Flown")],
  ["weather_h", t("Lost to weather")],
  ["cancelled_h", t("Cancelled")],
  ["no_show_h", t("No-show")],
  ["closed_h", t("Closed")],
];

const DAY_MS = 86_400_000;
export const STEPS = 4;

/** 0 for nothing, then 1 to 4 for each quarter of the open time; what had no open time counts as all of it. */
export function step(hours: number, open_h: number): number {
  if (hours <= 0) return 0;
  return open_h > 0 ? Math.min(STEPS, Math.max(1, Math.ceil((hours / open_h) * STEPS))) : STEPS;
}

/** "3.5", "12": hours as people read them. */
export const hoursText = (hours: number | null) => (hours === null ? "–" : String(Math.round(hours * 10) / 10));

/** "38 %": what part of the open time it is. */
export function shareText(hours: number, open_h: number): string {
  return open_h > 0 ? `${Math.round((hours / open_h) * 100)} %` : "–";
}

/** The Monday of the week of a local date. */
export function monday(date: string): string {
  return addDays(date, -((new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7));
}

export const midnight = (date: string): Date => instant(date, "00:00") ?? instant(date, "01:00") ?? new Date(date);

/** Where a half day begins and how wide it is, in days of the screen: clocks that change do not move it. */
export function placed(cell: HalfDay, first: string): { x: number; width: number } {
  const day = (Date.parse(`${cell.date}T12:00:00Z`) - Date.parse(`${first}T12:00:00Z`)) / DAY_MS;
  const within = (Date.parse(cell.start) - midnight(cell.date).getTime()) / DAY_MS;
  const ends = localDate(new Date(cell.end)) === cell.date ? (Date.parse(cell.end) - midnight(cell.date).getTime()) / DAY_MS : 1;
  return { x: day + within, width: Math.max(0.1, ends - within) };
}
