/** The range's day as the API tells it: bookings with their gates, and what follows from the time. */
import { get } from "../lib/api";
import { t } from "../lib/page";
import type { Booking } from "../lib/shapes";

export interface Gate {
  name: string;
  state: "open" | "go" | "no_go";
  computed: boolean;
  roles: string[];
  remark: string;
  at: string | null;
  as: string | null;
  by: string | null;
  may_set: boolean;
}

export interface Gates {
  required: boolean;
  go: boolean;
  next: string | null;
  gates: Gate[];
}

export type DayRow = Booking & { gates: Gates };

const GRANTED = ["confirmed", "checked_in", "active"];
const SHOWN = ["held", "requested", ...GRANTED, "completed", "no_show", "displaced"];
const NAMES: Record<string, string> = {
  documents: t("Documents"),
  slot: t("Slot"),
  notam: t("NOTAM"),
  briefing: t("Briefing"),
  weather: t("Weather"),
  ground_clear: t("Ground clear"),
  radio_check: t("Radio check"),
  release: t("Release"),
};

/** What a gate is called; the site file may name others. */
export const gateWord = (name: string) => NAMES[name] ?? name.replaceAll("_", " ");
export const gateStates: Record<string, string> = { open: t("open"), go: t("go"), no_go: t("no-go") };

/** Say whether gates are worked at: before that they are too early, after it they are history. */
export const hasGates = (row: DayRow) => GRANTED.includes(row.state);

/** One booking of the day as it stands now, or null where it is no part of this day (any more). */
export async function readRow(id: string, from: Date, to: Date): Promise<DayRow | null> {
  const [booking, gates] = await Promise.all([get<Booking>(`bookings/${id}`), get<Gates>(`bookings/${id}/gates`)]);
  const touches = Date.parse(booking.start) < to.getTime() && Date.parse(booking.end) > from.getTime();
  return touches && SHOWN.includes(booking.state) ? { ...booking, gates } : null;
}

/** Minutes that an active booking is over its slot; 0 while it is within. */
export function overrun_min(row: Booking, now: Date): number {
  const over = Math.floor((now.getTime() - Date.parse(row.end)) / 60_000);
  return row.state === "active" ? Math.max(0, over) : 0;
}

/** Aircraft and who flies, "ACB-03 / Pilot 2". */
export const crewText = (row: Booking) => row.crew.map((one) => [one.aircraft_name, one.pilot_name].filter(Boolean).join(" / ")).filter(Boolean).join(", ");

/** The order of the day. */
export const inOrder = <Row extends Booking>(rows: Row[]) => rows.toSorted((a, b) => a.start.localeCompare(b.start) || a.id.localeCompare(b.id));
